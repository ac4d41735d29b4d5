"""Who calls, and what they may do: the security of every route.

Three schemes, all visible in the OpenAPI document:

- `key`: `Authorization: Bearer SECRET`. The scope `observer` reads, `technician` also commands.
- `seat`: `Openpresso-Seat: TOKEN`, the control seat of the couch, for commands.
- none: health, and the emergency vents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Path, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from openpresso.session import CommandRefusedError, Leg
from openpresso.station.couch import Couch
from openpresso.station.service.keys import Key, Keys
from openpresso.station.service.problems import ServiceError

if TYPE_CHECKING:
    from openpresso.station.station import Station

SEAT_HEADER: Final = "Openpresso-Seat"

_BEARER = HTTPBearer(
    scheme_name="key",
    description="A key of `openpresso station key add`, or the one in the station's `local-key`. "
    "Scopes: `observer` reads, `technician` also commands.",
    auto_error=False,
)
_SEAT = APIKeyHeader(
    name=SEAT_HEADER,
    scheme_name="seat",
    description="The token of the couch's control seat, from `POST /couches/{couch}/seat`.",
    auto_error=False,
)
_RANK: Final = {"observer": 0, "technician": 1}


def station_of(request: Request) -> Station:
    """Return the station of the application."""
    station: Station = request.app.state.station
    return station


def keys_of(request: Request) -> Keys:
    """Return the keys of the application."""
    keys: Keys = request.app.state.keys
    return keys


async def _caller(
    request: Request,
    needed: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Key:
    """Return the key of the caller, which must have the role that the route needs."""
    remedy = "send Authorization: Bearer with a key; openpresso station key add NAME makes one."
    if credentials is None:
        raise ServiceError(401, "no-key", "the request carries no key", remedy)
    key = keys_of(request).find(credentials.credentials)
    if key is None:
        raise ServiceError(401, "unknown-key", "the key is not known to this station", remedy)
    for role in needed.scopes:
        if _RANK[key.role] < _RANK[role]:
            raise ServiceError(
                403,
                "wrong-role",
                f"the key {key.name!r} is of the role {key.role}; this needs {role}",
                f"use a key of the role {role}.",
            )
    return key


Observer = Annotated[Key, Security(_caller, scopes=["observer"])]
"""A caller who may read."""
Technician = Annotated[Key, Security(_caller, scopes=["technician"])]
"""A caller who may command."""


def who_vents(request: Request) -> str:
    """Return a name for whoever vents; it touches no disk, never waits and never refuses."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    key = keys_of(request).remembered(secret) if scheme.lower() == "bearer" else None
    if key is not None:
        return key.name
    return f"somebody at {request.client.host}" if request.client else "somebody"


async def _couch(
    request: Request,
    couch: Annotated[str, Path(description="Name of the couch.", examples=["1"])],
) -> Couch:
    return find_couch(station_of(request), couch)


def find_couch(station: Station, name: str) -> Couch:
    """Return the couch of this name."""
    found = station.couches.get(name)
    if found is None:
        known = ", ".join(station.couches)
        raise ServiceError(
            404,
            "unknown-couch",
            f"there is no couch {name[:80]!r}; couches: {known}",
            "name one of these.",
        )
    return found


def find_leg(couch: Couch, name: str) -> Leg:
    """Return the leg of this name; the couch must have a cuff for it."""
    for leg in couch.legs:
        if leg == name:
            return leg
    raise ServiceError(
        404,
        "unknown-leg",
        f"couch {couch.name} has no {name[:80]!r} cuff; cuffs: {', '.join(couch.legs)}",
        "name one of these.",
    )


CouchOf = Annotated[Couch, Depends(_couch)]
"""The couch that the path names."""


SeatHeader = Annotated[str | None, Depends(_SEAT)]
"""The token of the control seat, as it was sent."""


async def _holder(
    _key: Technician,
    couch: CouchOf,
    token: SeatHeader,
) -> str:
    """Return the name of the holder of the control seat; the command counts as a heartbeat."""
    now = couch.now()
    if token:
        try:
            couch.seat.beat(token, now)
        except CommandRefusedError as error:
            raise ServiceError(403, error.code, error.message, error.remedy) from error
        return couch.seat.holder(now) or ""
    holder = couch.seat.holder(now)
    sits = f"{holder} has it" if holder else "nobody has it"
    raise ServiceError(
        403,
        "no-seat",
        f"a command needs the control seat of couch {couch.name}; {sits}",
        f"take it with POST /couches/{couch.name}/seat and send its token as {SEAT_HEADER}.",
    )


Holder = Annotated[str, Depends(_holder)]
"""Name of the holder of the control seat; only they command."""
