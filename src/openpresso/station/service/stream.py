"""The stream of truth: one snapshot, then numbered deltas, as server-sent events.

Nothing is queued for a client. Its next delta is made when its socket has taken the last one,
against the snapshot that it was last told; a client that is slow gets fewer and larger deltas, and
costs one old snapshot. All clients that were told the same are sent the same bytes, made once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fastapi.sse import format_sse_event
from starlette.responses import Response

from openpresso.session.states import TERMINAL, State
from openpresso.station.service import problems
from openpresso.station.service.merge_patch import difference

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from openpresso.station.couch import Couch

INTERVAL: Final = 0.1
"""Shortest time between two deltas while no session is under way [s]."""
PACE: Final = 0.04
"""The same while one is [s]: below the station's period, so that every tick is told at once."""
AT_REST: Final = frozenset({"empty", State.IDLE.value, *(one.value for one in TERMINAL)})
"""States in which no cuff is told to fill."""
QUIET: Final = 2.0
"""When nothing changes, a delta still tells the ages this often [s]."""
STREAMS: Final = 16
"""Streams of one couch that may be open."""
STALLED: Final = 30.0
"""A client that takes nothing for this long loses its stream [s]."""
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A snapshot as all clients are told it."""

    number: int
    """1, 2, 3, ... in the order of making."""
    snapshot: Mapping[str, Any]
    version: int
    made: float
    """Instant at which it was made [s]."""
    age: str
    """Age of the readings of each cuff, as JSON."""


class Broadcast:
    """Makes the frames of one couch when somebody wants them.

    Ten in a second at most; while a session is under way, one with each tick of the station. A
    frame is made right after its tick, when the time to the next one is longest.

    Parameters
    ----------
    couch
        The couch.
    """

    def __init__(self, couch: Couch) -> None:
        """Make the first frame when it is wanted."""
        self._couch = couch
        self._newest: Frame | None = None
        self._patches: dict[int, str] = {}
        self._whole = ""
        self.open = 0
        """Streams that are open."""

    def first(self) -> Frame:
        """Return a frame of this moment: what was commanded before it is in it."""
        if self._newest is None or self._newest.version != self._couch.version:
            return self._make()
        return self._newest

    async def after(self, known: Frame) -> Frame:
        """Return a frame newer than `known`: when something changed, or after `QUIET`."""
        pace = INTERVAL if known.snapshot["state"] in AT_REST else PACE
        early = known.made + pace - time.monotonic()
        if early > 0.0:
            await asyncio.sleep(early)
        if self._newest is known:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(known.made + QUIET - time.monotonic()):
                    await self._couch.wait(known.version)
        # Another client may have had one made while this one waited.
        if self._newest is None or self._newest is known:
            return self._make()
        return self._newest

    def snapshot_event(self, frame: Frame) -> bytes:
        """Return the event that begins a stream with a frame that `first` gave."""
        if not self._whole:
            self._whole = _json(frame.snapshot)
        data = f'{_head(0, frame)},"snapshot":{self._whole}}}'
        return format_sse_event(data_str=data, event="snapshot", id=str(frame.version))

    def delta_event(self, number: int, known: Frame, frame: Frame) -> bytes:
        """Return the event that leads from one frame to a newer one that `after` gave."""
        patch = self._patches.get(known.number)
        if patch is None:
            patch = _json(difference(known.snapshot, frame.snapshot))
            self._patches[known.number] = patch
        data = f'{_head(number, frame)},"patch":{patch}}}'
        return format_sse_event(data_str=data, event="delta", id=str(frame.version))

    def _make(self) -> Frame:
        snapshot: Mapping[str, Any] = self._couch.snapshot()
        ages = {leg: cuff["age"] for leg, cuff in snapshot["cuffs"].items()}
        number = 1 if self._newest is None else self._newest.number + 1
        made = Frame(number, snapshot, snapshot["version"], time.monotonic(), _json(ages))
        # What was made for the frame before is of no more use.
        self._newest, self._patches, self._whole = made, {}, ""
        return made


class Stream(Response):
    """The answer to one client that watches a couch.

    Parameters
    ----------
    broadcast
        Makes the frames of the couch.
    closing
        Set when the station stops; the stream then ends.
    """

    media_type = "text/event-stream"

    def __init__(self, broadcast: Broadcast, closing: asyncio.Event) -> None:
        """Prepare the headers; nothing is sent yet."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._broadcast = broadcast
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until the client leaves, takes nothing for `STALLED`, or the station stops."""
        if self._broadcast.open >= STREAMS:
            refusal = problems.response(
                503,
                "too-many-streams",
                f"{STREAMS} streams of this couch are open already",
                "close one, or read GET /couches/{couch} from time to time.",
                headers={"Retry-After": "5"},
            )
            await refusal(scope, receive, send)
            return
        self._broadcast.open += 1
        ends = {
            asyncio.create_task(self._tell(send)),
            asyncio.create_task(_left(receive)),
            asyncio.create_task(self._closing.wait()),
        }
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._broadcast.open -= 1
            for task in ends:
                task.cancel()
            for result in await asyncio.gather(*ends, return_exceptions=True):
                if isinstance(result, Exception) and not isinstance(result, TimeoutError):
                    LOG.error("a stream failed", exc_info=result)
        if self._closing.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, send: Send) -> None:
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        known = self._broadcast.first()
        await _hand_over(send, self._broadcast.snapshot_event(known))
        number = 0
        while True:
            frame = await self._broadcast.after(known)
            number += 1
            await _hand_over(send, self._broadcast.delta_event(number, known, frame))
            known = frame


async def _hand_over(send: Send, event: bytes) -> None:
    """Send an event and return when the client's socket has taken it."""
    async with asyncio.timeout(STALLED):
        await send({"type": "http.response.body", "body": event, "more_body": True})
        # The server sends when the line is free again: an empty part waits for that.
        await send({"type": "http.response.body", "body": b"", "more_body": True})


async def _left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _head(number: int, frame: Frame) -> str:
    """Return the beginning of an event's JSON object, which differs from client to client."""
    return f'{{"number":{number},"version":{frame.version},"age":{frame.age}'


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
