"""What a course is worth: its cost, the cost of a kept gain, two programs compared, alternatives.

The figures that a practice or a user enters are rows, never changed: a new figure is a new row.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.courses.course import Course
from openpresso.clinic.desk import action

# Imported for their tables and actions: `rooms` lists this module, and through it those as well.
from openpresso.clinic.money import (  # noqa: F401
    alternatives,
    cost_file,
    credit_note,
    economics,
    letterhead,
    paper,
    price,
    revenue,
    sale,
)
from openpresso.clinic.money.economics import CostInputs, KeptCost, course_cost
from openpresso.clinic.outcomes.kept import CourseOutcome
from openpresso.clinic.outcomes.lasting import at
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.sessions.session import GIVEN, Session
from openpresso.clinic.store.base import LONGEST_NOTE, Base, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.alternatives import Language, Table
    from openpresso.clinic.money.economics import Comparison, CourseCost

KEPT_WEEKS: Final = 12
"""Weeks after the end at which a gain counts as kept [w]."""
MOST_SESSIONS: Final = 500
MOST_VALUE: Final = 1e9
Fate = Literal["kept", "lost", "missing"]
Period = tuple[dt.date | None, dt.date | None]
"""First and last day; None: open."""


class WorthInput(Owned, Base):
    """One figure that somebody has entered, until a later row of the same name."""

    __tablename__ = "worth_input"
    __table_args__ = (sa.Index("ix_worth_input_practice_id_name", "practice_id", "name", "set_at"),)

    name: orm.Mapped[Name]
    """A cost input, or `way/price` of an alternative."""
    value: orm.Mapped[float]
    """In the unit of the shipped figure."""
    source: orm.Mapped[Note]
    """Where the figure is from, as entered."""
    set_at: orm.Mapped[dt.datetime]
    set_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))


@dataclass(frozen=True, slots=True)
class Input:
    """A figure in use.

    Parameters
    ----------
    name, title, value, unit
        Which, what it is, how much, in which unit.
    mark
        `entered` by the practice, or that of the shipped figure.
    source
        Where it is from.
    """

    name: str
    title: str
    value: float
    unit: str
    mark: str
    source: str


@action("worth.set", Role.OWNER)
def enter(desk: Desk, name: str, value: float, *, source: str) -> WorthInput:
    """Enter the practice's own figure, from now on.

    Parameters
    ----------
    desk
        Of the owner.
    name
        A cost input (`technician`), or `way/price` of an alternative (`swimming/ticket`, in cents).
    value
        In the unit of the shipped figure.
    source
        Where it is from: `invoice of 3 March`, `asked at the pool`.

    Raises
    ------
    InputError
        If there is no such figure, the value cannot be, or no source is given.
    """
    known = {*cost_file.defaults(), *_alternative_prices()}
    least = 1.0 if name == "device_sessions" else 0.0
    faults = {
        "name": (name in known, f"{name!r} is unknown; allowed are {', '.join(sorted(known))}"),
        "value": (
            math.isfinite(value) and least <= value <= MOST_VALUE,
            f"{value} must be from {least:g} to {MOST_VALUE:g}",
        ),
        "source": (
            0 < len(source.strip()) <= LONGEST_NOTE,
            f"a source has 1 to {LONGEST_NOTE} characters",
        ),
    }
    for field, (fine, message) in faults.items():
        if not fine:
            raise InputError.one(
                "worth", "bad-figure", message, path=field, hint="Correct the value."
            )
    return desk.add(
        WorthInput(
            name=name,
            value=float(value),
            source=source.strip(),
            set_at=desk.now(),
            set_by=desk.staff_id,
        )
    )


@action("worth.inputs", Role.OWNER, kind="read")
def inputs(desk: Desk, language: Language = "en") -> list[Input]:
    """Return the figures that costs are reckoned with, each with its mark and source."""
    entered, found = _entered(desk), []
    for one in cost_file.defaults().values():
        own = entered.get(one.name)
        title = getattr(one.title, language)
        value, mark, source = (
            (own.value, "entered", own.source) if own else (one.value, one.mark, one.source)
        )
        found.append(Input(one.name, title, value, one.unit, mark, source))
    return found


@action("worth.course", Role.OWNER, kind="read")
def of_course(desk: Desk, sessions: int = 8) -> CourseCost:
    """Return what a course of some sessions costs practice and client, part by part."""
    if not 0 <= sessions <= MOST_SESSIONS:
        raise InputError.one(
            "worth",
            "out-of-range",
            f"{sessions} sessions; allowed are 0 to {MOST_SESSIONS}",
            path="sessions",
        )
    return course_cost(sessions, cost_inputs(desk))


@action("worth.kept", Role.OWNER, kind="read")
def kept(
    desk: Desk,
    program: str,
    *,
    kind: str = "girths",
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> KeptCost:
    """Return what one client cost who was better and still was at 12 weeks.

    The cost is that of all clients whose course with the program ended in the period, measured or
    not. A client has kept it when a side has and no side has lost it; both sides are one client.

    Parameters
    ----------
    desk, program
        Where, and with which program.
    kind
        Kind of measurement that the gain is judged by.
    since, until
        First and last day of the courses' ends; None: open.
    """
    period = since, until
    costs, outcomes = _costs(desk, program, period), _fates(desk, program, kind, period)
    found = [outcomes.get(client, "missing") for client in costs]
    return economics.kept_cost(list(costs.values()), found.count("kept"), found.count("lost"))


@action("worth.compare", Role.OWNER, kind="read")
def compare(
    desk: Desk,
    program: str,
    other: str,
    *,
    willingness: float,
    kind: str = "girths",
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Comparison:
    """Compare two programs by what they cost and gain, client by client.

    Parameters
    ----------
    desk, program, other
        Where, and which programs.
    willingness
        What one unit of gain is worth to the user [cents per unit of the kind].
    kind
        Kind of measurement; more gain is better, in its unit.
    since, until
        As in `kept`.

    Raises
    ------
    InputError
        If the willingness is not a number from 0.
    """
    if not 0.0 <= willingness <= MOST_VALUE:
        raise InputError.one(
            "worth",
            "out-of-range",
            f"{willingness} cents; allowed are 0 to {MOST_VALUE:g}",
            path="willingness",
            hint="Say what one unit of gain is worth to you.",
        )
    pairs, left_out, period = [], 0, (since, until)
    for name in (program, other):
        costs, gains = _costs(desk, name, period), _gains(desk, name, kind, period)
        pairs.append([(cost, gains[client]) for client, cost in costs.items() if client in gains])
        left_out += len(costs) - len(pairs[-1])
    found = economics.compare(pairs[0], pairs[1], willingness=willingness)
    if not left_out:
        return found
    why = f"{left_out} clients are left out: they were not measured before and after"
    return economics.with_reason(found, why)


@action("worth.alternatives", *HOUSE, kind="read")
def other_ways(desk: Desk, indication: str, *, weeks: int = 8, language: Language = "en") -> Table:
    """Return what else can be done for an indication, with the prices that were entered here."""
    own: dict[tuple[str, str], tuple[int, str]] = {}
    listed = price.for_what(desk, "session", "", desk.today())
    if listed is not None:
        own["pressotherapy", "session"] = (listed.cents, "price list of this practice")
    for name, row in _entered(desk).items():
        way, divider, what = name.partition("/")
        if divider:
            own[way, what] = (round(row.value), row.source)
    return alternatives.table(indication, weeks=weeks, prices=own, language=language)


def cost_inputs(desk: Desk) -> CostInputs:
    """Return the figures in use, entered or shipped."""
    entered = _entered(desk)
    return CostInputs(
        **{
            name: entered[name].value if name in entered else one.value
            for name, one in cost_file.defaults().items()
        }
    )


def _alternative_prices() -> list[str]:
    """Return the names of all prices of alternatives."""
    return [f"{way.code}/{one.name}" for way in alternatives.content().ways for one in way.prices]


def _entered(desk: Desk) -> dict[str, WorthInput]:
    """Return the newest figure of each name."""
    statement = sa.select(WorthInput).where(WorthInput.practice_id == desk.practice_id)
    rows = desk.every(statement.order_by(WorthInput.set_at, WorthInput.id))
    return {row.name: row for row in rows}


def _ended(table: type[Course | CourseOutcome], period: Period) -> list[sa.ColumnElement[bool]]:
    """Return the condition of what ended within a period."""
    since, until = period
    found: list[sa.ColumnElement[bool]] = [table.ended_on.is_not(None)]
    found += [table.ended_on >= since] if since else []
    found += [table.ended_on <= until] if until else []
    return found


def _costs(desk: Desk, program: str, period: Period) -> dict[int, float]:
    """Return what each client cost whose course ended in the period [cents]."""
    given = sa.and_(Session.course_id == Course.id, Session.state.in_(GIVEN))
    statement = (
        sa.select(Course.client_id, sa.func.count(Session.id))
        .outerjoin(Session, given)
        .where(
            Course.practice_id == desk.practice_id,
            Course.program == program,
            *_ended(Course, period),
        )
        .group_by(Course.client_id)
        .order_by(Course.client_id)
    )
    figures = cost_inputs(desk)
    return {
        client: course_cost(count, figures).total for client, count in desk.db.execute(statement)
    }


def _fates(desk: Desk, program: str, kind: str, period: Period) -> dict[int, Fate]:
    """Return what became of the gain of each client by 12 weeks after the end."""
    row = CourseOutcome
    statement = sa.select(row.client_id, row.verdict, row.loss, row.kept_days, row.lost_days).where(
        row.practice_id == desk.practice_id,
        row.kind == kind,
        row.program == program,
        *_ended(row, period),
    )
    sides: dict[int, list[Fate]] = defaultdict(list)
    for client, verdict, state, after, before in desk.db.execute(statement):
        sides[client].append(_fate(verdict, state, after, before))
    return {client: _of_all(found) for client, found in sides.items()}


def _fate(verdict: str, state: str, after: int, before: int | None) -> Fate:
    """Return what became of one side: by the same rule as the outcomes of the clinic."""
    if verdict == "cannot say":
        return "missing"
    if verdict != "better":
        return "lost"  # no gain to keep, and that is known
    found = at({(state, after, before): 1}, KEPT_WEEKS)
    return "kept" if found.kept else "lost" if found.lost else "missing"


def _of_all(sides: list[Fate]) -> Fate:
    """Return what became of a client: kept when a side has and none is known to have lost."""
    if "kept" in sides and "lost" not in sides:
        return "kept"
    return "lost" if "lost" in sides else "missing"


def _gains(desk: Desk, program: str, kind: str, period: Period) -> dict[int, float]:
    """Return the mean gain of each client who was measured before and after."""
    row = CourseOutcome
    statement = (
        sa.select(row.client_id, sa.func.avg(row.gain))
        .where(
            row.practice_id == desk.practice_id,
            row.kind == kind,
            row.program == program,
            row.gain.is_not(None),
            *_ended(row, period),
        )
        .group_by(row.client_id)
    )
    return {client: float(gain) for client, gain in desk.db.execute(statement)}
