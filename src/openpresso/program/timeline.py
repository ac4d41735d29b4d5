"""A program compiled for one cuff: the set-point of every chamber at every instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openpresso.errors import InputError
from openpresso.units import format_duration


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

    def cut(self, end: float) -> Timeline:
        """Return the first `end` seconds; the set-points at the cut are those that lead up to it.

        Parameters
        ----------
        end
            Where to cut [s], above 0; at or past the duration nothing is cut.
        """
        if end >= self.duration:
            return self
        keep = int(np.searchsorted(self.times, end, side="left"))
        times = np.append(self.times[:keep], end)
        points = np.vstack([self.set_points[:keep], self._leading_to(end, keep)])
        phases = tuple(
            Phase(one.name, one.start, min(one.end, end)) for one in self.phases if one.start < end
        )
        return Timeline(
            self.program, self.cuff, times, points, self.cycles[self.cycles < end], phases
        )

    def _leading_to(self, end: float, right: int) -> NDArray[np.float64]:
        """Set-points just before `end` [s], the breakpoint `right` being at it or after it."""
        left = right - 1
        share = (end - self.times[left]) / (self.times[right] - self.times[left])
        low, high = self.set_points[left], self.set_points[right]
        return np.asarray(low + share * (high - low))


def whole_cycles(timeline: Timeline, duration: float) -> float:
    """Return the longest time made of whole cycles that is no longer than `duration` [s].

    Raises
    ------
    InputError
        If not even the first cycle fits.
    """
    ends = np.append(timeline.cycles[1:], timeline.duration)
    if duration < ends[0]:
        raise InputError.one(
            "--duration",
            "too-short",
            f"{format_duration(duration)} is shorter than the first cycle of {timeline.program}, "
            f"{format_duration(float(ends[0]))}",
            hint=f"give {format_duration(float(ends[0]))} or more.",
        )
    return float(ends[ends <= duration + 1e-9][-1])
