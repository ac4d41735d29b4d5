"""A cuff on each kind of link, for sentences that hold for all of them."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from openpresso import cuff
from openpresso.law import controller as law
from openpresso.law.guard import LEASE_TICKS
from openpresso.law.regulator import SEAL as SEAL_WORD
from openpresso.law.regulator import VENT
from openpresso.session import SEAL, Command, Readings
from openpresso.station.drivers import open_link
from openpresso.station.link import Link
from openpresso.station.twin_link import TwinLink
from openpresso.twin import kernel
from openpresso.twin.twin import Twin
from tests.station.drivers.regulators import (
    ENABLE,
    MAP,
    PER_MMHG,
    SET_POINT,
    SHUT,
    Bench,
    serve_bench,
)
from tests.station.drivers.servers import LiveCuff, Server, rtu_server, tcp_server

STATION = 7
CEILING = 60.0
PERIOD = 0.05


class Rig(Protocol):
    """A cuff, its link, and what a test may do to the cuff and see of it."""

    link: Link
    networked: bool

    def now(self) -> float:
        """Station's clock [s]."""

    async def wait(self, seconds: float) -> None:
        """Let time pass."""

    def told(self) -> list[float]:
        """What the cuff was told last: set-points [mmHg], NaN, SEAL."""

    def leased(self) -> bool:
        """Whether a lease runs."""

    def pressures(self) -> list[float]:
        """True pressures [mmHg]."""

    def silence(self) -> None:
        """Let the cuff not answer any more."""

    def speak(self) -> None:
        """Let it answer again."""

    def restart(self) -> None:
        """Take power from the cuff and give it again."""

    def fills(self) -> int:
        """How many requests asked for air, or took a lease."""


class LiveRig:
    """A live cuff behind a server."""

    networked = True

    def __init__(self, link: Link, server: Server, live: LiveCuff) -> None:
        self.link, self.server, self.live = link, server, live

    def now(self) -> float:
        return time.monotonic()

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def told(self) -> list[float]:
        meaning = {VENT: np.nan, SEAL_WORD: SEAL}
        return [meaning.get(point, point / 100.0) for point in self.live.device.set_points]

    def leased(self) -> bool:
        return self.live.leased

    def pressures(self) -> list[float]:
        return self.live.pressures

    def silence(self) -> None:
        self.server.manners = lambda *_: []

    def speak(self) -> None:
        self.server.manners = None

    def restart(self) -> None:
        self.live.switch_on()

    def fills(self) -> int:
        leases = [request[10:12] for request in self.live.requests if request[0] == 23]
        return sum(lease[0] < 128 for lease in leases)


class TwinRig:
    """A cuff of a twin in this process, in its own time."""

    networked = False

    def __init__(self) -> None:
        self.twin = Twin([cuff.load("leg-4")], seed=1)
        self.link: Link = TwinLink(self.twin, 0, "left")
        self.law = self.twin.state[0]

    def now(self) -> float:
        return float(self.twin.time)

    async def wait(self, seconds: float) -> None:
        self.twin.advance(max(round(seconds / 0.005), 1))

    def told(self) -> list[float]:
        return [float(point) for point in self.twin.mailbox[0, kernel.ASKED, :4]]

    def leased(self) -> bool:
        return 0 <= int(self.law[law.LEASE_AGE]) <= LEASE_TICKS

    def pressures(self) -> list[float]:
        return [float(one) for one in self.twin.mailbox[0, kernel.TRUE, :4]]

    def silence(self) -> None:
        self.twin.silent[0] = True

    def speak(self) -> None:
        self.twin.silent[0] = False

    def restart(self) -> None:
        self.twin.switch(0, powered=False)
        self.twin.switch(0, powered=True)

    def fills(self) -> int:
        return 0


