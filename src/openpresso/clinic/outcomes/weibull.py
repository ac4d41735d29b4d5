"""How long a gain lasts: a Weibull curve from intervals, because a loss is seen only at visits.

S(t) = exp(-(t / scale)^shape). A loss between two visits has the likelihood S(left) - S(right), a
gain still kept at the last visit S(left). Taking the visit for the day of the loss flatters: with
visits at 4, 12, 26 and 52 weeks a true median of 10.3 weeks read 14.6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_LOSSES = 3
"""Losses below which no curve is drawn."""
HALF_CHI = 1.9207
"""Half the 95 % quantile of chi-squared with one degree of freedom."""
SHAPES = (0.15, 8.0)
"""Shapes that are looked at."""
TOLERANCE = 1e-4
"""Of the ends of an interval, as a share or as a logarithm of time."""
FINE = {"xatol": 1e-3}
"""Of the logarithm of a shape; near its best value the likelihood is flat."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """A fitted curve.

    Parameters
    ----------
    scale, shape
        Of the Weibull law; the scale in the unit of the times.
    losses
        Number of losses it rests on.
    """

    scale: float
    shape: float
    losses: float

    @property
    def median(self) -> float:
        """Time at which half have lost it."""
        return self.scale * math.pow(math.log(2.0), 1.0 / self.shape)

    def kept(self, time: float) -> float:
        """Return the share that still has it at a time."""
        return math.exp(-((time / self.scale) ** self.shape))


def fit(
    left: Sequence[float], right: Sequence[float], weight: Sequence[float] | None = None
) -> Lasting | None:
    """Fit a curve to intervals by maximum likelihood.

    Parameters
    ----------
    left, right
        Last time it was seen, and time by which it was lost (infinite: not yet).
    weight
        How many have each interval; one each if not given.

    Returns
    -------
    Lasting | None
        None where fewer than `FEWEST_LOSSES` were lost, or the law cannot be found.
    """
    from scipy.optimize import minimize

    likelihood = _Likelihood.of(left, right, weight)
    if likelihood.losses < FEWEST_LOSSES:
        return None
    start = [math.log(likelihood.middle), 0.0]
    found = minimize(lambda x: -likelihood(x[0], x[1]), start, method="Nelder-Mead")
    shape = math.exp(found.x[1])
    if not found.success or not SHAPES[0] < shape < SHAPES[1]:
        return None
    return Lasting(math.exp(found.x[0]), shape, likelihood.losses)


def kept_interval(
    left: Sequence[float],
    right: Sequence[float],
    weight: Sequence[float] | None,
    time: float,
    *,
    best: Lasting | None = None,
) -> tuple[float, float] | None:
    """Return the 95 % interval of the share that keeps its gain until a time.

    By the profile of the likelihood: shares that the data like nearly as well as the best one.

    Parameters
    ----------
    left, right, weight
        As in `fit`.
    time
        The time.
    best
        The curve, if it was fitted already.
    """
    best = best or fit(left, right, weight)
    if best is None:
        return None
    likelihood = _Likelihood.of(left, right, weight)
    top = likelihood(math.log(best.scale), math.log(best.shape))
    centre = min(max(best.kept(time), 1e-6), 1.0 - 1e-6)

    def short(share: float) -> float:
        return likelihood.profile(share, time) - top + HALF_CHI

    return _edge(short, centre, 1e-9), _edge(short, centre, 1.0 - 1e-9)


def median_interval(
    left: Sequence[float], right: Sequence[float], weight: Sequence[float] | None = None
) -> tuple[float, float] | None:
    """Return the 95 % interval of the median time, by the profile of the likelihood."""
    best = fit(left, right, weight)
    if best is None:
        return None
    likelihood = _Likelihood.of(left, right, weight)
    top = likelihood(math.log(best.scale), math.log(best.shape))

    def short(log_time: float) -> float:
        return likelihood.profile(0.5, math.exp(log_time)) - top + HALF_CHI

    middle = math.log(best.median)
    low, high = (_edge(short, middle, middle + step) for step in (-4.0, 4.0))
    return math.exp(low), math.exp(high)


def _edge(short: Callable[[float], float], centre: float, end: float) -> float:
    """Return where a function crosses zero between the centre and an end; else the end."""
    from scipy.optimize import brentq

    return end if short(end) > 0.0 else float(brentq(short, centre, end, xtol=TOLERANCE))


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Log-likelihood of intervals."""

    left: Floats
    right: Floats
    weight: Floats

    @classmethod
    def of(
        cls, left: Sequence[float], right: Sequence[float], weight: Sequence[float] | None
    ) -> _Likelihood:
        many = np.ones(len(left)) if weight is None else np.asarray(weight, dtype=float)
        return cls(np.asarray(left, dtype=float), np.asarray(right, dtype=float), many)

    @property
    def losses(self) -> float:
        return float(self.weight[np.isfinite(self.right)].sum())

    @property
    def middle(self) -> float:
        """A time in the middle of what was seen, to begin with."""
        seen = np.where(np.isfinite(self.right), (self.left + self.right) / 2.0, self.left)
        return max(float(np.average(seen, weights=self.weight)), 1e-3)

    def __call__(self, log_scale: float, log_shape: float) -> float:
        shape = math.exp(min(log_shape, 5.0))
        with np.errstate(over="ignore", divide="ignore"):
            low = np.exp(shape * (np.log(self.left) - log_scale))
            high = np.exp(shape * (np.log(self.right) - log_scale))
            # log(S(l) - S(r)) = -H(l) + log(1 - exp(H(l) - H(r))), with H(inf) = inf
            inside = np.where(np.isfinite(self.right), high - low, np.inf)
            terms = -low + np.log(-np.expm1(-inside))
        total = float(np.sum(self.weight * terms))
        return total if math.isfinite(total) else -1e12

    def profile(self, share: float, time: float) -> float:
        """Return the best log-likelihood of all laws whose share at a time is this one."""
        from scipy.optimize import minimize_scalar

        hazard = math.log(-math.log(share))

        def miss(log_shape: float) -> float:
            return -self(math.log(time) - hazard / math.exp(log_shape), log_shape)

        bounds = (math.log(SHAPES[0]), math.log(SHAPES[1]))
        return -float(minimize_scalar(miss, bounds=bounds, method="bounded", options=FINE).fun)
