"""The plan of a course: the days on which its sessions are due, moved by its pauses.

A course has a clock of its own that counts days and stands still while the course is paused. With
t(d) the days on that clock from the start to day d, the k-th place of the plan (k = 0, 1, ...) is
the first day on which the clock runs and t(d) = k * interval. A session on day d belongs to the
place nearest to it, so a client who comes three days early in a weekly plan has come for that week.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which nothing is due.

    Parameters
    ----------
    begin
        First day of the pause.
    end
        First day after it; None while it lasts.
    """

    begin: dt.date
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The grid of due days.

    Parameters
    ----------
    start
        First day on which a session is due.
    interval
        Days from one due day to the next [d].
    pauses
        In order of time and apart from each other.
    """

    start: dt.date
    interval: int
    pauses: tuple[Pause, ...] = ()

    def elapsed(self, day: dt.date) -> int:
        """Return the days on the course's clock from the start to a day [d], not below 0."""
        return max((day - self.start).days - self._still(day), 0)

    def place(self, day: dt.date) -> int:
        """Return the place of the plan that a day is nearest to, counted from 0."""
        return (2 * self.elapsed(day) + self.interval) // (2 * self.interval)

    def day(self, place: int) -> dt.date | None:
        """Return the due day of a place; None when it lies behind a pause without an end."""
        day = self.start + place * self.interval * DAY
        for pause in self.pauses:
            if pause.begin > day:
                break
            if pause.end is None:
                return None
            day += max(pause.end - max(pause.begin, self.start), dt.timedelta(0))
        return day

    def days(self, first: int, count: int) -> tuple[dt.date, ...]:
        """Return the due days of some places, as far as they are known."""
        found = (self.day(place) for place in range(first, first + count))
        return tuple(day for day in found if day is not None)

    def _still(self, day: dt.date) -> int:
        """Return the days from the start to a day on which the clock stood still [d]."""
        return sum(
            max((min(pause.end or day, day) - max(pause.begin, self.start)).days, 0)
            for pause in self.pauses
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a course is, counted from its sessions."""

    planned: int
    """Sessions agreed; 0 for a course on demand."""
    done: int
    """Sessions delivered."""
    interrupted: int
    """Sessions that ended early; they are not counted as done."""
    left: int
    """Sessions still to come; 0 for a course on demand."""
    missed: int
    """Places of the plan that passed without the client having come."""
    next_due: dt.date | None
    """Due day of the next session; None when there is none, or the course is paused."""
    due: tuple[dt.date, ...]
    """Due days of all sessions left, from the next one on."""


def count(
    plan: Plan | None,
    planned: int,
    done: Sequence[dt.date],
    interrupted: Sequence[dt.date],
    today: dt.date,
) -> Counts:
    """Return how far a course is.

    A place of the plan that has passed and was not used does not use up a session: what is left
    moves to the places that come.

    Parameters
    ----------
    plan
        The grid; None for a course that has not begun or is on demand.
    planned
        Sessions agreed.
    done, interrupted
        Days of the sessions delivered, and of those that ended early.
    today
        The day of the question, or the day on which the course ended.

    Returns
    -------
    Counts
        All of it derived; nothing of it is kept anywhere.
    """
    left = max(planned - len(done), 0)
    if plan is None:
        return Counts(planned, len(done), len(interrupted), left, 0, None, ())
    came = {plan.place(day) for day in (*done, *interrupted)}
    now = plan.place(today)
    missed = sum(place not in came for place in range(now)) if left else _gaps(came)
    paused = any(pause.end is None for pause in plan.pauses)
    due = () if paused else plan.days(now + 1 if now in came else now, left)
    return Counts(planned, len(done), len(interrupted), left, missed, due[0] if due else None, due)


def _gaps(came: set[int]) -> int:
    """Return the places without a visit before the last one that had one."""
    return max(came, default=-1) + 1 - len(came)
