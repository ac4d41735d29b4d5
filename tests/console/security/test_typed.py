"""Whatever is typed into any field is text: no markup, no template, no query, no other field."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.store.base import Base
from openpresso.console.app import create_app
from openpresso.console.settings import Settings
from tests.campaign import amount
from tests.console.security.conftest import Visit, rows_of, strangers
from tests.console.security.walk import (
    Page,
    asked,
    filled,
    forms,
    pages,
    reading,
    routes,
    send,
    slow,
)

HOSTILE = "\"'><i data-planted=x>{{7*191}}${7*191}#{7*191}<%=7*191%> ' OR '1'='1';--"
"""Markup, four kinds of templates and a query: computed, 7*191 would be 1337."""
QUERIES = (
    "' OR '1'='1", "'; DROP TABLE client;--", '" OR ""="', "1) UNION SELECT password FROM staff--",
    "%' OR 1=1--", "\\' OR 1=1--", "1;SELECT pg_sleep(9)", "%", "_", "%%%%", "\x00", "ruiz' --",
    "C-0'||'00001", "\ud83d", "𝕏" * 500,
)  # fmt: skip
EXTRA = {
    "id": "1", "practice_id": "2", "created_at": "1999-01-01", "roles": "owner", "state": "erased",
    "active": "", "password": "x", "token": "x", "number": "C-999999", "ceiling": "120",
    "staff_id": "1", "search": "x", "merged_into": "2", "audited": "", "__class__": "x",
    "constructor": "x", "doing": "x", "desk": "x", "visitor": "x", "request": "x",
}  # fmt: skip
"""Fields that no form has, and what would be bad if they counted."""


@pytest.fixture
def app(clinic: Clinic, settings: Settings) -> FastAPI:
    return create_app(clinic, settings)


def _harmless(path: str, html: str) -> None:
    """Nothing that was typed became an element or was computed."""
    page = Page(path, html)
    assert not [tag for tag, found in page.tags if "data-planted" in found], path
    assert "1337" not in page.text, path


@pytest.mark.parametrize("role", amount(["technician"], ["technician", "front_desk", "owner"]))
def test_what_is_typed_into_any_field_of_any_form_stays_text(
    visit: Visit, ours: dict[str, object], role: str
) -> None:
    browser = visit(role)
    begin = ("/", f"/clients/{ours['client_id']}", "/settings", "/clients/new")
    found, sent = list(pages(browser, *begin)), 0
    for form in forms(found):
        for name in form.fields:
            answer = send(browser, form, **{name: HOSTILE})
            assert answer.status_code < 500, (form.action, name, answer.status_code)
            _harmless(f"{form.action} {name}", answer.text)
            sent += 1
    assert sent > 30
    for page in pages(browser, *begin):
        assert not [tag for tag, attributes in page.tags if "data-planted" in attributes]
        assert "1337" not in page.text


def test_what_is_typed_into_any_address_stays_text(
    app: FastAPI, visit: Visit, ours: dict[str, object]
) -> None:
    browser, tried = visit("clinician"), 0
    for route in routes(app):
        if reading(route) and not slow(route.path):
            for name in [*asked(route), "x"]:
                answer = browser.get(filled(route, ours), params={name: HOSTILE})
                assert answer.status_code < 500, (route.path, name)
                _harmless(f"{route.path}?{name}", answer.text)
                tried += 1
    assert tried > 60


def test_no_query_is_part_of_what_is_looked_for(
    app: FastAPI, visit: Visit, clinic: Clinic, ours: dict[str, object]
) -> None:
    browser = visit("front_desk")
    counted = _counts(clinic)
    ways = [(one, name) for one in routes(app) if reading(one) for name in asked(one)]
    for (route, name), query in itertools.product(ways, amount(QUERIES[:3], QUERIES)):
        if not slow(route.path):
            answer = browser.get(
                filled(route, ours), params={name: query.encode("utf-8", "surrogatepass")}
            )
            assert answer.status_code < 500, (route.path, name, answer.status_code)
            assert "argon2" not in answer.text
            if name == "q" and "ruiz" not in query:
                assert "Ana Ruiz" not in answer.text, (route.path, query)
    assert _counts(clinic) == counted


def _counts(clinic: Clinic) -> dict[str, int]:
    """How many rows there are of everything that is not written by looking."""
    with clinic.engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in {"audit_entry", "sign_in"}
        }


@pytest.mark.parametrize("login", QUERIES[:6])
def test_no_query_signs_anybody_in(visit: Visit, login: str) -> None:
    for data in ({"login": login, "password": "x"}, {"login": "owner", "password": login}):
        assert visit("").post("/sign-in", data=data).status_code == 401


@pytest.mark.parametrize("role", amount(["technician"], ["technician", "front_desk", "owner"]))
def test_fields_that_a_form_does_not_have_count_for_nothing(
    visit: Visit, clinic: Clinic, people: SimpleNamespace, elsewhere: SimpleNamespace,
    ours: dict[str, object], theirs: dict[str, object], role: str,
) -> None:  # fmt: skip
    browser = visit(role)
    there = rows_of(clinic, elsewhere.people.practice)
    who = _people(clinic)
    sent = 0
    for form in forms(list(pages(browser, "/", f"/clients/{ours['client_id']}", "/clients/new"))):
        if form.method == "POST":
            extra = {name: value for name, value in EXTRA.items() if name not in form.fields}
            for name in form.choices:
                extra.pop(name, None)
            assert send(browser, form, **extra).status_code < 500, form.action
            sent += 1
    assert sent > 4
    assert theirs
    assert rows_of(clinic, elsewhere.people.practice) == there
    assert strangers(clinic) == []
    assert _people(clinic) == who, "roles, secrets or keys of somebody changed"
    with clinic.engine.connect() as connection:
        table = Client.__table__
        rows = connection.execute(sa.select(table).where(table.c.practice_id == people.practice))
        for row in rows:
            assert row.number != "C-999999"
            assert row.state == "active"
            assert row.merged_into is None


def _people(clinic: Clinic) -> list[tuple[object, ...]]:
    """Who may do what, and with which secrets."""
    table = Staff.__table__
    with clinic.engine.connect() as connection:
        rows = connection.execute(
            sa.select(
                table.c.id, table.c.practice_id, table.c.roles, table.c.password, table.c.pin
            ).order_by(table.c.id)
        )
        return [tuple(row) for row in rows]


def test_a_value_that_is_sent_twice_counts_once(visit: Visit, ours: dict[str, object]) -> None:
    browser = visit("front_desk")
    for path in ("/clients?q=nobody&q=ruiz", f"/calendar?day=x&day=2026-03-02&c={ours}"):
        assert browser.get(path).status_code < 500
    answer = visit("").post(
        "/sign-in", data={"login": ["owner", "nobody"], "password": ["wrong", "wrong"]}
    )
    assert answer.status_code == 401
