"""The Python client against a real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from openpresso.errors import Diagnostic, InputError
from openpresso.station.client import StationClient, StationError, seat, telling
from openpresso.station.client.calls import Calls
from openpresso.station.order import Order
from openpresso.station.service.keys import Keys
from tests.station.service.rooms import FakeStation, served


@pytest.fixture
def client(room: FakeStation, keys: Keys, tmp_path: Path) -> Iterator[StationClient]:
    keys.local()
    with served(room, keys) as url, StationClient(url, folder=tmp_path / "station") as client:
        yield client


def test_every_command_reaches_the_couch(client: StationClient, room: FakeStation) -> None:
    couch = client.couch("1")
    with couch.seat("Ana"):
        couch.load("gradient-drainage", duration="2 min", ceiling=55, client="c-7", note="first")
        couch.turn_on("left")
        couch.start()
        couch.pause("now", "hold")
        couch.resume()
        couch.skip("left", 3)
        couch.soften("right", 2, 0.8)
        couch.restore("left", 3)
        couch.trim(0.9)
        couch.tighten("left", "4 kPa", "scar")
        couch.acknowledge("leak-1")
        couch.end()
        couch.cleaned("left")
        version = couch.unload()
    order = Order("gradient-drainage", duration=120.0, ceiling=55.0, client="c-7", note="first")
    assert room.fakes["1"].acts == [
        ("load", order, "Ana"),
        ("turn_on", "left", "Ana"),
        ("start", "Ana"),
        ("pause", "now", "hold", "Ana"),
        ("resume", "Ana"),
        ("skip", "left", 3, "Ana"),
        ("soften", "right", 2, 0.8, "Ana"),
        ("restore", "left", 3, "Ana"),
        ("trim", 0.9, "Ana"),
        ("tighten", "left", pytest.approx(30.0, abs=0.01), "Ana", "scar"),
        ("acknowledge", "leak-1", "Ana"),
        ("end", "Ana"),
        ("cleaned", "left", "Ana"),
        ("unload", "Ana"),
    ]
    assert 0 < version <= couch.snapshot()["version"]


def test_what_the_station_tells_is_read(client: StationClient) -> None:
    assert client.health()["couches"] == 2
    assert [one["name"] for one in client.couches()] == ["1", "2"]
    assert "gradient-drainage" in {one["name"] for one in client.programs()}
    assert client.records() == []


def test_a_program_is_checked_against_the_cuffs_of_a_couch(client: StationClient) -> None:
    good = client.check("gradient-drainage", couch="1")
    assert (good["correct"], good["cuffs"]) == (True, ["leg-8"])
    bad = client.check(text="schema: 1\nname: x\ncolour: red\n", couch="1")
    assert not bad["correct"]
    assert any(one["path"] == "colour" and one["line"] == 3 for one in bad["diagnostics"])
    unknown = client.check("/etc/passwd")
    assert [one["code"] for one in unknown["diagnostics"]] == ["missing-program"]


def test_a_refusal_is_an_error_with_code_and_remedy(
    client: StationClient, room: FakeStation
) -> None:
    couch = client.couch("1")
    with couch.seat("Ana"):
        with pytest.raises(StationError) as caught:
            couch.start()
        assert (caught.value.code, caught.value.remedy) == ("command-refused", "load one first.")
        found = Diagnostic("error", "too-high", "target", "90 is too high", "lower it.")
        room.fakes["1"].broken = InputError("program", (found,))
        with pytest.raises(StationError, match="90 is too high") as caught:
            couch.load("gradient-drainage")
        assert caught.value.diagnostics[0]["hint"] == "lower it."


def test_a_command_without_the_seat_is_refused_and_a_vent_is_not(
    client: StationClient, room: FakeStation, tmp_path: Path
) -> None:
    with pytest.raises(StationError) as caught:
        client.couch("1").start()
    assert caught.value.code == "no-seat"
    with StationClient(client.url, folder=tmp_path) as stranger:
        with pytest.raises(StationError) as caught:
            stranger.couches()
        assert caught.value.code == "no-key"
        stranger.couch("1").vent()
        stranger.vent()
    assert len(room.fakes["1"].acts) == 2


def test_a_seat_is_left_at_the_end_of_its_block(client: StationClient) -> None:
    with client.couch("1").seat("Ana"), pytest.raises(StationError, match="Ana holds it"):
        client.couch("1").seat("Ben").__enter__()
    with client.couch("1").seat("Ben"):
        assert client.couches()[0]["holder"] == "Ben"


def test_heartbeats_keep_the_seat(
    client: StationClient, room: FakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat, "BEAT_EVERY", 0.02)
    heard = threading.Event()
    beat = room.fakes["1"].seat.beat
    room.fakes["1"].seat.beat = lambda token, now: (beat(token, now), heard.set())[0]  # type: ignore[method-assign, func-returns-value]
    with client.couch("1").seat("Ana"):
        assert heard.wait(5.0)


def test_a_seat_that_was_taken_over_raises_at_the_next_command(
    client: StationClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat, "BEAT_EVERY", 0.02)
    mine = client.couch("1")
    with mine.seat("Ana") as held, client.couch("1").seat("Ben", force=True):
        until = time.monotonic() + 5.0
        while not held.lost and time.monotonic() < until:
            pass
        with pytest.raises(StationError, match="Ben holds it") as caught:
            mine.resume()
        assert caught.value.code == "seat-lost"
        with pytest.raises(StationError, match="seat is lost"):
            mine.wait(lambda _: False, timeout=5.0)


def test_the_stream_gives_whole_snapshots(client: StationClient) -> None:
    seen: list[dict[str, Any]] = []
    for snapshot in client.couch("1").stream():
        seen.append(snapshot)
        if len(seen) == 5:
            break
    versions = [one["version"] for one in seen]
    assert versions == sorted(set(versions))
    for one in seen:
        assert one.keys() == seen[0].keys()
        assert one["cuffs"]["left"]["pressures"][0] == one["version"] % 60 + 0.25
        assert "outcome" in one


def test_what_was_commanded_is_in_the_first_snapshot_that_is_waited_for(
    client: StationClient,
) -> None:
    couch = client.couch("1")
    with couch.seat("Ana"):
        for _ in range(10):
            version = couch.resume()
            assert couch.wait(lambda _: True, timeout=5.0)["version"] >= version


def test_an_error_in_a_session_leaves_the_seat_silent_and_not_free(
    client: StationClient, room: FakeStation
) -> None:
    couch, state = client.couch("1"), room.fakes["1"]
    for rests, holder in (("running", "Ana"), ("idle", None)):
        state.state = rests
        with pytest.raises(KeyError), couch.seat("Ana", force=True):
            raise KeyError
        assert client.couches()[0]["holder"] == holder


def test_waiting_ends_when_it_is_true_or_in_time(client: StationClient, room: FakeStation) -> None:
    couch = client.couch("1")
    threading.Timer(0.3, setattr, (room.fakes["1"], "state", "ready")).start()
    assert couch.wait(lambda now: now["state"] == "ready", timeout=10.0)["state"] == "ready"
    with pytest.raises(StationError, match="couch 1 is ready") as caught:
        couch.wait(lambda now: now["state"] == "running", timeout=0.3)
    assert caught.value.code == "timeout"


def test_a_gap_in_the_stream_is_an_error(
    client: StationClient, room: FakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpresso.station.service.stream import Broadcast

    tell = Broadcast.delta_event
    monkeypatch.setattr(
        Broadcast,
        "delta_event",
        lambda self, number, *more: tell(self, number + (number > 2), *more),
    )
    with pytest.raises(StationError, match="delta 4 came in place of 3") as caught:
        list(client.couch("1").stream())
    assert caught.value.code == "stream-gap"
    assert room.fakes["1"].acts == []


def test_a_station_that_comes_back_is_heard_again(
    room: FakeStation, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.local()
    breaks = 0
    listen = telling._listen

    def flaky(calls: Calls, path: str) -> Iterator[dict[str, Any]]:
        nonlocal breaks
        for told, snapshot in enumerate(listen(calls, path)):
            if told == 2 and breaks < 2:
                breaks += 1
                raise httpx.ReadError("cable")
            yield snapshot

    monkeypatch.setattr(telling, "_listen", flaky)
    with served(room, keys) as url, StationClient(url, folder=tmp_path / "station") as client:
        versions = []
        for snapshot in client.couch("1").stream(patience=5.0):
            versions.append(snapshot["version"])
            if len(versions) == 8:
                break
    assert breaks == 2
    assert versions == sorted(versions)


def test_no_station_is_said_so(tmp_path: Path) -> None:
    with StationClient("http://127.0.0.1:9", folder=tmp_path) as client:
        for ask in (client.health, lambda: next(client.couch("1").stream(patience=0.1))):
            with pytest.raises(StationError, match=r"127\.0\.0\.1:9 does not answer") as caught:
                ask()
            assert caught.value.code == "no-station"


def test_what_is_no_station_is_said_so(client: StationClient) -> None:
    with pytest.raises(StationError) as caught:
        client.couch("9").snapshot()
    assert caught.value.code == "unknown-couch"
