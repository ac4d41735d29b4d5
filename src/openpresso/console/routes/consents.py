"""Consents: the text as it is shown, and what the client decides."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.consent import consent
from openpresso.clinic.consent import text as texts
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.people import client
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import OpenpressoError

router = APIRouter(include_in_schema=False)
HERE = "/clients"


@router.get("/clients/{client_id}/consents/{purpose}", **needs("consent.read", "consent.record"))
def form(visitor: Looking, client_id: int, purpose: str) -> Response:
    """Show a text and what was decided about it."""
    return _page(visitor, client_id, purpose, NOTHING)


@router.post("/clients/{client_id}/consents/{purpose}", **needs("consent.record"))
def record(visitor: Looking, client_id: int, purpose: str, typed: Filled) -> Response:
    """Keep what a client has decided about the text that was shown."""
    try:
        with visitor.desk() as desk:
            consent.record(
                desk,
                client_id,
                purpose,
                typed.one("decision"),
                how=typed.one("how"),
                text_sha256=typed.one("text"),
                language=typed.one("language"),
                witness=typed.one("witness"),
            )
    except OpenpressoError as error:
        return _page(visitor, client_id, purpose, typed, status=status_of(error), error=error)
    return RedirectResponse(f"/clients/{client_id}#consents", 303)


@router.post("/clients/{client_id}/consents/{purpose}/withdraw", **needs("consent.withdraw"))
def withdraw(visitor: Looking, client_id: int, purpose: str, typed: Filled) -> Response:
    """Keep that a client has withdrawn a consent."""
    try:
        with visitor.desk() as desk:
            how, witness = typed.one("how"), typed.one("witness")
            consent.withdraw(desk, client_id, purpose, how=how, witness=witness)
    except OpenpressoError as error:
        return _page(visitor, client_id, purpose, typed, status=status_of(error), error=error)
    return RedirectResponse(f"/clients/{client_id}#consents", 303)


def _page(
    visitor: Visitor,
    client_id: int,
    purpose: str,
    typed: Typed,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
) -> Response:
    known = texts.current()
    if purpose not in known:
        raise NotFoundError(f"there is no consent for {purpose[:80]!r}")
    with visitor.desk(reading=True) as desk:
        found = client.find(desk, client_id)
        consent.history(desk, client_id)
        shown = texts.find(known, purpose).shown
        language = visitor.words(desk).language
        # The client reads it: their language where there is a text in it.
        own = found.language if found.language in shown.texts else language
        return show(
            "consent.html",
            visitor,
            desk,
            here=HERE,
            status=status,
            error=error,
            client=found,
            purpose=purpose,
            language=own,
            shown=shown,
            text=shown.texts[own],
            sha256=texts.sha256(shown.texts[own]),
            given=consent.decisions(desk, client_id).get(purpose),
            typed=typed,
        )
