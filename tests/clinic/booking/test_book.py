"""Booking: what is refused, what is taken, what is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.booking import book as booking
from openpresso.clinic.booking import day as days
from openpresso.clinic.booking import hours, resource
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.booking.overlap import TakenError
from openpresso.clinic.clinic import Clinic, found
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import (
    ChangedError,
    ClashError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from openpresso.clinic.people import certificate
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.staff import Staff
from openpresso.errors import InputError

Book = Callable[..., Appointment]
DeskOf = Callable[..., AbstractContextManager[Desk]]

TUESDAY = dt.date(2026, 3, 3)


def test_a_booking_holds_room_and_cuff_set_until_they_are_cleaned(book: Book) -> None:
    row = book("10:00")
    assert (row.starts, row.ends, row.busy_until) == (
        dt.datetime(2026, 3, 3, 9, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 3, 9, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 3, 9, 40, tzinfo=dt.UTC),
    )
    assert (row.state, row.version) == ("booked", 1)


CLASHES: tuple[tuple[str, dict[str, int], list[str]], ...] = (
    ("10:15", {"staff": 1, "room": 1, "cuffs": 1}, ["client"]),
    ("10:15", {"client": 1, "room": 1, "cuffs": 1}, ["technician"]),
    ("10:35", {"client": 1, "staff": 1, "cuffs": 1}, ["room"]),
    ("10:35", {"client": 1, "staff": 1, "room": 1}, ["cuff set"]),
    ("09:25", {"client": 1, "staff": 1, "room": 1}, ["cuff set"]),
    ("10:00", {}, ["client", "cuff set", "room", "technician"]),
)


def test_a_clash_names_which_of_the_four_is_taken_by_what_and_until_when(book: Book) -> None:
    first = book("10:00")
    for time, how, what in CLASHES:
        with pytest.raises(TakenError) as caught:
            book(time, **how)
        error = caught.value
        assert isinstance(error, ClashError)
        assert error.code == "clash"
        assert [one.what for one in error.taken] == what
        assert {one.appointment_id for one in error.taken} == {first.id}
        until = "10:40" if what[0] in {"room", "cuff set"} else "10:30"
        assert f"from 10:00 to {until} by appointment {first.id}" in error.message


def test_a_clash_offers_the_next_time_at_which_all_four_are_free(book: Book) -> None:
    book("10:00")
    book("10:40")
    book("11:20", minutes=40)
    with pytest.raises(TakenError, match="All four are free next on 2026-03-03 13:00") as caught:
        book("10:10")
    assert caught.value.next_free == dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
    assert book("13:00").starts == caught.value.next_free


def test_what_only_touches_is_no_clash(book: Book) -> None:
    cases: list[tuple[str, dict[str, int]]] = [
        ("10:40", {}),
        ("09:20", {}),
        ("10:30", {"room": 1, "cuffs": 1}),
        ("10:00", {"client": 1, "staff": 1, "room": 1, "cuffs": 1}),
    ]
    for number, (time, how) in enumerate(cases):
        day = TUESDAY + dt.timedelta(weeks=number)
        book("10:00", day=day)
        assert book(time, day=day, **how).state == "booked"


def test_the_cleaning_of_a_cuff_set_is_its_own(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    with desk_of("owner") as desk:
        resource.change_cuff_set(desk, place.sets[0], 1, cleaning_minutes=25)
    assert book("10:00").busy_until == dt.datetime(2026, 3, 3, 9, 55, tzinfo=dt.UTC)


def test_a_time_that_cannot_be_is_refused_with_its_reason(book: Book) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("09:00", {"day": dt.date(2026, 3, 2)}, "in-the-past"),
        ("19:00", {"minutes": 241}, "too-long"),
        ("19:00", {"minutes": 0}, "too-long"),
        ("23:45", {"override": "an evening course"}, "crosses-midnight"),
        ("10:00", {"day": dt.date(2062, 3, 3)}, "too-far"),
    ]
    for time, how, code in cases:
        with pytest.raises(InputError) as caught:
            book(time, **how, role="owner")
        assert caught.value.code == code


def test_an_appointment_may_end_at_midnight(book: Book) -> None:
    row = book("23:30", override="an evening course", role="owner")
    assert row.ends == dt.datetime(2026, 3, 3, 23, 0, tzinfo=dt.UTC)


def test_outside_the_hours_only_the_owner_books_and_says_why(book: Book) -> None:
    saturday = dt.date(2026, 3, 7)
    cases = [("07:45", TUESDAY), ("11:45", TUESDAY), ("12:45", TUESDAY), ("10:00", saturday)]
    for time, day in cases:
        with pytest.raises(RefusedError, match="open ") as caught:
            book(time, day=day)
        assert caught.value.code == "outside-hours"
        with pytest.raises(NotAllowedError, match="only the owner"):
            book(time, day=day, override="please")
        assert book(time, day=day, override="asked for it", role="owner").override == "asked for it"


def test_a_dated_exception_stands_instead_of_the_weekday(book: Book, desk_of: DeskOf) -> None:
    with desk_of("owner") as desk:
        hours.except_on(desk, TUESDAY, [(dt.time(10), dt.time(11))], "training of the staff")
        hours.except_on(desk, dt.date(2026, 3, 4), [], "public holiday")
    assert book("10:00").state == "booked"
    with pytest.raises(RefusedError, match=r"open 10:00-11:00"):
        book("11:00")
    with pytest.raises(RefusedError, match=r"open closed"):
        book("10:00", day=dt.date(2026, 3, 4))
    with desk_of("owner") as desk:
        hours.restore(desk, dt.date(2026, 3, 4))
    assert book("10:00", day=dt.date(2026, 3, 4)).state == "booked"


@pytest.mark.usefixtures("place")
def test_hours_that_overlap_or_end_before_they_begin_are_refused(desk_of: DeskOf) -> None:
    for wrong in (
        [(dt.time(12), dt.time(8))],
        [(dt.time(8), dt.time(12)), (dt.time(11), dt.time(14))],
        [(dt.time(8), dt.time(8))],
    ):
        with desk_of("owner") as desk, pytest.raises(InputError, match="Monday"):
            hours.set_week(desk, {0: wrong})
    with desk_of("owner") as desk, pytest.raises(InputError, match="weekday 7"):
        hours.set_week(desk, {7: []})
    with desk_of("owner", reading=True) as desk:
        assert len(hours.read(desk, TUESDAY, TUESDAY)[TUESDAY]) == 2


def test_who_may_not_take_part_is_refused_with_every_reason(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    with desk_of("owner") as desk:
        resource.change_room(desk, place.rooms[0], 1, active=False)
        resource.change_cuff_set(desk, place.sets[0], 1, active=False)
    with pytest.raises(RefusedError) as caught:
        book("10:00", day=dt.date(2027, 3, 2))
    assert caught.value.code == "cannot-be-booked"
    assert caught.value.reasons == (
        "Technician Example has no certificate for leg-8 that is valid on 2027-03-02",
        "the room Blue is out of use",
        "the cuff set Set 1 is out of use",
    )


def test_a_withdrawn_certificate_does_not_count(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    with desk_of("owner") as desk:
        one = certificate.of_person(desk, place.staff[0])[0]
        certificate.withdraw(desk, one.id, "retraining")
    with pytest.raises(RefusedError, match="no certificate for leg-8"):
        book("10:00")


def test_a_client_who_is_not_active_is_not_booked(
    book: Book, clinic: Clinic, place: SimpleNamespace
) -> None:
    for state in ("restricted", "erased", "merged"):
        with clinic.engine.begin() as connection:
            connection.execute(
                sa.update(Client).where(Client.id == place.clients[0]).values(state=state)
            )
        with pytest.raises(RefusedError, match=f"is {state}"):
            book("10:00")


def test_who_has_left_is_not_booked(book: Book, clinic: Clinic, place: SimpleNamespace) -> None:
    with clinic.engine.begin() as connection:
        connection.execute(sa.update(Staff).where(Staff.id == place.staff[0]).values(active=False))
    with pytest.raises(RefusedError, match="Technician Example has left"):
        book("10:00")


def test_a_cuff_set_that_stays_in_a_room_is_not_booked_in_another(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    with desk_of("owner") as desk:
        fixed = resource.add_cuff_set(
            desk, "Set 3", "leg-8", left_serial="a", right_serial="b", room_id=place.rooms[1]
        )
    place.sets.append(fixed.id)
    with pytest.raises(RefusedError, match="Set 3 stays in another room"):
        book("10:00", cuffs=2)
    assert book("10:00", cuffs=2, room=1).state == "booked"


def test_a_technician_books_for_himself_only(book: Book) -> None:
    assert book("10:00", role="technician").state == "booked"
    with pytest.raises(NotAllowedError, match="himself"):
        book("11:00", role="technician", staff=1)
    with pytest.raises(NotAllowedError):
        book("11:00", role="auditor")


def test_the_things_of_another_practice_do_not_exist(
    book: Book, clinic: Clinic, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    with clinic.automatic() as desk:
        other = found(desk, "Other", country="DE", zone="Europe/Berlin").id
    with clinic.engine.begin() as connection:
        connection.execute(
            sa.update(resource.Room)
            .where(resource.Room.id == place.rooms[0])
            .values(practice_id=other)
        )
    with pytest.raises(NotFoundError, match="there is no room"):
        book("10:00")
    with desk_of("owner") as desk, pytest.raises(NotFoundError):
        resource.change_room(desk, place.rooms[0], 1, name="Mine")


def test_what_is_still_booked_is_not_set_out_of_use(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    row = book("10:00")
    with desk_of("owner") as desk, pytest.raises(RefusedError, match=f"appointment {row.id} on"):
        resource.change_room(desk, place.rooms[0], 1, active=False)
    with desk_of("owner") as desk, pytest.raises(RefusedError, match="still booked"):
        resource.change_cuff_set(desk, place.sets[0], 1, active=False)


@pytest.mark.usefixtures("place")
def test_two_rooms_do_not_have_one_name(desk_of: DeskOf) -> None:
    with desk_of("owner") as desk, pytest.raises(ClashError, match="there is a room Blue already"):
        resource.add_room(desk, " Blue ")
    with desk_of("owner") as desk, pytest.raises(InputError, match="no name of a room"):
        resource.add_room(desk, "a\nb")
    with desk_of("owner", reading=True) as desk:
        assert [room.name for room in resource.rooms(desk)] == ["Blue", "Green"]
        assert [one.name for one in resource.cuff_sets(desk)] == ["Set 1", "Set 2"]


def test_a_move_is_checked_as_a_booking_and_by_the_version(book: Book, desk_of: DeskOf) -> None:
    row, other = book("10:00"), book("14:00")
    with desk_of("front_desk") as desk, pytest.raises(TakenError, match=f"appointment {other.id}"):
        booking.reschedule(desk, row.id, 1, TUESDAY, dt.time(14, 15))
    with desk_of("front_desk") as desk:
        moved = booking.reschedule(desk, row.id, 1, TUESDAY, dt.time(10, 15))
    assert (moved.version, moved.starts.hour, moved.starts.minute) == (2, 9, 15)
    with desk_of("front_desk") as desk, pytest.raises(ChangedError, match="nothing was overwri"):
        booking.reschedule(desk, row.id, 1, TUESDAY, dt.time(16))
    assert book("09:30").state == "booked"


def test_a_series_keeps_its_local_time_across_the_change_of_the_clocks(
    desk_of: DeskOf, place: SimpleNamespace
) -> None:
    with desk_of("front_desk") as desk:
        rows = booking.book_series(
            desk,
            place.clients[0],
            place.staff[0],
            place.rooms[0],
            place.sets[0],
            TUESDAY,
            dt.time(10),
            30,
        )
        local = [one.starts.astimezone(desk.zone) for one in rows]
    assert [one.date() for one in local] == [TUESDAY + dt.timedelta(weeks=n) for n in range(8)]
    assert {one.time() for one in local} == {dt.time(10)}
    assert [one.starts.hour for one in rows] == [9, 9, 9, 9, 8, 8, 8, 8]


def test_a_series_that_clashes_lists_all_of_it_and_books_nothing(
    book: Book, desk_of: DeskOf, place: SimpleNamespace, clinic: Clinic
) -> None:
    book("10:00", day=dt.date(2026, 3, 17), client=1)
    book("10:15", day=dt.date(2026, 4, 7), client=2, room=1, cuffs=1)
    listed = pytest.raises(TakenError, match="Nothing of the 8 appointments")
    with listed as caught, desk_of("front_desk") as desk:
        booking.book_series(
            desk,
            place.clients[0],
            place.staff[0],
            place.rooms[0],
            place.sets[0],
            TUESDAY,
            dt.time(10),
            30,
        )
    assert [(one.starts.day, one.what) for one in caught.value.taken] == [
        (17, "cuff set"),
        (17, "room"),
        (17, "technician"),
        (7, "technician"),
    ]
    with clinic.engine.execution_options(reading=True).connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Appointment)) == 2


def test_a_series_lists_every_day_that_is_closed(desk_of: DeskOf, place: SimpleNamespace) -> None:
    with desk_of("owner") as desk:
        for day in (10, 24):
            hours.except_on(desk, dt.date(2026, 3, day), [], "public holiday")
    with desk_of("front_desk") as desk, pytest.raises(RefusedError) as caught:
        booking.book_series(
            desk,
            place.clients[0],
            place.staff[0],
            place.rooms[0],
            place.sets[0],
            TUESDAY,
            dt.time(10),
            30,
        )
    assert [one[:10] for one in caught.value.reasons] == ["2026-03-10", "2026-03-24"]


def test_the_appointments_of_a_client_are_read_in_order(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    later, sooner = book("14:00"), book("10:00")
    book("16:00", client=1)
    with desk_of("technician", reading=True) as desk:
        assert [one.id for one in days.of_client(desk, place.clients[0])] == [sooner.id, later.id]
