"""Settings of one's own: how the screen looks and speaks, password, PIN."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.people import password, pin, sign_in
from openpresso.clinic.people.security import security
from openpresso.console.cookies import give, take_back
from openpresso.console.forms.typed import Filled, status_of
from openpresso.console.page import OPEN, needs, show
from openpresso.console.visitor import (
    COOKIE,
    LANGUAGE,
    LENGTH,
    PRESSURE,
    THEME,
    Looking,
    Visitor,
    me,
)
from openpresso.console.words import LANGUAGES, LENGTHS, PRESSURES
from openpresso.errors import InputError, OpenpressoError

router = APIRouter(include_in_schema=False)
HERE = "/settings"
YEAR: Final = 31_536_000
"""How long the screen remembers how it looks [s]."""
THEMES: Final = ("", "light", "dark")


@router.get("/settings", **needs("sign-in.list"))
def own(visitor: Looking, done: str = "") -> Response:
    """Show one's own settings."""
    return _page(visitor, done=done)


@router.post("/settings/screen", **needs(OPEN))
def screen(request: Request, typed: Filled) -> Response:
    """Keep language, theme and units on this screen; nothing of the clinic is touched."""
    answer = RedirectResponse("/settings?done=screen", 303)
    for name, allowed in (
        (LANGUAGE, tuple(LANGUAGES)),
        (THEME, THEMES[1:]),
        (PRESSURE, PRESSURES),
        (LENGTH, LENGTHS),
    ):
        value = typed.one(name)
        if value in allowed:
            give(request, answer, name, value, age=YEAR)
        else:
            take_back(request, answer, name)
    return answer


@router.post("/settings/password", **needs("password.change"))
def change_password(request: Request, visitor: Looking, typed: Filled) -> Response:
    """Change one's own password; every sign-in ends, this one too."""
    old, new, again = (typed.fields.get(name, ("",))[0] for name in ("old", "new", "again"))
    try:
        if new != again:
            raise InputError.one(
                "password", "not-the-same", "the two new passwords are not the same",
                hint="Type the new one twice.",
            )  # fmt: skip
        with visitor.desk() as desk:
            password.change(desk, old, new)
    except OpenpressoError as error:
        return _page(visitor, status=status_of(error), error=error, where="password")
    answer = RedirectResponse("/sign-in", 303)
    take_back(request, answer, COOKIE)
    return answer


@router.post("/settings/pin", **needs("pin.set"))
def change_pin(visitor: Looking, typed: Filled) -> Response:
    """Set one's own PIN, or take it away."""
    secret = typed.fields.get("password", ("",))[0]
    try:
        with visitor.desk() as desk:
            pin.change(desk, secret, typed.one("pin"))
    except OpenpressoError as error:
        return _page(visitor, status=status_of(error), error=error, where="pin")
    return RedirectResponse("/settings?done=pin", 303)


@router.post("/settings/sign-out-everywhere", **needs("sign-in.end-mine"))
def sign_out(request: Request, visitor: Looking) -> Response:
    """End every sign-in of one's own, this one too."""
    with visitor.desk() as desk:
        sign_in.end_mine(desk)
    answer = RedirectResponse("/sign-in", 303)
    take_back(request, answer, COOKIE)
    return answer


@router.post("/settings/end-others", **needs("sign-in.end-others"))
def end_others(visitor: Looking) -> Response:
    """End every sign-in of one's own but this one."""
    with visitor.desk() as desk:
        sign_in.end_others(desk, visitor.token)
    return RedirectResponse("/settings?done=others", 303)


def _page(
    visitor: Visitor,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
    where: str = "",
    done: str = "",
) -> Response:
    with visitor.desk(reading=True) as desk:
        figures = security()
        return show(
            "settings.html",
            visitor,
            desk,
            here=HERE,
            status=status,
            error=error,
            where=where,
            done=done,
            languages=LANGUAGES,
            units=(
                (PRESSURE, PRESSURES, visitor.pressures),
                (LENGTH, LENGTHS, visitor.lengths),
            ),
            chosen=visitor.words(desk).language,
            screens=[
                (row, sign_in.is_here(row, visitor.token)) for row in sign_in.mine(desk)[::-1]
            ],
            has_factor=bool(me(desk).totp),
            has_pin=bool(me(desk).pin),
            shortest=figures["password-shortest"],
            digits=(figures["pin-shortest"], figures["pin-longest"]),
        )
