"""The waiting list: who would come if a time became free, and in which order they are asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.booking.overlap import Held, collisions, live_between
from openpresso.clinic.booking.resource import CuffSet
from openpresso.clinic.booking.rules import booking_rules
from openpresso.clinic.courses.course import Course
from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.messages.message import Draft, queue
from openpresso.clinic.people.client import Client
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import Base, Editable, Name
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    from openpresso.clinic.desk import Desk

State = Literal["waiting", "offered", "booked", "withdrawn"]
MIDNIGHT: Final = dt.time(23, 59, 59)


class Waiting(Editable, Base):
    """One client who waits for a time."""

    __tablename__ = "waiting"
    __table_args__ = (
        sa.Index("ix_waiting_practice_id_state_cuff_type", "practice_id", "state", "cuff_type"),
        sa.Index("ix_waiting_client_id", "client_id"),
    )

    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    course_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("course.id"))
    cuff_type: orm.Mapped[Name]
    minutes: orm.Mapped[int]
    """Length of the appointment wanted [min]."""
    weekdays: orm.Mapped[list[Any]]
    """0 for Monday; sorted."""
    earliest: orm.Mapped[dt.time]
    latest: orm.Mapped[dt.time]
    """Local times between which the appointment lies."""
    until: orm.Mapped[dt.date | None]
    """Last day that helps."""
    state: orm.Mapped[Name]
    since: orm.Mapped[dt.datetime]
    offer: orm.Mapped[dict[str, Any]]
    """`Slot.data` of what is offered, empty without an offer. It is not held meanwhile."""
    offered_until: orm.Mapped[dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Slot:
    """A time with technician, room and cuff set that has become free."""

    staff_id: int
    room_id: int
    cuff_set_id: int
    starts: dt.datetime
    ends: dt.datetime

    @classmethod
    def of(cls, one: Appointment) -> Slot:
        """Return what an appointment leaves when it goes."""
        return cls(one.staff_id, one.room_id, one.cuff_set_id, one.starts, one.ends)

    @classmethod
    def read(cls, offer: dict[str, Any]) -> Slot:
        """Return the slot that an offer holds."""
        starts = dt.datetime.fromisoformat(offer["starts"])
        ends = dt.datetime.fromisoformat(offer["ends"])
        return cls(offer["staff_id"], offer["room_id"], offer["cuff_set_id"], starts, ends)

    def data(self) -> dict[str, Any]:
        """Return the slot as plain data."""
        return {
            "staff_id": self.staff_id,
            "room_id": self.room_id,
            "cuff_set_id": self.cuff_set_id,
            "starts": self.starts.isoformat(),
            "ends": self.ends.isoformat(),
        }


@action("waiting.add", *HOUSE)
def add(
    desk: Desk,
    client_id: int,
    cuff_type: str,
    minutes: int,
    *,
    weekdays: Collection[int] = range(7),
    earliest: dt.time = dt.time.min,
    latest: dt.time = MIDNIGHT,
    until: dt.date | None = None,
    course_id: int | None = None,
) -> Waiting:
    """Put a client on the waiting list.

    Raises
    ------
    InputError
        If the weekdays, times, day or minutes cannot be.
    RefusedError
        If the client is restricted or erased.
    NotFoundError
        If this practice has no such course.
    """
    client = desk.find(Client, client_id)
    if client.state != "active":
        raise RefusedError(f"the client {client.number} is {client.state}", code=client.state)
    if course_id is not None and desk.find(Course, course_id).client_id != client_id:
        raise InputError.one(
            "waiting", "other-client", f"course {course_id} is another client's", path="course_id"
        )
    most = int(booking_rules().longest.total_seconds() // 60)
    wrong = (
        (not weekdays or not set(weekdays) <= set(range(7)), "weekdays", "0 (Monday) to 6"),
        (earliest >= latest, "latest", "later than the earliest time"),
        (until is not None and until < desk.today(), "until", "today or later"),
        (not 1 <= minutes <= most, "minutes", f"1 min to {most} min"),
    )
    for is_wrong, path, allowed in wrong:
        if is_wrong:
            raise InputError.one("waiting", "out-of-range", f"allowed is {allowed}", path=path)
    return desk.add(
        Waiting(
            client_id=client_id,
            course_id=course_id,
            cuff_type=cuff_type,
            minutes=minutes,
            weekdays=sorted(set(weekdays)),
            earliest=earliest,
            latest=latest,
            until=until,
            state="waiting",
            since=desk.now(),
            offer={},
            offered_until=None,
        )
    )


@action("waiting.list", *HOUSE, kind="read")
def everyone(desk: Desk) -> list[Waiting]:
    """Return who waits or has an offer, in the order of waiting."""
    return desk.every(_open(desk))


@action("waiting.withdraw", *HOUSE)
def withdraw(desk: Desk, waiting_id: int) -> Waiting:
    """Take a client off the list; what was offered goes to the next."""
    return _pass_on(desk, desk.find(Waiting, waiting_id), "withdrawn")


@action("waiting.decline", *HOUSE)
def decline(desk: Desk, waiting_id: int) -> Waiting:
    """Enter that a client does not want the time offered: it goes to the next, the client waits."""
    return _pass_on(desk, _offered(desk, waiting_id), "waiting")


@action("waiting.accept", *HOUSE)
def accept(desk: Desk, waiting_id: int, *, confirm: bool = False) -> Appointment:
    """Book the time that was offered.

    Raises
    ------
    RefusedError
        If nothing is offered; and all errors of `book`.
    """
    from openpresso.clinic.booking.book import book

    one = _offered(desk, waiting_id)
    slot = Slot.read(one.offer)
    local = slot.starts.astimezone(desk.zone)
    booked = book(
        desk,
        one.client_id,
        slot.staff_id,
        slot.room_id,
        slot.cuff_set_id,
        local.date(),
        local.time(),
        one.minutes,
        which="second" if local.fold else "first",
        course_id=one.course_id,
        confirm=confirm,
    )
    one.state, one.offer, one.offered_until = "booked", {}, None
    return booked


@action("waiting.expire", Role.AUTOMATIC, Role.FRONT_DESK, Role.OWNER)
def expire(desk: Desk) -> int:
    """Pass on every offer whose time has run out; return how many."""
    late = desk.every(
        _open(desk).where(Waiting.state == "offered", Waiting.offered_until <= desk.now())
    )
    for one in late:
        _pass_on(desk, one, "waiting")
    return len(late)


def matching(desk: Desk, slot: Slot) -> list[Waiting]:
    """Return who waits for such a slot, in the order of waiting.

    Cuff type, weekday, local time and last day fit, it is long enough, and the client is free.
    """
    cuff_set = desk.find(CuffSet, slot.cuff_set_id)
    local, end = slot.starts.astimezone(desk.zone), slot.ends.astimezone(desk.zone)
    length = int((slot.ends - slot.starts).total_seconds() // 60)
    rows = desk.every(
        _open(desk).where(
            Waiting.state == "waiting",
            Waiting.cuff_type == cuff_set.cuff_type,
            Waiting.minutes <= length,
            Waiting.earliest <= local.time(),
            Waiting.latest >= end.time(),
            sa.or_(Waiting.until.is_(None), Waiting.until >= local.date()),
        )
    )
    others = live_between(desk, slot.starts, slot.ends)
    return [
        one
        for one in rows
        if local.weekday() in one.weekdays and not _busy(one.client_id, slot, others)
    ]


def offer(desk: Desk, slot: Slot, *, after: Waiting | None = None) -> Waiting | None:
    """Offer a slot that became free to the first who waits for it, or to the one after somebody.

    Returns
    -------
    Waiting | None
        Who has the offer now; None when nobody waits for it, it has begun, or was taken again.
    """
    if slot.starts <= desk.now():
        return None
    held = Held(0, slot.staff_id, slot.room_id, slot.cuff_set_id, slot.starts, slot.ends, slot.ends)
    if collisions(held, live_between(desk, slot.starts, slot.ends, held)):
        return None
    place = (after.since, after.id) if after is not None else None
    for one in matching(desk, slot):
        if place is None or (one.since, one.id) > place:
            limit = min(desk.now() + booking_rules().offer_lasts, slot.starts)
            one.state, one.offer, one.offered_until = "offered", slot.data(), limit
            client = desk.find(Client, one.client_id)
            queue(desk, client, [Draft("waiting-list-offer", slot.starts, useless_after=limit)])
            return one
    return None


def _open(desk: Desk) -> sa.Select[Any]:
    """Return the statement of all who wait, in the order of waiting."""
    return (
        sa.select(Waiting)
        .where(Waiting.practice_id == desk.practice_id, Waiting.state.in_(("waiting", "offered")))
        .order_by(Waiting.since, Waiting.id)
    )


def _offered(desk: Desk, waiting_id: int) -> Waiting:
    """Return one who has an offer."""
    one = desk.find(Waiting, waiting_id)
    if one.state != "offered":
        raise RefusedError(f"nothing is offered to number {waiting_id} of the waiting list")
    return one


def _pass_on(desk: Desk, one: Waiting, state: State) -> Waiting:
    """Take an offer back, if there is one, and give it to the next."""
    slot = Slot.read(one.offer) if one.offer else None
    one.state, one.offer, one.offered_until = state, {}, None
    if slot is not None:
        offer(desk, slot, after=one)
    return one


def _busy(client_id: int, slot: Slot, others: list[Held]) -> bool:
    """Return whether a client has an appointment in the time of a slot."""
    return any(
        one.client_id == client_id and one.starts < slot.ends and slot.starts < one.ends
        for one in others
    )
