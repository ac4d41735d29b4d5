"""The quality of delivery against constructed errors."""

from __future__ import annotations

import numpy as np
import pytest

from openpresso.record import quality

TICK = 0.05


def leg(seconds: float = 20.0, chambers: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a leg whose set-point rises to 40 mmHg at second 2 and stays."""
    time = np.arange(round(seconds / TICK)) * TICK
    wanted = np.where(time[:, None] >= 2.0, 40.0, 0.0) * np.ones(chambers)
    return time, wanted, wanted.copy()


def test_a_perfect_delivery_has_no_error() -> None:
    found = quality([leg()])
    assert found.hold_error_p95 == found.hold_over_max == found.overshoot_max == 0.0
    assert found.hold_time == pytest.approx(17.0, abs=0.1)


def test_a_constant_error_is_the_hold_error() -> None:
    time, wanted, got = leg()
    assert quality([(time, wanted, got - 1.5)]).hold_error_p95 == pytest.approx(1.5)
    assert quality([(time, wanted, got - 1.5)]).hold_over_max == 0.0
    assert quality([(time, wanted, got + 1.5)]).hold_over_max == pytest.approx(1.5)


def test_rare_errors_are_left_to_the_maximum() -> None:
    time, wanted, got = leg()
    got[300:310] += 4.0
    found = quality([(time, wanted, got)])
    assert found.hold_error_p95 == 0.0
    assert found.hold_over_max == pytest.approx(4.0)


def test_an_overshoot_that_settles_in_time_is_no_hold_error() -> None:
    time, wanted, got = leg()
    got[41:55] += 6.0
    found = quality([(time, wanted, got)])
    assert found.overshoot_max == pytest.approx(6.0)
    assert found.hold_over_max == 0.0


def test_the_first_second_after_a_step_is_no_hold() -> None:
    time, wanted, got = leg()
    got[40:59] = 0.0
    assert quality([(time, wanted, got)]).hold_error_p95 == 0.0


def test_a_release_is_no_overshoot() -> None:
    time, wanted, got = leg()
    wanted[200:] = 20.0
    got[200:215] = np.linspace(40, 20, 15)[:, None]
    got[215:] = 20.0
    found = quality([(time, wanted, got)])
    assert found.overshoot_max == 0.0
    assert found.hold_over_max == 0.0


def test_vented_and_resting_chambers_are_not_in_hold() -> None:
    time, wanted, got = leg()
    wanted[:] = np.nan
    assert quality([(time, wanted, got)]).hold_error_p95 is None
    wanted[:] = 0.0
    assert quality([(time, wanted, got)]).hold_error_p95 is None


def test_invalid_readings_are_left_out() -> None:
    time, wanted, got = leg()
    got[300:] = np.nan
    assert quality([(time, wanted, got)]).hold_error_p95 == 0.0


def test_a_neighbour_that_fills_and_swells_a_chamber_is_measured() -> None:
    time, wanted, got = leg(chambers=3)
    wanted[:, 1] = np.where(time >= 10.0, 35.0, 0.0)
    got[:, 1] = wanted[:, 1]
    got[:, 0] += np.where((time > 10.0) & (time < 11.0), 2.5, 0.0)
    got[:, 2] += np.where(time > 15.0, 5.0, 0.0)
    found = quality([(time, wanted, got)])
    assert found.neighbour_rise_max == pytest.approx(2.5)


def test_a_neighbour_that_already_fills_when_a_hold_begins_is_measured_from_there() -> None:
    time, wanted, got = leg(chambers=2)
    wanted[:, 1] = np.clip((time - 2.0) * 5.0, 0.0, 35.0)
    got[:, 1] = wanted[:, 1]
    got[:, 0] += np.where((time > 5.0) & (time < 6.0), 2.0, 0.0)
    assert quality([(time, wanted, got)]).neighbour_rise_max == pytest.approx(2.0)


def test_both_legs_count_together() -> None:
    one, two = leg(), leg()
    two = (two[0], two[1], two[2] + 2.0)
    found = quality([one, two])
    assert found.hold_over_max == pytest.approx(2.0)
    assert found.hold_error_p95 == pytest.approx(2.0)
    assert quality([]).hold_error_p95 is None
