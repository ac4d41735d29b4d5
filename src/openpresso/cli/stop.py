"""The end of a verb that runs until it is told to stop."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any, Final, Self

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Ctrl-C or SIGTERM as something to wait for, while it is the context."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self._began = time.monotonic()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._take) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def comes_before(self, instant: float) -> bool:
        """Wait until `instant` [s after `begin`], and tell whether the stop came first."""
        return self._came.wait(max(self._began + instant - time.monotonic(), 0.0))

    def wait(self) -> None:
        """Wait for the stop."""
        self._came.wait()

    def begin(self) -> None:
        """Count instants from now."""
        self._began = time.monotonic()

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self._came.set()
