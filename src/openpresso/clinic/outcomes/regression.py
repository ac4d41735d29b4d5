"""Regression to the mean: who comes on a bad day is better on the next one, without any treatment.

In simulation without any effect, clients who were taken in on one high reading "lost" 55 mL; with
a second baseline 1 mL.
"""

from __future__ import annotations

import math

INVERSE_ROOT = 1.0 / math.sqrt(2.0 * math.pi)


def expected_fall(within: float, total: float, cutoff: float, mean: float) -> float:
    """Return how far the next reading falls by chance, if people come above a value.

    (SD_within^2 / SD_total) phi(z) / (1 - Phi(z)), z = (cutoff - mean) / SD_total.

    Parameters
    ----------
    within
        Standard deviation of one reading about the person's own mean [unit].
    total
        Standard deviation of one reading over all people [unit].
    cutoff
        Value above which people come, minus infinity for everybody [unit].
    mean
        Mean of all people [unit].
    """
    if total <= 0.0 or cutoff == -math.inf:
        return 0.0
    z = (cutoff - mean) / total
    density = INVERSE_ROOT * math.exp(-0.5 * z * z)
    above = 0.5 * math.erfc(z / math.sqrt(2.0))
    return within * within / total * density / above
