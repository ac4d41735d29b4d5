"""Calendar feeds: a secret address per technician, and plain views of the appointments in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.booking.appointment import LIVE, Appointment
from openpresso.clinic.booking.resource import Room
from openpresso.clinic.desk import action
from openpresso.clinic.errors import NotAllowedError, NotFoundError
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import CARE, Role
from openpresso.clinic.store.base import Base, Owned

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

BEFORE: Final = dt.timedelta(days=31)
AHEAD: Final = dt.timedelta(days=400)
"""How far a feed reaches into the past and the future."""


class CalendarFeed(Owned, Base):
    """A secret by which the calendar of one technician can be read without signing in."""

    __tablename__ = "calendar_feed"

    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"), index=True)
    token_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), unique=True)
    """SHA-256 of the token; the token itself is shown once and kept nowhere."""
    created_at: orm.Mapped[dt.datetime]
    revoked_at: orm.Mapped[dt.datetime | None]


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """An appointment as a calendar on a telephone may show it: a number, no name, no health."""

    uid: str
    """The same for ever, also after a move."""
    sequence: int
    """Counts changes, from 0."""
    starts: dt.datetime
    ends: dt.datetime
    summary: str
    place: str
    live: bool
    """False for one that was cancelled or missed."""
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A technician's calendar."""

    name: str
    zone: str
    appointments: tuple[AppointmentView, ...]


@action("feed.make", *CARE, Role.OWNER)
def make(desk: Desk, staff_id: int) -> str:
    """Make a new secret token for a technician's calendar; the old one no longer works.

    Returns
    -------
    str
        The token, shown this once.

    Raises
    ------
    NotAllowedError
        If it is for somebody else and you are not the owner.
    """
    _own(desk, staff_id)
    desk.find(Staff, staff_id)
    revoke(desk, staff_id)
    token = f"{desk.here}-{secrets.token_urlsafe(32)}"
    desk.add(
        CalendarFeed(
            staff_id=staff_id, token_hash=_hash(token), created_at=desk.now(), revoked_at=None
        )
    )
    return token


@action("feed.revoke", *CARE, Role.OWNER)
def revoke(desk: Desk, staff_id: int) -> None:
    """Let no token of a technician's calendar work any more."""
    _own(desk, staff_id)
    valid = sa.select(CalendarFeed).where(
        CalendarFeed.practice_id == desk.practice_id,
        CalendarFeed.staff_id == staff_id,
        CalendarFeed.revoked_at.is_(None),
    )
    for feed in desk.every(valid):
        feed.revoked_at = desk.now()


def practice_of(token: str) -> int:
    """Return the practice that a token belongs to, whose automatic desk can read the feed.

    Raises
    ------
    NotFoundError
        If it is no token.
    """
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        raise _unknown()
    return int(number)


@action("feed.read", Role.AUTOMATIC, kind="read")
def read(desk: Desk, token: str) -> CalendarView:
    """Return the calendar that a token opens, from 31 days ago to 400 days ahead; two queries.

    Raises
    ------
    NotFoundError
        If no such token works: unknown, revoked, or of somebody who has left.
    """
    staff = desk.db.scalar(
        sa.select(Staff)
        .join(CalendarFeed, CalendarFeed.staff_id == Staff.id)
        .where(
            CalendarFeed.practice_id == desk.practice_id,
            CalendarFeed.token_hash == _hash(token),
            CalendarFeed.revoked_at.is_(None),
            Staff.active.is_(True),
        )
    )
    if staff is None:
        raise _unknown()
    rows = desk.db.execute(
        sa.select(Appointment, Client.number, Room.name)
        .join(Client, Client.id == Appointment.client_id)
        .join(Room, Room.id == Appointment.room_id)
        .where(
            Appointment.practice_id == desk.practice_id,
            Appointment.staff_id == staff.id,
            Appointment.starts >= desk.now() - BEFORE,
            Appointment.starts < desk.now() + AHEAD,
        )
        .order_by(Appointment.starts, Appointment.id)
    ).all()
    practice = desk.db.get_one(Practice, desk.here)
    for one, _, _ in rows:
        desk.about(one.client_id)
    return CalendarView(
        f"{staff.name}, {practice.name}",
        practice.zone,
        tuple(_view(one, number, room) for one, number, room in rows),
    )


def _view(one: Appointment, number: str, room: str) -> AppointmentView:
    return AppointmentView(
        f"appointment-{one.practice_id}-{one.id}@openpresso.invalid",
        one.version - 1,
        one.starts,
        one.ends,
        number,
        room,
        one.state in LIVE,
        one.changed_at,
    )


def _hash(token: str) -> str:
    """Return what is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _own(desk: Desk, staff_id: int) -> None:
    """Refuse somebody else's feed to all but the owner."""
    if staff_id != desk.staff_id and Role.OWNER not in desk.roles:
        raise NotAllowedError(
            "a calendar feed is for its technician", remedy="Make your own, or ask the owner."
        )


def _unknown() -> NotFoundError:
    return NotFoundError(
        "there is no such calendar", remedy="Ask for a new address of the calendar."
    )
