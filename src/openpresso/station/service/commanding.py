"""Routes that command: each needs a technician's key and the control seat of the couch."""

from __future__ import annotations

from fastapi import APIRouter

from openpresso.station.service.answers import COMMAND, accepted
from openpresso.station.service.callers import CouchOf, Holder, find_leg
from openpresso.station.service.models import (
    Accepted,
    Acknowledge,
    Cleaned,
    OneChamber,
    OrderBody,
    Pause,
    Soften,
    Tighten,
    Trim,
    TurnOn,
)

router = APIRouter(prefix="/couches/{couch}")


@router.put("/session", tags=["session"], summary="Load a program", operation_id="load", **COMMAND)
async def load(body: OrderBody, who: Holder, couch: CouchOf) -> Accepted:
    """Check a program against the couch's cuffs, rehearse it on a twin, and load it.

    It replaces a session that is over or has not begun; nothing is energised.
    """
    await couch.load(body.as_order(), who)
    return accepted(couch)


@router.delete(
    "/session", tags=["session"], summary="Unload the session", operation_id="unload", **COMMAND
)
async def unload(who: Holder, couch: CouchOf) -> Accepted:
    """Take away a session that is over or has not begun."""
    await couch.unload(who)
    return accepted(couch)


@router.post(
    "/turn-on", tags=["session"], summary="Turn a cuff on", operation_id="turn_on", **COMMAND
)
async def turn_on(body: TurnOn, who: Holder, couch: CouchOf) -> Accepted:
    """Turn one cuff on: it is checked, and its fit test begins."""
    await couch.turn_on(find_leg(couch, body.leg), who)
    return accepted(couch)


@router.post("/start", tags=["session"], summary="Start", operation_id="start", **COMMAND)
async def start(who: Holder, couch: CouchOf) -> Accepted:
    """Start the program; all cuffs must have passed their tests."""
    couch.start(who)
    return accepted(couch)


@router.post("/pause", tags=["session"], summary="Pause", operation_id="pause", **COMMAND)
async def pause(body: Pause, who: Holder, couch: CouchOf) -> Accepted:
    """Pause at the end of the cycle, or now; it never raises a pressure."""
    couch.pause(body.when, body.chambers, who)
    return accepted(couch)


@router.post("/resume", tags=["session"], summary="Resume", operation_id="resume", **COMMAND)
async def resume(who: Holder, couch: CouchOf) -> Accepted:
    """Go on after a pause; nothing else does."""
    couch.resume(who)
    return accepted(couch)


@router.post("/end", tags=["session"], summary="End", operation_id="end", **COMMAND)
async def end(who: Holder, couch: CouchOf) -> Accepted:
    """End the session with a controlled vent."""
    couch.end(who)
    return accepted(couch)


@router.post("/skip", tags=["comfort"], summary="Skip a chamber", operation_id="skip", **COMMAND)
async def skip(body: OneChamber, who: Holder, couch: CouchOf) -> Accepted:
    """Leave a chamber out, at once; it stays vented until it is restored."""
    couch.skip(find_leg(couch, body.leg), body.chamber, who)
    return accepted(couch)


@router.post(
    "/soften", tags=["comfort"], summary="Soften a chamber", operation_id="soften", **COMMAND
)
async def soften(body: Soften, who: Holder, couch: CouchOf) -> Accepted:
    """Give a chamber only a share of the program's pressure."""
    couch.soften(find_leg(couch, body.leg), body.chamber, body.share, who)
    return accepted(couch)


@router.post(
    "/restore", tags=["comfort"], summary="Restore a chamber", operation_id="restore", **COMMAND
)
async def restore(body: OneChamber, who: Holder, couch: CouchOf) -> Accepted:
    """Take a skipped or softened chamber back; it rises slowly."""
    couch.restore(find_leg(couch, body.leg), body.chamber, who)
    return accepted(couch)


@router.post("/trim", tags=["comfort"], summary="Soften all", operation_id="trim", **COMMAND)
async def trim(body: Trim, who: Holder, couch: CouchOf) -> Accepted:
    """Trim everything down for comfort; within a session it goes only down."""
    couch.trim(body.share, who)
    return accepted(couch)


@router.post(
    "/tighten", tags=["comfort"], summary="Lower a ceiling", operation_id="tighten", **COMMAND
)
async def tighten(body: Tighten, who: Holder, couch: CouchOf) -> Accepted:
    """Add a limit to one cuff; it can only lower the ceiling."""
    couch.tighten(find_leg(couch, body.leg), body.value, who, body.why)
    return accepted(couch)


@router.post(
    "/acknowledge",
    tags=["session"],
    summary="Acknowledge an alarm",
    operation_id="acknowledge",
    **COMMAND,
)
async def acknowledge(body: Acknowledge, who: Holder, couch: CouchOf) -> Accepted:
    """Silence one alarm for at most two minutes; the holder of the seat answers for it."""
    couch.acknowledge(body.alarm, who)
    return accepted(couch)


@router.post(
    "/cleaned",
    tags=["cuffs"],
    summary="Say that a cuff is clean",
    operation_id="cleaned",
    **COMMAND,
)
async def cleaned(body: Cleaned, who: Holder, couch: CouchOf) -> Accepted:
    """Say that a cuff was cleaned and may be worn by the next person."""
    await couch.cleaned(find_leg(couch, body.leg), who)
    return accepted(couch)
