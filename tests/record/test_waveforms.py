"""The waveform log: blocks that survive a crash."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from openpresso.record import waveforms

LEGS = {"left": 2, "right": 3}


def log(frames: int = 50) -> bytes:
    buffers = [waveforms.LegBuffer(n, chambers) for n, chambers in enumerate(LEGS.values())]
    raw = waveforms.preamble(LEGS)
    for frame in range(frames):
        for buffer in buffers:
            level = np.arange(buffer.chambers) + frame
            if buffer.add(0.05 * frame, level, level + 0.25, np.full(buffer.chambers, 0.5)):
                raw += buffer.block()
    return raw + b"".join(buffer.block() for buffer in buffers)


def test_what_is_written_reads_back() -> None:
    found, tail = waveforms.read(log(), LEGS)
    assert tail is None
    assert found["left"].time == pytest.approx(0.05 * np.arange(50))
    assert found["right"].set_points.shape == (50, 3)
    assert found["right"].set_points[10] == pytest.approx([10, 11, 12])
    assert found["right"].pressures[10] == pytest.approx([10.25, 11.25, 12.25])
    assert found["right"].inlet[10] == pytest.approx([0.5, 0.5, 0.5])


@given(
    arrays.arrays(
        np.float64, (7, 3), elements=st.floats(-400, 400) | st.just(np.nan) | st.just(np.inf)
    )
)
def test_pressures_are_kept_to_a_hundredth_of_a_millimetre(pressure: np.ndarray) -> None:
    buffer = waveforms.LegBuffer(0, 3)
    for row in pressure:
        buffer.add(0.0, row, row, row)
    found, _ = waveforms.read(waveforms.preamble({"left": 3}) + buffer.block(), {"left": 3})
    kept = np.clip(pressure, -327.67, 327.67)
    assert found["left"].pressures == pytest.approx(kept, abs=0.00501, nan_ok=True)
    assert found["left"].inlet == pytest.approx(np.clip(pressure, 0, 1), abs=0.00201, nan_ok=True)


def test_a_block_closes_after_a_second_at_any_rate() -> None:
    buffer = waveforms.LegBuffer(0, 1)
    assert [buffer.add(0.25 * n, [1.0], [1.0], [0.0]) for n in range(5)] == [
        False, False, False, False, True,
    ]  # fmt: skip


@given(st.integers(0, len(log()) - 1))
def test_a_torn_tail_ends_at_the_last_whole_block(length: int) -> None:
    raw = log()[:length]
    found, tail = waveforms.read(raw, LEGS)
    whole, _ = waveforms.read(log(), LEGS)
    for leg, one in found.items():
        frames = len(one.time)
        assert np.array_equal(one.pressures, whole[leg].pressures[:frames])
    if tail:
        assert tail.offset <= length
        assert waveforms.read(raw[: tail.offset], LEGS)[1] is None or tail.block == 0


@given(st.integers(0, len(log()) - 1), st.integers(1, 255))
def test_any_flipped_byte_is_found_at_or_after_its_block(position: int, flip: int) -> None:
    raw = bytearray(log())
    raw[position] ^= flip
    _, tail = waveforms.read(bytes(raw), LEGS)
    assert tail is not None
    assert tail.offset <= position


def test_a_log_of_other_legs_is_refused() -> None:
    _, tail = waveforms.read(log(), {"left": 2})
    assert tail is not None
    assert tail.block == 0
