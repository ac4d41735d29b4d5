"""What every answer says to the browser, and which requests come in.

Hosts, origins and sizes of bodies are those of the station's borders (`station.service.borders`);
here is what a page needs beyond: what it may load, from where, and that it is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR: Final = 31_536_000
"""[s]"""
KEPT: Final = "public, max-age=31536000, immutable"
"""Of static files: their address has the version, so they never change."""


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
        "base-uri 'none'",
    ))  # fmt: skip


class Headers:
    """ASGI middleware: headers of every answer.

    Parameters
    ----------
    app
        The application.
    station
        Address of the station, to which stops are sent.
    secure
        Whether browsers reach the console by HTTPS.
    """

    def __init__(self, app: ASGIApp, station: str = "", *, secure: bool = False) -> None:
        """Make the headers once."""
        self._app = app
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
        keeping = KEPT.encode() if kept else b"no-store"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [one for one in message["headers"] if one[0].lower() != b"cache-control"]
                message["headers"] = [*own, *self._headers, (b"cache-control", keeping)]
            await send(message)

        await self._app(scope, receive, answer)
