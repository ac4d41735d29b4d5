"""The settings that a treatment protocol states, found in the waveforms."""

from __future__ import annotations

import numpy as np
import pytest

from openpresso.record.settings import Cycle, representative, settings
from openpresso.record.waveforms import Waveforms

TICK = 0.05


def waves(seconds: float = 200.0, period: float = 20.0) -> Waveforms:
    """Return two chambers: rise 2 s, full until second 12 and vented, the second 4 s later."""
    time = np.arange(round(seconds / TICK)) * np.float64(TICK)
    phase = (np.arange(len(time)) % round(period / TICK))[:, None] * TICK
    start, top = np.array([0.0, 4.0]), np.array([50.0, 40.0])
    wanted = np.where(phase < 12.0, top * np.clip((phase - start) / 2.0, 0.0, 1.0), np.nan)
    got = np.nan_to_num(wanted)
    return Waveforms(
        time, wanted.astype(np.float32), got.astype(np.float32), np.zeros_like(got, np.float32)
    )


def test_the_settings_of_a_cycle_are_found() -> None:
    found = settings(waves(), Cycle(40.0, 60.0, whole=True))
    assert found is not None
    assert found.pressure == (40.0, 50.0)
    assert found.inflation[0] == pytest.approx((2.0, 2.0), abs=0.1)
    assert found.inflation[1] == pytest.approx((1.8, 1.8), abs=0.1)
    assert found.plateau[0] == pytest.approx((6.0, 10.0), abs=0.1)
    assert found.deflation[0] == pytest.approx((0.0, 0.0), abs=0.1)
    assert found.pause[0] == pytest.approx((8.0, 12.0), abs=0.3)
    assert found.cycle == 20.0


def test_a_cycle_of_the_usual_length_near_the_middle_stands_for_the_session() -> None:
    starts = [0.0, 5.0, 20.0, 40.0, 60.0, 80.0, 100.0, 111.0, 120.0, 140.0, 160.0]
    assert representative(waves(), (0.0, 200.0), starts) == Cycle(80.0, 100.0, whole=True)


def test_cycles_are_found_in_the_set_points_when_nobody_noted_them() -> None:
    span = representative(waves(), (0.0, 200.0), [])
    assert span is not None
    assert span.end - span.start == pytest.approx(20.0)


def test_a_session_of_less_than_a_cycle_is_shown_whole() -> None:
    span = representative(waves(8.0), (0.0, 8.0), [0.0])
    assert span is not None
    assert (span.start, span.whole) == (0.0, False)
    assert span.end == pytest.approx(7.95)
    found = settings(waves(8.0), span)
    assert found is not None
    assert found.cycle is None
    assert found.pause == (None, None)


def test_nothing_pressed_has_no_settings() -> None:
    one = waves(8.0)
    empty = Waveforms(one.time, one.set_points * 0, one.pressures, one.inlet)
    assert settings(empty, Cycle(0.0, 8.0, whole=True)) is None
    assert settings(one, Cycle(100.0, 120.0, whole=True)) is None
    assert representative(one, (100.0, 120.0), []) is None
