"""Staff: people, roles, certificates, one-time codes."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import certificate, sign_in
from openpresso.clinic.people import staff as people_of
from tests.console.conftest import SECRET

NEW = {
    "given": "Zoë",
    "family": "<i>Ćwik</i>",
    "login": "zoe",
    "email": "",
    "roles": ["technician", "front-desk"],
}


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "auditor"])
def test_only_the_owner_sees_the_staff(
    request: pytest.FixtureRequest, people: SimpleNamespace, role: str
) -> None:
    browser: TestClient = request.getfixturevalue(role)
    assert browser.get("/staff").status_code == 403
    assert browser.get(f"/staff/{people.owner}").status_code == 403
    assert browser.post("/staff", data=NEW).status_code == 403
    assert browser.post(f"/staff/{people.owner}/code").status_code == 403


def test_a_new_person_gets_a_code_that_sets_a_password(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    answer = owner.post("/staff", data=NEW)
    assert answer.status_code == 200
    assert "&lt;i&gt;Ćwik" in answer.text
    found = re.search(r'class="big"><code>([^<]+)<', answer.text)
    assert found
    sign_in.set_password(clinic, "zoe", found.group(1), SECRET, practice=people.practice)
    assert sign_in.enter(clinic, "zoe", SECRET, practice=people.practice).token
    listed = owner.get("/staff").text
    assert found.group(1) not in listed


def test_a_login_that_is_taken_keeps_what_was_typed(owner: TestClient) -> None:
    answer = owner.post("/staff", data=NEW | {"login": "owner"})
    assert answer.status_code == 409
    assert 'value="Zoë"' in answer.text
    assert 'value="front-desk" checked' in answer.text


def test_the_owner_changes_names_and_roles(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        version = desk.find(people_of.Staff, people.technician).version
    form = {"version": str(version), "given": "Tilda", "family": "Ek", "email": ""}
    answer = owner.post(f"/staff/{people.technician}", data={**form, "roles": ["front-desk"]})
    assert answer.status_code == 303
    with clinic.desk(people.owner) as desk:
        found = desk.find(people_of.Staff, people.technician)
        assert (found.name, found.roles) == ("Tilda Ek", ["front-desk"])


def test_a_certificate_is_issued_and_withdrawn_with_a_reason(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    path = f"/staff/{people.technician}/certificates"
    form = {"cuff_type": "leg-8", "expires_on": "2027-03-01", "drill": "leak"}
    assert owner.post(path, data=form).status_code == 303
    with clinic.desk(people.owner) as desk:
        one = certificate.of_person(desk, people.technician)[0]
    refused = owner.post(f"{path}/{one.id}/withdraw", data={"reason": " "})
    assert refused.status_code == 422
    assert owner.post(f"{path}/{one.id}/withdraw", data={"reason": "lapsed"}).status_code == 303
    with clinic.desk(people.owner) as desk:
        assert certificate.of_person(desk, people.technician)[0].reason == "lapsed"


def test_a_day_that_is_none_keeps_the_drill_that_was_typed(
    owner: TestClient, people: SimpleNamespace
) -> None:
    form = {"cuff_type": "leg-8", "expires_on": "soon", "drill": "leak and stop"}
    answer = owner.post(f"/staff/{people.technician}/certificates", data=form)
    assert answer.status_code == 422
    assert 'value="leak and stop"' in answer.text


def test_a_person_leaves_only_when_the_owner_is_sure(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        version = desk.find(people_of.Staff, people.technician).version
    path = f"/staff/{people.technician}/leave"
    owner.post(path, data={"version": str(version)})
    with clinic.desk(people.owner) as desk:
        assert desk.find(people_of.Staff, people.technician).active
    assert owner.post(path, data={"version": str(version), "sure": "on"}).status_code == 303
    with clinic.desk(people.owner) as desk:
        assert not desk.find(people_of.Staff, people.technician).active


def test_a_person_of_another_practice_is_not_found(
    owner: TestClient, elsewhere: SimpleNamespace
) -> None:
    assert owner.get(f"/staff/{elsewhere.people.technician}").status_code == 404
    assert owner.post(f"/staff/{elsewhere.people.technician}/code").status_code == 404


@pytest.mark.parametrize("path", ["staff", "cuffs", "calendar/appointments"])
def test_a_key_that_no_database_has_is_refused(owner: TestClient, path: str) -> None:
    assert owner.get(f"/{path}/{9**30}").status_code == 422
