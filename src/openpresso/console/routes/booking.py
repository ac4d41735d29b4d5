"""Booking: a client, a free time, once or as a series; and another time for an appointment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.booking import book, resource, search
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.courses import progress
from openpresso.clinic.courses.course import Course
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import search as people_search
from openpresso.clinic.people import staff
from openpresso.clinic.roles import CARE, Role
from openpresso.console.forms import entered
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, render, show
from openpresso.console.refused import told
from openpresso.console.rights import may
from openpresso.console.visitor import Looking
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.booking.search import Free
    from openpresso.clinic.courses.progress import Schedule
    from openpresso.clinic.desk import Desk
    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/calendar"
USUAL_MINUTES = 45
"""Length that the search begins with [min]."""
Text = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class Offer:
    """A free time as a choice: who, where and with what."""

    value: str
    starts: dt.datetime
    ends: dt.datetime
    staff: str
    room: str
    cuff_set: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What free times are looked for."""

    day: str
    minutes: str
    cuff: str
    staff: str
    course: str


def wanted(
    day: str = "", minutes: str = "", cuff: str = "", staff: str = "", course: str = ""
) -> Wanted:
    """Return what free times are looked for."""
    return Wanted(day, minutes, cuff, staff, course)


@router.get("/calendar/book", **needs("appointment.book", "client.search", "appointment.search"))
def choose(
    visitor: Looking,
    want: Annotated[Wanted, Depends(wanted)],
    client: str = "",
    q: str = "",
) -> HTMLResponse:
    """Find a client, then a free time."""
    return _page(visitor, client, want, q=q)


@router.get("/calendar/clients", **needs("client.search"))
def found(visitor: Looking, q: str = "", day: str = "") -> HTMLResponse:
    """Return the clients that a text finds, as a part of a page."""
    with visitor.desk(reading=True) as desk:
        people = people_search.look_up(desk, q) if q.strip() else []
        return render(
            "calendar_clients.html", visitor.words(desk), people=people, asked=q.strip(), day=day
        )


