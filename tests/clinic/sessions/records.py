"""Short records, made by the recorder itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openpresso.record import Recorder

if TYPE_CHECKING:
    from numpy.typing import NDArray

STARTED = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
CHAMBERS = 4


def make_record(
    folder: Path,
    *,
    client: str = "C-000001",
    program: str = "heavy-legs",
    started: dt.datetime = STARTED,
    seconds: float = 30.0,
    outcome: str = "delivered",
    legs: tuple[str, ...] = ("left", "right"),
    fitted: tuple[str, ...] = ("left", "right"),
) -> Path:
    """Write a closed record of some seconds: 50 mmHg at the foot, 5 mmHg less per chamber."""
    sizes = dict.fromkeys(legs, CHAMBERS)
    cuff = {"name": "leg-4", "limb": "leg", "chambers": [_chamber(n) for n in range(CHAMBERS)]}
    header = {
        "started_at": started.isoformat(),
        "device": "twin",
        "program": {"name": program, "version": 1, "title": program},
        "cuffs": dict.fromkeys(legs, cuff),
        "ceiling": 60.0,
        "planned": seconds,
        "client": client,
    }
    recorder = Recorder(folder, header, sizes)
    for leg in fitted:
        recorder.event(0.0, "fit-test", leg, {"passed": True})
    recorder.event(0.0, "state", None, {"state": "running", "before": "ready"})
    for tick in range(round(seconds * 20)):
        wanted = _wanted(tick / 20)
        for leg in legs:
            recorder.frame(tick / 20, leg, wanted, np.nan_to_num(wanted) * 0.98, wanted * 0 + 0.5)
    recorder.event(seconds, "state", None, {"state": "done", "before": "running"})
    return recorder.close(outcome, "as planned", {})


def _chamber(index: int) -> dict[str, float]:
    return {"number": index + 1, "level": 10.0 + 17.0 * index, "length": 19.0}


def _wanted(time: float) -> NDArray[np.float64]:
    phase = time % 10.0
    if phase >= 8.0:
        return np.full(CHAMBERS, np.nan)
    rising: NDArray[np.float64] = np.clip(phase - 1.5 * np.arange(CHAMBERS), 0.0, 1.0)
    return (50.0 - 5.0 * np.arange(CHAMBERS)) * rising
