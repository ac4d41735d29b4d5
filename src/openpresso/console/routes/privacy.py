"""A client's rights: a copy of everything, a request to be erased, a restriction, its lifting."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.people import client
from openpresso.clinic.privacy import copy, erasure
from openpresso.console.forms import entered
from openpresso.console.forms.entered import Key
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.rights import may
from openpresso.console.routes.identity import version
from openpresso.console.vault import vault_of
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpresso.clinic.desk import Desk

router = APIRouter(include_in_schema=False)
HERE = "/clients"
ACTS: Final = ("erasure.amend", "erasure.decide", "erasure.lift", "erasure.request", "client.copy",
               "erasure.propose")  # fmt: skip


@router.get("/clients/{client_id}/privacy", **needs("erasure.of-client", "erasure.propose"))
def page(visitor: Looking, client_id: Key) -> Response:
    """Show what a client can ask for, and what was asked and decided."""
    return _page(visitor, client_id, NOTHING)


@router.get("/clients/{client_id}/copy.zip", **needs("client.copy"))
def download(visitor: Looking, client_id: Key) -> Response:
    """Return all that is kept about a client as one file."""
    with visitor.desk(reading=True) as desk:
        found = copy.of_client(desk, client_id, vault=vault_of(visitor.settings))
    with tempfile.TemporaryDirectory() as folder:
        content = copy.write(found, Path(folder) / "copy.zip").read_bytes()
    name = f'attachment; filename="{found.number}.zip"'
    return Response(content, media_type="application/zip", headers={"content-disposition": name})


@router.post("/clients/{client_id}/privacy/request", **needs("erasure.request"))
def request(visitor: Looking, client_id: Key, typed: Filled) -> Response:
    """Enter that a client wants to be erased."""

    def act(desk: Desk) -> None:
        values: Any = {name: typed.one(name) for name in ("basis", "identity", "claim")}
        day = entered.day_or_none(typed.one("received_on"), "received_on")
        erasure.request(desk, client_id, received_on=day, **values)

    return _acted(visitor, client_id, typed, "request", act)


@router.post("/clients/{client_id}/privacy/{request_id}/amend", **needs("erasure.amend"))
def amend(visitor: Looking, client_id: Key, request_id: Key, typed: Filled) -> Response:
    """Change what is known of an open request."""

    def act(desk: Desk) -> None:
        _of(desk, client_id, request_id)
        values: Any = {name: typed.one(name) for name in ("basis", "identity", "claim")}
        longer = typed.one("extended") == "yes"
        erasure.amend(desk, request_id, version(typed, "version"), extended=longer, **values)

    return _acted(visitor, client_id, typed, "amend", act)


@router.post("/clients/{client_id}/privacy/{request_id}/decide", **needs("erasure.decide"))
def decide(visitor: Looking, client_id: Key, request_id: Key, typed: Filled) -> Response:
    """Decide a request as the rules say, or by less, and carry it out."""

    def act(desk: Desk) -> None:
        _of(desk, client_id, request_id)
        _sure(typed)
        outcome: Any = typed.one("outcome") or None
        folder = Path(visitor.settings.vault) if visitor.settings.vault else None
        erasure.decide(
            desk,
            request_id,
            version(typed, "version"),
            outcome=outcome,
            reason=typed.one("reason"),
            vault=folder,
        )

    return _acted(visitor, client_id, typed, "decide", act)


@router.post("/clients/{client_id}/privacy/{request_id}/lift", **needs("erasure.lift"))
def lift(visitor: Looking, client_id: Key, request_id: Key, typed: Filled) -> Response:
    """Lift a restriction."""

    def act(desk: Desk) -> None:
        _of(desk, client_id, request_id)
        erasure.lift(desk, request_id, version(typed, "version"), reason=typed.one("reason"))

    return _acted(visitor, client_id, typed, "lift", act)


def _of(desk: Desk, client_id: int, request_id: int) -> None:
    """Refuse a request of another client."""
    if all(one.id != request_id for one in erasure.of_client(desk, client_id)):
        raise NotFoundError("there is no such request", remedy="Look the client up again.")


def _sure(typed: Typed) -> None:
    if typed.one("sure") != "yes":
        raise InputError.one(
            "erasure", "not-confirmed", "it is not confirmed that this is meant",
            path="sure", hint="Read what the rules say, then confirm it.",
        )  # fmt: skip


def _acted(
    visitor: Visitor, client_id: int, typed: Typed, form: str, act: Callable[[Desk], None]
) -> Response:
    """Do an act, or show the page again with what was typed."""
    try:
        with visitor.desk() as desk:
            act(desk)
    except OpenpressoError as error:
        status = status_of(error)
        return _page(visitor, client_id, typed, status=status, error=error, form=form)
    return RedirectResponse(f"/clients/{client_id}/privacy", 303)


def _page(
    visitor: Visitor,
    client_id: int,
    typed: Typed,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
    form: str = "",
) -> Response:
    with visitor.desk(reading=True) as desk:
        requests = erasure.of_client(desk, client_id)
        waits = next((one for one in requests if not one.outcome), None)
        knows = waits is not None and may(desk, "erasure.propose")
        return show(
            "client_privacy.html",
            visitor,
            desk,
            here=HERE,
            status=status,
            error=error,
            form=form,
            typed=typed,
            client=client.find(desk, client_id),
            requests=requests,
            waits=waits,
            proposal=erasure.proposal(desk, waits.id) if waits and knows else None,
            less=erasure.STRENGTH,
            may={name: may(desk, name) for name in ACTS},
        )
