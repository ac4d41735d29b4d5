"""Rooms and cuff sets: what an appointment needs beside people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.booking.rules import booking_rules
from openpresso.clinic.desk import action
from openpresso.clinic.errors import ClashError, RefusedError
from openpresso.clinic.roles import CARE, HOUSE, Role
from openpresso.clinic.store.base import LONGEST_NAME, Base, Editable, Name
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

MOST_LISTED = 10
"""Appointments that a refusal names."""


class Room(Editable, Base):
    """A room in which one session at a time is delivered."""

    __tablename__ = "room"
    __table_args__ = (sa.UniqueConstraint("practice_id", "name"),)

    name: orm.Mapped[Name]
    active: orm.Mapped[bool]
    """False: nothing new is booked in it."""


class CuffSet(Editable, Base):
    """A left and a right cuff that are used and cleaned together."""

    __tablename__ = "cuff_set"
    __table_args__ = (sa.UniqueConstraint("practice_id", "name"),)

    name: orm.Mapped[Name]
    cuff_type: orm.Mapped[Name]
    """Key of the cuff in the catalogue, for example `leg-12`; certificates are for one type."""
    left_serial: orm.Mapped[Name]
    right_serial: orm.Mapped[Name]
    room_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("room.id"))
    """The room it stays in; None for a set that is carried about."""
    cleaning_minutes: orm.Mapped[int]
    """What it needs after each appointment [min]."""
    cleaned_at: orm.Mapped[dt.datetime | None]
    calibrated_on: orm.Mapped[dt.date | None]
    active: orm.Mapped[bool]
    """False: nothing new is booked with it."""


@action("room.add", Role.OWNER)
def add_room(desk: Desk, name: str) -> Room:
    """Add a room.

    Raises
    ------
    InputError
        If the name is empty or too long.
    ClashError
        If another room has the name.
    """
    name = _named("room", name)
    _unique(desk, Room, name)
    return desk.add(Room(name=name, active=True))


@action("room.change", Role.OWNER)
def change_room(
    desk: Desk, room_id: int, version: int, *, name: str | None = None, active: bool | None = None
) -> Room:
    """Change a room; one that still has appointments ahead cannot be set out of use."""
    room = desk.find(Room, room_id, version=version)
    if name is not None and _named("room", name) != room.name:
        _unique(desk, Room, name.strip())
        room.name = name.strip()
    if active is not None:
        if room.active and not active:
            _refuse_while_booked(desk, "room_id", room_id, room.name)
        room.active = active
    return room


@action("cuff_set.add", Role.OWNER)
def add_cuff_set(
    desk: Desk,
    name: str,
    cuff_type: str,
    *,
    left_serial: str,
    right_serial: str,
    room_id: int | None = None,
    cleaning_minutes: int | None = None,
    calibrated_on: dt.date | None = None,
) -> CuffSet:
    """Add a cuff set; the minutes of cleaning are those of the rules if not given.

    Raises
    ------
    InputError
        If a name is empty, or the cleaning is negative or too long.
    ClashError
        If another cuff set has the name.
    NotFoundError
        If there is no such room.
    """
    name = _named("cuff set", name)
    _unique(desk, CuffSet, name)
    if room_id is not None:
        desk.find(Room, room_id)
    return desk.add(
        CuffSet(
            name=name,
            cuff_type=_named("cuff type", cuff_type),
            left_serial=_named("left serial number", left_serial),
            right_serial=_named("right serial number", right_serial),
            room_id=room_id,
            cleaning_minutes=_cleaning(cleaning_minutes),
            cleaned_at=None,
            calibrated_on=calibrated_on,
            active=True,
        )
    )


@action("cuff_set.change", Role.OWNER)
def change_cuff_set(
    desk: Desk,
    cuff_set_id: int,
    version: int,
    *,
    active: bool | None = None,
    cleaning_minutes: int | None = None,
    calibrated_on: dt.date | None = None,
) -> CuffSet:
    """Change a cuff set; one that still has appointments ahead cannot be set out of use.

    New minutes of cleaning hold for appointments that are booked from now on.
    """
    found = desk.find(CuffSet, cuff_set_id, version=version)
    if active is not None:
        if found.active and not active:
            _refuse_while_booked(desk, "cuff_set_id", cuff_set_id, found.name)
        found.active = active
    if cleaning_minutes is not None:
        found.cleaning_minutes = _cleaning(cleaning_minutes)
    if calibrated_on is not None:
        found.calibrated_on = calibrated_on
    return found


@action("cuff_set.clean", *CARE)
def clean(desk: Desk, cuff_set_id: int) -> CuffSet:
    """Enter that a cuff set has just been cleaned."""
    found = desk.find(CuffSet, cuff_set_id)
    found.cleaned_at = desk.now()
    return found


@action("room.list", *HOUSE, kind="read")
def rooms(desk: Desk, *, everything: bool = False) -> list[Room]:
    """Return the rooms in use by name, or all that ever were."""
    chosen = sa.select(Room).where(Room.practice_id == desk.practice_id).order_by(Room.name)
    return desk.every(chosen if everything else chosen.where(Room.active.is_(True)))


@action("cuff_set.list", *HOUSE, kind="read")
def cuff_sets(desk: Desk, *, everything: bool = False) -> list[CuffSet]:
    """Return the cuff sets in use by name, or all that ever were."""
    chosen = (
        sa.select(CuffSet).where(CuffSet.practice_id == desk.practice_id).order_by(CuffSet.name)
    )
    return desk.every(chosen if everything else chosen.where(CuffSet.active.is_(True)))


def _named(what: str, name: str) -> str:
    """Return a name without blanks around it, or refuse it."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError.one(
            what,
            "bad-name",
            f"{name[:40]!r} is no name of a {what}: 1 to {LONGEST_NAME} printable letters",
            path="name",
        )
    return name


def _unique(desk: Desk, table: type[Any], name: str) -> None:
    """Refuse a name that another row of the practice has."""
    taken = sa.select(table.id).where(table.practice_id == desk.practice_id, table.name == name)
    if desk.db.scalar(taken) is not None:
        what = str(table.__tablename__).replace("_", " ")
        raise ClashError(f"there is a {what} {name} already", remedy="Choose another name.")


def _cleaning(minutes: int | None) -> int:
    """Return minutes of cleaning [min] within what the rules allow."""
    rules = booking_rules()
    most = int(rules.longest_cleaning.total_seconds() // 60)
    if minutes is None:
        return int(rules.cleaning.total_seconds() // 60)
    if not 0 <= minutes <= most:
        raise InputError.one(
            "cuff set",
            "out-of-range",
            f"{minutes} min of cleaning; allowed is 0 min to {most} min",
            path="cleaning_minutes",
        )
    return minutes


def _refuse_while_booked(desk: Desk, column: str, key: int, name: str) -> None:
    """Refuse to take something out of use while appointments ahead need it."""
    from openpresso.clinic.booking.appointment import LIVE, Appointment

    ahead = desk.every(
        sa.select(Appointment)
        .where(
            Appointment.practice_id == desk.practice_id,
            getattr(Appointment, column) == key,
            Appointment.starts > desk.now(),
            Appointment.state.in_(LIVE),
        )
        .order_by(Appointment.starts)
        .limit(MOST_LISTED)
    )
    if ahead:
        raise RefusedError(
            f"{name} is still booked; move or cancel these first",
            [
                f"appointment {one.id} on {one.starts.astimezone(desk.zone):%Y-%m-%d at %H:%M}"
                for one in ahead
            ],
            code="still-booked",
        )
