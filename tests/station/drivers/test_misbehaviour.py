"""A cuff on a bad line, a cuff that is not the one, and two stations: what the link makes of it."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from openpresso.law.registers import MAP_VERSION
from openpresso.session import Readings
from openpresso.station.drivers import open_link, wire
from openpresso.station.drivers.codec import ROWS, STATE
from openpresso.station.drivers.modbus import ModbusLink
from tests.station.drivers.rigs import command
from tests.station.drivers.servers import (
    Hangup,
    LiveCuff,
    Sent,
    Server,
    crc,
    rtu_server,
    tcp_server,
)

NAN = float("nan")
FILL = command(20.0, 20.0, NAN, NAN)
VENT = command(NAN, NAN, NAN, NAN, renew=False)
SERVERS = {"tcp": tcp_server, "rtu": rtu_server}
EVERY = pytest.mark.parametrize("kind", SERVERS)


def modbus(server: Server, station: int = 7) -> ModbusLink:
    """A link to a server's device."""
    link = open_link(server.address, "left", time.monotonic, station)
    assert isinstance(link, ModbusLink)
    return link


Scene = Callable[[LiveCuff, Server, ModbusLink], Awaitable[None]]


def play(kind: str, scene: Scene) -> None:
    """Play a scene with a live cuff, its server and a link; nothing may be left over."""

    async def stage() -> None:
        problems: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: problems.append(what))
        live = LiveCuff()
        async with SERVERS[kind](live.answer) as server, linked(server) as link:
            await scene(live, server, link)
        assert problems == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(stage())


@asynccontextmanager
async def linked(server: Server, station: int = 7) -> AsyncIterator[ModbusLink]:
    """A link that is closed in the end."""
    link = modbus(server, station)
    try:
        yield link
    finally:
        link.close()
        await link.closed()


