"""Off-the-shelf electro-pneumatic pressure regulators on Modbus, one for each chamber.

The worked example of a driver for a device that knows nothing of openpresso. What a cuff does by
itself and a regulator does not:

- It has no lease. The lease here is one of this process: with the process it is gone. What is left
  is the regulator's own bus time-out, which is read and checked before anything is filled.
- It has no guard. The checks here run in this process on what the regulators say. A relief valve
  and a valve that dumps the air when power fails must be there beside them.

See docs/how-to/write-a-driver.md for what hardware that takes.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from openpresso.law.guard import OVER_TICKS, over_limit
from openpresso.law.registers import LEASE, OVER_PRESSURE, RESTARTED, STOPPED
from openpresso.session import SEAL, Identity, Readings
from openpresso.station.drivers.address import regulators_place
from openpresso.station.drivers.failure import LineError
from openpresso.station.drivers.line import Line
from openpresso.station.drivers.regulator_map import (
    LONGEST_TIMEOUT,
    ChamberRegisters,
    RegulatorMap,
    load_map,
)
from openpresso.station.drivers.wire import WireLink

if TYPE_CHECKING:
    from openpresso.session import Command, Leg

LEASE_TIME: Final = 0.5
"""A station that renews nothing for so long has lost its lease [s]."""
OVERSHOOT: Final = 500
"""A reading so far above the range of set-points is never right [1/100 mmHg]."""
FIRMWARE: Final = "regulators-1 no guard"
BENCH_FIRMWARE: Final = "regulators-1 BENCH ONLY"
"""What stands for the firmware in records and reports: it says what is not held."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one regulator is to do, as registers."""

    set_point: int = 0
    enable: int = 0
    shut: int = 0


VENTED: Final = Asked()


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What all regulators said in one exchange."""

    time: float
    """Instant at which the last of them had answered, on the station's clock [s]."""
    pressures: NDArray[np.float64]
    faults: int
    fault_chamber: int


