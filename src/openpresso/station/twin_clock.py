"""The time of a twin that lives in the same process."""

from __future__ import annotations

import time

from openpresso.twin.kernel import TICK
from openpresso.twin.twin import Twin


class TwinClock:
    """The time of a twin: waiting advances it.

    Parameters
    ----------
    twin
        The twin that lives by this clock.
    realtime
        Also wait for the computer's own clock, so that a second takes a second.
    """

    def __init__(self, twin: Twin, *, realtime: bool = False) -> None:
        """Begin at the twin's time."""
        self._twin = twin
        self._ticks = round(twin.time / TICK)
        self._origin = time.monotonic() - twin.time if realtime else None
        self.advancing = 0.0
        """Time that the twin took [s]."""

    def now(self) -> float:
        """Time of the twin [s]."""
        return self._ticks * TICK

    def wait_until(self, instant: float) -> None:
        """Advance the twin to `instant` [s], and in real time wait until it has come."""
        ticks = round(instant / TICK) - self._ticks
        if self._origin is not None:
            time.sleep(max(self._origin + instant - time.monotonic(), 0.0))
        if ticks > 0:
            began = time.perf_counter()
            self._twin.advance(ticks)
            self.advancing += time.perf_counter() - began
            self._ticks += ticks
