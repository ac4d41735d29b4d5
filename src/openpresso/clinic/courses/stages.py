"""What a course still needs, as pure rules: baselines, sessions, end measurements, follow-ups."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from openpresso.clinic.measures.purposes import END_WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpresso.clinic.courses.plan import Counts

StageKind = Literal["baseline", "session", "end", "follow-up"]
StageState = Literal["missing", "coming", "due", "overdue", "missed", "done"]

WINDOW: Final = dt.timedelta(weeks=2)
"""A follow-up counts from this long before its day to this long after it; assumed."""
OPEN: Final = frozenset({"missing", "due", "overdue"})
"""States of what is to be done now."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that a course needs.

    Parameters
    ----------
    kind
        What it is.
    state
        Where it stands: `missing` has no day of its own, `coming` lies ahead, `due` is now,
        `overdue` is past its day and can still be done, `missed` cannot any more.
    number
        Measurements wanted, the number of the session, or the weeks of the follow-up.
    have
        Measurements of it that there are, on different days.
    first, day, last
        First day on which it can be done, its day, and the last one; None without one.
    """

    kind: StageKind
    state: StageState
    number: int
    have: int = 0
    first: dt.date | None = None
    day: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A valid measurement of the kind that a course is followed by."""

    on: dt.date
    purpose: str


def baseline(wanted: int, measured: Iterable[Measured], first_session: dt.date | None) -> Stage:
    """Return how many baselines there are: on different days, not after the first session.

    A second reading of the same day would share that day's tape, hand and swelling.
    """
    days = {
        one.on
        for one in measured
        if one.purpose == "baseline" and (first_session is None or one.on <= first_session)
    }
    state: StageState = "done" if len(days) >= wanted else "missing"
    if state == "missing" and first_session is not None:
        state = "missed"
    return Stage("baseline", state, wanted, len(days), last=first_session)


def session(counts: Counts, today: dt.date, *, on_demand: bool) -> Stage | None:
    """Return the next session of a course that is active; None when none is to come."""
    number = counts.done + 1
    if on_demand:
        return Stage("session", "coming", number, counts.done)
    day = counts.next_due
    if day is None:
        return None
    state: StageState = "coming" if today < day else "due" if today == day else "overdue"
    return Stage("session", state, number, counts.done, day=day)


def end(
    wanted: int,
    measured: Iterable[Measured],
    last_session: dt.date | None,
    today: dt.date,
    *,
    ended_on: dt.date | None = None,
) -> Stage | None:
    """Return how many end measurements there are; None when there was no session to end.

    What was taken as an end measurement counts as one, also late; only what is still missing after
    the window is missed.
    """
    if last_session is None or not wanted:
        return None
    last = max(ended_on or last_session, last_session) + END_WINDOW
    days = {one.on for one in measured if one.purpose == "end" and one.on >= last_session}
    if len(days) >= wanted:
        state: StageState = "done"
    else:
        state = "due" if today <= last else "missed"
    return Stage("end", state, wanted, len(days), last_session, last_session, last)


def follow_ups(
    weeks: Sequence[int], measured: Sequence[Measured], ended_on: dt.date, today: dt.date
) -> tuple[Stage, ...]:
    """Return the follow-ups of a course that has ended, in order.

    A measurement belongs to the follow-up whose day is nearest, and only within its window.
    """
    days = [ended_on + dt.timedelta(weeks=week) for week in weeks]
    seen: dict[int, int] = {}
    for on in {one.on for one in measured if one.purpose == "follow-up"}:
        index = min(range(len(days)), key=lambda n: abs(days[n] - on), default=None)
        if index is not None and abs(days[index] - on) <= WINDOW:
            seen[index] = seen.get(index, 0) + 1
    return tuple(
        Stage(
            "follow-up",
            _window_state(seen.get(index, 0), day, today),
            week,
            seen.get(index, 0),
            day - WINDOW,
            day,
            day + WINDOW,
        )
        for index, (week, day) in enumerate(zip(weeks, days, strict=True))
    )


def _window_state(have: int, day: dt.date, today: dt.date) -> StageState:
    """Return where a follow-up stands on a day."""
    if have:
        return "done"
    if today < day - WINDOW:
        return "coming"
    if today > day + WINDOW:
        return "missed"
    return "due" if today <= day else "overdue"
