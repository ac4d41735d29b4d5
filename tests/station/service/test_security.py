"""Who may do what: every route is walked, from the OpenAPI document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest

from openpresso.station.service.app import create_app
from openpresso.station.service.borders import BODY_LIMIT
from openpresso.station.service.keys import Keys
from tests.station.service.rooms import Caller, FakeStation

VENTS = {("POST", "/vent"), ("POST", "/couches/{couch}/vent")}
OPEN = VENTS | {("GET", "/health")}
SEATLESS = {("POST", "/couches/{couch}/seat"), ("POST", "/programs/check")}
"""They need a key and no seat: one takes the seat, one changes nothing."""
OBSERVED = {("POST", "/programs/check")}
"""An observer may ask it."""
BODIES: dict[str, Any] = {
    "/couches/{couch}/seat": {"name": "Ana"},
    "/couches/{couch}/session": {"program": "gradient-drainage"},
    "/couches/{couch}/turn-on": {"leg": "left"},
    "/couches/{couch}/skip": {"leg": "left", "chamber": 1},
    "/couches/{couch}/restore": {"leg": "left", "chamber": 1},
    "/couches/{couch}/soften": {"leg": "left", "chamber": 1, "share": 0.5},
    "/couches/{couch}/trim": {"share": 0.5},
    "/couches/{couch}/tighten": {"leg": "left", "value": 40, "why": "scar"},
    "/couches/{couch}/acknowledge": {"alarm": "leak-1"},
    "/couches/{couch}/cleaned": {"leg": "left"},
    "/programs/check": {"program": "gradient-drainage"},
}


# Only the description is read: it needs neither cuffs nor keys.
NOBODY = cast("Any", None)
PATHS: dict[str, dict[str, Any]] = create_app(NOBODY, NOBODY).openapi()["paths"]
ROUTES = [(verb.upper(), path) for path, verbs in PATHS.items() for verb in verbs]
CLOSED = [route for route in ROUTES if route not in OPEN]
CHANGING = [route for route in CLOSED if route[0] != "GET"]
SEATED = [route for route in CHANGING if route not in SEATLESS]


def send(caller: Caller, route: tuple[str, str]) -> httpx.Response:
    method, path = route
    places = {"couch": "1", "leg": "left", "name": "one", "file": "report.html"}
    body: dict[str, object] = {} if method == "GET" else {"json": BODIES.get(path, {})}
    return caller.request(method, path.format(**places), **body)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_every_route_that_changes_something_declares_its_scope_but_the_vents() -> None:
    for method, path in ROUTES:
        declared: dict[str, list[str]] = {}
        for one in PATHS[path][method.lower()].get("security", []):
            assert not declared, "all that is needed is needed together"
            declared = one
        scopes = declared.get("key", [])
        if (method, path) in OPEN:
            assert not declared, path
        elif method == "GET" or (method, path) in OBSERVED:
            assert scopes == ["observer"], path
        else:
            assert scopes == ["technician"], path
        if (method, path) in SEATED:
            assert "seat" in declared, path


def test_there_are_routes_to_walk() -> None:
    assert set(ROUTES) >= OPEN
    assert len(CLOSED) > 20
    assert len(SEATED) > 15


@pytest.mark.parametrize("route", CLOSED, ids=" ".join)
def test_without_a_known_key_nothing_is_answered(caller: Caller, route: tuple[str, str]) -> None:
    del caller.headers["Authorization"]
    answer = send(caller, route)
    assert code_of(answer) == (401, "no-key")
    assert answer.headers["www-authenticate"] == "Bearer"
    caller.headers["Authorization"] = "Bearer wrong"
    assert code_of(send(caller, route)) == (401, "unknown-key")


@pytest.mark.parametrize("route", CHANGING, ids=" ".join)
def test_an_observer_changes_nothing(
    caller: Caller, room: FakeStation, keys: Keys, route: tuple[str, str]
) -> None:
    caller.headers["Authorization"] = f"Bearer {keys.add('guest', 'observer')}"
    if route in OBSERVED:
        assert send(caller, route).status_code == 200
        return
    assert code_of(send(caller, route)) == (403, "wrong-role")
    assert room.fakes["1"].acts == []


@pytest.mark.parametrize("route", SEATED, ids=" ".join)
def test_a_technician_without_the_seat_changes_nothing(
    caller: Caller, room: FakeStation, route: tuple[str, str]
) -> None:
    for token in ("", "wrong"):
        caller.headers["Openpresso-Seat"] = token
        assert code_of(send(caller, route)) == (403, "no-seat")
    assert room.fakes["1"].acts == []


def test_a_seat_is_that_of_one_couch(caller: Caller) -> None:
    assert code_of(caller.post("/couches/2/resume")) == (403, "no-seat")


def test_a_seat_that_somebody_holds_is_taken_by_force_alone(caller: Caller) -> None:
    mine = dict(caller.headers)
    assert code_of(caller.post("/couches/1/seat", json={"name": "Ben"})) == (409, "seat-taken")
    taken = caller.post("/couches/1/seat", json={"name": "Ben", "force": True})
    assert taken.status_code == 201
    assert code_of(caller.put("/couches/1/seat", headers=mine)) == (403, "no-seat")
    caller.headers["Openpresso-Seat"] = taken.json()["token"]
    assert caller.put("/couches/1/seat").status_code == 204


def test_a_seat_that_was_left_is_free(caller: Caller) -> None:
    assert caller.request("DELETE", "/couches/1/seat").status_code == 204
    assert code_of(caller.post("/couches/1/resume")) == (403, "no-seat")
    assert caller.post("/couches/1/seat", json={"name": "Ben"}).status_code == 201


def test_a_command_counts_as_a_heartbeat(caller: Caller, room: FakeStation) -> None:
    couch = room.fakes["1"]
    before = couch.seat.silent_for(couch.now())
    caller.post("/couches/1/resume")
    assert couch.seat.silent_for(couch.now()) < before + 0.5
    couch.seat._beat_at -= 5.0
    caller.post("/couches/1/resume")
    assert couch.seat.silent_for(couch.now()) < 1.0


def test_a_key_that_is_removed_is_refused_from_the_next_request_on(
    caller: Caller, keys: Keys
) -> None:
    assert caller.get("/couches").status_code == 200
    Keys(keys.folder).remove("desk")
    assert code_of(caller.get("/couches")) == (401, "unknown-key")


@pytest.mark.parametrize("path", ["/vent", "/couches/1/vent"])
def test_a_vent_needs_nothing(caller: Caller, room: FakeStation, path: str) -> None:
    for headers in (
        {"Authorization": "Bearer wrong"},
        {"Authorization": "nonsense", "Openpresso-Seat": "wrong"},
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
        {"Host": "rebound.example"},
        {"Content-Length": str(10 * BODY_LIMIT)},
    ):
        del caller.headers["Authorization"]
        room.fakes["1"].acts.clear()
        assert caller.post(path, headers=headers).status_code == 202
        assert room.fakes["1"].acts == [("vent", "somebody at 127.0.0.1")]
        caller.headers["Authorization"] = "x"


def test_a_vent_names_whom_it_knows(caller: Caller, room: FakeStation) -> None:
    caller.post("/vent")
    assert room.fakes["2"].acts == [("vent", "desk")]


def test_a_couch_that_fails_to_vent_spares_no_other(caller: Caller, room: FakeStation) -> None:
    room.fakes["1"].broken = RuntimeError("line gone")
    assert caller.post("/vent").status_code == 500
    assert len(room.fakes["2"].acts) == 1


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://elsewhere.example"}, "other-site"),
        ({"Origin": "null"}, "other-site"),
        ({"Origin": "http://127.0.0.1:9999"}, "other-site"),
        ({"Sec-Fetch-Site": "cross-site"}, "other-site"),
        ({"Sec-Fetch-Site": "same-site"}, "other-site"),
        ({"Host": "rebound.example"}, "unknown-host"),
        ({"Host": "127.0.0.1.rebound.example:8100"}, "unknown-host"),
        ({"Host": "[::1"}, "unknown-host"),
    ],
)
def test_pages_of_other_sites_change_nothing(
    caller: Caller, room: FakeStation, headers: dict[str, str], code: str
) -> None:
    assert code_of(caller.post("/couches/1/resume", headers=headers)) == (403, code)
    assert room.fakes["1"].acts == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "localhost:8100", "Origin": "http://localhost:8100"},
        {"Host": "[::1]:8100"},
        {"Host": "192.168.7.4:8100"},
    ],
)
def test_our_own_pages_and_programs_pass(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.post("/couches/1/resume", headers=headers).status_code == 202


def test_a_rebound_name_reads_nothing_either(caller: Caller) -> None:
    answer = caller.get("/couches", headers={"Host": "rebound.example"})
    assert code_of(answer) == (403, "unknown-host")


def test_a_name_that_was_given_to_the_station_is_its_own(room: FakeStation, keys: Keys) -> None:
    secret = keys.add("desk", "observer")
    with Caller(create_app(room.station, keys, ["Room-1.practice.example"])) as caller:
        headers = {"Host": "room-1.practice.example:8100", "Authorization": f"Bearer {secret}"}
        assert caller.get("/couches", headers=headers).status_code == 200


def test_a_body_that_is_too_large_is_refused(caller: Caller, room: FakeStation) -> None:
    large = {"text": "x" * (BODY_LIMIT + 1)}
    told = caller.put("/couches/1/session", json=large)
    assert code_of(told) == (413, "content-too-large")

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 1000 + 2):
            yield b" " * 1000

    silent = caller.put(
        "/couches/1/session", content=parts(), headers={"Content-Type": "application/json"}
    )
    assert code_of(silent) == (413, "content-too-large")
    assert room.fakes["1"].acts == []


def test_no_other_site_is_allowed_to_read(caller: Caller) -> None:
    answer = caller.get("/couches", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_health_says_nothing_of_people_or_cuffs(caller: Caller) -> None:
    del caller.headers["Authorization"]
    assert set(caller.get("/health").json()) == {"status", "version", "couches", "trouble"}
