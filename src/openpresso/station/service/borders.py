"""What keeps web pages of other sites away from the station, and bodies small.

A page of any site that a person opens on this computer can send requests to the station's address.
It carries no key, yet two things are refused before a key is looked at: a `Host` that is a name
nobody gave to the station (DNS rebinding would make the page "same-origin"), and a change that the
browser says comes from another site (`Origin`, `Sec-Fetch-Site`).

The emergency vents pass: to stop is always allowed, whoever asks, by whatever name.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from openpresso.station.service import problems

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT: Final = 256_000
"""Largest body [bytes]; the largest is a program of one's own as YAML."""
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NEAR: Final = frozenset({"same-origin", "none"})
"""Values of `Sec-Fetch-Site` that our own pages and the address bar have."""


def is_vent(path: str) -> bool:
    """Tell whether a path is that of an emergency vent."""
    return path == "/vent" or (path.startswith("/couches/") and path.endswith("/vent"))


class Borders:
    """ASGI middleware: host, origin, size of body.

    Parameters
    ----------
    app
        The application.
    names
        Host names by which the station may be called; IP addresses and `localhost` always may,
        for no DNS can rebind them.
    limit
        Largest body of a path [bytes]; `BODY_LIMIT` for all paths if not given.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Iterable[str] = (),
        limit: Callable[[str], int] | None = None,
    ) -> None:
        """Take up the watch."""
        self._app = app
        self._limit = limit or (lambda _path: BODY_LIMIT)
        self._names = frozenset({"localhost", *(name.lower() for name in names)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it with a problem."""
        if scope["type"] != "http" or is_vent(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        limit = self._limit(scope["path"])
        refusal = self._foreign(scope["method"], headers) or _too_long(headers, limit)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _Measured(receive, limit), send)

    def _foreign(self, method: str, headers: dict[str, str]) -> problems.ProblemResponse | None:
        """Return a refusal when the request comes from another site."""
        host = headers.get("host", "")
        name = _host_name(host)
        if name is None or not (name in self._names or _is_address(name)):
            return problems.response(
                403,
                "unknown-host",
                f"the station is not called {host[:80]!r}",
                "use its IP address, or start it with --name and this name.",
            )
        if method in _READING:
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if (site is None or site in _NEAR) and (origin is None or _authority(origin) == host):
            return None
        return problems.response(
            403,
            "other-site",
            "the request comes from a web page of another site",
            "open the station's own pages, or call it from a program.",
        )


class _Measured:
    """Counts the body as it arrives and refuses one that says nothing of its length."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            # FastAPI lets only this class through while it reads a body.
            raise HTTPException(413, _too_large(self._limit))
        return message


def _too_large(limit: int) -> str:
    return f"the body is larger than {limit} bytes"


def _too_long(headers: dict[str, str], limit: int) -> problems.ProblemResponse | None:
    """Return a refusal when the body says that it is too large."""
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) <= limit:
        return None
    return problems.response(413, "content-too-large", _too_large(limit), "send a smaller one.")


def _host_name(host: str) -> str | None:
    """Return the name in a `Host` header, without port and brackets."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _authority(origin: str) -> str | None:
    """Return host and port of an `Origin`, as the `Host` header has them."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
