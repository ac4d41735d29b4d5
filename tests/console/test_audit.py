"""The audit as a page: by day, person and client; verified."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import client

Visit = Callable[[str], TestClient]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("role", ["auditor", "owner"])
def test_auditor_and_owner_read_a_day(visit: Visit, role: str) -> None:
    text = visit(role).get("/audit").text
    assert "cuff_set.add" in text
    assert "client.register" in text


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk"])
def test_others_read_no_audit(visit: Visit, role: str) -> None:
    browser = visit(role)
    assert browser.get("/audit").status_code == 403
    assert browser.post("/audit/verify").status_code == 403


def test_the_audit_of_a_client_is_found_by_number(
    auditor: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.clinician) as desk:
        number = client.find(desk, place.client).number
    text = auditor.get(f"/audit?by=client&client={number.lower()}").text
    assert "client.register" in text
    assert "cuff_set.add" not in text


def test_a_number_that_nobody_has_is_said_and_stays(auditor: TestClient) -> None:
    answer = auditor.get("/audit", params={"by": "client", "client": '"><script>C-9'})
    assert answer.status_code == 404
    assert "<script>C-9" not in answer.text
    assert "&lt;script&gt;C-9" in answer.text


def test_a_day_that_is_none_is_said(auditor: TestClient) -> None:
    assert auditor.get("/audit?by=day&day=yesterday").status_code == 422


@pytest.mark.usefixtures("place")
def test_the_audit_of_a_person_shows_what_that_person_did(
    auditor: TestClient, people: SimpleNamespace
) -> None:
    text = auditor.get(f"/audit?by=person&person={people.owner}").text
    assert "cuff_set.add" in text


def test_pages_lead_to_older_entries(
    auditor: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    for _ in range(101):
        with clinic.desk(people.clinician) as desk:
            client.find(desk, place.client)
    text = auditor.get(f"/audit?by=person&person={people.clinician}").text
    assert "Older entries" in text
    assert "before=" in text


@pytest.mark.usefixtures("place")
def test_an_audit_that_is_whole_is_said_to_be(auditor: TestClient) -> None:
    assert "note go" in auditor.post("/audit/verify").text


@pytest.mark.usefixtures("elsewhere")
def test_a_client_of_another_practice_is_not_found(auditor: TestClient) -> None:
    assert auditor.get("/audit?by=client&client=C-999999").status_code == 404
