"""How many keep their gain: counts at 12 and 26 weeks, the unseen apart, and a curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpresso.clinic.outcomes import weibull

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.outcomes.weibull import Lasting

WEEKS: Final = (12, 26)
"""Weeks after the end at which it is told [w]."""
SLACK: Final = 14
"""A visit this many days early or late still counts for its week [d]."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Who still had the gain some weeks after the end, among those who had one.

    Parameters
    ----------
    weeks
        Weeks after the end [w].
    kept, lost, missing
        Still had it, had lost it, not seen then: the three add up to all who had a gain.
    share, low, high
        Share that kept it by the curve with its 95 % interval; None without a curve.
    """

    weeks: int
    kept: int
    lost: int
    missing: int
    share: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def total(self) -> int:
        """All who had a gain."""
        return self.kept + self.lost + self.missing

    @property
    def at_risk(self) -> int:
        """Those who were seen then and had not lost it."""
        return self.kept

    @property
    def complete_case(self) -> float | None:
        """Share of those who were seen; None when nobody was."""
        seen = self.kept + self.lost
        return self.kept / seen if seen else None

    @property
    def worst_case(self) -> float | None:
        """Share if all who were not seen had lost it; None when nobody had a gain."""
        return self.kept / self.total if self.total else None


def at(losses: Mapping[tuple[str, int, int | None], int], weeks: int) -> Kept:
    """Count who kept a gain until some weeks after the end.

    Parameters
    ----------
    losses
        Number by (state, last day it was there, day by which it was lost).
    weeks
        Weeks after the end [w].
    """
    kept = lost = missing = 0
    for (state, after, before), count in losses.items():
        if state == "no clear gain":
            continue
        if before is not None and before <= 7 * weeks + SLACK:
            lost += count
        elif after >= 7 * weeks - SLACK:
            kept += count
        else:
            missing += count
    return Kept(weeks, kept, lost, missing)


def curve(
    losses: Mapping[tuple[str, int, int | None], int],
) -> tuple[Lasting | None, tuple[Kept, ...]]:
    """Return the curve of the gains, in weeks, and the counts with its shares.

    Parameters
    ----------
    losses
        As in `at`.
    """
    seen = [(key, count) for key, count in losses.items() if key[0] in {"kept", "lost"}]
    left = [key[1] / 7.0 for key, _ in seen]
    right = [math.inf if key[2] is None else key[2] / 7.0 for key, _ in seen]
    weight = [float(count) for _, count in seen]
    fitted = weibull.fit(left, right, weight) if seen else None
    counts = tuple(at(losses, weeks) for weeks in WEEKS)
    if fitted is None:
        return None, counts
    shown = []
    for one in counts:
        bounds = weibull.kept_interval(left, right, weight, float(one.weeks), best=fitted)
        low, high = bounds or (None, None)
        share = fitted.kept(one.weeks)
        shown.append(Kept(one.weeks, one.kept, one.lost, one.missing, share, low, high))
    return fitted, tuple(shown)
