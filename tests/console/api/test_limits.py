"""How often the console may be asked, and what is never limited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.clinic import Clinic
from openpresso.console.app import create_app
from openpresso.console.limits import MOST_BUCKETS, Buckets, Limits, Rate, _network, is_free
from openpresso.console.settings import Settings
from openpresso.station.service.borders import is_vent
from tests.console.api.conftest import Caller
from tests.console.conftest import ADDRESS, TestClient

FEW = Limits(sign_in=Rate(3, 60), pages=Rate(6, 60), token=Rate(4, 60), calls=Rate(8, 60))


class Time:
    """A clock that a test moves [s]."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With limits that a test reaches."""
    return replace(settings, limits=FEW)


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    """A browser that nobody has signed in."""
    return TestClient(
        app, base_url=ADDRESS, follow_redirects=False, headers={"origin": ADDRESS}
    )  # fmt: skip


@given(
    burst=st.integers(1, 20),
    seconds=st.floats(0.01, 10),
    steps=st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_never_more_than_the_burst_and_what_the_time_gives(
    burst: int, seconds: float, steps: list[float]
) -> None:
    clock = Time()
    buckets = Buckets(clock)
    begun, let_in = clock.now, 0
    for step in steps:
        clock.now += step
        let_in += buckets.take("pages", "a", Rate(burst, seconds)) == 0
        assert let_in <= burst + (clock.now - begun) / seconds + 1e-6


def test_who_waits_as_long_as_told_is_let_in() -> None:
    clock = Time()
    buckets, rate = Buckets(clock), Rate(2, 10.0)
    assert [buckets.take("pages", "a", rate) for _ in range(2)] == [0, 0]
    wait = buckets.take("pages", "a", rate)
    assert wait == pytest.approx(10)
    assert buckets.take("pages", "b", rate) == 0
    clock.now += wait
    assert buckets.take("pages", "a", rate) == 0


def test_buckets_do_not_grow_with_the_addresses_of_an_attacker() -> None:
    buckets = Buckets(Time())
    for number in range(3 * MOST_BUCKETS):
        buckets.take("pages", str(number), Rate(10, 60))
    assert len(buckets._full_at) <= MOST_BUCKETS


def test_a_network_of_ipv6_has_one_bucket_and_every_address_of_ipv4_its_own() -> None:
    assert _network("2001:db8:1:2::1") == _network("2001:db8:1:2:ffff::9")
    assert _network("2001:db8:1:2::1") != _network("2001:db8:1:3::1")
    assert _network("192.0.2.1") != _network("192.0.2.2")
    assert _network("testclient") == "testclient"


def test_tries_to_sign_in_are_limited_far_below_pages(browser: TestClient) -> None:
    data = {"login": "owner", "password": "not this one at all"}
    answers = [browser.post("/sign-in", data=data) for _ in range(4)]
    assert [one.status_code for one in answers] == [401, 401, 401, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert "STOP" in answers[-1].text
    assert "content-security-policy" in answers[-1].headers
    assert browser.get("/sign-in").status_code == 200


def test_pages_of_one_address_are_limited(browser: TestClient) -> None:
    answers = [browser.get("/sign-in").status_code for _ in range(8)]
    assert answers == [200] * 6 + [429] * 2


@pytest.mark.parametrize("path", ["/stop", "/static/console.css", "/live/1/beat"])
def test_the_stop_and_the_session_are_never_limited(browser: TestClient, path: str) -> None:
    ask: Callable[[str], object] = browser.post if path.endswith("beat") else browser.get
    for _ in range(20):
        assert ask(path).status_code != 429  # type: ignore[attr-defined]


def test_a_vent_is_free_by_whatever_path() -> None:
    for path in ("/vent", "/couches/1/vent", "/simulate/1/vent"):
        assert is_free(path)
        assert is_vent(path) or path.startswith("/simulate")


def test_calls_of_one_token_are_limited_with_a_problem(call: Caller) -> None:
    answers = [call("room.list", "technician") for _ in range(5)]
    assert [one.status_code for one in answers] == [200] * 4 + [429]
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert answers[-1].json()["code"] == "too-many-requests"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert call("room.list", "clinician").status_code == 200


def test_calls_of_one_address_are_limited_whatever_tokens_they_show(call: Caller) -> None:
    roles = ("technician", "clinician", "front_desk", "owner", "auditor", "all")
    answers = [call("cuff_set.list", role).status_code for role in roles * 2]
    assert answers[:8].count(429) == 0
    assert set(answers[8:]) == {429}


def test_without_limits_nothing_is_refused(clinic: Clinic, settings: Settings) -> None:
    app = create_app(clinic, replace(settings, limits=None))
    with TestClient(app, base_url=ADDRESS) as browser:
        assert {browser.get("/sign-in").status_code for _ in range(20)} == {200}
