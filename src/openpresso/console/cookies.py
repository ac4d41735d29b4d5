"""Cookies: kept from scripts, sent to this host alone, and by HTTPS alone where there is HTTPS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import Response

HOST_ONLY = "__Host-"
"""Browsers take a name that begins so by HTTPS alone, for every path of this very host: a page of a
neighbouring host cannot plant one (ASVS 3.3.3)."""


def called(name: str, *, secure: bool) -> str:
    """Return the name under which a browser keeps a cookie.

    Parameters
    ----------
    name
        What the console calls it.
    secure
        Whether browsers reach the console by HTTPS; by HTTP they would refuse the longer name.
    """
    return HOST_ONLY + name if secure else name


def held(request: Request, name: str) -> str:
    """Return what a browser holds under a name, empty when it holds nothing."""
    return request.cookies.get(called(name, secure=_secure(request)), "")


def give(
    request: Request, answer: Response, name: str, value: str, *, age: int | None = None
) -> None:
    """Give a browser a cookie.

    Parameters
    ----------
    request, answer
        What was asked, and the answer that carries the cookie.
    name, value
        Of the cookie.
    age
        How long it is kept [s]; None: until the browser is closed.
    """
    answer.set_cookie(_name(request, name), value, max_age=age, **_kept(request))


def take_back(request: Request, answer: Response, name: str) -> None:
    """Let a browser forget a cookie; it must be told with the marks with which it was given."""
    answer.delete_cookie(_name(request, name), **_kept(request))


def _name(request: Request, name: str) -> str:
    return called(name, secure=_secure(request))


def _kept(request: Request) -> dict[str, Any]:
    return {"path": "/", "secure": _secure(request), "httponly": True, "samesite": "strict"}


def _secure(request: Request) -> bool:
    return bool(request.app.state.settings.secure)
