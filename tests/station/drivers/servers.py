"""Cuffs that answer over TCP and over a pty, and can misbehave as lines and devices do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import struct
import termios
import time
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from openpresso import cuff
from openpresso.law import controller as law
from openpresso.law import counters
from openpresso.law.device import Device
from openpresso.law.registers import ADDRESSES
from tests.law.board import Board, Gas

TICK = 0.005
DEVICE = 1

Sent = list[tuple[float, bytes]]
"""What goes over the line: after how long [s], and the bytes."""
Manners = Callable[[bytes, bytes], Sent]
"""Request and right answer, without their frame, to what is really sent, with its frame."""


class Hangup(Exception):  # noqa: N818 - not an error: what a badly behaved device does
    """The device closes the connection instead of answering."""


class LiveCuff:
    """A cuff behind its registers, its law and its gas running in real time while it is asked.

    It answers requests without their frame; `requests` keeps them all.
    """

    def __init__(self, type_name: str = "leg-4", serial: str = "S-1") -> None:
        self.type_name, self.serial = type_name, serial
        self.requests: list[bytes] = []
        self.stopped = False
        self.device: Device
        self.patches: dict[int, int] = {}
        """Registers that say something else."""
        self.switch_on()

    def switch_on(self) -> None:
        """Give power: a new law, vented and restarted."""
        n = cuff.load(self.type_name).n_chambers
        self.board = Board(self.type_name, leased=False)
        self.gas = Gas(self.board)
        self.counts = [0] * (counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS)
        law.start_up(self.board.state)
        board = self.board
        self.readings = [0] * n
        self.device = Device(
            (self.type_name, self.serial, "test-1"), n, self.readings, board.state, board.memory,
            board.inlet, board.exhaust, board.outputs, self.counts,
        )  # fmt: skip
        self.lived = time.monotonic()

    def live(self) -> None:
        """Catch up with the time."""
        board = self.board
        while self.lived <= time.monotonic():
            self.lived += TICK
            if self.stopped:
                continue
            board.set_points = self.device.set_points
            self.gas.tick()
            self.readings[:] = board.readings
            counters.count(
                board.n, board.state, board.inlet, board.exhaust, board.outputs, self.counts
            )

    @property
    def pressures(self) -> list[float]:
        """True pressures [mmHg]."""
        self.live()
        return [pressure / 100.0 for pressure in self.gas.pressures]

    @property
    def leased(self) -> bool:
        """Whether a lease runs."""
        self.live()
        return bool(self.device.leased())

    def answer(self, request: bytes) -> bytes:
        """Answer a request: function code and data, without a frame."""
        self.requests.append(request)
        self.live()
        function = request[0]
        if function in {3, 4}:
            done = self._read(*struct.unpack(">HH", request[1:]))
        elif function == 6:
            address, value = struct.unpack(">HH", request[1:])
            done = self.device.write(address, [value], 1) or request[1:]
        elif function == 16:
            address, count = struct.unpack_from(">HH", request, 1)
            done = self._write(address, count, request[6:]) or request[1:5]
        elif function == 23:
            at, wanted, address, count = struct.unpack_from(">HHHH", request, 1)
            done = self._write(address, count, request[10:]) or self._read(at, wanted)
        else:
            done = 1
        if isinstance(done, int):
            return bytes([function | 128, done])
        return bytes([function]) + done

    def _write(self, address: int, count: int, data: bytes) -> int:
        return int(self.device.write(address, list(struct.unpack(f">{count}H", data)), count))

    def _read(self, address: int, count: int) -> bytes | int:
        image = [0] * ADDRESSES
        refused = int(self.device.read(address, count, image))
        for at, value in self.patches.items():
            if address <= at < address + count:
                image[at - address] = value
        return refused or bytes([2 * count]) + struct.pack(f">{count}H", *image[:count])


class Server:
    """Answers the requests of one line; `manners` may spoil what is sent."""

    def __init__(self, device: Callable[[bytes], bytes]) -> None:
        self.device = device
        self.manners: Callable[[bytes, bytes, bytes], Sent] | None = None
        """Request, right answer, and that answer in its frame, to what is sent."""
        self.address = ""
        self.connections = 0
        self.noise: Callable[[bytes], None] = lambda _: None
        """Puts bytes on the line that nobody asked for."""

    def sends(self, request: bytes, answer: bytes, framed: bytes) -> Sent:
        """What is sent for one request."""
        return [(0.0, framed)] if self.manners is None else self.manners(request, answer, framed)


def crc(data: bytes) -> bytes:
    """Modbus' check sum."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return struct.pack("<H", value)


