"""Adverse events of a client: entered between sessions, and looked at by a clinician."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.people import client
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.sessions import adverse_event, adverse_kind
from openpresso.console.forms.entered import Key
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.rights import may
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.sessions.adverse_event import AdverseEvent

router = APIRouter(include_in_schema=False)
HERE = "/clients"


@router.get("/clients/{client_id}/events", **needs("adverse-event.list"))
def listed(visitor: Looking, client_id: Key) -> Response:
    """Show what went wrong with a client, and the form for something new."""
    return _page(visitor, client_id, NOTHING)


@router.post("/clients/{client_id}/events", **needs("adverse-event.enter"))
def enter(visitor: Looking, client_id: Key, typed: Filled) -> Response:
    """Enter an event that belongs to no session."""
    try:
        with visitor.desk() as desk:
            adverse_event.enter(
                desk,
                client_id,
                typed.one("kind"),
                typed.one("severity"),
                typed.one("text"),
                actions=typed.one("actions"),
            )
    except OpenpressoError as error:
        return _page(visitor, client_id, typed, error=error)
    return RedirectResponse(f"/clients/{client_id}/events", 303)


@router.post("/clients/{client_id}/events/{event_id}/review", **needs("adverse-event.review"))
def review(visitor: Looking, client_id: Key, event_id: Key, typed: Filled) -> Response:
    """Enter what a clinician decided after looking at an event."""
    try:
        with visitor.desk() as desk:
            _of(desk, client_id, event_id)
            adverse_event.review(desk, event_id, typed.one("decision"))
    except OpenpressoError as error:
        return _page(visitor, client_id, typed, error=error, reviewing=event_id)
    return RedirectResponse(f"/clients/{client_id}/events", 303)


def _of(desk: Desk, client_id: int, event_id: int) -> None:
    """Refuse an event of another client."""
    if all(one.id != event_id for one in adverse_event.events(desk, client_id)):
        raise NotFoundError("there is no such event", remedy="Look the client up again.")


def _page(
    visitor: Visitor,
    client_id: int,
    typed: Typed,
    *,
    error: OpenpressoError | None = None,
    reviewing: int = 0,
) -> Response:
    with visitor.desk(reading=True) as desk:
        events = adverse_event.of_client(desk, client_id)
        return show(
            "client_events.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            typed=typed,
            reviewing=reviewing,
            client=client.find(desk, client_id),
            events=events,
            kinds=adverse_kind.shipped(),
            severities=list(adverse_kind.RANK),
            names=_names(desk, events),
            may_review=may(desk, "adverse-event.review"),
        )


def _names(desk: Desk, events: list[AdverseEvent]) -> dict[int, str]:
    """Return who entered and reviewed events, by key."""
    keys = {key for one in events for key in (one.entered_by, one.reviewed_by) if key is not None}
    return {key: desk.find(Staff, key).name for key in keys}
