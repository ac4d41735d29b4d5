"""What was measured last at each place of the legs, and whether it has changed since the begin.

The error of one girth is taken as that of the volume, in per cent: a girth that is off by 1 % puts
a volume off by up to 2 %, so this is on the safe side [derived].
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa

from openpresso.clinic.measures import measurement, rater
from openpresso.clinic.measures.kind import kinds
from openpresso.clinic.measures.measurement import Measurement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.measures.kind import Measure

GIRTHS: Final = "girths"
SAME: Final = 0.05
"""Heights this near to each other are the same [cm]."""
PLACES: Final = ((3.0, "ankle"), (14.0, "lower calf"), (28.0, "calf"), (37.0, "knee"))
"""Highest height above the ankle of each place [cm]; above them is the thigh [assumed]."""

Verdict = Literal["better", "worse", "same", "changed", "first", "unknown"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value at one moment, as a trend shows it.

    Parameters
    ----------
    at, value, rater_id, purpose
        When, what, by whom, for what.
    kind
        Key of its kind: whose error it has.
    """

    at: dt.datetime
    value: float
    rater_id: int | None
    purpose: str
    kind: str


@dataclass(frozen=True, slots=True)
class Last:
    """The last value of one thing, and its change.

    Parameters
    ----------
    kind, side, height
        What, on which side, how far above the landmark [cm]; None for what has no height.
    place
        Where on the leg; empty for what has none.
    at, value, unit
        When, what.
    change, band
        Change from the baseline, and how large one by error alone can be (95 %); None: unknown.
    verdict
        What the change is.
    since
        Day of the first reading that it is compared with.
    """

    kind: str
    side: str
    height: float | None
    place: str
    at: dt.datetime
    value: float
    unit: str
    change: float | None
    band: float | None
    verdict: Verdict
    since: dt.datetime


def of_client(desk: Desk, client_id: int) -> list[Last]:
    """Return the last value of everything that was measured, in the order of the kinds.

    Parameters
    ----------
    desk, client_id
        Whose; every series is read by its index.
    """
    taken = desk.db.execute(
        sa.select(Measurement.kind, Measurement.side)
        .where(Measurement.practice_id == desk.here, Measurement.client_id == client_id)
        .distinct()
    ).all()
    order = list(kinds())
    found: list[Last] = []
    for kind, side in sorted(taken, key=lambda one: (order.index(one[0]), one[1])):
        rows = measurement.series(desk, client_id, kind, side)
        if rows:
            found.append(last(desk, readings(rows), side))
            found += sites(desk, rows, side) if kind == GIRTHS else []
    return found


def readings(rows: Sequence[Measurement]) -> list[Reading]:
    """Return measurements as readings of their headline value."""
    return [Reading(row.at, row.value, row.rater_id, row.purpose, row.kind) for row in rows]


def at_height(rows: Sequence[Measurement], height: float) -> list[Reading]:
    """Return the mean girth at one height of every measurement that has it [cm]."""
    found = []
    for row in rows:
        for point in row.detail.get("points", ()):
            if abs(point["height"] - height) <= SAME:
                mean = statistics.fmean(point["readings"])
                found.append(Reading(row.at, mean, row.rater_id, row.purpose, row.kind))
    return found


def sites(desk: Desk, rows: Sequence[Measurement], side: str) -> list[Last]:
    """Return each height of the last girths of a leg, the lowest first.

    Parameters
    ----------
    desk
        Whose errors count.
    rows
        Girths of one leg, the oldest first.
    side
        Which leg.
    """
    newest = rows[-1]
    offset = newest.detail.get("offset", 0.0)
    comparable = [row for row in rows if row.detail.get("offset", 0.0) == offset]
    found = []
    for point in newest.detail.get("points", ()):
        height = float(point["height"])
        one = last(desk, at_height(comparable, height), side)
        found.append(replace(one, height=height, place=place(height + offset), unit="cm"))
    return found


def place(above: float) -> str:
    """Return the name of a place by its height above the ankle [cm]."""
    return next((name for upto, name in PLACES if above <= upto), "thigh")


def last(desk: Desk, found: Sequence[Reading], side: str) -> Last:
    """Return the last of some readings of one thing, and its change since the baseline.

    The baseline is the mean of the readings before the newest course, or else the first reading.
    """
    newest = found[-1]
    measure = kinds()[newest.kind]
    earlier = _baseline(found)
    level = statistics.fmean(one.value for one in earlier) if earlier else newest.value
    band = None
    if earlier:
        raters = {one.rater_id for one in (*earlier, newest)}
        who = raters.pop() if len(raters) == 1 else None
        band = rater.error(desk, newest.kind, who).real_difference(level, len(earlier), 1)
    change = newest.value - level if earlier else None
    return Last(
        newest.kind,
        side,
        None,
        "",
        newest.at,
        newest.value,
        measure.unit,
        change,
        band,
        _verdict(measure, change, band),
        (earlier or found)[0].at,
    )


def _baseline(found: Sequence[Reading]) -> list[Reading]:
    """Return what the newest reading is compared with; none where it stands alone."""
    before = list(found[:-1])
    last_one = max((n for n, one in enumerate(before) if one.purpose == "baseline"), default=None)
    if last_one is None:
        return before[:1]
    first = last_one
    while first > 0 and before[first - 1].purpose == "baseline":
        first -= 1
    return before[first : last_one + 1]


def _verdict(measure: Measure, change: float | None, band: float | None) -> Verdict:
    if change is None:
        return "first"
    if band is None:
        return "unknown"
    if abs(change) <= band:
        return "same"
    if measure.direction == "neither":
        return "changed"
    lower = measure.direction == "lower-is-better"
    return "better" if (change < 0) == lower else "worse"
