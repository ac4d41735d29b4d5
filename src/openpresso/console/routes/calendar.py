"""The calendar: a week by technician or room, one appointment, and its cancelling."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.booking import day as days
from openpresso.clinic.booking import resource, settle
from openpresso.clinic.booking.appointment import STATES
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import staff
from openpresso.clinic.roles import CARE
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, show
from openpresso.console.refused import told
from openpresso.console.rights import may
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.booking.day import Entry
    from openpresso.clinic.booking.settle import Settled
    from openpresso.clinic.desk import Desk
    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/calendar"
WEEK = dt.timedelta(days=7)
FARTHEST = dt.timedelta(days=3660)
"""How far from today a week may be looked at."""
OWED = frozenset({"late-cancelled", "missed"})
"""States that may cost a credit or a fee."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One appointment in a week."""

    entry: Entry
    client: str
    """Name, or the number of one without a name."""
    room: str


@dataclass(frozen=True, slots=True)
class Row:
    """A technician or a room over a week."""

    name: str
    days: tuple[tuple[Cell, ...], ...]


@router.get("/calendar", **needs("appointment.week", "staff.list", "room.list"))
def week(visitor: Looking, day: str = "", by: str = "technician") -> HTMLResponse:
    """Show a week."""
    with visitor.desk(reading=True) as desk:
        date = asked_day(day, desk.today())
        found = days.week(desk, date)
        rows = _by_room(desk, found) if by == "room" else _by_person(desk, found)
        return show(
            "calendar.html",
            visitor,
            desk,
            here=HERE,
            days=found,
            rows=rows,
            by="room" if by == "room" else "technician",
            date=date,
            before=date - WEEK,
            after=date + WEEK,
            may_feed=may(desk, "feed.make"),
        )


@router.get("/calendar/appointments/{appointment_id}", **needs("appointment.read", "client.read"))
def appointment(visitor: Looking, appointment_id: Key, settled: str = "") -> HTMLResponse:
    """Show an appointment."""
    return _one(visitor, appointment_id, settled=settled)


@router.post("/calendar/appointments/{appointment_id}/cancel", **needs("appointment.cancel"))
def cancel(
    visitor: Looking,
    appointment_id: Key,
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    by_practice: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Cancel an appointment; the page then says what a late one costs."""
    try:
        with visitor.desk() as desk:
            found = settle.cancel(
                desk, appointment_id, version, reason, by_practice=bool(by_practice)
            )
            address = _address(found)
    except OpenpressoError as error:
        values = {"reason": reason, "by_practice": bool(by_practice)}
        return _one(visitor, appointment_id, told(error), values)
    return RedirectResponse(address, 303)


@router.post("/calendar/appointments/{appointment_id}/missed", **needs("appointment.miss"))
def missed(visitor: Looking, appointment_id: Key, version: Annotated[int, Form()]) -> Response:
    """Enter that the client did not come; the page then says what it costs."""
    try:
        with visitor.desk() as desk:
            address = _address(settle.miss(desk, appointment_id, version=version))
    except OpenpressoError as error:
        return _one(visitor, appointment_id, told(error))
    return RedirectResponse(address, 303)


def _address(found: Settled) -> str:
    """Return where an appointment is shown, with what it costs when it is owed."""
    one = found.appointment
    return f"/calendar/appointments/{one.id}" + (
        f"?settled={found.costs}" if one.state in OWED else ""
    )


def _one(
    visitor: Visitor,
    appointment_id: int,
    error: Told | None = None,
    values: dict[str, object] | None = None,
    *,
    settled: str = "",
) -> HTMLResponse:
    """Return the page of an appointment."""
    with visitor.desk(reading=True) as desk:
        found = days.find(desk, appointment_id)
        late_after = settle.late_after(found)
        return show(
            "appointment.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            one=found,
            client=clients.find(desk, found.client_id),
            person=desk.find(staff.Staff, found.staff_id),
            room=desk.find(resource.Room, found.room_id),
            cuff_set=desk.find(resource.CuffSet, found.cuff_set_id),
            late_after=late_after,
            late=desk.now() > late_after,
            past=desk.now() >= found.starts,
            steps={step for state, step in STATES if state == found.state},
            may_money=may(desk, "invoice.list"),
            settled=settled if settled in {"credit", "fee", "nothing"} else "",
            typed={"reason": "", "by_practice": False} | (values or {}),
        )


def asked_day(text: str, today: dt.date) -> dt.date:
    """Return the day asked for, or today when it is none or too far away."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs(found - today) <= FARTHEST else today


def _by_room(desk: Desk, found: tuple[days.Day, ...]) -> list[Row]:
    """Return a row for each room."""
    order = [one.id for one in resource.rooms(desk)]
    known = {room.room_id: room.name for day in found for room in day.rooms}
    order += [key for key in known if key not in order]
    cells = {
        (room.room_id, day.date): tuple(
            Cell(entry, entry.called, room.name) for entry in room.entries
        )
        for day in found
        for room in day.rooms
    }
    return [
        Row(known.get(key, ""), tuple(cells.get((key, day.date), ()) for day in found))
        for key in order
    ]


def _by_person(desk: Desk, found: tuple[days.Day, ...]) -> list[Row]:
    """Return a row for each who treats, and for everybody who has an appointment."""
    treating = {role.value for role in CARE}
    known = {one.id: one.name for one in staff.everyone(desk) if treating & set(one.roles)}
    cells: dict[tuple[int, dt.date], list[Cell]] = {}
    for day in found:
        for room in day.rooms:
            for entry in room.entries:
                key = entry.appointment.staff_id
                known.setdefault(key, entry.staff)
                cell = Cell(entry, entry.called, room.name)
                cells.setdefault((key, day.date), []).append(cell)
    return [
        Row(
            name,
            tuple(
                tuple(
                    sorted(
                        cells.get((key, day.date), ()), key=lambda one: one.entry.appointment.starts
                    )
                )
                for day in found
            ),
        )
        for key, name in known.items()
    ]
