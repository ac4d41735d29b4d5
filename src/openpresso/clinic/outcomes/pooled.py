"""All clients together: the mean of what each one changed, with an interval by Student's t.

This two-stage way held its 95 % at every number of clients from 5 to 30 in simulation, where a
mixed model with slopes that are all alike held 82 to 87 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from openpresso.clinic.measures.error import quantile

FEWEST: int = 10
"""Clients below which figures are shown and nothing is concluded."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over clients with its 95 % interval.

    Parameters
    ----------
    n
        Clients.
    mean, low, high
        In the unit of the kind; no interval with fewer than two.
    """

    n: int
    mean: float
    low: float | None
    high: float | None


def two_stage(n: int, total: float, squares: float) -> Mean | None:
    """Return the mean over clients of what each changed, from sums.

    mean +- t(n - 1) s / sqrt(n)

    Parameters
    ----------
    n
        Clients.
    total, squares
        Sum of their changes, and of the squares.

    Returns
    -------
    Mean | None
        None without a client.
    """
    if n < 1:
        return None
    mean = total / n
    if n == 1:
        return Mean(n, mean, None, None)
    variance = max(squares - n * mean * mean, 0.0) / (n - 1)
    half = quantile(n - 1) * math.sqrt(variance / n)
    return Mean(n, mean, mean - half, mean + half)


def of_changes(changes: list[float]) -> Mean | None:
    """Return the mean of changes, one for each client."""
    centre = sum(changes) / len(changes) if changes else 0.0
    shifted = [one - centre for one in changes]  # large values would lose digits in the squares
    found = two_stage(len(changes), sum(shifted), sum(one * one for one in shifted))
    if found is None:
        return None
    low, high = (None if one is None else one + centre for one in (found.low, found.high))
    return Mean(found.n, found.mean + centre, low, high)
