"""A record in the forms that other programs read."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from openpresso.errors import InputError, RecordError
from openpresso.record import canonical, parquet
from openpresso.record.folder import replace

if TYPE_CHECKING:
    from openpresso.record.read import Record

FORMS = (".csv", ".parquet", ".json")
"""Endings that say which form is wanted."""


def export(record: Record, path: Path | str) -> Path:
    """Write a record's content for another program; the ending of `path` says in which form.

    `.csv` has the waveforms, one row a tick and leg, with units in the column names and empty cells
    for NaN; `.parquet` has the same, typed; `.json` has the summary and every event.

    Parameters
    ----------
    record
        The record.
    path
        File to write; refused when it exists.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the ending is unknown or the file exists.
    RecordError
        If the file cannot be written.
    """
    file = Path(path)
    form = file.suffix.lower()
    if form not in FORMS:
        message = f"{form or 'no ending'!r} is not a form; allowed are {', '.join(FORMS)}"
        raise InputError.one(str(file), "unknown-form", message, hint="name the file x.csv.")
    if file.exists():
        raise InputError.one(
            str(file), "file-exists", "the file exists already", hint="name a new file."
        )
    try:
        if form == ".csv":
            _csv(record, file)
        elif form == ".parquet":
            for leg in record.legs:
                record.waveforms(leg)
            shutil.copyfile(record.folder / parquet.FILE, file)
        else:
            replace(file, canonical.document(_everything(record)))
    except OSError as error:
        message = f"{file}: cannot be written: {error.strerror or error}"
        raise RecordError(
            message, code="cannot-write", remedy="name a file in a folder with room."
        ) from error
    return file


def _everything(record: Record) -> dict[str, Any]:
    """Return the summary and the events as plain data."""
    return {"summary": dict(record.summary), "events": canonical.plain(record.events)}


def _csv(record: Record, file: Path) -> None:
    """Write the waveforms as CSV."""
    chambers = max(record.legs.values(), default=0)
    names = [
        f"{name}_{n + 1}" + (f" [{unit}]" if unit != "1" else "")
        for name, unit in parquet.QUANTITIES
        for n in range(chambers)
    ]
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(["time [s]", "leg", *names])
        for leg, own in record.legs.items():
            one = record.waveforms(leg)
            wide = np.full((len(one.time), 3 * chambers), math.nan)
            for number, block in enumerate((one.set_points, one.pressures, one.inlet)):
                wide[:, number * chambers : number * chambers + own] = block
            for time, row in zip(one.time.tolist(), wide.round(3).tolist(), strict=True):
                cells = ["" if math.isnan(value) else f"{value:g}" for value in row]
                rows.writerow([f"{time:.3f}", leg, *cells])
