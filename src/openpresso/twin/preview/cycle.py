"""One cycle of a program on one leg, watched closely: skin, fat, muscle, tissue fluid, blood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff
from openpresso.program.timeline import Timeline
from openpresso.twin.averages import LONGEST, PERIOD, REST, TICKS, Averages, averaged
from openpresso.twin.filling import DONNING
from openpresso.twin.limb import Limb
from openpresso.twin.twin import Twin

Floats = NDArray[np.float64]

EVERY: Final = 2
"""Periods of 50 ms between two instants of the curves, at least."""
INSTANTS: Final = 1200
"""Instants of a curve, at most."""
BEFORE: Final = 2
"""Cycles that are run before the one that is watched."""
LONG: Final = 200.0
"""Of cycles longer than this one is enough [s]."""
WATCHED: Final = ("TISSUE", "AROUND_SUPERFICIAL", "AROUND_DEEP")
"""Rows of the twin: pressure on the skin, round superficial and round deep veins."""


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """A cycle once cycles repeat; curves have the shape `(n_instants, n_segments)`."""

    phase: str
    duration: float
    """Of the phase [s]."""
    averages: Averages
    calm: Floats
    """Pressure in the deep veins before the program [mmHg], `(n_segments,)`."""
    time: Floats
    """End of each step from the cycle's begin [s], `(n_instants,)`."""
    wanted: Floats
    """Set-points [mmHg]; NaN where a chamber is vented."""
    skin: Floats
    """Pressure on the skin [mmHg]."""
    fat: Floats
    """Pressure amid the fat [mmHg]."""
    muscle: Floats
    """Pressure round the deep veins [mmHg]."""
    flow: Floats
    """Flow out of the limb in deep veins [mL/s], `(n_instants,)`."""
    rest_flow: float
    """The same before the program [mL/s]."""

    @property
    def presses(self) -> bool:
        """Whether any chamber is asked for more than no pressure."""
        return bool(np.nanmax(self.wanted, initial=0.0) > 0.0)


def full_cycle(timeline: Timeline, phase: int = 0) -> Floats:
    """Return the set-points of a phase's first whole cycle at full target, every 50 ms.

    The first cycles of a program that ramps up ask for less; they stand for nothing.

    Parameters
    ----------
    timeline
        The program for one cuff.
    phase
        Number of the phase, from 0.

    Returns
    -------
    NDArray
        [mmHg], shape `(n_periods, n_chambers)`; NaN vents.
    """
    stretch = timeline.phases[phase]
    inside = (timeline.cycles >= stretch.start) & (timeline.cycles < stretch.end)
    starts = timeline.cycles[inside].tolist()
    edges = starts if len(starts) > 1 else [*(starts or [stretch.start]), stretch.end]
    spans = list(pairwise(edges))
    begin, end = max(spans, key=lambda span: round(_highest(timeline, *span), 3))
    return _set_points(timeline, np.arange(begin, min(end, begin + LONGEST), PERIOD))


def _highest(timeline: Timeline, begin: float, end: float) -> float:
    inside = (timeline.times >= begin) & (timeline.times < end)
    return float(np.nanmax(timeline.set_points[inside], initial=0.0))


def _set_points(timeline: Timeline, times: Floats) -> Floats:
    """Return what `Timeline.at` does, at many instants."""
    right = np.searchsorted(timeline.times, times, side="right")
    right = np.minimum(right, len(timeline.times) - 1)
    left = np.maximum(right - 1, 0)
    span = timeline.times[right] - timeline.times[left]
    share = np.divide(times - timeline.times[left], span, out=np.ones_like(span), where=span > 0.0)
    low, high = timeline.set_points[left], timeline.set_points[right]
    between = low + np.clip(share, 0.0, 1.0)[:, None] * (high - low)
    return np.where((span > 0.0)[:, None], between, high)


