"""The stream: a snapshot, then numbered deltas; slow clients cost little and slow nobody."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from httpx_sse import connect_sse
from hypothesis import given
from hypothesis import strategies as st

from openpresso.session import JSON
from openpresso.station.client import Snapshot
from openpresso.station.service import stream
from openpresso.station.service.keys import Keys
from openpresso.station.service.merge_patch import difference, merged
from openpresso.station.service.stream import PACE, STREAMS, Broadcast
from openpresso.station.service.views import DeltaEvent, SnapshotEvent
from tests.station.service.rooms import FakeStation, served

LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=2)
SAME_NAMES = st.recursive(
    LEAVES | st.lists(LEAVES, max_size=2),
    lambda inner: st.fixed_dictionaries({"a": inner, "b": inner}) | inner,
    max_leaves=6,
)
DOCUMENTS = st.fixed_dictionaries({"a": SAME_NAMES, "b": SAME_NAMES, "c": SAME_NAMES})


def plain(value: JSON) -> JSON:
    """Return a value as RFC 7396 knows it: null is absent, outside of lists."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items() if one is not None}
    return value


def rfc_7396(target: JSON, patch: JSON) -> JSON:
    """The algorithm of section 2 of the RFC, word by word."""
    if not isinstance(patch, Mapping):
        return patch
    result: dict[str, JSON] = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = rfc_7396(result.get(name), value)
    return result


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_leads_from_one_snapshot_to_the_next(old: Snapshot, new: Snapshot) -> None:
    patch = json.loads(json.dumps(difference(old, new)))
    assert plain(merged(old, patch)) == plain(new)
    assert plain(rfc_7396(plain(old), patch)) == plain(new)


def test_what_did_not_change_is_not_told() -> None:
    old = {"a": 1, "b": {"c": [1, 2], "d": None}}
    assert difference(old, {"a": 1, "b": {"c": [1, 2], "d": None}}) == {}
    assert difference(old, {"a": 1, "b": {"c": [1, 3], "d": None}}) == {"b": {"c": [1, 3]}}
    assert difference({"a": True}, {"a": 1}) == {"a": 1}


@pytest.fixture
def line(room: FakeStation, keys: Keys) -> Iterator[httpx.Client]:
    secret = keys.add("guest", "observer")
    headers = {"Authorization": f"Bearer {secret}"}
    with (
        served(room, keys) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=5.0) as client,
    ):
        yield client


def events(client: httpx.Client, count: int, path: str = "/couches/1/stream") -> list[Any]:
    found = []
    with connect_sse(client, "GET", path) as source:
        for event in source.iter_sse():
            found.append((event.event, json.loads(event.data), float(time.monotonic())))
            if len(found) == count:
                break
    return found


def test_a_snapshot_comes_first_and_then_deltas_without_a_gap(line: httpx.Client) -> None:
    found = events(line, 8)
    assert [name for name, _, _ in found] == ["snapshot"] + 7 * ["delta"]
    assert [data["number"] for _, data, _ in found] == list(range(8))
    SnapshotEvent.model_validate(found[0][1])
    for _, data, _ in found[1:]:
        DeltaEvent.model_validate(data)
        assert data["age"] == {"left": 0.02, "right": 0.02}


def test_the_deltas_give_the_snapshot_of_their_version(line: httpx.Client) -> None:
    first, *rest = events(line, 6)
    shown = first[1]["snapshot"]
    for _, data, _ in rest:
        shown = merged(shown, data["patch"])
        assert shown["version"] == data["version"]
        assert shown["cuffs"]["left"]["pressures"][0] == data["version"] % 60 + 0.25


def test_there_are_at_most_ten_deltas_in_a_second(line: httpx.Client) -> None:
    found = events(line, 12)
    took = found[-1][2] - found[1][2]
    assert took >= 10 * 0.1 - 0.05


def test_a_session_under_way_is_told_with_every_tick(room: FakeStation, line: httpx.Client) -> None:
    room.fakes["1"].state = "running"
    found = events(line, 23)
    versions = [data["version"] for _, data, _ in found]
    steps = [after - before for before, after in pairwise(versions)]
    assert sum(step == 1 for step in steps) >= 18, "one delta for each tick of 50 ms"
    assert PACE < 0.05


def test_a_last_event_id_simply_gets_a_new_snapshot(line: httpx.Client) -> None:
    line.headers["Last-Event-ID"] = "3"
    assert events(line, 1)[0][0] == "snapshot"


def test_a_quiet_couch_still_tells_the_ages(room: FakeStation) -> None:
    async def quiet() -> tuple[int, float, dict[str, Any]]:
        broadcast = Broadcast(room.couches["1"])
        known = broadcast.first()
        began = time.monotonic()
        frame = await broadcast.after(known)
        patch = json.loads(
            broadcast.delta_event(1, known, frame).split(b"data: ")[1].split(b"\n")[0]
        )
        return frame.number, time.monotonic() - began, patch

    number, took, delta = asyncio.run(quiet())
    assert number == 2
    assert 1.9 <= took < 4.0
    assert set(delta["patch"]) == {"time"}


