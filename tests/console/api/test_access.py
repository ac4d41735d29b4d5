"""Who gets in: roles as in the register, rows of one's own practice, nothing that is not named."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.roles import Role
from openpresso.console.api.operation import operations
from openpresso.console.settings import Settings
from tests.console.api.conftest import Caller
from tests.console.api.fill import MARK, fill
from tests.console.api.samples import keys_of, request, stored
from tests.console.conftest import ADDRESS, ROLES, SECRET, TestClient


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_refused_exactly_where_the_register_says(call: Caller, role: str) -> None:
    wrong = []
    for one in operations():
        may = Role(role.replace("_", "-")) in one.action.roles
        # What is asked for is empty: whoever is let in is told what is missing, or is answered.
        answer = call(one.action.name, role)
        refused = answer.status_code == 403
        if refused is may or answer.status_code >= 500:
            wrong.append(f"{one.action.name}: {role} got {answer.status_code}")
    assert wrong == []


def test_without_a_token_nothing_is_answered(call: Caller) -> None:
    for one in operations():
        answer = call(one.action.name, "")
        assert answer.status_code == 401, one.action.name
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "no-token"


def test_a_row_of_another_practice_is_not_found_by_any_operation(
    clinic: Clinic, call: Caller, people: SimpleNamespace, elsewhere: SimpleNamespace
) -> None:
    theirs = fill(clinic, elsewhere.people.practice)
    mine = stored(clinic, people.practice)
    wrong = []
    tried = 0
    for one in operations():
        for name, table in keys_of(one).items():
            asked = request(one, mine) | {name: theirs[table]}
            if one.sends:
                continue
            answer = call(one.action.name, **asked)
            tried += 1
            if answer.status_code != 404 or MARK in answer.text:
                wrong.append(f"{one.action.name} {name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert tried > 100


def test_a_row_of_another_practice_inside_a_list_is_not_found(
    call: Caller, place: SimpleNamespace, elsewhere: SimpleNamespace
) -> None:
    item = {"code": "single", "quantity": 1, "session_id": 1}
    del item["session_id"]
    answer = call("invoice.issue", client_id=elsewhere.client, items=[item])
    assert answer.status_code == 404
    assert call("client.read", client_id=place.client).status_code == 200


def test_the_try_to_read_another_practices_row_is_in_the_audit(
    clinic: Clinic, call: Caller, people: SimpleNamespace, elsewhere: SimpleNamespace
) -> None:
    from openpresso.clinic.audit import trail

    assert call("client.read", "technician", client_id=elsewhere.client).status_code == 404
    with clinic.desk(people.owner, reading=True) as desk:
        last = trail.of_day(desk, desk.today(), limit=1)[0]
    assert (last.action, last.outcome, last.who) == (
        "client.read", "not-found", "Program technician",
    )  # fmt: skip


def test_a_field_that_is_not_named_is_refused_by_every_operation(
    clinic: Clinic, call: Caller, place: SimpleNamespace, people: SimpleNamespace
) -> None:
    mine = stored(clinic, people.practice)
    assert place.client in mine["client"]
    for one in operations():
        if one.sends:
            continue
        asked = request(one, mine) | {"practice_id": 2}
        answer = call(one.action.name, **asked)
        assert answer.status_code == 422, one.action.name
        assert ("practice_id", "unknown-field") in [
            (found["path"], found["code"]) for found in answer.json()["errors"]
        ], one.action.name


def test_a_browser_that_is_signed_in_has_no_key_to_the_api(
    app: FastAPI, settings: Settings, place: SimpleNamespace
) -> None:
    assert settings.practice
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as browser:
        data = {"login": "technician", "password": SECRET}
        assert browser.post("/sign-in", data=data, headers={"origin": ADDRESS}).status_code == 303
        answer = browser.get("/api/v1/client/read", params={"client_id": place.client})
        assert answer.status_code == 401
        assert browser.get("/clients").status_code == 200


def test_what_is_restricted_stays_closed_to_those_who_treat(
    clinic: Clinic, call: Caller, place: SimpleNamespace, people: SimpleNamespace
) -> None:
    from openpresso.clinic.people.client import Client

    with clinic.engine.begin() as connection:
        table = Client.__table__
        connection.execute(
            table.update().where(table.c.id == place.client).values(state="restricted")  # type: ignore[attr-defined]
        )
    assert people.practice
    refused = call("client.read", "technician", client_id=place.client)
    assert (refused.status_code, refused.json()["code"]) == (403, "restricted")
    assert call("client.read", "clinician", client_id=place.client).status_code == 200
