"""Verdict, trend and relapse of one client, as pure functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.measures.kind import Direction
from openpresso.clinic.outcomes.relapse import loss
from openpresso.clinic.outcomes.sentence import kept_sentences, say, sentences
from openpresso.clinic.outcomes.trend import trend
from openpresso.clinic.outcomes.verdict import judge

LEVELS = st.lists(st.floats(1000.0, 9000.0), min_size=2, max_size=4)


def test_a_leg_that_loses_more_than_the_error_is_better_and_less_is_no_clear_change() -> None:
    srd = 1.96 * 75.0 * math.sqrt(1 / 2 + 1 / 2)
    for fall, word in ((srd + 1, "better"), (srd - 1, "no clear change"), (-srd - 1, "worse")):
        found = judge([5800.0, 5800.0], [5800.0 - fall] * 2, direction="lower-is-better", sem=75.0)
        assert found.verdict == word
        assert found.srd == pytest.approx(srd)
        assert found.interval == pytest.approx((-fall - srd, -fall + srd))


@pytest.mark.parametrize(
    ("baselines", "ends", "direction", "sem", "why"),
    [
        ([], [5.0], "lower-is-better", 1.0, "no-baseline"),
        ([5.0, 5.0], [], "lower-is-better", 1.0, "no-end"),
        ([9.0], [1.0, 1.0], "lower-is-better", 1.0, "one-baseline"),
        ([9.0, 9.0], [1.0], "lower-is-better", None, "unknown-error"),
        ([9.0, 9.0], [1.0], "neither", 1.0, "no-direction"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_judged(
    baselines: list[float], ends: list[float], direction: Direction, sem: float | None, why: str
) -> None:
    found = judge(baselines, ends, direction=direction, sem=sem)
    assert (found.verdict, found.why) == ("cannot say", why)
    assert say(why).startswith(("Cannot say", "Not judged"))


@given(LEVELS, LEVELS, st.floats(1.0, 400.0))
def test_a_verdict_is_given_exactly_when_the_interval_leaves_out_no_change(
    before: list[float], after: list[float], sem: float
) -> None:
    found = judge(before, after, direction="lower-is-better", sem=sem)
    assert found.interval is not None
    low, high = found.interval
    assert (found.verdict == "no clear change") == (low <= 0.0 <= high)


@given(LEVELS, LEVELS, st.floats(1.0, 400.0))
def test_turning_the_direction_round_turns_better_into_worse(
    before: list[float], after: list[float], sem: float
) -> None:
    other = {"better": "worse", "worse": "better", "no clear change": "no clear change"}
    lower = judge(before, after, direction="lower-is-better", sem=sem)
    higher = judge(before, after, direction="higher-is-better", sem=sem)
    assert higher.verdict == other[lower.verdict]
    assert (higher.change, higher.srd) == (lower.change, lower.srd)


@given(LEVELS, LEVELS, st.floats(0.001, 0.1), st.floats(0.01, 100.0))
def test_a_relative_error_judges_alike_in_any_unit(
    before: list[float], after: list[float], sem: float, unit: float
) -> None:
    plain = judge(before, after, direction="lower-is-better", sem=sem, relative=True)
    assert plain.gain is not None
    assert plain.srd is not None
    if abs(abs(plain.gain) - plain.srd) < 1e-6 * plain.srd:
        return  # on the edge, rounding decides
    scaled = judge(
        [unit * one for one in before],
        [unit * one for one in after],
        direction="lower-is-better",
        sem=sem,
        relative=True,
    )
    assert scaled.verdict == plain.verdict


def test_only_the_last_two_days_make_the_end() -> None:
    found = judge([9.0, 9.0], [100.0, 4.0, 6.0], direction="lower-is-better", sem=0.5)
    assert (found.end, found.ends) == (5.0, 2)


@pytest.mark.parametrize(
    ("visits", "state", "after", "before"),
    [
        ([], "not seen again", 0, math.inf),
        ([(28, 5400.0), (84, 5450.0)], "kept", 84, math.inf),
        ([(28, 5400.0), (84, 5700.0), (182, 5400.0)], "lost", 28, 84),
        ([(28, 5650.0)], "lost", 0, 28),
        ([(28, 5599.0)], "kept", 28, math.inf),
    ],
)
def test_a_gain_is_lost_between_two_visits(
    visits: list[tuple[float, float]], state: str, after: float, before: float
) -> None:
    found = loss(400.0, 150.0, 5400.0, visits, way=-1, srd_later=180.0)
    assert (found.state, found.after, found.before) == (state, after, before)


def test_half_of_a_gain_that_is_within_the_error_is_not_called_lost() -> None:
    found = loss(300.0, 150.0, 5400.0, [(28, 5560.0)], way=-1, srd_later=180.0)
    assert found.state == "kept"


@pytest.mark.parametrize(("gain", "srd"), [(None, 100.0), (80.0, 100.0), (-300.0, 100.0)])
def test_who_has_gained_nothing_clear_has_nothing_to_lose(gain: float | None, srd: float) -> None:
    found = loss(gain, srd, 5400.0, [(28, 9000.0)], way=-1, srd_later=100.0)
    assert found.state == "no clear gain"


@given(st.floats(-40.0, 40.0), st.floats(1000.0, 8000.0))
def test_a_straight_line_is_found_as_it_is(slope: float, start: float) -> None:
    days = [0.0, 7.0, 21.0, 28.0]
    found = trend(days, [start + slope * day / 7.0 for day in days], 75.0)
    assert found is not None
    assert (found.slope, found.start) == pytest.approx((slope, start), abs=1e-6)
    assert found.low < found.slope < found.high
    assert found.band == pytest.approx(1.96 * 75.0)
    assert found.at(14.0) == pytest.approx(start + 2.0 * slope, abs=1e-6)


def test_the_slope_of_nothing_but_error_is_left_open_in_at_least_95_of_100() -> None:
    rng, runs, days = np.random.default_rng(1), 2000, [7.0 * week for week in range(9)]
    wrong = 0
    for read in rng.normal(5800.0, 75.0, (runs, len(days))).tolist():
        found = trend(days, read, 75.0)
        assert found is not None
        wrong += not found.low <= 0.0 <= found.high
    assert wrong / runs <= 0.05 + 3.0 * math.sqrt(0.05 * 0.95 / runs)


def test_two_readings_make_no_line() -> None:
    assert trend([0.0, 7.0], [1.0, 2.0], 1.0) is None
    assert trend([0.0, 0.0, 0.0], [1.0, 2.0, 3.0], 1.0) is None


def test_natural_counts_have_one_total_both_ways_round_and_a_worst_case() -> None:
    assert kept_sentences(6, 4, 0, 12) == (
        "6 of 10 kept at least half of the gain at 12 weeks, 4 did not.",
    )
    german = kept_sentences(6, 2, 2, 12, "de")
    assert german[0].startswith("6 von 10 behielten nach 12 Wochen")
    assert "2 wurden nicht mehr gesehen" in german[0]
    assert german[1].endswith("6 von 10 behielten es.")


def test_no_sentence_tells_a_p_value_and_each_has_both_languages() -> None:
    for texts in sentences().values():
        assert set(texts) == {"en", "de"}
        for text in texts.values():
            assert text
            assert "p-value" not in text.lower()
            assert "p =" not in text
            assert "signifi" not in text.lower()
