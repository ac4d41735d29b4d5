"""The statistics by simulation: intervals hold what they promise, chance is not called an effect.

Each share comes with its Monte-Carlo error, so that a test fails for a reason and not by luck.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from openpresso.clinic.measures.error import quantile
from openpresso.clinic.outcomes import mixed, weibull
from openpresso.clinic.outcomes.pooled import of_changes, two_stage
from openpresso.clinic.outcomes.regression import expected_fall
from openpresso.clinic.outcomes.verdict import judge

Floats = NDArray[np.float64]
VISITS = np.array([0.0, 4.0, 12.0, 26.0, 52.0])
"""Weeks after the end at which people are seen [w]."""
TRUE_MEDIAN = 10.3
"""Of the gains' lives in the simulation [w]."""


def monte_carlo_error(share: float, runs: int) -> float:
    return math.sqrt(share * (1.0 - share) / runs)


@pytest.mark.parametrize("n", [5, 10, 20, 30])
def test_the_two_stage_interval_holds_the_truth_in_at_least_93_of_100(n: int) -> None:
    """Six visits, an own slope for each client; 20,000 runs, Monte-Carlo error 0.15 %."""
    rng, runs, visits = np.random.default_rng(100 + n), 20_000, np.linspace(0.0, 1.0, 6)
    slopes = rng.normal(-200.0, 150.0, (runs, n, 1))
    levels = rng.normal(6000.0, 900.0, (runs, n, 1))
    read = levels + slopes * visits + rng.normal(0.0, 75.0, (runs, n, 6))
    centred = visits - visits.mean()
    changes = (read * centred).sum(axis=2) / (centred**2).sum()
    held = sum(
        found.low <= -200.0 <= found.high
        for run in range(runs)
        if (found := two_stage(n, float(changes[run].sum()), float((changes[run] ** 2).sum())))
        and found.low is not None
        and found.high is not None
    )
    assert held / runs >= 0.93
    assert held / runs == pytest.approx(0.95, abs=4.0 * monte_carlo_error(0.95, runs))


@given(st.lists(st.floats(-2000.0, 2000.0), min_size=2, max_size=40))
def test_the_two_stage_interval_is_students(changes: list[float]) -> None:
    found = of_changes(changes)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    half = quantile(len(changes) - 1) * float(np.std(changes, ddof=1)) / math.sqrt(len(changes))
    assert found.mean == pytest.approx(float(np.mean(changes)), abs=1e-9)
    assert found.high - found.mean == pytest.approx(half, rel=1e-6, abs=1e-6)
    assert quantile(len(changes) - 1) == pytest.approx(
        float(scipy.stats.t.ppf(0.975, len(changes) - 1)), rel=1e-9
    )


def test_nobody_and_one_client_have_no_interval() -> None:
    assert two_stage(0, 0.0, 0.0) is None
    one = of_changes([5.0])
    assert one is not None
    assert (one.mean, one.low, one.high) == (5.0, None, None)


@pytest.mark.parametrize(("before", "after"), [(2, 1), (2, 2), (4, 2)])
@pytest.mark.parametrize("freedom", [None, 9])
def test_without_a_change_a_verdict_is_wrong_in_about_5_of_100(
    before: int, after: int, freedom: int | None
) -> None:
    """6,000 clients without any change; Monte-Carlo error 0.28 %."""
    rng, runs, sem = np.random.default_rng(7), 6000, 75.0
    wrong = 0
    for read in rng.normal(5800.0, sem, (runs, before + after)).tolist():
        own = sem
        if freedom is not None:  # the rater's error comes from ten repeats, and is uncertain too
            own = float(np.std(rng.normal(0.0, sem, freedom + 1), ddof=1))
        found = judge(
            read[:before], read[before:], direction="lower-is-better", sem=own, freedom=freedom
        )
        wrong += found.verdict in {"better", "worse"}
    assert wrong / runs <= 0.05 + 3.0 * monte_carlo_error(0.05, runs)
    assert wrong / runs >= 0.03


def visited(lives: Floats) -> tuple[Floats, Floats]:
    """Between which visits a gain was lost."""
    index = np.searchsorted(VISITS, lives)
    right = np.where(index < len(VISITS), VISITS[np.minimum(index, len(VISITS) - 1)], np.inf)
    return VISITS[index - 1], right


