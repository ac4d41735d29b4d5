"""A cuff with openpresso's registers, over Modbus TCP or RTU.

An answer over RTU carries no mark of the request that it answers. A late one shows by its form,
because after every failure identity and state are asked for in turn, which differ in length, and
by the cuff's tick count, which goes on between any two states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.law.counters import WRAP, WRAP_VALVE
from openpresso.law.registers import MAP_VERSION, MOST_CHAMBERS, RESTARTED
from openpresso.session import Identity, Readings
from openpresso.station.drivers.codec import (
    COMMANDS,
    IDENTITY,
    ROWS,
    STATE,
    Block,
    encode_command,
)
from openpresso.station.drivers.failure import LineError, RefusedError
from openpresso.station.drivers.line import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpresso.session import Command

BUSY: Final = 6
"""Modbus exception: another station holds the lease."""
STALL: Final = 0.2
"""A cuff whose tick count stands still for so long has lost its control law [s]."""
PERIOD: Final = 0.005
"""Period of the law in the cuff [s]."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One state of a cuff, as it came."""

    time: float
    """Instant at which it arrived, on the station's clock [s]."""
    ticks: int
    values: dict[str, Any]
    """The block `STATE` by the names of its rows."""


class ModbusWire:
    """A wire to a cuff with openpresso's registers.

    Parameters
    ----------
    line
        The line; the wire opens it.
    clock
        The station's clock [s].
    station
        Number of the station, 1 to 32767.
    """

    def __init__(self, line: Line, clock: Callable[[], float], station: int) -> None:
        """Take up a line that is not open."""
        self.line = line
        self.remark = ""
        self.held_by = ""
        """Which other station holds the lease, in plain words; empty while none does."""
        self._clock = clock
        self._station = station
        self._identity: Identity | None = None
        self._last: Sample | None = None
        self._count = 0
        self._held = False

    async def connect(self) -> Identity:
        """Open the line and read which cuff is there; the same object while nothing changed."""
        await self.line.open()
        self.remark = self.held_by = ""
        self._held = False
        identity = self._understood(await self.line.read(IDENTITY.address, IDENTITY.count))
        self._count = STATE.needed(identity.n_chambers)
        sample = self._taken(await self.line.read(STATE.address, self._count), identity.n_chambers)
        if identity != self._identity or (self._last and _restarted(self._last, sample)):
            self._identity = identity
            self._last = None
        return self._identity

    async def exchange(self, command: Command | None) -> Sample | None:
        """Send a command, if there is one, and return the state; `None` when it is no fresh one."""
        assert self._identity is not None
        raw = await self._exchanged(command)
        sample = self._taken(raw, self._identity.n_chambers)
        before = self._last
        if before is not None:
            if _restarted(before, sample):
                raise self._broken("was restarted", "check its power; turn it on anew.")
            if sample.ticks == before.ticks:
                if sample.time - before.time > STALL:
                    raise self._broken(
                        "answers, but its control law stands still", "switch it off and on again."
                    )
                return None
        self._last = sample
        return sample

    async def _exchanged(self, command: Command | None) -> bytes:
        if command is None:
            self.remark = ""
            return await self.line.read(STATE.address, self._count)
        words = encode_command(
            command.set_points, command.ceiling, self._station, renew=command.renew
        )
        # Until it is answered, the cuff may have taken it or not.
        self._held = self._held or command.renew
        try:
            raw = await self.line.exchange(COMMANDS.address, words, STATE.address, self._count)
        except RefusedError as refusal:
            self._held = False
            raw = await self.line.read(STATE.address, self._count)
            self.remark = self._refusal(refusal, raw)
            return raw
        self._held = command.renew
        self.remark = ""
        return raw

    def readings(self, sample: Sample, before: Sample | None, identity: Identity) -> Readings:
        """Return a state as readings; shares are of the time since the state `before`."""
        values = sample.values
        inlet, exhaust, pump = _shares(sample, before)
        return Readings(
            time=sample.time,
            pressures=values["pressures"],
            inlet=inlet,
            exhaust=exhaust,
            pump=pump,
            faults=values["faults"],
            identity=identity,
            fault_chamber=values["fault-chamber"],
        )

    async def reset(self) -> None:
        """Let the cuff forget its faults."""
        await self.line.write(ROWS["reset"].address, [1])
        self._held = False

    async def vent(self) -> None:
        """Vent the cuff at once, whoever holds its lease, until it is reset."""
        await self.line.write(ROWS["vent"].address, [1])

    async def release(self) -> None:
        """Vent, and give up the lease if it is held."""
        if self._held and self._identity is not None:
            nothing = np.full(self._identity.n_chambers, np.nan)
            words = encode_command(nothing, 0.0, self._station, renew=False)
            self._held = False
            await self.line.exchange(COMMANDS.address, words, STATE.address, self._count)

    async def block(self, block: Block) -> dict[str, Any]:
        """Read a whole block."""
        assert self._identity is not None
        raw = await self.line.read(block.address, block.count)
        return block.decode(raw, self._identity.n_chambers)

    def drop(self) -> None:
        """Let go of the line at once."""
        self.line.drop()

    def _taken(self, raw: bytes, n_chambers: int) -> Sample:
        values = STATE.decode(raw, n_chambers)
        holder = values["holder"]
        self.held_by = "" if holder in {0, self._station} else self._other(holder)
        return Sample(self._clock(), values["ticks"], values)

    def _other(self, holder: int) -> str:
        return (
            f"another station (number {holder}) holds the lease of the cuff at {self.line.address}"
        )

    def _understood(self, raw: bytes) -> Identity:
        """Return the identity in a block, or refuse what is not a cuff that we can run."""
        values = IDENTITY.decode(raw)
        version = (values["map-major"], values["map-minor"])
        if version[0] != MAP_VERSION[0]:
            mine = ".".join(map(str, MAP_VERSION))
            theirs = ".".join(map(str, version))
            raise LineError(
                f"the cuff at {self.line.address} has version {theirs} of the register map, this"
                f" station has {mine}: they do not understand each other, and no command is sent",
                code="other-map-version",
                remedy="update the firmware of the cuff, or openpresso, whichever is older.",
            )
        chambers, cuff = values["chambers"], values["cuff-type"]
        if not (isinstance(chambers, int) and 1 <= chambers <= MOST_CHAMBERS and cuff):
            raise LineError(
                f"the device at {self.line.address} says that it is a cuff {cuff!r} with"
                f" {chambers} chambers; a name and 1 to {MOST_CHAMBERS} are allowed",
                code="not-a-cuff",
                remedy="check that the address is that of a cuff.",
            )
        return Identity(str(cuff), str(values["serial"]), str(values["firmware"]), chambers)

    def _refusal(self, refusal: RefusedError, raw: bytes) -> str:
        """Return what a person should know of a command that was refused."""
        if refusal.exception != BUSY:
            return f"{refusal.message}; {refusal.remedy}"
        assert self._identity is not None
        holder = STATE.decode(raw, self._identity.n_chambers)["holder"]
        return (
            f"{self._other(holder)}; end its session there first, and give each station a number"
            " of its own."
        )

    def _broken(self, what: str, remedy: str) -> LineError:
        self.line.drop()
        return LineError(f"the cuff at {self.line.address} {what}", remedy=remedy)


def _restarted(before: Sample, sample: Sample) -> bool:
    """Whether the cuff lost its power between two states: its count began anew, or it says so."""
    backwards = (sample.ticks - before.ticks) & WRAP > WRAP >> 1
    said = int(sample.values["faults"]) & ~int(before.values["faults"]) & RESTARTED
    return backwards or bool(said)


def _shares(sample: Sample, before: Sample | None) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the shares of the time for which inlets and exhausts were open, and the mean duty."""
    values = sample.values
    passed = 0 if before is None else (sample.ticks - before.ticks) & WRAP
    if before is None or not 0 < passed <= WRAP_VALVE:
        chambers = np.arange(len(values["pressures"]))
        inlet, exhaust = (
            (int(values[name]) >> chambers & 1).astype(float)
            for name in ("inlets-open", "exhausts-open")
        )
        return inlet, exhaust, float(values["pump-duty"]) / 100.0
    old = before.values
    inlet, exhaust = (
        np.minimum(((values[name] - old[name]) & WRAP_VALVE) / passed, 1.0)
        for name in ("inlet-ticks", "exhaust-ticks")
    )
    given = (int(values["pump-given"]) - int(old["pump-given"])) & WRAP
    return inlet, exhaust, min(given / passed / 100.0, 1.0)
