"""The firmware's files in one folder, as the controller's flash holds them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import openpresso
import openpresso.law
from openpresso.cuff.controller import chamber_settings, cuff_settings
from openpresso.cuff.model import Cuff
from openpresso.errors import InputError

FIRMWARE: Final = Path(openpresso.__file__).parents[2] / "firmware"
"""The firmware's folder of the checkout."""
LAW: Final = Path(openpresso.law.__file__).parent
LONGEST_TEXT: Final = 24
"""Characters of a text register."""


def sources() -> list[Path]:
    """Return the firmware's own files.

    Raises
    ------
    InputError
        If this is not a checkout of openpresso, which alone holds them.
    """
    found = sorted(FIRMWARE.glob("*.py"))
    if not found:
        raise InputError.one(
            str(FIRMWARE),
            "missing-firmware",
            "the firmware is not there; an installed openpresso does not hold it",
            hint="run this from a checkout of openpresso.",
        )
    return found


def settings_text(
    cuff: Cuff, serial: str, number: int = 1, baud: int = 230400, sensor: str = "mpr-300mmhg"
) -> str:
    """Return the firmware's module `settings`: which cuff this is, in the law's integers.

    Parameters
    ----------
    cuff
        The cuff.
    serial
        Its serial number, at most 24 ASCII characters.
    number
        Its number on the Modbus line, 1 to 247.
    baud
        Speed of the line [1/s].
    sensor
        Its pressure sensors, by their name in `firmware/sensors.py`.

    Raises
    ------
    InputError
        If the serial number does not fit its register.
    """
    if not (serial.isascii() and serial.isprintable() and 0 < len(serial) <= LONGEST_TEXT):
        raise InputError.one(
            "serial",
            "serial-number",
            f"{serial!r} does not fit: a serial number has 1 to {LONGEST_TEXT} ASCII characters",
            hint='give one such as "OP-0001".',
        )
    values: dict[str, object] = {
        "CUFF": cuff.name,
        "SERIAL": serial,
        "FIRMWARE": f"openpresso {openpresso.__version__}",
        "NUMBER": number,
        "BAUD": baud,
        "SENSOR": sensor,
        "CHAMBERS": cuff.n_chambers,
        "CUFF_SETTINGS": tuple(cuff_settings(cuff)),
        "CHAMBER_SETTINGS": tuple(chamber_settings(cuff)),
    }
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in values.items()]
    head = (
        f'"""Which cuff this is: made from {cuff.name} of the catalog, version {cuff.version}."""'
    )
    return "\n".join([head, "", *lines, ""])


def stage(folder: Path, cuff: Cuff, serial: str) -> Path:
    """Put firmware, law and settings as plain files into `folder`, and return it.

    The law keeps its name, `openpresso.law`, without the package round it.
    """
    law = folder / "openpresso" / "law"
    law.mkdir(parents=True, exist_ok=True)
    (law.parent / "__init__.py").write_text("", "utf-8")
    for file in LAW.glob("*.py"):
        shutil.copyfile(file, law / file.name)
    for file in sources():
        shutil.copyfile(file, folder / file.name)
    (folder / "settings.py").write_text(settings_text(cuff, serial), "utf-8")
    return folder
