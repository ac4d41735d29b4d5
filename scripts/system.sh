#!/bin/sh
# The libraries the PDF report needs (Pango, a font), from Debian when they are missing and root is here.
set -eu
cd "$(dirname "$0")/.."

packages='libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core'

present() {
    .venv/bin/python - <<'PYTHON' 2>/dev/null
import ctypes

for library in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0"):
    ctypes.CDLL(library)
PYTHON
}

say() { printf '%s\n' "$*" >&2; }

if [ -e .venv/system ] || [ "$(uname -s)" != Linux ] || present; then
    touch .venv/system
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    say 'Pango is missing: the tests of the PDF report are skipped. Install Pango 1.44 or later with your package manager.'
elif [ "$(id -u)" != 0 ]; then
    say 'Pango is missing and this is not root: the tests of the PDF report are skipped. To run them, first:'
    say "    sudo apt-get install --no-install-recommends $packages"
else
    say 'Installing Pango and a font for the PDF report ...'
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    if { apt-get update && apt-get install -y --no-install-recommends $packages; } >.venv/system.log 2>&1; then
        touch .venv/system
    else
        tail -n 5 .venv/system.log >&2
        say 'Pango could not be installed: the tests of the PDF report are skipped.'
    fi
fi
