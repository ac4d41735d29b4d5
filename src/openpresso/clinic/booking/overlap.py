"""Overlaps: which of the four things an appointment needs is taken, by what, and until when."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from openpresso.clinic.booking import hours
from openpresso.clinic.booking.appointment import HELD, LIVE, SPAN, Appointment, constraint
from openpresso.clinic.booking.rules import booking_rules
from openpresso.clinic.errors import ClashError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpresso.clinic.desk import Desk

DAYS: Final = 10_000_000
"""More days than any calendar has: practice and day give one key of a lock."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one appointment holds, and when."""

    client_id: int
    staff_id: int
    room_id: int
    cuff_set_id: int
    starts: dt.datetime
    ends: dt.datetime
    busy_until: dt.datetime
    appointment_id: int | None = None

    def at(self, starts: dt.datetime) -> Held:
        """Return the same, beginning at another time."""
        return replace(
            self,
            starts=starts,
            ends=starts + (self.ends - self.starts),
            busy_until=starts + (self.busy_until - self.starts),
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing that is taken."""

    what: str
    """`client`, `technician`, `room` or `cuff set`."""
    key: int
    appointment_id: int | None
    client_id: int
    """Whose appointment has it."""
    starts: dt.datetime
    until: dt.datetime


class TakenError(ClashError):
    """Something that an appointment needs is taken.

    Parameters
    ----------
    message
        What is taken, by what, from when to when.
    taken
        The same as data; empty when only the database saw it.
    next_free
        The next time at which all four are free; None if none was found.
    remedy
        What to do.
    """

    def __init__(
        self,
        message: str,
        taken: tuple[Taken, ...] = (),
        next_free: dt.datetime | None = None,
        *,
        remedy: str = "",
    ) -> None:
        """Keep what is taken and what is free."""
        super().__init__(message, remedy=remedy)
        self.taken = taken
        self.next_free = next_free


def collisions(want: Held, others: Iterable[Held]) -> tuple[Taken, ...]:
    """Return everything that is taken for one appointment by others, in the order of time.

    Two appointments collide in one thing when both need it and the half-open times
    [starts, until) in which they hold it meet: a < d and c < b for [a, b) and [c, d).
    """
    found = []
    for other in others:
        if other.appointment_id is not None and other.appointment_id == want.appointment_id:
            continue
        for what, (column, end) in HELD.items():
            key, until = getattr(other, column), getattr(other, end)
            if (
                key == getattr(want, column)
                and other.starts < getattr(want, end)
                and want.starts < until
            ):
                found.append(
                    Taken(what, key, other.appointment_id, other.client_id, other.starts, until)
                )
    return tuple(sorted(found, key=lambda one: (one.starts, one.what)))


_LIVE_BETWEEN = (
    sa.select(
        Appointment.client_id,
        Appointment.staff_id,
        Appointment.room_id,
        Appointment.cuff_set_id,
        Appointment.starts,
        Appointment.ends,
        Appointment.busy_until,
        Appointment.id,
    )
    .where(
        Appointment.practice_id == sa.bindparam("practice"),
        Appointment.starts > sa.bindparam("before"),
        Appointment.starts < sa.bindparam("last"),
        Appointment.busy_until > sa.bindparam("first"),
        Appointment.state.in_(LIVE),
    )
    .order_by(Appointment.starts)
)
_SHARING = _LIVE_BETWEEN.where(
    sa.or_(*(getattr(Appointment, column) == sa.bindparam(column) for column, _ in HELD.values()))
)
# Statements are made once: making one costs as much as running it.


def live_between(
    desk: Desk, first: dt.datetime, last: dt.datetime, sharing: Held | None = None
) -> list[Held]:
    """Return what live appointments hold between two instants, by one index of times.

    Parameters
    ----------
    desk
        Of the practice.
    first, last
        Instants.
    sharing
        Only appointments that share a client, technician, room or cuff set with this one.
    """
    values: dict[str, object] = {
        "practice": desk.practice_id,
        "before": first - SPAN,
        "first": first,
        "last": last,
    }
    if sharing is not None:
        values |= {column: getattr(sharing, column) for column, _ in HELD.values()}
    rows = desk.db.execute(_LIVE_BETWEEN if sharing is None else _SHARING, values)
    return [Held(*row) for row in rows]


def lock(desk: Desk, days: Iterable[dt.date]) -> None:
    """Let others who book on the same days of the practice wait until this desk has ended.

    On SQLite a writer is alone anyway. On PostgreSQL the constraints alone would keep overlaps
    out, but two writers that meet in two of them would wait for each other.
    """
    if desk.db.get_bind().dialect.name != "postgresql":
        return
    for day in sorted(set(days)):
        key = (desk.practice_id or 0) * DAYS + day.toordinal()
        desk.db.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.cast(key, sa.BigInteger))))


def refuse_taken(desk: Desk, want: Held) -> None:
    """Refuse an appointment for which something is taken.

    Raises
    ------
    TakenError
        It names each thing, by which client's appointment and until when, and the next free time.
    """
    taken = collisions(want, live_between(desk, want.starts, want.busy_until, want))
    if not taken:
        return
    free = next_free(desk, want)
    when = f"{free.astimezone(desk.zone):%Y-%m-%d %H:%M}" if free else ""
    raise TakenError(
        "; ".join(said(desk, want, one) for one in taken),
        taken,
        free,
        remedy=f"All four are free next on {when}."
        if when
        else f"Nothing is free in the {booking_rules().horizon.days} days after; change one.",
    )


def said(desk: Desk, want: Held, taken: Taken) -> str:
    """Return in one clause what is taken, by what, from when to when."""
    desk.about(taken.client_id)
    zone = desk.zone
    times = f"{taken.starts.astimezone(zone):%H:%M} to {taken.until.astimezone(zone):%H:%M}"
    by = "" if taken.what == "client" else f" for client {taken.client_id}"
    name = _name(desk, taken)
    return (
        f"the {taken.what} {name} is taken on {want.starts.astimezone(zone):%Y-%m-%d} from {times} "
        f"by appointment {taken.appointment_id}{by}"
    )


def _name(desk: Desk, taken: Taken) -> str:
    """Return what a person calls the thing that is taken."""
    from openpresso.clinic.booking.resource import CuffSet, Room
    from openpresso.clinic.people.client import Client
    from openpresso.clinic.people.staff import Staff

    if taken.what == "client":
        return desk.find(Client, taken.key).number
    if taken.what == "technician":
        return desk.find(Staff, taken.key).name
    if taken.what == "room":
        return desk.find(Room, taken.key).name
    return desk.find(CuffSet, taken.key).name


def next_free(desk: Desk, want: Held) -> dt.datetime | None:
    """Return the next time within opening hours at which all four are free.

    Two queries, over the horizon of the rules; None if there is no such time.
    """
    first = desk.day(want.starts)
    last = first + booking_rules().horizon
    after = want.starts + booking_rules().horizon
    others = live_between(desk, want.starts, after, want)
    open_times = [one for day in hours.intervals(desk, first, last).values() for one in day]
    return first_gap(want, others, open_times)


def first_gap(
    want: Held, others: Sequence[Held], open_times: Sequence[hours.Interval]
) -> dt.datetime | None:
    """Return the first time from `want.starts` on, in opening hours, that no other holds.

    Only the openings and the ends of others can be such a first time.
    """
    starts = [one.starts for one in others]
    ends = sorted({one.ends for one in others} | {one.busy_until for one in others})
    for interval in open_times:
        candidates = [max(interval.opens, want.starts)]
        candidates += [end for end in ends if candidates[0] < end < interval.closes]
        for candidate in candidates:
            at = want.at(candidate)
            if not interval.holds(at.starts, at.ends):
                continue
            near = others[
                bisect_left(starts, at.starts - SPAN) : bisect_left(starts, at.busy_until)
            ]
            if not collisions(at, near):
                return candidate
    return None


def write(desk: Desk, want: Held, *rows: Appointment) -> None:
    """Write appointments; the database has the last word about overlaps.

    Raises
    ------
    TakenError
        If a constraint refuses what the search before had not seen.
    ChangedError
        If somebody else has changed the same appointment meanwhile.
    """
    try:
        desk.db.add_all(rows)
        desk.db.flush()
    except IntegrityError as error:
        text = str(error.orig)
        for what in HELD:
            if constraint(what) in text:
                when = want.starts.astimezone(desk.zone)
                raise TakenError(
                    f"the {what} was taken for {when:%Y-%m-%d %H:%M} at this very moment",
                    remedy="Look for a free time again; nothing was written.",
                ) from error
        raise
