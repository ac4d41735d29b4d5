"""Courses: a prescription of sessions for one client, and what people do with it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Unpack

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.courses import goal as goals
from openpresso.clinic.courses.prescription import Terms, prescribe
from openpresso.clinic.courses.states import ENDED, START, State, Step, after
from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.programs import lookup
from openpresso.clinic.roles import CARE, Role
from openpresso.clinic.store.base import Base, Editable, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.courses.goal import Goal
    from openpresso.clinic.desk import Desk

MOST_EXTENDED = 50
"""Sessions by which a course is extended at once, at most."""
LONGEST_REASON = 1000


class Course(Editable, Base):
    """One course of one client."""

    __tablename__ = "course"
    __table_args__ = (
        sa.Index("ix_course_client_id_created_at", "client_id", "created_at"),
        sa.Index("ix_course_practice_id_state_ended_on", "practice_id", "state", "ended_on"),
    )

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    indication: orm.Mapped[Name]
    program: orm.Mapped[Name]
    """Name in the catalog of programs, or of one of the practice's own."""
    cuff: orm.Mapped[Name]
    """Type of cuff, a name in the catalog of cuffs."""
    template: orm.Mapped[Name]
    """Template that the plan was taken from; empty for an own plan."""
    style: orm.Mapped[Name]
    """`course`, `on-demand` or `preventive`."""
    planned: orm.Mapped[int]
    """Sessions agreed; 0 on demand."""
    interval_days: orm.Mapped[int]
    """[d]; 0 on demand."""
    minutes: orm.Mapped[float]
    """Length of a session [min]."""
    baselines: orm.Mapped[int]
    """Measurements wanted before the first session, on different days."""
    ends: orm.Mapped[int]
    """Measurements wanted after the last session, on different days."""
    follow_ups: orm.Mapped[list[Any]]
    """Weeks after the end at which the client is measured again [w]."""
    measure: orm.Mapped[Name]
    """Kind of measurement that the course is followed by."""
    measure_side: orm.Mapped[Name]
    goal: orm.Mapped[dict[str, Any]]
    """As `openpresso.clinic.courses.goal.Goal.data` gives it; empty without a goal."""
    order: orm.Mapped[dict[str, Any]]
    """`by`, `ceiling` [mmHg] and `note` of a clinician's order; empty without one."""
    margin: orm.Mapped[float]
    """How far the ceiling stays below the diastolic pressure [mmHg]."""
    created_at: orm.Mapped[dt.datetime]
    started_on: orm.Mapped[dt.date | None]
    paused_on: orm.Mapped[dt.date | None]
    """First day of the pause that lasts; None without one."""
    ended_on: orm.Mapped[dt.date | None]
    end_reason: orm.Mapped[Note]
    state: orm.Mapped[Name]

    @property
    def goal_set(self) -> Goal | None:
        """The goal; None without one."""
        return goals.read(self.goal)


class CourseStep(Owned, Base):
    """One step in the life of a course: who did what, when and why. Rows are never changed."""

    __tablename__ = "course_step"
    __table_args__ = (sa.Index("ix_course_step_course_id_at", "course_id", "at"),)

    course_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("course.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"), index=True)
    step: orm.Mapped[Name]
    at: orm.Mapped[dt.datetime]
    on: orm.Mapped[dt.date]
    """Day from which it holds."""
    sessions: orm.Mapped[int]
    """Sessions that an extension added, 0 otherwise."""
    reason: orm.Mapped[Note]
    staff_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))


