"""A client that takes nothing from the stream: nobody else notices."""

from __future__ import annotations

import contextlib
import socket
import time
from itertools import pairwise
from urllib.parse import urlsplit

from tests.integration.processes import until
from tests.integration.room import Room, Station, program, run, sealed, steering

SLOW = 12
"""Clients that read nothing; a couch has room for 16 streams."""
WATCHED = 15.0
"""Time for which all is watched [s]."""
GROWTH = 4.0
"""The station may grow by so much meanwhile [MB]: twelve sockets and their last snapshots."""
LATE = 50.0
"""A tick that is later than a period is lost [ms]."""


def slow_client(station: Station) -> socket.socket:
    """Ask for the stream and take nothing of it."""
    where = urlsplit(station.url)
    assert where.hostname
    assert where.port
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((where.hostname, where.port))
    key = (station.folder / "local-key").read_text("ascii").strip()
    client.sendall(
        f"GET /couches/1/stream HTTP/1.1\r\nHost: {where.netloc}\r\n"
        f"Authorization: Bearer {key}\r\n\r\n".encode()
    )
    return client


def test_clients_that_read_nothing_hold_up_neither_the_tick_nor_others(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address)
    with steering(station) as couch, contextlib.ExitStack() as slow:
        run(station, program(hold=6.0))
        for _ in range(SLOW):
            slow.enter_context(contextlib.closing(slow_client(station)))
        heard: list[float] = []
        stream = couch.stream()
        with contextlib.closing(stream):  # type: ignore[type-var]
            first = next(stream)
            newest = first
            begun, memory = time.monotonic(), station.memory()
            while time.monotonic() - begun < WATCHED:
                newest = next(stream)
                heard.append(time.monotonic())
        grown = station.memory() - memory
        assert newest["state"] == "running"
        assert newest["alarms"] == []
        assert len(heard) > 6.0 * WATCHED
        gaps = [after - before for before, after in pairwise(heard)]
        assert max(gaps) < 1.0
        assert newest["program_time"] - first["program_time"] > WATCHED - 0.5
        skipped = newest["ticks"]["skipped"] - first["ticks"]["skipped"]
        assert skipped <= 2, newest["ticks"]
        assert newest["ticks"]["late_p99"] < LATE, newest["ticks"]
        assert grown < GROWTH, f"{grown:.1f} MB"
        couch.vent()
        over = station.until(lambda now: now["outcome"])
        sealed(station, over["record"], "stopped")
    until(lambda: station.snapshot()["outcome"] == "stopped")
