"""The application: routes, borders, problems, and its description for those who call it."""

from __future__ import annotations

import asyncio
from collections import ChainMap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import openpresso
from openpresso.station.service import (
    caring,
    commanding,
    libraries,
    problems,
    seating,
    stopping,
    watching,
)
from openpresso.station.service.borders import Borders
from openpresso.station.service.views import DeltaEvent, SnapshotEvent

if TYPE_CHECKING:
    from openpresso.station.service.keys import Keys
    from openpresso.station.station import Station

DESCRIPTION: Final = """\
The computer of a treatment room: it owns the cuffs, runs the session and writes the record.

**Truth comes from the stream.** `GET /couches/{couch}/stream` tells a snapshot and then what
changes. A command answers 202 when it was taken; what comes of it is told by the stream.

**To command needs two things**: a key of the role `technician`
(`Authorization: Bearer ...`) and the control seat of the couch (`Openpresso-Seat: ...`). One client
has the seat at a time and keeps it by a heartbeat; everybody else watches. A holder who is silent
for 10 s pauses the program at the end of its cycle; after 60 s the cuffs vent.

**To stop needs nothing.** The two emergency vents take no key, no seat and no body, from anybody.

**Every refusal is a problem** after RFC 9457: `code` is stable, `detail` says what is wrong,
`remedy` what to do, and `diagnostics` where in the input. What was refused has changed nothing.

Pressures are in mmHg and times in s; a pressure or time that is sent may also be a text with its
unit, such as "8 kPa" or "2 min". Not a certified medical device.
"""
TAGS: Final = [
    {"name": "stop", "description": "Emergency vents. Without key, seat and body."},
    {"name": "watch", "description": "What is, and what changes."},
    {"name": "seat", "description": "One client commands, others watch."},
    {"name": "session", "description": "From a program to its end."},
    {"name": "comfort", "description": "Softer, never harder."},
    {"name": "programs", "description": "What can be delivered."},
    {"name": "records", "description": "What was delivered."},
    {"name": "cuffs", "description": "Identity and care."},
]


def create_app(station: Station, keys: Keys, names: Iterable[str] = ()) -> FastAPI:
    """Return the application of a station.

    Parameters
    ----------
    station
        The station. Handlers touch it from the event loop alone, which must be its own.
    keys
        Who may call.
    names
        Host names by which the station may be called, beside its addresses and `localhost`.

    Returns
    -------
    FastAPI
        An ASGI application.
    """
    app = _Application(
        title="openpresso station",
        version=openpresso.__version__,
        summary="Sessions of pressotherapy over HTTP.",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        # The pages of FastAPI fetch scripts from elsewhere; docs/reference/http.md is ours.
        docs_url=None,
        redoc_url=None,
        # A path that is spelt differently is another path: a redirect would lose a command's body.
        redirect_slashes=False,
    )
    app.state.station = station
    app.state.keys = keys
    app.state.broadcasts = {}
    app.state.closing = asyncio.Event()
    app.state.catalog = None
    for module in (stopping, watching, seating, commanding, caring, libraries):
        app.include_router(module.router)
    problems.install(app)
    app.add_middleware(Borders, names=tuple(names))
    # Made before the first tick, for it takes longer than one.
    app.openapi()
    return app


class _Application(FastAPI):
    """FastAPI whose document also has the problems and the data of the stream."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
    )
    schemas = document["components"]["schemas"]
    for model in (problems.Problem, SnapshotEvent, DeltaEvent):
        whole = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= whole.pop("$defs", {})
        schemas[model.__name__] = whole
    for operations in document["paths"].values():
        for operation in operations.values():
            problems.describe(operation)
            if "security" in operation:
                # FastAPI lists the schemes as alternatives; here all are needed together.
                operation["security"] = [dict(ChainMap(*operation["security"]))]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document
