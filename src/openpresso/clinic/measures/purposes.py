"""When a measurement was taken, and what for: before a course, during it, at its end, after it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal, get_args

import sqlalchemy as sa

from openpresso.clinic.measures.entry import refuse

if TYPE_CHECKING:
    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.desk import Desk

Purpose = Literal["baseline", "during", "end", "follow-up", "other"]
PURPOSES: Final[tuple[str, ...]] = get_args(Purpose)
CLOCK_SLACK: Final = dt.timedelta(minutes=5)
"""How far ahead of this clock the clock of an entry may be."""
END_WINDOW: Final = dt.timedelta(days=7)
"""How long after the end of a course a reading is taken for its end unless it is said."""


def moment(desk: Desk, at: dt.datetime, born: dt.date) -> dt.datetime:
    """Return when a measurement was taken.

    Raises
    ------
    InputError
        If that is to come, or was before the client was born, or has no time zone.
    """
    if at.utcoffset() is None:
        refuse("naive-time", "at", f"{at} has no time zone", "Add it, for example +00:00.")
    if at > desk.now() + CLOCK_SLACK:
        refuse("in-the-future", "at", f"{at.isoformat()} is still to come")
    if desk.day(at) < born:
        refuse("before-birth", "at", f"{at.isoformat()} is before the client was born")
    return at.astimezone(dt.UTC)


def purpose(
    desk: Desk, course_id: int | None, client_id: int, at: dt.datetime, given: str | None
) -> str:
    """Return what a measurement is for.

    Parameters
    ----------
    desk, course_id, client_id, at
        Where, of which course and client, and when.
    given
        What the technician says; None: as the course stands.

    Raises
    ------
    InputError
        If the purpose is unknown, does not fit the course, or the course is another client's. A
        reading after the first session is no baseline: the session has changed the leg.
    """
    if given is not None and given not in PURPOSES:
        refuse("bad-purpose", "purpose", f"{given!r}; allowed are {', '.join(PURPOSES)}")
    if course_id is None:
        if given not in {None, "other"}:
            refuse("no-course", "purpose", f"{given!r} needs a course", "Name the course.")
        return "other"
    from openpresso.clinic.courses.course import Course

    course = desk.find(Course, course_id)
    if course.client_id != client_id:
        refuse("other-client", "course_id", f"course {course_id} is of another client")
    begun = _begun(desk, course_id, at)
    if given == "baseline" and begun:
        message = "the first session was before it, so it is no baseline"
        refuse("late-baseline", "purpose", message, "Enter it as 'during'.")
    if given in {"during", "end", "follow-up"} and not begun and course.ended_on is None:
        message = f"{given!r} before the first session"
        refuse("early-purpose", "purpose", message, "Enter it as 'baseline'.")
    return given or _usual(desk, course, at, begun=begun)


def _usual(desk: Desk, course: Course, at: dt.datetime, *, begun: bool) -> str:
    """Return what a measurement is for when nobody says it."""
    if not begun:
        return "baseline"
    if course.ended_on is None:
        from openpresso.clinic.courses.progress import counts

        delivered_all = course.planned > 0 and counts(desk, course).left == 0
        return "end" if delivered_all else "during"
    if desk.day(at) < course.ended_on:
        return "during"
    return "end" if desk.day(at) <= course.ended_on + END_WINDOW else "follow-up"


def _begun(desk: Desk, course_id: int, at: dt.datetime) -> bool:
    """Whether a session of the course was started before a moment."""
    from openpresso.clinic.sessions.session import Session

    statement = (
        sa.select(Session.id)
        .where(
            Session.practice_id == desk.practice_id,
            Session.course_id == course_id,
            Session.started_at < at,
        )
        .limit(1)
    )
    return desk.db.scalar(statement) is not None
