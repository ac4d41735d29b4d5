"""The readings of one course, kind and side, sorted by what they are for and gathered by day.

Several readings of one day count as one, their mean: they share the landmark, the hour and the
swelling of that day, so they say less than readings of several days.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.measures.measurement import Measurement
from openpresso.clinic.measures.rater import error

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.measures.rater import Error

Days = tuple[tuple["dt.date", float], ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of one course by purpose, one value for each day, in the order of the days."""

    baselines: Days
    during: Days
    ends: Days
    follow_ups: Days

    @property
    def all(self) -> Days:
        """Every day's value in order."""
        return tuple(sorted((*self.baselines, *self.during, *self.ends, *self.follow_ups)))


def values(days: Days) -> list[float]:
    """Return the values without their days."""
    return [value for _, value in days]


def rows_of(desk: Desk, course_id: int, kind_key: str, side: str) -> list[Measurement]:
    """Return the measurements that count, the oldest first."""
    statement = (
        sa.select(Measurement)
        .where(
            Measurement.practice_id == desk.practice_id,
            Measurement.course_id == course_id,
            Measurement.kind == kind_key,
            Measurement.side == side,
            Measurement.void_reason == "",
        )
        .order_by(Measurement.at, Measurement.id)
    )
    return desk.every(statement)


def gather(desk: Desk, rows: Sequence[Measurement]) -> Readings:
    """Return measurements by purpose and by the day where the practice is."""

    def of(purpose: str) -> Days:
        return _by_day((desk.day(one.at), one.value) for one in rows if one.purpose == purpose)

    return Readings(of("baseline"), of("during"), of("end"), of("follow-up"))


def _by_day(read: Iterable[tuple[dt.date, float]]) -> Days:
    gathered: dict[dt.date, list[float]] = defaultdict(list)
    for day, value in read:
        gathered[day].append(value)
    return tuple((day, statistics.fmean(gathered[day])) for day in sorted(gathered))


def error_of(
    desk: Desk, kind_key: str, rows: Sequence[Measurement], purposes: Sequence[str]
) -> Error:
    """Return the error of one of the readings of some purposes: of the rater if one took them all.

    It is the error as it was known before the last of them, so that an outcome once told does
    not change when a rater is checked again.
    """
    meant = [one for one in rows if one.purpose in purposes]
    raters = {one.rater_id for one in meant}
    rater = raters.pop() if len(raters) == 1 else None
    return error(desk, kind_key, rater, before=meant[-1].at if meant else None)
