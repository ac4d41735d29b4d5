"""The twin: cuffs on limbs in software, with the law inside, advanced tick by tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.controller import CENTI
from openpresso.cuff.model import Cuff
from openpresso.law import controller as law
from openpresso.law import counters
from openpresso.twin import kernel, limb, observation
from openpresso.twin.filling import fill
from openpresso.twin.layout import ROW, STRIDE, allocate
from openpresso.twin.observation import Observed
from openpresso.twin.steps import substeps

NOISE = 0.2
"""White noise of a pressure sensor [mmHg rms]; estimated 0.1 to 0.5."""
REST = 60.0
"""Time in which blood volumes settle before anything begins [s]."""
NOISE_AHEAD = 2000
"""Ticks for which sensor noise is drawn at once, and the longest advance."""
VECTOR = 4
"""Lanes that compiled loops take at once; empty ones fill up the last."""
RECEIVES = 1e6
"""Blood that stands beyond a limb at the start: veins may draw some back [mL]."""


@dataclass(frozen=True, slots=True, eq=False)
class CuffState:
    """What a cuff reports, and behind it what is true; arrays of shape `(n_chambers,)`."""

    time: float
    """[s]"""
    pressures: NDArray[np.float64]
    """Readings [mmHg]; NaN where the sensor gave none."""
    inlet: NDArray[np.float64]
    """Share of the time since the last advance for which the inlet was commanded open [-]."""
    exhaust: NDArray[np.float64]
    """The same for the exhaust [-]."""
    pump: float
    """Mean pump duty [-]."""
    faults: int
    """Fault bits of `openpresso.law.registers`."""
    fault_chamber: int
    """Chamber that tripped first, 0 for none."""
    true_pressures: NDArray[np.float64]
    """Chamber pressures without sensor error [mmHg]."""


class Twin:
    """Several cuffs, each on a limb of one person, advanced together.

    Parameters
    ----------
    cuffs
        The cuffs, in the order in which they are addressed.
    posture
        Posture of the person.
    seed
        Seed of sensor errors and noise; each cuff draws its own.
    limbs
        The limb under each cuff; by default that of the nominal person in `posture`.
    numbers
        Number of each cuff among all that share the seed, by default from 0: it draws the same
        errors in whatever company it is.
    """

    def __init__(
        self,
        cuffs: Sequence[Cuff],
        posture: limb.Posture = "supine",
        seed: int = 0,
        limbs: Sequence[limb.Limb] | None = None,
        numbers: Sequence[int] | None = None,
    ) -> None:
        self.cuffs = tuple(cuffs)
        self.observations = 0
        """Number of periods that were observed."""
        self.limbs = tuple(limbs or (limb.under(cuff, posture) for cuff in cuffs))
        self.time = 0.0
        self.seed = seed
        self._rngs = [
            np.random.default_rng([seed, number]) for number in numbers or range(len(self.cuffs))
        ]
        counts = [cuff.n_chambers for cuff in self.cuffs]
        self.count = np.array(counts, dtype=np.int64)
        self.first = np.cumsum([1] + [n + 1 for n in counts[:-1]]).astype(np.int64)
        needed = int(self.first[-1] + counts[-1])
        self.lanes = 2 + VECTOR * math.ceil(needed / VECTOR)
        if self.lanes > STRIDE:
            raise ValueError(f"a twin holds {STRIDE} lanes, these cuffs need {self.lanes}")
        self.A = allocate()
        self._allocate(len(counts), max(counts))
        fill(self, self._rngs)
        self._divide(substeps(self.cuffs, self.limbs))
        self._settle()

    def row(self, name: str, cuff: int) -> NDArray[np.float64]:
        """View of one row of the flat array over one cuff's chambers, shape `(n_chambers,)`."""
        start = ROW[name] + int(self.first[cuff])
        return self.A[start : start + int(self.count[cuff])]

    def write(
        self, cuff: int, set_points: NDArray[np.float64], ceiling: float, *, renew: bool = True
    ) -> None:
        """Write set-points and ceiling to a cuff and renew its lease, or give it up.

        Parameters
        ----------
        cuff
            Index of the cuff.
        set_points
            Set-points [mmHg], shape `(n_chambers,)`; NaN vents and disables, `kernel.SEAL` closes.
        ceiling
            Highest pressure allowed [mmHg].
        renew
            Take or renew the lease; else give it up.
        """
        if not self.answers(cuff):
            return
        self._asked[cuff][:] = set_points
        self.state[cuff, law.CEILING] = round(CENTI * ceiling)
        self.state[cuff, law.LEASE_AGE] = 0 if renew else -1

    def answers(self, cuff: int) -> bool:
        """Tell whether a cuff has power and a line that works."""
        return self._powered[cuff] and not self.silent[cuff]

    def advance(self, ticks: int) -> None:
        """Advance every cuff by `ticks` of 5 ms, at most `NOISE_AHEAD`."""
        if not 0 < ticks <= NOISE_AHEAD:
            raise ValueError(f"a twin advances by 1 to {NOISE_AHEAD} ticks at once, not {ticks}")
        if self._noise_at + ticks > NOISE_AHEAD:
            self._draw_noise()
        kernel.advance(
            self.A, self.lanes, self.params, self.first, self.count,
            self.settings, self.chambers, self.state, self.memory, self.bank, self.mailbox,
            self.outputs, self.does, self.switches, self.counts, self.pump,
            self._noise, self._noise_at, self.time, ticks, self.substeps,
        )  # fmt: skip
        self._noise_at += ticks
        self.time += ticks * kernel.TICK

    def follow(
        self, asked: NDArray[np.float64], ceiling: float, period: int
    ) -> NDArray[np.float64]:
        """Advance every cuff through a table of set-points, as a station would write them.

        Parameters
        ----------
        asked
            Set-points [mmHg], shape `(n_periods, n_cuffs, n_chambers)`; NaN vents and disables.
        ceiling
            Highest pressure allowed [mmHg].
        period
            Ticks of 5 ms between two rows.

        Returns
        -------
        NDArray
            Readings at the end of each period [mmHg], of the same shape.
        """
        reported = np.full_like(asked, np.nan)
        at = 0
        while at < len(asked):
            if self._noise_at + period > NOISE_AHEAD:
                self._draw_noise()
            part = slice(at, at + (NOISE_AHEAD - self._noise_at) // period)
            kernel.follow(
                asked[part], round(CENTI * ceiling), period, reported[part],
                self.A, self.lanes, self.params, self.first, self.count,
                self.settings, self.chambers, self.state, self.memory, self.bank, self.mailbox,
                self.outputs, self.does, self.switches, self.counts, self.pump,
                self._noise, self._noise_at, self.time, self.substeps,
            )  # fmt: skip
            ticks = period * len(asked[part])
            self.observations += len(asked[part])
            self._noise_at += ticks
            self.time += ticks * kernel.TICK
            at = part.stop
        return reported

    def observed(self, cuff: int) -> Observed:
        """Return what `follow` observed of one limb since `look_anew`."""
        return observation.observed(self, cuff)

    def look_anew(self) -> None:
        """Forget what was observed."""
        observation.forget(self)

    def replay(
        self,
        inlet: NDArray[np.int64],
        exhaust: NDArray[np.int64],
        outputs: NDArray[np.int64],
        trace: NDArray[np.float64],
        substeps: int | None = None,
    ) -> None:
        """Advance the physics alone under recorded commands, one row for each tick.

        Parameters
        ----------
        inlet, exhaust
            What the valves do, 1 for open, shape `(n_ticks, n_cuffs, n_chambers)`.
        outputs
            Duty [%] and dump valve, shape `(n_ticks, n_cuffs, 2)`.
        trace
            Receives the chamber pressures at the end of every tick [mmHg], shape
            `(n_ticks, lanes)`.
        substeps
            Substeps of a tick, instead of the twin's own.
        """
        if substeps is not None:
            self._divide(substeps)
        kernel.replay(
            self.A, self.lanes, self.params, self.first, self.count,
            inlet, exhaust, outputs, self.substeps, trace,
        )  # fmt: skip
        self.time += len(inlet) * kernel.TICK

    def read(self, cuff: int) -> CuffState:
        """Read what a cuff reports after the last advance."""
        rows = self.mailbox[cuff, kernel.REPORTED :, : self.cuffs[cuff].n_chambers].copy()
        return CuffState(
            time=self.time,
            pressures=rows[0],
            inlet=rows[1],
            exhaust=rows[2],
            pump=float(self.pump[cuff]),
            faults=int(self.state[cuff, law.FAULT_BITS]),
            fault_chamber=int(self.state[cuff, law.FAULT_CHAMBER]),
            true_pressures=rows[3],
        )

    def true_pressures(self, cuff: int) -> NDArray[np.float64]:
        """Pressures in a cuff's chambers without sensor error [mmHg], shape `(n_chambers,)`."""
        return self.mailbox[cuff, kernel.TRUE, : self.cuffs[cuff].n_chambers].copy()

    def switch(self, cuff: int, *, powered: bool) -> None:
        """Cut or restore a cuff's power; a cuff that starts again is vented until it is reset."""
        self._powered[cuff] = powered
        self.switches[cuff, kernel.POWERED] = int(powered)
        law.start_up(self.state[cuff])
        self.memory[cuff] = 0
        self.counts[cuff, [counters.TICKS, counters.PUMP_GIVEN]] = 0
        self.mailbox[cuff, kernel.ASKED] = np.nan

    def reset(self, cuff: int) -> None:
        """Let a cuff forget its faults; it stays vented and has no lease."""
        if self.answers(cuff):
            law.reset(self.cuffs[cuff].n_chambers, 0, self.state[cuff], self.memory[cuff])
            self.mailbox[cuff, kernel.ASKED] = np.nan

    def gas_balance(self) -> float:
        """Gas in and lost from all chambers and manifolds less what was pumped [mL at 760 mmHg].

        Constant while gas is conserved.
        """
        chambers = sum(
            float((self.row("GAS", i) + self.row("LOST", i)).sum()) for i in range(len(self.cuffs))
        )
        manifolds = self.params[:, kernel.M_GAS] + self.params[:, kernel.VENTED]
        return chambers + float((manifolds - self.params[:, kernel.PUMPED]).sum())

    def blood_balance(self) -> float:
        """Blood in and drained from all limbs less what was supplied [mL]; constant."""
        names = ("DEEP", "SUPERFICIAL")
        inside = sum(float(self.row(n, i).sum()) for n in names for i in range(len(self.cuffs)))
        supplied = sum(float(self.row("SUPPLIED", i).sum()) for i in range(len(self.cuffs)))
        return inside + self.drained() - supplied

    def drained(self) -> float:
        """Blood that left the limbs through the large veins since the start [mL]."""
        lanes = self.first + self.count
        return sum(
            float((self.A[ROW[name] + lanes] - RECEIVES).sum()) for name in ("DEEP", "SUPERFICIAL")
        )

    def _allocate(self, n: int, chambers: int) -> None:
        def integers(*shape: int) -> NDArray[np.int64]:
            return np.zeros(shape, dtype=np.int64)

        self.params = np.zeros((n, kernel.CUFF_COLUMNS))
        self.settings = integers(n, law.CUFF_SETTINGS)
        self.chambers = integers(n, chambers * law.CHAMBER_SETTINGS)
        self.bank = integers(n, kernel.BANK_ROWS, chambers)
        self.mailbox = np.zeros((n, kernel.MAILBOX_ROWS, chambers))
        self.mailbox[:, kernel.ASKED] = np.nan
        self.pump = np.zeros(n)
        self.state = integers(n, law.CUFF_STATE)
        self.state[:, law.LEASE_AGE] = -1
        self.memory = integers(n, chambers * law.WIDTH)
        self.outputs, self.does = integers(n, law.CUFF_OUTPUTS), integers(n, law.CUFF_OUTPUTS)
        self.switches = integers(n, kernel.CUFF_SWITCHES)
        self.counts = integers(n, counters.CUFF_COUNTS + chambers * counters.CHAMBER_COUNTS)
        self.silent = [False] * n
        self._powered = [False] * n
        # Views that every period needs: making one costs as much as using it.
        self._asked = [
            self.mailbox[index, kernel.ASKED, : cuff.n_chambers]
            for index, cuff in enumerate(self.cuffs)
        ]
        self._noise = np.zeros((NOISE_AHEAD, self.lanes))
        self._noise_at = NOISE_AHEAD

    def _divide(self, n: int) -> None:
        """Divide every tick into `n` substeps."""
        self.substeps = n
        half = 0.5 * kernel.TICK / n
        for index, cuff in enumerate(self.cuffs):
            self.row("INLET_KEEP", index)[:] = math.exp(-half / cuff.inlet.lag)
            self.row("EXHAUST_KEEP", index)[:] = math.exp(-half / cuff.exhaust.lag)
            self.params[index, kernel.DUMP_KEEP] = math.exp(-half / cuff.dump.lag)
            self.params[index, kernel.SPEED_KEEP] = math.exp(-half / cuff.pump.lag)

    def _draw_noise(self) -> None:
        for cuff, rng in enumerate(self._rngs):
            n = int(self.count[cuff])
            start = int(self.first[cuff])
            self._noise[:, start : start + n] = rng.normal(0.0, NOISE, (NOISE_AHEAD, n))
        self._noise_at = 0

    def _settle(self) -> None:
        """Let blood volumes settle with every cuff off, then begin at zero."""
        for index in range(len(self.cuffs)):
            self.row("GAS", index)[:] = self.row("DEAD", index)
        for _ in range(round(REST / kernel.TICK / NOISE_AHEAD)):
            self.advance(NOISE_AHEAD)
        lanes = self.first + self.count
        for index in range(len(self.cuffs)):
            self.row("BLOOD_AT_REST", index)[:] = self.row("DEEP", index) + self.row(
                "SUPERFICIAL", index
            )
            self.row("DEEP_AT_REST", index)[:] = self.row("DEEP", index)
            self.row("TRANSMURAL_AT_REST", index)[:] = self.row("P_DEEP", index) - self.row(
                "AROUND_DEEP", index
            )
            self.row("GAS", index)[:] = self.row("DEAD", index)
            for name in ("LOST", "TISSUE", "SUPPLIED", "PRESSURE"):
                self.row(name, index)[:] = 0.0
        for name in ("DEEP", "SUPERFICIAL"):
            self.A[ROW[name] + lanes] = RECEIVES
        self.params[:, kernel.M_GAS] = self.params[:, kernel.M_VOLUME]
        self.params[:, [kernel.PUMPED, kernel.VENTED]] = 0.0
        self.time = 0.0
        self.look_anew()
        self.switches[:, kernel.POWERED] = 1
        self._powered = [True] * len(self.cuffs)


__all__ = ["CuffState", "Twin"]
