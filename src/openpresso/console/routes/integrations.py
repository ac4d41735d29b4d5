"""Integrations: programs that act in the practice; their tokens are made and revoked here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.people import integration, staff
from openpresso.clinic.roles import PEOPLE
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, show
from openpresso.console.refused import require, told
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE: Final = "/integrations"
SPANS: Final = (30, 90, integration.DAYS, integration.MOST_DAYS)
"""How long a token may count, to choose from [d]."""
NEW: Final = {"name": "", "roles": (), "days": integration.DAYS}
Text = Annotated[str, Form(max_length=400)]


@router.get(HERE, **needs("integration.list", "integration.add"))
def page(visitor: Looking) -> HTMLResponse:
    """Show the integrations, and the form for a new one."""
    return _page(visitor)


@router.post(HERE, **needs("integration.add"))
def add(
    visitor: Looking,
    name: Text = "",
    roles: Annotated[list[str], Form(max_length=10)] = [],  # noqa: B006 -- FastAPI copies it
    days: Annotated[int, Form(ge=1, le=integration.MOST_DAYS)] = integration.DAYS,
) -> HTMLResponse:
    """Make an integration, and show its token this once."""
    try:
        with visitor.desk() as desk:
            made = integration.add(desk, name, roles, days=days)
    except OpenpressoError as error:
        return _page(visitor, told(error), {"name": name, "roles": roles, "days": days})
    return _page(visitor, made=made)


@router.post(HERE + "/{integration_id}/revoke", **needs("integration.revoke"))
def revoke(visitor: Looking, integration_id: Key, sure: Text = "") -> Response:
    """End an integration at once."""
    try:
        with visitor.desk() as desk:
            if sure:
                integration.revoke(desk, integration_id)
    except OpenpressoError as error:
        return _page(visitor, told(error))
    return RedirectResponse(HERE, 303)


def _page(
    visitor: Visitor,
    error: Told | None = None,
    typed: Mapping[str, object] | None = None,
    *,
    made: integration.Made | None = None,
) -> HTMLResponse:
    """Return the page; a form that was refused keeps what was typed."""
    with visitor.desk(reading=True) as desk:
        require(desk, "integration.add")
        return show(
            "integrations.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            made=made,
            found=integration.known(desk),
            names={one.id: one.name for one in staff.everyone(desk, gone=True)},
            roles=[role.value for role in PEOPLE if role in desk.roles],
            spans=SPANS,
            typed={**NEW, **(typed or {})},
        )
