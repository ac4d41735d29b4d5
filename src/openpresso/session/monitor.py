"""The monitor: raw readings against what the cuffs were told, every tick, every chamber.

It has the last word in a step. It looks at all chambers of all legs in one stacked array, at those
that are commanded off too. Each condition must hold without a break for the delay that the alarm
table gives it; time is the time of the readings, so a reading that did not come counts for nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.session.finding import Finding
from openpresso.session.limits import TRIP_MARGIN
from openpresso.session.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpresso.session.alarm_table import AlarmTable
    from openpresso.session.readings import Flags, Floats, Leg

NEAR: Final = TRIP_MARGIN
"""A chamber this near to its set-point is delivered [mmHg]."""
AWAY: Final = 10.0
"""A chamber this far from its set-point should be moving [mmHg]."""
MOVED: Final = 2.0
"""Smallest change that counts as moving [mmHg]."""
ROSE: Final = 5.0
"""A chamber that rises this far against its set-point rises by itself [mmHg]."""
LOWEST: Final = -20.0
"""Readings below this are no pressures [mmHg]."""
JUMP: Final = 75.0
"""Largest change between two readings [mmHg]; `JUMP_RATE` when they are further apart."""
JUMP_RATE: Final = 1500.0
"""[mmHg/s]; a small foot chamber behind a fast valve reaches about 400."""
FAR: Final = 9999.0
"""Stands for an infinite reading, so that differences stay numbers [mmHg]."""
COMPRESSED: Final = 20.0
"""Above this a chamber counts as compressed [mmHg]; blood and lymph need its release."""

ROWS: Final = (
    "over-pressure", "over-ceiling", "sensor-range", "sensor-jump", "sensor-frozen",
    "rises-while-off", "does-not-fall", "does-not-rise", "deviation",
)  # fmt: skip
"""Conditions with a row in the matrices below, the most urgent first."""
HARD, CEILING, RANGE, JUMPS, FROZEN, RISES, NO_FALL, NO_RISE, LOW = range(len(ROWS))


class Monitor:
    """Watches the chambers of all legs.

    Parameters
    ----------
    places
        Leg and chamber number of every column, `(n,)`.
    hard
        Hard limit of every chamber [mmHg], `(n,)`.
    max_hold
        Longest time above 20 mmHg without a release, `(n,)` [s].
    table
        The alarm table: delays and states in which each condition is watched.
    """

    def __init__(
        self,
        places: Sequence[tuple[Leg, int]],
        hard: Floats,
        max_hold: Floats,
        table: AlarmTable,
    ) -> None:
        """Begin with empty chambers that are told to be empty."""
        n = len(places)
        self._places = tuple(places)
        self._hard = hard
        self._max_hold = max_hold
        self.pressures = np.zeros(n)
        """Raw pressures [mmHg]; written by the engine before each check."""
        self.times = np.zeros(n)
        """Times of the readings [s]; written by the engine before each check."""
        self._expected = np.zeros(n)
        self._last = np.zeros(n)
        self._jump = np.full(n, JUMP)
        self._mark_high = np.zeros(n)
        self._mark_low = np.zeros(n)
        self._released = np.zeros(n)
        self._lag = np.zeros(n)
        self._near = np.ones(n, dtype=np.bool_)
        self._since = np.zeros((len(ROWS), n))
        self._elapsed = np.zeros((len(ROWS), n))
        self._raw = np.zeros((len(ROWS), n), dtype=np.bool_)
        self._false = np.ones((len(ROWS), n), dtype=np.bool_)
        self._due = np.zeros((len(ROWS), n), dtype=np.bool_)
        self._work, self._flags = np.zeros(n), np.zeros(n, dtype=np.bool_)
        bounds = (NEAR, MOVED, -MOVED, AWAY, -AWAY, ROSE, LOWEST, COMPRESSED, FAR, -FAR)
        # Full arrays: comparing with one is twice as fast as comparing with a Python float.
        self._level = {bound: np.full(n, bound) for bound in bounds}
        self._nil = np.zeros(n)
        raw = self._raw
        self._rows = (
            raw[HARD:RANGE], raw[RANGE], raw[JUMPS], raw[FROZEN], raw[RISES:NO_RISE], raw[RISES],
            raw[NO_FALL], raw[NO_RISE], raw[LOW],
        )  # fmt: skip
        self._tracking = True
        self._deadline = -math.inf
        self._delays = {state: self._column(table, state) for state in State}
        self._delay = self._delays[State.IDLE]
        self._watched_hold = table.conditions["time-at-pressure"].watched
        self._watch_hold = False
        self._upper = np.stack((hard, hard))
        self._tight = True
        self._guard = hard
        self.guard_at(hard)

    @staticmethod
    def _column(table: AlarmTable, state: State) -> Floats:
        """Return the delay of every row in one state, `(n_rows, 1)`; infinite where not watched."""
        rows = (table.conditions[name] for name in ROWS)
        delays = [row.delay if state in row.watched else math.inf for row in rows]
        return np.array(delays)[:, np.newaxis]

    def guard_at(self, ceiling: Floats) -> None:
        """Watch these ceilings [mmHg], `(n,)`; the trip is `TRIP_MARGIN` above."""
        self._guard = ceiling.copy()
        self._upper[CEILING] = self._guard + TRIP_MARGIN
        self._tight = bool(np.any(self._upper[CEILING] > self._hard))

    def enter(self, state: State) -> None:
        """Watch what is to be watched in `state`; what was not watched counts from now."""
        before, self._delay = self._delay, self._delays[state]
        begun = np.isinf(before[:, 0]) & ~np.isinf(self._delay[:, 0])
        self._since[begun] = self.times
        self._watch_hold = state in self._watched_hold
        self._deadline = -math.inf

    def told(self, set_points: Floats) -> None:
        """Take what the cuffs are told from now on [mmHg], `(n,)`; NaN and `SEAL` expect 0."""
        np.fmax(set_points, self._nil, self._expected)

    def first(self, columns: slice) -> None:
        """Take the first readings of a leg: there is nothing that they could have jumped from."""
        self._last[columns] = self.pressures[columns]
        self._released[columns] = self.times[columns]
        self._since[:, columns] = self.times[columns]

    def allow_jump(self, columns: slice, gap: float) -> None:
        """Set the largest believable change of a leg whose last reading is `gap` ago [s]."""
        self._jump[columns] = max(JUMP, JUMP_RATE * gap)

    def check(self, now: float) -> list[Finding]:
        """Return every condition that is true and has outlasted its delay at `now` [s].

        A chamber within `NEAR` of its set-point, which is never above its ceiling, fulfils none of
        the conditions but time at pressure and, where the hard limit is near, over-pressure. The
        second such tick in a row is the common one and needs one comparison.
        """
        pressures = self.pressures
        np.subtract(self._expected, pressures, self._lag)
        np.abs(self._lag, self._work)
        np.less_equal(self._work, self._level[NEAR], self._near)
        calm = np.count_nonzero(self._near) == len(self._near) and not self._tight
        found: list[Finding] = []
        if not calm or self._tracking:
            self._compare()
            self._tracking = not calm
            if np.count_nonzero(self._due):
                found = self._found()
        np.less(pressures, self._level[COMPRESSED], self._flags)
        np.copyto(self._released, self.times, where=self._flags)
        if self._watch_hold and now >= self._deadline:
            found += self._held()
        np.copyto(self._last, pressures)
        return found

    def _compare(self) -> None:
        """Evaluate every condition of every chamber."""
        pressures, lag, work, flags = self.pressures, self._lag, self._work, self._flags
        level = self._level
        hard_ceiling, off_range, jumps, frozen, rises_no_fall, rises, no_fall, no_rise, low = (
            self._rows
        )
        np.minimum(pressures, level[FAR], out=pressures)
        np.maximum(pressures, level[-FAR], out=pressures)
        if not self._tracking:
            self._mark_high[:] = self._last
            self._mark_low[:] = self._last
            self._false.fill(True)  # noqa: FBT003 -- every condition was false until now
        np.copyto(self._since, self.times, where=self._false)
        np.greater(pressures, self._upper, hard_ceiling)
        np.greater_equal(pressures, level[LOWEST], flags)
        np.logical_not(flags, off_range)
        np.subtract(pressures, self._last, work)
        np.abs(work, work)
        np.greater(work, self._jump, jumps)
        np.equal(pressures, self._last, flags)
        np.greater(flags, self._near, frozen)
        np.greater(lag, level[NEAR], low)
        np.subtract(pressures, self._mark_high, work)
        np.less_equal(work, level[MOVED], no_rise)
        np.greater(lag, level[AWAY], flags)
        np.logical_and(no_rise, flags, no_rise)
        np.subtract(pressures, self._mark_low, work)
        np.greater(work, level[ROSE], rises)
        np.greater_equal(work, level[-MOVED], no_fall)
        np.less(lag, level[-AWAY], flags)
        np.logical_and(rises_no_fall, flags, rises_no_fall)
        np.logical_not(self._raw, self._false)
        np.copyto(self._mark_high, pressures, where=self._false[NO_RISE])
        np.copyto(self._mark_low, pressures, where=self._false[NO_FALL])
        np.subtract(self.times, self._since, self._elapsed)
        np.greater_equal(self._elapsed, self._delay, self._due)
        np.logical_and(self._due, self._raw, self._due)

    def _found(self) -> list[Finding]:
        """Return a finding for everything that is due."""
        found = []
        for row, column in zip(*(index.tolist() for index in np.nonzero(self._due)), strict=True):
            leg, chamber = self._places[column]
            value, limit = float(self.pressures[column]), float(self._expected[column])
            detail = ""
            if row == HARD:
                limit = float(self._hard[column])
            elif row == CEILING:
                limit = float(self._guard[column])
            elif row == RANGE:
                limit = LOWEST
                detail = f"it shows {value:.1f} mmHg" if value > -FAR else ""
            elif row == JUMPS:
                limit = float(self._last[column])
            found.append(Finding(ROWS[row], leg, chamber, value, limit, detail))
        return found

    def _held(self) -> list[Finding]:
        """Return the chambers that were compressed for too long.

        Releases only put the deadline off, so it is looked at only when it has come.
        """
        ends = self._released + self._max_hold
        self._deadline = float(ends.min())
        late: Flags = self.times > ends
        return [
            Finding(
                "time-at-pressure",
                *self._places[column],
                float(self.times[column] - self._released[column]),
                float(self._max_hold[column]),
            )
            for column in np.nonzero(late)[0].tolist()
        ]
