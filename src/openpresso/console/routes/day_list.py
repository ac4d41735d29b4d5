"""The list of a day to be printed, room by room, and booking outside of the hours by the owner."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.booking import book, resource
from openpresso.clinic.booking import day as days
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import staff
from openpresso.clinic.roles import CARE, Role
from openpresso.console.forms import entered
from openpresso.console.forms.typed import Filled, Typed
from openpresso.console.page import needs, show
from openpresso.console.refused import require, told
from openpresso.console.routes.calendar import asked_day
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

router = APIRouter(include_in_schema=False)
HERE = "/calendar"
USUAL: Final = {"minutes": "45", "time": "19:00"}
"""What the form outside of the hours begins with."""


@router.get("/calendar/day", **needs("appointment.day"))
def day(visitor: Looking, day: str = "") -> Response:
    """Show a day as a list to be printed; cancelled appointments are not on it."""
    with visitor.desk(reading=True) as desk:
        date = asked_day(day, desk.today())
        found = days.day(desk, date)
        return show(
            "day_list.html",
            visitor,
            desk,
            here=HERE,
            day=found,
            rooms=[
                (room.name, [one for one in room.entries if one.appointment.live])
                for room in found.rooms
            ],
            before=date - dt.timedelta(days=1),
            after=date + dt.timedelta(days=1),
            now=desk.now(),
        )


@router.get("/calendar/outside", **needs("appointment.book", "opening.set"))
def outside(visitor: Looking, client: str = "", day: str = "") -> Response:
    """Show the form for a time outside of the hours; the owner's alone."""
    given = {"client": client, "day": day}
    return _page(visitor, Typed({name: (text,) for name, text in given.items() if text}))


@router.post("/calendar/outside", **needs("appointment.book"))
def enter(visitor: Looking, typed: Filled) -> Response:
    """Book outside of the hours, with the reason."""
    try:
        if not typed.one("override"):
            raise InputError.one(
                "booking", "no-reason", "the reason is missing", path="override",
                hint="Say why it is booked outside of the hours; within them book as usual.",
            )  # fmt: skip
        with visitor.desk() as desk:
            made = book.book(
                desk,
                entered.number(typed.one("client"), "client"),
                entered.number(typed.one("staff"), "staff"),
                entered.number(typed.one("room"), "room"),
                entered.number(typed.one("cuff_set"), "cuff_set"),
                entered.day(typed.one("day")),
                entered.time(typed.one("time")),
                entered.number(typed.one("minutes"), "minutes"),
                override=typed.one("override"),
                confirm=typed.one("confirm") == "on",
            )
            key = made.id
    except OpenpressoError as error:
        return _page(visitor, typed, error=error)
    return RedirectResponse(f"/calendar/appointments/{key}", 303)


def _page(visitor: Visitor, typed: Typed, *, error: OpenpressoError | None = None) -> Response:
    said = told(error) if error else None
    with visitor.desk(reading=True) as desk:
        require(desk, "opening.set")
        key = typed.one("client")
        person = clients.find(desk, int(key)) if key.isdecimal() and len(key) < 16 else None
        return show(
            "outside.html",
            visitor,
            desk,
            here=HERE,
            status=said.status if said else 200,
            error=said,
            typed=typed,
            client=person,
            day=typed.one("day", desk.today().isoformat()),
            usual=USUAL,
            technicians=_technicians(desk),
            rooms=[(one.id, one.name) for one in resource.rooms(desk)],
            sets=[(one.id, f"{one.name}, {one.cuff_type}") for one in resource.cuff_sets(desk)],
        )


def _technicians(desk: Desk) -> list[tuple[int, str]]:
    """Return those who treat: key and name."""
    treating: set[str] = {Role(role).value for role in CARE}
    return [(one.id, one.name) for one in staff.everyone(desk) if treating & set(one.roles)]
