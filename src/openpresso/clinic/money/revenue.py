"""What rooms and programs bring in: work done, without tax, by hour open and by hour booked.

Work counts when it is done: a line of an invoice when it is issued, a package one credit at a time
when the credit is used. What was paid for and never used is no revenue of any room and is not
counted; what came into the till is told apart.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.booking.hours import intervals
from openpresso.clinic.booking.resource import Room
from openpresso.clinic.desk import action
from openpresso.clinic.money.amount import tax_within
from openpresso.clinic.money.credit import CreditUse
from openpresso.clinic.money.invoice import Invoice, InvoiceLine
from openpresso.clinic.money.package import Package
from openpresso.clinic.money.payment import Payment
from openpresso.clinic.roles import Role
from openpresso.clinic.sessions.session import Session
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

LONGEST = 1100
"""Longest period [d]: three years."""
WORKED = ("arrived", "done")
"""States of an appointment in which the room was used."""


@dataclass(frozen=True, slots=True)
class RoomRevenue:
    """What a room brought in.

    Parameters
    ----------
    room
        Name.
    cents
        Work done, without tax [cents].
    open_hours, used_hours
        Hours in which it could be used, and was, with cleaning [h].
    """

    room: str
    cents: int
    open_hours: float
    used_hours: float

    @property
    def each_open_hour(self) -> float | None:
        """Revenue per hour open [cents/h]; None without opening hours."""
        return self.cents / self.open_hours if self.open_hours else None

    @property
    def each_used_hour(self) -> float | None:
        """Revenue per hour used [cents/h]; None when it was not used."""
        return self.cents / self.used_hours if self.used_hours else None


@dataclass(frozen=True, slots=True)
class Revenue:
    """What a practice brought in within a period.

    Parameters
    ----------
    rooms
        Every room in use, or with revenue.
    programs
        Work done by program, without tax [cents]; empty name: of no program.
    without_room
        Work of no room: fees, measurements, sessions without an appointment [cents].
    received
        Payments less refunds in the till, with tax, for work of whatever day [cents].
    """

    first: dt.date
    last: dt.date
    rooms: tuple[RoomRevenue, ...]
    programs: tuple[tuple[str, int], ...]
    without_room: int
    received: int


@action("revenue.read", Role.OWNER, kind="read")
def revenue(desk: Desk, first: dt.date, last: dt.date) -> Revenue:
    """Return what rooms and programs brought in from the first to the last day.

    Raises
    ------
    InputError
        If the last day is before the first, or the period is too long.
    """
    if not 0 <= (last - first).days <= LONGEST:
        raise InputError.one(
            "revenue",
            "bad-period",
            f"{first} to {last}; the last day is at or after the first, at most {LONGEST} days on",
            path="last",
            hint="Choose another period.",
        )
    by_room: Counter[int | None] = Counter()
    by_program: Counter[str] = Counter()
    for room, program, cents in (*_lines(desk, first, last), *_credits(desk, first, last)):
        by_room[room] += cents
        by_program[program] += cents
    hours = sum(
        (one.closes - one.opens).total_seconds() / 3600.0
        for day in intervals(desk, first, last).values()
        for one in day
    )
    used = _used_hours(desk, first, last)
    rooms = desk.db.scalars(
        sa.select(Room).where(Room.practice_id == desk.practice_id).order_by(Room.name)
    )
    return Revenue(
        first=first,
        last=last,
        rooms=tuple(
            RoomRevenue(room.name, by_room[room.id], hours, used[room.id])
            for room in rooms
            if room.active or by_room[room.id] or used[room.id]
        ),
        programs=tuple(sorted(by_program.items())),
        without_room=by_room[None],
        received=_received(desk, first, last),
    )


def _lines(desk: Desk, first: dt.date, last: dt.date) -> list[tuple[int | None, str, int]]:
    """Return room, program and net of all lines of invoices and credit notes but packages."""
    line = InvoiceLine
    program = sa.func.coalesce(Session.program, line.subject)
    statement = (
        sa.select(Appointment.room_id, program, sa.func.sum(line.net))
        .join(Invoice, Invoice.id == line.invoice_id)
        .outerjoin(Session, Session.id == line.session_id)
        .outerjoin(
            Appointment,
            Appointment.id == sa.func.coalesce(line.appointment_id, Session.appointment_id),
        )
        .where(
            Invoice.practice_id == desk.practice_id,
            Invoice.issued_on.between(first, last),
            line.kind != "package",
        )
        .group_by(Appointment.room_id, program)
    )
    return [(room, name, int(cents)) for room, name, cents in desk.db.execute(statement)]


def _credits(desk: Desk, first: dt.date, last: dt.date) -> list[tuple[int | None, str, int]]:
    """Return room, program and net of all credits used; the tax is that of the package's sale."""
    sold = InvoiceLine
    rate = sa.func.coalesce(sold.rate, 0)
    statement = (
        sa.select(Appointment.room_id, CreditUse.program, rate, sa.func.sum(CreditUse.value))
        .join(Package, Package.id == CreditUse.package_id)
        .outerjoin(sold, sa.and_(sold.invoice_id == Package.invoice_id, sold.kind == "package"))
        .outerjoin(Session, Session.id == CreditUse.session_id)
        .outerjoin(
            Appointment,
            Appointment.id == sa.func.coalesce(CreditUse.appointment_id, Session.appointment_id),
        )
        .where(
            CreditUse.practice_id == desk.practice_id,
            CreditUse.used_on.between(first, last),
            CreditUse.given_back_on.is_(None),
        )
        .group_by(Appointment.room_id, CreditUse.program, rate)
    )
    return [
        (room, program, int(cents) - tax_within(int(cents), int(points)))
        for room, program, points, cents in desk.db.execute(statement)
    ]


def _used_hours(desk: Desk, first: dt.date, last: dt.date) -> dict[int, float]:
    """Return the hours in which each room was used, cleaning included [h]."""
    begins, ends = (
        dt.datetime.combine(day, dt.time(), tzinfo=desk.zone)
        for day in (first, last + dt.timedelta(days=1))
    )
    statement = sa.select(Appointment.room_id, Appointment.starts, Appointment.busy_until).where(
        Appointment.practice_id == desk.practice_id,
        Appointment.starts >= begins,
        Appointment.starts < ends,
        Appointment.state.in_(WORKED),
    )
    found: dict[int, float] = defaultdict(float)
    for room, starts, until in desk.db.execute(statement):
        found[room] += (until - starts).total_seconds() / 3600.0
    return found


def _received(desk: Desk, first: dt.date, last: dt.date) -> int:
    """Return payments less refunds [cents]."""
    sign = sa.case((Payment.kind == "refund", -1), else_=1)
    statement = sa.select(sa.func.coalesce(sa.func.sum(sign * Payment.cents), 0)).where(
        Payment.practice_id == desk.practice_id,
        Payment.received_on.between(first, last),
        Payment.void_reason == "",
    )
    return int(desk.db.scalars(statement).one())
