"""What a cycle of a program does to each segment of a limb: from the fast scale to the slow one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso.twin.observation import Observed

Floats = NDArray[np.float64]

PERIOD: Final = 0.05
"""Period at which set-points are written and the limb is looked at [s]."""
TICKS: Final = 10
"""Ticks of the law in a period."""
REST: Final = 20.0
"""Time for which the limb is looked at before the first cycle [s]."""
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
