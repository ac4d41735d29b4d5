"""Whoever guesses a key of another practice finds nothing, learns nothing and changes nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.store.base import Base
from openpresso.console.app import create_app
from openpresso.console.settings import Settings
from tests.campaign import amount
from tests.console.conftest import ROLES
from tests.console.security.conftest import Visit, keys_of, rows_of, strangers
from tests.console.security.walk import Page, filled, forms, pages, reading, routes, send, slow

WITHOUT = {"photograph_id"}
"""Of what these practices have nothing: it needs a vault, and is asked in its own tests."""
NOBODYS = 2_000_000_000
"""A key that no table has."""


@pytest.fixture
def app(clinic: Clinic, settings: Settings) -> FastAPI:
    return create_app(clinic, settings)


def _keys(path: str) -> list[str]:
    """The names of keys in the path of a route."""
    return re.findall(r"\{(\w+_id)\}", path)


@pytest.mark.parametrize("role", amount(["technician", "owner"], ROLES))
def test_a_page_of_another_practice_is_answered_like_one_that_never_was(
    app: FastAPI, visit: Visit, ours: dict[str, object], theirs: dict[str, object], role: str
) -> None:
    browser, looked = visit(role), 0
    for route in routes(app):
        for name in _keys(route.path) if reading(route) else ():
            if name in WITHOUT:
                continue
            assert name in theirs, f"{route.path}: the other practice has no {name}"
            assert theirs[name] != ours[name]
            own = 404 if slow(route.path) else browser.get(filled(route, ours)).status_code
            foreign = browser.get(filled(route, ours | {name: theirs[name]}))
            nobodys = browser.get(filled(route, ours | {name: NOBODYS}))
            assert foreign.status_code == nobodys.status_code, (role, route.path)
            assert _told(foreign, theirs[name]) == _told(nobodys, NOBODYS), route.path
            if own == 200:
                assert foreign.status_code == 404, (role, route.path, foreign.status_code)
                looked += 1
            else:
                # A page that only leads on leads to one that says the same of both keys.
                assert own < 400 or foreign.status_code >= 400, (role, route.path)
    assert looked > 3 or role == "auditor"


def _told(answer: Response, key: object) -> str:
    """What a page says, whatever the key was."""
    return re.sub(rf"(?<!\d){key}(?!\d)", "#", Page("", answer.text).text)


@pytest.mark.parametrize(
    "role", amount(["clinician"], ["technician", "front_desk", "owner", "clinician"])
)
def test_a_form_with_keys_of_another_practice_changes_nothing_there(
    app: FastAPI, visit: Visit, clinic: Clinic, people: SimpleNamespace,
    elsewhere: SimpleNamespace, ours: dict[str, object], theirs: dict[str, object], role: str,
) -> None:  # fmt: skip
    browser = visit(role)
    before = rows_of(clinic, elsewhere.people.practice)
    found = forms(list(pages(browser, "/", f"/clients/{ours['client_id']}")))
    sent = 0
    ways = [one for one in routes(app) if not reading(one)]
    for form in found:
        match = next((one for one in ways if one.path_regex.match(form.action)), None)
        names = _keys(match.path) if match else []
        for name in names:
            if name not in theirs:
                continue
            assert match is not None
            held = match.path_regex.match(form.action)
            assert held is not None
            form_there = replace(form, action=_with(form.action, held, name, theirs))
            answer = send(browser, form_there, **form.choices)
            assert 400 <= answer.status_code < 500, (form_there.action, answer.status_code)
            sent += 1
        for field, values in form.fields.items():
            if form.method == "POST" and any(value.isdecimal() for value in values):
                for other in _keys_like(field, theirs):
                    answer = send(browser, form, **{field: other})
                    assert answer.status_code < 500, (form.action, field, answer.status_code)
                    sent += 1
    assert sent > 8
    after = rows_of(clinic, elsewhere.people.practice)
    assert {name for name in before if before[name] != after[name]} == set()
    assert strangers(clinic) == []
    assert keys_of(clinic, people.practice)["client_id"] == ours["client_id"]


def _with(action: str, held: re.Match[str], name: str, keys: dict[str, object]) -> str:
    begin, end = held.span(name)
    return f"{action[:begin]}{keys[name]}{action[end:]}"


def _keys_like(field: str, keys: dict[str, object]) -> list[str]:
    """Keys of the other practice that a field may mean: `person` is one of the staff."""
    meant = {
        "person": "staff",
        "course": "course",
        "cuff": "cuff_set",
        "appointment": "appointment",
    }
    name = meant.get(field, field.removesuffix("_id"))
    return [str(keys[f"{name}_id"])] if f"{name}_id" in keys else []


def test_a_list_shows_nobody_of_another_practice(
    visit: Visit, clinic: Clinic, elsewhere: SimpleNamespace, theirs: dict[str, object]
) -> None:
    assert theirs
    with clinic.engine.begin() as connection:
        for table in (Base.metadata.tables["client"], Base.metadata.tables["staff"]):
            there = table.c.practice_id == elsewhere.people.practice
            connection.execute(sa.update(table).where(there).values(family="Elsewhere"))
    seen = 0
    for role in amount(("front_desk", "owner"), ROLES):
        for page in pages(visit(role), "/", "/clients?q=elsewhere", "/clients?q=ruiz"):
            # What was looked for stands in the field of the search; nothing else may.
            assert "Elsewhere" not in page.text, (role, page.path)
            seen += 1
    assert seen > 20


def test_a_sign_in_counts_in_its_own_practice_alone(
    clinic: Clinic, url: str, visit: Visit, elsewhere: SimpleNamespace
) -> None:
    token = visit("owner").cookies["openpresso"]
    there = Settings(url, practice=elsewhere.people.practice)
    with TestClient(
        create_app(clinic, there), base_url="http://127.0.0.1:8000", follow_redirects=False
    ) as browser:
        browser.cookies.set("openpresso", token)
        answer = browser.get("/clients?q=ruiz")
        shown = browser.get("/staff").text
    # It opens the desk of its own practice or none, whatever console it is shown to.
    assert answer.status_code in {200, 303}
    assert "Practice on the Hill" not in shown
