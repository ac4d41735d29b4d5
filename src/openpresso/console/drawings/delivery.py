"""Delivered against planned in one picture: each leg over time, and each chamber over the session.

All from the record's own waveforms; places are in a frame of `WIDTH` by `HEIGHT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from openpresso.errors import InputError
from openpresso.record import signals

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from openpresso.program.model import LegUse
    from openpresso.program.timeline import Timeline
    from openpresso.record import LegDose, Record
    from openpresso.session import Leg

    Floats = NDArray[np.floating[Any]]

WIDTH: Final = 600.0
HEIGHT: Final = 190.0
BINS: Final = 240
"""Of the time axis; each shows the mean of its frames."""
USES: Final[dict[str, LegUse]] = {
    "both": "together",
    "left": "one",
    "right": "one",
    "alternate": "alternating",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One chamber over the whole session.

    Parameters
    ----------
    number
        Of the chamber, from 1, distal to proximal.
    wanted, got
        Pressure-time as planned and as delivered [mmHg min].
    wanted_part, got_part
        The same as parts of the longest bar, 0 to 1.
    """

    number: int
    wanted: float
    got: float
    wanted_part: float
    got_part: float


@dataclass(frozen=True, slots=True)
class LegPicture:
    """One leg.

    Parameters
    ----------
    leg
        `left` or `right`.
    wanted, got
        Mean of the planned set-points and of the pressures of all chambers, as SVG paths.
    bars
        The chambers, proximal first, as on a standing leg.
    share
        Delivered share of what was planned, 0 to 1; None where nothing was.
    """

    leg: str
    wanted: str
    got: str
    bars: tuple[Bar, ...]
    share: float | None


@dataclass(frozen=True, slots=True)
class DeliveryPicture:
    """A session.

    Parameters
    ----------
    legs
        Those that wore a cuff, right first: it lies on the left side of the picture.
    planned, run
        Length of the program, and of the time from its start to the end of the record [min].
    run_part
        Where the run ended on the time axis, 0 to 1.
    top
        Pressure at the upper edge [mmHg].
    ticks
        Place along the time axis and minute.
    """

    legs: tuple[LegPicture, ...]
    planned: float
    run: float
    run_part: float
    top: float
    ticks: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the clinic prepared.

    Parameters
    ----------
    program, cuff
        Names in the catalogs.
    ceiling
        [mmHg]
    legs
        `both`, `left`, `right` or `alternate`.
    minutes
        [min]
    """

    program: str
    cuff: str
    ceiling: float
    legs: str
    minutes: float


@lru_cache(maxsize=32)
def picture(folder: Path, plan: Plan) -> DeliveryPicture | None:
    """Return the picture of a record; None when its program never ran.

    Parameters
    ----------
    folder
        Of the closed record.
    plan
        What was prepared. Where its program is no longer to be had, what was set stands for it.

    Raises
    ------
    RecordError
        If the record cannot be read.
    """
    from openpresso.record import open_record

    record = open_record(folder)
    start, end = record.course.window or (record.begin, record.end)
    if not end > start:
        return None
    span = max(60.0 * plan.minutes, end - start)
    top = max(float(record.header["ceiling"]), 20.0)
    timelines = _timelines(plan, record)
    legs = tuple(
        _leg(record, leg, (start, span, top), timelines.get(leg))
        for leg in ("right", "left")
        if leg in record.legs
    )
    part = (end - start) / span
    return DeliveryPicture(legs, plan.minutes, (end - start) / 60.0, part, top, _ticks(span))


def _timelines(plan: Plan, record: Record) -> dict[str, Timeline]:
    """Return the planned set-points of each leg, compiled anew; empty where that is not possible.

    A program of another version than the record's is not what was planned then.
    """
    from openpresso import cuff as cuffs
    from openpresso import program as programs

    if plan.program not in programs.names() or plan.cuff not in cuffs.names():
        return {}
    program, cuff = programs.load(plan.program), cuffs.load(plan.cuff)
    header = record.header["program"]
    if header.get("version") != program.version:
        return {}
    program, use = programs.lowered(program, cuff, plan.ceiling), USES[plan.legs]
    found = {}
    try:
        for leg, chambers in record.legs.items():
            whole = programs.compile(program, cuff, plan.ceiling, leg=cast("Leg", leg), legs=use)
            if whole.set_points.shape[1] == chambers:
                found[leg] = whole.cut(programs.whole_cycles(whole, 60.0 * plan.minutes))
    except InputError:
        return {}
    return found


def _leg(
    record: Record, leg: str, frame: tuple[float, float, float], planned: Timeline | None
) -> LegPicture:
    """Return one leg in a frame of start [s], span [s] and highest pressure [mmHg]."""
    start, span, top = frame
    waves, dose = record.waveforms(leg), record.dose[leg]
    place = (waves.time - start) / span
    got = np.nan_to_num(waves.pressures).mean(axis=1)
    totals = [one.pressure_time_set for one in dose.chambers]
    when, wanted = place, signals.demand(waves.set_points).mean(axis=1)
    if planned is not None:
        demand = signals.demand(planned.set_points)
        totals = (np.asarray(np.trapezoid(demand, planned.times, axis=0)) / 60.0).tolist()
        seconds = np.arange(0.0, planned.duration, span / BINS / 2.0)
        when, wanted = seconds / span, np.interp(seconds, planned.times, demand.mean(axis=1))
    whole = sum(totals)
    share = sum(one.pressure_time for one in dose.chambers) / whole if whole > 0.0 else None
    bars = _bars(totals, dose)
    return LegPicture(leg, _path(when, wanted, top), _path(place, got, top), bars, share)


def _bars(totals: list[float], dose: LegDose) -> tuple[Bar, ...]:
    pairs = [(wanted, one.pressure_time) for wanted, one in zip(totals, dose.chambers, strict=True)]
    most = max((max(pair) for pair in pairs), default=0.0) or 1.0
    bars = (
        Bar(one.chamber, wanted, got, wanted / most, got / most)
        for one, (wanted, got) in zip(dose.chambers, pairs, strict=True)
    )
    return tuple(bars)[::-1]


def _path(place: Floats, values: Floats, top: float) -> str:
    """Return a line through the means of bins; where there are no frames it breaks."""
    inside = (place >= 0.0) & (place <= 1.0)
    bins = np.minimum((place[inside] * BINS).astype(int), BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    total = np.bincount(bins, weights=values[inside], minlength=BINS)
    parts, pen = [], "M"
    for index in range(BINS):
        if not count[index]:
            pen = "M"
            continue
        height = HEIGHT * (1.0 - min(max(total[index] / count[index] / top, 0.0), 1.0))
        parts.append(f"{pen}{(index + 0.5) / BINS * WIDTH:.1f} {height:.1f}")
        pen = "L"
    return "".join(parts)


def _ticks(span: float) -> tuple[tuple[float, float], ...]:
    """Return about six marks of the time axis at whole minutes, or halves of a short session."""
    minutes = span / 60.0
    step = next((one for one in (0.5, 1.0, 2.0, 5.0, 10.0) if minutes / one <= 7.0), 20.0)
    marks = np.arange(0.0, minutes + 1e-9, step)
    return tuple((float(mark / minutes * WIDTH), float(mark)) for mark in marks)
