"""The kernel alone: how fast it is, closed loop, with the law inside."""

from __future__ import annotations

from collections.abc import Callable

from bench.timing import Row, Spread, timed
from openpresso import cuff
from openpresso.cuff.model import Cuff
from openpresso.twin import kernel
from openpresso.twin.twin import Twin
from tests.twin.reference import both_legs, record_commands, replay, wave

STAGES = 4
"""Evaluations of the right-hand side in a substep."""
PERIOD = 7.0
"""Period of the wave of fills, holds and releases [s]."""
PRESSURE = 50.0
"""[mmHg]"""


def deliver(twin: Twin, seconds: float) -> None:
    """Write the wave's set-points every 50 ms, as a station does, and advance."""
    for _ in range(round(seconds / kernel.TICK) // 10):
        for index, one in enumerate(twin.cuffs):
            twin.write(index, wave(one.n_chambers, PRESSURE, PERIOD, twin.time), 80.0)
        twin.advance(10)


def closed_loop(like: Cuff, seconds: float, runs: int) -> Spread:
    """Time a closed loop of two cuffs [s]."""

    def prepare() -> Callable[[], None]:
        twin = both_legs(like)
        return lambda: deliver(twin, seconds)

    return timed(runs, prepare)


def physics(like: Cuff, seconds: float, runs: int) -> Spread:
    """Time the physics alone under the commands of such a loop [s]."""
    commands = record_commands(both_legs(like), seconds, PERIOD)

    def prepare() -> Callable[[], object]:
        twin = both_legs(like)
        return lambda: replay(twin, commands)

    return timed(runs, prepare)


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure every size."""
    seconds = 20.0 if quick else 60.0
    found = []
    for name in ("leg-4", "leg-8", "leg-12", "leg-24"):
        like = cuff.load(name)
        n = 2 * like.n_chambers
        twin = both_legs(like)
        deliver(twin, 1.0)
        wall = closed_loop(like, seconds, runs)
        found.append(
            Row("kernel", f"2 x {like.n_chambers}, closed loop", "x real time", wall.per(seconds))
        )
        bare = physics(like, seconds, runs)
        evaluations = seconds / kernel.TICK * twin.substeps * STAGES
        found.append(
            Row(
                "kernel",
                f"2 x {like.n_chambers}, physics alone, per chamber and right-hand side",
                "ns",
                bare.times(1e9 / (evaluations * n)),
                note=f"{twin.substeps} substep(s) of {STAGES} stages in 5 ms",
            )
        )
    return found
