"""A station without cuffs: couches that note what they are told, and a server for them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import httpx
from fastapi import FastAPI

from openpresso.session import CommandRefusedError, Identity, Leg
from openpresso.station.carebook import CareBook
from openpresso.station.couch import Couch
from openpresso.station.order import Order
from openpresso.station.seat import Seat
from openpresso.station.service.keys import Keys
from openpresso.station.service.server import listen, serving
from openpresso.station.station import Station

R = TypeVar("R")


class FakeLink:
    """A line to a cuff that keeps nothing itself."""

    def __init__(self, leg: Leg) -> None:
        self.identity: Identity | None = Identity("leg-8", f"S-{leg}", "f1", 8)
        self.trouble = ""


class FakeCouch:
    """Notes every act; it has the seat, the version and the picture of a couch."""

    def __init__(self, name: str, legs: tuple[Leg, ...] = ("left", "right")) -> None:
        self.name = name
        self.legs = legs
        self.seat = Seat()
        self.version = 0
        self.acts: list[tuple[Any, ...]] = []
        self.state = "empty"
        self.program: dict[str, Any] | None = None
        self.program_time = 0.0
        self.broken: Exception | None = None
        self.vented_at: list[float] = []
        self.padding = ""
        self.shares: dict[str, list[float]] = {leg: [1.0] * 8 for leg in legs}
        self.alarms: list[dict[str, Any]] = []
        self.stages: dict[str, str | None] = dict.fromkeys(legs)
        self.addresses = {leg: f"modbus:tcp://127.0.0.1:15{leg}" for leg in legs}
        self.links = {leg: FakeLink(leg) for leg in legs}
        self._news = asyncio.Event()

    def now(self) -> float:
        return time.monotonic()

    def tell(self) -> None:
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()

    async def wait(self, version: int) -> int:
        while self.version <= version:
            await self._news.wait()
        return self.version

    def snapshot(self) -> dict[str, Any]:
        now = self.now()
        known = {"cuff": "leg-8", "serial": "S1", "firmware": "f1", "n_chambers": 8}
        cuff = {
            "address": "modbus:tcp://127.0.0.1:1502",
            "identity": known,
            "trouble": self.padding,
            "age": 0.02,
            "pressures": [round((self.version + i) % 60 + 0.25, 2) for i in range(8)],
            "set_points": [None if i else float(self.version % 60) for i in range(8)],
            "pump": 0.25,
            "faults": [],
            "fault_chamber": 0,
            "ceiling": 60.0 if self.program else None,
            "fit": None,
            "used": False,
        }
        cuffs = {
            leg: cuff | {"stage": self.stages[leg], "shares": list(self.shares[leg])}
            for leg in self.legs
        }
        return {
            "couch": self.name,
            "version": self.version,
            "time": round(now, 3),
            "state": self.state,
            "program": self.program,
            "program_time": self.program_time,
            "trim": 1.0,
            "phase": "",
            "cycle": 0,
            "outcome": None,
            "reason": "",
            "record": None,
            "trouble": "",
            "allowed": ["load"],
            "alarms": list(self.alarms),
            "seat": {"holder": self.seat.holder(now), "silent_for": 0.0},
            "cuffs": cuffs,
            "ticks": {"count": self.version, "skipped": 0},
        }

    def _act(self, *act: object) -> None:
        if self.broken is not None:
            raise self.broken
        self.acts.append(act)
        self.tell()

    async def load(self, order: Order, who: str) -> None:
        self._act("load", order, who)
        self.state = "idle"
        duration = order.duration or 1800.0
        self.program = {
            "name": order.program,
            "title": order.program,
            "duration": duration,
            "ceiling": order.ceiling or 60.0,
            "legs": order.legs or "both",
            "client": order.client,
        }

    async def unload(self, who: str) -> None:
        self._act("unload", who)
        self.state, self.program = "empty", None

    async def turn_on(self, leg: Leg, who: str) -> None:
        self._act("turn_on", leg, who)

    def start(self, who: str) -> None:
        if self.state == "empty":
            raise CommandRefusedError("start is refused: empty", remedy="load one first.")
        self._act("start", who)
        self.state = "running"

    def pause(self, when: str, chambers: str, who: str) -> None:
        self._act("pause", when, chambers, who)

    def resume(self, who: str) -> None:
        self._act("resume", who)

    def end(self, who: str) -> None:
        self._act("end", who)

    def _give(self, leg: Leg, chamber: int, share: float) -> None:
        """Set the share of a chamber that the cuff has; a real couch refuses others."""
        if chamber <= len(self.shares[leg]):
            self.shares[leg][chamber - 1] = share

    def skip(self, leg: Leg, chamber: int, who: str) -> None:
        self._act("skip", leg, chamber, who)
        self._give(leg, chamber, 0.0)

    def soften(self, leg: Leg, chamber: int, share: float, who: str) -> None:
        self._act("soften", leg, chamber, share, who)
        self._give(leg, chamber, share)

    def restore(self, leg: Leg, chamber: int, who: str) -> None:
        self._act("restore", leg, chamber, who)
        self._give(leg, chamber, 1.0)

    def trim(self, share: float, who: str) -> None:
        self._act("trim", share, who)

    def tighten(self, leg: Leg, value: float, who: str, why: str) -> None:
        self._act("tighten", leg, value, who, why)

    def acknowledge(self, alarm: str, who: str) -> None:
        self._act("acknowledge", alarm, who)

    async def cleaned(self, leg: Leg, who: str) -> None:
        self._act("cleaned", leg, who)

    def vent(self, who: str) -> float:
        self.vented_at.append(time.monotonic())
        self.state = "stopped"
        self._act("vent", who)
        return time.monotonic()


class FakeWorkshop:
    """Does slow work at once."""

    async def do(self, work: Callable[..., R], *args: object) -> R:
        return work(*args)


class FakeStation:
    """A room of couches without cuffs."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        self.records = folder / "sessions"
        self.records.mkdir(parents=True, exist_ok=True)
        self.workshop = FakeWorkshop()
        self.care = CareBook(folder / "cuffs")
        self.fakes = {name: FakeCouch(name) for name in names or ("1", "2")}

    @property
    def couches(self) -> dict[str, Couch]:
        return {name: cast("Couch", fake) for name, fake in self.fakes.items()}

    def vent(self, who: str) -> None:
        for couch in self.fakes.values():
            couch.vent(who)

    @property
    def station(self) -> Station:
        return cast("Station", self)


class Caller:
    """Calls an application in this process, without a socket."""

    def __init__(self, app: FastAPI) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        self._runner = asyncio.Runner()
        self.headers = self._client.headers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **cast("Any", more)))

    def get(self, path: str, **more: object) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: object) -> httpx.Response:
        return self.request("POST", path, **more)

    def put(self, path: str, **more: object) -> httpx.Response:
        return self.request("PUT", path, **more)


@contextlib.contextmanager
def served(fake: FakeStation, keys: Keys, period: float = 0.05) -> Iterator[str]:
    """Serve a room on a free port, in a thread with a loop of its own; its couches tick."""
    listener = listen("127.0.0.1", 0)
    ready, over = threading.Event(), threading.Event()
    urls: list[str] = []

    async def live() -> None:
        async with serving(fake.station, keys, listener) as url:
            urls.append(url)
            ready.set()
            while not over.is_set():
                for couch in fake.fakes.values():
                    couch.tell()
                await asyncio.sleep(period)

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    try:
        assert ready.wait(10.0)
        yield urls[0]
    finally:
        over.set()
        thread.join(10.0)
        assert not thread.is_alive()
