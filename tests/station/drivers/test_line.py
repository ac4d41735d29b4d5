"""A line takes nothing for an answer that is not exactly one, whatever bytes arrive."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.station.drivers.failure import LineError, RefusedError
from openpresso.station.drivers.line import Line
from openpresso.station.drivers.places import Place, SerialPlace, TcpPlace
from tests.station.drivers.servers import crc, open_pty, tcp_server

if TYPE_CHECKING:
    from pymodbus.client.base import ModbusBaseClient
    from pymodbus.framer import FramerBase
    from pymodbus.pdu import DecodePDU
    from pymodbus.transport import ModbusProtocol

DEVICE = 1
COUNT = 4
RIGHT = bytes([3, 2 * COUNT]) + b"\x01\x02\x03\x04\x05\x06\x07\x08"


class Wireless(asyncio.Transport):
    """A transport to nowhere: what is sent is answered by a function."""

    def __init__(self, answer: Callable[[bytes], list[bytes]]) -> None:
        super().__init__()
        self.answer = answer
        self.receive: Callable[[bytes], None] = lambda _: None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        for part in self.answer(bytes(data)):
            self.receive(part)

    def abort(self) -> None:
        self.receive = lambda _: None


@dataclass(frozen=True)
class Nowhere:
    """A place like another, but without a network."""

    like: Place
    answer: Callable[[bytes], list[bytes]]

    def client(self) -> ModbusBaseClient:
        return self.like.client()

    def framer(self, decoder: DecodePDU) -> FramerBase:
        return self.like.framer(decoder)

    async def connect(self, protocol: ModbusProtocol) -> asyncio.BaseTransport:
        transport = Wireless(self.answer)
        transport.receive = protocol.data_received
        # A request that nobody answers ends at once.
        protocol.comm_params.timeout_connect = 0.0
        return transport

    def blocked(self, error: BaseException) -> tuple[str, str]:
        return self.like.blocked(error)


@contextlib.asynccontextmanager
async def line_to(place: Place, answer: Callable[[bytes], list[bytes]]) -> AsyncIterator[Line]:
    """An open line without a network."""
    line = Line(Nowhere(place, answer), DEVICE, "nowhere")
    await line.open()
    try:
        yield line
    finally:
        line.drop()


def tcp_frame(request: bytes, pdu: bytes) -> bytes:
    return request[:4] + struct.pack(">HB", len(pdu) + 1, DEVICE) + pdu


def rtu_frame(pdu: bytes) -> bytes:
    return bytes([DEVICE]) + pdu + crc(bytes([DEVICE]) + pdu)


chunks = st.lists(st.binary(max_size=40), max_size=4)
"""Bytes as they come, in pieces."""


def spoiled(frame: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes]]:
    """A right frame with something done to it, in pieces."""

    @st.composite
    def draw(draw: st.DrawFn) -> list[bytes]:
        data = bytearray(draw(frame))
        for _ in range(draw(st.integers(0, 3))):
            what = draw(st.sampled_from(["flip", "cut", "insert", "double"]))
            at = draw(st.integers(0, max(len(data) - 1, 0)))
            if what == "flip" and data:
                data[at] ^= 1 << draw(st.integers(0, 7))
            elif what == "cut":
                del data[at:]
            elif what == "insert":
                data[at:at] = draw(st.binary(max_size=5))
            else:
                data += bytes(data)
        cut = draw(st.integers(0, len(data)))
        return [bytes(data[:cut]), bytes(data[cut:])]

    return draw()


pdus = st.sampled_from([RIGHT, bytes([0x83, 2]), bytes([23]) + RIGHT[1:], bytes([3, 2, 0, 0])])


@given(parts=st.one_of(chunks, spoiled(pdus.map(rtu_frame))))
def test_over_rtu_only_a_whole_right_frame_is_an_answer(parts: list[bytes]) -> None:
    async def scene() -> None:
        problems: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: problems.append(what))
        async with line_to(SerialPlace("nowhere", 115200), lambda _: parts) as line:
            with contextlib.suppress(LineError):
                raw = await line.read(0, COUNT)
                expected = rtu_frame(bytes([3, 2 * COUNT]) + raw)
                assert expected in b"".join(parts)
        assert not problems

    asyncio.run(scene())


@given(parts=st.one_of(chunks, spoiled(pdus.map(lambda pdu: tcp_frame(bytes([0, 1, 0, 0]), pdu)))))
def test_over_tcp_only_a_whole_right_frame_is_an_answer(parts: list[bytes]) -> None:
    async def scene() -> None:
        problems: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: problems.append(what))
        async with line_to(TcpPlace("nowhere", 502), lambda _: parts) as line:
            with contextlib.suppress(LineError):
                raw = await line.read(0, COUNT)
                pdu = bytes([3, 2 * COUNT]) + raw
                assert tcp_frame(bytes([0, 1, 0, 0]), pdu) in b"".join(parts)
        assert not problems

    asyncio.run(scene())


def refusal(answer: Callable[[bytes], bytes]) -> LineError:
    """What a TCP line says of an answer to a read of four registers."""

    async def scene() -> LineError:
        async with line_to(TcpPlace("nowhere", 502), lambda request: [answer(request)]) as line:
            with pytest.raises(LineError) as caught:
                await line.read(0, COUNT)
            if not isinstance(caught.value, RefusedError):
                assert not line.is_open
            return caught.value

    return asyncio.run(scene())


def test_the_right_answer_is_one() -> None:
    async def scene() -> None:
        async with line_to(
            TcpPlace("nowhere", 502), lambda request: [tcp_frame(request, RIGHT)]
        ) as line:
            assert await line.read(0, COUNT) == RIGHT[2:]

    asyncio.run(scene())


def test_an_answer_with_another_function_is_none() -> None:
    assert (
        "function 23"
        in refusal(lambda request: tcp_frame(request, bytes([23]) + RIGHT[1:])).message
    )


def test_an_answer_without_a_transaction_number_is_none() -> None:
    error = refusal(lambda request: b"\0\0" + tcp_frame(request, RIGHT)[2:])
    assert "another request" in error.message


def test_an_answer_of_another_length_is_none() -> None:
    error = refusal(lambda request: tcp_frame(request, bytes([3, 2, 0, 7])))
    assert "4 registers were asked for, 1 came" in error.message


def test_an_exception_is_said_by_name_and_leaves_the_line_open() -> None:
    error = refusal(lambda request: tcp_frame(request, bytes([0x83, 2])))
    assert isinstance(error, RefusedError)
    assert error.exception == 2
    assert "no such register" in error.message


def test_silence_is_said_with_what_to_check() -> None:
    error = refusal(lambda _: b"")
    assert "did not answer within 50 ms" in error.message
    assert "cable" in error.remedy


@pytest.mark.parametrize("values", [[1], [1, 2]])
def test_a_write_that_is_acknowledged_for_another_place_has_failed(values: list[int]) -> None:
    async def scene() -> None:
        def answer(request: bytes) -> list[bytes]:
            pdu = request[7:12]
            return [tcp_frame(request, pdu[:1] + b"\0\x63" + pdu[3:])]

        async with line_to(TcpPlace("nowhere", 502), answer) as line:
            with pytest.raises(LineError, match="another write"):
                await line.write(600, values)

    asyncio.run(scene())


def reached(place: Place) -> LineError:
    """What a line says that cannot be opened."""

    async def scene() -> LineError:
        line = Line(place, DEVICE, "there")
        with pytest.raises(LineError) as caught:
            await line.open()
        assert not line.is_open
        return caught.value

    return asyncio.run(scene())


def test_a_host_that_nobody_serves_is_said_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        error = reached(TcpPlace("127.0.0.1", free.getsockname()[1]))
    assert "cannot be reached" in error.message
    assert error.remedy


def test_a_host_that_swallows_everything_is_given_up_in_time() -> None:
    with socket.socket() as full, contextlib.ExitStack() as clients:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(2):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        assert "no answer" in reached(TcpPlace("127.0.0.1", full.getsockname()[1])).message


def test_a_port_that_is_not_there_is_said_so() -> None:
    error = reached(SerialPlace("/dev/no-such-port", 230400))
    assert "there is no port /dev/no-such-port" in error.message
    assert "adapter" in error.remedy


def test_a_port_in_use_is_said_so() -> None:
    async def scene(name: str) -> None:
        first, second = (Line(SerialPlace(name, 230400), DEVICE, name) for _ in range(2))
        await first.open()
        with pytest.raises(LineError, match="is in use"):
            await second.open()
        first.drop()
        await second.open()
        second.drop()

    with open_pty() as (_, name):
        asyncio.run(scene(name))


def test_a_dropped_tcp_line_sends_nothing_that_still_waits() -> None:
    async def scene() -> None:
        async with tcp_server(lambda _: RIGHT) as server:
            port = int(server.address.split(":")[3].partition("?")[0])
            line = Line(TcpPlace("127.0.0.1", port), DEVICE, "here")
            await line.open()
            assert line._client is not None
            raw = line._client.ctx.transport.get_extra_info("socket")
            linger = raw.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
            assert struct.unpack("ii", linger) == (1, 0)
            line.drop()

    asyncio.run(scene())