@action("course.open", *CARE)
def open(  # noqa: A001 -- the verb of the domain
    desk: Desk,
    client_id: int,
    indication: str,
    program: str,
    cuff: str,
    *,
    goal: Goal | None = None,
    **plan: Unpack[Terms],
) -> Course:
    """Open a course for a client: by a template, or by a plan of its own.

    Parameters
    ----------
    desk, client_id
        Where, and for whom.
    indication
        One of those that have an evidence card.
    program, cuff
        The program: one of the catalog, or a released one of the practice. It must fit the cuff.
    goal
        What it is for; a course may be opened without one.
    **plan
        What is not given is the template's; see `openpresso.clinic.courses.prescription.Terms`.

    Returns
    -------
    Course
        Planned; its number is its key.

    Raises
    ------
    NotFoundError
        If there is no such client here.
    RefusedError
        If nothing may be opened for the client any more.
    InputError
        If the plan contradicts itself, or program and cuff do not fit.
    """
    from openpresso.clinic.people.client import Client

    client = desk.find(Client, client_id)
    if client.state != "active":
        raise RefusedError(
            "no course is opened for this client", (f"the client is {client.state}",)
        )
    found = prescribe(indication, lookup.to_use(desk, program), cuff, **plan)
    if goal is not None:
        check_goal(desk, goal)
    return desk.add(
        Course(
            client_id=client_id,
            goal=goal.data() if goal else {},
            order={},
            created_at=desk.now(),
            started_on=None,
            paused_on=None,
            ended_on=None,
            end_reason="",
            state=START.value,
            **found.columns(),
        )
    )


@action("course.begin", *CARE)
def begin(
    desk: Desk, course_id: int, *, on: dt.date | None = None, version: int | None = None
) -> Course:
    """Begin a course: its first session is due on a day, today if none is given."""
    course = desk.find(Course, course_id, version=version)
    day = on or desk.today()
    if abs((day - desk.today()).days) > 366:
        raise InputError.one(
            "course",
            "out-of-range",
            f"{day} is more than a year from today, {desk.today()}",
            path="on",
            hint="give the day of the first session.",
        )
    _step(desk, course, Step.BEGIN, day)
    course.started_on = day
    return course


@action("course.pause", *CARE)
def pause(desk: Desk, course_id: int, reason: str, *, version: int | None = None) -> Course:
    """Pause a course from today on: nothing is due until it is resumed."""
    course = desk.find(Course, course_id, version=version)
    _step(desk, course, Step.PAUSE, desk.today(), reason=said(reason))
    course.paused_on = desk.today()
    return course


@action("course.resume", *CARE)
def resume(desk: Desk, course_id: int, *, version: int | None = None) -> Course:
    """Resume a paused course; its plan moves by the days of the pause."""
    course = desk.find(Course, course_id, version=version)
    _step(desk, course, Step.RESUME, desk.today())
    course.paused_on = None
    return course


@action("course.extend", *CARE)
def extend(
    desk: Desk, course_id: int, sessions: int, reason: str, *, version: int | None = None
) -> Course:
    """Add sessions to a course, with the reason."""
    course = desk.find(Course, course_id, version=version)
    if course.style == "on-demand" or not 1 <= sessions <= MOST_EXTENDED:
        raise InputError.one(
            "course",
            "bad-extension",
            f"{sessions} sessions on a course of style {course.style}; 1 to {MOST_EXTENDED} are "
            "allowed, and a course on demand has no number",
            path="sessions",
            hint="open a new course for more.",
        )
    _step(desk, course, Step.EXTEND, desk.today(), reason=said(reason), sessions=sessions)
    course.planned += sessions
    return course


@action("course.stop", *CARE)
def stop(desk: Desk, course_id: int, reason: str, *, version: int | None = None) -> Course:
    """End a course early, with the reason."""
    course = desk.find(Course, course_id, version=version)
    _step(desk, course, Step.STOP, desk.today(), reason=said(reason))
    return _ended(desk, course, reason.strip())


@action("course.finish", *CARE)
def finish(desk: Desk, course_id: int, *, version: int | None = None) -> Course:
    """Finish a course all of whose planned sessions were delivered.

    Raises
    ------
    RefusedError
        If sessions are left: then it is stopped with a reason, or goes on.
    """
    from openpresso.clinic.courses.progress import counts

    course = desk.find(Course, course_id, version=version)
    left = counts(desk, course).left
    if left and course.state == State.ACTIVE:
        raise RefusedError(
            "the course is not over",
            (f"{left} of {course.planned} sessions are left: deliver them, or stop it",),
            code="sessions-left",
        )
    _step(desk, course, Step.FINISH, desk.today())
    return _ended(desk, course, "")


@action("course.set-goal", *CARE)
def set_goal(desk: Desk, course_id: int, goal: Goal, *, version: int | None = None) -> Course:
    """Set or change the goal of a course that has not ended."""
    course = desk.find(Course, course_id, version=version)
    check_goal(desk, goal)
    _step(desk, course, Step.CHANGE, desk.today(), reason=f"goal: {goal.text or goal.quantity}")
    course.goal = goal.data()
    return course


