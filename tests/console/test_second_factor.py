"""The second factor of one's own, its recovery codes, and where one is signed in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest

from openpresso.clinic.people.recovery import COUNT
from tests.clinic.conftest import Clock
from tests.console.conftest import SECRET, TestClient

Visit = Callable[[str], TestClient]
HERE = "/settings/second-factor"


def set_up(browser: TestClient, clock: Clock) -> pyotp.TOTP:
    """Set the second factor up as a person does; return what the telephone then has."""
    page = browser.post(f"{HERE}/offer", data={"password": SECRET}).text
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found
    phone = pyotp.TOTP(found[1].replace(" ", ""))
    answer = browser.post(f"{HERE}/confirm", data={"code": phone.at(clock())})
    assert answer.status_code == 303, answer.text
    return phone


def enter(browser: TestClient, **fields: str) -> int:
    data = {"login": "technician", "password": SECRET} | fields
    return int(browser.post("/sign-in", data=data).status_code)


def test_it_is_set_up_by_a_picture_and_asked_for_at_the_door(
    visit: Visit, technician: TestClient, clock: Clock
) -> None:
    page = technician.post(f"{HERE}/offer", data={"password": SECRET}).text
    assert '<svg class="qr"' in page
    assert "otpauth" not in page
    phone = set_up(technician, clock)
    assert "set up" in technician.get(HERE).text
    clock.pass_by(minutes=1)
    other = visit("")
    assert enter(other) == 401
    assert enter(other, code="000000") == 401
    assert enter(other, code=phone.at(clock())) == 303


def test_a_wrong_password_or_code_sets_nothing_up(technician: TestClient) -> None:
    wrong = technician.post(f"{HERE}/offer", data={"password": "wrong"})
    assert wrong.status_code == 409
    assert "qr" not in wrong.text
    technician.post(f"{HERE}/offer", data={"password": SECRET})
    answer = technician.post(f"{HERE}/confirm", data={"code": "000000"})
    assert answer.status_code == 409
    assert "not set up" in technician.get(HERE).text


def test_each_recovery_code_opens_the_door_once(
    visit: Visit, technician: TestClient, clock: Clock
) -> None:
    refused = technician.post(f"{HERE}/codes", data={"password": SECRET})
    assert refused.status_code == 409
    set_up(technician, clock)
    page = technician.post(f"{HERE}/codes", data={"password": SECRET}).text
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", page)
    assert len(set(codes)) == COUNT
    assert codes[0] not in technician.get(HERE).text
    other = visit("")
    assert enter(other, code=codes[0].lower().replace("-", " ")) == 303
    assert enter(visit(""), code=codes[0]) == 401
    assert f"{COUNT - 1} codes are left" in technician.get(HERE).text
    technician.post(f"{HERE}/codes", data={"password": SECRET})
    assert enter(visit(""), code=codes[1]) == 401


def test_who_gives_it_up_signs_in_by_the_password_alone_and_no_code_counts(
    visit: Visit, technician: TestClient, clock: Clock
) -> None:
    set_up(technician, clock)
    technician.post(f"{HERE}/codes", data={"password": SECRET})
    assert technician.post(f"{HERE}/give-up", data={"password": "wrong"}).status_code == 409
    assert technician.post(f"{HERE}/give-up", data={"password": SECRET}).status_code == 303
    assert enter(visit("")) == 303
    set_up(technician, clock)
    assert "There are none" in technician.get(HERE).text


def test_the_other_screens_are_ended_and_this_one_stays(visit: Visit) -> None:
    one, other = visit("technician"), visit("technician")
    page = one.get("/settings").text
    assert page.count("last used") == 2
    assert page.count("● this screen") == 1
    answer = one.post("/settings/end-others")
    assert answer.headers["location"] == "/settings?done=others"
    assert other.get("/settings").headers["location"].startswith("/sign-in")
    assert one.get("/settings").status_code == 200
    assert "End the others" not in one.get("/settings").text


@pytest.mark.parametrize("role", ["front_desk", "auditor", "owner"])
def test_everybody_may_have_one(visit: Visit, role: str) -> None:
    assert visit(role).get(HERE).status_code == 200
