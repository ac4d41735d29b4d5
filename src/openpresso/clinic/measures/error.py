"""The error of a measurement: from repeated readings, and the smallest difference it allows."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

TWO_SIDED: Final = 1.96
"""Quantile of the normal distribution for 95 %."""
ACCEPTED: Final = 0.01
"""A rater is accepted below this scaled SEM: 0.64 % found for trained raters on legs (Tidhar
2015, PMC4695859), which proposes 1 %."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """What repeated readings of one limb say about the rater.

    Parameters
    ----------
    sem
        Standard error of one reading [unit of the kind, or share of the mean].
    low, high
        Its 95 % interval.
    n
        Readings.
    accepted
        Whether it is below what is asked of a rater; None for kinds without such a rule.
    """

    sem: float
    low: float
    high: float
    n: int
    accepted: bool | None


def from_repeats(values: Sequence[float], *, relative: bool) -> Repeats:
    """Return the error of a rater from repeated readings of one limb.

    SEM is the standard deviation s of the n readings; (n - 1) s^2 / sigma^2 is chi-squared.

    Parameters
    ----------
    values
        Three or more readings; ten are asked for.
    relative
        Whether the error is told as a share of the mean.

    Raises
    ------
    InputError
        If there are fewer than three, or a relative error of readings that are not positive.
    """
    n = len(values)
    if n < 3 or not all(math.isfinite(one) for one in values):
        message = f"{n} readings; allowed are three or more numbers"
        raise InputError.one("values", "too-few-readings", message, hint="Measure ten times.")
    mean = statistics.fmean(values)
    if relative and min(values) <= 0.0:
        message = f"a reading of {min(values):g}; allowed is more than 0"
        raise InputError.one("values", "not-positive", message, hint="Correct the reading.")
    from scipy.special import chdtri

    sem = statistics.stdev(values) / (mean if relative else 1.0)
    low, high = (sem * math.sqrt((n - 1) / float(chdtri(n - 1, p))) for p in (0.025, 0.975))
    return Repeats(sem, low, high, n, sem < ACCEPTED if relative else None)


def smallest_real_difference(
    sem: float, before: int = 1, after: int = 1, *, freedom: int | None = None
) -> float:
    """Return the smallest difference of two means of readings that is real with 95 % confidence.

    q (SEM^2 / before + SEM^2 / after)^0.5 with q = 1.96, or the quantile of Student's t where
    the SEM itself comes from few repeats.

    Parameters
    ----------
    sem
        Standard error of one reading, in any unit.
    before, after
        Number of readings in each mean.
    freedom
        Degrees of freedom of the SEM; None: it is taken as known.

    Raises
    ------
    InputError
        If a count is below one.
    """
    if min(before, after) < 1:
        message = f"means of {before} and {after} readings; allowed is one or more"
        raise InputError.one("readings", "no-readings", message)
    return quantile(freedom) * sem * math.sqrt(1.0 / before + 1.0 / after)


def quantile(freedom: int | None) -> float:
    """Return how many standard errors hold 95 %; 1.96 where the error is known."""
    if freedom is None:
        return TWO_SIDED
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))