def watched(
    cuff: Cuff, limb: Limb, asked: Floats, ceiling: float, name: str, lasts: float, seed: int = 0
) -> Cycle:
    """Run cycles of set-points on a limb and watch the last one.

    Parameters
    ----------
    cuff, limb
        What is worn, and on what.
    asked
        Set-points of one cycle every 50 ms [mmHg], `(n_periods, n_chambers)`.
    ceiling
        Highest pressure allowed [mmHg].
    name, lasts
        Of the phase; lasts in [s].
    seed
        Of the sensors.
    """
    twin = Twin([cuff], seed=seed, limbs=[limb])
    twin.follow(np.full((round(REST / PERIOD), 1, cuff.n_chambers), np.nan), ceiling, TICKS)
    rest, calm = twin.observed(0), float(twin.row("Q_DEEP", 0)[-1])
    rows = asked[:, None, :]
    for _ in range(1 if len(asked) * PERIOD > LONG else BEFORE):
        twin.follow(rows, ceiling, TICKS)
    twin.look_anew()
    views = [twin.row(one, 0) for one in WATCHED]
    outflow = twin.row("Q_DEEP", 0)
    every = max(EVERY, math.ceil(len(asked) / INSTANTS))
    ends = range(0, len(asked), every)
    seen = np.empty((len(WATCHED), len(ends), cuff.n_chambers))
    flow = np.empty(len(ends))
    for number, first in enumerate(ends):
        twin.follow(rows[first : first + every], ceiling, TICKS)
        for kept, view in zip(seen, views, strict=True):
            kept[number] = view
        flow[number] = outflow[-1]
    last = np.minimum((np.arange(len(ends)) + 1) * every, len(asked))
    return Cycle(
        phase=name,
        duration=lasts,
        averages=averaged(twin.observed(0), rest),
        calm=rest.venous,
        time=last * PERIOD,
        wanted=asked[last - 1],
        skin=seen[0] + DONNING,
        fat=seen[1],
        muscle=seen[2],
        flow=flow,
        rest_flow=calm,
    )


def free_fluid(cycle: Cycle, lag: Floats, share: Floats) -> Floats:
    """Pressure of free tissue fluid above rest through a cycle, once cycles repeat [mmHg].

    tau dH/dt = psi p - H, with p what the sleeve adds on the skin. Each step is exact for a steady
    p; the state at the cycle's begin is that which comes back at its end.

    Parameters
    ----------
    cycle
        The cycle.
    lag, share
        Of the tissue [s], [-], shapes that broadcast to `(..., n_segments)`.

    Returns
    -------
    NDArray
        Shape `(n_instants, ..., n_segments)`.
    """
    steps = np.diff(cycle.time, prepend=0.0)
    shape = np.broadcast_shapes(np.shape(lag), np.shape(share), cycle.skin.shape[1:])
    keeps = np.exp(-steps.reshape(-1, *(1,) * len(shape)) / lag)
    pressed = np.maximum(cycle.skin - DONNING, 0.0)
    head = np.zeros((len(steps), *shape))
    now = np.zeros(shape)
    for number, (keep, pressure) in enumerate(zip(keeps, pressed, strict=True)):
        goal = share * pressure
        now = goal + (now - goal) * keep
        head[number] = now
    left = np.cumprod(keeps, axis=0)
    # The lag is linear: what a cycle begins with fades on its own.
    return np.asarray(head + left * (now / (1.0 - left[-1])))


def longest(above: NDArray[np.bool_], time: Floats) -> Floats:
    """Longest stretch of a repeating cycle in which something holds [s], `(n_segments,)`.

    Parameters
    ----------
    above
        Whether it does, `(n_instants, n_segments)`.
    time
        End of each step from the cycle's begin [s], `(n_instants,)`.
    """
    steps = np.diff(time, prepend=0.0)
    found = np.zeros(above.shape[1])
    for segment, holds in enumerate(above.T):
        run = most = 0.0
        for holding, step in zip(
            np.tile(holds, 2).tolist(), np.tile(steps, 2).tolist(), strict=True
        ):
            run = run + step if holding else 0.0
            most = max(most, run)
        found[segment] = min(most, float(time[-1]))
    return found


__all__ = ["Cycle", "free_fluid", "full_cycle", "longest", "watched"]
