"""The firmware's Modbus server, under MicroPython, against what a line can bring."""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest

from openpresso.law.registers import REGISTERS
from openpresso.law.regulator import VENT
from tests.firmware.under import on_boards, ran

pytestmark = on_boards
AT = {name: address for address, name, *_ in REGISTERS}
GAP = 6
"""Silence after which nothing more comes [ms]."""


def sealed(body: bytes) -> bytes:
    """A frame: a body with its check, as Modbus over Serial Line V1.02 has it."""
    crc = 0xFFFF
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return body + struct.pack("<H", crc)


def frame(function: int, *words: int, number: int = 1) -> bytes:
    return sealed(bytes([number, function]) + struct.pack(f">{len(words)}H", *words))


def writing(address: int, *values: int, number: int = 1) -> bytes:
    head = struct.pack(">BBHHB", number, 16, address, len(values), 2 * len(values))
    return sealed(head + struct.pack(f">{len(values)}H", *values))


def exchange(read: int, count: int, write: int, *values: int, number: int = 1) -> bytes:
    head = struct.pack(">BBHHHHB", number, 23, read, count, write, len(values), 2 * len(values))
    return sealed(head + struct.pack(f">{len(values)}H", *values))


def commands(*points: int, station: int = 7) -> bytes:
    set_points = [point & 65535 for point in points]
    return exchange(AT["pressures"], 8, AT["lease"], station, 6000, 0, 255, *set_points)


def talk(*steps: bytes | int, built: bool = False) -> dict[str, Any]:
    """What the server says after each step: bytes that came, or silence [ms]."""
    job = [step if isinstance(step, int) else step.hex() for step in steps]
    said: dict[str, Any] = ran("line", job, built=built)
    said["answers"] = [bytes.fromhex(answer) for answer in said["answers"]]
    return said


def words(answer: bytes) -> list[int]:
    """The registers of a good answer to a read."""
    assert sealed(answer[:-2]) == answer
    assert answer[2] == len(answer) - 5
    return list(struct.unpack(f">{answer[2] // 2}H", answer[3:-2]))


IDENTITY = frame(3, 0, 44)


@pytest.mark.parametrize("built", [False, True])
def test_every_function_that_the_map_needs_is_answered(built: bool) -> None:
    points = [1000 * i for i in range(8)]
    said = talk(
        IDENTITY, frame(4, 0, 3), frame(6, AT["reset"], 1), commands(*points),
        writing(AT["lease"], 7, 5000), built=built,
    )  # fmt: skip
    identity, input_registers, reset, state, lease = said["answers"]
    assert words(identity)[:3] == [1, 0, 8]
    assert struct.pack(">12H", *words(identity)[8:20]).rstrip(b"\0") == b"leg-8"
    assert words(input_registers) == [1, 0, 8]
    assert input_registers[1] == 4
    assert reset == frame(6, AT["reset"], 1)
    assert len(words(state)) == 8
    assert said["points"] == points
    assert lease[1] == 0x90, "a block of commands holds ceiling and mask together, or the lease"
    assert (said["requests"], said["bad"]) == (5, 0)


def test_an_exception_says_why() -> None:
    said = talk(
        frame(3, 690, 20), frame(3, 0, 126), frame(3, 0, 0), frame(6, 5, 1), frame(1, 0, 8), GAP,
        sealed(bytes([1, 16, 0, 200, 0, 2, 3, 0, 7, 0])), commands(-5, *[VENT] * 7),
    )  # fmt: skip
    got = [(answer[1], answer[2]) for answer in said["answers"] if answer]
    assert got == [(0x83, 2), (0x83, 3), (0x83, 3), (0x86, 2), (0x81, 1), (0x90, 3), (0x97, 3)]
    assert said["points"] == [VENT] * 8
    assert said["bad"] == 0


def test_an_exchange_that_cannot_be_answered_writes_nothing() -> None:
    said = talk(exchange(690, 20, AT["lease"], 7, 6000, 0, 255, *[2000] * 8))
    assert said["answers"][0][1:3] == b"\x97\x02"
    assert said["points"] == [VENT] * 8


