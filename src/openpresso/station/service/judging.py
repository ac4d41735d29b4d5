"""Slow work for the routes of programs and records; it runs in the station's workshop.

Nothing here knows HTTP: a process of its own imports this file and need not wait for FastAPI.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.station.order import Order

RECORD_FILES: Final = {
    "report.html": "text/html; charset=utf-8",
    "report.pdf": "application/pdf",
    "session.json": "application/json",
    "journal.jsonl": "application/x-ndjson",
    "waveforms.parquet": "application/vnd.apache.parquet",
}
"""The files of a record that are given away, with their media types."""


def catalog() -> list[dict[str, Any]]:
    """Return every program of the catalog, in short."""
    from openpresso import program as programs

    lines = []
    for name in programs.names():
        one = programs.load(name)
        lines.append(
            {
                "name": name,
                "title": one.title,
                "purpose": one.purpose,
                "duration": one.duration,
                "ceiling": one.ceiling,
                "legs": one.legs,
                "grade": one.evidence.grade,
                "permission": one.permission,
            }
        )
    return lines


def judge(order: Order, cuffs: Sequence[str]) -> dict[str, Any]:
    """Return what a check of a program against types of cuff found.

    Parameters
    ----------
    order
        The program, by name or as a text, and its ceiling.
    cuffs
        Catalog names of the cuffs.

    Returns
    -------
    dict
        `correct`, `name`, `title`, `duration` [s], `cuffs` and `diagnostics`.
    """
    from openpresso import cuff as garments
    from openpresso import program as programs
    from openpresso.station.preparation import find_program

    verdict: dict[str, Any] = {"name": None, "title": None, "duration": None, "cuffs": list(cuffs)}
    try:
        one = find_program(order)
        verdict |= {"name": one.name, "title": one.title, "duration": one.duration}
        found = [
            finding
            for name in cuffs
            for finding in programs.fits(one, garments.load(name), order.ceiling)
        ]
    except InputError as error:
        found = list(error.diagnostics)
    verdict["correct"] = all(one.severity != "error" for one in found)
    verdict["diagnostics"] = [dataclasses.asdict(finding) for finding in found]
    return verdict


def record_lines(folder: Path) -> list[dict[str, Any]]:
    """Return every record in a folder, in short, the newest first."""
    if not folder.is_dir():
        return []
    lines = [_line(one) for one in folder.iterdir() if (one / "journal.jsonl").exists()]
    return sorted(lines, key=lambda line: (line["started_at"], line["name"]), reverse=True)


def _line(folder: Path) -> dict[str, Any]:
    from openpresso.record import open_record

    files = [name for name in RECORD_FILES if (folder / name).exists()]
    line = {"name": folder.name, "started_at": "", "program": "", "files": files}
    try:
        one = open_record(folder)
    except OpenpressoError as error:
        return line | {"outcome": error.code}
    header = one.header
    return line | {
        "started_at": str(header["started_at"]),
        "program": str(header["program"]["name"]),
        "client": str(header["client"]),
        "outcome": one.outcome,
    }


def record_summary(folder: Path) -> Mapping[str, Any]:
    """Return the whole summary of a closed record.

    Raises
    ------
    RecordError
        If it cannot be read, or is still being written.
    """
    from openpresso.record import open_record

    return dict(open_record(folder).summary)