class RegulatorsWire:
    """A wire to a set of pressure regulators.

    Parameters
    ----------
    line
        The line that all of them are on; the wire opens it.
    registers
        Their map.
    clock
        The station's clock [s].
    """

    def __init__(self, line: Line, registers: RegulatorMap, clock: Callable[[], float]) -> None:
        """Take up a line that is not open."""
        self.line = line
        self.map = registers
        self.remark = ""
        self.wake: Callable[[], object] = lambda: None
        """Called when the lease has run out, so that an exchange vents."""
        self._clock = clock
        self._identity = self._new_identity()
        self._asked = [VENTED] * len(registers.chambers)
        self._written: list[Asked | None] = [None] * len(registers.chambers)
        self._over = [0] * len(registers.chambers)
        self._faults = RESTARTED
        self._fault_chamber = 0
        self._ceiling = 0.0
        self._held = False
        self._renewed = -math.inf
        self._timer: asyncio.TimerHandle | None = None

    async def connect(self) -> Identity:
        """Open the line and check every regulator; one that was restarted is noticed."""
        await self.line.open()
        for device in {one.device for one in self.map.chambers}:
            await self._check_timeout(device)
        if self._held:
            # The regulators vent by their own time-out; here it is what a cuff's guard latches.
            self._fault(LEASE)
        for one, written in zip(self.map.chambers, self._written, strict=True):
            said, _ = await self._look(one)
            if written is not None and said != written.set_point:
                self._identity = self._new_identity()
                self._fault(RESTARTED)
        self._let_go()
        self._written = [None] * len(self.map.chambers)
        return self._identity

    async def exchange(self, command: Command | None) -> Sample:
        """Write what has changed to each regulator, and read its pressure."""
        self._take(command)
        raised = [await self._exchange_one(i, one) for i, one in enumerate(self.map.chambers)]
        pressures = np.array(raised)
        self._guard(pressures)
        return Sample(self._clock(), pressures, self._faults, self._fault_chamber)

    def readings(self, sample: Sample, before: Sample | None, identity: Identity) -> Readings:
        """Return a sample as readings; what valves and pump do is not known."""
        del before
        unknown = np.full(len(sample.pressures), np.nan)
        return Readings(
            time=sample.time,
            pressures=sample.pressures,
            inlet=unknown,
            exhaust=unknown,
            pump=math.nan,
            faults=sample.faults,
            identity=identity,
            fault_chamber=sample.fault_chamber,
        )

    async def reset(self) -> None:
        """Forget the faults; everything is vented by the exchange that follows."""
        self._let_go()
        self._faults = self._fault_chamber = 0
        self._over = [0] * len(self._over)

    async def vent(self) -> None:
        """Vent every chamber; nothing fills them until a reset."""
        self._fault(STOPPED)
        await self.release()

    async def release(self) -> None:
        """Vent every chamber."""
        self._let_go()
        for i, one in enumerate(self.map.chambers):
            await self._write_one(i, one)

    def drop(self) -> None:
        """Let go of the line at once; the regulators' own time-out vents them."""
        self.line.drop()
        self._stop_timer()

    def _take(self, command: Command | None) -> None:
        """Take up a command, the lease with it, and vent when there is none or a fault."""
        now = self._clock()
        if self._held and now - self._renewed > LEASE_TIME:
            self._fault(LEASE)
        if command is not None and command.renew and not self._faults:
            self._held = True
            self._renewed = now
            self._stop_timer()
            self._timer = asyncio.get_running_loop().call_later(LEASE_TIME + 0.01, self._lapse)
            self._ask(command)
        elif command is not None or self._faults:
            self._let_go()

    def _ask(self, command: Command) -> None:
        """Turn set-points into registers; they are never above ceiling and range."""
        top = min(command.ceiling, self.map.highest)
        top = max(0.0, top)
        self._ceiling = command.ceiling
        unable = []
        for i, (one, point) in enumerate(
            zip(self.map.chambers, command.set_points.tolist(), strict=True)
        ):
            if point >= 0.0:
                count = math.floor(min(point, top) / self.map.count + 0.5)
                self._asked[i] = Asked(count, enable=1)
            elif point == SEAL and one.shut is not None:
                self._asked[i] = Asked(self._asked[i].set_point, enable=1, shut=1)
            else:
                self._asked[i] = VENTED
                if point == SEAL:
                    unable.append(str(one.number))
        self.remark = (
            f"the regulators at {self.line.address} cannot close chamber {', '.join(unable)} for a"
            " leak test and vent it instead; add a valve between regulator and chamber, and name"
            " its register `shut` in the map."
            if unable
            else ""
        )

    def _lapse(self) -> None:
        """Ask for the exchange that vents: the lease has run out."""
        self._timer = None
        self.wake()

    def _let_go(self) -> None:
        self._held = False
        self._stop_timer()
        self._asked = [VENTED] * len(self._asked)
        self.remark = ""

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fault(self, bit: int, chamber: int = 0) -> None:
        if not self._faults:
            self._fault_chamber = chamber
        self._faults |= bit
        self._let_go()

    def _guard(self, pressures: NDArray[np.float64]) -> None:
        """Vent by the next exchange when a chamber is too high; a guard as far as it goes."""
        limit = round(100.0 * self.map.highest) + OVERSHOOT
        ceiling = round(100.0 * min(self._ceiling, self.map.highest)) if self._held else limit
        for i, pressure in enumerate(pressures.tolist()):
            over = over_limit(round(100.0 * pressure), ceiling, limit)
            self._over[i] = self._over[i] + 1 if over else 0
            if self._over[i] >= OVER_TICKS:
                self._fault(OVER_PRESSURE, i + 1)

    async def _exchange_one(self, i: int, one: ChamberRegisters) -> float:
        """Write to one regulator what has changed; return its pressure [mmHg]."""
        await self._write_one(i, one)
        said, pressure = await self._look(one)
        if said != self._asked[i].set_point:
            self.line.drop()
            raise LineError(
                f"the regulator of chamber {one.number} at {self.line.address} has set-point"
                f" {said} where {self._asked[i].set_point} was written: it was restarted, or"
                " somebody else writes to it",
                code="other-set-point",
                remedy="check its power, and that no other program uses this line.",
            )
        return pressure * self.map.count

    async def _write_one(self, i: int, one: ChamberRegisters) -> None:
        asked, before = self._asked[i], self._written[i]
        wanted = (
            (one.enable, asked.enable, before and before.enable),
            (one.set_point, asked.set_point, before and before.set_point),
            (one.shut, asked.shut, before and before.shut),
        )
        self._written[i] = None
        for register, value, written in wanted:
            if register is not None and (before is None or value != written):
                await self.line.write(register, [value], device=one.device)
        self._written[i] = asked

    async def _look(self, one: ChamberRegisters) -> tuple[int, int]:
        """Return set-point and pressure of one regulator, in its counts."""
        first = min(one.set_point, one.pressure)
        if abs(one.set_point - one.pressure) == 1:
            raw = await self.line.read(first, 2, device=one.device)
            words = {first: raw[:2], first + 1: raw[2:]}
        else:
            words = {
                register: await self.line.read(register, 1, device=one.device)
                for register in (one.set_point, one.pressure)
            }
        said = int.from_bytes(words[one.set_point], "big")
        return said, int.from_bytes(words[one.pressure], "big", signed=True)

    async def _check_timeout(self, device: int) -> None:
        """Refuse a regulator that would hold its pressure without a station."""
        if self.map.bench_only:
            return
        timeout = self.map.bus_timeout
        why = "its map names no register for it"
        if timeout is not None:
            raw = await self.line.read(timeout.address, 1, device=device)
            seconds = int.from_bytes(raw, "big") * timeout.count
            if 0.0 < seconds <= LONGEST_TIMEOUT + 1e-9:
                return
            why = f"it is {seconds:g} s" if seconds else "it is switched off"
        self.line.drop()
        raise LineError(
            f"the regulator {device} at {self.line.address} is refused: without a station it must"
            f" vent within {LONGEST_TIMEOUT * 1000:.0f} ms, and {why}",
            code="no-bus-timeout",
            remedy="set its bus time-out and name its register `bus_timeout` in the map; on a"
            " bench, and never on a person, write `bench_only: true`.",
        )

    def _new_identity(self) -> Identity:
        firmware = BENCH_FIRMWARE if self.map.bench_only else FIRMWARE
        return Identity(self.map.cuff, self.map.name, firmware, len(self.map.chambers))


class RegulatorsLink(WireLink[Sample]):
    """A link to a set of pressure regulators; made inside a running event loop.

    Parameters
    ----------
    line
        The line that all of them are on.
    registers
        Their map.
    address
        The address, as a person gave it.
    clock
        The station's clock [s].
    """

    def __init__(
        self, line: Line, registers: RegulatorMap, address: str, clock: Callable[[], float]
    ) -> None:
        """Begin to connect."""
        wire = RegulatorsWire(line, registers, clock)
        super().__init__(wire, address)
        wire.wake = lambda: self.write(None)


def open_regulators(
    address: str, leg: Leg, clock: Callable[[], float], station: int
) -> RegulatorsLink:
    """Open a link to pressure regulators, by their map.

    Parameters
    ----------
    address
        `regulators:tcp://HOST:PORT?map=FILE` or `regulators:rtu:///dev/PORT?baud=115200&map=FILE`.
    leg, clock, station
        See `openpresso.station.drivers.open_link`; a regulator knows no stations.
    """
    del leg, station
    place, file = regulators_place(address)
    return RegulatorsLink(Line(place, 1, address), load_map(file), address, clock)
