"""What a station tells: snapshots, from the stream of one couch."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httpx
from httpx_sse import EventSource, SSEError, connect_sse

from openpresso.station.client.calls import TIMEOUT, StationError, refusal
from openpresso.station.service.merge_patch import merged

if TYPE_CHECKING:
    from openpresso.station.client.calls import Calls

Snapshot: TypeAlias = "dict[str, Any]"
"""Everything that a client shows of a couch: schema `Snapshot` of docs/reference/http.md."""

SILENCE: Final = 6.0
"""A stream that says nothing for this long is broken: the station tells something every 2 s [s]."""


def told(calls: Calls, path: str, patience: float) -> Generator[Snapshot | None]:
    """Yield snapshots, and `None` after each connection that broke and is made again.

    Parameters
    ----------
    calls
        The line to the station.
    path
        Of the stream.
    patience
        Time without a connection after which it gives up [s].

    Yields
    ------
    dict or None
        A full snapshot.
    """
    heard = time.monotonic()
    while True:
        try:
            for snapshot in _listen(calls, path):
                heard = time.monotonic()
                yield snapshot
            trouble: Exception = ConnectionError("the stream has ended")
        except (httpx.HTTPError, SSEError) as error:
            trouble = error
        if time.monotonic() - heard > patience:
            raise calls.silent(trouble) from trouble
        yield None
        time.sleep(min(0.5, patience / 4.0))


def _listen(calls: Calls, path: str) -> Iterator[Snapshot]:
    """Yield the snapshots of one connection."""
    timeout = httpx.Timeout(TIMEOUT, read=SILENCE)
    with connect_sse(calls.http, "GET", path, timeout=timeout) as source:
        if source.response.is_error:
            source.response.read()
            raise refusal(source.response)
        yield from _snapshots(source)


def _snapshots(source: EventSource) -> Iterator[Snapshot]:
    """Apply the deltas of a stream; a number that is left out is a loss."""
    snapshot: Snapshot = {}
    expected = 0
    for event in source.iter_sse():
        if event.event not in {"snapshot", "delta"}:
            continue
        data = json.loads(event.data)
        if data["number"] != expected:
            raise StationError(
                f"the stream lost something: delta {data['number']} came in place of {expected}",
                "stream-gap",
                "begin a new stream: it begins with a whole snapshot.",
            )
        expected += 1
        snapshot = data["snapshot"] if expected == 1 else merged(snapshot, data["patch"])
        yield snapshot
