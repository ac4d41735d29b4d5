"""Where a course stands: counted from its sessions and measurements, and what is next for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso import cuff as cuffs
from openpresso.clinic.courses import ceiling as ceilings
from openpresso.clinic.courses import stages
from openpresso.clinic.courses.ceiling import Ceiling
from openpresso.clinic.courses.course import Course, is_over, steps
from openpresso.clinic.courses.plan import Counts, Pause, Plan, count
from openpresso.clinic.courses.stages import OPEN, Measured, Stage
from openpresso.clinic.courses.states import State, Step
from openpresso.clinic.desk import action
from openpresso.clinic.programs import lookup
from openpresso.clinic.roles import CARE, HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpresso.clinic.courses.course import CourseStep
    from openpresso.clinic.desk import Desk

LONGEST_FOLLOW_UP = dt.timedelta(weeks=60)
"""How far back a course can have ended that the list of follow-ups still looks at."""
MOST_LISTED = 200
"""Follow-ups that are listed at once."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a course stands.

    Parameters
    ----------
    course_id, state
        Which, and the state of the table.
    counts
        Of its sessions.
    stages
        Everything it needs, in order of time; also what was done or missed.
    """

    course_id: int
    state: str
    counts: Counts
    stages: tuple[Stage, ...]

    @property
    def now(self) -> tuple[Stage, ...]:
        """What is to be done now."""
        return tuple(stage for stage in self.stages if stage.state in OPEN)

    @property
    def next(self) -> Stage | None:
        """The one thing that comes next; None when nothing does."""
        coming = [stage for stage in self.stages if stage.state == "coming"]
        return next(iter((*self.now, *coming)), None)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the front desk needs of a course to book it, and nothing about health."""

    course_id: int
    cuff: str
    minutes: float
    """[min]"""
    state: str
    counts: Counts


@action("course.progress", *CARE, kind="read")
def progress(desk: Desk, course_id: int) -> Progress:
    """Return where a course stands and what is next for it."""
    course = desk.find(Course, course_id)
    today = desk.today()
    done, interrupted = delivered(desk, course_id)
    counted = _counted(desk, course, done, interrupted)
    measured = _measured(desk, course)
    came = sorted((*done, *interrupted))
    needed: list[Stage | None] = [
        stages.baseline(course.baselines, measured, came[0] if came else None)
    ]
    if course.state == State.ACTIVE:
        on_demand = course.style == "on-demand"
        needed.append(stages.session(counted, today, on_demand=on_demand))
    if is_over(course) or (course.planned and not counted.left):
        last = came[-1] if came else None
        needed.append(stages.end(course.ends, measured, last, today, ended_on=course.ended_on))
    if course.ended_on is not None and came:
        needed += stages.follow_ups(course.follow_ups, measured, course.ended_on, today)
    return Progress(
        course_id, course.state, counted, tuple(one for one in needed if one is not None)
    )


@action("course.schedule", *HOUSE, kind="read")
def schedule(desk: Desk, course_id: int) -> Schedule:
    """Return when the sessions of a course are due, for booking them."""
    course = desk.find(Course, course_id)
    return Schedule(course.id, course.cuff, course.minutes, course.state, counts(desk, course))


@action("course.follow-ups", *CARE, kind="read")
def follow_ups(desk: Desk, limit: int = MOST_LISTED) -> list[tuple[Course, Stage]]:
    """Return the follow-ups that can be measured now and were not, those longest due first."""
    today = desk.today()
    recent = (
        Course.practice_id == desk.here,
        Course.state.in_([State.FINISHED.value, State.STOPPED.value]),
        Course.ended_on.between(today - LONGEST_FOLLOW_UP, today),
    )
    measured = _followed(desk, recent)
    found = [
        (stage.day or today, key, stage)
        for key, weeks, ended_on in desk.db.execute(
            sa.select(Course.id, Course.follow_ups, Course.ended_on).where(*recent)
        )
        for stage in stages.follow_ups(weeks, measured.get(key, ()), ended_on, today)
        if stage.state in OPEN
    ]
    chosen = sorted(found, key=lambda one: one[:2])[:limit]
    rows = desk.every(
        sa.select(Course).where(
            Course.practice_id == desk.here, Course.id.in_([key for _, key, _ in chosen])
        )
    )
    by_key = {one.id: one for one in rows}
    return [(by_key[key], stage) for _, key, stage in chosen]


