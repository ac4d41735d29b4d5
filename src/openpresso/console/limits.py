"""How often the console may be asked: buckets in memory, for each address and each token.

A bucket holds so many requests at most and is filled again little by little. What stops or steers
a session is never limited, nor is what shows it: a hand on a cuff waits for nobody's quota. The
STOP itself goes to the station, which has no such limits at all.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from openpresso.console.api.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

FREE: Final = ("/static/", "/stop", "/live")
"""How the paths begin that are never limited: files, the stop, a session and its commands."""
SECRET: Final = frozenset({"/sign-in", "/unlock", "/new-password", "/second-factor"})
"""Where a secret can be tried without being signed in."""
API: Final = "/api/"
MOST_BUCKETS: Final = 20_000
"""Buckets that are kept [about 2 MB]; those that are full again say nothing and go."""
NETWORK: Final = 64
"""Bits of an IPv6 address that a customer has as one; the rest anybody there can change."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may be done.

    Parameters
    ----------
    burst
        Requests at once.
    seconds
        Time until one more is allowed [s].
    """

    burst: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates of the console, each with its reason.

    Parameters
    ----------
    sign_in
        Tries of secrets from one address. A whole practice behind one address signs in within a
        few minutes in the morning; a program that guesses gets ten a minute, and five wrong tries
        lock a login anyway.
    pages
        Pages and forms of one address: eight people who turn pages as fast as they can.
    token
        Calls with one token: enough to read a day's clients one by one, too few to wear the
        database out while somebody is being treated.
    calls
        Calls of the API from one address, whatever tokens they show: two busy integrations.
    """

    sign_in: Rate = Rate(40, 6.0)
    pages: Rate = Rate(300, 0.025)
    token: Rate = Rate(100, 0.05)
    calls: Rate = Rate(200, 0.025)


USUAL: Final = Limits()
"""What a console has if nobody says otherwise."""


@dataclass(slots=True)
class Buckets:
    """Buckets of one console.

    Parameters
    ----------
    clock
        Time that only goes on [s].
    """

    clock: Callable[[], float] = time.monotonic
    _full_at: dict[tuple[str, str], float] = field(default_factory=dict)
    """When each bucket will be full again; one that is not here is full."""

    def take(self, kind: str, who: str, rate: Rate) -> float:
        """Take one request out of a bucket.

        Parameters
        ----------
        kind, who
            Which bucket.
        rate
            How much it holds, and how fast it is filled.

        Returns
        -------
        float
            0 if there was one; else how long to wait for it [s].
        """
        now = self.clock()
        full_at = max(self._full_at.get((kind, who), now), now) + rate.seconds
        wait = full_at - now - rate.burst * rate.seconds
        if wait > rate.seconds * 1e-6:
            return wait
        self._full_at[kind, who] = full_at
        if len(self._full_at) > MOST_BUCKETS:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Let go of buckets that are full, then of those that will be full first."""
        kept = sorted(
            ((key, at) for key, at in self._full_at.items() if at > now), key=lambda one: one[1]
        )
        self._full_at = dict(kept[-MOST_BUCKETS // 2 :])


class Limited:
    """ASGI middleware: refuses with 429 and `Retry-After` what comes too often.

    Parameters
    ----------
    app
        The application.
    limits
        The rates; None limits nothing, for measuring.
    told
        Makes the page that says so; programs get a problem.
    buckets
        Where it is counted.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits | None,
        told: Callable[[Request], Response],
        buckets: Buckets | None = None,
    ) -> None:
        """Begin with full buckets."""
        self._app = app
        self._limits = limits
        self._told = told
        self._buckets = buckets or Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say how long to wait."""
        wait = 0.0
        if scope["type"] == "http" and self._limits is not None:
            for kind, who, rate in _buckets_of(Request(scope), self._limits):
                wait = max(wait, self._buckets.take(kind, who, rate))
        if not wait:
            await self._app(scope, receive, send)
            return
        await self._refusal(Request(scope), math.ceil(wait))(scope, receive, send)

    def _refusal(self, request: Request, seconds: int) -> Response:
        if request.url.path.startswith(API):
            found: Response = problem(
                429, "too-many-requests", "there were too many requests", f"Wait {seconds} s."
            )
        else:
            found = self._told(request)
        found.headers["retry-after"] = str(seconds)
        return found


def _buckets_of(request: Request, limits: Limits) -> Iterator[tuple[str, str, Rate]]:
    """Yield the buckets that a request is taken from."""
    path, address = request.url.path, _network(request.client.host if request.client else "")
    if is_free(path):
        return
    if path.startswith(API):
        yield "calls", address, limits.calls
        token = request.headers.get("authorization", "")
        if token:
            yield "token", hashlib.sha256(token.encode()).hexdigest(), limits.token
        return
    if path in SECRET and request.method == "POST":
        yield "sign-in", address, limits.sign_in
    yield "pages", address, limits.pages


def is_free(path: str) -> bool:
    """Return whether a path is never limited."""
    return path.startswith(FREE) or path.endswith("/vent")


def _network(address: str) -> str:
    """Return who asks: an address of IPv4, or the network of one of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, NETWORK), strict=False))
