"""Clients: search, registration with possible duplicates, the page of a client, consents."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.people.client import Client
from tests.clinic.courses.world import take_pressure
from tests.console.conftest import TestClient

NEW = {"given": "Zoë", "family": "Čapek", "born": "1970-01-02", "sex": "female"}


@pytest.mark.usefixtures("place")
def test_a_client_is_found_by_the_beginning_of_the_name(technician: TestClient) -> None:
    text = technician.get("/clients?q=rui").text
    assert "Ana Ruiz" in text
    assert "Bea Ruiz" in text
    assert "4 Mar 1981" in text


@pytest.mark.usefixtures("place")
def test_while_typing_only_the_list_is_sent(technician: TestClient) -> None:
    answer = technician.get("/clients?q=ana", headers={"hx-request": "true"})
    assert "Ana Ruiz" in answer.text
    assert "<html" not in answer.text


@pytest.mark.usefixtures("place")
def test_nobody_is_listed_before_something_is_typed(technician: TestClient) -> None:
    assert "Ruiz" not in technician.get("/clients").text


@pytest.mark.usefixtures("place")
def test_what_was_looked_for_is_escaped(technician: TestClient) -> None:
    assert "<i>x</i>" not in technician.get("/clients", params={"q": '"><i>x</i>'}).text


def test_an_htmx_request_without_a_sign_in_loads_the_door_as_a_page(
    visit: Callable[[str], TestClient],
) -> None:
    answer = visit("").get("/clients?q=a", headers={"hx-request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith("/sign-in")


@pytest.mark.usefixtures("place")
def test_the_front_desk_registers_a_client(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient
) -> None:
    answer = front_desk.post("/clients/new", data=NEW)
    assert answer.status_code == 303
    key = int(answer.headers["location"].rpartition("/")[2])
    with clinic.desk(people.owner, reading=True) as desk:
        assert desk.find(Client, key).name == "Zoë Čapek"


def test_possible_duplicates_are_shown_before_anybody_is_registered(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient, place: SimpleNamespace
) -> None:
    same = {"given": "Ana", "family": "Ruiz", "born": "1981-03-04", "note": "at the window"}
    answer = front_desk.post("/clients/new", data=same)
    assert answer.status_code == 409
    assert f'href="/clients/{place.client}"' in answer.text
    assert "at the window" in answer.text
    with clinic.desk(people.owner, reading=True) as desk:
        assert desk.db.query(Client).count() == 2
    assert front_desk.post("/clients/new", data={**same, "other": "yes"}).status_code == 303


@pytest.mark.usefixtures("place")
def test_what_was_typed_survives_an_error(front_desk: TestClient) -> None:
    answer = front_desk.post("/clients/new", data={**NEW, "born": "2999-01-01"})
    assert answer.status_code == 422
    assert 'value="Čapek"' in answer.text
    assert 'value="2999-01-01"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_technician_registers_nobody(technician: TestClient) -> None:
    assert technician.get("/clients/new").status_code == 403
    assert technician.post("/clients/new", data=NEW).status_code == 403


def test_those_who_treat_see_course_and_measurements(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        take_pressure(desk, place.client)
    text = technician.get(f"/clients/{place.client}").text
    assert "0 of 8 sessions" in text or "sessions" in text
    assert f"/clients/{place.client}/trends/blood-pressure?side=none" in text
    assert "124" in text
    trend = technician.get(f"/clients/{place.client}/trends/blood-pressure").text
    assert '<svg class="trend"' in trend
    assert "All readings" in trend
    assert text.index("Warnings") < text.index("Courses") < text.index("Measurements")


def test_the_front_desk_sees_contact_and_no_health(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        take_pressure(desk, place.client)
    text = front_desk.get(f"/clients/{place.client}").text
    assert "Contact" in text
    assert "may be treated" in text
    assert "Blood pressure" not in text
    assert "heavy-legs" not in text


def test_a_client_of_another_practice_is_not_found(
    technician: TestClient, elsewhere: SimpleNamespace
) -> None:
    for path in (
        "", "/screening", "/screening/result", "/measure", "/measure/girths",
        "/measure/blood-pressure", "/consents/treatment",
    ):  # fmt: skip
        answer = technician.get(f"/clients/{elsewhere.client}{path}")
        assert answer.status_code == 404, path
        assert "Ruiz" not in answer.text
    assert technician.get(f"/courses/{elsewhere.course}").status_code == 404


def test_a_consent_is_kept_with_the_text_that_was_shown(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient, place: SimpleNamespace
) -> None:
    path = f"/clients/{place.client}/consents/photographs"
    page = front_desk.get(path).text
    shown = page.partition('name="text" value="')[2][:64]
    data = {"text": shown, "language": "en", "how": "screen", "decision": "given"}
    assert front_desk.post(path, data=data).status_code == 303
    with clinic.desk(people.owner, reading=True) as desk:
        assert consent.standing(desk, place.client)["photographs"].valid
    assert front_desk.post(f"{path}/withdraw", data={"how": "paper"}).status_code == 303
    with clinic.desk(people.owner, reading=True) as desk:
        assert "photographs" not in consent.standing(desk, place.client)


def test_a_consent_to_another_text_is_refused(
    front_desk: TestClient, place: SimpleNamespace
) -> None:
    data = {"text": "0" * 64, "language": "en", "how": "screen", "decision": "given"}
    answer = front_desk.post(f"/clients/{place.client}/consents/research", data=data)
    assert answer.status_code == 409
    assert "is not the one that is shown now" in answer.text
