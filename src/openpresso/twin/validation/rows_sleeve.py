"""Rows about the sleeve itself: what neighbouring chambers do to each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from openpresso import cuff as cuffs
from openpresso.cuff.model import Cuff
from openpresso.twin import kernel
from openpresso.twin.measures import Trace, watch
from openpresso.twin.twin import Twin
from openpresso.twin.validation.outcome import Curves, Outcome, line

TARGETS: Final = (30.0, 60.0, 80.0, 100.0)
"""[mmHg]"""
REMEMBERED: Final = (54.0, 98.0, 121.0, 141.0)
"""Peaks that are remembered of the paper [mmHg]; unverified."""
PER_CHAMBER: Final = 10.0
"""Time in which each chamber is filled [s]."""
HIGHEST: Final = 200.0
"""Limit of a sleeve without a guard that takes part [mmHg]."""


def lifted() -> Cuff:
    """Return the leg cuff of 8 chambers with its limits lifted, as an open-loop sleeve has none."""
    cuff = cuffs.load("leg-8")
    chambers = tuple(replace(one, limit=HIGHEST) for one in cuff.chambers)
    return replace(cuff, max_pressure=HIGHEST, chambers=chambers)


def fill(target: float, seed: int, *, close: bool) -> Trace:
    """Fill chambers from distal to proximal to a target; then close them, or regulate on."""
    twin = Twin([lifted()], "supine", seed)
    n = twin.cuffs[0].n_chambers
    wanted = np.full(n, np.nan)
    reached = np.zeros(n, dtype=bool)

    def drive(time: float) -> None:
        filling = min(int(time / PER_CHAMBER), n - 1)
        if np.isnan(wanted[filling]):
            wanted[filling] = target
        readings = twin.read(0).pressures
        reached[:] |= readings >= target - 0.5
        asked = np.where(reached & ~np.isnan(wanted), kernel.SEAL, wanted) if close else wanted
        twin.write(0, asked, HIGHEST)

    return watch(twin, PER_CHAMBER * n + 5.0, drive, period=2)


def row_33(seed: int) -> Outcome:
    """Highest pressure of a chamber over its target, with closed and with regulated chambers."""
    closed = [fill(target, seed, close=True) for target in TARGETS]
    regulated = [fill(target, seed, close=False) for target in TARGETS]
    peaks = [float(run.chamber.max()) for run in closed]
    over = [peak / target for peak, target in zip(peaks, TARGETS, strict=True)]
    held = [float(run.chamber.max()) / one for run, one in zip(regulated, TARGETS, strict=True)]
    return Outcome(
        {
            "held": min(over),
            "regulated": max(held),
            "wrong_order": float(np.sum(np.diff(over) >= 0.0)),
            **{f"at_{target:.0f}": one for target, one in zip(TARGETS, over, strict=True)},
        },
        Curves(
            "target [mmHg]",
            "highest pressure [mmHg]",
            (
                line(TARGETS, peaks, "closed chambers"),
                line(TARGETS, np.multiply(held, TARGETS), "regulated"),
                line(TARGETS, REMEMBERED, "remembered", points=True),
                line((0.0, 100.0), (0.0, 100.0), "target"),
            ),
        ),
    )
