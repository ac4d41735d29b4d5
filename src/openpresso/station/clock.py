"""The station's clock: monotonic, injected, and the only thing that waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Says what time it is and waits until another."""

    def now(self) -> float:
        """Monotonic time [s]."""

    def wait_until(self, instant: float) -> None:
        """Return when `instant` [s] has come."""


class WallClock:
    """The computer's monotonic clock: setting the time of day does not move it.

    Parameters
    ----------
    monotonic
        What counts [s].
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take up the clock."""
        self.now = monotonic

    def wait_until(self, instant: float) -> None:
        """Return when `instant` [s] has come."""
        time.sleep(max(instant - self.now(), 0.0))

    async def until(self, instant: float) -> None:
        """Return when `instant` [s] has come, and let others work meanwhile."""
        # Even when it is late: whoever else waits must have its turn.
        await asyncio.sleep(max(instant - self.now(), 0.0))
