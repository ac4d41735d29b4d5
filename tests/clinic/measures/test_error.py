"""The error of a rater from repeats, and the smallest real difference."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.measures.error import from_repeats, smallest_real_difference
from openpresso.errors import InputError


def test_the_smallest_real_difference_of_a_median_leg_is_about_208_ml() -> None:
    assert smallest_real_difference(0.013 * 5800.0) == pytest.approx(209.0, abs=1.0)


@given(st.floats(0.01, 1000.0), st.integers(1, 9), st.integers(1, 9))
def test_it_is_the_interval_of_a_difference_of_two_means(sem: float, n: int, m: int) -> None:
    expected = 1.96 * math.sqrt(sem**2 / n + sem**2 / m)
    assert smallest_real_difference(sem, n, m) == pytest.approx(expected)
    assert smallest_real_difference(sem, m, n) == pytest.approx(expected)


def test_an_error_that_is_itself_uncertain_asks_for_more() -> None:
    asked = [smallest_real_difference(1.0, freedom=n) for n in (2, 9, 100, 100_000)]
    assert asked == sorted(asked, reverse=True)
    assert asked[-1] == pytest.approx(smallest_real_difference(1.0), rel=1e-3)
    assert asked[1] == pytest.approx(scipy.stats.t.ppf(0.975, 9) * math.sqrt(2.0))


def test_ten_repeats_give_the_error_with_an_interval_that_holds_it_in_95_of_100() -> None:
    rng = np.random.default_rng(11)
    runs = 2000
    held = 0
    for values in rng.normal(5800.0, 58.0, (runs, 10)):
        found = from_repeats(values.tolist(), relative=True)
        held += found.low <= 0.01 <= found.high
    # Monte-Carlo error of the share: sqrt(0.05 x 0.95 / 2000) = 0.5 %.
    assert held / runs == pytest.approx(0.95, abs=0.015)


@given(st.lists(st.floats(100.0, 9000.0), min_size=3, max_size=12), st.floats(0.1, 10.0))
def test_a_relative_error_does_not_know_the_unit(values: list[float], factor: float) -> None:
    plain = from_repeats(values, relative=True)
    other = from_repeats([factor * one for one in values], relative=True)
    assert other.sem == pytest.approx(plain.sem, rel=1e-6, abs=1e-12)


def test_a_rater_is_accepted_below_one_percent() -> None:
    steady = [5800.0 + 30.0 * (-1) ** i for i in range(10)]
    shaky = [5800.0 + 90.0 * (-1) ** i for i in range(10)]
    assert from_repeats(steady, relative=True).accepted is True
    assert from_repeats(shaky, relative=True).accepted is False
    assert from_repeats([1.0, 2.0, 3.0], relative=False).accepted is None


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [1.0, 2.0, float("nan")], [0.0, 1.0, 2.0]])
def test_readings_that_tell_nothing_are_refused(values: list[float]) -> None:
    with pytest.raises(InputError):
        from_repeats(values, relative=True)
    with pytest.raises(InputError):
        smallest_real_difference(1.0, 0, 1)