@action("course.judge-goal", *CARE)
def judge_goal(desk: Desk, course_id: int, *, reached: bool, version: int | None = None) -> Course:
    """Enter whether the client reached a goal of function, as the client says."""
    course = desk.find(Course, course_id, version=version)
    if course.goal.get("quantity") != goals.FUNCTION:
        raise RefusedError("only a goal of function is judged by asking; others are measured")
    course.goal = {**course.goal, "reached": "yes" if reached else "no"}
    return course


@action("course.order", Role.CLINICIAN)
def order(
    desk: Desk,
    course_id: int,
    by: str,
    *,
    ceiling: float | None = None,
    margin: float | None = None,
    minutes: float | None = None,
    program: str = "",
    until: dt.date | None = None,
    note: str = "",
    version: int | None = None,
) -> Course:
    """Enter a clinician's order: by whom, a ceiling that tightens and a margin [mmHg], a plan.

    `minutes` [min] and `program` change the plan; after `until` the order holds no more.
    """
    from openpresso.clinic.courses import orders
    from openpresso.clinic.courses.prescription import check_margin, check_order

    course = desk.find(Course, course_id, version=version)
    check_order(by, ceiling, note)
    _step(desk, course, Step.CHANGE, desk.today(), reason=f"order by {by.strip()}")
    said_so = {"by": by.strip(), "ceiling": ceiling, "note": note.strip()}
    course.order = said_so | orders.carry_out(desk, course, minutes, program, until)
    if margin is not None:
        course.margin = check_margin(margin)
    return course


@action("course.read", *CARE, kind="read")
def find(desk: Desk, course_id: int) -> Course:
    """Return a course."""
    return desk.find(Course, course_id)


@action("course.list", *CARE, kind="read")
def of_client(desk: Desk, client_id: int) -> list[Course]:
    """Return the courses of a client, the newest first."""
    return desk.every(
        sa.select(Course)
        .where(Course.practice_id == desk.here, Course.client_id == client_id)
        .order_by(Course.created_at.desc(), Course.id.desc())
    )


@action("course.history", *CARE, kind="read")
def history(desk: Desk, course_id: int) -> list[CourseStep]:
    """Return what was done with a course after it was opened, in order."""
    return steps(desk, desk.find(Course, course_id).id)


def steps(desk: Desk, course_id: int) -> list[CourseStep]:
    """Return the steps of a course, in order; for actions of other rooms."""
    return desk.every(
        sa.select(CourseStep)
        .where(CourseStep.practice_id == desk.here, CourseStep.course_id == course_id)
        .order_by(CourseStep.at, CourseStep.id)
    )


def check_goal(desk: Desk, goal: Goal) -> None:
    """Refuse a goal that cannot be judged; see `goal.check`."""
    from openpresso.clinic.measures.kind import kinds

    units = {key: one.unit for key, one in kinds().items() if one.direction != "neither"}
    goals.check(goal, desk.today(), units)


def said(reason: str) -> str:
    """Return a reason without blanks around it, or refuse one that says nothing."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InputError.one(
            "course",
            "no-reason",
            f"a reason of {len(reason)} characters; 1 to {LONGEST_REASON} are needed",
            path="reason",
            hint="say why in a few words.",
        )
    return reason


def _step(
    desk: Desk, course: Course, step: Step, on: dt.date, *, reason: str = "", sessions: int = 0
) -> None:
    """Take a step of the table and enter it."""
    course.state = after(course.state, step).value
    desk.add(
        CourseStep(
            course_id=course.id,
            client_id=course.client_id,
            step=step.value,
            at=desk.now(),
            on=on,
            sessions=sessions,
            reason=reason,
            staff_id=desk.staff_id,
        )
    )


def _ended(desk: Desk, course: Course, reason: str) -> Course:
    from openpresso.clinic.outcomes import kept  # it reads the tables of this room

    course.ended_on = desk.today()
    course.paused_on = None
    course.end_reason = reason
    kept.course_changed(desk, course.id)
    return course


def is_over(course: Course) -> bool:
    """Return whether a course has ended."""
    return State(course.state) in ENDED
