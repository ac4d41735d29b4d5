"""The verdict on one client: better, worse or no clear change, only beyond the measurement's error.

The interval of the change is change +- SRD, so that a verdict is given exactly when the interval
leaves out no change. Under no change at all it is wrong in 5 of 100.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from openpresso.clinic.measures.error import smallest_real_difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpresso.clinic.measures.kind import Direction

Word = Literal["better", "no clear change", "worse", "cannot say"]
Why = Literal[
    "", "no-baseline", "one-baseline", "no-end", "not-ended", "unknown-error", "no-direction"
]
NEEDED: Final = 2
"""Baselines on different days that a verdict needs: one alone may have been a high one."""
LAST: Final = 2
"""Readings at the end whose mean counts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What can be said about a change.

    Parameters
    ----------
    verdict
        The word.
    why
        Code of what is missing when it is `cannot say`.
    baseline, end
        Means; None: no reading.
    change
        End less baseline, in the unit of the kind.
    gain
        The change counted so that more is better; None where no direction is better.
    srd
        Smallest real difference of these means; None: unknown.
    baselines, ends
        Number of days in each mean.
    """

    verdict: Word
    why: Why
    baseline: float | None
    end: float | None
    change: float | None
    gain: float | None
    srd: float | None
    baselines: int
    ends: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the change from the error of measurement; None: unknown."""
        if self.change is None or self.srd is None:
            return None
        return self.change - self.srd, self.change + self.srd


def sign(direction: Direction) -> int:
    """Return 1 where higher is better, -1 where lower is, 0 where neither."""
    return {"higher-is-better": 1, "lower-is-better": -1, "neither": 0}[direction]


def judge(
    baselines: Sequence[float],
    ends: Sequence[float],
    *,
    direction: Direction,
    sem: float | None,
    relative: bool = False,
    freedom: int | None = None,
) -> Judged:
    """Judge a change from baseline to end.

    Parameters
    ----------
    baselines, ends
        One value for each day, in the order of the days.
    direction
        Which way is better.
    sem
        Standard error of one reading [unit, or share of the baseline when relative]; None:
        unknown.
    relative
        Whether the error is a share.
    freedom
        Degrees of freedom of the error; None: taken as known.
    """
    last = list(ends)[-LAST:]
    before = statistics.fmean(baselines) if baselines else None
    after = statistics.fmean(last) if last else None
    if before is None or after is None:
        why: Why = "no-baseline" if before is None else "no-end"
        return Judged("cannot say", why, before, after, None, None, None, len(baselines), len(last))
    change = after - before + 0.0
    error = sem * abs(before) if relative and sem is not None else sem
    srd = None
    if error is not None:
        srd = smallest_real_difference(error, len(baselines), len(last), freedom=freedom)
    way = sign(direction)
    gain = way * change + 0.0 if way else None
    word, why = _word(gain, srd, len(baselines))
    return Judged(word, why, before, after, change, gain, srd, len(baselines), len(last))


def _word(gain: float | None, srd: float | None, baselines: int) -> tuple[Word, Why]:
    """Return the verdict, and what is missing where there is none."""
    if baselines < NEEDED:
        return "cannot say", "one-baseline"
    if srd is None:
        return "cannot say", "unknown-error"
    if gain is None:
        return "cannot say", "no-direction"
    if abs(gain) <= srd:
        return "no clear change", ""
    return ("better" if gain > 0 else "worse"), ""
