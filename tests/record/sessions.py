"""Short sessions to record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from openpresso.record import Recorder

CHAMBERS = 4
TICK = 0.05


def header_of(legs: dict[str, int], **more: object) -> dict[str, Any]:
    cuffs = {
        leg: {
            "name": f"leg-{n}",
            "limb": "leg",
            "chambers": [
                {"number": i + 1, "level": 10.0 + 70.0 * i / n, "length": 70.0 / n + 2.0}
                for i in range(n)
            ],
        }
        for leg, n in legs.items()
    }
    return {
        "started_at": "2026-11-22T09:30:00Z",
        "device": "twin",
        "program": {"name": "test-program", "version": 1, "title": "A test program"},
        "cuffs": cuffs,
        "ceiling": 60.0,
        "planned": 30.0,
        **more,
    }


def cycle(time: float, chambers: int, period: float = 10.0) -> np.ndarray:
    """Cumulative filling: chamber n rises at second n, all are vented at second 8."""
    phase = time % period
    targets = 50.0 - 5.0 * np.arange(chambers)
    rising = np.clip(phase - np.arange(chambers) * 6.0 / chambers, 0.0, 1.0)
    return np.full(chambers, np.nan) if phase >= 8.0 else targets * rising


def play(recorder: Recorder, legs: dict[str, int], seconds: float, start: float = 0.0) -> None:
    """Record some seconds at 20 Hz with the pressure a little below the set-point."""
    for tick in range(round(seconds / TICK)):
        time = start + tick * TICK
        for leg, chambers in legs.items():
            wanted = cycle(time, chambers)
            got = np.nan_to_num(wanted) * 0.98
            recorder.frame(time, leg, wanted, got, np.full(chambers, 0.5))
