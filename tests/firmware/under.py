"""Programs of the firmware's tests, run under MicroPython's unix port."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from openpresso import cuff
from openpresso.twin.rig.firmware import micropython
from openpresso.twin.serving.staging import settings_text, stage
from scripts.firmware import build

PROGRAMS = Path(__file__).with_name("programs")
on_boards = pytest.mark.skipif(
    micropython() is None, reason="MicroPython's unix port is not installed; see `make setup`"
)
_FOLDER = tempfile.TemporaryDirectory(prefix="openpresso-")


@cache
def code(cuff_name: str = "leg-8", *, built: bool = False) -> Path:
    """Return a folder with the firmware, as plain source or as `make firmware` builds it."""
    garment = cuff.load(cuff_name)
    folder = Path(_FOLDER.name, f"{cuff_name}-built" if built else cuff_name)
    if built:
        return build(folder, settings_text(garment, "OP-0001"), "host")
    return stage(folder, garment, "OP-0001")


def ran(program: str, job: object = None, *, cuff_name: str = "leg-8", built: bool = False) -> Any:  # noqa: ANN401 (as JSON has it)
    """Run a program on the firmware's files; return what it says in its last line, as JSON."""
    found = micropython()
    assert found is not None
    path = f"{code(cuff_name, built=built)}:.frozen"
    done = subprocess.run(
        [found, PROGRAMS / f"{program}.py"], input=json.dumps(job), text=True, capture_output=True,
        env=os.environ | {"MICROPYPATH": path}, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
