"""People drawn at random have the spread that was published, and are the same on every run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso.errors import InputError
from openpresso.twin.parameters import load
from openpresso.twin.people import population
from openpresso.twin.people.conditions import CONDITIONS
from openpresso.twin.people.person import Person, person
from openpresso.twin.people.shape import SITES, Site

MANY = population.sample(4000, 11)
BY_SEX = {sex: [one for one in MANY if one.sex == sex] for sex in ("female", "male")}


def figure(name: str) -> float:
    return load("people")[name].value


def spread(values: list[float]) -> float:
    return float(np.std(values) / np.mean(values))


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert population.sample(20, 3) == population.sample(20, 3)
    assert population.sample(20, 3) != population.sample(20, 4)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**62), fewer=st.integers(0, 10), more=st.integers(0, 10))
def test_a_person_does_not_depend_on_how_many_are_drawn(seed: int, fewer: int, more: int) -> None:
    people = population.sample(fewer + more, seed)
    assert population.sample(fewer, seed) == people[:fewer]
    assert all(population.draw(seed, number) == one for number, one in enumerate(people))


@pytest.mark.parametrize("sex", ["female", "male"])
def test_weights_heights_and_girths_have_the_published_means_and_spreads(sex: str) -> None:
    people = BY_SEX[sex]
    columns = {"height": [one.height for one in people], "weight": [one.weight for one in people]}
    columns |= {site: [one.girths[site] for one in people] for site in SITES}
    for name, values in columns.items():
        assert np.mean(values) == pytest.approx(figure(f"{sex}_{name}"), rel=0.01)
        assert np.std(values) == pytest.approx(figure(f"{sex}_{name}_spread"), rel=0.08)


@pytest.mark.parametrize(
    ("sex", "site", "published"),
    [
        ("female", "calf", 0.80),
        ("male", "calf", 0.69),
        ("female", "thigh", 0.86),
        ("male", "thigh", 0.77),
    ],
)
def test_girths_go_with_weight_as_published(sex: str, site: Site, published: float) -> None:
    people = BY_SEX[sex]
    found = np.corrcoef([one.weight for one in people], [one.girths[site] for one in people])
    assert found[0, 1] == pytest.approx(published, abs=0.03)


@pytest.mark.parametrize(
    ("trait", "published"),
    [
        ("compliance", 0.27),
        ("resistance", 0.34),
        ("inflow", 0.37),
        ("filtration", 0.30),
        ("lymph", 0.50),
    ],
)
def test_traits_spread_as_published_about_one_and_are_never_negative(
    trait: str, published: float
) -> None:
    values = [getattr(one.traits, trait) for one in MANY]
    assert min(values) > 0.0
    assert np.mean(values) == pytest.approx(1.0, abs=0.03)
    assert spread(values) == pytest.approx(published, rel=0.07)


@pytest.mark.parametrize("sex", ["female", "male"])
def test_fat_spreads_as_published_with_what_build_explains_in_it(sex: str) -> None:
    assert spread([one.fat["thigh"] for one in BY_SEX[sex]]) == pytest.approx(0.40, rel=0.08)


def test_a_log_normal_factor_has_the_mean_and_the_spread_that_it_is_asked_for() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / math.sqrt(2.0 * math.pi)
    wide = population.spread("spread_lymph")
    factors = np.array([population.log_normal(wide, one) for one in nodes])
    mean = float(weights @ factors)
    assert mean == pytest.approx(1.0, rel=1e-9)
    assert math.sqrt(float(weights @ factors**2) - mean**2) == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_everyone_drawn_can_be(condition: str) -> None:
    people = population.sample(400, 5, condition=condition)
    assert {one.condition for one in people} == {condition}
    for one in people:
        again = person(
            sex=one.sex, height=one.height, weight=one.weight, girths=one.girths, fat=one.fat,
            condition=one.condition,
        )  # fmt: skip
        assert (again.girths, again.fat) == (one.girths, one.fat)


def test_valves_of_venous_insufficiency_leak_over_the_whole_range() -> None:
    people = population.sample(500, 2, condition="venous-insufficiency")
    leaks = np.array([one.traits.valve_leak for one in people]) * 1e-3
    assert 0.05 <= leaks.min() < 0.06
    assert 0.45 < leaks.max() <= 0.5


def test_a_condition_multiplies_what_a_healthy_person_of_the_same_number_has() -> None:
    def lymph(people: list[Person]) -> list[float]:
        return [one.traits.lymph for one in people]

    healthy, ill = (population.sample(50, 8, condition=one) for one in ("healthy", "lymphoedema"))
    share = load("fluid")["lymphoedema.lymph"].value
    assert lymph(ill) == pytest.approx([share * one for one in lymph(healthy)])


def test_one_sex_can_be_asked_for() -> None:
    assert {one.sex for one in population.sample(60, 1)} == {"female", "male"}
    assert {one.sex for one in population.sample(60, 1, sex="female")} == {"female"}


@pytest.mark.parametrize("count", [-1, 2.5, True, 10**9])
def test_a_count_that_is_none_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="allowed is a whole number"):
        population.sample(count, 1)


def test_an_unknown_condition_is_refused_before_anyone_is_drawn() -> None:
    with pytest.raises(InputError, match="lipoedema"):
        population.sample(0, 1, condition="lipodema")
