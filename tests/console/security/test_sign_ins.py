"""Sign-ins: their tokens, their ends, their cookies, and what guessing brings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import hashing, staff
from openpresso.clinic.people.security import security
from openpresso.clinic.people.sign_in_row import SignIn
from openpresso.clinic.people.staff import Staff
from openpresso.console.app import create_app
from openpresso.console.cookies import HOST_ONLY
from openpresso.console.settings import Settings
from openpresso.console.visitor import COOKIE, LANGUAGE, THEME
from tests.clinic.conftest import Clock
from tests.console.conftest import SECRET
from tests.console.security.conftest import Visit

HTTPS = "https://127.0.0.1:8000"
RIGHT = {"login": "technician", "password": SECRET}
WRONG = {"login": "technician", "password": "not this one"}


def _signed_in(browser: TestClient) -> bool:
    return bool(browser.get("/settings").status_code == 200)


def _with(visit: Visit, token: str) -> TestClient:
    """A browser that holds a token."""
    browser = visit("")
    browser.cookies.set(COOKIE, token)
    return browser


def test_signing_in_gives_a_new_token_and_a_planted_one_stays_worthless(visit: Visit) -> None:
    planted = "planted-by-somebody-else"
    given = _with(visit, planted).post("/sign-in", data=RIGHT).cookies[COOKIE]
    assert given != planted
    assert not _signed_in(_with(visit, planted))
    assert _with(visit, given).post("/sign-in", data=RIGHT).cookies[COOKIE] != given


def test_a_token_in_the_address_or_the_form_is_not_looked_at(visit: Visit) -> None:
    token = visit("technician").cookies[COOKIE]
    stranger = visit("")
    assert stranger.get("/settings", params={COOKIE: token, "token": token}).status_code == 303
    headers = {"authorization": f"Bearer {token}", "x-session": token}
    assert stranger.get("/settings", headers=headers).status_code == 303


def test_unlocking_gives_a_new_token_and_the_old_one_is_dead(visit: Visit) -> None:
    browser = visit("technician")
    old = browser.cookies[COOKIE]
    browser.post("/lock")
    new = browser.post("/unlock", data={"pin": SECRET}).cookies[COOKIE]
    assert new != old
    assert not _signed_in(_with(visit, old))
    assert _signed_in(_with(visit, new))


def test_tokens_are_long_random_and_kept_as_their_fingerprint_alone(
    visit: Visit, clinic: Clinic
) -> None:
    tokens = {visit("technician").cookies[COOKIE] for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(one) * math.log2(64) >= 128 for one in tokens)
    for place in range(20):
        assert len({one[place] for one in tokens}) > 5, f"character {place} hardly changes"
    with clinic.engine.connect() as connection:
        kept = set(connection.scalars(sa.select(SignIn.token)))
        assert kept.isdisjoint(tokens)
        dump = repr(connection.exec_driver_sql("SELECT * FROM audit_entry").all())
    assert not any(one in dump for one in tokens)


@pytest.mark.parametrize("path", ["/sign-in", "/unlock", "/settings/screen"])
def test_every_cookie_is_kept_from_scripts_and_other_sites(visit: Visit, path: str) -> None:
    browser = visit("technician")
    browser.post("/lock")
    data = {**RIGHT, "pin": SECRET, "language": "de", "theme": "dark"}
    given = browser.post(path, data=data).headers.get_list("set-cookie")
    assert given
    for one in given:
        marks = {mark.strip().lower() for mark in one.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/"} <= marks, one
        assert not any(mark.startswith("domain") for mark in marks)
        assert len(one.partition(";")[0]) < 4096


@pytest.fixture
def by_https(clinic: Clinic, url: str, people: SimpleNamespace) -> Iterator[TestClient]:
    """A browser that reaches the console by HTTPS."""
    app = create_app(clinic, Settings(url, practice=people.practice, secure=True))
    with TestClient(app, base_url=HTTPS, follow_redirects=False) as browser:
        browser.headers["origin"] = HTTPS
        yield browser


def test_by_https_every_cookie_is_of_this_host_alone(by_https: TestClient) -> None:
    shown = by_https.post("/settings/screen", data={"language": "de", "theme": "dark"})
    entered = by_https.post("/sign-in", data=RIGHT)
    given = shown.headers.get_list("set-cookie") + entered.headers.get_list("set-cookie")
    names = {one.partition("=")[0] for one in given}
    assert names >= {HOST_ONLY + one for one in (COOKIE, LANGUAGE, THEME)}
    assert all(one.startswith(HOST_ONLY) for one in names)
    assert all("; secure" in one.lower() and "; path=/" in one.lower() for one in given)
    text = by_https.get("/settings").text
    assert '<html lang="de" data-theme="dark">' in text


def test_by_https_the_plain_name_counts_for_nothing_and_signing_out_takes_the_cookie_back(
    by_https: TestClient,
) -> None:
    token = by_https.post("/sign-in", data=RIGHT).cookies[HOST_ONLY + COOKIE]
    left = by_https.post("/sign-out").headers["set-cookie"].lower()
    # Without the mark a browser would refuse the answer, and keep the cookie.
    assert "; secure" in left
    assert "max-age=0" in left
    by_https.cookies.clear()
    by_https.cookies.set(COOKIE, token)
    assert by_https.get("/settings").status_code == 303


def test_by_https_answers_want_https_from_then_on(by_https: TestClient) -> None:
    for path in ("/sign-in", "/nothing-here", "/static/console.css"):
        found = by_https.get(path).headers["strict-transport-security"]
        assert "max-age=31536000" in found
        assert "includeSubDomains" in found


def test_five_wrong_tries_lock_the_login_whoever_tries_and_time_opens_it(
    visit: Visit, clock: Clock
) -> None:
    for _ in range(security()["lock-tries"]):
        assert visit("").post("/sign-in", data=WRONG).status_code == 401
    locked = visit("").post("/sign-in", data=RIGHT)
    assert locked.status_code == 401
    assert COOKIE not in locked.cookies
    assert "too many wrong tries" in locked.text
    other = visit("").post("/sign-in", data={"login": "owner", "password": SECRET})
    assert other.status_code == 303
    clock.pass_by(minutes=security()["lock-minutes"] + 1)
    assert visit("").post("/sign-in", data=RIGHT).status_code == 303


def test_an_unknown_login_is_locked_like_a_known_one(visit: Visit) -> None:
    answers = []
    for login in ("technician", "nobody-here"):
        data = {"login": login, "password": "wrong"}
        told = [visit("").post("/sign-in", data=data) for _ in range(security()["lock-tries"] + 1)]
        answers.append([(one.status_code, one.text.replace(login, "?")) for one in told])
    assert answers[0] == answers[1]


def test_who_does_not_exist_costs_as_much_work_as_who_does(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    genuine = hashing.matches

    def matches(known: str, secret: str) -> bool:
        counted.append(secret)
        return genuine(known, secret)

    monkeypatch.setattr(hashing, "matches", matches)
    work = []
    for login in ("technician", "nobody-here", "", "a" * 200, "' OR 1=1 --"):
        counted.clear()
        visit("").post("/sign-in", data={"login": login, "password": "wrong"})
        work.append(len(counted))
    # An empty login is refused by its form, before anybody is looked up.
    assert [work[0], work[1], work[3], work[4]] == [1, 1, 1, 1]


def test_a_pin_is_tried_five_times_and_then_the_sign_in_is_over(visit: Visit) -> None:
    browser = visit("technician")
    browser.post("/lock")
    for _ in range(security()["pin-tries"]):
        assert browser.post("/unlock", data={"pin": "000000"}).status_code == 401
    assert browser.post("/unlock", data={"pin": SECRET}).status_code == 401
    assert not _signed_in(browser)


def test_an_idle_screen_is_locked_and_a_busy_one_is_not(visit: Visit, clock: Clock) -> None:
    browser, idle = visit("technician"), security()["idle-minutes"]
    for _ in range(4):
        clock.pass_by(minutes=idle - 1)
        assert _signed_in(browser)
    clock.pass_by(minutes=idle + 1)
    assert browser.get("/settings").headers["location"].startswith("/locked")


def test_a_busy_sign_in_ends_after_its_hours_all_the_same(visit: Visit, clock: Clock) -> None:
    browser = visit("technician")
    for _ in range(security()["sign-in-hours"] * 12 - 1):
        clock.pass_by(minutes=5)
        browser.get("/settings")
    assert _signed_in(browser)
    clock.pass_by(minutes=10)
    assert browser.get("/settings").headers["location"].startswith("/sign-in")
    assert browser.post("/unlock", data={"pin": SECRET}).status_code == 401


def test_signing_out_everywhere_ends_every_screen_of_this_person_alone(visit: Visit) -> None:
    one, two, other = visit("technician"), visit("technician"), visit("owner")
    assert one.post("/settings/sign-out-everywhere").status_code == 303
    assert not _signed_in(one)
    assert not _signed_in(two)
    assert _signed_in(other)


def test_a_changed_password_ends_every_screen_and_wants_the_old_one(visit: Visit) -> None:
    one, two = visit("technician"), visit("technician")
    new = "harbour pencil violet moon"
    wrong = {"old": "not this one", "new": new, "again": new}
    assert one.post("/settings/password", data=wrong).status_code in {401, 409, 422}
    assert _signed_in(two)
    assert one.post("/settings/password", data=wrong | {"old": SECRET}).status_code == 303
    assert not _signed_in(one)
    assert not _signed_in(two)
    assert visit("").post("/sign-in", data=RIGHT).status_code == 401
    assert visit("").post("/sign-in", data=RIGHT | {"password": new}).status_code == 303


def test_who_leaves_or_loses_a_role_is_stopped_at_the_next_page(
    visit: Visit, clinic: Clinic, people: SimpleNamespace
) -> None:
    technician, clinician = visit("technician"), visit("clinician")
    assert clinician.get("/clients").status_code == 200
    with clinic.desk(people.owner) as desk:
        staff.leave(desk, people.technician, version=desk.find(Staff, people.technician).version)
        row = desk.find(Staff, people.clinician)
        staff.change_roles(desk, people.clinician, version=row.version, roles=["auditor"])
    assert not _signed_in(technician)
    assert clinician.get("/clients").status_code == 403


def test_the_owner_ends_the_screens_of_somebody_else(visit: Visit, people: SimpleNamespace) -> None:
    technician, owner = visit("technician"), visit("owner")
    assert owner.post(f"/staff/{people.technician}/sign-outs").status_code in {200, 303}
    assert not _signed_in(technician)
    refused = visit("clinician").post(f"/staff/{people.owner}/sign-outs")
    assert refused.status_code == 403
    assert _signed_in(owner)


@pytest.mark.parametrize("field", ["password", "pin", "code", "old", "new"])
def test_a_secret_that_was_typed_is_never_shown_again(visit: Visit, field: str) -> None:
    typed = "the-secret-that-was-typed"
    stranger, technician = visit(""), visit("technician")
    shown = [
        stranger.post("/sign-in", data={"login": "x", "password": typed}),
        technician.post("/settings/password", data={"old": typed, "new": typed, "again": "other"}),
        technician.post("/settings/pin", data={"password": typed, "pin": "1"}),
    ]
    technician.post("/lock")
    shown.append(technician.post("/unlock", data={"pin": typed}))
    assert all(typed not in one.text for one in shown), field


def test_fields_of_secrets_are_masked_and_let_a_password_manager_in(visit: Visit) -> None:
    door, own = visit("").get("/sign-in").text, visit("technician").get("/settings").text
    assert 'type="password"' in door
    assert 'autocomplete="current-password"' in door
    assert own.count('type="password"') >= 3
    for text in (door, own):
        assert "onpaste" not in text
        assert 'name="password" type="text"' not in text
