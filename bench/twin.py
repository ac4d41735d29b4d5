"""The kernel alone: how fast it is, closed loop, with the law inside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.timing import Row, Spread, timed
from openpresso import cuff
from openpresso.cuff.model import Cuff
from openpresso.twin import kernel
from openpresso.twin.twin import Twin
from tests.twin.reference import both_legs, record_commands, replay, wave

Floats = NDArray[np.float64]

CYCLE = 7.0
"""Period of the wave of fills, holds and releases [s]."""
LEAD = 0.05 * CYCLE
"""Time by which the second leg is ahead [s]."""
PRESSURE, CEILING = 50.0, 80.0
"""[mmHg]"""
STATES = 10
"""Of a chamber: gas, tissue pressure, deep and superficial blood, their creep, tone, tightness, and
two valves."""
PERIOD, TICKS = 0.05, 10
"""Period at which set-points are written [s], and the ticks of the law in it."""


def set_points(like: Cuff, seconds: float) -> Floats:
    """Set-points of both legs every 50 ms, shape `(n_periods, 2, n_chambers)`."""
    times = np.arange(round(seconds / PERIOD)) * PERIOD
    return np.array(
        [
            [wave(like.n_chambers, PRESSURE, CYCLE, time + lead) for lead in (0.0, LEAD)]
            for time in times
        ]
    )


def deliver(twin: Twin, table: Floats) -> None:
    """Follow set-points that are written every 50 ms, as a station writes them."""
    twin.follow(table, CEILING, TICKS)


def closed_loop(like: Cuff, seconds: float, runs: int) -> Spread:
    """Time a closed loop of two cuffs [s]."""
    table = set_points(like, seconds)

    def prepare() -> Callable[[], None]:
        twin = both_legs(like)
        return lambda: deliver(twin, table)

    return timed(runs, prepare)


def physics(like: Cuff, seconds: float, runs: int) -> Spread:
    """Time the physics alone under the commands of such a loop [s]."""
    commands = record_commands(both_legs(like), seconds, CYCLE)

    def prepare() -> Callable[[], object]:
        twin = both_legs(like)
        return lambda: replay(twin, commands)

    return timed(runs, prepare)


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure every size."""
    seconds = 21.0 if quick else 63.0
    stages = len(kernel.STAGES)
    found = []
    for name in ("leg-4", "leg-8", "leg-12", "leg-24"):
        like = cuff.load(name)
        n = 2 * like.n_chambers
        twin = both_legs(like)
        deliver(twin, set_points(like, 1.0))
        wall = closed_loop(like, seconds, runs)
        found.append(
            Row(
                "kernel",
                f"2 x {like.n_chambers}, closed loop",
                "x real time",
                wall.per(seconds),
                ">= 2000" if name == "leg-12" else "",
            )
        )
        bare = physics(like, seconds, runs)
        evaluations = seconds / kernel.TICK * twin.substeps * stages
        found.append(
            Row(
                "kernel",
                f"2 x {like.n_chambers}, physics alone, per chamber and right-hand side",
                "ns",
                bare.times(1e9 / (evaluations * n)),
                note=f"{twin.substeps} substep(s) of {stages} stages in 5 ms",
            )
        )
        found.append(
            Row(
                "kernel",
                f"2 x {like.n_chambers}, physics alone, per state and step",
                "ns",
                bare.times(1e9 * stages / (evaluations * n * STATES)),
                note=f"{STATES} states for each chamber",
            )
        )
    return found
