"""What one room does when something happens in another."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from openpresso.clinic.booking import book, hours, resource, settle
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import NotAllowedError
from openpresso.clinic.measures import measurement
from openpresso.clinic.money import package, price, sale
from openpresso.clinic.people import certificate, search
from openpresso.clinic.people import client as clients
from openpresso.clinic.privacy import erasure
from openpresso.clinic.screening import screening
from tests.clinic.conftest import Clock
from tests.clinic.courses.world import healthy

WEEK = {day: ((dt.time(8), dt.time(18)),) for day in range(5)}
TITLE = {"en": "Session", "de": "Sitzung"}


@pytest.fixture
def place(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    with clinic.desk(people.owner) as desk:
        room = resource.add_room(desk, "Garden").id
        cuff_set = resource.add_cuff_set(
            desk, "Set 1", "leg-8", left_serial="L-1", right_serial="R-1"
        ).id
        certificate.issue(desk, people.technician, "leg-8", expires_on=dt.date(2029, 3, 1))
        hours.set_week(desk, WEEK)
        package.offer(desk, "course-8", cents=36000, tax=1900)
        price.enter(desk, "session", cents=4800, title=TITLE, tax=1900, kind="session")
    with clinic.desk(people.front_desk) as desk:
        client = clients.register(
            desk, given="Ana", family="Ruiz", born=dt.date(1981, 3, 4), sex="female"
        ).id
        sale.buy(desk, client, "course-8")
    with clinic.desk(people.technician) as desk:
        screening.answer(desk, client, healthy(sex="female"))
    return SimpleNamespace(room=room, cuff_set=cuff_set, client=client)


def left(clinic: Clinic, people: SimpleNamespace, client: int) -> int:
    with clinic.desk(people.front_desk, reading=True) as desk:
        return package.held(desk, client)[0].left.left


@pytest.mark.parametrize(
    ("days", "still", "costs"),
    [(2, 8, "nothing"), (0, 7, "credit")],
    ids=["in-time", "on-the-day"],
)
def test_who_cancels_late_pays_with_a_credit_and_who_cancels_in_time_does_not(
    clinic: Clinic,
    people: SimpleNamespace,
    place: SimpleNamespace,
    days: int,
    still: int,
    costs: str,
) -> None:
    with clinic.desk(people.front_desk) as desk:
        one = book.book(
            desk, place.client, people.technician, place.room, place.cuff_set,
            desk.today() + dt.timedelta(days=days), dt.time(15), 45,
        )  # fmt: skip
        assert settle.cancel(desk, one.id, one.version, "another date").costs == costs
    assert left(clinic, people, place.client) == still


def test_who_is_sent_home_by_the_practice_pays_nothing(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.front_desk) as desk:
        one = book.book(
            desk, place.client, people.technician, place.room, place.cuff_set,
            desk.today(), dt.time(15), 45,
        )  # fmt: skip
        settle.arrive(desk, one.id)
        told = settle.cancel(desk, one.id, one.version, "the cuff broke", by_practice=True)
    assert told.costs == "nothing"
    assert left(clinic, people, place.client) == 8


def test_who_does_not_come_pays_with_a_credit(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(people.front_desk) as desk:
        one = book.book(
            desk, place.client, people.technician, place.room, place.cuff_set,
            desk.today(), dt.time(15), 45,
        ).id  # fmt: skip
    clock.pass_by(hours=6)
    with clinic.desk(people.front_desk) as desk:
        assert settle.miss(desk, one).costs == "credit"
    assert left(clinic, people, place.client) == 7


def test_a_restricted_record_is_read_by_clinician_and_owner_alone(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        request = erasure.request(desk, place.client, basis="health-care")
        erasure.decide(desk, request.id, request.version, outcome="restrict", reason="course open")
    with clinic.desk(people.technician, reading=True) as desk:
        assert search.look_up(desk, "ruiz") == []
    refused = pytest.raises(NotAllowedError, match="restricted")
    with refused, clinic.desk(people.technician, reading=True) as desk:
        measurement.series(desk, place.client, "heaviness")
    refused = pytest.raises(NotAllowedError, match="restricted")
    with refused, clinic.desk(people.front_desk, reading=True) as desk:
        clients.find(desk, place.client)
    with clinic.desk(people.clinician, reading=True) as desk:
        assert clients.find(desk, place.client).family == "Ruiz"
        assert measurement.series(desk, place.client, "heaviness") == []
