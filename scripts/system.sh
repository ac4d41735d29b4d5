#!/bin/sh
# What the tests use of Debian, when it is missing and root is here: Pango and a font for the PDF report, socat, mbpoll and
# libfaketime for the tests on lines and clocks, PostgreSQL for those of the clinic, Chromium for those of the console. Where it cannot be had, the
# tests that need it are skipped and say so.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

pango() {
    .venv/bin/python - <<'PYTHON' 2>/dev/null
import ctypes

for library in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0"):
    ctypes.CDLL(library)
PYTHON
}

if [ -e .venv/system ] || [ "$(uname -s)" != Linux ]; then
    touch .venv/system
    exit 0
fi

packages=
pango || packages='libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core'
for tool in socat mbpoll faketime chromium; do
    command -v "$tool" >/dev/null || packages="$packages $tool"
done
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages="$packages postgresql"

if [ -z "$packages" ]; then
    touch .venv/system
elif ! command -v apt-get >/dev/null; then
    say "Missing, so that some tests are skipped: $packages. Install them with your package manager."
elif [ "$(id -u)" != 0 ]; then
    say 'Missing, and this is not root, so that some tests are skipped. To run them, first:'
    say "    sudo apt-get install --no-install-recommends $packages"
else
    say "Installing for the tests: $packages ..."
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    if { apt-get update && apt-get install -y --no-install-recommends $packages; } >.venv/system.log 2>&1; then
        touch .venv/system
    else
        tail -n 5 .venv/system.log >&2
        say "Not installed, so that some tests are skipped: $packages"
    fi
fi
