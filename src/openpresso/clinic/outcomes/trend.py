"""The trend of one client's readings: a line, and a band for the error of measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpresso.clinic.measures.error import TWO_SIDED, quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST = 3
"""Readings that a line needs."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through readings. It describes them and forecasts nothing.

    Parameters
    ----------
    start
        The line at day 0 [unit].
    slope, low, high
        Change in a week, and its 95 % interval [unit/week].
    band
        Half-width of the band that holds 95 of 100 readings if the line is true [unit]; None:
        the error of a reading is unknown.
    """

    start: float
    slope: float
    low: float
    high: float
    band: float | None

    def at(self, day: float) -> float:
        """Return the line at a day."""
        return self.start + self.slope * day / 7.0


def trend(days: Sequence[float], values: Sequence[float], sem: float | None) -> Trend | None:
    """Return the least-squares line through readings.

    The slope's interval takes the larger of two errors, that of measurement and that of the
    scatter about the line, because readings that follow each other are alike and the scatter
    alone would look too small (Tang and Landes, arXiv 1904.01622).

    Parameters
    ----------
    days, values
        When, and what was read.
    sem
        Standard error of one reading [unit]; None: unknown.

    Returns
    -------
    Trend | None
        None with fewer than three readings, or all on one day.
    """
    n = len(days)
    if n < FEWEST or max(days) == min(days):
        return None
    middle, mean = sum(days) / n, sum(values) / n
    spread = sum((day - middle) ** 2 for day in days)
    slope = sum((d - middle) * (v - mean) for d, v in zip(days, values, strict=True)) / spread
    start = mean - slope * middle
    misses = [v - start - slope * d for d, v in zip(days, values, strict=True)]
    scatter = math.sqrt(sum(miss * miss for miss in misses) / (n - 2))
    half = quantile(n - 2) * scatter
    if sem is not None:
        half = max(half, TWO_SIDED * sem)
    half /= math.sqrt(spread)
    band = TWO_SIDED * sem if sem is not None else None
    return Trend(start, 7.0 * slope, 7.0 * (slope - half), 7.0 * (slope + half), band)
