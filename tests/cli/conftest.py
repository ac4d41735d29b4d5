"""A closed record of a short session, made by the recorder itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from openpresso.record import Recorder

HEADER = {
    "started_at": "2026-11-22T09:30:00Z",
    "device": "twin",
    "program": {"name": "gradient-drainage", "title": "Gradient drainage"},
    "cuffs": {
        leg: {"name": "leg-4", "chambers": [{"number": n + 1} for n in range(4)]}
        for leg in ("left", "right")
    },
    "ceiling": 60.0,
}


def write_record(folder: Path, outcome: str = "delivered", reason: str = "") -> Path:
    """Write a record of 30 s, both legs with four chambers held at 40 mmHg and falling."""
    recorder = Recorder(folder, HEADER, {"left": 4, "right": 4}, clock=lambda: 0.0)
    set_points = np.array([40.0, 35.0, 30.0, np.nan])
    recorder.event(0.0, "state", None, {"state": "running"})
    for tick in range(600):
        for leg in ("left", "right"):
            pressures = np.array([39.0, 35.5, 30.0, 0.2])
            recorder.frame(0.05 * tick, leg, set_points, pressures, np.zeros(4))
    recorder.event(30.0, "state", None, {"state": "done"})
    return recorder.close(outcome, reason, {"hold_error_p95": 1.0})


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return write_record(tmp_path / "sessions" / "one")
