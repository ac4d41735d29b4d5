#!/bin/sh
# Makes .venv with the locked packages and openpresso in it. Does nothing when nothing changed.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

newest_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say 'openpresso needs Python 3.11 or later, and none was found.'
    say 'Install one (Debian: apt-get install python3), or name it: make setup PYTHON=/path/to/python3.11'
    return 1
}

find_uv() {
    for name in "${UV:-uv}" .uv/bin/uv; do
        if "$name" --version >/dev/null 2>&1; then
            printf '%s\n' "$name"
            return
        fi
    done
    say 'uv is missing: taking the locked one into .uv/ (the system stays as it is).'
    export PIP_ROOT_USER_ACTION=ignore
    # --target also works where the system Python refuses a plain install as "externally managed".
    if ! "$python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        --target .uv -r requirements/uv.txt >&2; then
        say 'uv could not be installed through pip. Check the network, and that pip is there'
        say '(Debian: apt-get install python3-pip), or install uv by hand, and run make again.'
        return 1
    fi
    printf '%s\n' .uv/bin/uv
}

synced() { .venv/bin/python -c '' 2>/dev/null && cmp -s requirements/dev.txt .venv/synced.txt; }
installed() { cmp -s pyproject.toml .venv/installed.toml; }

if synced && installed; then
    exit 0
fi

python=$(newest_python)
uv=$(find_uv)

if ! synced; then
    if ! .venv/bin/python -c '' 2>/dev/null; then
        "$uv" venv --quiet --clear --python "$python" .venv
    fi
    rm -f .venv/synced.txt .venv/installed.toml
    say 'Installing the locked packages into .venv/ ...'
    "$uv" pip sync --quiet --python .venv --compile-bytecode --require-hashes requirements/dev.txt
    cp requirements/dev.txt .venv/synced.txt
fi

rm -f .venv/installed.toml
# hatchling is among the locked packages: the build needs no network.
"$uv" pip install --quiet --python .venv --offline --no-deps --no-build-isolation --editable .
cp pyproject.toml .venv/installed.toml
