"""The day: rooms by times with everybody's identifiers, and the appointments of one client."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from openpresso.clinic.booking import hours
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.booking.local import edge
from openpresso.clinic.booking.resource import CuffSet, Room
from openpresso.clinic.desk import action
from openpresso.clinic.people.client import Client, identifiers
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import HOUSE

if TYPE_CHECKING:
    from openpresso.clinic.booking.hours import Interval
    from openpresso.clinic.desk import Desk

MOST_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment as the day shows it."""

    appointment: Appointment
    client: str
    """Two identifiers and the number."""
    staff: str
    cuff_set: str
    cuff_type: str
    called: str
    """How the client is called where there is little room: the name, or else the number."""


@dataclass(frozen=True, slots=True)
class RoomDay:
    """One room with its appointments, in the order of time."""

    room_id: int
    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the practice."""

    date: dt.date
    open_times: tuple[Interval, ...]
    rooms: tuple[RoomDay, ...]
    """Every room in use, and every other one that has an appointment, by name."""


@action("appointment.day", *HOUSE, kind="read")
def day(desk: Desk, date: dt.date) -> Day:
    """Return a day: every room with its appointments, by three queries.

    Cancelled and missed appointments are in it; they hold nothing.
    """
    return _days(desk, date, 1)[0]


@action("appointment.week", *HOUSE, kind="read")
def week(desk: Desk, date: dt.date) -> tuple[Day, ...]:
    """Return the seven days from Monday on of the week of a day, by the same three queries."""
    return _days(desk, date - dt.timedelta(days=date.weekday()), 7)


def _days(desk: Desk, first: dt.date, count: int) -> tuple[Day, ...]:
    """Return some days from the first on."""
    last = first + dt.timedelta(days=count - 1)
    begin = edge(desk.zone, first, dt.time.min)
    end = edge(desk.zone, last + dt.timedelta(days=1), dt.time.min)
    rows = desk.db.execute(
        sa.select(Appointment, Client, Staff, CuffSet)
        .join(Client, Client.id == Appointment.client_id)
        .join(Staff, Staff.id == Appointment.staff_id)
        .join(CuffSet, CuffSet.id == Appointment.cuff_set_id)
        .where(
            Appointment.practice_id == desk.practice_id,
            Appointment.starts >= begin,
            Appointment.starts < end,
        )
        .order_by(Appointment.starts, Appointment.id)
    ).all()
    held: dict[tuple[dt.date, int], list[Entry]] = {}
    for appointment, client, staff, cuff_set in rows:
        desk.about(client.id)
        key = (desk.day(appointment.starts), appointment.room_id)
        held.setdefault(key, []).append(
            Entry(
                appointment,
                identifiers(client),
                staff.name,
                cuff_set.name,
                cuff_set.cuff_type,
                client.name or client.number,
            )
        )
    rooms = desk.db.scalars(
        sa.select(Room).where(Room.practice_id == desk.practice_id).order_by(Room.name)
    ).all()
    open_times = hours.intervals(desk, first, last)
    return tuple(
        Day(
            date,
            open_times[date],
            tuple(
                RoomDay(room.id, room.name, tuple(held.get((date, room.id), ())))
                for room in rooms
                if room.active or (date, room.id) in held
            ),
        )
        for date in (first + dt.timedelta(days=number) for number in range(count))
    )


@action("appointment.of_client", *HOUSE, kind="read")
def of_client(desk: Desk, client_id: int, since: dt.datetime | None = None) -> list[Appointment]:
    """Return the appointments of a client from a moment on, the next ones by default.

    At most 100, in the order of time.
    """
    desk.find(Client, client_id)
    return desk.every(
        sa.select(Appointment)
        .where(
            Appointment.practice_id == desk.practice_id,
            Appointment.client_id == client_id,
            Appointment.starts >= (since or desk.now()),
        )
        .order_by(Appointment.starts)
        .limit(MOST_LISTED)
    )


@action("appointment.read", *HOUSE, kind="read")
def find(desk: Desk, appointment_id: int) -> Appointment:
    """Read an appointment."""
    return desk.find(Appointment, appointment_id)
