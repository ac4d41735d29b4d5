"""Relapse: when a gain was lost, known only to lie between two visits.

Lost is at least half of the gain, and more than the smallest real difference; the first half is
the rule of Vignes, the second keeps noise out. Only who had gained more than the error can lose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARE: Final = 0.5
"""Share of the gain that must be lost."""

State = Literal["no clear gain", "not seen again", "kept", "lost"]


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known about one gain.

    Parameters
    ----------
    state
        `no clear gain`, so nothing to lose; `not seen again` after the end; `kept` until the last
        visit; `lost`.
    after
        Last day after the end at which it was still there [d].
    before
        Day by which it was lost [d]; infinite while it is kept.
    """

    state: State
    after: float
    before: float


def loss(
    gain: float | None,
    srd: float | None,
    end: float,
    follow_ups: Sequence[tuple[float, float]],
    *,
    way: int,
    srd_later: float | None,
) -> Loss:
    """Return whether and when a gain was lost.

    Parameters
    ----------
    gain, srd
        Gain over the course, more is better, and its smallest real difference; None: unknown.
    end
        Mean at the end of the course.
    follow_ups
        Day after the end and value of each later visit, in order.
    way
        1 where higher is better, -1 where lower is.
    srd_later
        Smallest real difference between the end and one later visit; None: unknown.
    """
    if gain is None or srd is None or srd_later is None or gain <= srd:
        return Loss("no clear gain", 0.0, math.inf)
    if not follow_ups:
        return Loss("not seen again", 0.0, math.inf)
    kept_until = 0.0
    for day, value in follow_ups:
        lost = way * (end - value)
        if lost >= SHARE * gain and lost > srd_later:
            return Loss("lost", kept_until, day)
        kept_until = day
    return Loss("kept", kept_until, math.inf)
