"""Twins of cuff and leg in real time, each cuff behind Modbus lines of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from openpresso.cuff.model import Cuff
from openpresso.errors import InputError
from openpresso.law.device import LATE_TICKS, LONGEST_TICK
from openpresso.twin import kernel
from openpresso.twin.faults import Fault
from openpresso.twin.limb import Posture
from openpresso.twin.serving.device import TwinDevice
from openpresso.twin.serving.kept import KeptFile
from openpresso.twin.serving.lines import Line, PtyLine, TcpLine
from openpresso.twin.twin import NOISE_AHEAD, Twin

AT_ONCE: Final = 2
"""Ticks of the law from one wake-up to the next: 10 ms."""
PERIOD: Final = AT_ONCE * kernel.TICK
MOST_BEHIND: Final = 50
"""Ticks that are made up for after a standstill; more than these are left out, and it is said."""
CUFFS_IN_TWIN: Final = 2
"""Cuffs of one person, computed together."""
STORE_EVERY: Final = 60.0
"""Time between two writings of the counters [s]; what was written by a master is kept at once."""


class TwinServer:
    """Cuffs of twins, their lines, and the clockwork that drives them.

    Parameters
    ----------
    cuffs
        The cuffs; each two lie on the legs of one person.
    seed
        Seed of the first person's sensors; the next person has the next.
    posture
        Posture of all persons.
    serials
        Serial numbers, from the first cuff on; the others get one made from the seed.
    state
        File in which the cuffs keep what they keep without power.
    report
        Is told what went wrong.
    """

    def __init__(
        self,
        cuffs: Sequence[Cuff],
        *,
        seed: int = 0,
        posture: Posture = "supine",
        serials: Sequence[str] = (),
        state: Path | None = None,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make the twins and switch their cuffs on."""
        self._kept = KeptFile(state) if state else None
        self._report = report
        waiting = iter(cuffs)
        self.twins: list[Twin] = []
        while pair := tuple(islice(waiting, CUFFS_IN_TWIN)):
            self.twins.append(Twin(pair, posture, seed + len(self.twins)))
        for number, twin in enumerate(self.twins):
            # Each draws its next noise at another instant: all at once would be a pause.
            twin.advance(1 + number * (NOISE_AHEAD - 1) // len(self.twins))
            twin.counts[:] = 0
        places = [(twin, index) for twin in self.twins for index in range(len(twin.cuffs))]
        self.cuffs = [
            TwinDevice(twin, index, _serial(serials, number, seed))
            for number, (twin, index) in enumerate(places)
        ]
        if self._kept:
            self._kept.give(self.cuffs)
        self.lines: list[list[Line]] = [[] for _ in self.cuffs]
        self.left_out = 0.0
        """Time that was not made up for [s]."""
        self.latest = 0.0
        """The most by which a wake-up was late [s]."""
        self._plan: list[tuple[float, int, Fault]] = []

    def plan(self, fault: Fault) -> None:
        """Let a fault come at its time after the start.

        Raises
        ------
        InputError
            If there is no such cuff or chamber.
        """
        cuff = {"left": 0, "right": 1, None: 0}[fault.leg]
        self.check(cuff, fault.chamber)
        self._plan.append((fault.time, cuff, fault))
        self._plan.sort(key=lambda one: one[0])

    def check(self, cuff: int, chamber: int) -> None:
        """Raise `InputError` if there is no such cuff (from 0) or chamber (from 1)."""
        if not 0 <= cuff < len(self.cuffs):
            message = f"there is no cuff {cuff + 1}, there are {len(self.cuffs)}"
            raise InputError.one("fault", "no-cuff", message, hint="Cuffs count from 1.")
        if not 1 <= chamber <= self.cuffs[cuff].n:
            message = f"cuff {cuff + 1} has chambers 1 to {self.cuffs[cuff].n}, not {chamber}"
            raise InputError.one("fault", "no-chamber", message, hint="1 is the one at the foot.")

    async def open(
        self, tcp: tuple[str, int] | None = None, links: Sequence[Path | None] | None = None
    ) -> None:
        """Open a line to every cuff.

        Parameters
        ----------
        tcp
            Host and port of the first cuff; the others follow on consecutive ports, or on free ones
            when it is 0.
        links
            Also make a pseudo-terminal for every cuff, these being the links to the first of them.
        """
        for number, device in enumerate(self.cuffs):
            if tcp is not None:
                host, port = tcp
                self.lines[number].append(TcpLine(device, host, port + number if port else 0))
            if links is not None:
                link = links[number] if number < len(links) else None
                self.lines[number].append(PtyLine(device, link))
            for line in self.lines[number]:
                await line.plug()

    async def run(self, until: asyncio.Event) -> None:
        """Let time pass, by the monotonic clock, until the event comes; then close every line."""
        loop = asyncio.get_running_loop()
        begun = due = store = loop.time()
        try:
            while not until.is_set():
                due += PERIOD
                await asyncio.sleep(due - loop.time())
                late = loop.time() - due
                self.latest = max(self.latest, late)
                missed = max(int(late / PERIOD), 0)
                due += missed * PERIOD
                self._break(due - begun)
                self._advance(AT_ONCE * (1 + missed), late=missed > 0)
                if self._kept and (due >= store or any(one.changed for one in self.cuffs)):
                    store = due + STORE_EVERY
                    self._store()
        finally:
            self._store()
            for lines in self.lines:
                for line in lines:
                    line.unplug()

    def _break(self, now: float) -> None:
        """Let the faults come that are due [s]."""
        while self._plan and self._plan[0][0] <= now:
            _, cuff, fault = self._plan.pop(0)
            self.cuffs[cuff].inject(fault.name, fault.chamber)
            self._report(f"cuff {cuff + 1}: {fault.name}, chamber {fault.chamber}")

    def _advance(self, ticks: int, *, late: bool) -> None:
        """Advance every twin by `ticks`, at most `MOST_BEHIND`."""
        if ticks > MOST_BEHIND:
            lost = (ticks - MOST_BEHIND) * kernel.TICK
            self.left_out += lost
            self._report(f"the computer was held up: {lost:.2f} s are left out")
            ticks = MOST_BEHIND
        before = time.perf_counter()
        for number, twin in enumerate(self.twins):
            twin.advance(ticks)
            after = time.perf_counter()
            each = int(1e6 * (after - before) / ticks)
            before = after
            for device in self.cuffs[number * CUFFS_IN_TWIN : (number + 1) * CUFFS_IN_TWIN]:
                service = device.service
                service[LATE_TICKS] += ticks - AT_ONCE if late else 0
                service[LONGEST_TICK] = max(service[LONGEST_TICK], each)

    def _store(self) -> None:
        """Keep what the cuffs keep; a disk that is full does not stop a cuff."""
        if self._kept is None:
            return
        try:
            self._kept.take(self.cuffs)
        except OSError as error:
            self._report(f"{self._kept.path}: cannot be written: {error.strerror}")


def _serial(serials: Sequence[str], number: int, seed: int) -> str:
    """Return the serial number of a cuff."""
    return serials[number] if number < len(serials) else f"twin-{seed}-{number + 1}"
