"""What tape, water and perometer give for a limb, against closed forms and published errors."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso.errors import InputError
from openpresso.twin.people import population, volumetry
from openpresso.twin.people.person import NOMINAL, person
from openpresso.twin.people.shape import between, widened

PEOPLE = population.sample(30, 4) + population.sample(10, 4, condition="lymphoedema")


@given(
    bottom=st.floats(10.0, 60.0),
    top=st.floats(10.0, 60.0),
    length=st.floats(5.0, 60.0),
    cuts=st.integers(2, 20),
)
def test_a_tape_without_error_gives_a_cone_its_volume_at_any_number_of_levels(
    bottom: float, top: float, length: float, cuts: int
) -> None:
    closed = length * (bottom**2 + bottom * top + top**2) / (12.0 * math.pi)
    girths, levels = np.linspace(bottom, top, cuts), np.linspace(0.0, length, cuts)
    assert volumetry.tape(girths, levels) == pytest.approx(closed, rel=1e-9)


def test_the_error_of_a_tape_on_a_cylinder_is_the_closed_form() -> None:
    girth, step, n = 36.0, 4.0, 11
    levels = step * np.arange(n)
    closed = 0.4 * girth * step / (2.0 * math.pi) * math.sqrt(n - 2 + 0.5)
    found = volumetry.tape_error(np.full(n, girth), levels, noise=0.4)
    assert found == pytest.approx(closed, rel=1e-12)


def test_many_taped_volumes_spread_as_the_error_says() -> None:
    rng = np.random.default_rng(6)
    levels = volumetry.levels(NOMINAL)
    girths = volumetry.girths_at(NOMINAL, levels)
    taped = [volumetry.tape(girths, levels, rng) for _ in range(3000)]
    assert np.std(taped) == pytest.approx(volumetry.tape_error(girths, levels), rel=0.05)
    assert np.mean(taped) == pytest.approx(volumetry.tape(girths, levels), abs=3.0)


@pytest.mark.parametrize("method", volumetry.METHODS)
def test_a_method_without_error_gives_the_volume_of_the_truncated_cones(method: str) -> None:
    for one in PEOPLE:
        for site in ("knee", "thigh"):
            true = between(one.girths, one.height, "ankle", site)
            assert volumetry.measure(one, method, to=site) == pytest.approx(true, rel=0.015)


def test_discs_of_a_perometer_see_a_cone_larger_by_a_closed_form() -> None:
    straight = dataclasses.replace(
        NOMINAL, girths={"ankle": 20.0, "calf": 20.0, "knee": 20.0, "thigh": 40.0}
    )
    true = between(straight.girths, straight.height, "ankle", "thigh")
    at = volumetry.levels(straight, spacing=0.5)
    slope = 20.0 / (0.20 * straight.height)
    steps = np.diff(at)
    rising = np.clip(at[1:] - np.maximum(at[:-1], 0.27 * straight.height), 0.0, None)
    extra = float((slope**2 * steps * rising**2).sum() / (24.0 * math.pi))
    assert volumetry.perometer(straight) - true == pytest.approx(extra, abs=0.5)


@pytest.mark.parametrize("method", volumetry.METHODS)
def test_repeated_measurements_spread_as_the_method_says(method: str) -> None:
    rng = np.random.default_rng(12)
    found = [volumetry.measure(NOMINAL, method, rng) for _ in range(1500)]
    assert np.std(found) == pytest.approx(volumetry.error(NOMINAL, method), rel=0.07)


def test_the_same_generator_gives_the_same_measurements() -> None:
    for method in volumetry.METHODS:
        first, again = (
            volumetry.measure(NOMINAL, method, np.random.default_rng(3)) for _ in range(2)
        )
        assert first == again


@given(error=st.floats(0.0, 1e4))
def test_the_smallest_real_difference_is_that_of_two_measurements(error: float) -> None:
    assert volumetry.smallest_difference(error) == pytest.approx(1.96 * math.sqrt(2.0) * error)


def test_published_errors_of_legs_give_the_published_smallest_differences() -> None:
    # DOI 10.1089/lrb.2022.0032, n = 42: SEM 1.2 to 1.4 %, smallest real difference 3.4 to 3.8 %.
    assert volumetry.smallest_difference(1.2) == pytest.approx(3.4, abs=0.1)
    assert volumetry.smallest_difference(1.4) == pytest.approx(3.8, abs=0.1)


def test_tape_noise_alone_is_less_than_the_published_error_between_visits() -> None:
    # 0.64 % within a rater (DOI 10.3390/jpm5040341), 1.2 % between visits two weeks apart.
    for one in PEOPLE:
        share = volumetry.error(one, "tape") / volumetry.measure(one, "tape")
        assert 0.003 < share < 0.012


def test_a_change_smaller_than_the_smallest_difference_is_found_in_few_of_many_pairs() -> None:
    rng = np.random.default_rng(21)
    least = volumetry.smallest_difference(volumetry.error(NOMINAL, "tape"))
    pairs = [
        abs(volumetry.measure(NOMINAL, "tape", rng) - volumetry.measure(NOMINAL, "tape", rng))
        for _ in range(1500)
    ]
    assert np.mean(np.array(pairs) > least) == pytest.approx(0.05, abs=0.02)


@settings(max_examples=25)
@given(share=st.floats(-0.05, 0.2))
def test_a_leg_that_swells_by_a_share_is_measured_larger_by_that_share(share: float) -> None:
    girths = {site: float(widened(one, 1.0, share)) for site, one in NOMINAL.girths.items()}
    swollen = dataclasses.replace(NOMINAL, girths=girths)
    for method in volumetry.METHODS:
        ratio = volumetry.measure(swollen, method) / volumetry.measure(NOMINAL, method)
        assert ratio == pytest.approx(1.0 + share, rel=1e-9)


@pytest.mark.parametrize("spacing", [0.0, -4.0, math.nan, math.inf])
def test_levels_without_a_distance_are_refused(spacing: float) -> None:
    with pytest.raises(InputError, match="allowed is more than 0 cm"):
        volumetry.levels(NOMINAL, spacing=spacing)


def test_an_unknown_method_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'perometer'"):
        volumetry.measure(person(sex="male"), "perimeter")
    with pytest.raises(InputError, match="allowed are tape, water, perometer"):
        volumetry.error(person(sex="male"), "scan")