@router.post("/calendar/book", **needs("appointment.book", "appointment.series"))
def enter(
    visitor: Looking,
    client: Text = "",
    choice: Text = "",
    minutes: Text = "",
    cuff: Text = "",
    staff: Text = "",
    course: Text = "",
    day: Text = "",
    times: Text = "1",
    every: Text = "7",
    confirm: Text = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Book the chosen time, once or as a series."""
    want = Wanted(day, minutes, cuff, staff, course)
    try:
        count = entered.number(times, "times")
        with visitor.desk() as desk:
            starts, person, room, cuff_set = _chosen(choice)
            local = starts.astimezone(desk.zone)
            four = (entered.number(client, "client"), person, room, cuff_set)
            at = (local.date(), local.time(), entered.number(minutes, "minutes"))
            course_id = entered.number_or_none(course, "course")
            if count == 1:
                book.book(
                    desk,
                    *four,
                    *at,
                    which="second" if local.fold else "first",
                    course_id=course_id,
                    confirm=bool(confirm),
                    note=note,
                )
            else:
                _refuse_note(note)
                book.book_series(
                    desk,
                    *four,
                    *at,
                    times=count,
                    every=entered.number(every, "every"),
                    course_id=course_id,
                    confirm=bool(confirm),
                )
    except OpenpressoError as error:
        values = {"choice": choice, "times": times, "every": every}
        values |= {"confirm": confirm, "note": note}
        return _page(visitor, client, want, error=told(error), values=values)
    return RedirectResponse(f"/calendar?day={local.date()}", 303)


@router.get(
    "/calendar/appointments/{appointment_id}/move",
    **needs("appointment.move", "appointment.search"),
)
def other_time(
    visitor: Looking, appointment_id: Key, day: str = "", staff: str = ""
) -> HTMLResponse:
    """Find another time for an appointment."""
    return _move_page(visitor, appointment_id, day, staff)


@router.post("/calendar/appointments/{appointment_id}/move", **needs("appointment.move"))
def move(
    visitor: Looking,
    appointment_id: Key,
    version: Annotated[int, Form()],
    choice: Text = "",
    day: Text = "",
    staff: Text = "",
) -> Response:
    """Move an appointment to the chosen time."""
    try:
        with visitor.desk() as desk:
            starts, person, room, cuff_set = _chosen(choice)
            local = starts.astimezone(desk.zone)
            book.reschedule(
                desk,
                appointment_id,
                version,
                local.date(),
                local.time(),
                which="second" if local.fold else "first",
                staff_id=person,
                room_id=room,
                cuff_set_id=cuff_set,
            )
    except OpenpressoError as error:
        return _move_page(visitor, appointment_id, day, staff, told(error), choice)
    return RedirectResponse(f"/calendar/appointments/{appointment_id}", 303)


def _refuse_note(note: str) -> None:
    """Refuse a note for a series: it would be lost."""
    if note.strip():
        raise InputError.one(
            "booking",
            "note-of-series",
            "a series has no note",
            path="note",
            hint="Leave the note empty, or book the one appointment that it is for.",
        )


def _chosen(choice: str) -> tuple[dt.datetime, int, int, int]:
    """Return start, technician, room and cuff set of a choice."""
    when, *keys = choice.split("|")
    try:
        starts = dt.datetime.fromisoformat(when)
        person, room, cuff_set = (int(key) for key in keys)
    except ValueError as error:
        raise _nothing() from error
    if starts.tzinfo is None or max(person, room, cuff_set) > 10**15:
        raise _nothing()
    return starts, person, room, cuff_set


def _nothing() -> InputError:
    return InputError.one(
        "booking",
        "no-time",
        "no time is chosen",
        path="choice",
        hint="Choose one of the free times.",
    )


def _page(
    visitor: Visitor,
    client: str,
    want: Wanted,
    *,
    q: str = "",
    error: Told | None = None,
    values: dict[str, str] | None = None,
) -> HTMLResponse:
    """Return the page of booking; what was typed stays."""
    with visitor.desk(reading=True) as desk:
        people = people_search.look_up(desk, q) if q.strip() else []
        person = (
            clients.find(desk, int(client)) if client.isdecimal() and len(client) < 16 else None
        )
        values = {"choice": "", "times": "1", "every": "7", "confirm": "", "note": ""} | (
            values or {}
        )
        given: dict[str, Any] = {"people": people, "asked": q.strip(), "client": person}
        if person is not None:
            courses = _courses(desk, person.id)
            want = _completed(desk, want, courses)
            offers, refused = _offers(desk, want, person.id)
            given |= {"courses": courses, "offers": offers}
            error = error or refused
        return show(
            "booking.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            want=want,
            day=want.day or desk.today().isoformat(),
            technicians=_technicians(desk),
            cuffs=sorted({one.cuff_type for one in resource.cuff_sets(desk)}),
            typed=values,
            may_outside=may(desk, "opening.set"),
            **given,
        )


def _move_page(
    visitor: Visitor,
    appointment_id: int,
    day: str,
    person: str,
    error: Told | None = None,
    choice: str = "",
) -> HTMLResponse:
    """Return the page of another time."""
    with visitor.desk(reading=True) as desk:
        one = desk.find(Appointment, appointment_id)
        length = int((one.ends - one.starts).total_seconds() // 60)
        cuff_set = desk.find(resource.CuffSet, one.cuff_set_id)
        begun = max(desk.day(one.starts), desk.today())
        want = Wanted(day or begun.isoformat(), str(length), cuff_set.cuff_type, person, "")
        want = _only_oneself(desk, want)
        offers, refused = _offers(desk, want, None)
        error = error or refused
        return show(
            "move.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            one=one,
            client=clients.find(desk, one.client_id),
            want=want,
            offers=offers,
            technicians=_technicians(desk),
            typed={"choice": choice},
        )


def _courses(desk: Desk, client_id: int) -> list[Schedule]:
    """Return the courses of a client that can be booked for: what the front desk may know."""
    keys = desk.db.scalars(
        sa.select(Course.id)
        .where(
            Course.practice_id == desk.here,
            Course.client_id == client_id,
            Course.state.in_(("planned", "active", "paused")),
        )
        .order_by(Course.id.desc())
    ).all()
    return [progress.schedule(desk, key) for key in keys]


def _completed(desk: Desk, want: Wanted, courses: list[Schedule]) -> Wanted:
    """Return what is wanted, with what the course says where nothing was said."""
    course = next((one for one in courses if str(one.course_id) == want.course), None)
    if not want.course and not want.cuff and courses:
        course = courses[0]
    types = [one.cuff_type for one in resource.cuff_sets(desk)]
    return _only_oneself(
        desk,
        Wanted(
            want.day or desk.today().isoformat(),
            want.minutes or str(USUAL_MINUTES),
            (course.cuff if course else want.cuff) or (types[0] if types else ""),
            want.staff,
            str(course.course_id) if course else "",
        ),
    )


def _only_oneself(desk: Desk, want: Wanted) -> Wanted:
    """Return what is wanted; a technician books for himself or herself only."""
    if desk.roles & {Role.CLINICIAN, Role.FRONT_DESK, Role.OWNER}:
        return want
    return Wanted(want.day, want.minutes, want.cuff, str(desk.staff_id), want.course)


def _offers(desk: Desk, want: Wanted, client_id: int | None) -> tuple[list[Offer], Told | None]:
    """Return the free times of a day, or why they cannot be looked for."""
    try:
        times = search.free(
            desk,
            entered.day(want.day),
            entered.number(want.minutes, "minutes"),
            cuff_type=want.cuff,
            staff_id=entered.number_or_none(want.staff, "staff"),
            client_id=client_id,
        )
    except InputError as error:
        return [], told(error)
    names = {one.id: one.name for one in staff.everyone(desk)}
    rooms = {one.id: one.name for one in resource.rooms(desk)}
    sets = {one.id: one.name for one in resource.cuff_sets(desk)}
    return [_offer(one, names, rooms, sets) for one in times], None


def _offer(one: Free, names: dict[int, str], rooms: dict[int, str], sets: dict[int, str]) -> Offer:
    """Return a free time with the first technician and place that are free then."""
    person, place = one.staff[0], one.places[0]
    return Offer(
        f"{one.starts.isoformat()}|{person}|{place.room_id}|{place.cuff_set_id}",
        one.starts,
        one.ends,
        names.get(person, ""),
        rooms.get(place.room_id, ""),
        sets.get(place.cuff_set_id, ""),
    )


def _technicians(desk: Desk) -> list[tuple[int, str]]:
    """Return whom this person can book for."""
    treating = {role.value for role in CARE}
    only = not desk.roles & {Role.CLINICIAN, Role.FRONT_DESK, Role.OWNER}
    return [
        (one.id, one.name)
        for one in staff.everyone(desk)
        if treating & set(one.roles) and (not only or one.id == desk.staff_id)
    ]
