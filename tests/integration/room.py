"""A treatment room for the tests: a station, its cuffs and who steers it, as real processes."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self, TypeVar

import httpx

from openpresso.record import verify
from openpresso.station.client import StationClient
from openpresso.station.client.couch import CouchClient
from openpresso.twin.rig.firmware import FirmwareProcess
from tests.integration.processes import CLOSE, PATIENCE, Process, always, prompt, turn, until

T = TypeVar("T")
Snapshot = dict[str, Any]

EMPTY: Final = 20.0
"""Below this no blood is held back [mmHg]."""
VENTED_WITHIN: Final = 3.0
"""Longest time from any failure until every chamber is below `EMPTY` [s]."""
STAYS: Final = 3.0
"""For so long it is watched that nothing resumes by itself [s]."""
TECHNICIAN: Final = "Ana"


def program(sweep: float = 3.0, hold: float = 40.0, release: float = 2.0, rest: float = 2.0) -> str:
    """Return a program that presses with 60 mmHg, one chamber after the other [s]."""
    return f"""\
schema: 1
name: test-hold
version: 1
title: "Hold at 60 mmHg"
purpose: "For tests of what happens when something fails."
permission: none
warnings: []
duration: 4 min
ceiling: 65 mmHg
legs: one
fits:
  limbs: [calf, leg]
  chambers: [1, 24]
phases:
  - name: squeeze
    pattern: cumulative
    target: {{distal: 60 mmHg, step: 0 mmHg, minimum: 15 mmHg}}
    order: distal-to-proximal
    sweep: {sweep} s
    hold: {hold} s
    release: {release} s
    rest: {rest} s
evidence:
  grade: U
  finding: "A program for tests."
  claim: "Nothing is claimed."
  unknown: ["Everything."]
  studied_dose: "None."
sources:
  - figures: "All of them."
    mark: derived
    citation: "A program for tests"
"""


class Cuff(Protocol):
    """A cuff, as the tests see behind it."""

    @property
    def address(self) -> str:
        """What the station calls it."""

    def pressures(self) -> list[float]:
        """What is true in its chambers [mmHg]."""


@dataclass
class TwinCuff:
    """One cuff of served twins."""

    twins: Twins
    index: int

    @property
    def address(self) -> str:
        ready = self.twins.process.ready["cuffs"][self.index]
        return str(ready["tcp"] or ready["rtu"])

    @property
    def port(self) -> int:
        return int(str(self.twins.process.ready["cuffs"][self.index]["tcp"]).rsplit(":", 1)[1])

    def state(self) -> dict[str, Any]:
        """Return what the page knows of it."""
        shown: dict[str, Any] = self.twins.http.get("/state").json()["cuffs"][self.index]
        return shown

    def pressures(self) -> list[float]:
        return list(self.state()["pressures"])

    def act(self, what: str, **body: object) -> None:
        """Let the page do something to it."""
        path = f"/cuffs/{self.index + 1}/{what}"
        self.twins.http.post(path, json=body).raise_for_status()


class Twins:
    """`openpresso twin serve`."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.http = httpx.Client(base_url=process.ready["page"], timeout=PATIENCE, trust_env=False)
        self.cuffs = [TwinCuff(self, i) for i in range(len(process.ready["cuffs"]))]

    def close(self) -> None:
        self.http.close()
        self.process.close()


@dataclass
class FirmwareCuff:
    """A cuff whose controller runs the real firmware."""

    firmware: FirmwareProcess

    @property
    def address(self) -> str:
        return f"modbus:rtu://{self.firmware.serial_path}"

    def pressures(self) -> list[float]:
        return [float(value) for value in self.firmware.true_pressures()]


