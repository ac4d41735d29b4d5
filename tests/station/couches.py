"""A couch on twins in the same process: its time is the twins', so that it needs no waiting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpresso import cuff as cuffs
from openpresso.session import Leg
from openpresso.station.carebook import CareBook
from openpresso.station.clock import WallClock
from openpresso.station.couch import Couch
from openpresso.station.order import Order
from openpresso.station.twin_link import TwinLink
from openpresso.station.workshop import Workshop
from openpresso.twin.twin import Twin

LEGS: tuple[Leg, Leg] = ("left", "right")
PROGRAM = Order("venous-emptying", duration=120.0)
TICKS = 10


class Bench(Workshop):
    """A workshop in the same process."""

    def __init__(self) -> None:
        """Start nothing."""

    async def do(self, work: Callable[..., Any], *args: Any, **_: Any) -> Any:  # noqa: ANN401
        return work(*args)

    def close(self) -> None:
        """Nothing to end."""


class Place:
    """A couch and what it stands on."""

    def __init__(self, folder: Path, cuff: str = "calf-3") -> None:
        self.twin = Twin([cuffs.load(cuff)] * 2, seed=4)
        self.folder = folder
        self.care = CareBook(folder / "cuffs")
        self.couch = self.new_couch()

    def new_couch(self) -> Couch:
        """Another couch with the same cuffs, as after a restart of the station."""
        self.links = {leg: TwinLink(self.twin, index, leg) for index, leg in enumerate(LEGS)}
        self.couch = Couch(
            "1",
            self.links,
            dict.fromkeys(LEGS, "twin"),
            self.folder,
            Bench(),
            self.care,
            WallClock(lambda: 1000.0 + self.twin.time),
        )
        return self.couch

    def tick(self, seconds: float = 0.05) -> None:
        """Advance twins and couch."""
        for _ in range(round(seconds / 0.05)):
            self.twin.advance(TICKS)
            self.couch._tick()
            self.couch._tell()

    def until(self, *states: str, within: float = 200.0) -> None:
        """Advance until the session is in one of these states."""
        end = self.twin.time + within
        while self.state not in states:
            assert self.twin.time < end, (self.state, self.couch.session and self.couch.snapshot())
            self.tick()

    @property
    def state(self) -> str:
        """State of the session."""
        return str(self.couch.snapshot()["state"])

    async def ready(self, order: Order = PROGRAM) -> Couch:
        """Load a program and turn both cuffs on."""
        self.tick()
        await self.couch.load(order, "ada")
        for leg in LEGS:
            await self.couch.turn_on(leg, "ada")
        self.until("ready", "faulted")
        return self.couch

    async def running(self, order: Order = PROGRAM) -> Couch:
        """Start the program."""
        couch = await self.ready(order)
        couch.start("ada")
        self.tick(1.0)
        return couch

    def vented(self) -> bool:
        """Whether every chamber is empty."""
        return all(bool((self.twin.true_pressures(index) < 20.0).all()) for index in range(2))

    async def put_away(self) -> None:
        """Let the couch close its record."""
        self.tick(6.0)
        for task in list(self.couch._tasks):
            await task
