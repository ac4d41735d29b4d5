"""Many legs at once: leg-seconds per second on every core, growth with their number, memory."""

from __future__ import annotations

import os
import resource
import time

import numpy as np

from bench.timing import Row, exactly, timed
from bench.twin import CEILING, PERIOD, set_points
from openpresso import cuff
from openpresso.twin import limb
from openpresso.twin.cohort import Cohort
from openpresso.twin.people import population

LEG = "leg-12"
SEED = 11


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure every size."""
    like = cuff.load(LEG)
    counts = (10, 100) if quick else (10, 100, 1000, 10000)
    people = population.sample(counts[-1], SEED)
    limbs = [limb.under(like, "supine", one) for one in people]
    # Long beside the minute in which the veins of each block settle.
    found = [speed(limbs[:98], 20.0 if quick else 420.0, threads, runs) for threads in threads_of()]
    found += growth(limbs, counts)
    if not quick:
        found.append(session(limbs[:1000]))
    return found


def threads_of() -> list[int]:
    """Return one thread, and one for each core."""
    return sorted({1, os.cpu_count() or 1})


def speed(limbs: list[limb.Limb], seconds: float, threads: int, runs: int) -> Row:
    """Time a cohort in a closed loop [leg-seconds per second]."""
    like = cuff.load(LEG)
    table = set_points(like, seconds)[:, 0]
    cohort = Cohort(like, limbs, SEED, threads=threads)
    cohort.deliver(table[:20], CEILING)
    wall = timed(runs, lambda: lambda: cohort.deliver(table, CEILING))
    return Row(
        "cohort of legs, 12 chambers",
        f"{len(limbs)} legs, {threads} thread(s)",
        "leg-seconds/s",
        wall.per(seconds * len(limbs)),
        ">= 10000 at 0.01 mmHg, 30000 at 0.1" if threads > 1 else "",
    )


def growth(limbs: list[limb.Limb], counts: tuple[int, ...]) -> list[Row]:
    """Time the same seconds for ever more legs."""
    like = cuff.load(LEG)
    seconds = 10.0
    table = set_points(like, seconds)[:, 0]
    found = []
    for count in counts:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cohort = Cohort(like, limbs[:count], SEED)
        began = time.perf_counter()
        cohort.deliver(table, CEILING)
        took = time.perf_counter() - began
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        what = f"{count:,} legs, {seconds:.0f} s of each"
        found.append(
            Row(
                "cohort: growth with the number of legs",
                what,
                "ms per leg",
                exactly(1e3 * took / count),
                note=f"peak memory grows by {max(grown, 0) / count:.1f} kB per leg",
            )
        )
    return found


def session(limbs: list[limb.Limb]) -> Row:
    """Time a session of 30 minutes on a thousand legs [s]."""
    like = cuff.load(LEG)
    minutes = 30.0
    table = set_points(like, 60.0)[:, 0]
    table = np.tile(table, (round(minutes), 1))
    assert len(table) * PERIOD == 60.0 * minutes
    began = time.perf_counter()
    Cohort(like, limbs, SEED).deliver(table, CEILING)
    took = time.perf_counter() - began
    what = f"{len(limbs):,} legs, a session of 30 min"
    return Row("cohort of legs, 12 chambers", what, "s", exactly(took), "< 60", "one run")
