"""Bytes that are no Modbus, to a cuff and on its line, while a session runs."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import time

import pytest

from tests.campaign import amount
from tests.integration.lines import NoisyWire
from tests.integration.processes import always
from tests.integration.room import (
    FirmwareCuff,
    Room,
    Station,
    TwinCuff,
    conditions,
    nothing_resumes,
    program,
    reached,
    run,
    sealed,
    steering,
    vents,
)

SEED = 20
LONG = 12.0
"""Time for which there is noise [s]."""
SHORT_CYCLES = program(hold=5.0)


def goes_on(station: Station, lasting: float = LONG) -> None:
    """See that a session runs through, second by second, with no alarm."""
    begun = station.snapshot()["program_time"]

    def fine() -> bool:
        now = station.snapshot()
        return (now["state"], now["alarms"]) == ("running", [])

    always(fine, lasting, "the session goes on")
    assert station.snapshot()["program_time"] - begun > lasting - 0.5


def garbage(source: random.Random) -> bytes:
    """Return what a broken or hostile master may send."""
    frame = struct.pack(">HHHB", source.randrange(65536), 0, 6, 1) + b"\x03\x00\x64\x00\x20"
    return source.choice(
        (
            source.randbytes(source.randint(1, 300)),
            frame[: source.randint(1, len(frame) - 1)],
            struct.pack(">HHHB", 1, 0, 65535, 1),
            struct.pack(">HHHB", 1, 0, 2, 1) + b"\x17",
            struct.pack(">HHHB", 1, 0, 8, 1) + b"\x10\x00\xc8\x00\x7b\xff\x00",
            b"GET / HTTP/1.1\r\n\r\n",
        )
    )


def test_garbage_and_torn_frames_from_another_connection_change_nothing(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    source = random.Random(SEED)
    with socket.create_connection(("127.0.0.1", cuff.port), timeout=1.0) as master:
        for _ in range(50):
            with contextlib.suppress(OSError):
                master.sendall(garbage(source))
    state = cuff.state()
    assert (any(state["inlets"]), state["holder"]) == (False, 0)
    station = room.station(cuff.address)
    with steering(station):
        run(station, SHORT_CYCLES)
        end = time.monotonic() + LONG
        sent = 0
        begun = station.snapshot()["program_time"]
        while time.monotonic() < end:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", cuff.port), timeout=1.0) as master,
            ):
                for _ in range(3):
                    master.sendall(garbage(source))
                    sent += 1
                master.settimeout(0.02)
                master.recv(4096)
            now = station.snapshot()
            assert (now["state"], now["alarms"]) == ("running", [])
        assert sent > 100
        now = station.snapshot()
        assert now["program_time"] - begun > LONG - 0.5
        state = cuff.state()
        assert state["faults"] == []
        assert state["bad_frames"] > 10
        station.couch.vent()
        sealed(station, now["record"], "stopped")


def a_serial_cuff(room: Room, kind: str) -> TwinCuff | FirmwareCuff:
    return room.firmware() if kind == "firmware" else room.twins("calf-3", line="pty")[0]


@pytest.mark.parametrize("kind", amount(["firmware"], ["twin", "firmware"]))
def test_noise_now_and_then_interrupts_nothing_and_without_a_pause_it_vents_the_cuff(
    room: Room, kind: str
) -> None:
    cuff = a_serial_cuff(room, kind)
    path = cuff.address.removeprefix("modbus:rtu://")
    with NoisyWire(path, room.folder / "noisy", SEED) as wire:
        station = room.station(wire.address)
        with steering(station):
            run(station)
            wire.every = 0.5
            goes_on(station)
            assert min(wire.bursts.values()) >= 5
            assert min(cuff.pressures()) > 55.0
            wire.every = 0.001
            since = time.monotonic()
            vents(cuff, since)
            over = station.until(lambda now: now["outcome"], 3.0, "the session is over")
            assert over["outcome"] == "faulted"
            assert conditions(over) & {"link-silent", "lease"}, over["reason"]
            assert wire.spoiled > 0
            wire.every = None
            station.until(reached, what="the line is quiet again")
            nothing_resumes(station, cuff)
            sealed(station, over["record"], "faulted")


def test_a_line_that_is_noisy_from_the_first_byte_is_used_once_it_is_quiet(room: Room) -> None:
    cuff = room.firmware()
    path = cuff.address.removeprefix("modbus:rtu://")
    with NoisyWire(path, room.folder / "noisy", SEED) as wire:
        wire.every = 0.001
        station = room.station(wire.address)
        always(lambda: max(cuff.pressures()) < 5.0, 2.0)
        assert station.snapshot()["cuffs"]["left"]["trouble"]
        wire.every = None
        station.until(reached, 5.0, "the cuff answers")
