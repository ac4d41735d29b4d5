"""One connection to one Modbus device, through pymodbus, one request at a time.

pymodbus takes what fits a frame; what is an answer is decided here. It accepts any function code,
any number of registers and, over TCP, a transaction id of 0; its receive callback raises into the
event loop; after a time-out it may take the late answer for that of the next request. So: an
answer has exactly the asked form, everything else fails the request at once, and after a failure
the connection is thrown away: a line that failed once fails until it is opened anew.

Over RTU a late answer could still come in after that. Answers come in the order of the requests
and a caller asks for unlike things in turn, so a late one shows by its form or by the device's
clock; see `openpresso.station.drivers.modbus`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final, TypeVar

from pymodbus.exceptions import ModbusException
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    ReadWriteMultipleRegistersResponse,
)
from pymodbus.transaction import TransactionManager

from openpresso.station.drivers.failure import LineError, RefusedError
from openpresso.station.drivers.places import TIMEOUT, Place, said

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from pymodbus.client.base import ModbusBaseClient

LATE: Final = 0.1
"""An answer that was taken up later than this tells of the past, on time or not [s]."""
CONNECT_TIMEOUT: Final = 0.5
"""Longest time to open a connection [s]."""

ResponseT = TypeVar("ResponseT", bound=ModbusPDU)


class _Read(ReadHoldingRegistersResponse):
    """The answer to function 3, its registers left as bytes."""

    raw = b""

    def decode(self, data: bytes) -> None:
        """Keep the bytes of an answer whose length is right."""
        self.raw = _counted(data)


class _Exchanged(ReadWriteMultipleRegistersResponse):
    """The answer to function 23, its registers left as bytes."""

    raw = b""

    def decode(self, data: bytes) -> None:
        """Keep the bytes of an answer whose length is right."""
        self.raw = _counted(data)


def _counted(data: bytes) -> bytes:
    """Return the bytes after a count of bytes, when it is their count."""
    if len(data) != data[0] + 1:
        message = f"{data[0]} bytes were announced, {len(data) - 1} came"
        raise ValueError(message)
    return bytes(data[1:])


class _Transactions(TransactionManager):
    """pymodbus' transactions, without the ways out that nobody can catch."""

    def callback_data(self, data: bytes, addr: tuple[str, int] | None = None) -> int:
        """Take what arrived; what cannot be understood fails the request that waits."""
        try:
            return super().callback_data(data, addr)
        except Exception as error:  # noqa: BLE001 - bytes from a line may break any decoder
            self.fail(ValueError(str(error)))
            return len(data)

    def callback_disconnected(self, exc: Exception | None) -> None:
        """Fail the request that waits: its answer cannot come any more."""
        super().callback_disconnected(exc)
        self.fail(exc or ConnectionResetError("the connection was closed"))

    def fail(self, error: Exception) -> None:
        """Let the request that waits fail at once."""
        if not self.response_future.done():
            self.response_future.set_exception(error)
            # When nobody waits any more, nobody needs to know.
            self.response_future.exception()


async def _abandon(attempt: asyncio.Future[asyncio.BaseTransport]) -> None:
    """End an attempt to connect; one that succeeded meanwhile is closed."""
    # A serial port is open by then; its transport must not be cut off while it sets itself up.
    await asyncio.wait([attempt], timeout=0.01)
    attempt.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError):
        transport = await attempt
        transport.abort()  # type: ignore[attr-defined]


