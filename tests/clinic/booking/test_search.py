"""Free times, the day, and calendar feeds: right, and by a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.booking import book as booking
from openpresso.clinic.booking import day as days
from openpresso.clinic.booking import feed, hours, parties, resource, search, settle
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import ClashError, NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.people import certificate
from openpresso.clinic.people.staff import Staff
from openpresso.errors import InputError

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

Book = Callable[..., Appointment]
DeskOf = Callable[..., AbstractContextManager[Desk]]

TUESDAY = dt.date(2026, 3, 3)


@contextmanager
def counted(clinic: Clinic) -> Iterator[list[tuple[str, Any]]]:
    """Gather the statements that run inside."""
    found: list[tuple[str, Any]] = []

    def ran(
        _c: object,
        _cursor: object,
        statement: str,
        parameters: object,
        _context: object,
        _many: object,
    ) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append((statement, parameters))

    sa.event.listen(clinic.engine, "before_cursor_execute", ran)
    yield found
    sa.event.remove(clinic.engine, "before_cursor_execute", ran)


def test_every_combination_that_is_called_free_can_be_booked_and_no_other(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    book("13:00", minutes=45)
    book("13:30", client=1, staff=1, room=1, cuffs=1)
    book("14:30", client=2, staff=0, room=1, cuffs=0)
    with desk_of("front_desk", reading=True) as desk:
        found = search.free(desk, TUESDAY, 30, cuff_type="leg-8", client_id=place.clients[0])
        zone = desk.zone
    free = {
        (one.starts, staff, spot.room_id, spot.cuff_set_id)
        for one in found
        for staff in one.staff
        for spot in one.places
    }
    for minute in range(13 * 60 - 30, 15 * 60 + 15, 15):
        time = dt.time(minute // 60, minute % 60)
        starts = dt.datetime.combine(TUESDAY, time, zone).astimezone(dt.UTC)
        for keys in (
            (staff, room, cuffs)
            for staff in place.staff
            for room in place.rooms
            for cuffs in place.sets
        ):
            assert ((starts, *keys) in free) == _bookable(desk_of, place, keys, time)


def _bookable(
    desk_of: DeskOf, place: SimpleNamespace, keys: tuple[int, int, int], time: dt.time
) -> bool:
    """Try to book, and leave nothing behind."""
    try:
        with desk_of("front_desk") as desk:
            booking.book(desk, place.clients[0], *keys, TUESDAY, time, 30)
            desk.find(Staff, 0)  # fails, so that nothing is written
    except NotFoundError:
        return True
    except ClashError:
        return False
    except RefusedError as error:
        return error.code != "outside-hours"
    return False


def test_the_search_is_narrowed_and_needs_five_queries_however_much_is_booked(
    book: Book, desk_of: DeskOf, place: SimpleNamespace, clinic: Clinic
) -> None:
    counts = []
    for number in range(3):
        with clinic.desk(place.staff[0], reading=True) as desk, counted(clinic) as ran:
            before = len(ran)
            found = search.free(
                desk,
                TUESDAY,
                30,
                cuff_type="leg-8",
                staff_id=place.staff[1],
                room_id=place.rooms[1],
            )
            counts.append(len(ran) - before)
        assert {staff for one in found for staff in one.staff} == {place.staff[1]}
        assert {spot.room_id for one in found for spot in one.places} == {place.rooms[1]}
        book(f"{13 + number}:00")
    assert counts == [5, 5, 5]
    with desk_of("front_desk", reading=True) as desk:
        assert search.free(desk, TUESDAY, 30, cuff_type="arm-8") == []
        assert search.free(desk, dt.date(2026, 3, 7), 30, cuff_type="leg-8") == []
        assert search.free(desk, dt.date(2026, 3, 2), 30, cuff_type="leg-8")[0].starts >= desk.now()
        with pytest.raises(InputError):
            search.free(desk, TUESDAY, 0, cuff_type="leg-8")


def test_who_is_trained_is_said_alike_for_one_day_and_for_many(
    desk_of: DeskOf, place: SimpleNamespace, clock: Clock
) -> None:
    day = dt.timedelta(days=1)
    with desk_of("owner") as desk:
        certificate.issue(desk, place.staff[0], "leg-6", expires_on=desk.today() + 5 * day)
        one = certificate.of_person(desk, place.staff[0])[-1]
    clock.pass_by(days=3)
    with desk_of("owner") as desk:
        certificate.withdraw(desk, one.id, "retraining")
        staff = desk.find(Staff, place.staff[0])
        wanted = {TUESDAY + number * day for number in range(-5, 10)}
        for cuff in ("leg-8", "leg-6", "arm-8"):
            assert parties.trained(desk, staff, cuff, wanted) == {
                on for on in wanted if certificate.trained(desk, staff.id, cuff, on)
            }


def test_the_day_shows_rooms_by_times_with_two_identifiers_by_three_queries(
    book: Book, desk_of: DeskOf, clinic: Clinic
) -> None:
    book("14:00")
    first = book("10:00", client=1, staff=1, room=1, cuffs=1)
    book("10:00", day=dt.date(2026, 3, 4))
    with desk_of("technician", reading=True) as desk, counted(clinic) as ran:
        seen = days.day(desk, TUESDAY)
        assert len(ran) == 3
        statement, parameters = ran[0]
        if desk.db.get_bind().dialect.name == "sqlite":
            plan = desk.db.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            assert "ix_appointment_practice_id_starts" in " ".join(str(row) for row in plan)
    assert [(room.name, len(room.entries)) for room in seen.rooms] == [("Blue", 1), ("Green", 1)]
    entry = seen.rooms[1].entries[0]
    assert entry.appointment.id == first.id
    assert entry.client == "Ana1 Ruiz, born 1971-03-04, C-000002"
    assert (entry.staff, entry.cuff_set, entry.cuff_type) == ("Clinician Example", "Set 2", "leg-8")
    assert len(seen.open_times) == 2
    with pytest.raises(NotAllowedError), desk_of("auditor", reading=True) as desk:
        days.day(desk, TUESDAY)


def test_the_day_of_a_change_of_the_clocks_has_all_its_appointments(
    book: Book, desk_of: DeskOf, clock: Clock
) -> None:
    sunday = dt.date(2026, 10, 25)
    clock.pass_by(days=200)
    how = {"day": sunday, "override": "a course on a Sunday", "role": "owner"}
    with pytest.raises(InputError, match="twice"):
        book("02:30", **how)
    second = book("02:30", which="second", **how)
    first = book("02:30", which="first", minutes=20, **how)
    late = book("23:00", **how)
    assert second.starts - first.starts == dt.timedelta(hours=1)
    with desk_of("technician", reading=True) as desk:
        seen = days.day(desk, sunday)
    assert [one.appointment.id for one in seen.rooms[0].entries] == [first.id, second.id, late.id]


def test_a_feed_is_read_by_a_secret_that_is_kept_nowhere_and_can_be_revoked(
    book: Book, desk_of: DeskOf, clinic: Clinic, people: SimpleNamespace
) -> None:
    row, gone = book("10:00"), book("14:00", client=1)
    book("16:00", staff=1)
    with desk_of("front_desk") as desk:
        settle.cancel(desk, gone.id, 1, "ill")
    with desk_of("technician") as desk:
        token = feed.make(desk, people.technician)
    assert feed.practice_of(token) == people.practice
    with clinic.automatic(people.practice, reading=True) as desk:
        view = feed.read(desk, token)
        assert token not in str(desk.db.execute(sa.select(feed.CalendarFeed.token_hash)).all())
    assert [(one.starts, one.live, one.summary) for one in view.appointments] == [
        (row.starts, True, "C-000001"),
        (gone.starts, False, "C-000002"),
    ]
    assert "Ruiz" not in str(view)
    with desk_of("technician") as desk:
        new = feed.make(desk, people.technician)
    for wrong in (token, new[:-1], "1-", "x", "9" * 40 + "-a"):
        none = pytest.raises(NotFoundError, match="no such calendar")
        with none, clinic.automatic(people.practice, reading=True) as desk:
            feed.read(desk, wrong)
    for wrong in ("x", "-", "", "9" * 40 + "-a"):
        with pytest.raises(NotFoundError, match="no such calendar"):
            feed.practice_of(wrong)
    with desk_of("technician") as desk, pytest.raises(NotAllowedError):
        feed.make(desk, people.clinician)
    with desk_of("owner") as desk:
        feed.revoke(desk, people.technician)
    with clinic.automatic(people.practice, reading=True) as desk, pytest.raises(NotFoundError):
        feed.read(desk, new)


def test_opening_hours_and_rooms_are_kept_by_the_owner_only(
    desk_of: DeskOf, place: SimpleNamespace
) -> None:
    with desk_of("front_desk") as desk, pytest.raises(NotAllowedError):
        hours.set_week(desk, {})
    with desk_of("technician") as desk:
        assert resource.clean(desk, place.sets[0]).cleaned_at == desk.now()
        with pytest.raises(NotAllowedError):
            resource.add_room(desk, "Red")
