"""A cuff's board in a test: the law's buffers as Python lists, and chambers of first-order gas."""

from __future__ import annotations

import random

from openpresso import cuff
from openpresso.cuff.controller import chamber_settings, cuff_settings
from openpresso.law import controller as law
from openpresso.law.registers import FAULTS
from openpresso.law.regulator import VENT

CEILING = 6000
"""Ceiling that a station writes when a test says nothing else [1/100 mmHg]."""


class Board:
    """The buffers of one cuff; each tick takes the readings of that tick."""

    def __init__(self, type_name: str = "leg-4", *, leased: bool = True) -> None:
        garment = cuff.load(type_name)
        self.n = garment.n_chambers
        self.settings = cuff_settings(garment)
        self.chambers = chamber_settings(garment)
        self.set_points = [VENT] * self.n
        self.state = [0] * law.CUFF_STATE
        self.state[law.LEASE_AGE] = 0 if leased else -1
        self.state[law.CEILING] = CEILING
        self.memory = [0] * (self.n * law.WIDTH)
        self.inlet = [0] * self.n
        self.exhaust = [0] * self.n
        self.outputs = [0] * law.CUFF_OUTPUTS
        self.readings = [0] * self.n
        self.renewing = leased
        self.ticks = 0

    def tick(self, *readings: int, pump_senses: int | None = None) -> None:
        """Advance by one tick; chambers without a reading of their own keep trembling a little."""
        self.ticks += 1
        if self.renewing:
            self.state[law.LEASE_AGE] = 0
        tremble = 5 * (self.ticks % 2)
        held = [reading - reading % 10 + tremble for reading in self.readings]
        self.readings = [*readings, *held[len(readings) :]]
        senses = int(self.outputs[law.DUTY] > 0) if pump_senses is None else pump_senses
        law.tick(
            self.settings, self.chambers, self.set_points, self.readings, senses,
            self.state, self.memory, self.inlet, self.exhaust, self.outputs,
        )  # fmt: skip

    def run(self, ticks: int) -> None:
        """Advance with readings that only tremble."""
        for _ in range(ticks):
            self.tick()

    def settle(self, level: int, set_point: int) -> None:
        """Bring every chamber to `level` and `set_point` without the law, then forget the way."""
        self.readings = [level] * self.n
        self.set_points = [set_point] * self.n
        for i in range(self.n):
            self.memory[i * law.WIDTH + law.LEVEL] = level * 64
            self.memory[i * law.WIDTH + law.LAST] = level
            self.memory[i * law.WIDTH + law.TARGET] = set_point

    @property
    def faults(self) -> set[str]:
        """Names of the fault bits."""
        return {name for bit, name, _ in FAULTS if self.state[law.FAULT_BITS] >> bit & 1}

    @property
    def duty(self) -> int:
        """Pump duty [%]."""
        return self.outputs[law.DUTY]

    @property
    def dump_open(self) -> int:
        """1 when the dump valve is told to be open."""
        return self.outputs[law.DUMP_OPEN]

    @property
    def vented(self) -> bool:
        """Whether every way out is open and the pump is off."""
        return all(self.exhaust) and self.duty == 0 and self.dump_open == 1

    def remembered(self, what: int, chamber: int = 0) -> int:
        """One entry of a chamber's memory."""
        return self.memory[chamber * law.WIDTH + what]


class Gas:
    """Chambers that fill from the pump and empty through their exhausts, both first-order."""

    def __init__(self, board: Board, seed: int = 0, noise: float = 15.0) -> None:
        self.board = board
        self.random = random.Random(seed)
        self.noise = noise
        self.pressures = [0.0] * board.n
        self.inlet = [0.0] * board.n
        self.exhaust = [0.0] * board.n
        self.leak = [0.0] * board.n

    def run(self, ticks: int) -> None:
        """Advance board and gas together."""
        for _ in range(ticks):
            self.tick()

    def tick(self) -> None:
        """Advance by one tick."""
        board = self.board
        for i in range(board.n):
            self.inlet[i] += (board.inlet[i] - self.inlet[i]) * 0.4
            self.exhaust[i] += (board.exhaust[i] - self.exhaust[i]) * 0.4
            given = 0.6 * self.inlet[i] * board.duty * (1.0 - self.pressures[i] / 30000.0)
            lost = (0.02 * self.exhaust[i] + self.leak[i]) * self.pressures[i]
            self.pressures[i] += given / max(sum(board.inlet), 1) - lost
        board.tick(*(self.measured(pressure) for pressure in self.pressures))

    def measured(self, pressure: float) -> int:
        """Reading of a sensor with steps of 0.05 mmHg."""
        return 5 * round((pressure + self.random.gauss(0.0, self.noise)) / 5.0)