def kaplan_meier_median(right: Floats) -> float:
    """Kaplan-Meier's median if the visit is taken for the day of the loss.

    Everybody is seen until the last visit, so the curve is the plain share that is left.
    """
    return next((t for t in VISITS[1:].tolist() if float((right > t).mean()) <= 0.5), math.inf)


def test_intervals_find_the_true_median_where_visit_dates_flatter_it() -> None:
    """40 clients, visits at 4, 12, 26 and 52 weeks, true median 10.3; 150 runs.

    The mean of the medians has a Monte-Carlo error of 0.15 weeks. Taking the visit for the day of
    the loss cannot but say a visit date, here 12 or 26 weeks.
    """
    rng, fitted, stepped = np.random.default_rng(3), [], []
    scale = TRUE_MEDIAN / math.log(2.0) ** (1.0 / 1.2)
    for _ in range(150):
        left, right = visited(scale * rng.weibull(1.2, 40))
        found = weibull.fit(left.tolist(), right.tolist())
        assert found is not None
        fitted.append(found.median)
        stepped.append(kaplan_meier_median(right))
    assert float(np.mean(fitted)) == pytest.approx(TRUE_MEDIAN, abs=0.6)
    assert set(stepped) <= {12.0, 26.0}
    assert 1.2 <= float(np.mean(stepped)) / TRUE_MEDIAN <= 1.7


def test_the_interval_of_the_median_holds_it_in_about_95_of_100() -> None:
    """150 runs of 40 clients; Monte-Carlo error 1.8 %."""
    rng, runs, held = np.random.default_rng(8), 150, 0
    scale = TRUE_MEDIAN / math.log(2.0) ** (1.0 / 1.2)
    for _ in range(runs):
        left, right = visited(scale * rng.weibull(1.2, 40))
        bounds = weibull.median_interval(left.tolist(), right.tolist())
        assert bounds is not None
        held += bounds[0] <= TRUE_MEDIAN <= bounds[1]
    assert held / runs >= 0.95 - 3.0 * monte_carlo_error(0.95, runs)


def test_a_weight_is_the_same_as_so_many_rows() -> None:
    left, right, weight = [0.0, 4.0, 12.0, 26.0], [4.0, 12.0, 26.0, math.inf], [3.0, 5.0, 4.0, 6.0]
    rows = [i for i, count in enumerate(weight) for _ in range(int(count))]
    plain = weibull.fit([left[i] for i in rows], [right[i] for i in rows])
    weighted = weibull.fit(left, right, weight)
    assert plain is not None
    assert weighted is not None
    assert weighted.median == pytest.approx(plain.median, rel=1e-4)
    assert weighted.kept(12.0) == pytest.approx(plain.kept(12.0), rel=1e-4)


@given(st.floats(0.2, 7.0))
def test_the_unit_of_time_does_not_matter(unit: float) -> None:
    left, right = [0.0, 0.0, 4.0, 4.0, 12.0, 26.0], [4.0, 4.0, 12.0, 12.0, 26.0, math.inf]
    plain = weibull.fit(left, right)
    other = weibull.fit([unit * one for one in left], [unit * one for one in right])
    assert plain is not None
    assert other is not None
    assert other.median == pytest.approx(unit * plain.median, rel=2e-3)


def test_exactly_seen_losses_give_the_law_they_come_from() -> None:
    lives = 20.0 * np.random.default_rng(2).weibull(1.7, 4000)
    found = weibull.fit((lives - 1e-3).tolist(), (lives + 1e-3).tolist())
    assert found is not None
    shape, _, scale = scipy.stats.weibull_min.fit(lives, floc=0.0)
    assert (found.shape, found.scale) == pytest.approx((shape, scale), rel=5e-3)


def test_with_fewer_than_three_losses_no_curve_is_drawn() -> None:
    assert weibull.fit([4.0] * 20, [math.inf] * 20) is None
    assert weibull.fit([0.0, 0.0, 12.0], [4.0, 4.0, math.inf]) is None
    assert weibull.kept_interval([0.0], [math.inf], None, 12.0) is None
    assert weibull.median_interval([0.0], [math.inf]) is None


