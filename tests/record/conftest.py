"""Records of short sessions, made by the recorder itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from openpresso.record import Recorder
from tests.record.sessions import CHAMBERS, header_of, play

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRecord = Callable[..., Path]


@pytest.fixture
def make_record(tmp_path: Path) -> MakeRecord:
    """Make a closed record in a new folder and return the folder."""

    def make(
        name: str = "one",
        legs: dict[str, int] | None = None,
        seconds: float = 30.0,
        outcome: str = "delivered",
        **header: object,
    ) -> Path:
        legs = legs or {"left": CHAMBERS, "right": CHAMBERS}
        folder = tmp_path / name
        recorder = Recorder(folder, header_of(legs, **header), legs)
        recorder.event(0.0, "state", None, {"state": "running", "before": "ready"})
        for start in range(0, int(seconds), 10):
            for leg in legs:
                recorder.event(float(start), "cycle-start", leg, {"cycle": start // 10 + 1})
        play(recorder, legs, seconds)
        recorder.event(seconds, "state", None, {"state": "done", "before": "running"})
        return recorder.close(outcome, "the program was delivered", {"true_error_p95": 0.7})

    return make
