"""The emergency vents: no seat, no key, no body, no queue.

To stop is always allowed. A caller without a key, with a wrong one, without the control seat, or
from another web page vents all the same; a caller who is known is named in the record. Whoever can
reach the port can empty the cuffs; nobody can fill them with it.
"""

from __future__ import annotations

from fastapi import APIRouter, Request

from openpresso.station.service.callers import find_couch, station_of, who_vents
from openpresso.station.service.models import Accepted, Vented
from openpresso.station.service.problems import documented

router = APIRouter(tags=["stop"])


@router.post(
    "/couches/{couch}/vent",
    status_code=202,
    summary="EMERGENCY VENT of one couch",
    operation_id="vent",
    responses=documented(404),
)
async def vent(request: Request, couch: str) -> Accepted:
    """Vent the cuffs of a couch at once. **No key and no seat are needed**; a body is not read."""
    station = station_of(request)
    found = station.couches.get(couch) or find_couch(station, couch)
    found.vent(who_vents(request))
    return Accepted(version=found.version)


@router.post(
    "/vent", status_code=202, summary="EMERGENCY VENT of every couch", operation_id="vent_all"
)
async def vent_all(request: Request) -> Vented:
    """Vent all cuffs of the station at once. **No key and no seat are needed**."""
    couches = station_of(request).couches
    failures = []
    for couch in couches.values():
        try:
            couch.vent(who_vents(request))
        except Exception as error:  # noqa: BLE001 -- what fails at one couch must not spare the rest
            failures.append(error)
    if failures:
        raise ExceptionGroup("not every couch was vented", failures)
    return Vented(couches={name: couch.version for name, couch in couches.items()})
