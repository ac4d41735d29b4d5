"""The twin's equations written a second time, in NumPy, for solvers that know nothing of the twin.

Nothing of the kernel is used here but its initial state and its recorded commands: the parameters
come from the cuff and the limb, the pressure of a chamber from Newton's method run to its end, and
the openings of valves from the closed form of a first-order lag.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff, Valve
from openpresso.law import controller as law
from openpresso.twin import filling, kernel, limb, parameters
from openpresso.twin.air_supply import free_flow, relief
from openpresso.twin.twin import Twin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rates = Callable[[float, Floats], Floats]

ATMOSPHERE = 760.0
LAMINAR = 0.995
KP = 1.5
TISSUE_LAG = 0.15
ARTERIAL = 95.0
RESPONSE = parameters.load("response")


def iso_6358(upstream: Floats, downstream: Floats | float, valve: Valve, opening: Floats) -> Floats:
    """Flow of a valve in either direction, as ISO 6358 prints it [mL/s at 760 mmHg]."""
    p1 = np.maximum(upstream, downstream) + ATMOSPHERE
    ratio = (np.minimum(upstream, downstream) + ATMOSPHERE) / p1
    b = valve.critical_ratio

    edge = (LAMINAR - b) / (1.0 - b)
    linear = math.sqrt(1.0 - edge**2) * (1.0 - ratio) / (1.0 - LAMINAR)
    part = np.maximum((ratio - b) / (1.0 - b), 0.0)
    shape = np.where(ratio > LAMINAR, linear, np.sqrt(1.0 - part * part))
    litres = valve.conductance * opening * (p1 / 750.062) * shape
    return np.sign(upstream - downstream) * litres * 1000.0 * (100.0 / 101.325)


@dataclass(frozen=True, slots=True, eq=False)
class Commands:
    """What valves and pumps were told, one row for each tick of the law."""

    inlet: Ints
    """Shape `(n_ticks, n_cuffs, n_chambers)`; 1 is open."""
    exhaust: Ints
    outputs: Ints
    """Shape `(n_ticks, n_cuffs, law.CUFF_OUTPUTS)`."""

    def __len__(self) -> int:
        return len(self.inlet)

    def stretches(self, *, valves_only: bool = False) -> Iterator[tuple[int, int]]:
        """Yield the first tick of each stretch of unchanged commands, and that after its last."""
        outputs = self.outputs[:, :, [law.DUMP_OPEN]] if valves_only else self.outputs
        rows = np.concatenate([self.inlet, self.exhaust, outputs], axis=2)
        edges = np.flatnonzero((rows[1:] != rows[:-1]).any(axis=(1, 2))) + 1
        bounds = [0, *edges.tolist(), len(rows)]
        yield from itertools.pairwise(bounds)

    def first(self, ticks: int) -> Commands:
        """Return the first `ticks` of them."""
        return Commands(self.inlet[:ticks], self.exhaust[:ticks], self.outputs[:ticks])


def wave(n_chambers: int, pressure: float, period: float, time: float) -> Floats:
    """Set-points of a cycle with fills, holds and releases.

    The distal chambers are filled and held; then they are let down one by one while as many
    proximal ones are filled, and at the end all are vented.
    """
    position = time % period / period
    moved = n_chambers * max(position - 0.6, 0.0) / 0.4
    number = np.arange(n_chambers)
    target = np.where((moved <= number) & (number < 0.4 * n_chambers + moved), pressure, 0.0)
    return np.full(n_chambers, np.nan) if position > 0.9 else target


def commanded(model: Twin) -> tuple[Ints, Ints, Ints]:
    """Return what the valves and the pump were told in the last tick, as a row of `Commands`."""
    inlet, exhaust = model.bank[:, kernel.INLET_DOES], model.bank[:, kernel.EXHAUST_DOES]
    return inlet.copy(), exhaust.copy(), model.does.copy()


def record_commands(model: Twin, seconds: float, period: float = 9.0) -> Commands:
    """Run a closed loop on a twin and keep what its law told the valves and the pump."""
    kept = []
    for tick in range(round(seconds / kernel.TICK)):
        if tick % 10 == 0:
            for cuff, one in enumerate(model.cuffs):
                set_points = wave(one.n_chambers, 50.0, period, model.time + 0.05 * period * cuff)
                model.write(cuff, set_points, 80.0)
        model.advance(1)
        kept.append(commanded(model))
    return Commands(*(np.array(one) for one in zip(*kept, strict=True)))


class Lag:
    """First-order lags under commands that change at ticks only, in closed form.

    Parameters
    ----------
    commands
        Shape `(n_ticks, ...)`.
    lag
        Time constant [s].
    start
        Value before the first tick.
    """

    def __init__(self, commands: NDArray[Any], lag: float, start: float) -> None:
        self.told = told = commands.astype(np.float64)
        self._lag = lag
        self.away = away = start - told
        keep = math.exp(-kernel.TICK / lag)
        for tick in range(1, len(told)):
            away[tick] = told[tick - 1] + away[tick - 1] * keep - told[tick]

    def __call__(self, tick: int, since: float) -> Floats:
        """Value `since` seconds after the start of a tick."""
        told = self.told[tick]
        return np.asarray(told + self.away[tick] * math.exp(-since / self._lag))


class Reference:
    """The equations of several like cuffs on limbs, for commands recorded from a twin.

    The state is gas, tissue pressure, deep and superficial blood of every chamber, the gas of every
    manifold, and of every chamber the creep of its deep and superficial veins, its tone and its
    tightness, one after the other.

    Parameters
    ----------
    model
        A twin at its start, vented and without power: it gives the initial state.
    posture
        Posture of the person.
    commands
        What valves and pumps are told.
    """

    def __init__(self, model: Twin, posture: limb.Posture, commands: Commands) -> None:
        cuff = model.cuffs[0]
        self.cuff, self.commands = cuff, commands
        self.shape = (len(model.cuffs), cuff.n_chambers)
        self.size = self.shape[0] * self.shape[1]
        self.limb = limb.under(cuff, posture)
        self.dead, self.slack, self.knee, self.stretch = (
            np.array([getattr(chamber, name) for chamber in cuff.chambers])
            for name in ("dead_volume", "slack_volume", "slack_pressure", "stretch")
        )
        self.inlet = Lag(commands.inlet, cuff.inlet.lag, 0.0)
        self.exhaust = Lag(commands.exhaust, cuff.exhaust.lag, 1.0)
        self.dump = Lag(commands.outputs[:, :, law.DUMP_OPEN], cuff.dump.lag, 1.0)
        self.speed = Lag(commands.outputs[:, :, law.DUTY] / 100.0, cuff.pump.lag, 0.0)
        self.lowest = -0.9 * self.knee
        self.relief = relief(cuff)
        girth, length = (
            np.array([one.girth for one in cuff.chambers]),
            np.array([one.length - one.overlap for one in cuff.chambers]),
        )
        decay = RESPONSE["edge"].value * girth / (2.0 * math.pi)
        self.spread = decay / (2.0 * length) * (1.0 - np.exp(-length / decay))
        self.start = initial_state(model)
        self.blood_at_rest = self._parts(self.start)[2].sum(axis=0)
        self.deep_at_rest = self._parts(self.start)[2][0].copy()
        under = self.limb
        share = np.array([1.0 - limb.SUPERFICIAL_SHARE, limb.SUPERFICIAL_SHARE])[:, None, None]
        self.rest, self.room = share * under.rest, share * under.largest
        self.creep_share = RESPONSE["creep_share"].value
        self.compliance = share * under.compliance / (1.0 + self.creep_share)
        self.along = share / share[0] * under.conductance
        self.inflow = share * under.volume * limb.INFLOW / (ARTERIAL - 10.0)
        self._guess = np.zeros(self.shape)
        self.at_rest = np.stack(
            [model.row("TRANSMURAL_AT_REST", cuff) for cuff in range(len(model.cuffs))]
        )

    def pressures(self, y: Floats) -> Floats:
        """Chamber pressures [mmHg], shape `(n_cuffs, n_chambers)`."""
        gas, tissue, blood, *_ = self._parts(y)
        beside = np.zeros(self.shape)
        beside[:, 1:] += tissue[:, :-1]
        beside[:, :-1] += tissue[:, 1:]
        pushed = filling.NEIGHBOUR * self.slack * beside
        empty = self.dead + self.blood_at_rest - blood[0] - blood[1] - pushed
        p = self._guess
        for _ in range(60):
            near = self.knee / (p + self.knee)
            volume = empty + self.slack * (1.0 - near) + self.stretch * p
            excess = (ATMOSPHERE + p) * volume - ATMOSPHERE * gas
            slope = self.slack / self.knee * near * near + self.stretch
            change = excess / (volume + (ATMOSPHERE + p) * slope)
            p = np.maximum(p - change, self.lowest)
            if np.abs(change).max() < 1e-6:  # the next one would be far below rounding
                break
        self._guess = p
        return p

    def resting(self, creep: Floats, tight: Floats) -> Floats:
        """Volume at which veins rest now [mL]."""
        return np.asarray(self.rest * (1.0 - tight) + creep)

    def veins(self, volume: Floats, creep: Floats, tight: Floats) -> tuple[Floats, Floats]:
        """Transmural pressure [mmHg] and conductance [mL/(s mmHg)] of deep and superficial veins.

        Shape of all: `(2, n_cuffs, n_chambers)`, but for the tightness, which both have in common.
        """
        rest = self.resting(creep, tight)
        a = volume / rest
        above = volume - rest
        full = np.minimum(above / (self.room + self.rest * tight), 0.98)
        collapsed = KP * (1.0 - np.maximum(a, 0.02) ** -1.5)
        stretched = above / (self.compliance * (1.0 - full * full))
        narrowing = np.clip(a**-2.0 / np.clip(a, 0.21, 1.0), 0.5, 1000.0)
        return np.where(a < 1.0, collapsed, stretched), self.along / narrowing

    def rates(self, tick: int, since: float, y: Floats) -> Floats:
        """Time derivatives of the state, `since` seconds after the start of a tick."""
        _, tissue, blood, manifold_gas, creep, tone, tight = self._parts(y)
        cuff, under = self.cuff, self.limb
        pressure = self.pressures(y)
        manifold = ATMOSPHERE * manifold_gas / cuff.manifold_volume - ATMOSPHERE

        given = iso_6358(manifold[:, None], pressure, cuff.inlet, self.inlet(tick, since))
        lost = iso_6358(pressure, 0.0, cuff.exhaust, self.exhaust(tick, since))
        dumped = iso_6358(manifold, 0.0, cuff.dump, self.dump(tick, since))
        strength = np.minimum(np.maximum(1.0 - manifold / cuff.pump.max_pressure, 0.0), 1.0)
        pumped = free_flow(cuff) * self.speed(tick, since) * strength
        dumped = dumped + self.relief.slope * np.maximum(manifold - self.relief.opens, 0.0)

        transmural, conductance = self.veins(blood, creep, tight)
        through = np.stack([under.deep, under.superficial])[:, None, :]
        around = through * np.stack([self.mixed(tissue), tissue]) + under.deep * filling.DONNING
        inside = around + transmural
        downstream = np.full(blood.shape, filling.OUTLET)
        downstream[:, :, :-1] = inside[:, :, 1:]
        flow = conductance * one_way(inside - downstream - under.step_up)
        across = limb.PERFORATOR * one_way(inside[1] - inside[0])
        driving = np.maximum(ARTERIAL + under.head - np.maximum(inside, around), 0.0)
        change = self.inflow * (1.0 + tone) * driving - flow
        change[:, :, 1:] += flow[:, :, :-1]
        change[0] += across
        change[1] -= across

        given_way = self.creep_share * np.maximum(blood - self.resting(creep, tight), 0.0)
        emptied = np.clip(1.0 - blood[0] / self.deep_at_rest, 0.0, 1.0)
        distends = RESPONSE["distends"].value
        congested = np.clip(transmural[0] / distends - 1.0, 0.0, 1.0)
        wanted = RESPONSE["dilates"].value * emptied - RESPONSE["constricts"].value * congested
        stretched = (transmural[0] - self.at_rest) / RESPONSE["stretches"].value - 1.0
        tighter = RESPONSE["tightens"].value * np.clip(stretched, 0.0, 1.0)
        return np.concatenate(
            [
                (given - lost).ravel(),
                ((limb.CONTACT * pressure - tissue) / TISSUE_LAG).ravel(),
                change.ravel(),
                pumped - dumped - given.sum(axis=1),
                ((given_way - creep) / RESPONSE["creep_time"].value).ravel(),
                ((wanted - tone) / RESPONSE["tone_time"].value).ravel(),
                ((tighter - tight) / RESPONSE["tight_time"].value).ravel(),
            ]
        )

    def mixed(self, tissue: Floats) -> Floats:
        """Tissue pressure in the depth, each with its share of its neighbours' [mmHg]."""
        padded = np.pad(tissue, ((0, 0), (1, 1)))
        beside = padded[:, :-2] + padded[:, 2:]
        return np.asarray((1.0 - 2.0 * self.spread) * tissue + self.spread * beside)

    def within(self, first: int, last: int) -> Rates:
        """Return the right-hand side over the ticks `first` to `last`, time from the start."""

        def rhs(t: float, y: Floats) -> Floats:
            tick = min(max(int(t / kernel.TICK), first), last - 1)
            return self.rates(tick, t - tick * kernel.TICK, y)

        return rhs

    def blood(self, y: Floats) -> float:
        """Blood in all veins [mL]."""
        return float(y[2 * self.size : 4 * self.size].sum())

    def _parts(self, y: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats, Floats]:
        """Gas, tissue pressure, blood, manifold gas, creep, tone and tightness.

        Blood and creep are those of deep and superficial veins.
        """
        parts = y[: 4 * self.size].reshape(4, *self.shape)
        manifolds = 4 * self.size + self.shape[0]
        slow = y[manifolds:].reshape(4, *self.shape)
        gas = y[4 * self.size : manifolds]
        return parts[0], parts[1], parts[2:], gas, slow[:2], slow[2], slow[3]


