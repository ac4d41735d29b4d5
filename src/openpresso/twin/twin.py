"""The twin: cuffs on limbs in software, with the law inside, advanced tick by tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.controller import CENTI, chamber_settings, cuff_settings
from openpresso.cuff.model import Cuff, Valve
from openpresso.errors import InputError
from openpresso.law import controller as law
from openpresso.law import counters
from openpresso.twin import kernel, limb, parameters
from openpresso.twin.air_supply import free_flow, relief
from openpresso.twin.layout import ROW, STRIDE, allocate
from openpresso.twin.physics import ATMOSPHERE, CONDUCTANCE, MAP, TIGHTENS, laminar_patch

NOISE = 0.2
"""White noise of a pressure sensor [mmHg rms]; estimated 0.1 to 0.5."""
ZERO_ERROR = 0.3
"""What zeroing against atmosphere leaves [mmHg]; estimated."""
GAIN_ERROR = 0.005
"""Spread of the sensors' gain [-]: +-1 % at two standard deviations; estimated."""
DRIFT = 0.5 / 3600.0
"""Spread of the sensors' drift [mmHg/s]; estimated."""
NEIGHBOUR = parameters.value("sleeve", "neighbour")
"""Volume pushed into a chamber by each mmHg in a neighbour, for each mL of its slack [1/mmHg]."""
DONNING = parameters.value("response", "donning")
"""Interface pressure of a worn sleeve without air [mmHg]."""
EDGE = parameters.value("response", "edge")
"""Length over which pressure in the depth falls off at an edge, in limb radii [-]."""
OUTLET = 5.0
"""Pressure in the large veins [mmHg]."""
REST = 60.0
"""Time in which blood volumes settle before anything begins [s]."""
MANIFOLD_STEP = 3.5
"""Largest substep times the manifold's fastest rate [-]: under recorded commands pressures stay
within about 0.01 mmHg of an exact solution. The method is stable to 5.15."""
VEIN_STEP = 4.5
"""The same for the veins, whose fastest modes carry next to no blood [-]: stable."""
FINEST = 64
"""Most substeps of a tick."""
NOISE_AHEAD = 2000
"""Ticks for which sensor noise is drawn at once, and the longest advance."""
VECTOR = 4
"""Lanes that compiled loops take at once; empty ones fill up the last."""
RESERVOIR = 1e12
"""Size of the lane that takes what leaves the limb [mL]."""
RECEIVES = 1e6
"""Blood in it at the start: veins may draw some back [mL]."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What was observed at the end of every period since the last call; shapes `(n_chambers,)`."""

    periods: int
    interface: NDArray[np.float64]
    """Mean pressure on the skin [mmHg]."""
    tissue: NDArray[np.float64]
    """Mean pressure round the deep veins [mmHg]."""
    tissue_peak: NDArray[np.float64]
    """Highest pressure round the deep veins [mmHg]."""
    venous: NDArray[np.float64]
    """Mean pressure in the deep veins [mmHg]."""
    blocked: NDArray[np.float64]
    """Share of time in which the tissue's pressure stops the lymphatics' pump [-]."""
    driven: NDArray[np.float64]
    """Longest stretch in which it drives free fluid on [periods]."""
    ejected: float
    """Most blood in the limb less the least [mL]."""
    outflow: float
    """Mean outflow of the limb [mL/s]."""
    outflow_peak: float
    """Highest outflow of the limb [mL/s]."""


OBSERVATIONS = (
    "SUM_INTERFACE", "SUM_TISSUE", "SUM_VENOUS", "SUM_OUT", "MOST_TISSUE", "MOST_OUT", "BLOCKED",
    "RUN", "DRIVEN",
)  # fmt: skip
"""Rows in which the kernel keeps what it observes."""


def _steepest(valve: Valve) -> float:
    """Slope of a valve's flow where it is laminar [mL/(s mmHg)]."""
    return CONDUCTANCE * valve.conductance * laminar_patch(valve.critical_ratio)[1]


