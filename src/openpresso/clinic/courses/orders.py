"""What a clinician's order says beside its ceiling: minutes, program, and until when it holds."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any, Final

from openpresso.clinic.courses.prescription import MINUTES, fitting
from openpresso.clinic.programs import lookup
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.desk import Desk

LONGEST: Final = 2 * 366
"""Days that an order can hold from today [assumed]."""


def carry_out(
    desk: Desk, course: Course, minutes: float | None, program: str, until: dt.date | None
) -> dict[str, Any]:
    """Bring the plan of a course to what was ordered; return what the order keeps of it.

    Parameters
    ----------
    desk, course
        Where, and the course.
    minutes
        Length of a session from now on [min]; None: as it is.
    program
        Program from now on; empty: as it is.
    until
        Last day on which the order holds; None: as long as the course goes on.

    Raises
    ------
    InputError
        If the minutes or the day are out of range, or the program does not fit the cuff.
    """
    low, high = MINUTES
    if minutes is not None and not (math.isfinite(minutes) and low <= minutes <= high):
        message = f"{minutes:g} min; {low:g} to {high:g} min are allowed"
        raise _wrong("minutes", "out-of-range", message, "correct it.")
    last = desk.today() + dt.timedelta(days=LONGEST)
    if until is not None and not desk.today() <= until <= last:
        message = f"{until} is not between today, {desk.today()}, and {last}"
        raise _wrong("until", "out-of-range", message, "give the last day on which it holds.")
    if program and program != course.program:
        fitting(lookup.to_use(desk, program), course.cuff)
        from openpresso.clinic.outcomes import kept  # it reads the tables of this room

        course.program = program
        kept.course_changed(desk, course.id)
    if minutes is not None:
        course.minutes = float(minutes)
    return {
        "minutes": minutes,
        "program": program,
        "until": until.isoformat() if until else "",
        "on": desk.today().isoformat(),
    }


def ends_on(order: Mapping[str, Any]) -> dt.date | None:
    """Return the last day on which an order holds; None when it names none."""
    until = order.get("until")
    return dt.date.fromisoformat(until) if until else None


def in_force(order: Mapping[str, Any], today: dt.date) -> str:
    """Return who gave an order that holds today; empty without one, or when it has ended.

    Its ceiling stays when it has ended: a limit is taken away by a person, not by a day.
    """
    until = ends_on(order)
    return "" if until is not None and until < today else str(order.get("by", ""))


def _wrong(path: str, code: str, message: str, hint: str) -> InputError:
    return InputError.one("course", code, message, path=path, hint=hint)
