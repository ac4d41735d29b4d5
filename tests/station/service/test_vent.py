"""The emergency vent is not held up: not by requests that hang, streams, or a disk."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from openpresso.session import Leg
from openpresso.station.service.keys import Keys
from tests.station.service.rooms import FakeStation, served


def half_sent(url: str, length: int) -> socket.socket:
    """Return a connection whose request never ends."""
    place = urlsplit(url)
    open_end = socket.create_connection((place.hostname, place.port))
    head = (
        f"POST /couches/1/trim HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n" + '{"share"'
    )
    open_end.sendall(head.encode())
    return open_end


@pytest.mark.parametrize("path", ["/couches/1/vent", "/vent"])
def test_a_vent_without_key_and_seat_passes_requests_that_hang(
    room: FakeStation, keys: Keys, path: str
) -> None:
    secret = keys.add("desk", "technician")
    couch = room.fakes["1"]
    hanging = threading.Event()

    async def never(leg: Leg, who: str) -> None:  # noqa: ARG001 -- the form of the act
        hanging.set()
        await couch.wait(10**9)

    couch.turn_on = never  # type: ignore[method-assign]
    with served(room, keys) as url, contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(half_sent(url, 100))
        client = stack.enter_context(httpx.Client(base_url=url, trust_env=False))
        headers = {"Authorization": f"Bearer {secret}"}
        seat = client.post("/couches/1/seat", json={"name": "Ana"}, headers=headers).json()
        headers["Openpresso-Seat"] = seat["token"]

        def hang() -> None:
            with contextlib.suppress(httpx.HTTPError):
                httpx.post(
                    f"{url}/couches/1/turn-on",
                    json={"leg": "left"},
                    headers=headers,
                    timeout=1.0,
                    trust_env=False,
                )

        thread = threading.Thread(target=hang)
        thread.start()
        assert hanging.wait(5.0)
        client.get("/health")
        took = []
        for _ in range(20):
            couch.vented_at.clear()
            began = time.monotonic()
            assert client.post(path).status_code == 202
            took.append(couch.vented_at[0] - began)
        thread.join(10.0)
    # The bound of the specification is 20 ms at the 99th percentile, measured on a quiet machine
    # by the bench; here other tests run beside.
    assert sorted(took)[len(took) // 2] < 0.02


def test_a_vent_touches_no_disk(
    room: FakeStation, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = keys.add("desk", "technician")

    def stuck(*_: object, **__: object) -> None:
        raise AssertionError("a vent looked at the disk")

    with served(room, keys) as url, httpx.Client(base_url=url, trust_env=False) as client:
        client.get("/health")
        monkeypatch.setattr(Path, "stat", stuck)
        monkeypatch.setattr(Path, "open", stuck)
        answer = client.post("/couches/1/vent", headers={"Authorization": f"Bearer {secret}"})
        monkeypatch.undo()
    assert answer.status_code == 202
    assert room.fakes["1"].acts == [("vent", "desk")]


def test_a_vent_does_not_wait_for_its_body(room: FakeStation, keys: Keys) -> None:
    with served(room, keys) as url:
        place = urlsplit(url)
        with socket.create_connection((place.hostname, place.port), timeout=5.0) as line:
            line.sendall(
                f"POST /vent HTTP/1.1\r\nHost: {place.netloc}\r\n"
                "Content-Length: 1000000\r\n\r\n{".encode()
            )
            assert line.recv(100).startswith(b"HTTP/1.1 202")
    assert room.fakes["1"].acts == [("vent", "somebody at 127.0.0.1")]
