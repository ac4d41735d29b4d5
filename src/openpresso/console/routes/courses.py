"""One course: its plan, what it needs next, its sessions, what came of it, its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.booking import resource
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import orders, progress, report
from openpresso.clinic.courses import template as templates
from openpresso.clinic.courses.states import ENDED, State
from openpresso.clinic.evidence.card import card, cards
from openpresso.clinic.measures import measurement
from openpresso.clinic.measures.kind import kind
from openpresso.clinic.outcomes import client as outcomes
from openpresso.clinic.people import client
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.programs import lookup
from openpresso.clinic.sessions import session as sessions
from openpresso.console.drawings import trend
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.rights import may
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import InputError, OpenpressoError
from openpresso.program import GRADES

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

router = APIRouter(include_in_schema=False)
HERE = "/clients"
READ = (
    "course.read", "course.progress", "course.history", "course.ceiling", "session.list",
    "outcomes.result", "outcomes.relapse",
)  # fmt: skip
MOVES = {
    "planned": ("begin", "stop"),
    "active": ("pause", "extend", "finish", "stop"),
    "paused": ("resume", "stop"),
}
"""What can be done with a course by its state, in the order of the page."""


@router.get("/clients/{client_id}/courses/new", **needs("course.open", "course.list"))
def blank(visitor: Looking, client_id: int, like: str = "") -> Response:
    """Show what a course can be opened for, with its evidence; like an earlier one if asked."""
    typed = NOTHING
    if like.isdecimal() and len(like) < 16:
        with visitor.desk(reading=True) as desk:
            earlier = [one for one in courses.of_client(desk, client_id) if one.id == int(like)]
            typed = _like(earlier[0]) if earlier else NOTHING
    return _new(visitor, client_id, typed)


def _like(earlier: courses.Course) -> Typed:
    """Return the form as it was for an earlier course, which stays what it was."""
    given = {
        "what": f"{earlier.indication}/{earlier.program}",
        "cuff": earlier.cuff,
        "template": earlier.template or templates.DEFAULT,
    }
    return Typed({name: (value,) for name, value in given.items()})


@router.post("/clients/{client_id}/courses/new", **needs("course.open"))
def opened(visitor: Looking, client_id: int, typed: Filled) -> Response:
    """Open a course by a template; it begins with its first session."""
    indication, _, program = typed.one("what").partition("/")
    try:
        with visitor.desk() as desk:
            found = courses.open(
                desk,
                client_id,
                indication,
                program,
                typed.one("cuff"),
                template=typed.one("template") or templates.DEFAULT,
            )
            key = found.id
    except OpenpressoError as error:
        return _new(visitor, client_id, typed, status=status_of(error), error=error)
    return RedirectResponse(f"/courses/{key}", 303)


def _new(
    visitor: Visitor,
    client_id: int,
    typed: Typed,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
) -> Response:
    with visitor.desk(reading=True) as desk:
        found = client.find(desk, client_id)
        courses.of_client(desk, client_id)  # refuses those who do not treat
        return show(
            "course_new.html",
            visitor,
            desk,
            here=HERE,
            status=status,
            error=error,
            client=found,
            cards=list(cards().values()),
            own_programs=lookup.released(desk),
            grades=GRADES,
            cuffs=sorted({one.cuff_type for one in resource.cuff_sets(desk)}),
            templates=list(templates.shipped().templates.values()),
            usual=templates.DEFAULT,
            typed=typed,
        )


@router.get("/courses/{course_id}", **needs(*READ))
def one(visitor: Looking, course_id: int) -> Response:
    """Show a course."""
    return _page(visitor, course_id, NOTHING)


@router.get("/courses/{course_id}/report.pdf", **needs("course.print"))
def printed(visitor: Looking, course_id: int) -> Response:
    """Return the report of a course."""
    with visitor.desk(reading=True) as desk:
        content = report.printed(desk, course_id)
    name = f'inline; filename="course-{course_id}.pdf"'
    return Response(content, media_type="application/pdf", headers={"content-disposition": name})


@router.post("/courses/{course_id}/begin", **needs("course.begin"))
def begin(visitor: Looking, course_id: int, typed: Filled) -> Response:
    """Begin a course today."""
    return _moved(visitor, course_id, "begin", typed)


@router.post("/courses/{course_id}/pause", **needs("course.pause"))
def pause(visitor: Looking, course_id: int, typed: Filled) -> Response:
    """Pause a course."""
    return _moved(visitor, course_id, "pause", typed)


@router.post("/courses/{course_id}/resume", **needs("course.resume"))
def resume(visitor: Looking, course_id: int, typed: Filled) -> Response:
    """Resume a course."""
    return _moved(visitor, course_id, "resume", typed)


@router.post("/courses/{course_id}/extend", **needs("course.extend"))
def extend(visitor: Looking, course_id: int, typed: Filled) -> Response:
    """Add sessions to a course."""
    return _moved(visitor, course_id, "extend", typed)


@router.post("/courses/{course_id}/finish", **needs("course.finish"))
def finish(visitor: Looking, course_id: int, typed: Filled) -> Response:
    """Finish a course all of whose sessions were delivered."""
    return _moved(visitor, course_id, "finish", typed)


@router.post("/courses/{course_id}/stop", **needs("course.stop"))
def stop(visitor: Looking, course_id: int, typed: Filled) -> Response:
    """End a course early."""
    return _moved(visitor, course_id, "stop", typed)


def _moved(visitor: Visitor, course_id: int, move: str, typed: Typed) -> Response:
    """Take a step in the life of a course, or show the page again with what was typed."""
    seen, reason = typed.number("version"), typed.one("reason")
    version = int(seen) if isinstance(seen, float) else -1
    try:
        with visitor.desk() as desk:
            if move == "begin":
                courses.begin(desk, course_id, version=version)
            elif move == "pause":
                courses.pause(desk, course_id, reason, version=version)
            elif move == "resume":
                courses.resume(desk, course_id, version=version)
            elif move == "extend":
                courses.extend(desk, course_id, _whole(typed), reason, version=version)
            elif move == "finish":
                courses.finish(desk, course_id, version=version)
            else:
                courses.stop(desk, course_id, reason, version=version)
    except OpenpressoError as error:
        status = status_of(error)
        return _page(visitor, course_id, typed, status=status, error=error, move=move)
    return RedirectResponse(f"/courses/{course_id}", 303)


def _whole(typed: Typed) -> int:
    """Return the number of sessions that was typed."""
    found = typed.number("sessions")
    if not isinstance(found, float) or found != int(found):
        raise InputError.one(
            "course", "bad-number", "that is no number of sessions", path="sessions",
            hint="Type a whole number.",
        )  # fmt: skip
    return int(found)


def _page(
    visitor: Visitor,
    course_id: int,
    typed: Typed,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
    move: str = "",
) -> Response:
    with visitor.desk(reading=True) as desk:
        found = courses.find(desk, course_id)
        language = visitor.words(desk).language
        side, over = found.measure_side, State(found.state) in ENDED
        rows = measurement.series(desk, found.client_id, found.measure, side, course_id=course_id)
        result = outcomes.result(desk, course_id, found.measure, side, language=language)
        values: dict[str, Any] = {
            "course": found,
            "client": client.find(desk, found.client_id),
            "card": card(found.indication),
            "grades": GRADES,
            "progress": progress.progress(desk, course_id),
            "ceiling": None if over else progress.ceiling(desk, course_id),
            "steps": courses.history(desk, course_id),
            "sessions": sessions.of_course(desk, course_id),
            "measure": kind(found.measure),
            "result": result,
            "relapse": outcomes.relapse(desk, course_id, found.measure, side) if over else None,
            "trend": trend.of(desk, rows) if rows else None,
            "moves": MOVES.get(found.state, ()),
            "over": over,
            "title": lookup.title(desk, found.program),
            "order_ends": orders.ends_on(found.order),
            "may_order": may(desk, "course.order"),
            "may_open": over and may(desk, "course.open"),
            "name_of": {key: desk.find(Staff, key).name for key in _people(desk, course_id)},
            "typed": typed,
            "move": move,
        }
        return show("course.html", visitor, desk, here=HERE, status=status, error=error, **values)


def _people(desk: Desk, course_id: int) -> set[int]:
    """Return who took the steps of a course."""
    return {one.staff_id for one in courses.steps(desk, course_id) if one.staff_id is not None}
