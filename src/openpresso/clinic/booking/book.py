"""Booking: one appointment, a weekly series, another time for an appointment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from openpresso.clinic.booking import hours, notice, overlap, parties
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.booking.local import instant
from openpresso.clinic.booking.overlap import TakenError
from openpresso.clinic.booking.rules import booking_rules
from openpresso.clinic.desk import action
from openpresso.clinic.errors import NotAllowedError, RefusedError
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import LONGEST_NOTE
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.booking.local import Which
    from openpresso.clinic.booking.overlap import Held, Taken
    from openpresso.clinic.desk import Desk

MOST_WEEKS = 52


@action("appointment.book", *HOUSE)
def book(
    desk: Desk,
    client_id: int,
    staff_id: int,
    room_id: int,
    cuff_set_id: int,
    day: dt.date,
    time: dt.time,
    minutes: int,
    *,
    which: Which | None = None,
    course_id: int | None = None,
    override: str = "",
    confirm: bool = False,
    note: str = "",
) -> Appointment:
    """Book an appointment; a technician books for himself or herself only.

    Parameters
    ----------
    desk
        Who books.
    client_id, staff_id, room_id, cuff_set_id
        The four that meet; `staff_id` is the technician.
    day, time
        As calendar and clock show it in the practice.
    minutes
        Length [min], without the cleaning after.
    which
        `first` or `second`, in the hour that the clocks show twice.
    course_id
        Course that it belongs to.
    override
        The owner's reason to book outside the opening hours.
    confirm
        Whether the client asks for a confirmation.
    note
        For those who see the day; nothing about health belongs there.

    Returns
    -------
    Appointment
        Booked; room and cuff set are held until its `busy_until`.

    Raises
    ------
    InputError
        If the time does not exist, is ambiguous, past, too far ahead, too long or crosses midnight.
    RefusedError
        With code `outside-hours`, or `cannot-be-booked` and every reason.
    TakenError
        A `ClashError` that names what is taken, by what, until when, and the next free time.
    NotAllowedError
        If a technician books for somebody else, or somebody else than the owner overrides.
    NotFoundError
        If the practice lacks one of the four, or the course.
    """
    parties.refuse_others(desk, staff_id)
    found = parties.find(desk, client_id, staff_id, room_id, cuff_set_id)
    starts = _start(desk, day, time, minutes, which)
    want = found.held(starts, minutes)
    parties.refuse_unfit(desk, found, {day}, course_id)
    _refuse_closed(desk, want, override)
    overlap.lock(desk, {day})
    overlap.refuse_taken(desk, want)
    row = _row(desk, want, course_id, override, _short(note))
    overlap.write(desk, want, row)
    notice.booked(desk, found.client, [row], asked=confirm)
    return row


@action("appointment.series", *HOUSE)
def book_series(
    desk: Desk,
    client_id: int,
    staff_id: int,
    room_id: int,
    cuff_set_id: int,
    day: dt.date,
    time: dt.time,
    minutes: int,
    *,
    times: int = 8,
    every: int = 7,
    which: Which | None = None,
    course_id: int | None = None,
    confirm: bool = False,
) -> list[Appointment]:
    """Book a series at the same local time, also across a change of the clocks; all or none.

    Parameters
    ----------
    desk, client_id, staff_id, room_id, cuff_set_id, time, minutes, which, course_id, confirm
        As of `book`.
    day
        First day.
    times
        How many appointments, at most 52.
    every
        Days from one to the next [d].

    Returns
    -------
    list[Appointment]
        In the order of time.

    Raises
    ------
    InputError, RefusedError, NotAllowedError, NotFoundError
        As of `book`; a refusal lists every day that has a reason.
    TakenError
        It lists everything that is taken on any of the days; nothing is booked then.
    """
    if not (1 <= times <= MOST_WEEKS and 1 <= every <= 366):
        raise InputError.one(
            "series",
            "out-of-range",
            f"{times} times every {every} days; allowed is 1 to {MOST_WEEKS} times, 1 to 366 days",
            path="times",
        )
    parties.refuse_others(desk, staff_id)
    found = parties.find(desk, client_id, staff_id, room_id, cuff_set_id)
    days = [day + dt.timedelta(days=every * number) for number in range(times)]
    wants = [found.held(_start(desk, one, time, minutes, which), minutes) for one in days]
    parties.refuse_unfit(desk, found, set(days), course_id)
    _refuse_closed_days(desk, wants)
    overlap.lock(desk, days)
    _refuse_taken_days(desk, wants)
    rows = [_row(desk, want, course_id, "", "") for want in wants]
    overlap.write(desk, wants[0], *rows)
    notice.booked(desk, found.client, rows, asked=confirm)
    return rows


@action("appointment.move", *HOUSE)
def reschedule(
    desk: Desk,
    appointment_id: int,
    version: int,
    day: dt.date,
    time: dt.time,
    *,
    minutes: int | None = None,
    which: Which | None = None,
    staff_id: int | None = None,
    room_id: int | None = None,
    cuff_set_id: int | None = None,
    override: str = "",
) -> Appointment:
    """Move an appointment that is booked; what is not given stays as it was.

    The time that it leaves is offered to those who wait.

    Raises
    ------
    ChangedError
        If somebody else has changed it since the editor read it.
    RefusedError
        If it is not in the state `booked`; and all else as of `book`.
    """
    from openpresso.clinic.booking import waiting

    row = desk.find(Appointment, appointment_id, version=version)
    if row.state != "booked":
        raise RefusedError(f"appointment {row.id} is {row.state}; only a booked one can be moved")
    parties.refuse_others(desk, row.staff_id)
    parties.refuse_others(desk, staff_id or row.staff_id)
    length = minutes or int((row.ends - row.starts).total_seconds() // 60)
    found = parties.find(
        desk,
        row.client_id,
        staff_id or row.staff_id,
        room_id or row.room_id,
        cuff_set_id or row.cuff_set_id,
    )
    starts = _start(desk, day, time, length, which)
    want = found.held(starts, length, row.id)
    parties.refuse_unfit(desk, found, {day}, row.course_id)
    _refuse_closed(desk, want, override)
    overlap.lock(desk, {day, desk.day(row.starts)})
    overlap.refuse_taken(desk, want)
    freed = waiting.Slot.of(row)
    row.staff_id, row.room_id, row.cuff_set_id = want.staff_id, want.room_id, want.cuff_set_id
    row.starts, row.ends, row.busy_until = want.starts, want.ends, want.busy_until
    row.override, row.changed_at = override.strip(), desk.now()
    overlap.write(desk, want)
    notice.moved(desk, found.client, row)
    waiting.offer(desk, freed)
    return row


def _row(desk: Desk, want: Held, course_id: int | None, override: str, note: str) -> Appointment:
    """Return a new appointment."""
    return Appointment(
        practice_id=desk.here,
        client_id=want.client_id,
        course_id=course_id,
        staff_id=want.staff_id,
        room_id=want.room_id,
        cuff_set_id=want.cuff_set_id,
        starts=want.starts,
        ends=want.ends,
        busy_until=want.busy_until,
        state="booked",
        changed_at=desk.now(),
        override=override.strip(),
        reason="",
        note=note,
    )


def _start(
    desk: Desk, day: dt.date, time: dt.time, minutes: int, which: Which | None
) -> dt.datetime:
    """Return when an appointment starts, or refuse a time or length that cannot be.

    Raises
    ------
    InputError
        With codes `too-long`, `crosses-midnight`, `in-the-past`, `too-far`, and those of `instant`.
    """
    rules = booking_rules()
    where = f"{day} {time:%H:%M}"
    most = int(rules.longest.total_seconds() // 60)
    if not 1 <= minutes <= most:
        raise InputError.one(
            where,
            "too-long",
            f"{minutes} min; an appointment takes 1 min to {most} min",
            path="minutes",
        )
    starts = instant(desk.zone, day, time, which)
    ends = starts + dt.timedelta(minutes=minutes)
    if desk.day(ends - dt.timedelta(microseconds=1)) != day:
        raise InputError.one(
            where,
            "crosses-midnight",
            f"{minutes} min from {time:%H:%M} go beyond midnight",
            path="minutes",
            hint="book two appointments, one on each day.",
        )
    if starts < desk.now():
        now = desk.now().astimezone(desk.zone)
        raise InputError.one(
            where, "in-the-past", f"it is {now:%Y-%m-%d %H:%M} already", path="time"
        )
    if starts > desk.now() + rules.farthest:
        raise InputError.one(
            where,
            "too-far",
            f"{day} is more than {rules.farthest.days} days ahead",
            path="day",
            hint="check the year.",
        )
    return starts


def _refuse_closed(desk: Desk, want: Held, override: str) -> None:
    """Refuse a time outside the opening hours, unless the owner gives a reason."""
    if override.strip():
        if Role.OWNER not in desk.roles:
            raise NotAllowedError(
                "only the owner books outside the opening hours",
                remedy="Ask the owner, or choose a time within them.",
            )
        _short(override)
        return
    _refuse_closed_days(desk, [want])


def _refuse_closed_days(desk: Desk, wants: list[Held]) -> None:
    """Refuse times outside the opening hours, all of them at once; one query."""
    days = [desk.day(want.starts) for want in wants]
    by_day = hours.intervals(desk, min(days), max(days))
    reasons = [
        f"{day} {want.starts.astimezone(desk.zone):%H:%M} to "
        f"{want.ends.astimezone(desk.zone):%H:%M}: open {hours.said(desk.zone, by_day[day])}"
        for day, want in zip(days, wants, strict=True)
        if not any(one.holds(want.starts, want.ends) for one in by_day[day])
    ]
    if reasons:
        raise RefusedError(
            "the practice is not open then; the owner can book it with a reason:",
            reasons,
            code="outside-hours",
        )


def _refuse_taken_days(desk: Desk, wants: list[Held]) -> None:
    """Refuse a series in which anything is taken, and list all of it."""
    others = overlap.live_between(desk, wants[0].starts, wants[-1].busy_until, wants[0])
    clauses: list[str] = []
    taken: list[Taken] = []
    for want in wants:
        for one in overlap.collisions(want, others):
            clauses.append(overlap.said(desk, want, one))
            taken.append(one)
    if clauses:
        raise TakenError(
            "; ".join(clauses),
            tuple(taken),
            remedy=f"Nothing of the {len(wants)} appointments was booked. Choose another time, "
            "technician, room or cuff set, or book the other days one by one.",
        )


def _short(note: str) -> str:
    """Return a note, or refuse one that is too long."""
    if len(note) > LONGEST_NOTE:
        raise InputError.one(
            "note", "too-long", f"{len(note)} characters; at most {LONGEST_NOTE}", path="note"
        )
    return note.strip()
