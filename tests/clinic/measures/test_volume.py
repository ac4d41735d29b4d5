"""Volumes from girths and what is made of them, against values worked out otherwise."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.measures.volume import (
    excess,
    excess_percent,
    excess_reduction,
    limb_volume,
    relative_volume_change,
    severity,
)
from openpresso.errors import InputError

GIRTHS = st.lists(st.floats(5.0, 90.0), min_size=2, max_size=12)
STEPS = st.lists(st.floats(0.5, 12.0), min_size=11, max_size=11)


def heights_of(steps: list[float], count: int) -> list[float]:
    heights = [0.0]
    for step in steps[: count - 1]:
        heights.append(heights[-1] + step)
    return heights


def test_a_cylinder_of_40_cm_girth_and_40_cm_length_has_5092_958_ml() -> None:
    assert limb_volume([40.0] * 11, [4.0 * i for i in range(11)]) == pytest.approx(
        5092.958, abs=5e-4
    )
    assert limb_volume([40.0, 40.0], [0.0, 40.0]) == pytest.approx(
        40.0**2 * 40.0 / (4.0 * math.pi), rel=1e-12
    )


def test_a_cone_to_a_point_has_a_third_of_the_cylinder() -> None:
    cone = limb_volume([1e-9, 30.0], [0.0, 12.0])
    assert cone == pytest.approx(limb_volume([30.0, 30.0], [0.0, 12.0]) / 3.0, rel=1e-6)


@given(GIRTHS, STEPS)
def test_a_point_in_the_middle_of_a_straight_cone_changes_nothing(
    girths: list[float], steps: list[float]
) -> None:
    heights = heights_of(steps, len(girths))
    middle = (heights[0] + heights[1]) / 2.0
    finer = [girths[0], (girths[0] + girths[1]) / 2.0, *girths[1:]]
    assert limb_volume(finer, [heights[0], middle, *heights[1:]]) == pytest.approx(
        limb_volume(girths, heights), rel=1e-9
    )


@given(GIRTHS, STEPS, st.floats(0.5, 2.0))
def test_girths_scale_a_volume_by_the_square_and_heights_by_the_first_power(
    girths: list[float], steps: list[float], factor: float
) -> None:
    heights = heights_of(steps, len(girths))
    volume = limb_volume(girths, heights)
    assert limb_volume([factor * one for one in girths], heights) == pytest.approx(
        factor**2 * volume, rel=1e-9
    )
    assert limb_volume(girths, [factor * one for one in heights]) == pytest.approx(
        factor * volume, rel=1e-9
    )


@given(GIRTHS, STEPS)
def test_a_limb_upside_down_has_the_same_volume(girths: list[float], steps: list[float]) -> None:
    heights = heights_of(steps, len(girths))
    turned = [heights[-1] - one for one in reversed(heights)]
    assert limb_volume(girths[::-1], turned) == pytest.approx(limb_volume(girths, heights))


@pytest.mark.parametrize(
    ("girths", "heights", "code"),
    [
        ([40.0], [0.0], "too-few-girths"),
        ([40.0, 41.0], [0.0], "too-few-girths"),
        ([40.0, 41.0], [4.0, 4.0], "heights-out-of-order"),
        ([40.0, 41.0, 42.0], [0.0, 8.0, 4.0], "heights-out-of-order"),
    ],
)
def test_heights_that_make_no_limb_are_refused(
    girths: list[float], heights: list[float], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        limb_volume(girths, heights)
    assert caught.value.code == code


def test_the_same_change_is_35_percent_of_the_excess_and_8_of_the_limb() -> None:
    unaffected, before, after = 6000.0, 7780.0, 7157.0
    assert excess_reduction(excess(before, unaffected), excess(after, unaffected)) == (
        pytest.approx(35.0, abs=0.1)
    )
    assert relative_volume_change((before, after), (unaffected, unaffected)) == pytest.approx(
        -0.080, abs=5e-4
    )


@given(st.floats(0.0, 199.99), st.floats(-500.0, 500.0))
def test_the_percentage_of_an_excess_below_200_ml_is_not_told(before: float, after: float) -> None:
    assert excess_reduction(before, after) is None


def test_the_percentage_of_an_excess_of_200_ml_is_told() -> None:
    assert excess_reduction(200.0, 100.0) == pytest.approx(50.0)


@given(
    st.floats(1000.0, 9000.0),
    st.floats(1000.0, 9000.0),
    st.floats(1000.0, 9000.0),
    st.floats(1000.0, 9000.0),
    st.floats(0.5, 2.0),
)
def test_a_tape_that_is_too_tight_on_both_legs_does_not_move_the_relative_change(
    a1: float, a2: float, u1: float, u2: float, tension: float
) -> None:
    plain = relative_volume_change((a1, a2), (u1, u2))
    assert relative_volume_change((a1, tension * a2), (u1, tension * u2)) == pytest.approx(
        plain, abs=1e-9
    )


@pytest.mark.parametrize(
    ("affected", "word"),
    [(6000, "none"), (6300, "none"), (6310, "minimal"), (7190, "minimal"), (7200, "moderate"),
     (8400, "moderate"), (8410, "severe")],
)  # fmt: skip
def test_severity_follows_the_excess_in_percent(affected: float, word: str) -> None:
    assert severity(excess_percent(affected, 6000.0)) == word
