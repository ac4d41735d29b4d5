"""Routes of the cuffs themselves: what they keep of their wear, and the label to stick on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from openpresso.session import CommandRefusedError, Identity
from openpresso.station.care import to_clean, trend
from openpresso.station.couch import Couch
from openpresso.station.label import label
from openpresso.station.service.callers import Observer, find_couch, find_leg, station_of
from openpresso.station.service.models import CareLine, CareView, TrendView
from openpresso.station.service.problems import documented

router = APIRouter(prefix="/cuffs/{couch}/{leg}", tags=["cuffs"])
LINES = 100
"""Lines of the log that are given, the newest."""
CouchName = Annotated[str, Path(description="Name of the couch.", examples=["1"])]
LegPath = Annotated[str, Path(description="Which of its cuffs.", examples=["left"])]


@router.get(
    "/care",
    summary="Read the care of a cuff",
    operation_id="care",
    responses=documented(401, 403, 404, 409, 503),
)
async def care(request: Request, _key: Observer, couch: CouchName, leg: LegPath) -> CareView:
    """Counters, calibration, cleaning, and how its leaks go: from the cuff and the station's log.

    The cuff is asked; one that keeps nothing itself has `kept` null.
    """
    station = station_of(request)
    found = find_couch(station, couch)
    link = found.links[find_leg(found, leg)]
    identity = _known(found, leg)
    kept = await station.care.look(link)
    entries = station.care.log(identity.serial).entries()
    counters: Any = kept.to_json() if kept else None
    return CareView(
        cuff=identity.cuff,
        serial=identity.serial,
        kept=counters,
        to_clean=to_clean(entries, used=bool(kept and kept.used)),
        trends=[
            TrendView(chamber=one.chamber, tests=one.tests, verdict=one.verdict)
            for one in trend(entries)
        ],
        log=[
            CareLine(at=one.at, kind=one.kind, who=one.who, data=dict(one.data))
            for one in entries[-LINES:]
        ],
    )


@router.get(
    "/label.svg",
    summary="Draw the label of a cuff",
    operation_id="label",
    response_class=Response,
    responses={
        200: {"description": "An SVG picture.", "content": {"image/svg+xml": {}}},
        **documented(401, 403, 404, 409),
    },
)
async def draw_label(request: Request, _key: Observer, couch: CouchName, leg: LegPath) -> Response:
    """Type and serial number in letters and as a QR code, 62 x 29 mm, to stick on the cuff."""
    found = find_couch(station_of(request), couch)
    name = find_leg(found, leg)
    picture = label(_known(found, leg), found.addresses[name])
    # Shown by itself, an SVG could run scripts; this one has none and may have none.
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(picture, media_type="image/svg+xml", headers=headers)


def _known(couch: Couch, leg: str) -> Identity:
    """Return which cuff this is; it must have said so."""
    link = couch.links[find_leg(couch, leg)]
    if link.identity is None:
        raise CommandRefusedError(
            f"the {leg} cuff of couch {couch.name} has not said what it is",
            code="no-identity",
            remedy=link.trouble or "check its cable and power.",
        )
    return link.identity
