"""How long the exchanges of a link took, for the benchmark and for a person who looks."""

from __future__ import annotations

from typing import Final

import numpy as np

KEPT: Final = 1024
"""Round trips that are kept: 51 s at 20 Hz."""


class RoundTrips:
    """Counts exchanges, and keeps the times of the last ones."""

    def __init__(self) -> None:
        """Begin with none."""
        self.exchanges = 0
        """Exchanges that were answered."""
        self.failures = 0
        """Exchanges that failed, and attempts to connect that did."""
        self._times = np.full(KEPT, np.nan)

    def took(self, seconds: float) -> None:
        """Note an exchange that was answered after so long [s]."""
        self._times[self.exchanges % KEPT] = seconds * 1000.0
        self.exchanges += 1

    def share(self, percent: float) -> float:
        """Return the time that so many percent of the last exchanges needed at most [ms].

        NaN before the first.
        """
        known = self._times[: min(self.exchanges, KEPT)]
        return float(np.percentile(known, percent)) if known.size else float("nan")

    @property
    def p50(self) -> float:
        """Median of the last round trips [ms]."""
        return self.share(50.0)

    @property
    def p99(self) -> float:
        """Time that 99 % of the last round trips needed at most [ms]."""
        return self.share(99.0)
