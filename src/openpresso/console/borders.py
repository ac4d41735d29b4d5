"""What every answer says to the browser, and which requests come in.

Hosts, origins and sizes of bodies are those of the station's borders (`station.service.borders`);
here is what pages need beyond: that a form says that it is ours, what a page may load, from where,
that it is not kept, and that a defect is told without a word of what broke.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy.exc import StatementError

from openpresso.station.service import problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR: Final = 31_536_000
"""[s]"""
KEPT: Final = "public, max-age=31536000, immutable"
"""Of static files: their address has the version, so they never change."""
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PLAIN_HOST: Final = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
"""A name or an address, and a port: what a browser says. Addresses that we print are made of it."""


def policy(station: str) -> str:
    """Return the content security policy: our own files alone, and stops to the station.

    Parameters
    ----------
    station
        Address of the station, empty without one.
    """
    parts = urlsplit(station)
    room = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    none = " 'none'"
    return "; ".join((
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "manifest-src 'self'",
        "connect-src 'self'",
        f"form-action 'self'{room}",
        # The answer of a stop goes to a frame; without this the browser would not even send it.
        f"frame-src{room or none}",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'none'",
    ))  # fmt: skip


class OwnPages:
    """ASGI middleware: a form counts when the browser says that it stood on one of our pages.

    The station's borders let pass what says nothing of where it comes from, for programs call the
    station; forms of the console are sent by browsers, and each of them says `Origin` with a POST.
    The JSON API is for programs. It looks at no cookie, so that no page of another site can use
    what a browser holds.

    Parameters
    ----------
    app
        The application.
    programs
        How the paths begin that programs call.
    """

    def __init__(self, app: ASGIApp, programs: str = "/api/") -> None:
        """Take up the watch."""
        self._app = app
        self._programs = programs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it with a problem."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return why a request is none of ours; which names and origins are is seen before."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not PLAIN_HOST.fullmatch(hosts[0]):
            return problems.response(
                403, "unreadable-host", "the request does not say plainly whom it is for",
                "open the address in a browser.",
            )  # fmt: skip
        if scope["method"] in READING or scope["path"].startswith(self._programs):
            return None
        if any(name in {b"origin", b"sec-fetch-site"} for name, _ in scope["headers"]):
            return None
        return problems.response(
            403,
            "no-origin",
            "the request does not say that it comes from a page of this console",
            "open the console's own pages; programs call the API.",
        )


class Headers:
    """ASGI middleware: headers of every answer, also of the one after a defect.

    Parameters
    ----------
    app
        The application.
    station
        Address of the station, to which stops are sent.
    secure
        Whether browsers reach the console by HTTPS.
    defect
        What is answered when nobody foresaw what happened; without it the server answers.
    """

    def __init__(
        self,
        app: ASGIApp,
        station: str = "",
        *,
        secure: bool = False,
        defect: Callable[[Request], Response] | None = None,
    ) -> None:
        """Make the headers once."""
        self._app = app
        self._defect = defect
        found = {
            "content-security-policy": policy(station),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(self), microphone=(), geolocation=()",
        }
        if secure:
            found["strict-transport-security"] = f"max-age={YEAR}; includeSubDomains"
        self._headers = [(name.encode(), value.encode()) for name, value in found.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = scope["path"].startswith("/static/")
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                keeping = KEPT.encode() if kept and message["status"] < 400 else b"no-store"
                own = [one for one in message["headers"] if one[0].lower() != b"cache-control"]
                message["headers"] = [*own, *self._headers, (b"cache-control", keeping)]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            _veil(error)
            if self._defect is not None and not begun:
                await self._defect(Request(scope))(scope, receive, answer)
            # The server writes it to its log; it sees that it was answered.
            raise


def _veil(error: BaseException | None) -> None:
    """Keep what people typed out of the log: an error of the database tells its values."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, StatementError):
            error.hide_parameters = True
        error = error.__cause__ or error.__context__
