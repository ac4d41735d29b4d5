"""The rhythm of the ticks, and how punctual they are."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.station.runner import PERIOD

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from numpy.typing import NDArray

    from openpresso.session import JSON
    from openpresso.station.clock import WallClock

KEPT: Final = 12000
"""Times that are looked back on: ten minutes of ticks."""


class Processor:
    """What the processor did for the thread that makes this: why a tick was late.

    Where the system does not tell it, nothing is known.
    """

    def __init__(self) -> None:
        """Begin to count."""
        self._file = -1
        with contextlib.suppress(OSError):
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        self._before = self._read()

    def since(self) -> tuple[float, float]:
        """Return for how long the thread computed and waited for a processor since the last call.

        [s]; both 0 where it is not known.
        """
        before, self._before = self._before, self._read()
        return self._before[0] - before[0], self._before[1] - before[1]

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read(self) -> tuple[float, float]:
        if self._file < 0:
            return 0.0, 0.0
        computed, waited, *_ = os.pread(self._file, 100, 0).split()
        return int(computed) * 1e-9, int(waited) * 1e-9


class Lateness:
    """By how much the newest ticks were late, and how many were left out."""

    def __init__(self) -> None:
        """Begin without a tick."""
        self._ring: NDArray[np.float64] = np.zeros(KEPT)
        self.count = 0
        """Ticks since the start."""
        self.skipped = 0
        """Ticks left out because an earlier one came too late."""

    def add(self, late: float, skipped: int) -> None:
        """Note that a tick was `late` [s] and that `skipped` ticks before it were left out."""
        self._ring[self.count % KEPT] = late
        self.count += 1
        self.skipped += skipped

    def newest(self, count: int = KEPT) -> NDArray[np.float64]:
        """Return by how much each of the newest `count` ticks was late [s], oldest first."""
        kept = min(self.count, count, KEPT)
        return self._ring[np.arange(self.count - kept, self.count) % KEPT]

    def told(self) -> dict[str, JSON]:
        """Return count, left-out ticks, and quantiles of the newest [ms]."""
        kept = self.newest() * 1000.0
        if not len(kept):
            return {"count": 0, "skipped": 0}
        p50, p99, p999 = np.percentile(kept, [50.0, 99.0, 99.9]).tolist()
        return {
            "count": self.count,
            "skipped": self.skipped,
            "late_p50": round(p50, 3),
            "late_p99": round(p99, 3),
            "late_p999": round(p999, 3),
            "late_max": round(float(kept.max()), 3),
        }


@dataclass(frozen=True, slots=True)
class Lost:
    """Why ticks were left out; all in [s]."""

    late: float
    """By how much the tick after them was late."""
    computed: float
    """For how long the thread computed since the tick before."""
    waited: float
    """For how long it waited for a processor."""


async def ticks(
    clock: WallClock, begin: float, lateness: Lateness
) -> AsyncGenerator[tuple[float, Lost | None]]:
    """Give the instant [s] of each tick when it has come, every `PERIOD` from `begin` [s].

    Ticks that come too late by a period or more are left out and counted, never made up for; with
    the next one comes why.
    """
    due = begin
    processor = Processor()
    try:
        while True:
            await clock.until(due)
            late = clock.now() - due
            skipped = int(late / PERIOD)
            lateness.add(late, skipped)
            due += skipped * PERIOD
            computed, waited = processor.since()
            yield due, Lost(late, computed, waited) if skipped else None
            due += PERIOD
    finally:
        processor.close()
