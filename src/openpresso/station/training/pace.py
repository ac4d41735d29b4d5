"""Time in a simulation: the twin's for the cuffs, the clock's for people."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from openpresso.station.clock import WallClock
from openpresso.station.seat import Seat
from openpresso.twin.kernel import TICK
from openpresso.twin.twin import Twin

FASTEST: Final = 20.0
"""Fastest pace: so many seconds of the twin in one of the clock."""
BEHIND: Final = 0.25
"""What is further behind than this is not made up for [s]."""


class TrainingClock(WallClock):
    """The time of a twin: waiting advances it, at a pace.

    It is never late. A computer that cannot keep the pace makes the twin slower, so that deadlines
    and leases mean the same at every pace.

    Parameters
    ----------
    twin
        The twin that lives by this clock.
    """

    def __init__(self, twin: Twin) -> None:
        """Begin at the twin's time, at the pace of the clock."""
        super().__init__(self._time)
        self._twin = twin
        self._ticks = round(twin.time / TICK)
        self._due = time.monotonic()
        self.pace = 1.0
        """Seconds of the twin in one second of the clock."""

    def _time(self) -> float:
        """Time of the twin [s]."""
        return self._ticks * TICK

    async def until(self, instant: float) -> None:
        """Advance the twin to `instant` [s] when it has come."""
        ticks = round(instant / TICK) - self._ticks
        if ticks <= 0:
            await asyncio.sleep(0.0)
            return
        wall = time.monotonic()
        self._due = max(self._due + ticks * TICK / self.pace, wall - BEHIND)
        await asyncio.sleep(max(self._due - wall, 0.0))
        self._twin.advance(ticks)
        self._ticks += ticks


class TrainingSeat(Seat):
    """The control seat by the computer's own clock: browsers do not live in the twin's time."""

    def take(self, name: str, now: float, *, force: bool = False) -> str:  # noqa: ARG002 -- the twin's
        """Take the seat; see `Seat.take`."""
        return super().take(name, time.monotonic(), force=force)

    def beat(self, token: str, now: float) -> None:  # noqa: ARG002 -- the twin's
        """Show that the holder is there."""
        super().beat(token, time.monotonic())

    def silent_for(self, now: float) -> float:  # noqa: ARG002 -- the twin's
        """Return for how long no holder has been heard of [s]."""
        return super().silent_for(time.monotonic())
