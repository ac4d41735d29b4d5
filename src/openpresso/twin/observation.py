"""What the kernel observes of limbs at the end of every period, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openpresso.twin import kernel
from openpresso.twin.filling import DONNING
from openpresso.twin.layout import ROW

if TYPE_CHECKING:
    from openpresso.twin.twin import Twin

OBSERVATIONS = (
    "SUM_INTERFACE", "SUM_TISSUE", "SUM_VENOUS", "SUM_OUT", "MOST_TISSUE", "MOST_OUT", "BLOCKED",
    "RUN", "DRIVEN",
)  # fmt: skip
"""Rows in which the kernel keeps what it observes."""


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


def observed(twin: Twin, cuff: int) -> Observed:
    """Return what was observed of one limb since `forget`."""
    n = max(twin.observations, 1)
    rows = {name: twin.row(name, cuff).copy() for name in OBSERVATIONS}
    return Observed(
        periods=twin.observations,
        interface=rows["SUM_INTERFACE"] / n + DONNING,
        tissue=rows["SUM_TISSUE"] / n,
        tissue_peak=rows["MOST_TISSUE"],
        venous=rows["SUM_VENOUS"] / n,
        blocked=rows["BLOCKED"] / n,
        driven=rows["DRIVEN"],
        ejected=float(np.diff(twin.params[cuff, [kernel.LEAST_BLOOD, kernel.MOST_BLOOD]])[0]),
        outflow=float(rows["SUM_OUT"][-1]) / n,
        outflow_peak=float(rows["MOST_OUT"][-1]),
    )


def forget(twin: Twin) -> None:
    """Forget what was observed of all limbs."""
    twin.observations = 0
    twin.params[:, kernel.LEAST_BLOOD] = np.inf
    twin.params[:, kernel.MOST_BLOOD] = -np.inf
    for name in OBSERVATIONS:
        twin.A[ROW[name] : ROW[name] + twin.lanes] = 0.0
