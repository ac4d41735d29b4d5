"""One's own second factor: set up with a picture, confirmed, recovery codes, given up."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.people import recovery, second_factor
from openpresso.console.forms.typed import Filled, status_of
from openpresso.console.page import needs, show
from openpresso.console.visitor import Looking, Visitor, me
from openpresso.errors import OpenpressoError

router = APIRouter(include_in_schema=False)
HERE = "/settings"
FEW = 3
"""Recovery codes from which new ones are proposed."""


@router.get("/settings/second-factor", **needs("second-factor.offer"))
def page(visitor: Looking) -> Response:
    """Show whether there is a second factor, and what can be done with it."""
    return _page(visitor)


@router.post("/settings/second-factor/offer", **needs("second-factor.offer"))
def offer(visitor: Looking, typed: Filled) -> Response:
    """Show the picture for the application, once; it counts when it is confirmed."""
    try:
        with visitor.desk() as desk:
            address = second_factor.offer(desk, typed.fields.get("password", ("",))[0])
    except OpenpressoError as error:
        return _page(visitor, error=error, where="offer")
    return _page(visitor, offered=_offered(address))


@router.post("/settings/second-factor/confirm", **needs("second-factor.confirm"))
def confirm(visitor: Looking, typed: Filled) -> Response:
    """Let it count, with a code that shows that the application has it."""
    try:
        with visitor.desk() as desk:
            second_factor.confirm(desk, typed.one("code"))
    except OpenpressoError as error:
        return _page(visitor, error=error, where="confirm")
    return RedirectResponse("/settings/second-factor", 303)


@router.post("/settings/second-factor/codes", **needs("second-factor.recovery-codes"))
def codes(visitor: Looking, typed: Filled) -> Response:
    """Show new recovery codes, once."""
    try:
        with visitor.desk() as desk:
            made = recovery.make(desk, typed.fields.get("password", ("",))[0])
    except OpenpressoError as error:
        return _page(visitor, error=error, where="codes")
    return _page(visitor, codes=made)


@router.post("/settings/second-factor/give-up", **needs("second-factor.give-up"))
def give_up(visitor: Looking, typed: Filled) -> Response:
    """Do without it from now on."""
    try:
        with visitor.desk() as desk:
            second_factor.give_up(desk, typed.fields.get("password", ("",))[0])
    except OpenpressoError as error:
        return _page(visitor, error=error, where="give-up")
    return RedirectResponse("/settings/second-factor", 303)


def _offered(address: str) -> dict[str, Any]:
    """Return the picture of an address as paths of an SVG, and its secret to be typed instead."""
    import segno

    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, svgns=False, border=0)
    text = out.getvalue().decode()
    size = re.search(r'width="(\d+)"', text)
    path = re.search(r'\bd="([^"]+)"', text)
    if size is None or path is None:
        raise RuntimeError("the picture of a QR code has another form than it used to have")
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    groups = [secret[place : place + 4] for place in range(0, len(secret), 4)]
    return {"path": path[1], "size": int(size[1]), "secret": " ".join(groups)}


def _page(
    visitor: Visitor,
    *,
    error: OpenpressoError | None = None,
    where: str = "",
    offered: dict[str, Any] | None = None,
    codes: tuple[str, ...] = (),
) -> Response:
    with visitor.desk(reading=True) as desk:
        return show(
            "second_factor.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            where=where,
            has=bool(me(desk).totp),
            offered=offered,
            codes=codes,
            left=recovery.left(desk),
            few=FEW,
        )
