"""How long things take: repeated, and told as median, least and most."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity measured several times."""

    median: float
    least: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up measured values."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    def per(self, amount: float) -> Spread:
        """Return `amount` per this: a speed from a duration."""
        return Spread(amount / self.median, amount / self.most, amount / self.least, self.runs)

    def times(self, factor: float) -> Spread:
        """Return this in another unit."""
        return Spread(self.median * factor, self.least * factor, self.most * factor, self.runs)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    table: str
    what: str
    unit: str
    value: Spread
    target: str = ""
    note: str = ""


def exactly(value: float) -> Spread:
    """Return a quantity that does not vary from run to run."""
    return Spread(value, value, value, 1)


def timed(runs: int, prepare: Callable[[], Callable[[], object]]) -> Spread:
    """Time what `prepare` returns, several times; the preparation does not count [s]."""
    walls = []
    for _ in range(runs):
        work = prepare()
        began = time.perf_counter()
        work()
        walls.append(time.perf_counter() - began)
    return Spread.of(walls)


def digits(value: float) -> str:
    """Return a number with three digits that count."""
    if value >= 100.0:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value == 0.0 or value >= 0.001 else f"{value:.1e}"