class Line:
    """One connection to one Modbus device.

    Parameters
    ----------
    place
        Where the device is.
    device
        Its Modbus device id.
    address
        What a person calls the place; used in messages.
    """

    def __init__(self, place: Place, device: int, address: str) -> None:
        """Prepare a line that is not open."""
        self.place = place
        self.device = device
        self.address = address
        self._client: ModbusBaseClient | None = None

    @property
    def is_open(self) -> bool:
        """Whether the line was opened and has not failed since."""
        return self._client is not None

    async def open(self) -> None:
        """Open the connection, with nothing left in it from before.

        Raises
        ------
        LineError
            When there is nobody, or no such port.
        """
        self.drop()
        client = self.place.client()
        framer = self.place.framer(DecodePDU(is_server=False))
        for answer in (_Read, _Exchanged):
            framer.decoder.register(answer)
        client.ctx = _Transactions(
            client.comm_params,
            framer,
            retries=0,
            is_server=False,
            trace_packet=None,
            trace_pdu=None,
            trace_connect=None,
        )
        # pymodbus' own connect() forgets why it failed.
        attempt = asyncio.ensure_future(self.place.connect(client.ctx))
        try:
            await asyncio.wait([attempt], timeout=CONNECT_TIMEOUT)
            if not attempt.done():
                raise TimeoutError
            client.ctx.transport = attempt.result()
        except OSError as error:
            await _abandon(attempt)
            raise self._unreachable(error) from error
        except asyncio.CancelledError:
            await _abandon(attempt)
            raise
        self._client = client

    def drop(self) -> None:
        """Let go of the connection at once; what was not sent is not sent."""
        client, self._client = self._client, None
        if client is None:
            return
        transport = client.ctx.transport
        client.ctx.is_closing = True
        client.ctx.fail(ConnectionAbortedError("the line was dropped"))  # type: ignore[attr-defined]
        if transport is not None:
            transport.abort()  # type: ignore[attr-defined]

    async def read(self, address: int, count: int, *, device: int = 0) -> bytes:
        """Return `count` registers from `address`, high byte first (function 3).

        `device` is another one on the same line.
        """
        client = self._opened()
        sent = client.read_holding_registers(address, count=count, device_id=device or self.device)
        answer = await self._answered(sent, _Read)
        return self._whole(answer.raw, count)

    async def exchange(
        self, address: int, values: Sequence[int], read_address: int, count: int
    ) -> bytes:
        """Write registers and return others in one request (function 23)."""
        client = self._opened()
        answer = await self._answered(
            client.readwrite_registers(
                read_address=read_address,
                read_count=count,
                write_address=address,
                values=values,
                device_id=self.device,
            ),
            _Exchanged,
        )
        return self._whole(answer.raw, count)

    async def write(self, address: int, values: Sequence[int], *, device: int = 0) -> None:
        """Write registers: function 6 for one, 16 for more; `device` as in `read`."""
        client = self._opened()
        device = device or self.device
        if len(values) == 1:
            sent = client.write_register(address, values[0], device_id=device)
        else:
            sent = client.write_registers(address, list(values), device_id=device)
        answer = await self._answered(sent, ModbusPDU)
        wanted = 6 if len(values) == 1 else 16
        echoed = (answer.function_code, answer.address, answer.count or 1)
        same = wanted == 16 or list(answer.registers) == list(values)
        if echoed != (wanted, address, len(values)) or not same:
            raise self._strange("it acknowledged another write")

    async def _answered(self, request: Awaitable[ModbusPDU], kind: type[ResponseT]) -> ResponseT:
        """Return the answer to a request when it is one; any other end drops the line."""
        began = time.monotonic()
        try:
            answer = await request
        except asyncio.CancelledError:
            self.drop()
            raise
        except ModbusException as error:
            raise self._silent() from error
        except ValueError as error:
            raise self._strange(str(error)) from error
        except OSError as error:
            raise self._lost(error) from error
        if time.monotonic() - began > LATE:
            raise self._silent()
        client = self._opened()
        if answer.transaction_id != client.ctx.request_transaction_id:
            raise self._strange("it answered another request")
        if isinstance(answer, ExceptionResponse):
            raise self._refused(answer.exception_code)
        if not isinstance(answer, kind):
            raise self._strange(f"it answered with function {answer.function_code}")
        return answer

    def _opened(self) -> ModbusBaseClient:
        if self._client is None or self._client.ctx.transport is None:
            raise self._silent()
        return self._client

    def _whole(self, raw: bytes, count: int) -> bytes:
        if len(raw) != 2 * count:
            raise self._strange(f"{count} registers were asked for, {len(raw) / 2:g} came")
        return raw

    def _silent(self) -> LineError:
        self.drop()
        return LineError(
            f"the device at {self.address} did not answer within {TIMEOUT * 1000:.0f} ms",
            remedy="check its power and its cable.",
        )

    def _lost(self, error: OSError) -> LineError:
        self.drop()
        return LineError(
            f"the line to the device at {self.address} broke: {said(error)}",
            code="line-lost",
            remedy="check its power and its cable.",
        )

    def _strange(self, what: str) -> LineError:
        self.drop()
        return LineError(
            f"the answer of the device at {self.address} was not understood: {what}",
            code="strange-answer",
            remedy="check cable, shield and termination, and that nobody else asks on this line.",
        )

    def _refused(self, exception: int) -> RefusedError:
        meaning = _EXCEPTIONS.get(exception, "which is unknown")
        return RefusedError(
            exception,
            f"the device at {self.address} refused with exception {exception}, {meaning}",
            remedy="check that it is the device and the firmware that the address means.",
        )

    def _unreachable(self, error: BaseException) -> LineError:
        """Return why a connection could not be opened, and what to do."""
        why, remedy = self.place.blocked(error)
        return LineError(
            f"the device at {self.address} cannot be reached: {why}",
            code="unreachable",
            remedy=remedy,
        )


_EXCEPTIONS: Final = {
    1: "no such function",
    2: "no such register",
    3: "no such value",
    4: "the device failed",
    6: "busy",
    10: "the gateway has no path",
    11: "the gateway's device does not answer",
}