def one_way(difference: Floats) -> Floats:
    """Flow of a venous valve of unit conductance [mL/s]."""
    return np.where(difference > 0.0, 1.0, limb.VALVE_LEAK) * difference


def initial_state(model: Twin) -> Floats:
    """State of a twin, in the order of `Reference`."""
    indices = range(len(model.cuffs))
    rows = [
        model.row(name, cuff)
        for name in ("GAS", "TISSUE", "DEEP", "SUPERFICIAL")
        for cuff in indices
    ]
    slow = [
        model.row(name, cuff)
        for name in ("CREEP_DEEP", "CREEP_SUPERFICIAL", "TONE", "TIGHT")
        for cuff in indices
    ]
    return np.concatenate([*rows, model.params[:, kernel.M_GAS], *slow])


def replay(model: Twin, commands: Commands, substeps: int | None = None) -> Floats:
    """Run the kernel under recorded commands; return chamber pressures at the ticks' ends.

    The twin is changed. Shape `(n_ticks, n_cuffs, n_chambers)` [mmHg].
    """
    trace = np.zeros((len(commands), model.lanes))
    model.replay(commands.inlet, commands.exhaust, commands.outputs, trace, substeps)
    return np.stack(
        [
            trace[:, start : start + count]
            for start, count in zip(model.first, model.count, strict=True)
        ],
        axis=1,
    )


def both_legs(cuff: Cuff, posture: limb.Posture = "supine", seed: int = 3) -> Twin:
    """Return a twin of like cuffs on both legs."""
    return Twin([cuff, cuff], posture, seed)
