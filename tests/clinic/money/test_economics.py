"""Cost and effect: against sums by hand, a brute-force reference, and known distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.money import cost_file, economics
from openpresso.clinic.money.economics import CostInputs

INPUTS = CostInputs(
    technician=3000,
    technician_minutes=20,
    room=800,
    room_minutes=45,
    device=400_000,
    device_sessions=4000,
    consumables=200,
    client_time=1200,
    client_minutes=50,
    travel=500,
    travel_minutes=40,
)
AMOUNT = st.floats(-1e6, 1e6) | st.just(0.0)
GROUP = st.lists(st.tuples(st.floats(0, 1e5), st.floats(-500, 500)), min_size=10, max_size=25)


def test_a_course_of_eight_by_hand() -> None:
    cost = economics.course_cost(8, INPUTS)
    assert cost.technician == pytest.approx(8 * 1000)
    assert cost.room == pytest.approx(8 * 600)
    assert cost.device == pytest.approx(8 * 100)
    assert cost.consumables == 8 * 200
    assert cost.client_time == pytest.approx(8 * 1800)  # 90 min at 12 EUR
    assert cost.travel == 8 * 500
    assert cost.total == pytest.approx(cost.practice + cost.client) == pytest.approx(8 * 4200)


def test_every_shipped_input_is_marked_and_says_where_it_is_from() -> None:
    shipped = cost_file.defaults()
    assert set(shipped) == set(CostInputs.__dataclass_fields__)
    assert all(one.source for one in shipped.values())
    assert {one.mark for one in shipped.values()} <= {"assumed", "memory"}


def _words_by_definition(cost: float, effect: float) -> set[str]:
    """Return what may be said: said separately of cost and of effect, then joined."""
    if cost == 0 and effect == 0:
        return {"cannot say"}
    cheaper, better = cost <= 0, effect >= 0
    dearer, worse = cost >= 0, effect <= 0
    table = {
        "cheaper and better: take": cheaper and better,
        "dearer and worse: leave": dearer and worse,
        "dearer and better: your price per unit": cost > 0 and effect > 0,
        "cheaper and worse": cost < 0 and effect < 0,
    }
    return {word for word, holds in table.items() if holds}


@given(AMOUNT, AMOUNT)
def test_the_four_words_agree_with_their_definition(cost: float, effect: float) -> None:
    assert {economics.four_words(cost, effect)} == _words_by_definition(cost, effect)


def test_not_a_number_cannot_be_called_anything() -> None:
    assert economics.four_words(math.nan, 1.0) == "cannot say"
    assert economics.four_words(1.0, math.nan) == "cannot say"


@given(AMOUNT, AMOUNT, st.floats(0, 1e4))
def test_take_is_never_worth_less_than_nothing_and_leave_never_more(
    cost: float, effect: float, willingness: float
) -> None:
    benefit = economics.net_benefit(cost, effect, willingness)
    word = economics.four_words(cost, effect)
    assert word != "cheaper and better: take" or benefit >= 0
    assert word != "dearer and worse: leave" or benefit <= 0


@given(GROUP, GROUP, st.integers(0, 2**31), st.floats(0, 100))
def test_the_same_seed_draws_the_same_plane_and_shares_and_curve_are_shares(
    one: list[tuple[float, float]],
    other: list[tuple[float, float]],
    seed: int,
    willingness: float,
) -> None:
    first, again = (
        economics.compare(one, other, willingness=willingness, draws=50, seed=seed)
        for _ in range(2)
    )
    assert first.plane is not None
    assert again.plane is not None
    assert np.array_equal(first.plane.costs, again.plane.costs)
    assert np.array_equal(first.plane.effects, again.plane.effects)
    assert first.curve == again.curve
    assert sum(first.plane.shares().values()) == pytest.approx(1.0)
    assert all(0.0 <= share <= 1.0 for _, share in first.curve)
    assert (first.price is None) == (
        first.word
        not in {
            "dearer and better: your price per unit",
            "cheaper and worse",
        }
    )


def test_the_interval_of_the_net_benefit_covers_the_truth_in_about_95_of_100() -> None:
    generator = np.random.default_rng(5)
    covered, runs, willingness, true_benefit = 0, 300, 50.0, 50.0 * 100.0 - 3000.0
    for run in range(runs):
        one = np.column_stack((generator.normal(30e3, 4e3, 40), generator.normal(250, 120, 40)))
        other = np.column_stack((generator.normal(27e3, 4e3, 40), generator.normal(150, 120, 40)))
        plane = economics.bootstrap(one, other, draws=400, seed=run)
        low, high = plane.interval(willingness)
        covered += low <= true_benefit <= high
    assert 0.91 <= covered / runs <= 0.98


def test_below_ten_clients_nothing_is_said() -> None:
    found = economics.compare([(1.0, 1.0)] * 9, [(2.0, 0.5)] * 30, willingness=1.0)
    assert found.word == "cannot say"
    assert found.plane is None
    assert found.why[0] == "9 and 30 clients; nothing is said below 10"


@given(st.lists(st.floats(0, 1e6), min_size=10, max_size=60), st.data())
def test_cost_of_a_kept_gain_counts_all_clients_and_the_missing_as_worst_and_best(
    costs: list[float], data: st.DataObject
) -> None:
    kept = data.draw(st.integers(0, len(costs)))
    lost = data.draw(st.integers(0, len(costs) - kept))
    found = economics.kept_cost(costs, kept, lost)
    assert found.kept + found.lost + found.missing == len(costs)
    if kept == 0:
        assert found.each is None
        assert any("nobody is known" in why for why in found.why)
    else:
        assert found.each is not None
        assert found.best is not None
        assert found.each == pytest.approx(math.fsum(costs) / kept)
        assert found.best <= found.each


def test_a_kept_gain_of_few_clients_or_of_nobody_has_no_price_rather_than_an_infinite_one() -> None:
    assert economics.kept_cost([100.0] * 9, 5, 4).each is None
    assert economics.kept_cost([100.0] * 20, 0, 20).each is None
    assert economics.kept_cost([100.0] * 20, 4, 10).each == 500.0
    with pytest.raises(ValueError, match="15 kept and 6 lost of 20"):
        economics.kept_cost([100.0] * 20, 15, 6)
