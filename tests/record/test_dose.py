"""The dose against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.record import leg_dose
from openpresso.record.dose import LegDose

TICK = 0.05


def trapezoid(
    rise: float, hold: float, fall: float, rest: float, top: float, cycles: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return time and pressure of equal trapezoids, exact on the grid of 0.05 s."""
    corners = np.cumsum([0.0, *([rise, hold, fall, rest] * cycles)])
    levels = [0.0, *([top, top, 0.0, 0.0] * cycles)]
    time = np.arange(round(corners[-1] / TICK) + 1) * TICK
    return time, np.interp(time, corners, levels)


def one_leg(
    *columns: np.ndarray, got: tuple[np.ndarray, ...] | None = None, tick: float = TICK
) -> LegDose:
    wanted = np.column_stack(columns)
    time = np.arange(len(wanted)) * tick
    return leg_dose(time, wanted, np.column_stack(got) if got else wanted)


@given(
    rise=st.integers(1, 40),
    hold=st.integers(1, 200),
    fall=st.integers(1, 40),
    rest=st.integers(1, 100),
    top=st.floats(41.0, 120.0),
    cycles=st.integers(1, 4),
)
def test_trapezoids_have_their_closed_form_dose(
    rise: int, hold: int, fall: int, rest: int, top: float, cycles: int
) -> None:
    rise_s, hold_s, fall_s, rest_s = (TICK * 20 * one / 20 for one in (rise, hold, fall, rest))
    _, pressure = trapezoid(rise_s, hold_s, fall_s, rest_s, top, cycles)
    one = one_leg(pressure).chambers[0]
    area = cycles * top * (hold_s + (rise_s + fall_s) / 2) / 60
    assert one.pressure_time == pytest.approx(area, rel=1e-6)
    assert one.delivered == pytest.approx(1.0)
    assert one.peak == pytest.approx(top)
    assert one.cycles == one.cycles_set == cycles
    for level, above in ((20, one.above_20), (30, one.above_30), (40, one.above_40)):
        share = 1 - level / top
        expected = cycles * (hold_s + share * (rise_s + fall_s)) / 60
        assert above == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_delivered_share_is_the_ratio_of_the_integrals() -> None:
    _, wanted = trapezoid(1, 10, 1, 8, 50, 3)
    found = one_leg(wanted, wanted, got=(0.9 * wanted, 0.5 * wanted))
    assert found.chambers[0].delivered == pytest.approx(0.9)
    assert found.chambers[1].delivered == pytest.approx(0.5)
    assert found.delivered == pytest.approx(0.7)
    assert found.pressure_time == pytest.approx(0.7 * found.pressure_time_set)


def test_vent_asks_for_nothing() -> None:
    wanted = np.array([np.nan] * 100 + [30.0] * 101)
    found = one_leg(wanted, got=(np.nan_to_num(wanted),)).chambers[0]
    assert found.pressure_time_set == pytest.approx((5.0 * 30 + 0.025 * 30) / 60)
    assert found.set_peak == 30.0


def test_a_skipped_chamber_is_said_to_be_never_commanded() -> None:
    _, wanted = trapezoid(1, 10, 1, 8, 50, 2)
    found = one_leg(wanted, np.full_like(wanted, np.nan), got=(wanted, 0 * wanted))
    assert found.chambers[1].set_peak is None
    assert found.chambers[1].delivered is None
    assert found.chambers[1].cycles == found.chambers[1].cycles_set == 0


def test_a_chamber_that_stays_below_half_has_no_delivered_cycle() -> None:
    _, wanted = trapezoid(1, 10, 1, 8, 50, 4)
    found = one_leg(wanted, got=(0.45 * wanted,)).chambers[0]
    assert (found.cycles_set, found.cycles) == (4, 0)


def test_noise_around_the_threshold_is_not_a_cycle() -> None:
    _, wanted = trapezoid(5, 10, 5, 10, 50, 2)
    noise = np.random.default_rng(3).normal(0, 3, len(wanted))
    assert one_leg(wanted, got=(wanted + noise,)).chambers[0].cycles == 2


def test_the_gradient_is_kept_until_a_proximal_chamber_is_higher() -> None:
    distal = np.full(201, 40.0)
    proximal = np.where(np.arange(201) < 50, 42.1, 41.9)
    found = one_leg(distal, proximal)
    assert found.gradient_kept == pytest.approx(1 - 49.5 / 200, abs=0.003)
    assert one_leg(distal).gradient_kept is None
    assert one_leg(0 * distal, 0 * distal).gradient_kept is None


def test_the_gradient_looks_only_at_chambers_in_use() -> None:
    distal = np.full(201, 40.0)
    skipped = np.full(201, np.nan)
    found = one_leg(distal, skipped, 0.9 * distal, got=(distal, 0 * distal, 0.9 * distal))
    assert found.gradient_kept == 1.0
    assert found.gradient_set == 1.0


def test_missing_readings_count_as_missing_and_not_as_zero() -> None:
    wanted = np.full(1201, 30.0)
    got = wanted.copy()
    got[400:801] = np.nan
    found = one_leg(wanted, got=(got,)).chambers[0]
    assert found.missing == pytest.approx(20.1 / 60)
    assert found.pressure_time == pytest.approx(30 * 39.9 / 60)
    assert found.delivered == pytest.approx(1.0)


def test_time_without_frames_is_unknown() -> None:
    time = np.concatenate((np.arange(0, 10, TICK), np.arange(40, 50, TICK)))
    level = np.full((len(time), 1), 30.0)
    found = leg_dose(time, level, level).chambers[0]
    assert found.pressure_time == pytest.approx(30 * 2 * 9.95 / 60)
    assert found.missing == pytest.approx(30.05 / 60)


def test_only_the_window_counts() -> None:
    time = np.arange(0, 60, TICK)
    level = np.full((len(time), 2), 30.0)
    found = leg_dose(time, level, level, window=(10.0, 40.0), minutes=0.4)
    assert found.pressure_time == pytest.approx(30 * 30 / 60)
    assert found.minutes == 0.4
    assert leg_dose(time, level, level, window=(10.0, 40.0)).minutes == pytest.approx(0.5)


@pytest.mark.parametrize("frames", [0, 1])
def test_hardly_any_frame_gives_a_dose_of_zero(frames: int) -> None:
    level = np.full((frames, 2), 30.0)
    found = leg_dose(np.zeros(frames), level, level)
    assert found.pressure_time == 0.0
    assert found.delivered is None
    assert found.minutes == 0.0


def test_the_mean_in_hold_leaves_out_the_rise_and_the_rest() -> None:
    _, wanted = trapezoid(2, 10, 2, 6, 50, 3)
    assert one_leg(wanted, got=(wanted - 1.5,)).chambers[0].hold_mean == pytest.approx(48.5)


@given(st.integers(1, 6), st.integers(2, 400), st.integers(0, 2**32 - 1))
def test_the_dose_of_parts_is_the_dose_of_the_whole(chambers: int, frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    time = np.arange(frames) * TICK
    level = rng.uniform(0, 80, (frames, chambers))
    cut = time[frames // 2]
    whole = leg_dose(time, level, level)
    parts = [leg_dose(time, level, level, window=span) for span in ((0.0, cut), (cut, 1e9))]
    for n in range(chambers):
        for name in ("pressure_time", "above_20", "above_30", "above_40"):
            total = sum(getattr(part.chambers[n], name) for part in parts)
            assert total == pytest.approx(getattr(whole.chambers[n], name), abs=1e-9)
