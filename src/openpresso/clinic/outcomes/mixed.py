"""The linear mixed model beside the two-stage mean: all readings, each client with an own slope.

Raw millilitres made it fail to converge in half of the runs, so outcome and time are scaled; its
intervals take t(n - 1), because those of the normal law are too narrow for few clients.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openpresso.clinic.measures.error import quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

METHODS = ("lbfgs", "powell")
"""Ways to search, tried in this order."""
FEWEST_CLIENTS = 3


@dataclass(frozen=True, slots=True)
class Modelled:
    """What the model says.

    Parameters
    ----------
    n
        Clients.
    change, low, high
        Mean change from the start to the end of the course, and its interval [unit]; None where
        the model did not converge.
    said
        How it went, in a sentence.
    """

    n: int
    change: float | None
    low: float | None
    high: float | None
    said: str


def model(client: Sequence[int], time: Sequence[float], value: Sequence[float]) -> Modelled:
    """Fit value ~ time with a random intercept and a random slope for each client.

    Parameters
    ----------
    client, time, value
        One for each reading; time runs from 0 at the start to 1 at the end of the course.
    """
    who, when = np.asarray(client), np.asarray(time, dtype=float)
    read = np.asarray(value, dtype=float)
    n = len(np.unique(who))
    spread = float(read.std(ddof=1)) if len(read) > 1 else 0.0
    if n < FEWEST_CLIENTS or spread == 0.0 or np.ptp(when) == 0.0:
        return Modelled(n, None, None, None, "too few readings for a mixed model")
    design = np.column_stack([np.ones_like(when), when])
    for method in METHODS:
        slope, error = _search((read - read.mean()) / spread, design, who, method)
        if math.isfinite(slope) and math.isfinite(error) and error > 0.0:
            half = quantile(n - 1) * error * spread
            change = slope * spread
            return Modelled(n, change, change - half, change + half, f"converged by {method}")
    said = "the mixed model did not converge; the mean of the clients' changes stands alone"
    return Modelled(n, None, None, None, said)


def _search(
    scaled: np.ndarray, design: np.ndarray, who: np.ndarray, method: str
) -> tuple[float, float]:
    """Return slope and standard error; not-a-number where the search did not converge."""
    from statsmodels.regression.mixed_linear_model import (
        MixedLM,
    )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is read from `converged`
        try:
            fitted = MixedLM(scaled, design, groups=who, exog_re=design).fit(
                reml=True, method=method
            )
        except (np.linalg.LinAlgError, ValueError):
            return math.nan, math.nan
        if not fitted.converged:
            return math.nan, math.nan
        return float(fitted.fe_params[1]), float(fitted.bse_fe[1])
