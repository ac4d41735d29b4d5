"""A chain of venous segments with one-way valves, small enough for every peer to say it.

N segments store volume V and hand it on from 1 to N through one-way valves; the last one drains
through a resistor. The law that ties pressure to volume, the valves and what drives the chain come
in three kinds:

- *valves*: P = V / C and the twin's valve, g (max(d, 0) + l min(d, 0)) with d = P_i - P_i+1.
  A squeeze that wanders along the chain, or is on the first segment alone, is given as the flow
  C dp/dt that stands for it, made of straight lines: a peer that knows no pressure from outside
  can say that too.
- *smooth*: the same with a valve of R = R0 (1 + (1/l - 1) (1 + tanh(-k d)) / 2) and a squeeze that
  is a slow sine. Nothing ever switches, and for most of the time little happens.
- *veins*: the twin's collapsing veins, the squeeze a pressure from outside.

The compiled chain uses the functions and the time stepping of the twin; `rates_in_numpy` is written
on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openpresso.twin import limb
from openpresso.twin.compiled import inner, kernel
from openpresso.twin.kernel import STAGES
from openpresso.twin.layout import STRIDE
from openpresso.twin.physics import advanced, one_way, vein_conductance, vein_pressure

Floats = NDArray[np.float64]
Kind = Literal["valves", "smooth", "veins"]
KINDS: Final[tuple[Kind, ...]] = ("valves", "smooth", "veins")
_VALVES, _SMOOTH, _VEINS = range(3)

CAPACITY = 0.6
"""Compliance of a segment [mL/mmHg]."""
CONDUCTANCE = 20.0
"""From a segment to the next [mL/(s mmHg)]."""
LEAK = limb.VALVE_LEAK
"""Backward conductance over forward one [-]."""
STEEPNESS = 2.0
"""k of the smooth valve [1/mmHg]."""
REST, RANGE = 10.0, 20.0
"""Volume of a vein at rest, and above it when full [mL]."""
SUPPLY = 0.05
"""Inflow to every segment [mL/s]."""
OUTLET = 5.0
"""Pressure that the chain drains to, and at which it starts [mmHg]."""
SQUEEZE = 40.0
"""Height of the squeeze [mmHg]."""
PERIODS: Final[dict[Kind, float]] = {"valves": 2.0, "smooth": 20.0, "veins": 2.0}
"""Period of the squeeze [s]."""
RISES, FALLS, HALF = 0.15, 0.65, 0.1
"""Middle of the squeeze's rise and fall, and half the length of both, in periods [-]."""
SWEEP = 0.48
"""Time in which the squeeze wanders along the chain [s]."""
SAMPLE = 0.05
"""What is compared are the pressures at multiples of this [s]."""

STATE, BEFORE, PRESSURE, FLOW, CONDUCTS, LEAKS, LATE, DRIVEN = (
    np.uint64(index * STRIDE) for index in range(8)
)
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain and how long it runs.

    Parameters
    ----------
    kind
        Law of the veins, the valves and the squeeze.
    n
        Number of segments.
    seconds
        Length of the run [s].
    valved
        With valves; else every link lets blood both ways.
    everywhere
        The squeeze and the supply reach every segment; else the first alone.
    """

    kind: Kind
    n: int
    seconds: float = 20.0
    valved: bool = True
    everywhere: bool = True

    @property
    def period(self) -> float:
        """Period of the squeeze [s]."""
        return PERIODS[self.kind]

    @property
    def times(self) -> Floats:
        """Instants of the samples, from 0 [s]."""
        return np.asarray(np.arange(round(self.seconds / SAMPLE) + 1) * SAMPLE)

    @property
    def late(self) -> Floats:
        """Share of a period by which the squeeze comes later to each segment [-]."""
        return np.asarray(np.arange(self.n) * (SWEEP / self.n / self.period))

    @property
    def driven(self) -> Floats:
        """Share of the squeeze's flow and of the supply that each segment gets [-]."""
        found = np.full(self.n, 1.0 if self.everywhere else 0.0)
        found[0] = 1.0
        return found

    @property
    def leaks(self) -> Floats:
        """Backward over forward conductance of each link; the outlet has no valve [-]."""
        found = np.full(self.n, LEAK if self.valved else 1.0)
        found[-1] = 1.0
        return found

    @property
    def start(self) -> Floats:
        """Volumes at the start [mL]."""
        return np.full(self.n, CAPACITY * OUTLET + (REST if self.kind == "veins" else 0.0))

    def memory(self) -> Floats:
        """Return the flat array of the compiled chain, a lane for each segment from 1 on."""
        A = np.zeros(8 * STRIDE)  # noqa: N806 -- the one flat array, as in the twin
        lanes = np.arange(1, self.n + 1)
        A[int(STATE) + lanes] = self.start
        A[int(CONDUCTS) + lanes] = CONDUCTANCE
        A[int(LEAKS) + lanes] = self.leaks
        A[int(LATE) + lanes] = self.late
        A[int(DRIVEN) + lanes] = self.driven
        A[int(PRESSURE) + self.n + 1] = OUTLET
        return A

    def run(self, step: float) -> Floats:
        """Run the compiled chain; return the pressures at `times` [mmHg]."""
        return self.prepare(step)()

    def prepare(self, step: float) -> Callable[[], Floats]:
        """Return the compiled chain, ready to run with steps of `step` [s]."""
        A, found = self.memory(), np.zeros((len(self.times), self.n))  # noqa: N806
        per_sample = round(SAMPLE / step)

        def go() -> Floats:
            kind = KINDS.index(self.kind)
            march(A, self.n, kind, self.period, SAMPLE / per_sample, per_sample, found)
            return found

        return go

    def pressures(self, states: Floats) -> Floats:
        """Pressures that belong to the states at `times` [mmHg]."""
        return np.array(
            [pressures_in_numpy(self, t, y) for t, y in zip(self.times, states, strict=True)]
        )


