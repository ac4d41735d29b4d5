"""Local time: the instant that a day and a time on the wall name, where the clocks change too."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from openpresso.errors import InputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Which = Literal["first", "second"]
"""Of two instants with the same time on the wall, in the night when the clocks are set back."""


def instant(zone: ZoneInfo, day: dt.date, time: dt.time, which: Which | None = None) -> dt.datetime:
    """Return the instant of a local time.

    Parameters
    ----------
    zone
        Where the time is read.
    day, time
        What calendar and clock show there.
    which
        Which of two, where the clock shows the time twice.

    Returns
    -------
    datetime.datetime
        In UTC.

    Raises
    ------
    InputError
        With code `nonexistent-time` where the clocks skip the time, and the nearest one; with
        code `ambiguous-time` where they show it twice and `which` is not given.
    """
    early, late = _both(zone, day, time)
    wall = dt.datetime.combine(day, time)
    if early.astimezone(zone).replace(tzinfo=None) != wall:
        nearest = _jump(zone, late, early).astimezone(zone)
        raise InputError.one(
            f"{day} {time:%H:%M}",
            "nonexistent-time",
            f"on {day} the clocks in {zone.key} go forward and never show {time:%H:%M}",
            path="time",
            hint=f"the nearest time is {nearest:%H:%M}.",
        )
    if early != late and which is None:
        raise InputError.one(
            f"{day} {time:%H:%M}",
            "ambiguous-time",
            f"on {day} the clocks in {zone.key} go back and show {time:%H:%M} twice",
            path="which",
            hint="say which of the two: first (before the clocks go back) or second.",
        )
    return late if which == "second" else early


def edge(zone: ZoneInfo, day: dt.date, time: dt.time, *, closing: bool = False) -> dt.datetime:
    """Return the instant of an edge of the opening hours, for which nobody can be asked.

    A skipped time is the instant of the jump; of two instants, opening takes the first and
    closing the second.
    """
    early, late = _both(zone, day, time)
    if early.astimezone(zone).replace(tzinfo=None) != dt.datetime.combine(day, time):
        return _jump(zone, late, early)
    return late if closing else early


def _both(zone: ZoneInfo, day: dt.date, time: dt.time) -> tuple[dt.datetime, dt.datetime]:
    """Return the instants by the rules before and after a change of the clocks."""
    wall = dt.datetime.combine(day, time.replace(tzinfo=None), zone)
    return wall.replace(fold=0).astimezone(dt.UTC), wall.replace(fold=1).astimezone(dt.UTC)


def _jump(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """Return the instant, to the second, at which the offset changes between two instants."""
    old = before.astimezone(zone).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = before + dt.timedelta(seconds=(after - before).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
