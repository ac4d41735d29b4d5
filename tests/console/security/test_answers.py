"""What every answer says: its headers, its type, and nothing of what is behind it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import search
from openpresso.console.app import create_app
from openpresso.console.borders import policy
from openpresso.console.settings import Settings
from openpresso.console.visitor import COOKIE
from tests.campaign import amount
from tests.console.conftest import ADDRESS
from tests.console.security.conftest import Visit
from tests.console.security.walk import Page, filled, pages, reading, routes

FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


KIND = re.compile(r"text/[\w-]+; charset=utf-8|application/(json|problem\+json|pdf|zip)|image/\w+")
"""Types of answers; those of text say how their letters are written."""


@pytest.fixture
def app(clinic: Clinic, settings: Settings) -> FastAPI:
    return create_app(clinic, settings)


def _guarded(answer: object, where: object) -> None:
    """Every header that each answer has, once."""
    headers = answer.headers  # type: ignore[attr-defined]
    for name, value in FIXED.items():
        assert headers.get_list(name) == [value], (where, name)
    (found,) = headers.get_list("content-security-policy")
    told = dict(part.partition(" ")[::2] for part in found.split("; "))
    for name in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert told[name] == "'none'", (where, name)
    assert told["script-src"] == told["style-src"] == told["connect-src"] == "'self'"
    assert "unsafe" not in found
    assert "*" not in found
    assert "access-control-allow-origin" not in headers, where
    assert "server" not in headers, where
    assert "x-powered-by" not in headers, where


@pytest.mark.parametrize("role", amount(["clinician"], ["", "clinician"]))
def test_every_answer_of_every_route_has_the_headers_and_is_not_kept(
    app: FastAPI, visit: Visit, ours: dict[str, object], role: str
) -> None:
    browser, seen = visit(role), set()
    for route in routes(app):
        if route.path in {"/sign-out", "/lock"} or route.path.endswith((".zip", "/stream")):
            continue
        method = "GET" if reading(route) else "POST"
        for foreign in ({}, {"origin": "https://evil.example"}):
            answer = browser.request(method, filled(route, ours), headers=foreign)
            _guarded(answer, (method, route.path))
            assert answer.headers.get_list("cache-control") == ["no-store"], route.path
            if answer.content:
                assert KIND.fullmatch(answer.headers["content-type"]), route.path
            seen.add(answer.status_code)
    assert {303, 403} <= seen


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing-here", 404), ("/clients/x", 422), ("/clients/999999", 404),
        ("/static/nothing.js", 404), ("/static/../app.py", 404), ("/sign-out", 405),
    ],
)  # fmt: skip
def test_an_error_has_the_headers_too_and_is_not_kept(visit: Visit, path: str, status: int) -> None:
    answer = visit("technician").get(path)
    assert answer.status_code == status
    _guarded(answer, path)
    assert answer.headers["cache-control"] == "no-store"


def test_a_static_file_is_kept_and_has_the_headers(visit: Visit) -> None:
    answer = visit("").get("/static/console.css")
    _guarded(answer, "/static/console.css")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")


def test_the_policy_lets_forms_go_to_our_own_pages_and_to_the_stop_alone() -> None:
    assert "form-action 'self';" in policy("")
    found = policy("http://127.0.0.1:8100/some/path")
    assert "form-action 'self' http://127.0.0.1:8100;" in found
    assert "frame-src http://127.0.0.1:8100;" in found
    assert "'none'" in policy("").partition("frame-src")[2].partition(";")[0]


def test_no_page_needs_what_the_policy_forbids(visit: Visit, ours: dict[str, object]) -> None:
    seen = 0
    for page in pages(visit("clinician"), "/", f"/clients/{ours['client_id']}", "/settings"):
        for tag, attributes in page.tags:
            assert "style" not in attributes, (page.path, tag)
            assert not any(name.startswith("on") for name in attributes), (page.path, tag)
            assert tag not in {"object", "embed", "base", "style", "applet"}, (page.path, tag)
            if tag == "script":
                assert (attributes.get("src") or "").startswith("/static/"), page.path
            for name in ("href", "src", "action", "formaction", "poster"):
                value = (attributes.get(name) or "").strip().lower()
                assert not value.startswith(("javascript:", "data:", "//", "vbscript:")), page.path
        seen += 1
    assert seen > 10


BROKEN = "SELECT secret_of_the_house FROM somewhere"


@pytest.fixture
def broken(
    clinic: Clinic, settings: Settings, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Exception], TestClient]:
    """A browser of a console in which looking somebody up breaks."""

    def browser(error: Exception) -> TestClient:
        def look_up(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(search, "look_up", look_up)
        one = TestClient(
            create_app(clinic, settings), base_url=ADDRESS, follow_redirects=False,
            raise_server_exceptions=False,
        )  # fmt: skip
        one.cookies.set(COOKIE, visit("technician").cookies[COOKIE])
        return one

    return browser


def test_a_defect_is_told_without_a_word_of_what_broke(
    broken: Callable[[Exception], TestClient],
) -> None:
    answer = broken(RuntimeError(BROKEN)).get("/clients", params={"q": "ruiz"})
    assert answer.status_code == 500
    assert "nobody foresaw" in Page("", answer.text).text
    for word in ("secret", "Traceback", "RuntimeError", ".py", "SELECT", "site-packages"):
        assert word not in answer.text
    _guarded(answer, "500")
    assert answer.headers["cache-control"] == "no-store"


def test_the_console_works_on_after_a_defect(broken: Callable[[Exception], TestClient]) -> None:
    browser = broken(RuntimeError(BROKEN))
    assert browser.get("/clients", params={"q": "ruiz"}).status_code == 500
    assert browser.get("/settings").status_code == 200


def test_the_log_of_a_defect_has_no_values_of_the_database(
    broken: Callable[[Exception], TestClient], clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    with clinic.engine.connect() as connection, pytest.raises(sa.exc.StatementError) as caught:
        connection.execute(sa.text("SELECT * FROM nowhere WHERE family = :a"), {"a": "Ruiz-Typed"})
    assert "Ruiz-Typed" in str(caught.value)
    with caplog.at_level(logging.DEBUG):
        assert broken(caught.value).get("/clients", params={"q": "ruiz"}).status_code == 500
    assert "Ruiz-Typed" not in str(caught.value)
    assert "Ruiz-Typed" not in caplog.text


def test_a_header_that_is_typed_into_an_address_is_none(visit: Visit) -> None:
    browser = visit("technician")
    for path in (
        "/calendar?day=2026-03-02%0d%0aset-cookie:%20a=b",
        "/clients?q=%0d%0aset-cookie:a",
    ):
        answer = browser.get(path)
        assert answer.status_code < 500
        assert "a" not in answer.cookies
        assert "\r" not in str(answer.headers)


def test_no_page_is_a_description_of_the_program(visit: Visit) -> None:
    browser = visit("owner")
    for path in ("/docs", "/redoc", "/openapi.json", "/.git/config", "/metrics", "/debug", "/.env"):
        answer = browser.get(path)
        assert answer.status_code == 404, path


def test_the_program_says_nothing_of_its_version_before_somebody_signs_in(visit: Visit) -> None:
    import openpresso

    for path in ("/sign-in", "/locked", "/stop", "/nothing-here"):
        assert openpresso.__version__ not in visit("").get(path).text.partition("<body")[2]