@inner
def pressures(A: Floats, n: int, kind: int, phase: float) -> None:  # noqa: N803
    """Write the pressures that belong to the volumes; the phase is the first segment's."""
    if kind == _VEINS:
        for lane in range(1, n + 1):
            i = np.uint64(lane)
            u = phase - A[LATE + i]
            u -= np.floor(u)
            up = min(max((u - (RISES - HALF)) * (0.5 / HALF), 0.0), 1.0)
            down = min(max((u - (FALLS - HALF)) * (0.5 / HALF), 0.0), 1.0)
            inside = vein_pressure(A[STATE + i], REST, 1.0 / REST, CAPACITY, 1.0 / RANGE)
            A[PRESSURE + i] = SQUEEZE * (up - down) + inside
    else:
        for lane in range(1, n + 1):
            i = np.uint64(lane)
            A[PRESSURE + i] = A[STATE + i] * (1.0 / CAPACITY)


@inner
def flows(A: Floats, n: int, kind: int) -> None:  # noqa: N803
    """Write the flow out of every segment."""
    for lane in range(1, n + 1):
        i = np.uint64(lane)
        difference = A[PRESSURE + i] - A[PRESSURE + i + _ONE]
        if kind == _VEINS:
            wide = A[CONDUCTS + i] * vein_conductance(A[STATE + i], 1.0 / REST)
            A[FLOW + i] = one_way(difference, wide, A[LEAKS + i])
        elif kind == _VALVES:
            A[FLOW + i] = one_way(difference, A[CONDUCTS + i], A[LEAKS + i])
        else:
            shut = 0.5 * (1.0 + np.tanh(-STEEPNESS * difference))
            resists = 1.0 + (1.0 / A[LEAKS + i] - 1.0) * shut
            A[FLOW + i] = A[CONDUCTS + i] * difference / resists


@inner
def source(u: float, kind: int, period: float) -> float:
    """Flow that stands for the squeeze, at a phase of its period [mL/s]."""
    if kind == _VEINS:
        return 0.0
    u -= np.floor(u)
    if kind == _SMOOTH:
        return float(CAPACITY * SQUEEZE * np.pi / period * np.sin(2.0 * np.pi * u))
    up = max(1.0 - abs(u - RISES) * (1.0 / HALF), 0.0)
    down = max(1.0 - abs(u - FALLS) * (1.0 / HALF), 0.0)
    return CAPACITY * SQUEEZE / (HALF * period) * (up - down)


