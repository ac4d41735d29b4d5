"""How long the firmware's tick takes under MicroPython's unix port: plain source and built files.

`python -m scripts.firmware_speed leg-8 leg-24` prints one line of JSON for each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from openpresso import cuff
from openpresso.errors import OpenpressoError
from openpresso.twin.rig.firmware import FirmwareError, micropython
from openpresso.twin.serving.staging import FIRMWARE, settings_text, stage
from scripts.firmware import build


def measure(cuff_name: str, *, built: bool) -> dict[str, Any]:
    """Return what `firmware/speed.py` measures.

    Parameters
    ----------
    cuff_name
        Catalog name of the cuff.
    built
        Whether the files are those of `make firmware`, or plain source.

    Returns
    -------
    dict
        `law` and `tick`, each with `p50`, `p99` and `max` [us]; `clock`, what reading the clock
        takes of that; `cuff`.

    Raises
    ------
    FirmwareError
        If MicroPython is missing, or does not run the firmware.
    """
    program = micropython()
    if program is None:
        raise FirmwareError(
            "MicroPython's unix port is not installed", remedy="`make setup` installs it."
        )
    garment = cuff.load(cuff_name)
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder, "code")
        if built:
            build(code, settings_text(garment, "speed"), "host")
        else:
            stage(code, garment, "speed")
        done = subprocess.run(
            [program, FIRMWARE / "speed.py"], capture_output=True, text=True, check=False,
            env=os.environ | {"MICROPYPATH": f"{code}:.frozen"},
        )  # fmt: skip
    if done.returncode:
        raise FirmwareError("the firmware's speed was not measured", remedy=done.stdout)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure the cuffs of the command line."""
    try:
        for name in sys.argv[1:] or ["leg-8"]:
            for built in (False, True):
                found = {"built": built} | measure(name, built=built)
                print(json.dumps(found))
    except OpenpressoError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