async def until(true: Callable[[], object], link: ModbusLink, within: float = 3.0) -> None:
    """Ask for readings until something is true."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, link.trouble
        link.write(None)
        await asyncio.sleep(0.02)


async def fresh(link: ModbusLink) -> Readings:
    """The next readings."""
    found: list[Readings] = []

    def arrived() -> bool:
        readings = link.read(0.0)
        if readings is not None:
            found.append(readings)
        return bool(found)

    await until(arrived, link)
    return found[0]


async def running(link: ModbusLink) -> None:
    """Reset the cuff and see that it is well."""
    await fresh(link)
    link.reset()
    while (await fresh(link)).faults:
        link.reset()


class Stamped:
    """A device that says in its first pressure when it was asked, and follows another's identity.

    It does not live on the law: a million states are as good as one.
    """

    def __init__(self) -> None:
        self.cuff = LiveCuff()
        self.began = time.monotonic()
        self.made: list[float] = []

    def answer(self, request: bytes) -> bytes:
        if request[0] not in {3, 23} or request[1:3] == b"\0\0":
            return self.cuff.answer(request)
        count = struct.unpack(">H", request[3:5])[0]
        age = time.monotonic() - self.began
        words = [0] * STATE.count
        words[1] = int(age * 200.0)
        words[ROWS["pressures"].address - STATE.address] = int(age * 1000.0) % 32000
        return bytes([request[0], 2 * count]) + struct.pack(f">{count}H", *words[:count])

    def age(self, readings: Readings) -> float:
        """How old readings were when they arrived [s]."""
        made = readings.pressures[0] / 10.0
        return float((readings.time - self.began - made + 16.0) % 32.0 - 16.0)


def spoil(seed: int, kind: str) -> Callable[[bytes, bytes, bytes], Sent]:
    """Every way to answer badly, in a random order; half of the answers are good."""
    rng = random.Random(seed)

    def sends(_request: bytes, answer: bytes, framed: bytes) -> Sent:
        noise = rng.randbytes(rng.randint(1, 12))
        at = rng.randrange(len(framed))
        flipped = bytearray(framed)
        # What is inside a TCP segment, TCP itself has checked; a serial line checks nothing.
        flipped[at if kind == "rtu" else at % 9] ^= 1 << rng.randrange(8)
        other = framed[:7] + bytes([answer[0] | 128, 4])
        if kind == "rtu":
            other = framed[:1] + bytes([answer[0] | 128, 4])
            other += crc(other)
        ways: list[Sent] = [
            [],
            *([(0.0, framed)] for _ in range(12)),
            [(rng.uniform(0.0, 0.2), framed)],
            [(0.0, framed[:at])],
            [(0.0, bytes(flipped))],
            [(0.0, noise + framed)],
            [(0.0, framed + noise)],
            [(0.0, framed + framed)],
            [(0.0, framed), (0.01, framed)],
            [(0.0, framed[:at]), (0.01, framed[at:])],
            [(0.0, noise)],
            [(0.0, other)],
        ]
        chosen = rng.randrange(len(ways) + 1)
        if chosen == len(ways):
            raise Hangup
        return ways[chosen]

    return sends


@EVERY
@pytest.mark.parametrize("seed", range(3))
def test_on_a_bad_line_no_reading_is_wrong_late_or_given_twice(
    kind: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PAUSES", (0.005,))

    async def stage() -> None:
        problems: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: problems.append(what))
        device = Stamped()
        async with SERVERS[kind](device.answer) as server, linked(server) as link:
            await fresh(link)
            server.manners = spoil(seed, kind)
            times = []
            until_then = time.monotonic() + 3.0
            while time.monotonic() < until_then:
                link.write(FILL)
                await asyncio.sleep(0.01)
                readings = link.read(0.0)
                if readings is not None:
                    assert -0.002 <= device.age(readings) <= 0.12
                    assert readings.pressures[1:].tolist() == [0.0, 0.0, 0.0]
                    times.append(readings.pressures[0])
            assert len(times) > 3
            assert len(set(times)) == len(times)
            assert link.round_trips.failures > 5
            server.manners = None
            await until(lambda: link.trouble == "", link)
        assert problems == []

    asyncio.run(stage())


@EVERY
def test_an_answer_that_comes_after_its_time_is_never_taken_for_a_newer_one(kind: str) -> None:
    async def stage() -> None:
        device = Stamped()
        async with SERVERS[kind](device.answer) as server, linked(server) as link:
            await fresh(link)
            for delay in (0.06, 0.08, 0.12, 0.2):
                server.manners = lambda *sent, late=delay: [(late, sent[2])]
                seen = []
                for _ in range(30):
                    link.write(None)
                    await asyncio.sleep(0.02)
                    readings = link.read(0.0)
                    if readings is not None:
                        seen.append(device.age(readings))
                assert seen == []
                server.manners = None
                assert device.age(await fresh(link)) < 0.05

    asyncio.run(stage())


@EVERY
def test_one_lost_answer_does_not_lose_the_lease(kind: str) -> None:
    async def scene(live: LiveCuff, server: Server, link: ModbusLink) -> None:
        await running(link)
        for count in range(40):
            link.read(0.0)
            link.write(FILL)
            server.manners = (lambda *_: []) if count == 20 else None
            await asyncio.sleep(0.05)
        assert live.leased
        assert live.board.faults == set()
        assert link.round_trips.failures == 1

    play(kind, scene)


def test_noise_on_an_idle_serial_line_costs_an_exchange_at_most() -> None:
    async def scene(live: LiveCuff, server: Server, link: ModbusLink) -> None:
        await running(link)
        rng = random.Random(1)
        for count in range(30):
            link.read(0.0)
            link.write(FILL)
            await asyncio.sleep(0.04)
            if count % 10 == 5:
                server.noise(rng.randbytes(7))
            await asyncio.sleep(0.01)
        assert live.leased
        assert link.round_trips.failures <= 3

    play("rtu", scene)


@EVERY
def test_nothing_at_all_is_sent_to_a_silent_cuff_unasked(kind: str) -> None:
    async def scene(live: LiveCuff, server: Server, link: ModbusLink) -> None:
        await running(link)
        server.manners = lambda *_: []
        link.write(FILL)
        await asyncio.sleep(0.2)
        asked = len(live.requests)
        server.manners = None
        await asyncio.sleep(0.8)
        assert len(live.requests) == asked

    play(kind, scene)


@EVERY
def test_a_vent_that_the_silence_swallowed_is_sent_when_the_line_is_back(kind: str) -> None:
    async def scene(live: LiveCuff, server: Server, link: ModbusLink) -> None:
        await running(link)
        link.write(FILL)
        await asyncio.sleep(0.1)
        assert live.leased
        server.manners = lambda *_: []
        # The request arrives, the cuff's answer does not; so does what is asked in between.
        link.write(VENT)
        await asyncio.sleep(0.1)
        told = len([one for one in live.requests if one[0] == 23])
        server.manners = None
        await until(lambda: link.trouble == "", link)
        assert len([one for one in live.requests if one[0] == 23]) == told + 1
        assert not live.leased

    play(kind, scene)


@EVERY
def test_a_command_that_waited_too_long_is_not_sent(kind: str) -> None:
    async def scene(live: LiveCuff, _server: Server, link: ModbusLink) -> None:
        await running(link)
        link.write(FILL)
        time.sleep(0.4)  # noqa: ASYNC251 - a station that was stopped does nothing else either
        await asyncio.sleep(0.05)
        assert not live.leased
        assert "too late" in link.trouble

    play(kind, scene)


@EVERY
def test_an_answer_that_waited_for_a_stopped_station_is_no_reading(kind: str) -> None:
    async def stage() -> None:
        device = Stamped()
        async with SERVERS[kind](device.answer) as server, linked(server) as link:
            await fresh(link)
            loop = asyncio.get_running_loop()

            def stop_after_sending(*sent: bytes) -> Sent:
                loop.call_later(0.001, time.sleep, 0.3)
                return [(0.0, sent[2])]

            server.manners = stop_after_sending
            link.write(None)
            await asyncio.sleep(0.02)
            server.manners = None
            for _ in range(10):
                readings = link.read(0.0)
                assert readings is None or device.age(readings) < 0.12
                link.write(None)
                await asyncio.sleep(0.02)

    asyncio.run(stage())


@EVERY
def test_another_major_version_is_refused_by_name_and_gets_no_command(kind: str) -> None:
    async def scene(live: LiveCuff, server: Server, link: ModbusLink) -> None:
        live.patches = {0: MAP_VERSION[0] + 1, 1: 3}
        async with linked(server) as other:
            link.close()
            await link.closed()
            live.requests.clear()
            for _ in range(10):
                other.write(FILL)
                await asyncio.sleep(0.05)
            mine = ".".join(map(str, MAP_VERSION))
            assert f"version {MAP_VERSION[0] + 1}.3 of the register map" in other.trouble
            assert f"this station has {mine}" in other.trouble
            assert "update" in other.trouble
            assert other.identity is None
            assert all(request[0] == 3 for request in live.requests)
            assert live.requests

    play(kind, scene)


@EVERY
@pytest.mark.parametrize("minor", [0, 9])
def test_another_minor_version_works(kind: str, minor: int) -> None:
    async def scene(live: LiveCuff, server: Server, _link: ModbusLink) -> None:
        _link.close()
        await _link.closed()
        live.patches = {1: minor}
        async with linked(server) as other:
            await running(other)
            other.write(FILL)
            await asyncio.sleep(0.05)
            assert live.leased

    play(kind, scene)


@pytest.mark.parametrize("chambers", [0, 25, 65535])
def test_a_device_that_is_no_cuff_is_refused(chambers: int) -> None:
    async def scene(live: LiveCuff, server: Server, link: ModbusLink) -> None:
        link.close()
        await link.closed()
        live.patches = {2: chambers}
        async with linked(server) as other:
            await until(lambda: "chambers" in other.trouble, other)
            assert other.identity is None

    play("tcp", scene)


@EVERY
def test_a_cuff_that_was_swapped_gets_no_command_before_it_was_seen(kind: str) -> None:
    async def scene(_live: LiveCuff, server: Server, link: ModbusLink) -> None:
        await running(link)
        before = link.identity
        link.write(FILL)
        await asyncio.sleep(0.05)
        server.manners = lambda *_: []
        link.write(FILL)
        await asyncio.sleep(0.1)
        other = LiveCuff("leg-12", "S-2")
        server.device = other.answer
        server.manners = None
        for _ in range(12):
            link.write(FILL)
            await asyncio.sleep(0.05)
        assert link.identity is not None
        assert link.identity != before
        assert (link.identity.serial, link.identity.n_chambers) == ("S-2", 12)
        assert all(request[0] == 3 for request in other.requests)
        readings = await fresh(link)
        assert readings.identity is link.identity
        assert readings.pressures.shape == (12,)
        link.write(FILL)
        await asyncio.sleep(0.05)
        assert "has 12 chambers, the command has 4 set-points" in link.trouble
        assert all(request[0] == 3 for request in other.requests)

    play(kind, scene)


@EVERY
def test_two_stations_on_one_cuff_know_of_each_other(kind: str) -> None:
    async def scene(live: LiveCuff, server: Server, link: ModbusLink) -> None:
        await running(link)
        live.device.write(ROWS["lease"].address, [9], 1)
        # The other station goes on to renew its lease.
        for _ in range(6):
            live.device.write(ROWS["lease"].address, [9], 1)
            link.write(FILL)
            await asyncio.sleep(0.05)
        readings = link.read(0.0)
        assert "another station (number 9) holds the lease of the cuff at" in link.trouble
        assert server.address in link.trouble
        assert readings is not None
        assert live.device.set_points == [-32768] * 4
        link.write(VENT)
        await asyncio.sleep(0.05)
        assert live.leased
        link.close()
        await link.closed()
        assert live.leased

    play(kind, scene)


@EVERY
def test_a_cuff_whose_law_stands_still_has_no_readings(kind: str) -> None:
    async def scene(live: LiveCuff, _server: Server, link: ModbusLink) -> None:
        await running(link)
        live.stopped = True
        await until(lambda: "stands still" in link.trouble, link, within=0.5)
        assert link.read(0.0) is None
        live.stopped = False
        await fresh(link)

    play(kind, scene)


@EVERY
def test_shares_are_those_since_the_last_readings(kind: str) -> None:
    async def scene(_live: LiveCuff, _server: Server, link: ModbusLink) -> None:
        await running(link)
        for _ in range(20):
            link.write(FILL)
            await asyncio.sleep(0.05)
        readings = link.read(0.0)
        assert readings is not None
        assert readings.exhaust[2:].tolist() == [1.0, 1.0]
        assert readings.inlet[2:].tolist() == [0.0, 0.0]
        assert 0.0 <= readings.pump <= 1.0
        assert np.all((readings.inlet >= 0.0) & (readings.inlet <= 1.0))

    play(kind, scene)


@EVERY
def test_care_is_read_and_written_between_exchanges(kind: str) -> None:
    from datetime import date

    from openpresso.station.calibration import Calibration
    from openpresso.station.drivers import RefusedError

    async def scene(live: LiveCuff, _server: Server, link: ModbusLink) -> None:
        await running(link)
        wanted = tuple(Calibration(0.25 * i, 1.0 + 0.01 * i) for i in range(4))
        await link.calibrate(wanted, "Ada", date(2026, 5, 4))
        live.device.care[0] = 1
        care = await link.care()
        assert care.calibrations == wanted
        assert (care.calibrated_by, care.calibrated_on) == ("Ada", date(2026, 5, 4))
        assert care.used
        assert care.cleaned_on is None
        assert care.inlet_cycles.shape == (4,)
        await link.clean(date(2026, 5, 5))
        care = await link.care()
        assert not care.used
        assert care.cleaned_on == date(2026, 5, 5)
        link.write(FILL)
        await asyncio.sleep(0.02)
        with pytest.raises(RefusedError, match="in use"):
            await link.clean(date(2026, 5, 6))
        link.vent()
        await link.vented()
        assert "stopped-at-cuff" in live.board.faults
        link.close()
        with pytest.raises(Exception, match="closed"):
            await link.care()

    play(kind, scene)


@EVERY
def test_who_waits_for_care_is_told_when_the_cuff_falls_silent(kind: str) -> None:
    from openpresso.station.drivers import LineError

    async def scene(_live: LiveCuff, server: Server, link: ModbusLink) -> None:
        await running(link)
        server.manners = lambda *_: []
        with pytest.raises(LineError, match="did not answer"):
            await link.care()

    play(kind, scene)


@EVERY
@pytest.mark.parametrize("after", [0.0, 0.001, 0.003, 0.02])
def test_a_link_may_be_closed_at_any_time(kind: str, after: float) -> None:
    async def scene(_live: LiveCuff, server: Server, _link: ModbusLink) -> None:
        _link.close()
        await _link.closed()
        async with linked(server) as link:
            link.write(None)
            await asyncio.sleep(after)
            link.close()
            link.close()
            await link.closed()
            assert "closed" in link.trouble

    play(kind, scene)


@EVERY
@pytest.mark.parametrize("after", [0.0, 0.001, 0.003, 0.02])
def test_an_event_loop_may_end_without_closing(kind: str, after: float) -> None:
    async def stage() -> None:
        async with SERVERS[kind](LiveCuff().answer) as server:
            modbus(server).write(None)
            await asyncio.sleep(after)

    asyncio.run(stage())


def test_a_server_that_comes_later_is_found() -> None:
    async def stage() -> None:
        live = LiveCuff()
        async with tcp_server(live.answer) as first:
            port = int(first.address.split(":")[3].partition("?")[0])
        link = modbus(first)
        await asyncio.sleep(0.05)
        assert "cannot be reached" in link.trouble
        async with tcp_server(live.answer, port):
            await fresh(link)
            assert link.trouble == ""
            link.close()
            await link.closed()

    asyncio.run(stage())


def test_round_trips_are_counted_and_measured() -> None:
    async def scene(_live: LiveCuff, _server: Server, link: ModbusLink) -> None:
        await fresh(link)
        await fresh(link)
        trips = link.round_trips
        assert trips.exchanges >= 2
        assert trips.failures == 0
        assert 0.0 < trips.p50 <= trips.p99 < 50.0

    play("tcp", scene)
