"""The whole house for the browser's tests: twins, station and console, as real processes."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from openpresso.clinic.booking import resource
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.measures.vault import make_key_file
from openpresso.clinic.people import certificate
from openpresso.clinic.people.staff import Staff
from openpresso.session import Leg
from openpresso.station.client import StationClient
from openpresso.station.client.couch import CouchClient
from tests.integration.processes import BEGIN, MAIN, PATIENCE, prompt, turn, until
from tests.integration.room import Room, Snapshot, TwinCuff, Twins, reached

COUCHES: Final = {"1": "leg-8", "2": "calf-3"}
"""Type of the cuffs of each couch; the small ones of couch 2 are tested within seconds."""
SERIALS: Final = ("leg-8-A-L", "leg-8-A-R", "calf-3-A-L", "calf-3-A-R")
"""Those of the made-up clinic's cuff sets."""
LEGS: Final[tuple[Leg, ...]] = ("left", "right")
LAID_DOWN: Final = 40.0
"""Longest time until a couch takes the next program after a session [s]."""


class Console:
    """`openpresso console serve`.

    Parameters
    ----------
    clinic
        File of the clinic.
    arguments
        More options.
    folder
        For what it says on standard error.
    """

    def __init__(self, clinic: Path, arguments: list[str], folder: Path) -> None:
        self.log = folder / f"console-{clinic.stem}.log"
        words = ["console", "serve", "--clinic", str(clinic), "--port", "0", *arguments]
        with self.log.open("wb") as said:
            self.popen = subprocess.Popen(
                [*MAIN, *words],
                stdout=subprocess.PIPE,
                stderr=said,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        assert self.popen.stdout is not None
        came, _, _ = select.select([self.popen.stdout], [], [], BEGIN)
        line = self.popen.stdout.readline().decode() if came else ""
        if "http://" not in line:
            self.close()
            raise AssertionError(f"it did not begin: {line!r} {self.log.read_text('utf-8')}")
        self.url = line.split()[-1]
        prompt(self.popen.pid)

    def close(self) -> None:
        self.popen.terminate()
        self.popen.wait(PATIENCE)
        if self.popen.stdout:
            self.popen.stdout.close()


@dataclass
class House:
    """Everything that the browser's tests look at.

    Parameters
    ----------
    folder
        For everything that the processes write.
    clinic
        File of the console's clinic.
    console, station
        Where they listen.
    client
        A line to the station, with the key of this computer.
    cuffs
        The twins behind the cuffs, by couch and leg.
    serve
        Starts another console in the same room, on a clinic of its own.
    """

    folder: Path
    clinic: Path
    console: str
    station: str
    client: StationClient
    cuffs: dict[tuple[str, Leg], TwinCuff]
    serve: Callable[[Path], Console]

    @contextlib.contextmanager
    def desk(self, login: str = "technician") -> Iterator[Desk]:
        """Open somebody's desk in the console's clinic, past the console."""
        with at_desk(self.clinic, login) as desk:
            yield desk

    def couch(self, name: str) -> CouchClient:
        return self.client.couch(name)

    def until(
        self, couch: str, look: Callable[[Snapshot], object], within: float, what: str
    ) -> Snapshot:
        """Return the first snapshot of a couch in which something is true."""
        newest: Snapshot = {}

        def seen() -> bool:
            nonlocal newest
            newest = self.couch(couch).snapshot()
            return bool(look(newest))

        until(seen, within, what)
        return newest

    def calm(self) -> None:
        """Bring every couch to rest: mended, vented, nobody in its seat, ready for a program."""
        for name in COUCHES:
            for leg in LEGS:
                self.cuffs[name, leg].act("mend")
            if self.couch(name).snapshot()["state"] not in {"empty", "done", "stopped", "faulted"}:
                self.couch(name).vent()
        for name in COUCHES:
            self.until(name, reached, PATIENCE, f"the cuffs of couch {name} answer")
            self.until(
                name, lambda now: "load" in now["allowed"], LAID_DOWN, "a program may be loaded"
            )

    def make_ready(self, couch: str, text: str) -> None:
        """Bring a couch to where a program may be started; nobody keeps its seat."""
        self.until(couch, lambda now: "load" in now["allowed"], LAID_DOWN, "it takes a program")
        one = self.couch(couch)
        with one.seat("Technician before", force=True):
            for leg in LEGS:
                one.cleaned(leg)
            one.load(text=text, legs="both")
            for leg in LEGS:
                one.turn_on(leg)
                self.until(
                    couch,
                    lambda now: now["outcome"] or now["state"] not in {"idle", "checking"},
                    PATIENCE,
                    f"the {leg} cuff is checked",
                )
            self.until(couch, lambda now: now["state"] == "ready", PATIENCE, "all are tested")


@contextlib.contextmanager
def at_desk(clinic: Path, login: str) -> Iterator[Desk]:
    """Open somebody's desk in a clinic."""
    opened = Clinic(str(clinic))
    try:
        with opened.engine.connect() as raw:
            key = raw.scalar(sa.select(Staff.id).where(Staff.login == login))
        assert key is not None, login
        with opened.desk(key) as desk:
            yield desk
    finally:
        opened.close()


def furnish(clinic: Path) -> None:
    """Give the made-up clinic the small cuffs of couch 2, and people trained on them."""
    with at_desk(clinic, "owner") as desk:
        resource.add_cuff_set(
            desk,
            "calf-3 A",
            "calf-3",
            left_serial=SERIALS[2],
            right_serial=SERIALS[3],
            calibrated_on=desk.today(),
        )
        for one in desk.db.scalars(sa.select(Staff).where(Staff.login.in_(("technician", "tina")))):
            certificate.issue(desk, one.id, "calf-3", expires_on=desk.today().replace(year=2099))


@contextlib.contextmanager
def housed(folder: Path, clinic: Path, lock: Path) -> Iterator[House]:
    """Start twins, station and console, and end them.

    Parameters
    ----------
    folder
        For everything that they write.
    clinic
        File of the clinic, which the console uses.
    lock
        File that is held for heavy work.
    """
    with Room(folder, lock) as room:
        kinds = [kind for kind in COUCHES.values() for _ in range(2)]
        words = ["twin", "serve", "--tcp", "127.0.0.1:0", "--page", "127.0.0.1:0", "--json"]
        for kind, serial in zip(kinds, SERIALS, strict=True):
            words += ["--cuff", kind, "--serial", serial]
        twins = room.enter(contextlib.closing(Twins(room.process("twins", *words))))
        places = [(couch, leg) for couch in COUCHES for leg in LEGS]
        by_place = dict(zip(places, twins.cuffs, strict=True))
        words = ["station", "serve", "--listen", "127.0.0.1:0", "--json"]
        words += ["--folder", str(folder / "station")]
        for (couch, leg), cuff in by_place.items():
            words += ["--cuff", f"{couch}/{leg}={cuff.address}"]
        process = room.enter(contextlib.closing(room.process("station", *words)))
        ready: dict[str, Any] = process.ready
        reach = ["--station", ready["url"], "--station-key-file", ready["key"]]
        reach += ["--records", ready["records"]]
        (folder / "photographs").mkdir()
        reach += ["--vault", str(folder / "photographs")]
        reach += ["--vault-key-file", str(make_key_file(folder / "photographs.key"))]

        def serve(file: Path) -> Console:
            with turn(lock):
                return room.enter(contextlib.closing(Console(file, reach, folder)))

        client = room.enter(StationClient(ready["url"], folder=folder / "station"))
        yield House(folder, clinic, serve(clinic).url, ready["url"], client, by_place, serve)
