"""Lines that can be cut, silenced, disturbed and shared, between a station and a cuff."""

from __future__ import annotations

import contextlib
import os
import random
import select
import selectors
import socket
import struct
import termios
import threading
import time
import tty
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from tests.integration.processes import prompt

RESET: Final = struct.pack("ii", 1, 0)
"""A socket closed with this lets the other end see a reset."""
TURN: Final = 0.05
"""Time for which a thread waits at most before it looks whether it should end [s]."""


class Threaded:
    """Something that works in a thread of its own from `start` to `close`."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(10.0)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _work(self) -> None:
        # A line takes no time.
        prompt()
        self._run()

    def _run(self) -> None:
        raise NotImplementedError


class TcpProxy(Threaded):
    """A network between a station and a cuff: it passes on, resets, or swallows.

    Parameters
    ----------
    port
        Port of the cuff on this computer.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self.to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self.address = f"modbus:tcp://127.0.0.1:{self.port}"
        self.swallows = threading.Event()
        """Set: nothing passes in either direction, and nobody is told."""
        self.refuses = threading.Event()
        """Set: who comes is reset at once."""
        self._cut = threading.Event()
        self._done = threading.Event()
        self.connections = 0
        self._peers: dict[socket.socket, socket.socket] = {}

    def reset(self) -> None:
        """Reset every connection that there is."""
        self._done.clear()
        self._cut.set()
        assert self._done.wait(5.0)

    def _run(self) -> None:
        with selectors.DefaultSelector() as doors, self._listener:
            doors.register(self._listener, selectors.EVENT_READ)
            while not self._over.is_set():
                for key, _ in doors.select(TURN if not self._cut.is_set() else 0.0):
                    self._serve(key.fileobj, doors)
                if self._cut.is_set():
                    for end in list(self._peers):
                        self._drop(end, doors, reset=True)
                    self._cut.clear()
                    self._done.set()
            for end in list(self._peers):
                self._drop(end, doors)

    def _serve(self, end: object, doors: selectors.BaseSelector) -> None:
        if end is self._listener:
            near, _ = self._listener.accept()
            if self.refuses.is_set():
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                near.close()
                return
            far = socket.create_connection(("127.0.0.1", self.to))
            self.connections += 1
            for one, other in ((near, far), (far, near)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._peers[one] = other
                doors.register(one, selectors.EVENT_READ)
            return
        assert isinstance(end, socket.socket)
        if end not in self._peers:
            return
        try:
            data = end.recv(65536)
        except OSError:
            data = b""
        if not data and not self.swallows.is_set():
            self._drop(end, doors)
        elif not data:
            # The other side is not told of it: the network is not there.
            doors.unregister(end)
        elif not self.swallows.is_set():
            with contextlib.suppress(OSError):
                self._peers[end].sendall(data)

    def _drop(
        self, end: socket.socket, doors: selectors.BaseSelector, *, reset: bool = False
    ) -> None:
        other = self._peers.get(end)
        for one in (end, other):
            if one is None or one not in self._peers:
                continue
            del self._peers[one]
            with contextlib.suppress(KeyError):
                doors.unregister(one)
            if reset:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            one.close()


class Port:
    """A serial port that a master can open: the near end of a pseudo-terminal.

    Parameters
    ----------
    link
        Path of the name that it gets.
    """

    def __init__(self, link: Path) -> None:
        self.near, self._far = os.openpty()
        tty.setraw(self._far)
        os.set_blocking(self.near, False)
        link.symlink_to(os.ttyname(self._far))
        self.link = link
        self.address = f"modbus:rtu://{link}"

    def close(self) -> None:
        self.link.unlink(missing_ok=True)
        os.close(self.near)
        os.close(self._far)


def open_serial(path: str) -> int:
    """Open the serial line of a cuff as a master does, raw."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(descriptor, termios.TCSANOW)
    return descriptor


def take(descriptor: int) -> bytes:
    """Return what has come."""
    with contextlib.suppress(BlockingIOError):
        return os.read(descriptor, 4096)
    return b""


def give(descriptor: int, data: bytes) -> None:
    """Send; what finds no room is lost, as on a wire."""
    with contextlib.suppress(BlockingIOError):
        os.write(descriptor, data)


Where = Literal["to-cuff", "to-station"]


class NoisyWire(Threaded):
    """A serial cable on which bytes appear that nobody sent, and others are lost or changed.

    Parameters
    ----------
    path
        The serial line of the cuff.
    link
        Name of the port for the station.
    seed
        Of the noise.
    """

    def __init__(self, path: str, link: Path, seed: int) -> None:
        super().__init__()
        self.port = Port(link)
        self.address = self.port.address
        self._line = open_serial(path)
        self._random = random.Random(seed)
        self.every: float | None = None
        """Mean time between two bursts of noise [s]; `None`: it is quiet."""
        self.bursts: dict[Where, int] = {"to-cuff": 0, "to-station": 0}
        self.spoiled = 0
        """Frames that were changed on their way."""

    def _run(self) -> None:
        try:
            due = time.monotonic()
            while not self._over.is_set():
                came, _, _ = select.select([self.port.near, self._line], [], [], 0.005)
                now = time.monotonic()
                noisy = self.every is not None and now >= due
                if self.every is not None and noisy:
                    due = now + self._random.expovariate(1.0 / self.every)
                for descriptor in came:
                    where: Where = "to-cuff" if descriptor == self.port.near else "to-station"
                    data = take(descriptor)
                    if noisy and data:
                        data = self._spoil(data)
                    self._pass(where, data)
                if noisy:
                    where = min(self.bursts, key=self.bursts.__getitem__)
                    self.bursts[where] += 1
                    self._pass(where, self._random.randbytes(self._random.randint(1, 40)))
        finally:
            os.close(self._line)
            self.port.close()

    def _pass(self, where: Where, data: bytes) -> None:
        give(self._line if where == "to-cuff" else self.port.near, data)

    def _spoil(self, data: bytes) -> bytes:
        """Lose, change or double a byte."""
        self.spoiled += 1
        at = self._random.randrange(len(data))
        instead = self._random.choice((b"", self._random.randbytes(1), data[at : at + 1] * 2))
        return data[:at] + instead + data[at + 1 :]


_COUNTED: Final = {16: 6, 23: 10}


def request_size(data: bytes) -> int:
    """Length of the RTU request that begins here, 0 when more bytes are needed."""
    if len(data) < 2:
        return 0
    at = _COUNTED.get(data[1])
    if at is None:
        return 8
    return at + 3 + data[at] if len(data) > at else 0


def answer_size(data: bytes) -> int:
    """Length of the RTU answer that begins here, 0 when more bytes are needed."""
    if len(data) < 3:
        return 0
    if data[1] & 0x80:
        return 5
    return 8 if data[1] in {6, 16} else 5 + data[2]


class SharedLine(Threaded):
    """One serial line for several masters: each asks when the one before has been answered.

    A serial line has one master. Here the masters take turns, request by request, as a line server
    does, so that another program can read from a cuff while a station runs a session on it.

    Parameters
    ----------
    path
        The serial line of the cuff.
    links
        Names of the ports, one for each master.
    """

    def __init__(self, path: str, *links: Path) -> None:
        super().__init__()
        self._line = open_serial(path)
        self.ports = [Port(link) for link in links]
        self.answered = [0] * len(links)
        """Requests of each master that were answered."""

    def _run(self) -> None:
        asked = [b""] * len(self.ports)
        try:
            while not self._over.is_set():
                select.select([port.near for port in self.ports], [], [], TURN)
                for number, port in enumerate(self.ports):
                    asked[number] += take(port.near)
                    size = request_size(asked[number])
                    if size and len(asked[number]) >= size:
                        request, asked[number] = asked[number][:size], asked[number][size:]
                        give(port.near, answer := self._ask(request))
                        self.answered[number] += bool(answer)
        finally:
            os.close(self._line)
            for port in self.ports:
                port.close()

    def _ask(self, request: bytes) -> bytes:
        take(self._line)
        give(self._line, request)
        answer = b""
        end = time.monotonic() + 0.04
        while (left := end - time.monotonic()) > 0.0:
            if select.select([self._line], [], [], left)[0]:
                answer += take(self._line)
            size = answer_size(answer)
            if size and len(answer) >= size:
                break
        return answer
