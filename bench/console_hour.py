"""An hour of the live page in two minutes: what a station told, told again and faster."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx

from bench.console_room import Served, chromium, console, visitor
from bench.timing import Row, exactly

TICKS: Final = 20.0
"""What a station with a session tells in a second at most [1/s]."""
HOUR: Final = "memory of a browser that shows a session"
FASTER: Final = 30.0
"""The hour is replayed so much faster."""


def recorded(served: Served, seconds: float) -> dict[str, Any]:
    """Return what a station told in some seconds: its couches, a snapshot, and the patches."""
    headers = {"authorization": f"Bearer {served.key}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=10.0) as room:
        couches = room.get("/couches").json()
        found: dict[str, Any] = {"couches": couches, "deltas": []}
        end = time.monotonic() + seconds
        with room.stream("GET", "/couches/1/stream") as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    data = json.loads(line[5:])
                    if "snapshot" in data:
                        found["snapshot"] = data
                    else:
                        found["deltas"].append(data)
                if time.monotonic() > end:
                    break
    return found


class Replay:
    """A station that only tells: a recorded stream, over and over, faster than it was."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Take what is told."""
        self._told = told
        self.count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection."""
        try:
            while (line := await reader.readline()) not in {b"", b"\r\n"}:
                path = line.split()[1].decode()
                while await reader.readline() not in {b"", b"\r\n"}:
                    pass
                if path.endswith("/stream"):
                    await self._stream(writer)
                    return
                body = self._told["snapshot"]["snapshot"]
                if path == "/couches":
                    body = self._told["couches"]
                data = json.dumps(body).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                    b"content-length: %d\r\n\r\n" % len(data) + data
                )
                await writer.drain()
        except (ConnectionError, IndexError):
            pass
        finally:
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        """Tell the snapshot, then the patches in a circle; each turn begins with all of it."""
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        )
        first = self._told["snapshot"]
        writer.write(_event("snapshot", first | {"number": 0}))
        whole = {"patch": first["snapshot"], "age": first["age"]}
        circle = itertools.cycle([whole, *self._told["deltas"]])
        began = time.monotonic()
        for number, one in enumerate(circle, 1):
            writer.write(_event("delta", one | {"number": number}))
            self.count = number
            await writer.drain()
            ahead = number / (FASTER * TICKS) - (time.monotonic() - began)
            if ahead > 0.005:
                await asyncio.sleep(ahead)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


@contextmanager
def replaying(told: dict[str, Any]) -> Iterator[tuple[str, Replay]]:
    """Serve a replay from a thread of its own."""
    loop, replay = asyncio.new_event_loop(), Replay(told)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = asyncio.start_server(replay.serve, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", replay
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5.0)


def hour(clinic: str, told: dict[str, Any], minutes: float) -> list[Row]:
    """Show a session of so many minutes, told faster; return how the browser's memory grew."""
    ends, grown = 60.0 * minutes * TICKS, []
    with (
        replaying(told) as (room, replay),
        console(clinic, room, "key") as url,
        chromium() as browser,
    ):
        page = visitor(browser, url)
        wire = page.context.new_cdp_session(page)
        wire.send("Performance.enable")
        page.goto(f"{url}/live")
        page.wait_for_selector("#live")
        for part in range(1, 11):
            give_up = time.monotonic() + 120.0 + 6.0 * minutes
            while replay.count < part * ends / 10:
                page.wait_for_timeout(100)
                if time.monotonic() > give_up:
                    raise RuntimeError(f"only {replay.count} of {ends:.0f} changes were told")
            wire.send("HeapProfiler.collectGarbage")
            found = {
                one["name"]: one["value"] for one in wire.send("Performance.getMetrics")["metrics"]
            }
            grown.append((found["JSHeapUsedSize"] / 1e6, found["Nodes"]))
        version = page.evaluate("document.getElementById('live').dataset.version || ''")
    assert version, "the page painted nothing"
    (before, nodes), (after, nodes_after) = grown[1], grown[-1]
    note = f"{minutes:g} min at 20 Hz, told {FASTER:g} times faster by a replay"
    return [
        Row(HOUR, "heap of its scripts grows by", "MB", exactly(after - before), "< 2", note),
        Row(HOUR, "heap of its scripts at the end", "MB", exactly(after), "", "garbage collected"),
        Row(HOUR, "nodes of the page grow by", "", exactly(nodes_after - nodes), "< 100"),
    ]
