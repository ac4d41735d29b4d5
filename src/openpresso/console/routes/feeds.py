"""Calendar feeds: a secret address by which a calendar program reads somebody's appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from openpresso.clinic.booking import feed
from openpresso.clinic.booking.feed import CalendarFeed
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.people import staff
from openpresso.clinic.roles import CARE, Role
from openpresso.console.forms.entered import HIGHEST
from openpresso.console.page import OPEN, needs, show
from openpresso.console.refused import require
from openpresso.console.visitor import Looking
from openpresso.interchange.calendar import MEDIA_TYPE, calendar_file

if TYPE_CHECKING:
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/calendar"
LONGEST_TOKEN = 100


@router.get("/calendar/feed", **needs("feed.make"))
def feeds(visitor: Looking) -> HTMLResponse:
    """Show whose calendar has an address."""
    return _page(visitor)


@router.post("/calendar/feed", **needs("feed.make"))
def make(
    request: Request, visitor: Looking, person: Annotated[int, Form(le=HIGHEST)]
) -> HTMLResponse:
    """Make a new address, and show it this once; the old one no longer works."""
    with visitor.desk() as desk:
        token = feed.make(desk, person)
    return _page(visitor, f"{request.base_url}feeds/{token}.ics")


@router.post("/calendar/feed/revoke", **needs("feed.revoke"))
def revoke(visitor: Looking, person: Annotated[int, Form(le=HIGHEST)]) -> Response:
    """Let no address of somebody's calendar work any more."""
    with visitor.desk() as desk:
        feed.revoke(desk, person)
    return RedirectResponse("/calendar/feed", 303)


@router.get("/feeds/{token}.ics", **needs(OPEN))
def calendar(request: Request, token: str) -> Response:
    """Answer a calendar program; who has the token needs no other key."""
    try:
        clinic = request.app.state.clinic
        with clinic.automatic(feed.practice_of(token[:LONGEST_TOKEN]), reading=True) as desk:
            view = feed.read(desk, token)
    except NotFoundError:
        return PlainTextResponse("There is no such calendar.", 404)
    return Response(calendar_file(view), media_type=MEDIA_TYPE)


def _page(visitor: Visitor, address: str = "") -> HTMLResponse:
    """Return the page, with an address that was just made."""
    with visitor.desk(reading=True) as desk:
        require(desk, "feed.make")
        treating = {role.value for role in CARE}
        owner = Role.OWNER in desk.roles
        people = [
            one
            for one in staff.everyone(desk)
            if one.id == desk.staff_id or (owner and treating & set(one.roles))
        ]
        made = desk.db.execute(
            sa.select(CalendarFeed.staff_id, CalendarFeed.created_at).where(
                CalendarFeed.practice_id == desk.here,
                CalendarFeed.revoked_at.is_(None),
                CalendarFeed.staff_id.in_([one.id for one in people]),
            )
        ).all()
        return show(
            "feed.html",
            visitor,
            desk,
            here=HERE,
            people=people,
            made={key: moment for key, moment in made},  # noqa: C416 -- rows are not pairs
            address=address,
        )