class RegulatorsRig:
    """Four simulated regulators behind pymodbus' server."""

    networked = True

    def __init__(self, link: Link, bench: Bench) -> None:
        self.link, self.bench = link, bench

    def now(self) -> float:
        return time.monotonic()

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def told(self) -> list[float]:
        self.bench.live()
        return [
            SEAL if one[SHUT] else one[SET_POINT] / PER_MMHG if one[ENABLE] else np.nan
            for one in (regulator.registers for regulator in self.bench.regulators)
        ]

    def leased(self) -> bool:
        self.bench.live()
        return any(one.registers[ENABLE] for one in self.bench.regulators)

    def pressures(self) -> list[float]:
        self.bench.live()
        return [one.pressure for one in self.bench.regulators]

    def silence(self) -> None:
        self.bench.silent = True

    def speak(self) -> None:
        self.bench.silent = False

    def restart(self) -> None:
        self.bench.restart()

    def fills(self) -> int:
        return self.bench.fills


@asynccontextmanager
async def twin_rig() -> AsyncIterator[Rig]:
    """A twin in process."""
    yield TwinRig()


def live_rig(
    serve: Callable[[Callable[[bytes], bytes]], AbstractAsyncContextManager[Server]],
) -> Callable[[], AbstractAsyncContextManager[Rig]]:
    """A live cuff behind a server of this kind."""

    @asynccontextmanager
    async def rig() -> AsyncIterator[Rig]:
        live = LiveCuff()
        async with serve(live.answer) as server:
            link = open_link(server.address, "left", time.monotonic, STATION)
            try:
                yield LiveRig(link, server, live)
            finally:
                link.close()
                await link.closed()  # type: ignore[attr-defined]

    return rig


@contextmanager
def map_file(text: str = MAP) -> Iterator[Path]:
    """A map of regulators in a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "map.yaml")
        file.write_text(text)
        yield file


@asynccontextmanager
async def regulators_rig() -> AsyncIterator[Rig]:
    """Four regulators on a line of their own."""
    with map_file() as file:
        async with serve_bench() as bench:
            link = open_link(bench.address(file), "left", time.monotonic, STATION)
            try:
                yield RegulatorsRig(link, bench)
            finally:
                link.close()
                await link.closed()  # type: ignore[attr-defined]


RIGS: dict[str, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    "twin": twin_rig,
    "modbus-tcp": live_rig(tcp_server),
    "modbus-rtu": live_rig(rtu_server),
    "regulators": regulators_rig,
}
"""Every kind of link."""

if own := os.environ.get("OPENPRESSO_RIG"):
    # A driver of one's own: `package.module:rig`; see docs/how-to/write-a-driver.md.
    _module, _, _name = own.partition(":")
    RIGS[_name] = vars(import_module(_module))[_name]


def command(*set_points: float, renew: bool = True) -> Command:
    """A command for a cuff with four chambers."""
    return Command(np.array(set_points), CEILING, renew=renew)


async def tick(rig: Rig, asked: Command | None = None) -> Readings | None:
    """One period of a station: read, write, wait."""
    readings = rig.link.read(rig.now())
    rig.link.write(asked)
    await rig.wait(PERIOD)
    return readings


async def until(
    rig: Rig, true: Callable[[], bool], asked: Command | None = None, within: float = 15.0
) -> float:
    """Tick until something is true; how long it took [s]."""
    began = rig.now()
    while not true():
        assert rig.now() - began < within, f"not within {within} s; {rig.link.trouble}"
        await tick(rig, asked)
    return rig.now() - began


async def ready(rig: Rig) -> Readings:
    """Wait for the cuff to answer, and let it forget that it was switched on."""
    found: list[Readings] = []

    def healthy() -> bool:
        readings = rig.link.read(rig.now())
        if readings is None:
            return False
        if readings.faults:
            rig.link.reset()
            return False
        found.append(readings)
        return True

    await until(rig, healthy)
    return found[-1]


def play(name: str, sentence: Callable[[Rig], Awaitable[None]]) -> None:
    """Try a sentence on one kind of link; an unhandled error in the event loop fails it."""

    async def scene() -> None:
        problems: list[dict[str, object]] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: problems.append(context))
        async with RIGS[name]() as rig:
            await sentence(rig)
        await asyncio.sleep(0)
        assert problems == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scene())
