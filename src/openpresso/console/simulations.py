"""The simulations that run beside a console: one process each, ended when nobody looks any more."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx

from openpresso.clinic.errors import NotFoundError
from openpresso.console.room import Room
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.station.training.scenario import Scenario

MOST: Final = 4
"""Simulations of one console at a time: each is a process of about 230 MB."""
BEGINS_WITHIN: Final = 90.0
"""Longest time until one is ready: its program is rehearsed first [s]."""
ANSWERS_WITHIN: Final = 10.0
"""Longest time until one answers a question [s]."""
ENDS_WITHIN: Final = 8.0
"""One that has not ended by itself after so long is ended [s]."""


class SimulationError(OpenpressoError):
    """A simulation does not answer any more, or none can be begun."""

    default_code = "simulation"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a simulation is: of one person of one practice."""

    clinic: str
    practice: int
    staff_id: int


@dataclass(eq=False)
class Simulation:
    """One training station, in a process of its own, for one person.

    Parameters
    ----------
    key
        Names it in addresses; it cannot be guessed.
    owner
        Whose it is.
    scenario
        What was asked for.
    title
        What it is called, in the language in which it was asked for.
    """

    key: str
    owner: Owner
    scenario: Scenario
    title: str
    tokens: set[str] = field(default_factory=set)
    """Sign-ins of the owner that have opened it."""

    def __post_init__(self) -> None:
        """Begin the process; it ends when its input ends, so that it cannot outlive this one."""
        self._lock = threading.Lock()
        self._left = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "openpresso.station.training"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.room: Room | None = None
        self._line_to: tuple[str, str] = ("", "")

    @property
    def pid(self) -> int:
        """Number of its process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def begin(self) -> None:
        """Tell it the scenario and wait until it is ready.

        Raises
        ------
        InputError
            If the scenario cannot be played: the message says why.
        SimulationError
            If it does not answer.
        """
        answer = self._exchange(self.scenario.model_dump_json(), BEGINS_WITHIN)
        self._line_to = answer["url"], answer["key"]
        self.room = Room(*self._line_to)

    @property
    def line(self) -> Room:
        """The line to its couch.

        Raises
        ------
        SimulationError
            If it is not ready.
        """
        if self.room is None:
            raise SimulationError("the simulation is not ready", remedy="Wait a moment.")
        return self.room

    def vent(self) -> None:
        """Press its STOP; like that of a station it needs neither seat nor sign-in.

        Raises
        ------
        SimulationError
            If it does not answer.
        """
        url, key = self._line_to
        headers = {"Authorization": f"Bearer {key}"}
        try:
            httpx.post(f"{url}/vent", headers=headers, timeout=ANSWERS_WITHIN, trust_env=False)
        except httpx.HTTPError as error:
            raise SimulationError(
                "the simulation does not answer any more", remedy="Begin a new one."
            ) from error

    def ask(self, what: str, **more: object) -> dict[str, Any]:
        """Ask the training station something; see `openpresso.station.training.__main__`.

        Raises
        ------
        InputError
            If it refuses.
        SimulationError
            If it does not answer.
        """
        return self._exchange(json.dumps({"ask": what, **more}), ANSWERS_WITHIN)

    def end(self) -> None:
        """End the process and wait until it is gone."""
        if self.room is not None:
            self.room.close()
        pipe = self._process.stdin
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _exchange(self, line: str, within: float) -> dict[str, Any]:
        """Send one line and return the one that comes back."""
        with self._lock:
            try:
                assert self._process.stdin is not None
                self._process.stdin.write(line.encode() + b"\n")
                self._process.stdin.flush()
                answer: dict[str, Any] = json.loads(self._line(within))
            except (OSError, ValueError) as error:
                raise SimulationError(
                    "the simulation does not answer any more", remedy="Begin a new one."
                ) from error
        if refused := answer.get("error"):
            raise InputError.one(
                "simulation", refused["code"], refused["message"], hint=refused["remedy"]
            )
        return answer

    def _line(self, within: float) -> bytes:
        """Return the next line of its output."""
        assert self._process.stdout is not None
        number = self._process.stdout.fileno()
        deadline = time.monotonic() + within
        while b"\n" not in self._left:
            ready, _, _ = select.select([number], [], [], max(deadline - time.monotonic(), 0.0))
            part = os.read(number, 65_536) if ready else b""
            if not part:
                raise OSError("no answer")
            self._left += part
        line, _, self._left = self._left.partition(b"\n")
        return line


class Simulations:
    """All simulations of this process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._all: dict[str, Simulation] = {}
        self._lock = threading.Lock()
        atexit.register(self.close)

    def start(self, owner: Owner, scenario: Scenario, title: str) -> Simulation:
        """Begin a simulation and wait until it is ready; an earlier one of the person ends.

        Raises
        ------
        InputError
            If it cannot be played.
        SimulationError
            If too many run already.
        """
        for other in self.of(owner):
            self.end(other)
        with self._lock:
            self._sweep()
            if len(self._all) >= MOST:
                raise SimulationError(
                    f"{MOST} simulations run already", remedy="Wait until one has ended."
                )
            made = Simulation(secrets.token_urlsafe(9), owner, scenario, title)
            self._all[made.key] = made
        try:
            made.begin()
        except BaseException:
            self.end(made)
            raise
        return made

    def find(self, key: str) -> Simulation:
        """Return a simulation that runs.

        Raises
        ------
        NotFoundError
            If there is none, or it has ended.
        """
        found = self.known(key)
        if found is None:
            raise self.unknown()
        return found

    def known(self, key: str) -> Simulation | None:
        """Return a simulation that runs, or `None`."""
        found = self._all.get(key)
        return found if found is not None and found.alive and found.room is not None else None

    @staticmethod
    def unknown() -> NotFoundError:
        """Return the error for one that has ended, or is somebody else's."""
        return NotFoundError("this simulation has ended", remedy="Begin a new one under Simulate.")

    def of(self, owner: Owner) -> list[Simulation]:
        """Return the simulations of a person that run."""
        return [one for one in list(self._all.values()) if one.owner == owner and one.alive]

    def end(self, one: Simulation, *, wait: bool = True) -> None:
        """End a simulation; its process is gone afterwards, or soon when nobody waits."""
        with self._lock:
            self._all.pop(one.key, None)
        if wait:
            one.end()
        else:
            threading.Thread(target=one.end).start()

    def close(self) -> None:
        """End all."""
        for one in list(self._all.values()):
            self.end(one)

    def _sweep(self) -> None:
        """Let go of those that ended by themselves."""
        for key, one in list(self._all.items()):
            if not one.alive:
                del self._all[key]
                one.end()


SIMULATIONS: Final = Simulations()
"""Those of this process, whichever console of it they belong to."""
