"""The door: signing in, locking, unlocking, signing out, and how the screen looks."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.errors import SignInError
from openpresso.clinic.people import sign_in
from openpresso.console.cookies import give, take_back
from openpresso.console.page import OPEN, needs, render
from openpresso.console.visitor import COOKIE, Looking, language, theme
from openpresso.console.words import Words

router = APIRouter(include_in_schema=False)


def _words(request: Request) -> Words:
    return Words(language(request), ZoneInfo("UTC"))


def within(path: str) -> str:
    """Return a path of this console, or its first page: nobody is led elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if plain and path.isprintable() else "/"


@router.get("/sign-in", **needs(OPEN))
def door(request: Request, then: str = "/") -> HTMLResponse:
    """Show the door."""
    return render("door.html", _words(request), then=within(then), login="", theme=theme(request))


@router.post("/sign-in", **needs(OPEN))
def enter(
    request: Request,
    login: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    code: Annotated[str, Form(max_length=40)] = "",
    then: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in; a sign-in that was there before is another one, so nobody can plant one."""
    state = request.app.state
    try:
        found = sign_in.enter(state.clinic, login, password, code, practice=state.settings.practice)
    except SignInError as error:
        return render(
            "door.html",
            _words(request),
            status=401,
            error=error,
            then=within(then),
            login=login,
            theme=theme(request),
        )
    return _signed_in(request, found.token, then)


def _signed_in(request: Request, token: str, then: str) -> Response:
    """Lead on with the token in a cookie; unlocking gives a new one, too."""
    answer = RedirectResponse(within(then), 303)
    give(request, answer, COOKIE, token)
    return answer


@router.get("/locked", **needs(OPEN))
def locked(request: Request, then: str = "/") -> HTMLResponse:
    """Show that the screen is locked."""
    return render("locked.html", _words(request), then=within(then), theme=theme(request))


@router.post("/unlock", **needs(OPEN))
def unlock(
    request: Request,
    visitor: Looking,
    pin: Annotated[str, Form(max_length=1000)],
    then: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Unlock the screen with the PIN."""
    try:
        found = sign_in.unlock(visitor.clinic, visitor.token, pin)
    except SignInError as error:
        page = "locked.html" if error.code == "wrong-pin" else "door.html"
        return render(
            page,
            _words(request),
            status=401,
            error=error,
            then=within(then),
            login="",
            theme=theme(request),
        )
    return _signed_in(request, found.token, then)


@router.post("/lock", **needs(OPEN))
def lock(visitor: Looking) -> Response:
    """Lock the screen; where nobody is signed in any more there is nothing to lock."""
    try:
        sign_in.lock(visitor.clinic, visitor.token)
    except SignInError:
        return RedirectResponse("/sign-in", 303)
    return RedirectResponse("/locked", 303)


@router.post("/sign-out", **needs(OPEN))
def leave(request: Request, visitor: Looking) -> Response:
    """Sign out."""
    sign_in.leave(visitor.clinic, visitor.token)
    answer = RedirectResponse("/sign-in", 303)
    take_back(request, answer, COOKIE)
    return answer
