"""Closing a record: everything is read back from the disk, summed up and put under digests."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso import __version__
from openpresso.errors import RecordError
from openpresso.record import canonical, folder, journal, parquet, waveforms
from openpresso.record.course import course
from openpresso.record.dose import Dose, dose
from openpresso.record.quality import Quality, quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpresso.record.course import Course
    from openpresso.record.journal import Entry
    from openpresso.record.signals import Floats
    from openpresso.record.waveforms import Waveforms

FILE: Final = "session.json"
"""Name of the summary in a record's folder."""
FORMAT: Final = "openpresso-record"
SCHEMA: Final = 1
"""Version of the record's form; a reader refuses a newer one."""
TORN: Final = ".torn"
"""Ending of the file that keeps what a recovery cut."""
UNITS: Final = {
    "pressure": "mmHg",
    "pressure_time": "mmHg min",
    "time": "s",
    "above": "min",
    "minutes": "min",
    "girth": "cm",
    "inlet": "1",
}


def opening(header: Mapping[str, Any], legs: Mapping[str, int]) -> dict[str, Any]:
    """Return the begin mark's data: all that is known before the first tick."""
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "header": header,
        "legs": {leg: int(chambers) for leg, chambers in legs.items()},
        "order": list(legs),
        "software": {
            "openpresso": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "platform": f"{platform.system()} {platform.machine()}",
        },
    }


def ending(
    outcome: str, reason: str, quality: Mapping[str, object], size: int, sha256: str
) -> dict[str, Any]:
    """Return the end mark's data."""
    return {
        "outcome": outcome,
        "reason": reason,
        "quality": canonical.plain(quality),
        "waveforms": {"bytes": size, "sha256": sha256},
    }


def sizes(legs: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return the legs of a summary and their numbers of chambers, in the order of the log."""
    ordered = sorted(legs.items(), key=lambda item: int(item[1]["number"]))
    return {leg: int(one["chambers"]) for leg, one in ordered}


def seal(path: Path) -> dict[str, Any]:
    """Write the Parquet file and the summary of a record whose journal has its end mark.

    Parameters
    ----------
    path
        Folder of the record.

    Returns
    -------
    dict[str, Any]
        The summary.

    Raises
    ------
    RecordError
        If what is on the disk is not what was recorded, or cannot be finished.
    """
    try:
        entries, broken = journal.read((path / journal.FILE).read_bytes())
        raw = (path / waveforms.FILE).read_bytes()
        if broken or entries[-1].kind != journal.END:
            message = f"{path / journal.FILE}: the journal has no end mark that can be trusted"
            raise RecordError(message, remedy="the folder is kept as it is; check the disk.")
        begin, end = entries[0].data, entries[-1].data
        legs = {leg: begin["legs"][leg] for leg in begin["order"]}
        waves, tail = waveforms.read(raw, legs)
        if tail or hashlib.sha256(raw).hexdigest() != end["waveforms"]["sha256"]:
            message = f"{path / waveforms.FILE}: the waveforms on the disk are not those recorded"
            raise RecordError(message, remedy="the folder is kept as it is; check the disk.")
        del raw
        _write_parquet(path, begin["header"], waves)
        summary = _summary(entries, waves)
        summary["files"] = _digests(path)
        summary["digest"] = canonical.digest(summary)
        folder.replace(path / FILE, canonical.document(summary))
    except OSError as error:
        message = f"{path}: the record could not be finished: {error.strerror or error}"
        raise RecordError(message, code="record-not-finished", remedy=folder.KEPT) from error
    return summary


def measured(waves: Mapping[str, Waveforms], went: Course) -> Quality:
    """Return the quality over the time in which the program was delivered."""
    window = went.window

    def inside(one: Waveforms) -> tuple[Floats, Floats, Floats]:
        during = np.ones(len(one.time), dtype=np.bool_)
        if window is not None:
            during = (one.time >= window[0]) & (one.time <= window[1])
        return (
            one.time[during],
            one.set_points[during].astype(np.float64),
            one.pressures[during].astype(np.float64),
        )

    return quality(inside(one) for one in waves.values())


def dose_of(waves: Mapping[str, Waveforms], went: Course) -> Dose:
    """Return the dose over the time that counts."""
    return dose(waves, window=went.window, minutes=went.minutes)


def _write_parquet(path: Path, header: Mapping[str, Any], waves: Mapping[str, Waveforms]) -> None:
    """Write the Parquet file as a whole."""
    early = path / f"{parquet.FILE}.new"
    metadata = {
        "format": FORMAT,
        "schema": str(SCHEMA),
        "started_at": str(header["started_at"]),
        "device": str(header["device"]),
        "program": str(header["program"]["name"]),
    }
    parquet.write(early, waves, metadata)
    folder.settle(early, path / parquet.FILE)


def _summary(entries: Sequence[Entry], waves: Mapping[str, Waveforms]) -> dict[str, Any]:
    """Return the summary without files and digest."""
    begin, end, went = entries[0], entries[-1], course(entries)
    summary: dict[str, Any] = canonical.plain(
        {
            "format": FORMAT,
            "schema": SCHEMA,
            "units": UNITS,
            "software": begin.data["software"],
            "header": begin.data["header"],
            "legs": {
                leg: {"number": n, "chambers": begin.data["legs"][leg], "frames": len(one.time)}
                for n, (leg, one) in enumerate(waves.items())
            },
            "begin": begin.time,
            "end": went.end,
            "outcome": end.data["outcome"],
            "reason": end.data["reason"],
            "dose": {leg: asdict(one) for leg, one in dose_of(waves, went).items()},
            "quality": {"measured": measured(waves, went), "reported": end.data["quality"]},
            "journal": {"lines": len(entries), "last": end.digest},
        }
    )
    return summary


def _digests(path: Path) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of every file of the record but the summary."""
    names = [journal.FILE, waveforms.FILE, parquet.FILE]
    names += [one.name for one in path.iterdir() if one.name.endswith(TORN)]
    found = {}
    for name in sorted(names):
        content = (path / name).read_bytes()
        found[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return found
