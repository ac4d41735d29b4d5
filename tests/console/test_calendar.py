"""Calendar: the week, booking, series, another time, cancelling, waiting, feeds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.booking import book, day, hours, waiting
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import client
from tests.clinic.conftest import Clock

Visit = Callable[[str], TestClient]
TUESDAY = dt.date(2026, 3, 3)


@pytest.fixture
def week(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> SimpleNamespace:
    """The practice is open from 8 to 18 on workdays, and has one appointment on Tuesday at 10."""
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, {key: [(dt.time(8), dt.time(18))] for key in range(5)})
        place.appointment = book.book(
            desk,
            place.client,
            people.technician,
            place.room,
            place.cuff_set,
            TUESDAY,
            dt.time(10),
            45,
            course_id=place.course,
        ).id
    return place


def choice(people: SimpleNamespace, place: SimpleNamespace, when: str) -> str:
    return f"{when}|{people.technician}|{place.room}|{place.cuff_set}"


def read(clinic: Clinic, people: SimpleNamespace, key: int) -> Appointment:
    with clinic.desk(people.owner) as desk:
        return day.find(desk, key)


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "owner"])
@pytest.mark.parametrize("by", ["technician", "room"])
def test_the_house_sees_the_week(visit: Visit, week: SimpleNamespace, role: str, by: str) -> None:
    answer = visit(role).get(f"/calendar?day={TUESDAY}&by={by}")
    assert answer.status_code == 200
    assert f"/calendar/appointments/{week.appointment}" in answer.text
    assert "Ana Ruiz" in answer.text


@pytest.mark.parametrize("path", ["/calendar", "/calendar/book", "/calendar/waiting"])
def test_the_auditor_sees_no_calendar(auditor: TestClient, path: str) -> None:
    assert auditor.get(path).status_code == 403


@pytest.mark.parametrize("asked", ["nonsense", "9999-12-31", "0001-01-01"])
def test_a_week_that_cannot_be_is_this_week(technician: TestClient, asked: str) -> None:
    answer = technician.get(f"/calendar?day={asked}")
    assert answer.status_code == 200
    assert "2 Mar 2026" in answer.text


def test_clients_are_found_while_typing_and_escaped(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.front_desk) as desk:
        client.register(
            desk, given="李 <b>明</b>", family="Åström", born=dt.date(1970, 1, 1), sex="unknown"
        )
    text = front_desk.get("/calendar/clients?q=astrom").text
    assert "&lt;b&gt;明" in text
    assert "<html" not in text
    whole = front_desk.get("/calendar/book?q=astrom").text
    assert "&lt;b&gt;明" in whole


def test_a_free_time_is_offered_and_booked(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, week: SimpleNamespace
) -> None:
    page = technician.get(f"/calendar/book?client={week.client}&day=2026-03-04").text
    found = re.search(r'name="choice" value="([^"]+)"', page)
    assert found
    form = {"client": str(week.client), "choice": found.group(1), "minutes": "45"}
    form |= {
        "cuff": "leg-8",
        "course": str(week.course),
        "day": "2026-03-04",
        "note": "rings first",
    }
    assert technician.post("/calendar/book", data=form).status_code == 303
    with clinic.desk(people.owner) as desk:
        booked = [one for one in day.of_client(desk, week.client) if one.id != week.appointment]
        assert [one.note for one in booked] == ["rings first"]
        assert booked[0].course_id == week.course


def test_a_clash_keeps_what_was_typed(
    front_desk: TestClient, people: SimpleNamespace, week: SimpleNamespace
) -> None:
    form = {"client": str(week.other), "minutes": "45", "cuff": "leg-8", "day": str(TUESDAY)}
    form |= {"choice": choice(people, week, "2026-03-03T10:15:00+01:00"), "note": "<mine>"}
    answer = front_desk.post("/calendar/book", data=form)
    assert answer.status_code == 409
    assert 'value="&lt;mine&gt;"' in answer.text
    assert 'role="alert"' in answer.text


def test_booking_without_a_time_says_so(front_desk: TestClient, week: SimpleNamespace) -> None:
    form = {"client": str(week.other), "minutes": "45", "cuff": "leg-8", "day": str(TUESDAY)}
    answer = front_desk.post("/calendar/book", data=form)
    assert answer.status_code == 422
    assert "No time is chosen" in answer.text


def test_a_series_keeps_its_local_time_across_the_change_of_the_clocks(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace, week: SimpleNamespace
) -> None:
    form = {"client": str(week.other), "minutes": "45", "cuff": "leg-8", "day": "2026-03-24"}
    form |= {"choice": choice(people, week, "2026-03-24T14:00:00+01:00")}
    form |= {"times": "3", "every": "7"}
    lost = front_desk.post("/calendar/book", data=form | {"note": "bring socks"})
    assert lost.status_code == 422
    assert 'value="bring socks"' in lost.text
    assert front_desk.post("/calendar/book", data=form).status_code == 303
    with clinic.desk(people.owner) as desk:
        starts = [one.starts.astimezone(desk.zone) for one in day.of_client(desk, week.other)]
    assert [(one.hour, one.day) for one in starts] == [(14, 24), (14, 31), (14, 7)]


def test_an_appointment_is_moved_to_another_time(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, week: SimpleNamespace
) -> None:
    path = f"/calendar/appointments/{week.appointment}/move"
    assert technician.get(path).status_code == 200
    version = str(read(clinic, people, week.appointment).version)
    form = {"version": version, "choice": choice(people, week, "2026-03-05T09:00:00+01:00")}
    assert technician.post(path, data=form).status_code == 303
    assert read(clinic, people, week.appointment).starts.day == 5
    assert technician.post(path, data=form).status_code == 409


def test_the_late_rule_is_said_before_cancelling(
    technician: TestClient, clock: Clock, week: SimpleNamespace
) -> None:
    path = f"/calendar/appointments/{week.appointment}"
    assert "It is late now" not in technician.get(path).text
    assert "cancelling costs nothing" in technician.get(path).text
    clock.pass_by(minutes=2)
    assert "It is late now" in technician.get(path).text


def test_cancelling_early_and_late(
    front_desk: TestClient,
    clinic: Clinic,
    clock: Clock,
    people: SimpleNamespace,
    week: SimpleNamespace,
) -> None:
    path = f"/calendar/appointments/{week.appointment}/cancel"
    version = str(read(clinic, people, week.appointment).version)
    refused = front_desk.post(path, data={"version": version, "reason": " "})
    assert refused.status_code == 422
    clock.pass_by(minutes=2)
    answer = front_desk.post(path, data={"version": version, "reason": "ill"})
    assert answer.headers["location"].endswith("settled=fee")
    assert read(clinic, people, week.appointment).state == "late-cancelled"


def test_the_practice_cancels_without_a_cost(
    technician: TestClient,
    clinic: Clinic,
    clock: Clock,
    people: SimpleNamespace,
    week: SimpleNamespace,
) -> None:
    clock.pass_by(minutes=2)
    version = str(read(clinic, people, week.appointment).version)
    form = {"version": version, "reason": "a pump is out", "by_practice": "on"}
    technician.post(f"/calendar/appointments/{week.appointment}/cancel", data=form)
    assert read(clinic, people, week.appointment).state == "cancelled"


def test_a_time_that_becomes_free_is_offered_to_who_waits(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace, week: SimpleNamespace
) -> None:
    assert front_desk.get(f"/calendar/waiting?client={week.other}").status_code == 200
    form = {"client": str(week.other), "cuff": "leg-8", "minutes": "45", "weekdays": ["1", "2"]}
    form |= {"earliest": "08:00", "latest": "18:00"}
    wrong = front_desk.post("/calendar/waiting", data=form | {"earliest": "19:00"})
    assert wrong.status_code == 422
    assert 'value="19:00"' in wrong.text
    assert front_desk.post("/calendar/waiting", data=form).status_code == 303
    version = str(read(clinic, people, week.appointment).version)
    front_desk.post(
        f"/calendar/appointments/{week.appointment}/cancel",
        data={"version": version, "reason": "away"},
    )
    with clinic.desk(people.owner) as desk:
        key = waiting.everyone(desk)[0].id
    assert "Takes it" in front_desk.get("/calendar/waiting").text
    assert front_desk.post(f"/calendar/waiting/{key}/accept").status_code == 303
    with clinic.desk(people.owner) as desk:
        assert [one.starts.hour for one in day.of_client(desk, week.other)] == [9]
        assert waiting.everyone(desk) == []


@pytest.mark.usefixtures("week")
def test_a_feed_is_read_by_its_address_alone_until_it_is_revoked(
    technician: TestClient, visit: Visit, people: SimpleNamespace
) -> None:
    page = technician.post("/calendar/feed", data={"person": str(people.technician)}).text
    found = re.search(r"/feeds/[\w-]+\.ics", page)
    assert found
    address = found.group(0)
    nobody = visit("")
    answer = nobody.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in answer.text
    assert "Ruiz" not in answer.text
    assert address not in technician.get("/calendar/feed").text
    technician.post("/calendar/feed/revoke", data={"person": str(people.technician)})
    assert nobody.get(address).status_code == 404


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("token", ["nonsense", "1-short", "9" * 30, "77-" + "x" * 500])
def test_an_address_that_is_none_is_not_found(visit: Visit, token: str) -> None:
    assert visit("").get(f"/feeds/{token}.ics").status_code == 404


def test_a_feed_of_somebody_else_is_for_the_owner(
    technician: TestClient, owner: TestClient, people: SimpleNamespace
) -> None:
    other = {"person": str(people.clinician)}
    assert technician.post("/calendar/feed", data=other).status_code == 403
    assert owner.post("/calendar/feed", data=other).status_code == 200


@pytest.mark.usefixtures("week")
def test_what_belongs_to_another_practice_is_not_found(
    technician: TestClient, elsewhere: SimpleNamespace
) -> None:
    assert technician.get(f"/calendar/book?client={elsewhere.client}").status_code == 404
    assert technician.get(f"/calendar/waiting?client={elsewhere.client}").status_code == 404
    assert technician.get("/calendar/appointments/999").status_code == 404


def test_a_wish_that_is_none_shows_the_week_by_technician(technician: TestClient) -> None:
    assert technician.get("/calendar?by=moon").status_code == 200


def test_who_enters_that_a_client_did_not_come_is_told_what_it_costs(
    front_desk: TestClient,
    technician: TestClient,
    clinic: Clinic,
    people: SimpleNamespace,
    place: SimpleNamespace,
    clock: Clock,
) -> None:
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, {key: [(dt.time(8), dt.time(18))] for key in range(5)})
        four = (place.client, people.technician, place.room, place.cuff_set)
        key = book.book(desk, *four, dt.date(2026, 3, 2), dt.time(10, 1), 30).id
    version = str(read(clinic, people, key).version)
    path = f"/calendar/appointments/{key}"
    early = technician.post(f"{path}/missed", data={"version": version})
    assert early.status_code == 409
    clock.pass_by(minutes=4)
    answer = technician.post(f"{path}/missed", data={"version": version})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{path}?settled=fee"
    told = "The fee for a late cancellation is to be invoiced."
    page = technician.get(answer.headers["location"]).text
    assert told in page
    assert "Tell the front desk." in page
    page = front_desk.get(answer.headers["location"]).text
    assert told in page
    assert "Tell the front desk." not in page
    assert told not in technician.get(path).text


def test_a_week_is_read_by_one_act_and_a_day_list_is_printed_without_the_cancelled(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, week: SimpleNamespace
) -> None:
    with clinic.desk(people.technician, reading=True) as desk:
        found = day.week(desk, TUESDAY)
        assert [one.date.isoweekday() for one in found] == [1, 2, 3, 4, 5, 6, 7]
        assert found[1] == day.day(desk, TUESDAY)
        assert [len(room.entries) for one in found for room in one.rooms].count(1) == 1
    page = technician.get(f"/calendar/day?day={TUESDAY}").text
    assert "Ana Ruiz, born 1981-03-04" in page
    version = str(read(clinic, people, week.appointment).version)
    form = {"version": version, "reason": "moved", "by_practice": "on"}
    technician.post(f"/calendar/appointments/{week.appointment}/cancel", data=form)
    assert "Ana Ruiz" not in technician.get(f"/calendar/day?day={TUESDAY}").text


def test_the_owner_books_outside_of_the_hours_with_a_reason(
    owner: TestClient,
    front_desk: TestClient,
    people: SimpleNamespace,
    week: SimpleNamespace,
) -> None:
    path = "/calendar/outside"
    form = {"client": str(week.other), "staff": str(people.technician), "room": str(week.room)}
    form |= {"cuff_set": str(week.cuff_set), "day": str(TUESDAY), "time": "19:30", "minutes": "30"}
    assert path in owner.get(f"/calendar/book?client={week.other}").text
    assert path not in front_desk.get(f"/calendar/book?client={week.other}").text
    without = owner.post(path, data=form)
    assert without.status_code == 422
    assert 'value="19:30"' in without.text
    assert front_desk.post(path, data={**form, "override": "late"}).status_code == 403
    answer = owner.post(path, data={**form, "override": "works in shifts"})
    assert answer.status_code == 303, answer.text
    page = owner.get(answer.headers["location"]).text
    assert "works in shifts" in page
    taken = owner.post(path, data={**form, "override": "again"})
    assert taken.status_code == 409
    assert "again" in taken.text
