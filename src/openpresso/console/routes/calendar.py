"""The calendar: a week by technician or room, one appointment, and its cancelling."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.booking import day as days
from openpresso.clinic.booking import resource, settle
from openpresso.clinic.booking.appointment import STATES, Appointment
from openpresso.clinic.courses.course import Course
from openpresso.clinic.money import credit
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import staff
from openpresso.clinic.people.client import Client
from openpresso.clinic.roles import CARE
from openpresso.console.entered import Key
from openpresso.console.page import needs, show
from openpresso.console.refused import told
from openpresso.console.rights import may
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.booking.day import Entry
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


@router.get("/calendar", **needs("appointment.day", "staff.list", "room.list"))
def week(visitor: Looking, day: str = "", by: str = "technician") -> HTMLResponse:
    """Show a week."""
    with visitor.desk(reading=True) as desk:
        date = _day(day, desk.today())
        monday = date - dt.timedelta(days=date.weekday())
        found = [days.day(desk, monday + dt.timedelta(days=number)) for number in range(7)]
        names = _names(desk, found)
        rows = _by_room(desk, found, names) if by == "room" else _by_person(desk, found, names)
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
    """Cancel an appointment; a late one is settled in the same act by those who may."""
    settled = ""
    try:
        with visitor.desk() as desk:
            found = settle.cancel(
                desk, appointment_id, version, reason, by_practice=bool(by_practice)
            )
            if found.state in OWED and may(desk, "credit.late-cancel"):
                settled = _settle(desk, found)
    except OpenpressoError as error:
        values = {"reason": reason, "by_practice": bool(by_practice)}
        return _one(visitor, appointment_id, told(error), values)
    return RedirectResponse(_address(appointment_id, settled), 303)


@router.post("/calendar/appointments/{appointment_id}/settle", **needs("credit.late-cancel"))
def settle_late(visitor: Looking, appointment_id: Key) -> Response:
    """Apply the package's rule to a late cancellation or a client who did not come."""
    try:
        with visitor.desk() as desk:
            found = desk.find(Appointment, appointment_id)
            settled = _settle(desk, found) if found.state in OWED else ""
    except OpenpressoError as error:
        return _one(visitor, appointment_id, told(error))
    return RedirectResponse(_address(appointment_id, settled), 303)


@router.post("/calendar/appointments/{appointment_id}/missed", **needs("appointment.miss"))
def missed(visitor: Looking, appointment_id: Key, version: Annotated[int, Form()]) -> Response:
    """Enter that the client did not come."""
    try:
        with visitor.desk() as desk:
            settle.miss(desk, appointment_id, version=version)
    except OpenpressoError as error:
        return _one(visitor, appointment_id, told(error))
    return RedirectResponse(_address(appointment_id), 303)


def _settle(desk: Desk, found: Appointment) -> str:
    """Apply the rule; return what it costs: `credit`, `fee` or `nothing`."""
    course = desk.find(Course, found.course_id) if found.course_id else None
    return credit.cancel_late(
        desk,
        found.client_id,
        appointment_id=found.id,
        program=course.program if course else "",
        starts=found.starts,
        cancelled_at=found.changed_at if found.state == "late-cancelled" else found.starts,
    )


def _address(appointment_id: int, settled: str = "") -> str:
    """Return where an appointment is shown."""
    return f"/calendar/appointments/{appointment_id}" + (f"?settled={settled}" if settled else "")


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
            owed=found.state in OWED,
            may_settle=may(desk, "credit.late-cancel"),
            may_money=may(desk, "invoice.list"),
            settled=settled if settled in {"credit", "fee", "nothing"} else "",
            typed={"reason": "", "by_practice": False} | (values or {}),
        )


def _day(text: str, today: dt.date) -> dt.date:
    """Return the day asked for, or today when it is none or too far away."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs(found - today) <= FARTHEST else today


def _names(desk: Desk, found: list[days.Day]) -> dict[int, str]:
    """Return how the clients of a week are called; the day has read them already."""
    keys = {
        entry.appointment.client_id for day in found for room in day.rooms for entry in room.entries
    }
    rows = desk.db.scalars(
        sa.select(Client).where(Client.practice_id == desk.here, Client.id.in_(keys))
    )
    return {one.id: one.name or one.number for one in rows}


def _by_room(desk: Desk, found: list[days.Day], names: dict[int, str]) -> list[Row]:
    """Return a row for each room."""
    order = [one.id for one in resource.rooms(desk)]
    known = {room.room_id: room.name for day in found for room in day.rooms}
    order += [key for key in known if key not in order]
    cells = {
        (room.room_id, day.date): tuple(
            Cell(entry, names.get(entry.appointment.client_id, ""), room.name)
            for entry in room.entries
        )
        for day in found
        for room in day.rooms
    }
    return [
        Row(known.get(key, ""), tuple(cells.get((key, day.date), ()) for day in found))
        for key in order
    ]


def _by_person(desk: Desk, found: list[days.Day], names: dict[int, str]) -> list[Row]:
    """Return a row for each who treats, and for everybody who has an appointment."""
    treating = {role.value for role in CARE}
    known = {one.id: one.name for one in staff.everyone(desk) if treating & set(one.roles)}
    cells: dict[tuple[int, dt.date], list[Cell]] = {}
    for day in found:
        for room in day.rooms:
            for entry in room.entries:
                key = entry.appointment.staff_id
                known.setdefault(key, entry.staff)
                cell = Cell(entry, names.get(entry.appointment.client_id, ""), room.name)
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
