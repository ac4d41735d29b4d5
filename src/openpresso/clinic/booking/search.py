"""Search of free times: when, with whom, and where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.booking import hours
from openpresso.clinic.booking.overlap import Held, live_between
from openpresso.clinic.booking.resource import CuffSet, Room
from openpresso.clinic.booking.rules import booking_rules
from openpresso.clinic.desk import action
from openpresso.clinic.people.certificate import Certificate
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import CARE, HOUSE
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.clinic.desk import Desk


@dataclass(frozen=True, slots=True)
class Place:
    """A room with a cuff set in it."""

    room_id: int
    cuff_set_id: int
    cleaning: dt.timedelta


@dataclass(frozen=True, slots=True)
class Free:
    """A time at which any of the technicians is free, and any of the places."""

    starts: dt.datetime
    ends: dt.datetime
    staff: tuple[int, ...]
    places: tuple[Place, ...]


@action("appointment.search", *HOUSE, kind="read")
def free(
    desk: Desk,
    day: dt.date,
    minutes: int,
    *,
    cuff_type: str,
    staff_id: int | None = None,
    room_id: int | None = None,
    client_id: int | None = None,
    step: dt.timedelta | None = None,
) -> list[Free]:
    """Return the free times of a day, by five queries whatever the size of the clinic.

    Parameters
    ----------
    desk
        Who looks.
    day
        Where the practice is.
    minutes
        Length of the appointment [min].
    cuff_type
        Type of cuff; technicians without a certificate for it that day are left out.
    staff_id, room_id
        Only this technician, only this room.
    client_id
        Only times at which this client has no other appointment.
    step
        Distance of the times offered, that of the rules by default; they count from the opening.

    Returns
    -------
    list[Free]
        In the order of time; each combination of a technician and a place of one time is free.

    Raises
    ------
    InputError
        If the length is not positive or the step is shorter than a minute.
    """
    step = step or booking_rules().step
    if minutes < 1 or step < dt.timedelta(minutes=1):
        raise InputError.one("search", "out-of-range", "length and step are 1 min at least")
    open_times = hours.intervals(desk, day, day)[day]
    if not open_times:
        return []
    staff = [key for key in _trained(desk, cuff_type, day) if staff_id in {None, key}]
    places = [one for one in _places(desk, cuff_type) if room_id in {None, one.room_id}]
    longest = dt.timedelta(minutes=minutes) + booking_rules().longest_cleaning
    others = live_between(desk, open_times[0].opens, open_times[-1].closes + longest)
    length = dt.timedelta(minutes=minutes)
    found = (
        _at(starts, starts + length, staff, places, others)
        for starts in _starts(open_times, length, step)
        if starts >= desk.now() and not _client_busy(client_id, starts, starts + length, others)
    )
    return [one for one in found if one.staff and one.places]


def _starts(
    open_times: tuple[hours.Interval, ...], length: dt.timedelta, step: dt.timedelta
) -> Iterator[dt.datetime]:
    """Yield the times at which an appointment of a length could start."""
    for one in open_times:
        starts = one.opens
        while starts + length <= one.closes:
            yield starts
            starts += step


def _at(
    starts: dt.datetime,
    ends: dt.datetime,
    staff: list[int],
    places: list[Place],
    others: list[Held],
) -> Free:
    """Return which technicians and places are free at one time."""
    now = [one for one in others if one.starts < ends + _longest(places)]
    busy_staff = {one.staff_id for one in now if one.starts < ends and one.ends > starts}
    return Free(
        starts,
        ends,
        tuple(key for key in staff if key not in busy_staff),
        tuple(
            place
            for place in places
            if not any(
                (one.room_id == place.room_id or one.cuff_set_id == place.cuff_set_id)
                and one.starts < ends + place.cleaning
                and one.busy_until > starts
                for one in now
            )
        ),
    )


def _longest(places: list[Place]) -> dt.timedelta:
    """Return the longest cleaning of some places."""
    return max((one.cleaning for one in places), default=dt.timedelta(0))


def _client_busy(
    client_id: int | None, starts: dt.datetime, ends: dt.datetime, others: list[Held]
) -> bool:
    """Return whether a client has another appointment at a time."""
    return any(
        one.client_id == client_id and one.starts < ends and one.ends > starts for one in others
    )


def _trained(desk: Desk, cuff_type: str, on: dt.date) -> list[int]:
    """Return who treats and holds a certificate for a cuff type that counts on a day, by name."""
    rows = desk.db.execute(
        sa.select(Staff.id, Staff.roles)
        .where(
            Staff.practice_id == desk.practice_id,
            Staff.active.is_(True),
            sa.exists().where(
                Certificate.staff_id == Staff.id,
                Certificate.cuff_type == cuff_type,
                Certificate.issued_on <= on,
                Certificate.expires_on >= on,
                sa.or_(Certificate.withdrawn_on.is_(None), Certificate.withdrawn_on > on),
            ),
        )
        .order_by(Staff.family, Staff.given, Staff.id)
    )
    care = {role.value for role in CARE}
    return [key for key, roles in rows if care & set(roles)]


def _places(desk: Desk, cuff_type: str) -> list[Place]:
    """Return every room in use with every cuff set in use that can be in it, by name."""
    rooms = desk.db.scalars(
        sa.select(Room.id)
        .where(Room.practice_id == desk.practice_id, Room.active.is_(True))
        .order_by(Room.name)
    ).all()
    sets = desk.db.execute(
        sa.select(CuffSet.id, CuffSet.room_id, CuffSet.cleaning_minutes)
        .where(
            CuffSet.practice_id == desk.practice_id,
            CuffSet.active.is_(True),
            CuffSet.cuff_type == cuff_type,
        )
        .order_by(CuffSet.name)
    ).all()
    return [
        Place(room, key, dt.timedelta(minutes=minutes))
        for room in rooms
        for key, stays_in, minutes in sets
        if stays_in in {None, room}
    ]
