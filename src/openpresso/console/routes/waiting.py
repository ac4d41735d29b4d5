"""The waiting list: who would come if a time became free, and what is offered to whom."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.booking import resource, waiting
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import staff
from openpresso.clinic.people.client import Client
from openpresso.console.forms import entered
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, show
from openpresso.console.refused import told
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openpresso.clinic.desk import Desk
    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/calendar"
Text = Annotated[str, Form(max_length=40)]
BEGUN = {
    "cuff": "",
    "minutes": "45",
    "weekdays": ["0", "1", "2", "3", "4"],
    "earliest": "08:00",
    "latest": "19:00",
    "until": "",
}


@router.get("/calendar/waiting", **needs("waiting.list", "client.read"))
def waiting_list(visitor: Looking, client: str = "") -> HTMLResponse:
    """Show who waits; with a client also the form to put that client on the list."""
    return _page(visitor, client)


@router.post("/calendar/waiting", **needs("waiting.add"))
def add(
    visitor: Looking,
    client: Text = "",
    cuff: Text = "",
    minutes: Text = "",
    weekdays: Annotated[list[str], Form(max_length=7)] = [],  # noqa: B006 -- FastAPI copies it
    earliest: Text = "",
    latest: Text = "",
    until: Text = "",
) -> Response:
    """Put a client on the list."""
    try:
        with visitor.desk() as desk:
            waiting.add(
                desk,
                entered.number(client, "client"),
                cuff,
                entered.number(minutes, "minutes"),
                weekdays=[entered.number(one, "weekdays") for one in weekdays],
                earliest=entered.time(earliest, "earliest"),
                latest=entered.time(latest, "latest"),
                until=entered.day_or_none(until, "until"),
            )
    except OpenpressoError as error:
        values = {"cuff": cuff, "minutes": minutes, "weekdays": weekdays}
        values |= {"earliest": earliest, "latest": latest, "until": until}
        return _page(visitor, client, told(error), values)
    return RedirectResponse("/calendar/waiting", 303)


@router.post("/calendar/waiting/{waiting_id}/accept", **needs("waiting.accept"))
def accept(visitor: Looking, waiting_id: Key) -> Response:
    """Book the time that was offered."""
    return _act(visitor, lambda desk: waiting.accept(desk, waiting_id))


@router.post("/calendar/waiting/{waiting_id}/decline", **needs("waiting.decline"))
def decline(visitor: Looking, waiting_id: Key) -> Response:
    """Give the offer to the next; the client waits on."""
    return _act(visitor, lambda desk: waiting.decline(desk, waiting_id))


@router.post("/calendar/waiting/{waiting_id}/withdraw", **needs("waiting.withdraw"))
def withdraw(visitor: Looking, waiting_id: Key) -> Response:
    """Take a client off the list."""
    return _act(visitor, lambda desk: waiting.withdraw(desk, waiting_id))


def _act(visitor: Visitor, act: Callable[[Desk], object]) -> Response:
    """Do an act and show the list again."""
    try:
        with visitor.desk() as desk:
            act(desk)
    except OpenpressoError as error:
        return _page(visitor, "", told(error))
    return RedirectResponse("/calendar/waiting", 303)


def _page(
    visitor: Visitor,
    client: str,
    error: Told | None = None,
    values: Mapping[str, object] | None = None,
) -> HTMLResponse:
    """Return the page; what was typed stays."""
    with visitor.desk(reading=True) as desk:
        rows = waiting.everyone(desk)
        keys = {one.client_id for one in rows}
        named = desk.db.scalars(
            sa.select(Client).where(Client.practice_id == desk.here, Client.id.in_(keys))
        )
        known = client.isdecimal() and len(client) < 16
        monday = dt.date(2024, 1, 1)
        return show(
            "waiting.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            rows=rows,
            offers={one.id: waiting.Slot.read(one.offer) for one in rows if one.offer},
            names={one.id: one.name or one.number for one in named},
            staff_names={one.id: one.name for one in staff.everyone(desk)},
            client=clients.find(desk, int(client)) if known else None,
            cuffs=sorted({one.cuff_type for one in resource.cuff_sets(desk)}),
            weekdays=[monday + dt.timedelta(days=number) for number in range(7)],
            typed={**BEGUN, **(values or {})},
        )