def spread(cuff: Cuff, radius: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a chamber's pressure that is lost to the depth under each neighbour [-].

    lambda / (2 L) (1 - exp(-L / lambda)): the mean over a segment of length L of a pressure that
    changes at its edge and decays on both sides with exp(-x / lambda).
    """
    length = np.array([chamber.length - chamber.overlap for chamber in cuff.chambers])
    decay = EDGE * radius
    return np.asarray(0.5 * decay / length * -np.expm1(-length / decay))


def substeps(cuffs: Sequence[Cuff], limbs: Sequence[limb.Limb] | None = None) -> int:
    """Substeps of a tick for which the fastest modes are stable, and the manifold's accurate.

    Parameters
    ----------
    cuffs
        The cuffs.
    limbs
        The limb under each; by default that of the nominal person.

    Raises
    ------
    InputError
        If more than `FINEST` would be needed.
    """
    found = 1
    under = limbs or [limb.under(cuff, "supine") for cuff in cuffs]
    for cuff, one in zip(cuffs, under, strict=True):
        conductance = cuff.n_chambers * _steepest(cuff.inlet) + _steepest(cuff.dump)
        manifold = conductance * ATMOSPHERE / cuff.manifold_volume
        if not (np.isfinite(one.rest).all() and np.isfinite(one.conductance).all()):
            raise InputError.one(
                cuff.name,
                "not-a-number",
                "volume or conductance of the veins under it is not a number",
                hint="give a limb of finite girths and factors.",
            )
        squeeze = limb.CONTACT * float(one.deep.max()) * cuff.max_pressure - OUTLET
        veins = limb.fastest(one, squeeze) / (1.0 - TIGHTENS)
        needed = max(manifold / MANIFOLD_STEP, veins / VEIN_STEP)
        if not kernel.TICK * needed <= FINEST:
            raise InputError.one(
                cuff.name,
                "too-stiff",
                f"its fastest mode, {needed:.3g} 1/s, asks for more than {FINEST} steps in 5 ms",
                hint="give it a larger manifold, smaller valves, or a limb of plausible veins.",
            )
        found = max(found, math.ceil(kernel.TICK * needed))
    return found


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
        self._fill_empty_lanes()
        for index, cuff in enumerate(self.cuffs):
            self._fill_sleeve(index, cuff)
            self._fill_limb(index, self.limbs[index])
            self._fill_sensors(index)
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
        n = max(self.observations, 1)
        rows = {name: self.row(name, cuff).copy() for name in OBSERVATIONS}
        return Observed(
            periods=self.observations,
            interface=rows["SUM_INTERFACE"] / n + DONNING,
            tissue=rows["SUM_TISSUE"] / n,
            tissue_peak=rows["MOST_TISSUE"],
            venous=rows["SUM_VENOUS"] / n,
            blocked=rows["BLOCKED"] / n,
            driven=rows["DRIVEN"],
            ejected=float(np.diff(self.params[cuff, [kernel.LEAST_BLOOD, kernel.MOST_BLOOD]])[0]),
            outflow=float(rows["SUM_OUT"][-1]) / n,
            outflow_peak=float(rows["MOST_OUT"][-1]),
        )

    def look_anew(self) -> None:
        """Forget what was observed."""
        self.observations = 0
        self.params[:, kernel.LEAST_BLOOD] = np.inf
        self.params[:, kernel.MOST_BLOOD] = -np.inf
        for name in OBSERVATIONS:
            self.A[ROW[name] : ROW[name] + self.lanes] = 0.0

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

    def _fill_empty_lanes(self) -> None:
        """Make every lane a reservoir: at zero pressure, with no flow of its own."""
        for name, value in {
            "GAS": RESERVOIR, "DEAD": RESERVOIR, "SLACK": 1.0, "SLACK_PRESSURE": 4.0,
            "STRETCH": 1.0, "DEEP": 1.0, "SUPERFICIAL": 1.0, "REST_DEEP": 1.0,
            "REST_SUPERFICIAL": 1.0, "FIRM_DEEP": 1.0, "FIRM_SUPERFICIAL": 1.0,
            "DEEP_AT_REST": 1.0, "PER_REST_DEEP": 1.0, "PER_REST_SUPERFICIAL": 1.0,
            "COMPLIANCE_DEEP": RESERVOIR, "COMPLIANCE_SUPERFICIAL": RESERVOIR, "OUTLET": OUTLET,
        }.items():  # fmt: skip
            self.A[ROW[name] : ROW[name] + self.lanes] = value

    def _fill_sleeve(self, index: int, cuff: Cuff) -> None:
        columns = {
            "DEAD": "dead_volume", "SLACK": "slack_volume", "SLACK_PRESSURE": "slack_pressure",
            "STRETCH": "stretch",
        }  # fmt: skip
        for name, field in columns.items():
            self.row(name, index)[:] = [getattr(chamber, field) for chamber in cuff.chambers]
        self.row("COUPLING", index)[:] = NEIGHBOUR * self.row("SLACK", index)
        for which, valve in {"INLET": cuff.inlet, "EXHAUST": cuff.exhaust}.items():
            span, patch = laminar_patch(valve.critical_ratio)
            self.row(f"C_{which}", index)[:] = valve.conductance
            self.row(f"B_{which}", index)[:] = valve.critical_ratio
            self.row(f"SPAN_{which}", index)[:] = span
            self.row(f"PATCH_{which}", index)[:] = patch
        params = self.params[index]
        params[kernel.M_GAS] = params[kernel.M_VOLUME] = cuff.manifold_volume
        params[kernel.PUMP_FLOW] = free_flow(cuff)
        params[kernel.PER_PUMP_MAX] = 1.0 / cuff.pump.max_pressure
        params[kernel.C_DUMP] = cuff.dump.conductance
        params[kernel.B_DUMP] = cuff.dump.critical_ratio
        params[[kernel.SPAN_DUMP, kernel.PATCH_DUMP]] = laminar_patch(cuff.dump.critical_ratio)
        params[kernel.PUMP_GAIN] = 1.0
        safety = relief(cuff)
        params[[kernel.RELIEF_OPENS, kernel.RELIEF_SLOPE]] = safety.opens, safety.slope
        self.settings[index] = cuff_settings(cuff)
        chambers = chamber_settings(cuff)
        self.chambers[index, : len(chambers)] = chambers

    def _divide(self, n: int) -> None:
        """Divide every tick into `n` substeps."""
        self.substeps = n
        half = 0.5 * kernel.TICK / n
        for index, cuff in enumerate(self.cuffs):
            self.row("INLET_KEEP", index)[:] = math.exp(-half / cuff.inlet.lag)
            self.row("EXHAUST_KEEP", index)[:] = math.exp(-half / cuff.exhaust.lag)
            self.params[index, kernel.DUMP_KEEP] = math.exp(-half / cuff.dump.lag)
            self.params[index, kernel.SPEED_KEEP] = math.exp(-half / cuff.pump.lag)

    def _fill_limb(self, index: int, under: limb.Limb) -> None:
        deep, superficial = 1.0 - under.superficial_share, under.superficial_share
        inflow = under.inflow / (MAP - 10.0)
        creep = parameters.value("response", "creep_share")
        # What was measured is what a vein takes up in the end, creep included.
        compliance = under.compliance / (1.0 + creep)
        rows: dict[str, NDArray[np.float64] | float] = {
            "FIRM_DEEP": deep * under.rest,
            "FIRM_SUPERFICIAL": superficial * under.rest,
            "REST_DEEP": deep * under.rest,
            "REST_SUPERFICIAL": superficial * under.rest,
            "COMPLIANCE_DEEP": deep * compliance,
            "COMPLIANCE_SUPERFICIAL": superficial * compliance,
            "PER_REST_DEEP": 1.0 / (deep * under.rest),
            "PER_REST_SUPERFICIAL": 1.0 / (superficial * under.rest),
            "PER_RANGE_DEEP": 1.0 / (deep * under.largest),
            "PER_RANGE_SUPERFICIAL": 1.0 / (superficial * under.largest),
            "PER_ROOM_DEEP": 1.0 / (deep * under.largest),
            "PER_ROOM_SUPERFICIAL": 1.0 / (superficial * under.largest),
            "REST_PER_ROOM": under.rest / under.largest,
            "DEEP": deep * (under.rest + compliance * OUTLET),
            "SUPERFICIAL": superficial * (under.rest + compliance * OUTLET),
            "G_DEEP": under.conductance,
            "G_SUPERFICIAL": under.conductance * superficial / deep,
            "G_PERFORATOR": under.perforator,
            "VALVE_LEAK": under.valve_leak,
            "STEP_UP": under.step_up,
            "SUPPLY_DEEP": deep * inflow,
            "SUPPLY_SUPERFICIAL": superficial * inflow,
            "DEEP_AT_REST": deep * under.rest,
            "ARTERIAL": MAP + under.head,
            "TO_DEEP": under.deep,
            "TO_SUPERFICIAL": under.superficial,
            "SPREAD": spread(self.cuffs[index], under.radius),
            "CONTACT": limb.CONTACT,
            "OUTLET": under.deep * DONNING,
            "CREEP_SHARE": creep,
            "CREEP_KEEP": math.exp(-kernel.TICK / parameters.value("response", "creep_time")),
            "TRANSMURAL_AT_REST": RESERVOIR,
            "TIGHT_KEEP": math.exp(-kernel.TICK / parameters.value("response", "tight_time")),
            "TONE_KEEP": math.exp(-kernel.TICK / parameters.value("response", "tone_time")),
        }
        for name, values in rows.items():
            self.row(name, index)[:] = values

    def _fill_sensors(self, index: int) -> None:
        n, rng = int(self.count[index]), self._rngs[index]
        self.row("GAIN", index)[:] = rng.normal(1.0, GAIN_ERROR, n)
        self.row("OFFSET", index)[:] = rng.normal(0.0, ZERO_ERROR, n)
        self.row("DRIFT", index)[:] = rng.normal(0.0, DRIFT, n)

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


__all__ = ["CuffState", "Twin", "substeps"]
