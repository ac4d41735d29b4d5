"""Modbus as a device speaks it: requests in, answers out, on TCP and on a serial line.

Written to the Modbus Application Protocol 1.1b3 and Modbus over Serial Line 1.02 (modbus.org). No
sockets here: bytes come in as they come, and what is not a frame is counted and left behind.
"""

from __future__ import annotations

import struct
from typing import Final, Protocol

from openpresso.law.registers import ADDRESSES

DEVICE: Final = 1
"""Number of the cuff on its line."""
ANY_DEVICE: Final = (0, DEVICE, 255)
"""Numbers by which a device that is alone on its TCP address may be called."""

NO_FUNCTION, NO_ADDRESS, NO_VALUE, NO_DEVICE = 1, 2, 3, 11
"""Exceptions: no such function, address, value; no such device behind this address."""
MOST_READ, MOST_WRITTEN, MOST_EXCHANGED = 125, 123, 121
"""Registers that one request may read, write, and write when it also reads."""
_EXCEPTION = 0x80

MBAP: Final = struct.Struct(">HHHB")
"""Transaction, protocol (0), length of what follows, device."""
MOST_PDU: Final = 253


class Registers(Protocol):
    """What answers: 16-bit registers by address."""

    def words(self, address: int, count: int) -> bytes | int:
        """Return `count` registers as they go over the line, or an exception."""

    def write(self, address: int, values: list[int], count: int) -> int:
        """Take `count` registers from `address`; return 0 or an exception, then unchanged."""


def answer(registers: Registers, request: bytes) -> bytes:
    """Return the answer to a request: function code and what follows it.

    A request that reads and writes does neither when either is refused.
    """
    function = request[0]
    try:
        match function:
            case 3 | 4:
                address, count = struct.unpack(">HH", request[1:])
                done = _read(registers, address, count)
            case 6:
                address, value = struct.unpack(">HH", request[1:])
                refused = registers.write(address, [value], 1)
                done = refused or request[1:]
            case 16:
                address, values = _written(request, 1, MOST_WRITTEN)
                refused = registers.write(address, values, len(values))
                done = refused or request[1:5]
            case 23:
                done = _exchange(registers, request)
            case _:
                done = NO_FUNCTION
    except struct.error:
        done = NO_VALUE
    if isinstance(done, int):
        return bytes((function & 127 | _EXCEPTION, done))
    return request[:1] + done


def _read(registers: Registers, address: int, count: int) -> bytes | int:
    """Read registers, with the number of bytes in front."""
    if not 1 <= count <= MOST_READ:
        return NO_VALUE
    words = registers.words(address, count)
    return words if isinstance(words, int) else bytes((2 * count,)) + words


def _exchange(registers: Registers, request: bytes) -> bytes | int:
    """Write, then read."""
    address, count = struct.unpack_from(">HH", request, 1)
    to, values = _written(request, 5, MOST_EXCHANGED)
    if not 1 <= count <= MOST_READ:
        return NO_VALUE
    if address + count > ADDRESSES:
        return NO_ADDRESS
    return registers.write(to, values, len(values)) or _read(registers, address, count)


def _written(request: bytes, at: int, most: int) -> tuple[int, list[int]]:
    """Return address and values of the registers that a request wants to write."""
    address, count, size = struct.unpack_from(">HHB", request, at)
    if not 1 <= count <= most or size != 2 * count:
        raise struct.error
    return address, list(struct.unpack(f">{count}H", request[at + 5 :]))


class TcpFrames:
    """Cuts what a TCP client sent into requests."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]] | None:
        """Take bytes; return whole requests as (transaction, device, request).

        `None` when it is no Modbus: after that no border between requests can be found again.
        """
        rest = self._rest + data
        found = []
        while len(rest) > MBAP.size:
            transaction, protocol, length, device = MBAP.unpack_from(rest)
            if protocol or not 2 <= length <= MOST_PDU + 1:
                return None
            end = MBAP.size - 1 + length
            if len(rest) < end:
                break
            found.append((transaction, device, rest[MBAP.size : end]))
            rest = rest[end:]
        self._rest = rest
        return found

    @staticmethod
    def frame(transaction: int, device: int, pdu: bytes) -> bytes:
        """Return an answer as it goes over the line."""
        return MBAP.pack(transaction, 0, len(pdu) + 1, device) + pdu


_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0xA001 if _byte & 1 else 0)
    _TABLE.append(_byte)


def crc(data: bytes) -> bytes:
    """Return the checksum of a serial frame, in the order in which it is sent."""
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 255]
    return struct.pack("<H", value)


_FIXED = {1: 8, 2: 8, 3: 8, 4: 8, 5: 8, 6: 8, 7: 4, 8: 8, 11: 4, 12: 4, 17: 4, 22: 10, 24: 6, 43: 7}
"""Length of a request with its checksum, by function [bytes]."""
_COUNTED = {15: 6, 16: 6, 20: 2, 21: 2, 23: 10}
"""Where a request of another length says how many bytes follow, by function."""
MOST_FRAME: Final = 256


class RtuFrames:
    """Finds requests in what came over a serial line, among noise and broken frames.

    A frame is known by its checksum at every place where one could begin, not by silence before
    it: a pseudo-terminal keeps no time. Bytes before a found frame are noise.
    """

    def __init__(self) -> None:
        self._rest = b""
        self.noise = 0
        """Times that something was left behind."""

    @property
    def waits(self) -> bool:
        """Whether bytes wait for the rest of a frame."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Take bytes; return whole requests as (device, request)."""
        rest = self._rest + data
        found = []
        at = start = 0
        while at + 4 <= len(rest):
            size = _frame_size(rest, at)
            if size and rest[at + size - 2 : at + size] == crc(rest[at : at + size - 2]):
                self.noise += 1 if at > start else 0
                found.append((rest[at], rest[at + 1 : at + size - 2]))
                at = start = at + size
            else:
                at += 1
        self._rest = rest[start:]
        if len(self._rest) > MOST_FRAME:
            self.noise += 1
            self._rest = self._rest[-MOST_FRAME:]
        return found

    def give_up(self) -> None:
        """Forget what is not a frame by now."""
        self.noise += 1 if self._rest else 0
        self._rest = b""

    @staticmethod
    def frame(device: int, pdu: bytes) -> bytes:
        """Return an answer as it goes over the line."""
        body = bytes((device,)) + pdu
        return body + crc(body)


def _frame_size(data: bytes, at: int) -> int:
    """Return the length of the frame that begins at `at`, 0 when it cannot be one or is cut."""
    function = data[at + 1]
    size = _FIXED.get(function, 0)
    counted = _COUNTED.get(function)
    if counted is not None and at + counted < len(data):
        size = counted + 1 + data[at + counted] + 2
    return size if at + size <= len(data) else 0
