"""A program compiled for one cuff: the set-point of every chamber at every instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Phase:
    """A named stretch of a timeline."""

    name: str
    start: float
    """[s]"""
    end: float
    """[s]"""


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Exact piecewise-linear set-points, right-continuous where an instant appears twice."""

    program: str
    cuff: str
    times: NDArray[np.float64]
    """Breakpoints [s], shape `(n_breakpoints,)`, never falling, first 0, last the duration."""
    set_points: NDArray[np.float64]
    """Set-points [mmHg], shape `(n_breakpoints, n_chambers)`; NaN means vent and disable."""
    cycles: NDArray[np.float64]
    """Start of each cycle [s], shape `(n_cycles,)`."""
    phases: tuple[Phase, ...]

    @property
    def duration(self) -> float:
        """Length of the program [s]."""
        return float(self.times[-1])

    def at(self, time: float) -> NDArray[np.float64]:
        """Set-points [mmHg] at `time` [s], shape `(n_chambers,)`; NaN means vent and disable."""
        last = len(self.times) - 1
        right = min(int(np.searchsorted(self.times, time, side="right")), last)
        left = max(right - 1, 0)
        span = self.times[right] - self.times[left]
        if span <= 0.0:
            return np.array(self.set_points[right])
        share = min(max((time - self.times[left]) / span, 0.0), 1.0)
        low, high = self.set_points[left], self.set_points[right]
        return np.asarray(low + share * (high - low))
