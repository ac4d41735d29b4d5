"""Routes that read: health, couches, snapshots and the stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse

import openpresso
from openpresso.station.service.callers import CouchOf, Observer, keys_of, station_of
from openpresso.station.service.models import CouchView, Health
from openpresso.station.service.problems import documented
from openpresso.station.service.stream import Broadcast, Stream
from openpresso.station.service.views import DeltaEvent, Snapshot, SnapshotEvent

if TYPE_CHECKING:
    from openpresso.station.couch import Couch

router = APIRouter(tags=["watch"])

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events. `snapshot` comes first, with everything (data: "
        f"`{SnapshotEvent.__name__}`). Then `delta` with what changed (data: "
        f"`{DeltaEvent.__name__}`): with a session under way as often as the station ticks, 20 "
        "in a second, otherwise at most ten in a second, and at least one in two seconds. "
        "`Last-Event-ID` needs not be sent: a new connection begins with a new snapshot.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": "event: snapshot\n"
                'data: {"number":0,"version":812,"age":{"left":0.02},"snapshot":{...}}\n'
                "id: 812\n\n"
                "event: delta\n"
                'data: {"number":1,"version":814,"age":{"left":0.03},'
                '"patch":{"program_time":61.4}}\n'
                "id: 814\n\n",
            }
        },
    }
}


@router.get("/health", summary="Tell that the station lives", operation_id="health")
async def health(request: Request) -> Health:
    """Answer without a key; it says nothing of people or cuffs."""
    return Health(
        version=openpresso.__version__,
        couches=len(station_of(request).couches),
        trouble=keys_of(request).trouble,
    )


@router.get(
    "/couches", summary="List the couches", operation_id="couches", responses=documented(401, 403)
)
async def couches(request: Request, _key: Observer) -> list[CouchView]:
    """Every couch with its cuffs, its state and who has its control seat."""
    return [_short(couch) for couch in station_of(request).couches.values()]


@router.get(
    "/couches/{couch}",
    summary="Read a snapshot",
    operation_id="snapshot",
    response_model=Snapshot,
    responses=documented(401, 403, 404),
)
async def snapshot(_key: Observer, couch: CouchOf) -> JSONResponse:
    """Everything that a client shows of a couch, at this moment."""
    return JSONResponse(couch.snapshot())


@router.get(
    "/couches/{couch}/stream",
    summary="Watch a couch",
    operation_id="stream",
    response_class=StreamingResponse,
    responses={**_EVENTS, **documented(401, 403, 404, 503)},
)
async def stream(request: Request, _key: Observer, couch: CouchOf) -> Stream:
    """Tell a snapshot and then what changes, until the client leaves.

    A slow client gets fewer and larger deltas; it slows nobody. A gap in `number` means that
    something was lost: connect again. Silence of more than a few seconds means the same.
    """
    broadcasts: dict[str, Broadcast] = request.app.state.broadcasts
    closing: asyncio.Event = request.app.state.closing
    return Stream(broadcasts.setdefault(couch.name, Broadcast(couch)), closing)


def _short(couch: Couch) -> CouchView:
    shown: Any = couch.snapshot()
    return CouchView(
        name=couch.name,
        legs=list(couch.legs),
        state=shown["state"],
        holder=couch.seat.holder(couch.now()),
    )
