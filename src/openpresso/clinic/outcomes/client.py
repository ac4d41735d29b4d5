"""The outcome for one client: did it change, how sure, does it last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from openpresso.clinic.courses.course import Course
from openpresso.clinic.desk import Desk, action
from openpresso.clinic.measures.kind import kind
from openpresso.clinic.outcomes import kept
from openpresso.clinic.outcomes.readings import error_of, gather, rows_of, values
from openpresso.clinic.outcomes.relapse import SHARE
from openpresso.clinic.outcomes.sentence import say
from openpresso.clinic.outcomes.trend import trend
from openpresso.clinic.outcomes.verdict import judge, sign
from openpresso.clinic.roles import CARE

if TYPE_CHECKING:
    from openpresso.clinic.measures.kind import Measure
    from openpresso.clinic.measures.measurement import Measurement
    from openpresso.clinic.measures.rater import Error
    from openpresso.clinic.outcomes.readings import Days, Readings
    from openpresso.clinic.outcomes.relapse import State
    from openpresso.clinic.outcomes.trend import Trend
    from openpresso.clinic.outcomes.verdict import Judged, Word


@dataclass(frozen=True, slots=True)
class Result:
    """What one course did to one kind of measurement on one side.

    Parameters
    ----------
    kind, side, unit
        What was measured.
    verdict, why
        The word, and the sentence that goes with it.
    code
        Code of what is missing when it is `cannot say`.
    baseline, end, change, interval, srd
        Means, change with its 95 % interval, and smallest real difference [unit]; None: unknown.
    baselines, ends
        Number of days in each mean.
    provisional
        The course goes on: `end` is the last reading so far and nothing is judged.
    error
        The error that was used.
    days
        Every day's value.
    trend
        Line through them, day 0 being the first; None with fewer than three.
    """

    kind: str
    side: str
    unit: str
    verdict: Word
    why: str
    code: str
    baseline: float | None
    end: float | None
    change: float | None
    interval: tuple[float, float] | None
    srd: float | None
    baselines: int
    ends: int
    provisional: bool
    error: Error
    days: Days
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class Relapse:
    """Whether the gain of a course lasts.

    Parameters
    ----------
    state
        `no clear gain`, `not seen again`, `kept` or `lost`.
    after, before
        It was still there this many days after the end, and lost by then [d]; None: not lost.
    rule
        The rule, as it is printed with the result.
    visits
        Day after the end and value of each later visit.
    """

    state: State
    after: int
    before: int | None
    rule: str
    visits: tuple[tuple[int, float], ...]


RULE = f"lost: at least {SHARE:.0%} of the gain, and more than the smallest real difference"


@action("outcomes.result", *CARE, kind="read")
def result(
    desk: Desk, course_id: int, kind_key: str, side: str = "none", *, language: str = "en"
) -> Result:
    """Return the outcome of a course by one kind of measurement.

    Parameters
    ----------
    desk, course_id, kind_key, side
        Where, and what.
    language
        Of the sentence: `en` or `de`.

    Raises
    ------
    NotFoundError
        If there is no such course here.
    """
    course = desk.find(Course, course_id)
    measure, rows = kind(kind_key), rows_of(desk, course_id, kind_key, side)
    read = gather(desk, rows)
    going_on = not read.ends and course.ended_on is None
    error = error_of(desk, kind_key, rows, ("baseline", "during" if going_on else "end"))
    judged = _judged(measure, read, error, going_on=going_on)
    line = _line(read, error)
    code = judged.why or judged.verdict.replace(" ", "-")
    figures = {"change": judged.change, "srd": judged.srd, "unit": measure.unit}
    return Result(
        kind_key,
        side,
        measure.unit,
        judged.verdict,
        say(code, language, **figures),
        judged.why,
        judged.baseline,
        judged.end,
        judged.change,
        judged.interval,
        judged.srd,
        judged.baselines,
        judged.ends,
        going_on,
        error,
        read.all,
        line,
    )


def _judged(measure: Measure, read: Readings, error: Error, *, going_on: bool) -> Judged:
    """Return what can be said, which is nothing while the course goes on."""
    ends = read.during[-1:] if going_on else read.ends
    judged = judge(
        values(read.baselines),
        values(ends),
        direction=measure.direction,
        sem=error.sem,
        relative=error.relative,
        freedom=error.freedom,
    )
    return replace(judged, verdict="cannot say", why="not-ended") if going_on else judged


def _line(read: Readings, error: Error) -> Trend | None:
    """Return the line through all readings; its day 0 is the first one."""
    days = read.all
    if not days:
        return None
    sem = error.at(days[0][1])
    return trend([(day - days[0][0]).days for day, _ in days], values(days), sem)


@action("outcomes.relapse", *CARE, kind="read")
def relapse(desk: Desk, course_id: int, kind_key: str, side: str = "none") -> Relapse:
    """Return whether the gain of a course lasts, between which two visits it was lost if not.

    Parameters
    ----------
    desk, course_id, kind_key, side
        Where, and what.
    """
    desk.find(Course, course_id)
    measure = kind(kind_key)
    rows: list[Measurement] = rows_of(desk, course_id, kind_key, side)
    read = gather(desk, rows)
    error = error_of(desk, kind_key, rows, ("baseline", "end"))
    judged = _judged(measure, read, error, going_on=False)
    visits = kept.later(read)
    afterwards = error_of(desk, kind_key, rows, ("end", "follow-up"))
    found = kept.lost(judged, visits, afterwards, sign(measure.direction))
    before = int(found.before) if found.state == "lost" else None
    return Relapse(found.state, int(found.after), before, RULE, tuple(visits))