def test_only_the_holder_of_the_lease_commands() -> None:
    said = talk(frame(6, AT["reset"], 1), commands(*[1000] * 8), commands(*[2000] * 8, station=9))
    assert said["answers"][-1][1:3] == b"\x97\x06"
    assert said["points"] == [1000] * 8


def test_a_frame_may_come_in_pieces() -> None:
    whole = commands(*[1000] * 8)
    said = talk(*(whole[k : k + 1] for k in range(len(whole))))
    assert not any(said["answers"][:-1])
    assert len(words(said["answers"][-1])) == 8
    assert said["bad"] == 0


def test_two_frames_glued_together_are_both_answered() -> None:
    said = talk(IDENTITY + frame(3, 2, 1))
    first, second = said["answers"][0][:93], said["answers"][0][93:]
    assert words(first)[2] == 8
    assert words(second) == [8]


def test_a_wrong_check_is_not_answered_and_counts_once() -> None:
    broken = bytearray(commands(*[1000] * 8))
    broken[20] ^= 4
    said = talk(bytes(broken), GAP, IDENTITY)
    assert said["answers"][:2] == [b"", b""]
    assert words(said["answers"][2])
    assert said["points"] == [VENT] * 8
    assert said["bad"] == 1


@pytest.mark.parametrize("length", [1, 2, 5, 7, 12])
def test_a_frame_cut_short_is_dropped_after_silence(length: int) -> None:
    said = talk(commands(*[1000] * 8)[:length], GAP, IDENTITY)
    assert words(said["answers"][2])[2] == 8
    assert said["points"] == [VENT] * 8
    assert said["bad"] == 1


@pytest.mark.parametrize("noise", [b"\x00", b"\x01", b"\xff\x01\x17", b"\x01\x03", bytes(9)])
def test_a_frame_behind_noise_is_found(noise: bytes) -> None:
    said = talk(noise + IDENTITY, GAP)
    assert words(b"".join(said["answers"]))[2] == 8
    assert said["bad"] == 1


def test_noise_behind_a_frame_does_not_spoil_the_next() -> None:
    said = talk(IDENTITY + b"\x01\x17", GAP, IDENTITY)
    assert [len(answer) for answer in said["answers"]] == [93, 0, 93]
    assert said["bad"] == 1


def test_a_broadcast_is_ignored() -> None:
    said = talk(writing(AT["vent"], 1, number=0), frame(3, AT["faults"], 2))
    assert said["answers"][0] == b""
    assert said["bad"] == 0
    assert words(said["answers"][1])[1] == 1 << 13, "only restarted"


OTHERS = (
    frame(3, 0, 2, number=9), sealed(bytes([9, 3, 4, 0, 1, 0, 2])),
    exchange(0, 2, 200, 7, number=9), sealed(bytes([9, 0x97, 6])),
    writing(200, 7, number=9), frame(16, 200, 1, number=9), frame(6, 600, 1, number=9),
)  # fmt: skip
"""What another device on the line is asked, and answers."""


@pytest.mark.parametrize("piece", [1, 5, 64])
def test_what_goes_on_between_others_on_the_line_is_no_noise(piece: int) -> None:
    line = b"".join(OTHERS)
    pieces = [line[at : at + piece] for at in range(0, len(line), piece)]
    said = talk(*pieces, frame(43, 14, number=9), GAP, IDENTITY)
    assert not any(said["answers"][:-1])
    assert words(said["answers"][-1])
    assert (said["requests"], said["bad"]) == (1, 0)


@pytest.mark.parametrize("seed", range(4))
def test_garbage_never_commands_and_the_line_comes_back(seed: int) -> None:
    rng = random.Random(seed)
    steps: list[bytes | int] = []
    for _ in range(300):
        steps.append(rng.randbytes(rng.randint(1, 90)))
        if rng.random() < 0.3:
            steps.append(GAP)
    said = talk(*steps, GAP, IDENTITY)
    assert words(said["answers"][-1])[2] == 8
    assert said["points"] == [VENT] * 8
    assert said["bad"] > 50
