"""Clients: looked up, registered after a look at who they may be already, and their page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.booking import day as days
from openpresso.clinic.consent import consent
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import progress
from openpresso.clinic.measures import measurement, photograph
from openpresso.clinic.measures.kind import kinds
from openpresso.clinic.money import invoice
from openpresso.clinic.people import birth, client, duplicates, search
from openpresso.clinic.programs import lookup
from openpresso.clinic.screening import screening
from openpresso.clinic.sessions import adverse_event
from openpresso.clinic.sessions import session as sessions
from openpresso.console import body_sites
from openpresso.console.drawings import body as body_drawing
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.rights import may
from openpresso.console.vault import vault_of
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.duplicates import Candidate

router = APIRouter(include_in_schema=False)
HERE = "/clients"
FIELDS = ("given", "family", "born", "sex", "phone", "email", "address", "language", "contact",
          "note")  # fmt: skip
PURPOSES = ("treatment", "health-data", "photographs", "reminders", "research")
ASKED = (
    "screening.answer", "measurement.take", "consent.record", "package.buy", "course.open",
    "client.change", "client.duplicates", "erasure.of-client", "photograph.list",
    "adverse-event.list", "appointment.book", "audit.read-client",
)  # fmt: skip
"""Actions that the page of a client shows a way to."""
LONGEST_QUERY = 200
BACK = dt.timedelta(days=400)
"""How far back the page of a client lists appointments."""


@router.get("/clients", **needs("client.search"))
def listed(request: Request, visitor: Looking, q: str = "") -> Response:
    """Look clients up; htmx asks for the list alone while somebody types."""
    wanted = q[:LONGEST_QUERY]
    with visitor.desk(reading=True) as desk:
        page = "found.html" if "hx-request" in request.headers else "clients.html"
        return show(
            page,
            visitor,
            desk,
            here=HERE,
            q=wanted,
            found=search.look_up(desk, wanted),
            most=search.MOST,
            may_register=may(desk, "client.register"),
        )


@router.get("/clients/new", **needs("client.register", "client.like"))
def blank(visitor: Looking, q: str = "") -> Response:
    """Show the form of a new client; what was looked for is in it already."""
    given, _, family = q[:LONGEST_QUERY].strip().rpartition(" ")
    known = {"given": (given or family,), "family": (family if given else "",)}
    with visitor.desk(reading=True) as desk:
        client_rights(desk)
        return _form(visitor, desk, Typed(known) if q.strip() else NOTHING)


@router.post("/clients/new", **needs("client.register", "client.like"))
def register(visitor: Looking, typed: Filled) -> Response:
    """Register a client, once nobody known is like the new one or it was said that they differ."""
    fields: Any = {name: typed.one(name) for name in FIELDS if name in typed.fields}
    like: list[Candidate] = []
    try:
        with visitor.desk() as desk:
            if typed.one("other") != "yes":
                names = ("given", "family", "born", "phone", "email")
                like = duplicates.like(desk, **{name: typed.one(name) for name in names})
            if not like:
                key = client.register(desk, **fields).id
                return RedirectResponse(f"/clients/{key}", 303)
    except OpenpressoError as error:
        with visitor.desk(reading=True) as desk:
            return _form(visitor, desk, typed, status=status_of(error), error=error)
    with visitor.desk(reading=True) as desk:
        return _form(visitor, desk, typed, status=409, like=like)


def client_rights(desk: Desk) -> None:
    """Refuse the form of a new client to whom its sending would be refused."""
    from openpresso.clinic.errors import NotAllowedError

    if not may(desk, "client.register"):
        raise NotAllowedError(
            "clients are registered by the front desk or a clinician", remedy="Ask one of them."
        )


def _form(
    visitor: Visitor,
    desk: Desk,
    typed: Typed,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
    like: list[Candidate] | None = None,
) -> Response:
    return show(
        "client_new.html",
        visitor,
        desk,
        here=HERE,
        status=status,
        error=error,
        typed=typed,
        like=like or [],
    )


@router.get("/clients/{client_id}", **needs("client.read"))
def one(visitor: Looking, client_id: int) -> Response:
    """Show a client: warnings first, then what this person's roles may see."""
    with visitor.desk(reading=True) as desk:
        found = client.find(desk, client_id)
        treats = may(desk, "course.list")
        return show(
            "client.html",
            visitor,
            desk,
            here=HERE,
            client=found,
            age=birth.age(found.born, desk.today()),
            treatable=_treatable(desk, client_id),
            care=_care(desk, client_id) if treats else None,
            appointments=days.of_client(desk, client_id, desk.now() - BACK),
            now=desk.now(),
            purposes=PURPOSES,
            consents=consent.decisions(desk, client_id),
            history=consent.history(desk, client_id),
            invoices=invoice.listed(desk, client_id) if may(desk, "invoice.list") else None,
            vault=vault_of(visitor.settings) is not None,
            may={name: may(desk, name) for name in ASKED},
        )


def _treatable(desk: Desk, client_id: int) -> bool | None:
    """Return what those who do not treat may know of the screening; None for those who do."""
    return None if may(desk, "screening.read") else screening.treatable(desk, client_id)


def _care(desk: Desk, client_id: int) -> dict[str, Any]:
    """Return what those who treat see of a client."""
    found = courses.of_client(desk, client_id)
    measured = body_sites.of_client(desk, client_id)
    sites = [one for one in measured if one.height is not None]
    shots = [one for one in photograph.photographs(desk, client_id) if one.removed_at is None]
    return {
        "standing": screening.standing(desk, client_id, desk.today()),
        "courses": [(one, progress.progress(desk, one.id)) for one in found],
        "titles": {one.program: lookup.title(desk, one.program) for one in found},
        "measured": [one for one in measured if one.height is None],
        "body": body_drawing.body(sites, _offsets(desk, client_id, sites)),
        "kinds": kinds(),
        "events": adverse_event.of_client(desk, client_id),
        "sessions": sessions.of_client(desk, client_id, limit=12),
        "photographs": len(shots),
    }


def _offsets(desk: Desk, client_id: int, sites: list[body_sites.Last]) -> dict[str, float]:
    """Return how far the first height is from the landmark, by leg [cm]."""
    found = {}
    for side in {one.side for one in sites}:
        row = measurement.latest(desk, client_id, body_sites.GIRTHS, side)
        found[side] = float(row.detail.get("offset", 0.0)) if row else 0.0
    return found
