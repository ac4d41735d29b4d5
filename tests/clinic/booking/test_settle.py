"""What becomes of appointments, who waits for their time, and what clients are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.booking import book as booking
from openpresso.clinic.booking import settle, waiting
from openpresso.clinic.booking.appointment import LIVE, STATES, Appointment
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError, RefusedError
from openpresso.clinic.messages.message import Message
from openpresso.errors import InputError

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

Book = Callable[..., Appointment]
DeskOf = Callable[..., AbstractContextManager[Desk]]

TUESDAY = dt.date(2026, 3, 3)


def messages(clinic: Clinic, people: SimpleNamespace) -> list[tuple[str, str]]:
    with clinic.automatic(people.practice, reading=True) as desk:
        rows = desk.db.scalars(sa.select(Message).order_by(Message.id))
        return [(row.kind, row.state) for row in rows]


def test_states_that_end_an_appointment_lead_nowhere_and_all_others_can_be_reached() -> None:
    reached = set(STATES.values())
    ended = {"done", "cancelled", "late-cancelled", "missed"}
    assert reached == ended | {"booked", "arrived"}
    assert not ended & {state for state, _ in STATES}
    assert set(LIVE) == {"booked", "arrived", "done"}


def test_a_client_arrives_and_the_appointment_is_done(
    book: Book, desk_of: DeskOf, clock: Clock
) -> None:
    row = book("10:00")
    with desk_of("technician") as desk, pytest.raises(RefusedError, match="not today"):
        settle.arrive(desk, row.id)
    clock.pass_by(hours=24, minutes=10)
    with desk_of("technician") as desk:
        assert settle.arrive(desk, row.id, version=1).state == "arrived"
        assert settle.take_back(desk, row.id).state == "booked"
        settle.arrive(desk, row.id)
        done = settle.finish(desk, row.id)
        assert done.state == "done"
    with desk_of("technician") as desk, pytest.raises(RefusedError, match="is done; nothing can"):
        settle.miss(desk, row.id)
    with desk_of("front_desk") as desk, pytest.raises(RefusedError, match="only a booked one"):
        booking.reschedule(desk, row.id, done.version, dt.date(2026, 3, 5), dt.time(10))


def test_nobody_has_missed_an_appointment_before_it_begins(
    book: Book, desk_of: DeskOf, clock: Clock
) -> None:
    row = book("10:00")
    with desk_of("technician") as desk, pytest.raises(RefusedError, match="nobody has missed it"):
        settle.miss(desk, row.id)
    with desk_of("technician") as desk, pytest.raises(RefusedError, match="not yet"):
        settle.finish(desk, row.id)
    clock.pass_by(hours=24, minutes=15)
    with desk_of("technician") as desk:
        assert settle.miss(desk, row.id).appointment.state == "missed"
    assert book("10:15").state == "booked", "a missed appointment holds nothing"


def test_cancelling_within_a_day_is_late_unless_the_practice_cancels(
    book: Book, desk_of: DeskOf
) -> None:
    late, ours, early = book("09:00"), book("11:00"), book("11:00", day=dt.date(2026, 3, 4))
    with desk_of("front_desk") as desk:
        ill = settle.cancel(desk, late.id, 1, "ill")
        assert (ill.appointment.state, ill.costs) == ("late-cancelled", "fee")
        closed = settle.cancel(desk, ours.id, 1, "no staff", by_practice=True)
        assert (closed.appointment.state, closed.costs) == ("cancelled", "nothing")
        away = settle.cancel(desk, early.id, 1, "travels")
        assert (away.appointment.state, away.costs) == ("cancelled", "nothing")
        assert settle.late_after(early) == early.starts - dt.timedelta(hours=24)
    with desk_of("front_desk") as desk, pytest.raises(RefusedError, match="nothing can be done"):
        settle.cancel(desk, early.id, 2, "again")
    other = book("14:00")
    with desk_of("front_desk") as desk, pytest.raises(InputError, match="needs a reason"):
        settle.cancel(desk, other.id, 1, " ")


def test_a_technician_cancels_his_own_appointments_only(book: Book, desk_of: DeskOf) -> None:
    row = book("10:00", staff=1)
    with desk_of("technician") as desk, pytest.raises(NotAllowedError):
        settle.cancel(desk, row.id, 1, "no")


def _wait(desk: Desk, place: SimpleNamespace, client: int, **how: Any) -> int:  # noqa: ANN401
    return waiting.add(desk, place.clients[client], "leg-8", 30, **how).id


def test_a_time_that_becomes_free_is_offered_in_the_order_of_waiting(
    book: Book,
    desk_of: DeskOf,
    place: SimpleNamespace,
    clinic: Clinic,
    people: SimpleNamespace,
    agreed: set[int],
) -> None:
    agreed.update(place.clients)
    row = book("10:00", day=dt.date(2026, 3, 10))
    with desk_of("front_desk") as desk:
        wrong_day = _wait(desk, place, 1, weekdays=[0])
        wrong_time = _wait(desk, place, 1, earliest=dt.time(14))
        first, second = _wait(desk, place, 1, weekdays=[1, 2]), _wait(desk, place, 2)
        settle.cancel(desk, row.id, 1, "travels")
        states = {one.id: one.state for one in waiting.everyone(desk)}
    assert states == {
        wrong_day: "waiting",
        wrong_time: "waiting",
        first: "offered",
        second: "waiting",
    }
    assert ("waiting-list-offer", "queued") in messages(clinic, people)
    with desk_of("front_desk") as desk:
        assert waiting.decline(desk, first).state == "waiting"
        booked = waiting.accept(desk, second)
    assert (booked.client_id, booked.starts) == (place.clients[2], row.starts)
    with desk_of("front_desk") as desk, pytest.raises(RefusedError, match="nothing is offered"):
        waiting.accept(desk, second)


def test_an_offer_that_nobody_answers_goes_to_the_next_and_then_to_nobody(
    book: Book,
    desk_of: DeskOf,
    place: SimpleNamespace,
    clock: Clock,
    clinic: Clinic,
    people: SimpleNamespace,
) -> None:
    row = book("10:00", day=dt.date(2026, 3, 10))
    with desk_of("front_desk") as desk:
        first, second = _wait(desk, place, 1), _wait(desk, place, 2)
        settle.cancel(desk, row.id, 1, "travels")
    for offered in (second, None):
        clock.pass_by(hours=4)
        with clinic.automatic(people.practice) as desk:
            assert waiting.expire(desk) == 1
        with desk_of("front_desk", reading=True) as desk:
            states = {one.id: one.state for one in waiting.everyone(desk)}
        assert states[first] == "waiting"
        assert states[second] == ("offered" if offered == second else "waiting")


def test_a_move_frees_the_old_time_and_a_busy_client_is_not_offered_it(
    book: Book, desk_of: DeskOf, place: SimpleNamespace
) -> None:
    row = book("10:00", day=dt.date(2026, 3, 10))
    book("10:10", day=dt.date(2026, 3, 10), client=1, staff=1, room=1, cuffs=1)
    with desk_of("front_desk") as desk:
        busy, free = _wait(desk, place, 1), _wait(desk, place, 2)
        booking.reschedule(desk, row.id, 1, dt.date(2026, 3, 11), dt.time(10))
        states = {one.id: one.state for one in waiting.everyone(desk)}
        assert states == {busy: "waiting", free: "offered"}
        assert waiting.withdraw(desk, free).state == "withdrawn"


@pytest.mark.parametrize(
    "how",
    [
        {"weekdays": [7]},
        {"weekdays": []},
        {"earliest": dt.time(12), "latest": dt.time(9)},
        {"until": dt.date(2026, 3, 1)},
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    desk_of: DeskOf, place: SimpleNamespace, how: dict[str, Any]
) -> None:
    with desk_of("front_desk") as desk, pytest.raises(InputError, match="allowed is"):
        _wait(desk, place, 0, **how)


def test_messages_are_queued_with_the_booking_and_taken_back_with_it(
    book: Book,
    desk_of: DeskOf,
    place: SimpleNamespace,
    agreed: set[int],
    clinic: Clinic,
    people: SimpleNamespace,
) -> None:
    agreed.add(place.clients[0])
    row = book("10:00", day=dt.date(2026, 3, 10))
    assert messages(clinic, people) == [("confirmation", "queued"), ("reminder", "queued")]
    with clinic.automatic(people.practice, reading=True) as desk:
        reminder = desk.db.scalars(sa.select(Message).where(Message.kind == "reminder")).one()
    assert reminder.due_at == row.starts - dt.timedelta(hours=48)
    assert reminder.appointment_id == row.id
    with desk_of("front_desk") as desk:
        row = booking.reschedule(desk, row.id, 1, dt.date(2026, 3, 11), dt.time(10))
        settle.cancel(desk, row.id, row.version, "travels")
    assert messages(clinic, people) == [
        ("confirmation", "withdrawn"),
        ("reminder", "withdrawn"),
        ("moved", "withdrawn"),
        ("reminder", "withdrawn"),
        ("cancelled", "queued"),
    ]


def test_without_consent_only_the_confirmation_asked_for_is_queued(
    book: Book, clinic: Clinic, people: SimpleNamespace
) -> None:
    book("10:00", day=dt.date(2026, 3, 10))
    assert messages(clinic, people) == []
    book("11:00", day=dt.date(2026, 3, 10), confirm=True)
    assert messages(clinic, people) == [("confirmation", "queued")]


def test_a_booking_that_fails_leaves_no_message(
    book: Book, clinic: Clinic, people: SimpleNamespace, agreed: set[int], place: SimpleNamespace
) -> None:
    agreed.update(place.clients)
    book("10:00", day=dt.date(2026, 3, 10))
    with pytest.raises(Exception, match="is taken"):
        book("10:00", day=dt.date(2026, 3, 10))
    assert len(messages(clinic, people)) == 2
