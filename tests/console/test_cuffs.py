"""Cuffs: sets, cleaning, certificates, and what the owner changes."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.booking import resource
from openpresso.clinic.clinic import Clinic

Visit = Callable[[str], TestClient]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "owner"])
def test_the_house_sees_sets_and_certificates(visit: Visit, role: str) -> None:
    text = visit(role).get("/cuffs").text
    assert "Cuff sets" in text
    assert "Who is certified" in text
    assert ("Add a cuff set" in text) == (role == "owner")
    assert ("Cleaned now" in text) == (role in {"technician", "clinician"})


def test_the_auditor_sees_no_cuffs(auditor: TestClient) -> None:
    assert auditor.get("/cuffs").status_code == 403


def test_a_technician_enters_that_a_set_was_cleaned(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    assert technician.post(f"/cuffs/{place.cuff_set}/clean").status_code == 303
    with clinic.desk(people.owner) as desk:
        assert desk.find(resource.CuffSet, place.cuff_set).cleaned_at == desk.now()


def test_the_front_desk_cleans_nothing(front_desk: TestClient, place: SimpleNamespace) -> None:
    assert front_desk.post(f"/cuffs/{place.cuff_set}/clean").status_code == 403


NEW = {
    "name": "Küche <b>1</b>",
    "cuff_type": "leg-8",
    "left_serial": "L-77",
    "right_serial": "R-77",
    "room": "",
    "minutes": "12",
    "calibrated_on": "2026-02-01",
}


@pytest.mark.usefixtures("place")
def test_the_owner_adds_a_set_whose_name_is_escaped(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    assert owner.post("/cuffs", data=NEW).status_code == 303
    with clinic.desk(people.owner) as desk:
        found = next(one for one in resource.cuff_sets(desk) if one.left_serial == "L-77")
        assert found.cleaning_minutes == 12
    text = owner.get("/cuffs").text
    assert "Küche &lt;b&gt;1&lt;/b&gt;" in text


@pytest.mark.usefixtures("place")
def test_a_set_that_is_refused_keeps_what_was_typed(owner: TestClient) -> None:
    answer = owner.post("/cuffs", data=NEW | {"minutes": "12 minutes"})
    assert answer.status_code == 422
    assert 'value="L-77"' in answer.text
    assert "no whole number" in answer.text


def test_the_owner_takes_a_set_out_of_use(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        version = desk.find(resource.CuffSet, place.cuff_set).version
    form = {"version": str(version), "minutes": "15", "calibrated_on": ""}
    assert owner.post(f"/cuffs/{place.cuff_set}", data=form).status_code == 303
    with clinic.desk(people.owner) as desk:
        found = desk.find(resource.CuffSet, place.cuff_set)
        assert (found.active, found.cleaning_minutes) == (False, 15)
    again = owner.post(f"/cuffs/{place.cuff_set}", data=form)
    assert again.status_code == 409


def test_only_the_owner_changes_a_set(technician: TestClient, place: SimpleNamespace) -> None:
    assert technician.get(f"/cuffs/{place.cuff_set}").status_code == 403
    form = {"version": "1", "minutes": "1"}
    assert technician.post(f"/cuffs/{place.cuff_set}", data=form).status_code == 403


def test_a_set_of_another_practice_is_not_found(
    owner: TestClient, elsewhere: SimpleNamespace
) -> None:
    assert owner.get(f"/cuffs/{elsewhere.cuff_set}").status_code == 404
