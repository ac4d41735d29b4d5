"""Pages of other sites: what they send is refused, where they lead is nowhere, what they frame is
nothing."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.console.app import create_app
from openpresso.console.routes.door import within
from openpresso.console.settings import Settings
from openpresso.console.visitor import COOKIE
from tests.campaign import amount
from tests.console.conftest import ADDRESS, SECRET
from tests.console.security.conftest import Visit, rows_of
from tests.console.security.walk import filled, reading, routes, slow

FOREIGN: tuple[dict[str, str], ...] = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:9000"},
    {"origin": "http://127.0.0.1:8000.evil.example"},
    {"origin": ADDRESS, "sec-fetch-site": "cross-site"},
    {"origin": ADDRESS, "sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site"},
    {"referer": f"{ADDRESS}/"},
    {},
)
"""What a request says that no form of ours sent."""


@pytest.fixture
def app(clinic: Clinic, settings: Settings) -> FastAPI:
    return create_app(clinic, settings)


@pytest.mark.parametrize("role", amount(["owner", ""], ["technician", "owner", ""]))
def test_no_route_takes_a_form_that_stood_on_another_site(
    app: FastAPI, visit: Visit, clinic: Clinic, settings: Settings, ours: dict[str, object],
    role: str,
) -> None:  # fmt: skip
    browser = visit(role)
    del browser.headers["origin"]
    before, sent = rows_of(clinic, settings.practice), 0
    for route in routes(app):
        for method in sorted((route.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            for headers in FOREIGN:
                answer = browser.request(method, filled(route, ours), headers=headers)
                assert answer.status_code == 403, (method, route.path, headers, answer.status_code)
                sent += 1
    assert sent > 400
    assert rows_of(clinic, settings.practice) == before


def test_a_form_of_our_own_pages_is_taken(visit: Visit) -> None:
    browser = visit("technician")
    near = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
    assert browser.post("/settings/screen", headers=near).status_code == 303


def test_nobody_can_be_signed_in_by_another_site(visit: Visit) -> None:
    browser = visit("")
    data = {"login": "technician", "password": SECRET}
    answer = browser.post("/sign-in", data=data, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert COOKIE not in answer.cookies


def test_a_page_that_is_only_looked_at_changes_nothing(
    app: FastAPI, visit: Visit, clinic: Clinic, settings: Settings, ours: dict[str, object]
) -> None:
    browser = visit("clinician")
    before = rows_of(clinic, settings.practice)
    for route in routes(app):
        if reading(route) and not slow(route.path):
            browser.get(filled(route, ours))
    after = rows_of(clinic, settings.practice)
    changed = {name for name in after if before[name] != after[name]}
    # That it was looked at is written down; nothing else is.
    assert changed <= {"audit_entry", "audit_head", "sign_in"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_no_header_and_no_field_makes_a_form_of_a_link(visit: Visit, method: str) -> None:
    browser = visit("technician")
    for name in ("x-http-method-override", "x-http-method", "x-method-override"):
        answer = browser.request(method, "/sign-out?_method=POST", headers={name: "POST"})
        assert answer.status_code in {404, 405}
    assert browser.get("/settings").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PUT", "PATCH", "DELETE", "FOO"])
def test_a_method_that_nobody_serves_is_refused(visit: Visit, method: str) -> None:
    browser = visit("technician")
    for path in ("/", "/clients", "/sign-in", "/static/console.css"):
        answer = browser.request(method, path)
        assert answer.status_code in {404, 405}, (method, path)
        assert "cookie" not in answer.text.lower()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "evil.example:8000",
        "evil.example@127.0.0.1/", "[", "127.0.0.1:8000, evil.example", "0x7f.1", "127.1",
    ],
)  # fmt: skip
def test_a_name_that_is_not_ours_is_not_answered(visit: Visit, host: str) -> None:
    answer = visit("").get("/sign-in", headers={"host": host})
    assert answer.status_code == 403
    assert "<form" not in answer.text


def test_headers_of_a_proxy_do_not_say_what_we_are_called(visit: Visit) -> None:
    browser = visit("")
    answer = browser.get(
        "/clients",
        headers={
            "x-forwarded-host": "evil.example",
            "x-forwarded-proto": "https",
            "x-forwarded-for": "203.0.113.7",
            "forwarded": "host=evil.example;proto=https",
            "x-original-url": "/stop",
            "x-rewrite-url": "/stop",
        },
    )
    assert answer.headers["location"] == "/sign-in?then=/clients"
    assert "evil.example" not in answer.text + str(answer.headers)


TARGETS = [
    "//evil.example", "///evil.example", "https://evil.example", "http:evil.example",
    "/\\evil.example", "\\/evil.example", "javascript:alert(1)", "data:text/html,x",
    " //evil.example", "/\t/evil.example", "/%0d%0aset-cookie:a=b\r\nx: y", "/\nset-cookie:a=b",
    "/\x00", "evil.example", "?then=x", "",
]  # fmt: skip


@pytest.mark.parametrize("then", TARGETS)
def test_signing_in_and_unlocking_lead_to_our_own_pages_alone(visit: Visit, then: str) -> None:
    assert within(then) in {"/", then}
    browser = visit("")
    data = {"login": "technician", "password": SECRET, "then": then}
    answer = browser.post("/sign-in", data=data)
    assert _ours(answer.headers["location"])
    assert "a=b" not in answer.headers.get("set-cookie", "")
    browser.post("/lock")
    answer = browser.post("/unlock", data={"pin": SECRET, "then": then})
    assert _ours(answer.headers["location"])
    for page in ("/sign-in", "/locked"):
        shown = browser.get(page, params={"then": then}).text
        assert 'value="//' not in shown
        assert "javascript:" not in shown


def _ours(location: str) -> bool:
    """Whether a browser stays where it is: a path, and not one that it reads as a host."""
    return location.startswith("/") and location[1:2] not in {"/", "\\", "\t"}


@pytest.mark.parametrize("field", ["back", "page", "couch"])
def test_no_field_of_a_page_leads_away(
    app: FastAPI, visit: Visit, ours: dict[str, object], field: str
) -> None:
    browser, led = visit("technician"), 0
    for route in routes(app):
        if not reading(route) and route.path not in {"/sign-out", "/lock"}:
            answer = browser.post(filled(route, ours), data={field: "//evil.example", "sure": "on"})
            if 300 <= answer.status_code < 400:
                assert _ours(answer.headers["location"]), (route.path, answer.headers["location"])
                led += 1
    assert led > 0


def test_a_request_of_no_sense_is_no_way_in(clinic: Clinic, settings: Settings) -> None:
    with TestClient(create_app(clinic, settings), base_url=ADDRESS) as browser:
        large = browser.post("/sign-in", content=b"a" * 300_000, headers={"origin": ADDRESS})
        assert large.status_code == 413
        wrong = browser.post(
            "/sign-in", json={"login": "technician", "password": SECRET},
            headers={"origin": ADDRESS},
        )  # fmt: skip
        assert wrong.status_code == 422
        many = browser.post(
            "/settings/screen",
            data={f"field{number}": "x" for number in range(5000)},
            headers={"origin": ADDRESS},
        )
        assert many.status_code in {400, 413, 422}