def enrolled(rng: np.random.Generator, people: int) -> tuple[Floats, Floats, Floats, Floats]:
    """People who come when one reading is in the upper half; nothing is done to them."""
    truth = rng.normal(5800.0, 60.0, people)
    first, second, last = (truth + rng.normal(0.0, 85.0, people) for _ in range(3))
    come = first > 5800.0
    return first[come], second[come], last[come], truth[come]


def test_enrolment_on_one_high_reading_finds_a_fall_that_a_second_baseline_does_not() -> None:
    """400,000 people without any effect; Monte-Carlo error 0.3 mL."""
    first, second, last, _ = enrolled(np.random.default_rng(4), 400_000)
    fall, real = float((last - first).mean()), float((last - second).mean())
    assert fall == pytest.approx(-55.0, abs=2.0)
    assert real == pytest.approx(0.0, abs=1.0)
    total = math.hypot(60.0, 85.0)
    assert expected_fall(85.0, total, 5800.0, 5800.0) == pytest.approx(-fall, abs=1.0)


def test_30_clients_enrolled_on_one_reading_show_a_significant_fall_far_too_often() -> None:
    """2,000 clinics of 30 clients; Monte-Carlo error of 5 %: 0.5 %."""
    rng, runs, found, honest = np.random.default_rng(9), 2000, 0, 0
    for _ in range(runs):
        first, second, last, _ = (one[:30] for one in enrolled(rng, 120))
        once, twice = of_changes((last - first).tolist()), of_changes((last - second).tolist())
        assert once is not None
        assert twice is not None
        found += once.high is not None and once.high < 0.0
        honest += twice.low is not None and not twice.low <= 0.0 <= (twice.high or 0.0)
    assert found / runs > 0.30
    assert honest / runs == pytest.approx(0.05, abs=4.0 * monte_carlo_error(0.05, runs))


@pytest.mark.parametrize("cutoff", [-math.inf, 5600.0, 5800.0, 5950.0])
def test_the_expected_fall_is_that_of_the_cut_normal_law(cutoff: float) -> None:
    total = math.hypot(60.0, 85.0)
    below = (cutoff - 5800.0) / total
    mean = float(scipy.stats.truncnorm.mean(below, math.inf)) if math.isfinite(below) else 0.0
    expected = 85.0**2 / total * mean
    assert expected_fall(85.0, total, cutoff, 5800.0) == pytest.approx(expected, abs=1e-6)


def test_the_mixed_model_agrees_with_the_two_stage_mean_and_says_how_it_went() -> None:
    rng, n, visits = np.random.default_rng(6), 20, np.linspace(0.0, 1.0, 6)
    slopes, levels = rng.normal(-200.0, 150.0, n), rng.normal(6000.0, 900.0, n)
    read = levels[:, None] + slopes[:, None] * visits + rng.normal(0.0, 75.0, (n, 6))
    found = mixed.model(
        np.repeat(np.arange(n), 6).tolist(), np.tile(visits, n).tolist(), read.ravel().tolist()
    )
    centred = visits - visits.mean()
    two = of_changes(((read * centred).sum(axis=1) / (centred**2).sum()).tolist())
    assert two is not None
    assert two.low is not None
    assert found.said.startswith("converged")
    assert found.change == pytest.approx(two.mean, abs=1.0)
    assert found.low == pytest.approx(two.low, abs=25.0)


def test_a_mixed_model_of_too_little_says_so_and_gives_no_figure() -> None:
    assert mixed.model([1, 1, 2, 2], [0, 1, 0, 1], [5.0, 4.0, 5.0, 3.0]).change is None
    assert mixed.model([1, 2, 3, 4], [0, 1, 0, 1], [5.0, 5.0, 5.0, 5.0]).change is None
    flat = mixed.model([1, 2, 3, 4], [0, 0, 0, 0], [5.0, 5.5, 6.0, 5.0])
    assert (flat.n, flat.change, flat.said) == (4, None, "too few readings for a mixed model")


def test_a_model_that_does_not_converge_falls_back_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mixed, "_search", lambda *_: (math.nan, math.nan))
    found = mixed.model([1, 1, 2, 2, 3, 3], [0, 1] * 3, [5.0, 4.0, 5.5, 3.0, 6.0, 5.0])
    assert found.change is None
    assert "did not converge" in found.said
