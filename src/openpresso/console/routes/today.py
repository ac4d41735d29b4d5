"""Today: who is next in which room, and what is missing."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.booking import day as days
from openpresso.clinic.booking import resource, settle
from openpresso.clinic.people.client import Client
from openpresso.console import gaps
from openpresso.console.page import needs, show
from openpresso.console.places import places
from openpresso.console.rights import may
from openpresso.console.visitor import Looking

router = APIRouter(include_in_schema=False)
FARTHEST = dt.timedelta(days=3660)
"""How far from today a day may be looked at."""


@router.get("/", **needs("appointment.day"))
def today(visitor: Looking, day: str = "") -> Response:
    """Show a day by rooms; whoever has no appointments is led to a page of their own."""
    with visitor.desk(reading=True) as desk:
        if not may(desk, "appointment.day"):
            own = (place.path for place in places(desk.roles))
            return RedirectResponse(next(own, "/settings"), 303)
        date = _day(day, desk.today())
        found = days.day(desk, date)
        missing = {
            entry.appointment.id: gaps.of(desk, entry)
            for room in found.rooms
            for entry in room.entries
            if date == desk.today()
        }
        return show(
            "today.html",
            visitor,
            desk,
            here="/",
            day=found,
            gaps=missing,
            clients={
                entry.appointment.client_id: desk.db.get_one(Client, entry.appointment.client_id)
                for room in found.rooms
                for entry in room.entries
            },
            following={
                room.room_id: next(
                    (one.appointment.id for one in room.entries if _ahead(one, desk.now())), None
                )
                for room in found.rooms
            },
            waited=sum(
                entry.appointment.state in gaps.WAITED_FOR
                for room in found.rooms
                for entry in room.entries
            ),
            before=date - dt.timedelta(days=1),
            after=date + dt.timedelta(days=1),
            may={
                name: may(desk, name)
                for name in ("cuff_set.clean", "appointment.arrive", "session.prepare")
            },
        )


@router.post("/today/arrive/{appointment_id}", **needs("appointment.arrive"))
def arrive(visitor: Looking, appointment_id: int) -> Response:
    """Enter that a client has come."""
    with visitor.desk() as desk:
        settle.arrive(desk, appointment_id)
    return RedirectResponse("/", 303)


@router.post("/today/clean/{cuff_set_id}", **needs("cuff_set.clean"))
def clean(visitor: Looking, cuff_set_id: int) -> Response:
    """Enter that a cuff set was cleaned."""
    with visitor.desk() as desk:
        resource.clean(desk, cuff_set_id)
    return RedirectResponse("/", 303)


def _day(text: str, today: dt.date) -> dt.date:
    """Return the day of an address; today where it is none."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return date if abs(date - today) <= FARTHEST else today


def _ahead(entry: days.Entry, now: dt.datetime) -> bool:
    return entry.appointment.state in gaps.WAITED_FOR and entry.appointment.ends > now
