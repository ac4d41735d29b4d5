"""Today: who is next in which room, and what is missing."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from openpresso.clinic.booking import book, hours
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.measures import measurement
from openpresso.clinic.people import client
from tests.clinic.courses.world import take_pressure
from tests.console.conftest import TestClient


@pytest.fixture
def booked(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> int:
    """An appointment of the first client today at eleven."""
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, {0: ((dt.time(8), dt.time(18)),)})
    with clinic.desk(people.technician) as desk:
        return book.book(
            desk,
            place.client,
            people.technician,
            place.room,
            place.cuff_set,
            dt.date(2026, 3, 2),
            dt.time(11),
            30,
            course_id=place.course,
        ).id


def test_the_day_shows_the_room_the_client_and_what_is_missing(
    technician: TestClient, booked: int, place: SimpleNamespace
) -> None:
    text = technician.get("/").text
    assert "Room 1" in text
    assert "Ana Ruiz" in text
    assert "born 4 Mar 1981" in text
    assert "C-000001" in text
    assert "Blood pressure not taken today" in text
    assert f"/clients/{place.client}/measure/blood-pressure" in text
    assert f"/prepare/appointment/{booked}" in text


@pytest.mark.usefixtures("booked")
def test_nothing_is_missing_once_the_blood_pressure_was_taken(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient,
    place: SimpleNamespace,
) -> None:  # fmt: skip
    with clinic.desk(people.technician) as desk:
        take_pressure(desk, place.client)
    assert "Nothing is missing" in technician.get("/").text


@pytest.mark.usefixtures("booked")
def test_an_old_screening_is_shown_as_expired(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace,
    place: SimpleNamespace,
) -> None:  # fmt: skip
    from openpresso.clinic.screening.screening import Screening

    with clinic.desk(people.technician, reading=True) as desk:
        newest = desk.find(Screening, 1)
        assert newest.client_id == place.client
    # As if a day had passed on which the monthly questions fell due.
    with clinic.engine.begin() as raw:
        raw.exec_driver_sql("UPDATE screening SET expires_on = '2026-03-01'")
    text = technician.get("/").text
    assert "Screening expired" in text
    assert f'href="/clients/{place.client}/screening"' in text


@pytest.mark.usefixtures("booked")
def test_the_front_desk_learns_no_reason(front_desk: TestClient, clinic: Clinic) -> None:
    with clinic.engine.begin() as raw:
        raw.exec_driver_sql("UPDATE screening SET expires_on = '2026-03-01'")
    text = front_desk.get("/").text
    assert "May not be treated yet" in text
    assert "Screening" not in text
    assert "Blood pressure" not in text


def test_one_press_enters_that_a_client_has_come(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient, booked: int
) -> None:
    assert front_desk.post(f"/today/arrive/{booked}").status_code == 303
    with clinic.desk(people.owner, reading=True) as desk:
        assert desk.find(Appointment, booked).state == "arrived"
    assert "has arrived" in front_desk.get("/").text


@pytest.mark.usefixtures("booked")
def test_another_day_is_looked_at_by_its_address(
    technician: TestClient,
) -> None:
    assert "Ana Ruiz" not in technician.get("/?day=2026-03-03").text
    assert "Ana Ruiz" in technician.get("/?day=no-day").text


def test_the_auditor_is_led_to_pages_of_their_own(auditor: TestClient) -> None:
    answer = auditor.get("/")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/audit"


@pytest.mark.usefixtures("booked")
def test_names_in_every_script_are_escaped(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace,
) -> None:  # fmt: skip
    with clinic.desk(people.front_desk) as desk:
        kept = client.find(desk, place.client)
        client.change(desk, kept.id, kept.version, given="<b>Małgorzata</b>", family="العربية 王")
    for path in ("/", f"/clients/{place.client}", f"/courses/{place.course}"):
        text = technician.get(path).text
        assert "&lt;b&gt;Małgorzata&lt;/b&gt; العربية 王" in text
        assert "<b>Małgorzata" not in text


@pytest.mark.usefixtures("booked")
def test_the_measurement_of_today_is_that_of_the_practices_day(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient,
    place: SimpleNamespace,
) -> None:  # fmt: skip
    with clinic.desk(people.technician) as desk:
        measurement.take(
            desk, place.client, "blood-pressure",
            detail={"systolic": 120, "diastolic": 80},
            at=dt.datetime(2026, 3, 1, 22, 59, tzinfo=dt.UTC),
        )  # fmt: skip
    assert "Blood pressure not taken today" in technician.get("/").text
