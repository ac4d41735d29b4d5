"""The HTTP server in the station's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from openpresso.errors import InputError
from openpresso.station.service.app import create_app

if TYPE_CHECKING:
    from openpresso.station.service.keys import Keys
    from openpresso.station.station import Station

LINE_LIMIT: Final = 16_384
"""Most that waits for one client in the station [bytes]; its socket takes about as much again."""
GRACE: Final = 2
"""Requests that are under way have this long when the station stops [s]."""


class _Protocol(H11Protocol):
    """HTTP/1.1 whose writers wait early, so that a slow client is told what is true now."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=LINE_LIMIT)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: what a signal means is the station's to decide."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Parameters
    ----------
    host
        An address or a name of this computer.
    port
        0: a free one.

    Raises
    ------
    InputError
        If nobody can listen there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Connections inherit it: little that is old waits in the socket of a slow client.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LINE_LIMIT)
            listener.bind(address)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError.one(
            f"{host}:{port}",
            "cannot-listen",
            f"nobody can listen there: {reason}",
            hint="choose another port, stop the other program, or let --listen 127.0.0.1:0 find a "
            "free one.",
        ) from error
    listener.setblocking(False)  # noqa: FBT003 -- the socket's own form
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address of a listening socket for people and programs on this computer."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- a name for people
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def serving(
    station: Station, keys: Keys, listener: socket.socket, names: Iterable[str] = ()
) -> AsyncIterator[str]:
    """Serve a station for as long as the block lasts.

    Parameters
    ----------
    station, keys, names
        As `create_app`.
    listener
        Of `listen`; it is closed at the end.

    Yields
    ------
    str
        The URL.
    """
    app = create_app(station, keys, names)
    server = _Server(
        uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    url = url_of(listener)
    task = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 -- it tells in no other way
            await asyncio.sleep(0.005)
        if task.done():
            await task
        yield url
    finally:
        # Streams end first, or the server would wait for their clients.
        app.state.closing.set()
        server.should_exit = True
        await task


async def serve(station: Station, keys: Keys, host: str = "127.0.0.1", port: int = 8100) -> None:
    """Serve a station until the task is cancelled.

    Parameters
    ----------
    station, keys
        As `create_app`.
    host, port
        Where to listen; port 0: a free one.
    """
    names = [host] if not host.replace(".", "").isdecimal() else []
    async with serving(station, keys, listen(host, port), names):
        await asyncio.Event().wait()