@asynccontextmanager
async def tcp_server(device: Callable[[bytes], bytes], port: int = 0) -> AsyncIterator[Server]:
    """Serve a device over Modbus TCP on a free port."""
    server = Server(device)
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        writers.add(writer)
        try:
            while True:
                head = await reader.readexactly(7)
                tid, _, length, unit = struct.unpack(">HHHB", head)
                request = await reader.readexactly(length - 1)
                answer = server.device(request)
                framed = struct.pack(">HHHB", tid, 0, len(answer) + 1, unit) + answer
                for delay, sent in server.sends(request, answer, framed):
                    if delay:
                        await asyncio.sleep(delay)
                    writer.write(sent)
        except (Hangup, asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writers.discard(writer)
            writer.transport.abort()

    listener = await asyncio.start_server(serve, "127.0.0.1", port)
    port = listener.sockets[0].getsockname()[1]
    server.address = f"modbus:tcp://127.0.0.1:{port}?device={DEVICE}"
    try:
        yield server
    finally:
        listener.close()
        for writer in list(writers):
            writer.transport.abort()
        # Every connection's task ends in the next turns of the loop.
        await asyncio.sleep(0.01)


def request_length(frame: bytes) -> int:
    """Length of the RTU request that begins here; 0: more bytes are needed."""
    if len(frame) < 2:
        return 0
    fixed = {3: 8, 4: 8, 6: 8}.get(frame[1])
    if fixed:
        return fixed
    at = {16: 6, 23: 10}[frame[1]]
    return at + 3 + frame[at] if len(frame) > at else 0


@contextmanager
def open_pty() -> Iterator[tuple[int, str]]:
    """Open a pty; the master end and the name of the slave."""
    master, slave = pty.openpty()
    tty.setraw(master)
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.close(slave)
    # The slave is held open, else the master reads an end of file between two clients.
    holder = os.open(name, os.O_RDWR | os.O_NOCTTY)
    os.set_blocking(master, False)
    try:
        yield master, name
    finally:
        for end in (master, holder):
            with contextlib.suppress(OSError):
                os.close(end)


@asynccontextmanager
async def rtu_server(device: Callable[[bytes], bytes]) -> AsyncIterator[Server]:
    """Serve a device over Modbus RTU on a pty of its own."""
    server = Server(device)
    loop = asyncio.get_running_loop()
    buffer = bytearray()
    with open_pty() as (master, name):
        server.address = f"modbus:rtu://{name}?device={DEVICE}"

        def send(data: bytes) -> None:
            with contextlib.suppress(OSError):
                os.write(master, data)

        server.noise = send

        def arrived() -> None:
            with contextlib.suppress(OSError):
                buffer.extend(os.read(master, 4096))
            while (length := request_length(bytes(buffer))) and len(buffer) >= length:
                frame = bytes(buffer[:length])
                del buffer[:length]
                request = frame[1:-2]
                answer = frame[:1] + server.device(request)
                framed = answer + crc(answer)
                with contextlib.suppress(Hangup):
                    for delay, sent in server.sends(request, answer[1:], framed):
                        if delay:
                            loop.call_later(delay, send, sent)
                        else:
                            send(sent)

        loop.add_reader(master, arrived)
        try:
            yield server
        finally:
            loop.remove_reader(master)
            with contextlib.suppress(termios.error):
                termios.tcflush(master, termios.TCIOFLUSH)