@action("course.ceiling", *CARE, kind="read")
def ceiling(desk: Desk, course_id: int, diastolic: float | None = None) -> Ceiling:
    """Return the ceiling of a course for its client, today.

    Parameters
    ----------
    desk, course_id
        Where and which.
    diastolic
        Diastolic pressure [mmHg]; when not given, that of today's measurement, if there is one.

    Returns
    -------
    Ceiling
        Value, deciding reason and all parts.
    """
    from openpresso.clinic.screening import screening

    course = desk.find(Course, course_id)
    standing = screening.standing(desk, course.client_id, desk.today())
    if diastolic is None:
        diastolic = diastolic_today(desk, course.client_id)
    return capped(desk, course, diastolic, standing.caps.pressure)


def capped(desk: Desk, course: Course, diastolic: float | None, cap: float | None) -> Ceiling:
    """Return the ceiling of a course under a cap of the screening [mmHg]; for other rooms."""
    desk.about(course.client_id)
    return ceilings.ceiling(
        lookup.to_read(desk, course.program),
        cuffs.load(course.cuff),
        diastolic=diastolic,
        margin=course.margin,
        screening=cap,
        order=course.order.get("ceiling"),
        ordered_by=course.order.get("by", ""),
    )


def diastolic_today(desk: Desk, client_id: int) -> float | None:
    """Return the diastolic pressure measured today [mmHg]; None when there is none."""
    from openpresso.clinic.measures import measurement

    found = measurement.latest(desk, client_id, "blood-pressure")
    if found is None or desk.day(found.at) != desk.today():
        return None
    value = found.detail.get("diastolic")
    return None if value is None else float(value)


def counts(desk: Desk, course: Course) -> Counts:
    """Return how far a course is, counted from its sessions."""
    return _counted(desk, course, *delivered(desk, course.id))


def delivered(desk: Desk, course_id: int) -> tuple[list[dt.date], list[dt.date]]:
    """Return the days of a course's delivered and of its interrupted sessions, in order."""
    from openpresso.clinic.sessions.session import Session

    rows = desk.db.execute(
        sa.select(Session.started_at, Session.state)
        .where(
            Session.practice_id == desk.here,
            Session.course_id == course_id,
            Session.state.in_(("delivered", "interrupted")),
        )
        .order_by(Session.started_at)
    ).all()
    days = [(desk.day(at), state) for at, state in rows if at is not None]
    return (
        [day for day, state in days if state == "delivered"],
        [day for day, state in days if state == "interrupted"],
    )


def pauses(taken: Iterable[CourseStep]) -> tuple[Pause, ...]:
    """Return the pauses of a course from its steps in order; the last may not have an end."""
    found: list[Pause] = []
    begun: dt.date | None = None
    for step in taken:
        if step.step == Step.PAUSE:
            begun = step.on
        elif begun is not None and step.step in {Step.RESUME, Step.STOP}:
            found.append(Pause(begun, step.on))
            begun = None
    return (*found, Pause(begun)) if begun is not None else tuple(found)


def plan(desk: Desk, course: Course) -> Plan | None:
    """Return the grid of due days; None for a course that has not begun or is on demand."""
    if course.started_on is None or not course.interval_days:
        return None
    return Plan(course.started_on, course.interval_days, pauses(steps(desk, course.id)))


def _counted(
    desk: Desk, course: Course, done: Sequence[dt.date], interrupted: Sequence[dt.date]
) -> Counts:
    """Return the counts; a course that has ended is counted on the day of its end."""
    counted = count(
        plan(desk, course), course.planned, done, interrupted, course.ended_on or desk.today()
    )
    if not is_over(course):
        return counted
    return Counts(
        counted.planned, counted.done, counted.interrupted, counted.left, counted.missed, None, ()
    )


def _measured(desk: Desk, course: Course) -> list[Measured]:
    """Return the valid measurements of the kind that a course is followed by."""
    from openpresso.clinic.measures import measurement

    found = measurement.series(
        desk, course.client_id, course.measure, course.measure_side, course_id=course.id
    )
    return [Measured(desk.day(one.at), one.purpose) for one in found if not one.void_reason]


def _followed(desk: Desk, recent: tuple[sa.ColumnElement[bool], ...]) -> dict[int, list[Measured]]:
    """Return the follow-up measurements of courses that ended lately, by course."""
    from openpresso.clinic.measures.measurement import Measurement

    rows = desk.db.execute(
        sa.select(Course.id, Measurement.at)
        .join(Measurement, Course.id == Measurement.course_id)
        .where(
            *recent,
            Measurement.kind == Course.measure,
            Measurement.side == Course.measure_side,
            Measurement.purpose == "follow-up",
            Measurement.void_reason == "",
        )
    )
    found: dict[int, list[Measured]] = {}
    for key, at in rows:
        found.setdefault(key, []).append(Measured(desk.day(at), "follow-up"))
    return found
