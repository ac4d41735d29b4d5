"""The page of integrations: a token is shown once, and ends when the owner says so."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import integration

TOKEN = re.compile(r"openpresso_[\w-]{40,}")


def make(owner: TestClient, **values: object) -> str:
    """Make an integration by the form, and return the page."""
    data = {"name": "Booking page", "roles": ["owner"], "days": 90, **values}
    answer = owner.post("/integrations", data=data)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_the_token_is_shown_once_and_opens_the_api(
    owner: TestClient, place: SimpleNamespace
) -> None:
    assert place.room
    token = TOKEN.findall(make(owner))[0]
    answer = owner.get("/api/v1/room/list", headers={"authorization": f"Bearer {token}"})
    assert [one["name"] for one in answer.json()] == ["Room 1"]
    page = owner.get("/integrations").text
    assert "Booking page" in page
    assert TOKEN.search(page) is None


def test_a_revoked_integration_stays_in_the_list_and_its_token_counts_no_more(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    token = TOKEN.findall(make(owner))[0]
    with clinic.desk(people.owner, reading=True) as desk:
        key = integration.known(desk)[0].integration.id
    assert owner.post(f"/integrations/{key}/revoke", data={}).status_code == 303
    headers = {"authorization": f"Bearer {token}"}
    assert owner.get("/api/v1/room/list", headers=headers).status_code == 200
    assert owner.post(f"/integrations/{key}/revoke", data={"sure": "on"}).status_code == 303
    assert owner.get("/api/v1/room/list", headers=headers).status_code == 401
    assert "revoked" in owner.get("/integrations").text


def test_what_was_typed_stays_when_it_is_refused(owner: TestClient) -> None:
    answer = owner.post("/integrations", data={"name": "Books & <b>more</b>", "days": 30})
    assert answer.status_code == 422
    assert "there is no role" in answer.text.lower()
    assert "Books &amp; &lt;b&gt;more&lt;/b&gt;" in answer.text
    assert '<option value="30" selected>' in answer.text


def test_a_role_that_the_owner_lacks_is_not_offered_and_not_given(owner: TestClient) -> None:
    assert 'value="technician"' not in owner.get("/integrations").text
    data = {"name": "Booking", "roles": ["technician"], "days": 30}
    answer = owner.post("/integrations", data=data)
    assert answer.status_code == 403
    assert TOKEN.search(answer.text) is None


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "auditor"])
def test_the_page_is_the_owners(visit: object, role: str) -> None:
    browser = visit(role)  # type: ignore[operator]
    assert browser.get("/integrations").status_code == 403
    data = {"name": "Mine", "roles": [role.replace("_", "-")], "days": 30}
    assert browser.post("/integrations", data=data).status_code == 403


def test_another_practices_integration_is_not_found(
    owner: TestClient, clinic: Clinic, elsewhere: SimpleNamespace
) -> None:
    with clinic.desk(elsewhere.people.owner) as desk:
        key = integration.add(desk, "Theirs", ["owner"]).integration.id
    answer = owner.post(f"/integrations/{key}/revoke", data={"sure": "on"})
    assert answer.status_code == 404
    assert "Theirs" not in owner.get("/integrations").text
