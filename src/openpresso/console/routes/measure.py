"""Measuring: guided, and what looks like a slip is asked about before it is kept."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso import cuff as cuffs
from openpresso.clinic.courses import course as courses
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.measures import licence, measurement
from openpresso.clinic.measures.kind import Measure, kinds
from openpresso.clinic.people import client
from openpresso.console.drawings.leg import drawing
from openpresso.console.forms import measuring
from openpresso.console.forms.typed import Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.measures.guard import Question

router = APIRouter(include_in_schema=False)
HERE = "/clients"
LEG = "leg-8"
"""Cuff whose drawing gives the outline of the leg; its chambers are not drawn."""


@router.get("/clients/{client_id}/measure", **needs("measurement.take", "measurement.kinds"))
def choose(visitor: Looking, client_id: int) -> Response:
    """Show what can be measured here."""
    with visitor.desk(reading=True) as desk:
        found = client.find(desk, client_id)
        usable = licence.usable(desk)
        return show(
            "measure_kinds.html",
            visitor,
            desk,
            here=HERE,
            client=found,
            kinds=[one for one in usable if one.scoring in measuring.FORMS],
        )


@router.get(
    "/clients/{client_id}/measure/{kind}", **needs("measurement.take", "measurement.series")
)
def form(visitor: Looking, client_id: int, kind: str, side: str = "", course: str = "") -> Response:
    """Show the form of one kind."""
    given = {"side": side, "course": course}
    typed = Typed({name: (text,) for name, text in given.items() if text})
    with visitor.desk(reading=True) as desk:
        return _form(visitor, desk, client_id, _kind(kind), typed)


@router.post(
    "/clients/{client_id}/measure/{kind}", **needs("measurement.take", "measurement.examine")
)
def take(visitor: Looking, client_id: int, kind: str, typed: Filled) -> Response:
    """Keep a measurement; what the guards ask is shown first, with all that was typed."""
    measure = _kind(kind)
    values: dict[str, Any] = {
        "side": _side(measure, typed),
        "value": typed.number("value") if measure.scoring == "number" else None,
        "detail": measuring.detail(measure, typed),
        "course_id": _course(typed),
    }
    try:
        with visitor.desk() as desk:
            asked = measurement.examine(desk, client_id, measure.key, **values)
            confirmed = typed.many("confirmed")
            if any(one.key not in confirmed for one in asked):
                return _form(visitor, desk, client_id, measure, typed, status=422, asked=asked)
            measurement.take(desk, client_id, measure.key, **values, confirmed=confirmed)
    except OpenpressoError as error:
        status = status_of(error)
        with visitor.desk(reading=True) as desk:
            return _form(visitor, desk, client_id, measure, typed, status=status, error=error)
    return RedirectResponse(f"/clients/{client_id}#measurements", 303)


def _kind(key: str) -> Measure:
    """Return a kind that has a form."""
    found = kinds().get(key)
    if found is None or found.scoring not in measuring.FORMS:
        raise NotFoundError(
            f"there is no form for {key[:80]!r}", remedy="Choose one of the client's page."
        )
    return found


def _side(measure: Measure, typed: Typed) -> str:
    """Return the side that was chosen, or the only one there is."""
    return typed.one("side") or (measure.sides[0] if len(measure.sides) == 1 else "")


def _course(typed: Typed) -> int | None:
    found = typed.number("course")
    return int(found) if isinstance(found, float) and found == found // 1 else None


def _form(
    visitor: Visitor,
    desk: Desk,
    client_id: int,
    measure: Measure,
    typed: Typed,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
    asked: list[Question] | None = None,
) -> Response:
    found = client.find(desk, client_id)
    opened = courses.of_client(desk, client_id)
    side = _side(measure, typed)
    values: dict[str, Any] = {"side": side}
    if measure.scoring == "girths":
        side = side if side in measure.sides else "left"
        rows = measurement.series(desk, client_id, measure.key, side)
        protocol = measuring.protocol(rows[-1].detail if rows else None)
        values = {
            "side": side,
            "protocol": protocol,
            "outline": _outline(side),
            "marks": measuring.marks(protocol["heights"], protocol["offset"], side),
            "last": rows[-1] if rows else None,
        }
    return show(
        "girths.html" if measure.scoring == "girths" else "measure.html",
        visitor,
        desk,
        here=HERE,
        status=status,
        error=error,
        client=found,
        measure=measure,
        courses=opened,
        chosen=_course(typed) if "course" in typed.fields else _usual(opened),
        typed=typed,
        asked=asked or [],
        **values,
    )


@cache
def _outline(leg: str) -> str:
    """Return the outline of a leg as an SVG path."""
    return drawing(cuffs.load(LEG), leg).outline


def _usual(opened: list[courses.Course]) -> int | None:
    """Return the course that a measurement is likeliest for: one that goes on, else the newest."""
    going_on = [one.id for one in opened if one.ended_on is None]
    return next(iter((*going_on, *(one.id for one in opened))), None)