@inner
def stage(
    A: Floats, n: int, kind: int, period: float,  # noqa: N803
    t: float, h: float, weight: float, opening: bool,
) -> None:  # fmt: skip
    """Advance all volumes by one stage of the twin's method."""
    phase = t / period
    pressures(A, n, kind, phase)
    flows(A, n, kind)
    for lane in range(1, n + 1):
        i = np.uint64(lane)
        given = SUPPLY + source(phase - A[LATE + i], kind, period)
        rate = A[DRIVEN + i] * given + A[FLOW + i - _ONE] - A[FLOW + i]
        now = A[STATE + i]
        start = now if opening else A[BEFORE + i]
        A[BEFORE + i] = start
        A[STATE + i] = advanced(start, now, h * rate, weight)


@kernel
def march(
    A: Floats, n: int, kind: int, period: float,  # noqa: N803
    h: float, per_sample: int, found: Floats,
) -> None:  # fmt: skip
    """Run a chain from 0; `found`, shape `(n_samples, n)`, receives the pressures [mmHg]."""
    for sample in range(len(found)):
        pressures(A, n, kind, sample * per_sample * h / period)
        for segment in range(n):
            found[sample, segment] = A[PRESSURE + np.uint64(segment + 1)]
        for step in range(per_sample):
            t = (sample * per_sample + step) * h
            for number in range(len(STAGES)):
                weight, _, instant = STAGES[number]
                at = t + h * (0.5 * instant[1] + instant[2])
                stage(A, n, kind, period, at, 0.5 * h, weight, number == 0)


@kernel
def rates(
    t: float, y: Floats, out: Floats, A: Floats, n: int, kind: int, period: float,  # noqa: N803
) -> None:  # fmt: skip
    """Write the time derivatives of the volumes `y` to `out`, for solvers of their own steps."""
    for segment in range(n):
        A[STATE + np.uint64(segment + 1)] = y[segment]
    stage(A, n, kind, period, t, 1.0, 1.0, opening=True)
    for segment in range(n):
        out[segment] = A[STATE + np.uint64(segment + 1)] - y[segment]


def pressures_in_numpy(chain: Chain, t: float, y: Floats) -> Floats:
    """Pressures that belong to the volumes [mmHg]."""
    if chain.kind != "veins":
        return y / CAPACITY
    u = (t / chain.period - chain.late) % 1.0
    knots = [RISES - HALF, RISES + HALF, FALLS - HALF, FALLS + HALF]
    outside = SQUEEZE * np.interp(u, knots, [0.0, 1.0, 1.0, 0.0])
    a, above = y / REST, y - REST
    full = np.minimum(above / RANGE, 0.98)
    collapsed = limb.COLLAPSE * (1.0 - np.maximum(a, 0.02) ** -1.5)
    return np.asarray(outside + np.where(a < 1.0, collapsed, above / (CAPACITY * (1.0 - full**2))))


def rates_in_numpy(chain: Chain, t: float, y: Floats) -> Floats:
    """Time derivatives of the volumes [mL/s], written independently of the twin."""
    pressure = pressures_in_numpy(chain, t, y)
    difference = pressure - np.append(pressure[1:], OUTLET)
    conductance = np.full(chain.n, CONDUCTANCE)
    if chain.kind == "veins":
        a = y / REST
        conductance *= np.clip(a * a * np.clip(a, limb.TOUCHING, 1.0), limb.NARROWEST, 2.0)
    if chain.kind == "smooth":
        shut = 0.5 * (1.0 - np.tanh(STEEPNESS * difference))
        flow = conductance * difference / (1.0 + (1.0 / chain.leaks - 1.0) * shut)
    else:
        flow = conductance * np.where(difference > 0.0, 1.0, chain.leaks) * difference
    given = SUPPLY + source_in_numpy(chain, t / chain.period - chain.late)
    change = chain.driven * given - flow
    change[1:] += flow[:-1]
    return np.asarray(change)


def source_in_numpy(chain: Chain, phase: Floats) -> Floats:
    """Flow that stands for the squeeze, at phases of its period [mL/s]."""
    u = phase % 1.0
    if chain.kind == "veins":
        return np.zeros_like(u)
    if chain.kind == "smooth":
        return np.asarray(CAPACITY * SQUEEZE * np.pi / chain.period * np.sin(2.0 * np.pi * u))
    knots = [RISES - HALF, RISES, RISES + HALF, FALLS - HALF, FALLS, FALLS + HALF]
    peak = CAPACITY * SQUEEZE / (HALF * chain.period)
    return np.asarray(peak * np.interp(u, knots, [0.0, 1.0, 0.0, 0.0, -1.0, 0.0]))
