"""The lines to a served cuff: a TCP port and a pseudo-terminal, each with a cable to pull."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import tty
from pathlib import Path
from typing import Final, Protocol

from openpresso.errors import OpenpressoError
from openpresso.law.device import BAD_FRAMES, REQUESTS
from openpresso.twin.serving.device import TwinDevice
from openpresso.twin.serving.modbus import (
    ANY_DEVICE,
    DEVICE,
    NO_DEVICE,
    RtuFrames,
    TcpFrames,
    answer,
)

MOST_MASTERS: Final = 32
"""Connections that a cuff keeps at the same time."""
MOST_UNREAD: Final = 65536
"""Answers that a master may leave unread before its connection is cut [bytes]."""
FRAME_WAIT: Final = 0.05
"""Time for which the rest of a serial frame is waited for [s]."""
_RESET = struct.pack("ii", 1, 0)
"""A socket closed with this lets the other end see a reset."""


class Line(Protocol):
    """A line to one cuff."""

    @property
    def address(self) -> str:
        """Address of the cuff, as `openpresso station serve --cuff` takes it."""

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""

    async def plug(self) -> None:
        """Let masters come."""

    def unplug(self) -> None:
        """Pull the cable: every master sees its line break, and none can come."""


def replace_link(link: Path, target: Path) -> None:
    """Make a link to a serial line; an old link of this name goes.

    Raises
    ------
    OpenpressoError
        If the name is taken by something else, or its folder does not exist.
    """
    try:
        if link.is_symlink():
            link.unlink()
        link.symlink_to(target)
    except OSError as error:
        raise OpenpressoError(
            f"--link: {link} cannot be made: {error.strerror}",
            code="no-link",
            remedy="Give a name that is free, in a folder that exists.",
        ) from error


def respond(device: TwinDevice, request: bytes) -> bytes:
    """Return a cuff's answer to a request; nothing when it has no power or its link is silent."""
    if not device.answers:
        return b""
    device.service[REQUESTS] += 1
    return answer(device, request)


class TcpLine:
    """A cuff on a TCP port.

    Parameters
    ----------
    device
        The cuff.
    host, port
        Where it listens; port 0 takes a free one.
    """

    def __init__(self, device: TwinDevice, host: str, port: int) -> None:
        """Keep the address; `plug` opens it."""
        self.device = device
        self.host = host
        self.port = port
        self.masters: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Address of the cuff, as `openpresso station serve --cuff` takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"modbus:tcp://{host}:{self.port}"

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._server is not None

    async def plug(self) -> None:
        """Listen; a port once taken is taken again.

        Raises
        ------
        OpenpressoError
            If the port cannot be had.
        """
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Master(self), self.host, self.port)
        except OSError as error:
            raise OpenpressoError(
                f"--tcp: cannot listen on {self.host}:{self.port}: {error.strerror or error}",
                code="no-port",
                remedy="Choose another port, 0 for a free one, or an address of this computer.",
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    def unplug(self) -> None:
        """Pull the cable: every master sees its line break, and none can come."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self.masters):
            end = transport.get_extra_info("socket")
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()


class _Master(asyncio.Protocol):
    """One master on a cuff's TCP port."""

    def __init__(self, line: TcpLine) -> None:
        self._line = line
        self._frames = TcpFrames()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the master in, unless there are too many."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if len(self._line.masters) >= MOST_MASTERS:
            transport.abort()
            return
        self._line.masters.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the master; what it asked for stays until its lease runs out."""
        self._line.masters.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Answer the requests in what came; close on what is no Modbus."""
        device = self._line.device
        requests = self._frames.feed(data)
        if requests is None:
            device.service[BAD_FRAMES] += 1
            self._transport.close()
            return
        for transaction, number, request in requests:
            given = respond(device, request)
            if given and number not in ANY_DEVICE:
                given = bytes((request[0] & 127 | 128, NO_DEVICE))
            if given:
                self._transport.write(TcpFrames.frame(transaction, number, given))
        if self._transport.get_write_buffer_size() > MOST_UNREAD:
            self._transport.abort()


class PtyLine:
    """A cuff on a pseudo-terminal, for whoever wants a serial line.

    Parameters
    ----------
    device
        The cuff.
    link
        Name under which the pseudo-terminal can also be found; it stays the same when the cable
        was pulled and plugged in.
    """

    def __init__(self, device: TwinDevice, link: Path | None = None) -> None:
        """Keep the name; `plug` makes the pseudo-terminal."""
        self.device = device
        self.link = link
        self.path = ""
        self._frames = RtuFrames()
        self._fds: tuple[int, int] | None = None
        self._waiting: asyncio.TimerHandle | None = None

    @property
    def address(self) -> str:
        """Address of the cuff, as `openpresso station serve --cuff` takes it."""
        return f"modbus:rtu://{self.link.absolute() if self.link else self.path}"

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._fds is not None

    async def plug(self) -> None:
        """Make the pseudo-terminal and the link to it.

        Raises
        ------
        OpenpressoError
            If the link cannot be made.
        """
        if self._fds is not None:
            return
        # Our own end of the line stays open, so that masters may come and go.
        near, far = self._fds = os.openpty()
        tty.setraw(far)
        os.set_blocking(near, False)
        self.path = os.ttyname(far)
        if self.link:
            replace_link(self.link, Path(self.path))
        asyncio.get_running_loop().add_reader(near, self._hear)

    def unplug(self) -> None:
        """Pull the cable: a master sees its line hang up, and none can come."""
        if self._fds is None:
            return
        asyncio.get_running_loop().remove_reader(self._fds[0])
        for fd in self._fds:
            os.close(fd)
        self._fds = None
        self._give_up()
        if self.link:
            self.link.unlink(missing_ok=True)

    def _hear(self) -> None:
        """Answer the requests in what came."""
        assert self._fds is not None
        try:
            data = os.read(self._fds[0], 4096)
        except BlockingIOError:
            return
        for number, request in self._frames.feed(data):
            # On a serial line a cuff keeps silent unless it is called by its own number.
            given = respond(self.device, request) if number == DEVICE else b""
            if given:
                with contextlib.suppress(BlockingIOError):  # a line that nobody reads
                    os.write(self._fds[0], RtuFrames.frame(number, given))
        self.device.service[BAD_FRAMES] += self._frames.noise
        self._frames.noise = 0
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._frames.waits:
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_later(FRAME_WAIT, self._give_up)

    def _give_up(self) -> None:
        """Forget what did not become a frame."""
        self._frames.give_up()
        self.device.service[BAD_FRAMES] += self._frames.noise
        self._frames.noise = 0
        self._waiting = None
