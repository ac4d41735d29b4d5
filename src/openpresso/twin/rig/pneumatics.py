"""Cuff and leg without the law: valves, pump and sensors that a microcontroller works from outside.

The cuff's electronics are here too as far as they protect it: outputs fall off by themselves when
the controller falls silent, as the hardware's watchdog makes them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff
from openpresso.law import controller as law
from openpresso.twin import kernel
from openpresso.twin.faults import FAULTS
from openpresso.twin.layout import ROW
from openpresso.twin.rig.outside import breathe
from openpresso.twin.twin import NOISE_AHEAD, Twin

WATCHDOG: Final = 0.25
"""Time without a word from the controller after which every output falls off [s]."""
FURTHEST: Final = 1.0
"""Most that the physics makes up for when its own process was held up [s]."""
HIGHEST: Final = 32767
"""Highest raw reading that the controller can be told [1/100 mmHg]."""
BREAKABLE: Final = ("LEAK", "C_INLET", "OFFSET", "DRIFT")
"""Rows that a fault changes."""
BITS_OF_CHAMBER: Final = 2
"""Bits of the valve chain for each chamber: inlet, exhaust."""


class Pneumatics(Twin):
    """One cuff on one leg, worked from outside; time is an argument.

    Parameters
    ----------
    cuff
        The cuff.
    now
        The present instant [s] on any steady clock.
    seed
        Seed of sensor errors and noise.
    """

    def __init__(self, cuff: Cuff, now: float = 0.0, seed: int = 0) -> None:
        super().__init__((cuff,), seed=seed)
        self.cuff = cuff
        self.n = cuff.n_chambers
        self.stop_pressed = False
        """Whether the cuff's stop button is pressed, or its loop broken."""
        self._epoch = now
        self._done = 0
        self._heard = now
        self.watching = False
        """Whether a controller is at work and its silence would be noticed."""
        self._sound = {name: self.row(name, 0).copy() for name in BREAKABLE}
        self.release()
        self._breathe(1)

    def begin(self, now: float) -> None:
        """Let a controller begin: its ticks fall into the middle of those of the physics."""
        self.catch_up(now)
        self._epoch = now - (self._done + 0.5) * kernel.TICK
        self._heard = now
        self.watching = True

    def release(self) -> None:
        """Take the power from valves and pump: inlets close, exhausts and dump valve open."""
        self.drive(bytes(8))
        self.watching = False

    def drive(self, command: bytes) -> None:
        """Take what the controller energises.

        Parameters
        ----------
        command
            Pump duty [%]; 1 for the dump valve; then the valve chain, two bits for each chamber
            from the first byte's lowest: inlet, exhaust.
        """
        energised = int.from_bytes(command[2:], "little")
        bank = self.bank[0]
        for i in range(self.n):
            bits = energised >> BITS_OF_CHAMBER * i
            bank[kernel.INLET_COMMAND, i] = bits & 1
            bank[kernel.EXHAUST_COMMAND, i] = 1 - (bits >> 1 & 1)
        self.outputs[0, law.DUTY] = min(command[0], 100)
        self.outputs[0, law.DUMP_OPEN] = 0 if command[1] else 1

    def hear(self, now: float) -> None:
        """Note that the controller said something."""
        self._heard = now

    def overdue(self, now: float) -> bool:
        """Tell whether the controller has been silent for longer than the watchdog allows."""
        return self.watching and now - self._heard > WATCHDOG

    def catch_up(self, now: float) -> None:
        """Advance by whole ticks to the present instant, with the commands held."""
        due = int((now - self._epoch) / kernel.TICK) - self._done
        if due * kernel.TICK > FURTHEST:
            self._epoch += due * kernel.TICK - FURTHEST
            due = int(FURTHEST / kernel.TICK)
        if due > 0:
            self._breathe(due)

    def readings(self) -> NDArray[np.int16]:
        """Raw readings of the sensors [1/100 mmHg], -32768 for none, shape `(n_chambers,)`."""
        raw = self.bank[0, kernel.READING, : self.n]
        return np.minimum(raw, HIGHEST).astype(np.int16)

    @property
    def pump_runs(self) -> bool:
        """Whether the pump draws current."""
        return bool(self.does[0, law.DUTY] > 0)

    @property
    def powered(self) -> bool:
        """Whether the cuff has power."""
        return bool(self.switches[0, kernel.POWERED])

    @property
    def mute(self) -> bool:
        """Whether the cuff neither hears nor answers."""
        return self.silent[0]

    def pressures(self) -> NDArray[np.float64]:
        """Pressures in the chambers without sensor error [mmHg], shape `(n_chambers,)`."""
        start = ROW["PRESSURE"] + int(self.first[0])
        return self.A[start : start + self.n].copy()

    def inject(self, name: str, chamber: int) -> None:
        """Break the cuff: a fault of `openpresso.twin.faults`, chamber from 1.

        Raises
        ------
        KeyError
            If there is no such fault.
        """
        FAULTS[name][1](self, 0, chamber - 1)

    def mend(self) -> None:
        """Repair everything that `inject` broke; power that was lost stays lost."""
        for name, values in self._sound.items():
            self.row(name, 0)[:] = values
        self.bank[0, [kernel.INLET_FAULT, kernel.EXHAUST_FAULT, kernel.SENSOR_FAULT]] = 0
        self.params[0, kernel.PUMP_GAIN] = 1.0
        self.switches[0, kernel.PUMP_STUCK] = 0
        self.silent[0] = False

    def _breathe(self, ticks: int) -> None:
        if self._noise_at + ticks > NOISE_AHEAD:
            self._draw_noise()
        breathe(
            self.A, self.lanes, self.params, self.first, self.count, self.bank,
            self.outputs, self.does, self.switches,
            self._noise, self._noise_at, self.time, ticks, self.substeps,
        )  # fmt: skip
        self._noise_at += ticks
        self._done += ticks
        self.time += ticks * kernel.TICK
