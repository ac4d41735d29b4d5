"""Where a Modbus device is: over the network or at a serial port."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.framer import FramerBase, FramerRTU, FramerSocket

if TYPE_CHECKING:
    from pymodbus.client.base import ModbusBaseClient
    from pymodbus.pdu import DecodePDU
    from pymodbus.transport import ModbusProtocol

TIMEOUT: Final = 0.05
"""Longest time for one request and its answer [s]."""

# It logs what fails; `LineError` says the same to whom it concerns.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL + 1)


def said(error: BaseException) -> str:
    """Return what the system says of an error."""
    number = getattr(error, "errno", None)
    text = os.strerror(number) if number else str(error) or type(error).__name__
    return text[:1].lower() + text[1:]


class Place(Protocol):
    """Where a device is, and how pymodbus gets there."""

    def client(self) -> ModbusBaseClient:
        """Return an unconnected client."""

    def framer(self, decoder: DecodePDU) -> FramerBase:
        """Return what cuts answers out of the stream of bytes."""

    async def connect(self, protocol: ModbusProtocol) -> asyncio.BaseTransport:
        """Open a connection."""

    def blocked(self, error: BaseException) -> tuple[str, str]:
        """Return why a connection could not be opened, and what to do."""


@dataclass(frozen=True, slots=True)
class TcpPlace:
    """Where a device is reached over the network."""

    host: str
    port: int

    def client(self) -> ModbusBaseClient:
        """Return an unconnected client."""
        return AsyncModbusTcpClient(
            self.host, port=self.port, timeout=TIMEOUT, retries=0, reconnect_delay=0
        )

    def framer(self, decoder: DecodePDU) -> FramerBase:
        """Return what cuts answers out of the stream of bytes."""
        return FramerSocket(decoder)

    async def connect(self, protocol: ModbusProtocol) -> asyncio.BaseTransport:
        """Open a connection whose last words do not outlive it."""
        transport: asyncio.BaseTransport = (await protocol.call_create())[0]
        # A request that a dead network still holds must not arrive when the network is back.
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return transport

    def blocked(self, error: BaseException) -> tuple[str, str]:
        """Return why a connection could not be opened, and what to do."""
        why = "no answer" if isinstance(error, TimeoutError) else said(error)
        return why, "check its power, its network cable and the address."


@dataclass(frozen=True, slots=True)
class SerialPlace:
    """Where a device is reached over a serial line."""

    port: str
    baud: int

    def client(self) -> ModbusBaseClient:
        """Return an unconnected client."""
        return AsyncModbusSerialClient(
            self.port, baudrate=self.baud, timeout=TIMEOUT, retries=0, reconnect_delay=0
        )

    def framer(self, decoder: DecodePDU) -> FramerBase:
        """Return what cuts answers out of the stream of bytes."""
        return FramerRTU(decoder)

    async def connect(self, protocol: ModbusProtocol) -> asyncio.BaseTransport:
        """Open the port, with nothing in it from before."""
        transport: asyncio.BaseTransport = (await protocol.call_create())[0]
        # It sets itself up in the next turns of the loop.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return transport

    def blocked(self, error: BaseException) -> tuple[str, str]:
        """Return why the port could not be opened, and what to do."""
        if "lock" in str(error):
            return (
                f"{self.port} is in use",
                "end the other program that has it open; one line, one cuff.",
            )
        number = getattr(error, "errno", None)
        if number == errno.ENOENT:
            return f"there is no port {self.port}", "plug in the adapter, and look up its name."
        if number == errno.EACCES:
            return (
                f"{self.port} may not be opened",
                "add this user to the group of the port, often dialout.",
            )
        return said(error), "unplug the adapter and plug it in again."
