"""What a course is given for and by whose word: a clinician's order, and the goal."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, cast

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso import program as programs
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import orders, progress
from openpresso.clinic.courses.goal import FUNCTION, Goal
from openpresso.clinic.courses.prescription import MINUTES
from openpresso.clinic.measures.kind import kinds
from openpresso.clinic.people import client
from openpresso.clinic.programs import lookup
from openpresso.console.forms import entered
from openpresso.console.forms.entered import Key
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.refused import require
from openpresso.console.routes.identity import version
from openpresso.console.visitor import Looking, Visitor, me
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.desk import Desk

router = APIRouter(include_in_schema=False)
HERE = "/clients"
GOAL_WITHIN: Final = dt.timedelta(weeks=8)
"""How far ahead the day of a new goal is offered."""


@router.get("/courses/{course_id}/order", **needs("course.order", "course.ceiling"))
def order_form(visitor: Looking, course_id: Key) -> Response:
    """Show the order of a course, to be changed."""
    return _order(visitor, course_id, NOTHING)


@router.post("/courses/{course_id}/order", **needs("course.order"))
def order(visitor: Looking, course_id: Key, typed: Filled) -> Response:
    """Enter an order."""
    try:
        with visitor.desk() as desk:
            courses.order(
                desk,
                course_id,
                typed.one("by"),
                ceiling=_number(typed, "ceiling"),
                margin=_number(typed, "margin"),
                minutes=_number(typed, "minutes"),
                program=typed.one("program"),
                until=entered.day_or_none(typed.one("until"), "until"),
                note=typed.one("note"),
                version=version(typed, "version"),
            )
    except OpenpressoError as error:
        return _order(visitor, course_id, typed, error=error)
    return RedirectResponse(f"/courses/{course_id}", 303)


@router.get("/courses/{course_id}/goal", **needs("course.set-goal"))
def goal_form(visitor: Looking, course_id: Key) -> Response:
    """Show the goal of a course, to be set or changed."""
    return _goal(visitor, course_id, NOTHING)


@router.post("/courses/{course_id}/goal", **needs("course.set-goal"))
def goal(visitor: Looking, course_id: Key, typed: Filled) -> Response:
    """Set the goal of a course."""
    try:
        made = _read(typed)
        with visitor.desk() as desk:
            courses.set_goal(desk, course_id, made, version=version(typed, "version"))
    except OpenpressoError as error:
        return _goal(visitor, course_id, typed, error=error)
    return RedirectResponse(f"/courses/{course_id}", 303)


@router.post("/courses/{course_id}/goal/judge", **needs("course.judge-goal"))
def judge(visitor: Looking, course_id: Key, typed: Filled) -> Response:
    """Enter whether the client says that the goal was reached."""
    try:
        with visitor.desk() as desk:
            courses.judge_goal(
                desk,
                course_id,
                reached=typed.one("reached") == "yes",
                version=version(typed, "version"),
            )
    except OpenpressoError as error:
        return _goal(visitor, course_id, NOTHING, error=error)
    return RedirectResponse(f"/courses/{course_id}", 303)


def _number(typed: Typed, name: str) -> float | None:
    """Return a number, or None for an empty field.

    Raises
    ------
    InputError
        If it is none.
    """
    found = typed.number(name)
    if isinstance(found, str):
        raise InputError.one(
            "course", "not-a-number", f"{found[:40]!r} is no number", path=name,
            hint="Type it as 35 or 35.5, or leave it empty.",
        )  # fmt: skip
    return found


def _read(typed: Typed) -> Goal:
    """Return a goal as it was typed."""
    quantity, _, side = typed.one("what").partition("/")
    due = entered.day(typed.one("due"), "due")
    if quantity == FUNCTION:
        return Goal(FUNCTION, due, text=typed.one("text"))
    known = kinds().get(quantity)
    return Goal(
        quantity,
        due,
        change=_number(typed, "change"),
        unit=known.unit if known else "",
        side=cast("Any", side or "none"),
        text=typed.one("text"),
    )


def _order(
    visitor: Visitor, course_id: int, typed: Typed, *, error: OpenpressoError | None = None
) -> Response:
    with visitor.desk(reading=True) as desk:
        require(desk, "course.order")
        found = courses.find(desk, course_id)
        own = found.order
        usual = {
            "by": own.get("by") or me(desk).name,
            "ceiling": _text(own.get("ceiling")),
            "margin": _text(found.margin),
            "minutes": _text(found.minutes),
            "program": found.program,
            "until": own.get("until", ""),
            "note": own.get("note", ""),
        }
        given = {name: (typed.one(name, value),) for name, value in usual.items()}
        return show(
            "course_order.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            typed=Typed(given),
            programs=_programs(desk, found),
            minutes=MINUTES,
            ceiling=progress.ceiling(desk, course_id),
            ended=orders.ends_on(own),
            **_frame(desk, found),
        )


def _goal(
    visitor: Visitor, course_id: int, typed: Typed, *, error: OpenpressoError | None = None
) -> Response:
    with visitor.desk(reading=True) as desk:
        require(desk, "course.set-goal")
        found = courses.find(desk, course_id)
        now = found.goal_set
        usual = {
            "what": f"{now.quantity}/{now.side}"
            if now
            else f"{found.measure}/{found.measure_side}",
            "change": _text(now.change) if now else "",
            "due": (now.due if now else desk.today() + GOAL_WITHIN).isoformat(),
            "text": now.text if now else "",
        }
        given = {name: (typed.one(name, value),) for name, value in usual.items()}
        return show(
            "course_goal.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            typed=Typed(given),
            kinds=[one for one in kinds().values() if one.direction != "neither"],
            function=FUNCTION,
            **_frame(desk, found),
        )


def _frame(desk: Desk, found: Course) -> dict[str, Any]:
    """Return what both forms show beside their fields."""
    return {
        "course": found,
        "client": client.find(desk, found.client_id),
        "over": courses.is_over(found),
        "title": lookup.title(desk, found.program),
    }


def _programs(desk: Desk, found: Course) -> list[tuple[str, str]]:
    """Return the programs that can be ordered: name and title."""
    known = [(name, lookup.title(desk, name)) for name in programs.names()]
    known += [(one.name, one.title) for one in lookup.released(desk)]
    if found.program not in {name for name, _ in known}:
        known.append((found.program, lookup.title(desk, found.program)))
    return known


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
