"""`openpresso doctor`: whether this computer has all that a session needs."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

LIBRARIES: Final = ("numpy", "numba", "pyarrow", "pydantic", "matplotlib", "weasyprint", "typer")
ROOM_NEEDED: Final = 200_000_000
"""Free disk below which a station should not start a day: some fifteen records [bytes]."""
OLDEST_PYTHON: Final = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question about this computer."""

    name: str
    state: Literal["good", "warning", "bad"]
    found: str
    remedy: str = ""


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for records to look at.")
    ] = Path(),
) -> None:
    """Look whether this computer has all that a session needs.

    Versions, the compiler's cache, PDF and fonts, and the disk; exit code 1 when one is bad.
    """
    from openpresso.cli.output import print_json, print_table

    findings = examine(folder)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = [(one.state, one.name, one.found) for one in findings]
        print_table(("", "what", "found"), rows, wide="found")
        for one in findings:
            if one.remedy:
                print(f"\n{one.name}: {one.remedy}")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def examine(folder: Path) -> list[Finding]:
    """Return the findings about this computer.

    Parameters
    ----------
    folder
        Where records are to be written.

    Returns
    -------
    list of Finding
        In the order in which they should be read.
    """
    questions: tuple[Callable[[], Finding], ...] = (
        python,
        *((lambda name=name: library(name)) for name in LIBRARIES),
        compiler_cache,
        pdf,
        lambda: disk(folder),
    )
    return [question() for question in questions]


def python() -> Finding:
    """Return which Python runs openpresso."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding("Python", "bad", found, "openpresso needs Python 3.11 or later.")
    return Finding("Python", "good", f"{found}, {os.cpu_count() or 1} processors")


def library(name: str) -> Finding:
    """Return whether a library is installed, without importing it."""
    try:
        return Finding(name, "good", metadata.version(name))
    except metadata.PackageNotFoundError:
        remedy = "Install openpresso again with its dependencies: make setup."
        return Finding(name, "bad", "missing", remedy)


def compiler_cache() -> Finding:
    """Return where compiled kernels are kept; without a place each run compiles again."""
    import openpresso

    named = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(named) if named else Path(openpresso.__file__).parent
    if writable(folder):
        return Finding("compiler cache", "good", str(folder))
    return Finding(
        "compiler cache",
        "warning",
        f"{folder} cannot be written",
        "The first seconds of every run go into compiling. Set NUMBA_CACHE_DIR to a folder that "
        "you may write.",
    )


def pdf() -> Finding:
    """Return whether a report can become a PDF with readable letters in it."""
    # WeasyPrint prints an advertisement of its manual where Pango is missing.
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            from weasyprint import HTML

            document = HTML(string="<p>45 mmHg, 12 cm, Ä é ≥</p>").write_pdf(uncompressed_pdf=True)
    except OSError as error:
        return Finding(
            "PDF",
            "warning",
            str(error).partition(":")[0],
            "Reports are HTML only. Install Pango; on Debian: apt-get install "
            "--no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core.",
        )
    if b"/FontFile" not in document:
        remedy = "A PDF would have empty boxes. On Debian: apt-get install fonts-dejavu-core."
        return Finding("PDF", "warning", "Pango is here, but no font", remedy)
    return Finding("PDF", "good", "Pango and a font are here")


def disk(folder: Path) -> Finding:
    """Return whether records can be written to `folder`."""
    there = next(
        place for place in (folder.absolute(), *folder.absolute().parents) if place.exists()
    )
    if not writable(there):
        remedy = "Choose a folder that you may write, with --out."
        return Finding("records", "bad", f"{there} cannot be written", remedy)
    free = shutil.disk_usage(there).free
    found = f"{there}, {free / 1e9:.1f} GB free"
    if free < ROOM_NEEDED:
        return Finding("records", "bad", found, "Make room: a record takes up to 12 MB.")
    return Finding("records", "good", found)


def writable(folder: Path) -> bool:
    """Tell whether a file can be made in `folder`, by making one."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
