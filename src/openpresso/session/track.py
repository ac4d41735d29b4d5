"""A pointer that walks along one timeline, segment by segment, in the order of time."""

from __future__ import annotations

import bisect
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from openpresso.program.timeline import Timeline
    from openpresso.session.readings import Floats


class Track:
    """The place of one leg in its timeline.

    Between two breakpoints the set-points are the line a + b t, so that a tick costs two array
    operations and no search. `a` and `b` are precomputed for every segment.

    Parameters
    ----------
    timeline
        The timeline of the leg.
    """

    def __init__(self, timeline: Timeline) -> None:
        """Precompute offset and slope of every segment."""
        times = np.asarray(timeline.times, dtype=np.float64)
        points = np.asarray(timeline.set_points, dtype=np.float64)
        spans = np.diff(times)[:, np.newaxis]
        rises = np.diff(points, axis=0)
        slopes = np.zeros_like(points)
        np.divide(rises, spans, out=slopes[:-1], where=spans > 0.0)
        self._slopes = slopes
        self._offsets = np.where(slopes == 0.0, points, points - slopes * times[:, np.newaxis])
        self._times: list[float] = times.tolist()
        self._cycles: list[float] = np.asarray(timeline.cycles, dtype=np.float64).tolist()
        self._phases = timeline.phases
        self.next_segment = 0.0
        """Instant at which the present segment ends [s]."""
        self.next_mark = 0.0
        """Instant of the next start of a cycle or phase [s]."""
        self.seek(0.0)

    @property
    def duration(self) -> float:
        """Length of the timeline [s]."""
        return self._times[-1]

    def seek(self, time: float) -> None:
        """Go to `time` [s], forward or back; what starts there is still to come."""
        self._index = max(bisect.bisect_right(self._times, time) - 1, 0)
        self._next_cycle = bisect.bisect_left(self._cycles, time)
        self._next_phase = bisect.bisect_left([phase.start for phase in self._phases], time)
        self._look_ahead()

    def line(self, time: float) -> tuple[Floats, Floats]:
        """Walk on to `time` [s] and return (a, b) of its segment, each `(n_chambers,)`."""
        last = len(self._times) - 1
        while self._index < last and self._times[self._index + 1] <= time:
            self._index += 1
        self._look_ahead()
        return self._offsets[self._index], self._slopes[self._index]

    def marks(self, time: float) -> list[tuple[str, str | int]]:
        """Return the phases (name) and cycles (number from 1) begun up to `time` [s]."""
        found: list[tuple[str, str | int]] = []
        while self._next_phase < len(self._phases) and (
            self._phases[self._next_phase].start <= time
        ):
            found.append(("phase-start", self._phases[self._next_phase].name))
            self._next_phase += 1
        while self._next_cycle < len(self._cycles) and self._cycles[self._next_cycle] <= time:
            self._next_cycle += 1
            found.append(("cycle-start", self._next_cycle))
        self._look_ahead()
        return found

    def cycle_start(self, time: float) -> float:
        """Return the start of the cycle that runs at `time` [s]; 0 before the first."""
        index = bisect.bisect_right(self._cycles, time) - 1
        return self._cycles[index] if index >= 0 else 0.0

    def cycle_end(self, time: float) -> float:
        """Return the start of the first cycle after `time`, or the timeline's end [s]."""
        index = bisect.bisect_right(self._cycles, time)
        return self._cycles[index] if index < len(self._cycles) else self._times[-1]

    def _look_ahead(self) -> None:
        """Find the next instants at which something changes."""
        last = len(self._times) - 1
        self.next_segment = self._times[self._index + 1] if self._index < last else math.inf
        cycle = self._cycles[self._next_cycle] if self._next_cycle < len(self._cycles) else math.inf
        phases = self._phases
        phase = phases[self._next_phase].start if self._next_phase < len(phases) else math.inf
        self.next_mark = min(cycle, phase)
