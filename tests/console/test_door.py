"""The door, and what every answer says: headers, cookies, who may go where."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.roles import ACTIONS
from openpresso.console.app import create_app
from openpresso.console.page import OPEN
from openpresso.console.routes.door import within
from openpresso.console.settings import Settings
from openpresso.console.visitor import COOKIE
from tests.clinic.conftest import Clock
from tests.console.conftest import ADDRESS, ROLES, SECRET

Visit = Callable[[str], TestClient]


def test_who_has_not_signed_in_is_led_to_the_door_and_back_again(visit: Visit) -> None:
    browser = visit("")
    answer = browser.get("/clients")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?then=/clients"
    data = {"login": "technician", "password": SECRET, "then": "/clients"}
    assert browser.post("/sign-in", data=data).headers["location"] == "/clients"
    assert browser.get("/clients").status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_everybody_can_sign_in_and_see_a_first_page(visit: Visit, role: str) -> None:
    answer = visit(role).get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "<h1>" in answer.text


def test_a_wrong_password_is_told_and_signs_nobody_in(visit: Visit) -> None:
    browser = visit("")
    data = {"login": "technician", "password": "not this one"}
    answer = browser.post("/sign-in", data=data)
    assert answer.status_code == 401
    assert COOKIE not in answer.cookies
    assert "is not right" in answer.text
    assert 'value="technician"' in answer.text
    assert "not this one" not in answer.text
    assert browser.get("/").headers["location"].startswith("/sign-in")


def test_an_unknown_login_is_answered_like_a_wrong_password(visit: Visit) -> None:
    known = visit("").post("/sign-in", data={"login": "technician", "password": "wrong"})
    unknown = visit("").post("/sign-in", data={"login": "nobody-here", "password": "wrong"})
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("technician", "") == unknown.text.replace("nobody-here", "")


def test_a_locked_screen_shows_nothing_until_it_is_unlocked(technician: TestClient) -> None:
    assert technician.post("/lock").headers["location"] == "/locked"
    assert technician.get("/clients").headers["location"] == "/locked?then=/clients"
    assert technician.get("/locked").status_code == 200
    wrong = technician.post("/unlock", data={"pin": "0000"})
    assert wrong.status_code == 401
    right = technician.post("/unlock", data={"pin": SECRET, "then": "/clients"})
    assert right.status_code == 303


def test_an_unlocked_screen_goes_on_where_it_was(technician: TestClient) -> None:
    technician.post("/lock")
    technician.post("/unlock", data={"pin": SECRET})
    assert technician.get("/clients").status_code == 200


def test_an_idle_screen_locks_itself(technician: TestClient, clock: Clock) -> None:
    clock.pass_by(hours=2)
    assert technician.get("/").headers["location"].startswith("/locked")


def test_after_signing_out_the_old_cookie_is_worth_nothing(technician: TestClient) -> None:
    token = technician.cookies[COOKIE]
    technician.post("/sign-out")
    technician.cookies.clear()
    technician.cookies.set(COOKIE, token)
    assert technician.get("/").headers["location"].startswith("/sign-in")


def test_a_planted_cookie_is_replaced_at_the_door(visit: Visit) -> None:
    browser = visit("")
    browser.cookies.set(COOKIE, "planted")
    answer = browser.post("/sign-in", data={"login": "technician", "password": SECRET})
    assert answer.cookies[COOKIE] != "planted"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)",
        "\\\\evil.example", "/\nset-cookie:a=b", "",
    ],
)  # fmt: skip
def test_nobody_is_led_to_another_site(visit: Visit, path: str) -> None:
    assert within(path) == "/"
    data = {"login": "technician", "password": SECRET, "then": path}
    assert visit("").post("/sign-in", data=data).headers["location"] == "/"


def test_the_cookie_is_kept_from_scripts_and_other_sites(visit: Visit) -> None:
    data = {"login": "technician", "password": SECRET}
    found = visit("").post("/sign-in", data=data).headers["set-cookie"].lower()
    assert "httponly" in found
    assert "samesite=strict" in found
    assert "secure" not in found.replace("samesite", "")
    assert "path=/" in found


def test_behind_https_the_cookie_and_the_site_stay_there(
    clinic: Clinic, url: str, people: SimpleNamespace
) -> None:
    settings = Settings(url, practice=people.practice, secure=True)
    with TestClient(create_app(clinic, settings), base_url=ADDRESS) as browser:
        data = {"login": "technician", "password": SECRET}
        answer = browser.post(
            "/sign-in", data=data, headers={"origin": ADDRESS}, follow_redirects=False
        )
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/clients", "/no-such-page", "/static/console.css", "/clients/x"]
)
def test_every_answer_has_the_headers(technician: TestClient, path: str) -> None:
    found = technician.get(path).headers
    policy = found["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "same-origin"
    kept = "immutable" if path.startswith("/static") else "no-store"
    assert kept in found["cache-control"]


def test_pages_have_nothing_that_the_policy_forbids(technician: TestClient) -> None:
    for path in ("/", "/clients", "/settings", "/sign-in"):
        text = technician.get(path).text
        assert "<script>" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "javascript:" not in text


def test_a_form_of_another_site_is_refused(technician: TestClient) -> None:
    headers = {"origin": "https://evil.example"}
    assert technician.post("/sign-out", headers=headers).status_code == 403
    assert technician.get("/").status_code == 200


def test_a_name_that_nobody_gave_is_refused(visit: Visit) -> None:
    answer = visit("").get("/sign-in", headers={"host": "rebound.example"})
    assert answer.status_code == 403


def _routes(clinic: Clinic, settings: Settings) -> list[APIRoute]:
    """Every route, also those of routers; the API has tests of its own."""
    found: list[APIRoute] = []
    others: set[str] = set()
    waiting: list[Any] = list(create_app(clinic, settings).routes)
    while waiting:
        one = waiting.pop()
        if isinstance(one, APIRoute):
            found.append(one)
        elif hasattr(one, "original_router"):
            waiting += one.original_router.routes
        else:
            others.add(one.path)
    assert others == {"/api/v1", "/static"}
    assert len(found) > 30
    return sorted(found, key=lambda route: (route.path, sorted(route.methods or ())))


def _said(route: APIRoute) -> list[str]:
    return list((route.openapi_extra or {}).get("x-actions", []))


def test_every_route_says_which_actions_it_needs(clinic: Clinic, settings: Settings) -> None:
    for route in _routes(clinic, settings):
        said = _said(route)
        assert said, f"{route.methods} {route.path} says no action"
        for name in said:
            assert name == OPEN or name in ACTIONS, f"{route.path}: {name} is no action"
        assert OPEN not in said or len(said) == 1, route.path


def test_only_the_door_the_look_of_the_screen_and_secret_addresses_are_open(
    clinic: Clinic, settings: Settings
) -> None:
    found = {route.path for route in _routes(clinic, settings) if _said(route) == [OPEN]}
    assert found <= {
        "/sign-in", "/locked", "/unlock", "/lock", "/sign-out", "/settings/screen", "/stop",
        "/feeds/{token}.ics",
    }  # fmt: skip


def test_no_page_is_shown_to_who_has_not_signed_in(
    clinic: Clinic, settings: Settings, place: SimpleNamespace, visit: Visit
) -> None:
    browser = visit("")
    for route in _routes(clinic, settings):
        if _said(route) == [OPEN]:
            continue
        path = _filled(route, place)
        method = "GET" if "GET" in (route.methods or set()) else "POST"
        answer = browser.request(method, path)
        if route.path == "/live/{couch}/beat":
            # It asks no database; a browser that took no seat is not heard.
            assert answer.json()["mine"] is False
            continue
        # A form that lacks fields is refused before anybody is looked up: nothing is shown.
        led = answer.status_code in {303, 307} and "/sign-in" in answer.headers["location"]
        assert led or answer.status_code in {204, 401, 403, 422}, (method, path, answer)
        assert "Ruiz" not in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_a_page_none_of_whose_actions_a_role_holds_is_not_shown(
    clinic: Clinic, settings: Settings, place: SimpleNamespace, visit: Visit, role: str
) -> None:
    browser = visit(role)
    refused = 0
    for route in _routes(clinic, settings):
        said = _said(route)
        if said == [OPEN] or "GET" not in (route.methods or set()) or route.path == "/":
            continue
        if not any(role.replace("_", "-") in ACTIONS[name].roles for name in said):
            answer = browser.get(_filled(route, place), params={"q": "ruiz"})
            assert answer.status_code in {403, 404, 409, 422}, (role, route.path, answer)
            assert "Ruiz" not in answer.text
            refused += 1
    assert refused > 0 or role == "clinician"


def _filled(route: APIRoute, place: SimpleNamespace) -> str:
    """The path of a route with keys of the small clinic."""
    known = {
        "client_id": place.client, "course_id": place.course, "cuff_set_id": place.cuff_set,
        "kind": "blood-pressure", "purpose": "treatment", "name": "heavy-legs",
    }  # fmt: skip
    path = route.path
    for name in route.param_convertors:
        path = path.replace("{" + name + "}", str(known.get(name, 1)))
    return path


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("place")
def test_no_link_leads_nowhere(visit: Visit, role: str) -> None:
    browser = visit(role)
    waiting, seen = ["/", "/settings"], set[str]()
    if role != "auditor":
        waiting.append("/clients?q=ruiz")
    while waiting:
        path = waiting.pop()
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, (role, path, answer.status_code)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for found in re.findall(r'href="(/[^"#]*)', answer.text):
            link = html.unescape(found)
            # One page of each kind is enough: days and weeks go on for ever.
            kind = re.sub(r"\d+|=[^&]*", "", link)
            if not link.startswith("/static") and kind not in seen:
                seen.add(kind)
                waiting.append(link)
    assert len(seen) > 3
