"""Routes of the control seat: one client holds it by a heartbeat, others watch."""

from __future__ import annotations

from fastapi import APIRouter, Response

from openpresso.station.seat import BEAT_EVERY
from openpresso.station.service.callers import CouchOf, Holder, SeatHeader, Technician
from openpresso.station.service.models import SeatTake, SeatToken
from openpresso.station.service.problems import documented

router = APIRouter(tags=["seat"])


@router.post(
    "/couches/{couch}/seat",
    status_code=201,
    summary="Take the control seat",
    operation_id="take_seat",
    responses=documented(401, 403, 404, 409, 413, 422),
)
async def take(body: SeatTake, _key: Technician, couch: CouchOf) -> SeatToken:
    """Take the seat when it is free, or from somebody else with `force`.

    The token goes with every command as `Openpresso-Seat`. A holder who is silent for 10 s pauses
    the program at the end of its cycle; after 60 s the cuffs vent.
    """
    token = couch.seat.take(body.name, couch.now(), force=body.force)
    return SeatToken(token=token, beat_every=BEAT_EVERY)


@router.put(
    "/couches/{couch}/seat",  # noqa: FAST003 -- the dependency of the holder takes the couch
    status_code=204,
    summary="Say that the holder is there",
    operation_id="beat_seat",
    responses=documented(401, 403, 404),
    response_class=Response,
)
async def beat(_who: Holder) -> None:
    """Heartbeat of the holder; any command counts as one too."""


@router.delete(
    "/couches/{couch}/seat",
    status_code=204,
    summary="Leave the control seat",
    operation_id="leave_seat",
    responses=documented(401, 403, 404),
    response_class=Response,
)
async def leave(_who: Holder, couch: CouchOf, token: SeatHeader) -> None:
    """Give the seat up, for somebody else to take."""
    couch.seat.leave(token or "")