class Station:
    """`openpresso station serve`, and a client of it."""

    def __init__(
        self, process: Process, folder: Path, again: Callable[[], Process], lock: Path
    ) -> None:
        self.folder = folder
        self._lock = lock
        self._again = again
        self._take(process)

    def _take(self, process: Process) -> None:
        self.process = process
        self.url = str(process.ready["url"])
        self.client = StationClient(self.url, folder=self.folder)
        self.couch: CouchClient = self.client.couch("1")

    def snapshot(self) -> Snapshot:
        return self.couch.snapshot()

    def until(
        self, look: Callable[[Snapshot], object], within: float = PATIENCE, what: str = ""
    ) -> Snapshot:
        """Return the first snapshot in which something is true."""
        newest: Snapshot = {}

        def seen() -> bool:
            nonlocal newest
            newest = self.snapshot()
            return bool(look(newest))

        try:
            until(seen, within, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; the couch says {json.dumps(newest)}") from None
        return newest

    def load(self, text: str = "", **order: object) -> None:
        """Load a program, which is rehearsed."""
        with turn(self._lock):
            if "program" not in order:
                order["text"] = text or program()
            self.couch.load(**order)  # type: ignore[arg-type]  # the client checks them

    def restart(self) -> None:
        """Start it again on the same folder after it was killed."""
        self.client.close()
        self.process.close()
        self._take(self._again())

    def close(self) -> None:
        self.client.close()
        self.process.close()

    def children(self) -> list[int]:
        """Return the processes that it started."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text("ascii").split()]

    def memory(self) -> float:
        """Return what it has in memory [MB]."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass
class Room:
    """Starts processes and ends them all; what they said is printed when a test fails.

    Parameters
    ----------
    folder
        For everything that they write.
    lock
        File that is held for heavy work; see `turn`.
    """

    folder: Path
    lock: Path
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _logs: list[Path] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        for log in self._logs:
            # Shown for a test that failed, kept quiet for others.
            print(f"--- {log.name}\n{log.read_text('utf-8', 'replace')}")  # noqa: T201

    def process(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> Process:
        log = self.folder / f"{name}.log"
        if log not in self._logs:
            self._logs.append(log)
        with turn(self.lock):
            return Process(list(arguments), log, env)

    def twins(self, *cuffs: str, line: str = "tcp", port: int = 0, seed: int = 0) -> list[TwinCuff]:
        """Serve twins, over TCP or over pseudo-terminals whose names stay."""
        arguments = ["twin", "serve", "--page", "127.0.0.1:0", "--json", "--seed", str(seed)]
        number = len(self._logs)
        for index, cuff in enumerate(cuffs):
            arguments += ["--cuff", cuff]
            if line == "pty":
                arguments += ["--link", str(self.folder / f"cuff-{number}-{index}")]
        if line == "tcp":
            arguments += ["--tcp", f"127.0.0.1:{port}"]
        twins = Twins(self.process(f"twins-{number}", *arguments))
        self._open.callback(twins.close)
        return twins.cuffs

    def firmware(self, cuff: str = "calf-3", serial: str = "OP-0001") -> FirmwareCuff:
        """Run the firmware under MicroPython."""
        with turn(self.lock):
            firmware = self._open.enter_context(FirmwareProcess(cuff, serial))
        for process in _family(firmware):
            prompt(process, children=True)
        return FirmwareCuff(firmware)

    def enter(self, context: contextlib.AbstractContextManager[T]) -> T:
        """Keep something until the room is left."""
        return self._open.enter_context(context)

    def station(
        self,
        left: str,
        right: str | None = None,
        name: str = "station",
        folder: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Station:
        """Start a station with a folder of its own."""
        where = folder or self.folder / name
        legs = {"left": left} | ({"right": right} if right else {})
        arguments = ["station", "serve", "--listen", "127.0.0.1:0", "--json"]
        arguments += ["--folder", str(where)]
        for leg, address in legs.items():
            arguments += ["--cuff", f"{leg}={address}"]

        def begin() -> Process:
            return self.process(name, *arguments, env=env)

        station = Station(begin(), where, begin, self.lock)
        self._open.callback(station.close)
        return station


def _family(firmware: FirmwareProcess) -> list[int]:
    """Return the processes of a cuff with its firmware: those that name its folder."""
    folder = str(Path(firmware.serial_path).parent)
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            named = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
            if folder.encode() in named:
                found.append(int(place.name))
    return found


@contextlib.contextmanager
def steering(station: Station, who: str = TECHNICIAN) -> Iterator[CouchClient]:
    """Hold the control seat."""
    with station.couch.seat(who):
        yield station.couch


def reached(snapshot: Snapshot) -> bool:
    """Tell whether every cuff of the couch answers."""
    return all(
        one["identity"] and not one["trouble"] and one["age"] is not None and one["age"] < 0.5
        for one in snapshot["cuffs"].values()
    )


def make_ready(station: Station, text: str = "", **order: object) -> Snapshot:
    """Load a program, turn every cuff on and wait until it may be started."""
    station.until(reached, what="every cuff answers")
    station.load(text, **order)
    for leg in station.snapshot()["cuffs"]:
        station.couch.turn_on(leg)
        station.until(
            lambda now: now["outcome"] or now["state"] not in {"idle", "checking"},
            what=f"the {leg} cuff passes its check",
        )
    ready = station.until(
        lambda now: now["outcome"] or now["state"] == "ready", 90.0, "every cuff passes its tests"
    )
    assert ready["outcome"] is None, ready["reason"]
    return ready


def run(station: Station, text: str = "", **order: object) -> Snapshot:
    """Bring a session to its start."""
    make_ready(station, text, **order)
    station.couch.start()
    return station.until(lambda now: now["state"] == "running", what="it runs")


def filling(cuff: Cuff) -> None:
    """Wait until a chamber is full while another still fills."""

    def midway() -> bool:
        first, second, *_ = cuff.pressures()
        return first > 40.0 and 10.0 < second < 50.0

    until(midway, what="the second chamber fills", every=CLOSE)


def holding(cuff: Cuff) -> None:
    """Wait until every chamber holds its pressure."""
    until(lambda: min(cuff.pressures()) > 55.0, what="every chamber is at 60 mmHg")


def vents(cuff: Cuff, since: float) -> float:
    """See that a cuff is vented in time after an instant; return how long it took [s]."""
    until(lambda: max(cuff.pressures()) < EMPTY, VENTED_WITHIN + 5.0, "it is empty", CLOSE)
    took = time.monotonic() - since
    assert took <= VENTED_WITHIN, f"it took {took:.2f} s until every chamber was empty"
    return took


def nothing_resumes(station: Station, *cuffs: Cuff, lasting: float = STAYS) -> None:
    """See that a session that is over stays over, and its cuffs stay vented."""
    before = station.snapshot()
    assert before["outcome"], before["state"]

    def over() -> bool:
        now = station.snapshot()
        told = [p for one in now["cuffs"].values() for p in one["set_points"] if p is not None]
        return (
            (now["state"], now["outcome"]) == (before["state"], before["outcome"])
            and now["program_time"] == before["program_time"]
            and told == []
            and all(max(cuff.pressures()) < EMPTY for cuff in cuffs)
        )

    always(over, lasting, "it stays over, and vented")


def conditions(snapshot: Snapshot) -> set[str]:
    """Return the alarms that stand, each of which must say cause and remedy."""
    for alarm in snapshot["alarms"]:
        assert alarm["text"], alarm
        assert alarm["cause"], alarm
        assert alarm["remedy"], alarm
    return {alarm["condition"] for alarm in snapshot["alarms"]}


def sealed(station: Station, name: str, outcome: str) -> dict[str, Any]:
    """Wait for a record's seal; see that it verifies and says this outcome; return its summary."""
    folder = station.folder / "sessions" / name
    summary = folder / "session.json"
    until(summary.exists, what=f"{name} is sealed")
    assert verify(folder) == ()
    found: dict[str, Any] = json.loads(summary.read_text("utf-8"))
    assert found["outcome"] == outcome, found["reason"]
    return found


def put_away(station: Station) -> None:
    """Wait until a session that is over makes room for the next."""
    station.until(lambda now: "load" in now["allowed"], 40.0, "a program may be loaded")