def test_clients_that_know_the_same_are_sent_the_same_bytes(room: FakeStation) -> None:
    async def two() -> tuple[bytes, bytes, int]:
        couch = room.fakes["1"]
        pictures = 0
        draw = couch.snapshot

        def counted() -> dict[str, Any]:
            nonlocal pictures
            pictures += 1
            return draw()

        couch.snapshot = counted  # type: ignore[method-assign]
        broadcast = Broadcast(room.couches["1"])
        known = broadcast.first()
        couch.tell()
        frames = await asyncio.gather(*(broadcast.after(known) for _ in range(8)))
        assert len({frame.number for frame in frames}) == 1
        one, other = (broadcast.delta_event(4, known, frame) for frame in frames[:2])
        return one, other, pictures

    one, other, pictures = asyncio.run(two())
    assert one == other
    assert pictures == 2


def test_a_client_that_knows_an_old_frame_gets_one_delta_to_the_newest(room: FakeStation) -> None:
    async def late() -> tuple[dict[str, Any], dict[str, Any]]:
        couch, broadcast = room.fakes["1"], Broadcast(room.couches["1"])
        old = known = broadcast.first()
        for _ in range(3):
            couch.tell()
            known = await broadcast.after(known)
        newest = await broadcast.after(old)
        text = broadcast.delta_event(1, old, newest).split(b"data: ")[1].split(b"\n")[0]
        return merged(old.snapshot, json.loads(text)["patch"]), dict(newest.snapshot)

    told, true = asyncio.run(late())
    assert told == true


def test_only_so_many_streams_are_open_and_a_closed_one_makes_room(line: httpx.Client) -> None:
    path = "/couches/1/stream"
    with contextlib.ExitStack() as stack:
        for _ in range(STREAMS):
            assert stack.enter_context(line.stream("GET", path)).status_code == 200
        with line.stream("GET", path) as refused:
            problem = json.loads(refused.read())
            assert (refused.status_code, problem["code"]) == (503, "too-many-streams")
            assert problem["remedy"]
        assert events(line, 1, "/couches/2/stream")
    until = time.monotonic() + 5.0
    statuses = [503]
    while statuses[-1] != 200 and time.monotonic() < until:
        with line.stream("GET", path) as again:
            statuses.append(again.status_code)
    assert statuses[-1] == 200


def deaf(url: str, secret: str) -> socket.socket:
    """Return a client that asks for the stream and never reads."""
    place = urlsplit(url)
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    lazy.connect((place.hostname, place.port))
    head = (
        f"GET /couches/1/stream HTTP/1.1\r\nHost: x.test\r\nAuthorization: Bearer {secret}\r\n\r\n"
    )
    lazy.sendall(head.replace("x.test", place.netloc).encode())
    return lazy


def test_a_client_that_takes_nothing_loses_its_stream(
    room: FakeStation, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "STALLED", 0.3)
    room.fakes["1"].padding = "x" * 200_000
    secret = keys.add("guest", "observer")
    headers = {"Authorization": f"Bearer {secret}"}
    with (
        served(room, keys) as url,
        contextlib.ExitStack() as stack,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as client,
    ):
        for _ in range(STREAMS):
            stack.enter_context(deaf(url, secret))
        until = time.monotonic() + 10.0
        statuses = [503]
        while statuses[-1] != 200 and time.monotonic() < until:
            with client.stream("GET", "/couches/1/stream") as answer:
                statuses.append(answer.status_code)
    assert statuses[-1] == 200


def test_clients_that_stop_reading_cost_bounded_memory_and_slow_nobody(
    room: FakeStation, keys: Keys
) -> None:
    secret = keys.add("guest", "observer")
    # Each delta is large, so that a queue would show soon.
    room.fakes["1"].padding = "x" * 20_000
    with served(room, keys) as url, contextlib.ExitStack() as stack:
        for _ in range(STREAMS - 1):
            stack.enter_context(deaf(url, secret))
        client = stack.enter_context(
            httpx.Client(
                base_url=url, headers={"Authorization": f"Bearer {secret}"}, trust_env=False
            )
        )
        tick = 0

        def changing() -> dict[str, Any]:
            nonlocal tick
            tick += 1
            room.fakes["1"].padding = f"{tick:05d}" * 4_000
            return draw()

        draw = room.fakes["1"].snapshot
        room.fakes["1"].snapshot = changing  # type: ignore[method-assign]
        events(client, 10)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            found = events(client, 31)
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
    took = found[-1][2] - found[1][2]
    # Queues of 15 clients would hold 15 * 30 deltas of 40 kB.
    assert grown < 2_000_000
    assert took < 29 * 0.1 + 1.5
