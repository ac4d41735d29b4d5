"""What a cycle of a program does to each segment of a limb: from the fast scale to the slow one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff
from openpresso.program.timeline import Timeline
from openpresso.twin.limb import Limb
from openpresso.twin.twin import Observed, Twin

Floats = NDArray[np.float64]

PERIOD: Final = 0.05
"""Period at which set-points are written and the limb is looked at [s]."""
TICKS: Final = 10
"""Ticks of the law in a period."""
REST: Final = 20.0
"""Time for which the limb is looked at before the first cycle [s]."""
CYCLES: Final = 3
"""Cycles that are run; the last one is looked at, when the veins have come to repeat themselves."""
LONGEST: Final = 600.0
"""Longest stretch of a program that is taken for a cycle [s]."""


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """One cycle of a program on one limb; arrays of shape `(n_segments,)`, distal to proximal."""

    duration: float
    """Of the cycle [s]."""
    interface: Floats
    """Mean pressure on the skin [mmHg]."""
    tissue: Floats
    """Mean pressure in the depth of the limb [mmHg]."""
    tissue_peak: Floats
    """Highest pressure there [mmHg]."""
    held: Floats
    """Longest time above 30 mmHg there [s]."""
    above: Floats
    """Share of time above what stops the lymphatics' pump [-]."""
    venous: Floats
    """Mean pressure in the deep veins [mmHg]."""
    ejected: float
    """Blood that a cycle presses out of the limb: the most that it held less the least [mL]."""
    peak_flow: float
    """Highest outflow of the limb [mL/s]."""
    rest_flow: float
    """Outflow before the program [mL/s]."""


def cycle(timeline: Timeline, phase: int = 0) -> Floats:
    """Return the set-points of one whole cycle of a phase, shape `(n_periods, n_chambers)`.

    Parameters
    ----------
    timeline
        The program for one cuff.
    phase
        Number of the phase, from 0.
    """
    stretch = timeline.phases[phase]
    inside = (timeline.cycles >= stretch.start) & (timeline.cycles < stretch.end)
    starts = timeline.cycles[inside]
    begin = float(starts[0]) if len(starts) else stretch.start
    end = float(starts[1]) if len(starts) > 1 else stretch.end
    times = np.arange(begin, min(end, begin + LONGEST), PERIOD)
    return np.array([timeline.at(time) for time in times.tolist()])


def averages(
    cuff: Cuff, limb: Limb, asked: Floats, ceiling: float, *, cycles: int = CYCLES, seed: int = 0
) -> Averages:
    """Run cycles of set-points on a limb and say what the last one does.

    Parameters
    ----------
    cuff, limb
        What is worn, and on what.
    asked
        Set-points of one cycle every 50 ms [mmHg], shape `(n_periods, n_chambers)`.
    ceiling
        Highest pressure allowed [mmHg].
    cycles
        How many to run.
    seed
        Of the sensors.
    """
    twin = Twin([cuff], seed=seed, limbs=[limb])
    vented = np.full((round(REST / PERIOD), 1, cuff.n_chambers), np.nan)
    twin.follow(vented, ceiling, TICKS)
    rest = twin.observed(0)
    for _ in range(cycles):
        twin.look_anew()
        twin.follow(asked[:, None, :], ceiling, TICKS)
    return averaged(twin.observed(0), rest)


def averaged(seen: Observed, rest: Observed) -> Averages:
    """Return the averages of a cycle that was observed, beside what was at rest."""
    duration = seen.periods * PERIOD
    return Averages(
        duration=duration,
        interface=seen.interface,
        tissue=seen.tissue,
        tissue_peak=seen.tissue_peak,
        held=seen.driven * PERIOD,
        above=seen.blocked,
        venous=seen.venous,
        ejected=seen.ejected,
        peak_flow=seen.outflow_peak,
        rest_flow=rest.outflow,
    )
