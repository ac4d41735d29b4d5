"""Modbus as the twin's lines speak it, against an encoder that no one here wrote."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from openpresso.twin.serving.modbus import RtuFrames, TcpFrames, answer, crc

SPACE = 700


class Memory:
    """Registers that keep what is written; addresses from 100 to 109 refuse with exception 6."""

    def __init__(self) -> None:
        self.values = list(range(1000, 1000 + SPACE))

    def words(self, address: int, count: int) -> bytes | int:
        if address + count > SPACE:
            return 2
        return struct.pack(f">{count}H", *self.values[address : address + count])

    def write(self, address: int, values: list[int], count: int) -> int:
        if 100 <= address < 110:
            return 6
        self.values[address : address + count] = values
        return 0


def asked(request: ModbusPDU) -> bytes:
    """Return a request as pymodbus writes it."""
    return bytes((request.function_code,)) + request.encode()


REQUESTS = [
    ReadHoldingRegistersRequest(dev_id=1, address=3, count=125),
    ReadInputRegistersRequest(dev_id=1, address=3, count=2),
    WriteSingleRegisterRequest(dev_id=1, address=5, registers=[65535]),
    WriteMultipleRegistersRequest(dev_id=1, address=5, registers=[1, 2, 3]),
    ReadWriteMultipleRegistersRequest(
        dev_id=1, read_address=5, read_count=4, write_address=6, write_registers=[7, 8]
    ),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
def test_every_function_is_understood_and_answered(request_: ModbusPDU) -> None:
    memory = Memory()
    given_back = DecodePDU(False).decode(answer(memory, asked(request_)))
    assert given_back is not None
    assert not given_back.isError()
    if request_.function_code in (3, 4, 23):
        address = 5 if request_.function_code == 23 else 3
        count = len(given_back.registers)
        assert given_back.registers == memory.values[address : address + count]
    if request_.function_code in (6, 16):
        assert memory.values[5] in (65535, 1)
    if request_.function_code == 23:
        assert memory.values[6:8] == [7, 8]


@pytest.mark.parametrize(
    ("request_", "exception"),
    [
        (b"\x03\x02\xbb\x00\x02", 2),
        (b"\x03\x00\x00\x00\x00", 3),
        (b"\x03\x00\x00\x00\x7e", 3),
        (b"\x03\x00\x00", 3),
        (b"\x06\x00\x64\x00\x01", 6),
        (b"\x10\x00\x64\x00\x01\x02\x00\x01", 6),
        (b"\x10\x00\x05\x00\x01\x03\x00\x01\x00", 3),
        (b"\x10\x00\x05\x00\x02\x04\x00\x01", 3),
        (b"\x17\x00\x00\x00\x01\x00\x64\x00\x01\x02\x00\x01", 6),
        (b"\x01\x00\x00\x00\x01", 1),
        (b"\x2b\x0e\x01\x00", 1),
        (b"\x00", 1),
    ],
)
def test_what_cannot_be_done_gets_its_exception(request_: bytes, exception: int) -> None:
    memory = Memory()
    assert answer(memory, request_) == bytes((request_[0] | 128, exception))
    assert memory.values == Memory().values


def test_an_exchange_whose_read_is_refused_writes_nothing() -> None:
    memory = Memory()
    refused = answer(memory, b"\x17\x02\xbb\x00\x02\x00\x05\x00\x01\x02\x00\x09")
    assert refused == b"\x97\x02"
    assert memory.values == Memory().values


@given(st.binary(max_size=260))
def test_no_request_makes_it_fail(request_: bytes) -> None:
    if request_:
        given_back = answer(Memory(), request_)
        assert given_back[0] & 127 == request_[0] & 127


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
def test_a_serial_frame_of_another_encoder_is_found(request_: ModbusPDU) -> None:
    frame = FramerRTU(DecodePDU(True)).buildFrame(request_)
    assert RtuFrames().feed(frame) == [(1, asked(request_))]
    assert RtuFrames.frame(1, asked(request_)) == frame


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
def test_a_tcp_frame_of_another_encoder_is_found(request_: ModbusPDU) -> None:
    request_.transaction_id = 4711
    frame = FramerSocket(DecodePDU(True)).buildFrame(request_)
    assert TcpFrames().feed(frame) == [(4711, 1, asked(request_))]
    assert TcpFrames.frame(4711, 1, asked(request_)) == frame


GOOD = [RtuFrames.frame(1, asked(one)) for one in REQUESTS]


@given(
    noise=st.lists(st.binary(max_size=40), min_size=3, max_size=3),
    which=st.lists(st.sampled_from(GOOD), min_size=2, max_size=2),
    pieces=st.integers(1, 30),
)
@example(noise=[b"\x01\x10\x00\x00\x00\x7b\xf6", b"\x01\x17", b""], which=GOOD[:2], pieces=7)
def test_good_frames_are_found_among_noise_however_they_come(
    noise: list[bytes], which: list[bytes], pieces: int
) -> None:
    line = noise[0] + which[0] + noise[1] + which[1] + noise[2]
    frames = RtuFrames()
    found = []
    for at in range(0, len(line), pieces):
        found += frames.feed(line[at : at + pieces])
    wanted = [(frame[0], frame[1:-2]) for frame in which]
    # Noise may be a frame by chance (1 in 65536); what was sent is found, in its order.
    assert [one for one in found if one in wanted] == wanted


def test_a_broken_frame_is_left_behind_and_counted() -> None:
    frames = RtuFrames()
    broken = bytearray(GOOD[4])
    broken[9] ^= 4
    assert frames.feed(bytes(broken)) == []
    assert frames.waits
    frames.give_up()
    assert (frames.noise, frames.waits) == (1, False)
    assert frames.feed(GOOD[0]) == [(1, GOOD[0][1:-2])]


def test_endless_noise_takes_no_memory() -> None:
    frames = RtuFrames()
    for k in range(200):
        frames.feed(bytes((k * 37 + j * 11) % 256 for j in range(100)))
    assert len(frames._rest) <= 256
    assert frames.noise > 0


@given(pieces=st.integers(1, 40))
def test_tcp_requests_are_cut_where_they_end(pieces: int) -> None:
    wanted = [(k, 1, asked(one)) for k, one in enumerate(REQUESTS)]
    line = b"".join(TcpFrames.frame(*one) for one in wanted)
    frames = TcpFrames()
    found = []
    for at in range(0, len(line), pieces):
        cut = frames.feed(line[at : at + pieces])
        assert cut is not None
        found += cut
    assert found == wanted


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x01\x00\x00\x00\x01\x01\x03",
        b"\x00\x01\x00\x00\xff\xff\x01\x03",
    ],
)
def test_what_is_no_modbus_on_tcp_is_said_to_be_none(garbage: bytes) -> None:
    assert TcpFrames().feed(garbage) is None


def test_the_checksum_is_that_of_the_specification() -> None:
    assert crc(b"123456789") == b"\x37\x4b"
