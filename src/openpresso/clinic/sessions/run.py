"""The record of a run, as a session takes it: verified, and only what the clinic keeps of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpresso import record as records
from openpresso.clinic.errors import RefusedError

if TYPE_CHECKING:
    from openpresso.record import LegDose, Record

NEAR: Final = dt.timedelta(hours=12)
"""A record whose clock is further from the session's start belongs to another one.

The label of a record is the station's wall clock: good enough to tell days apart, nothing finer.
"""
OVER: Final = 5.0
"""A peak this far over the ceiling is said [mmHg]; a session is vented at this by itself."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the clinic keeps of a record."""

    record_id: str
    record_hash: str
    """SHA-256 of the record's summary, which holds those of all its files."""
    program: str
    client: str
    """As the record names the client: an identifier."""
    started_at: dt.datetime
    legs: tuple[str, ...]
    ceiling: float
    """[mmHg]"""
    outcome: str
    """`delivered`, `stopped`, `faulted` or `interrupted`."""
    delivered: dict[str, Any]
    """Plain data for the session: minutes, stop reason, dose of each leg."""


def read(folder: Path | str) -> Run:
    """Return what a record says, after every byte of it was verified.

    Parameters
    ----------
    folder
        Folder of the record.

    Raises
    ------
    RefusedError
        If anything about the record is not as recorded, or it is not closed; each finding is a
        reason.
    """
    found = records.verify(folder)
    if found:
        raise RefusedError(
            "the record is not linked: it is not what was recorded",
            [one.text(Path(folder).name) for one in found],
            code="broken-record",
        )
    record = records.open_record(folder)
    header = record.header
    return Run(
        header["session"] or Path(folder).name,
        record.digest,
        header["program"]["name"],
        header["client"],
        dt.datetime.fromisoformat(header["started_at"]).astimezone(dt.UTC),
        tuple(record.legs),
        float(header["ceiling"]),
        record.outcome,
        _delivered(record),
    )


def _delivered(record: Record) -> dict[str, Any]:
    """Return the dose of a record as plain data, small enough to be kept two million times."""
    minutes = max((one.minutes for one in record.dose.values()), default=0.0)
    return {
        "minutes": round(minutes, 2),
        "outcome": record.outcome,
        "reason": record.reason,
        "device": record.header["device"],
        "ceiling": float(record.header["ceiling"]),
        "legs": {leg: _leg(one) for leg, one in record.dose.items()},
        "fit": _fits(record),
    }


def _fits(record: Record) -> dict[str, bool]:
    """Return whether the cuff of each leg that wore one passed the station's fit test."""
    passed = {
        one.leg: bool(one.data.get("passed")) for one in record.events if one.kind == "fit-test"
    }
    return {leg: passed.get(leg, False) for leg in record.legs}


def _leg(dose: LegDose) -> dict[str, Any]:
    """Return the dose of one leg: pressure-time [mmHg min], share of the set one, peak [mmHg]."""
    peaks = [one.peak for one in dose.chambers if one.peak is not None]
    return {
        "pressure_time": round(dose.pressure_time, 1),
        "delivered": None if dose.delivered is None else round(dose.delivered, 3),
        "peak": round(max(peaks), 1) if peaks else None,
        "cycles": dose.cycles,
        "minutes": round(dose.minutes, 2),
    }


def foreign(
    run: Run, *, program: str, client: str, started_at: dt.datetime | None
) -> tuple[str, ...]:
    """Return why a record cannot be that of a session; empty when it can.

    Parameters
    ----------
    run
        The record.
    program, client, started_at
        The session's program, the number of its client and its start.
    """
    found = []
    if run.program != program:
        found.append(f"the record is of program {run.program}, the session of {program}")
    if run.client != client:
        whose = repr(run.client) if run.client else "nobody"
        found.append(f"the record names {whose} as its client, the session {client!r}")
    if started_at is None or abs(run.started_at - started_at) > NEAR:
        found.append(
            f"the record began at {run.started_at:%Y-%m-%d %H:%M} UTC, not in this session"
        )
    return tuple(found)


def deviations(run: Run, *, legs: str, ceiling: float, minutes: float) -> list[str]:
    """Return how a run differs from what was prepared; it is kept and shown, never hidden.

    Parameters
    ----------
    run
        The record.
    legs, ceiling, minutes
        As prepared: legs, ceiling [mmHg], length [min].
    """
    wanted = {"left", "right"} if legs in {"both", "alternate"} else {legs}
    found = []
    if set(run.legs) != wanted:
        was, meant = " and ".join(run.legs), " and ".join(sorted(wanted))
        found.append(f"legs: {was} instead of {meant}")
    if run.ceiling > ceiling + 1e-6:
        found.append(f"ceiling of the run {run.ceiling:g} mmHg, prepared {ceiling:g} mmHg")
    if untested := [leg for leg, passed in run.delivered["fit"].items() if not passed]:
        found.append(f"no fit test was passed: {' and '.join(untested)}")
    peaks = [one["peak"] for one in run.delivered["legs"].values() if one["peak"] is not None]
    if peaks and max(peaks) > ceiling + OVER:
        found.append(f"peak {max(peaks):g} mmHg over the ceiling of {ceiling:g} mmHg")
    if run.outcome == "delivered" and run.delivered["minutes"] > minutes * 1.1 + 1.0:
        found.append(f"{run.delivered['minutes']:g} min, prepared {minutes:g} min")
    return found
