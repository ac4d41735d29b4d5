"""A record of a program of the catalog, as a perfect cuff would deliver it, one leg softened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openpresso.record import Recorder

if TYPE_CHECKING:
    from openpresso.station.preparation import Prepared


def softened_record(folder: Path, prepared: Prepared, left: float) -> Path:
    """Write a closed record at 2 Hz.

    Parameters
    ----------
    folder
        Where.
    prepared
        What is delivered.
    left
        Share of the set-points that the left leg gets.
    """
    sizes: dict[str, int] = {leg: one.n_chambers for leg, one in prepared.cuffs.items()}
    recorder = Recorder(folder, prepared.header("twin"), sizes)
    recorder.event(0.0, "state", None, {"state": "running", "before": "ready"})
    for time in np.arange(0.0, prepared.duration, 0.5).tolist():
        for leg, timeline in prepared.timelines.items():
            wanted = timeline.at(time) * (left if leg == "left" else 1.0)
            recorder.frame(time, leg, wanted, np.nan_to_num(wanted), wanted * 0.0)
    end = prepared.duration
    recorder.event(end, "state", None, {"state": "done", "before": "running"})
    return recorder.close("delivered", "as planned", {})
