"""The entry guards: slips are found, honest readings are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.measures import girths
from openpresso.clinic.measures.guard import Question, of_girths, of_value, settle
from openpresso.clinic.measures.guard_file import guards
from openpresso.clinic.measures.kind import kind
from openpresso.errors import InputError
from tests.clinic.measures.legs import HEIGHTS, LEG, entry, noisy, scaled, with_reading

FIRST = girths.read(entry())
INSIDE = st.integers(1, len(LEG) - 2)
ANYWHERE = st.integers(0, len(LEG) - 1)


def asked(
    now: girths.Girths, last: girths.Girths | None = FIRST, other: girths.Girths | None = None
) -> list[str]:
    return [one.key for one in of_girths(now, last, other, side="left")]


@given(ANYWHERE, st.integers(0, 1), st.booleans(), st.booleans())
def test_a_point_in_the_wrong_place_is_found_wherever_it_is(
    index: int, which: int, up: bool, first_time: bool
) -> None:
    slip = LEG[index] * (10.0 if up else 0.1)
    if slip > 300.0:
        with pytest.raises(InputError, match="allowed is a number 1 to 300"):
            with_reading(index, which, slip)
        return
    keys = asked(with_reading(index, which, slip), None if first_time else FIRST)
    assert keys == [f"ten-times@{HEIGHTS[index]:g}"]


def test_54_for_45_is_found_with_the_number_that_would_fit() -> None:
    leg = [*LEG[:-1], 45.2]
    last = girths.read(entry(leg))
    detail = entry(leg)
    detail["points"][-1]["readings"] = [54.2, 54.2]
    found = of_girths(girths.read(detail), last, None, side="left")
    assert [one.key for one in found] == ["transposed@40"]
    assert "45.2 cm would fit" in found[0].texts["en"]
    assert "45.2 cm würde passen" in found[0].texts["de"]


@given(INSIDE, st.floats(1.3, 1.8))
def test_a_girth_that_stands_out_from_its_neighbours_is_asked_about(
    index: int, factor: float
) -> None:
    leg = list(LEG)
    leg[index] *= factor
    heights = {key.split("@")[1] for key in asked(girths.read(entry(leg)), None)}
    # Which of two neighbours is the wrong one cannot be told from them alone.
    assert heights & {f"{one:g}" for one in HEIGHTS[index - 1 : index + 2]}


@given(ANYWHERE, st.floats(1.3, 1.8))
def test_a_girth_that_stands_out_from_the_last_series_is_asked_about_at_its_height(
    index: int, factor: float
) -> None:
    leg = list(LEG)
    leg[index] *= factor
    heights = {key.split("@")[1] for key in asked(girths.read(entry(leg)))}
    assert heights == {f"{HEIGHTS[index]:g}"}


def test_readings_that_differ_are_asked_about_from_0_83_cm_on() -> None:
    assert asked(with_reading(3, 1, LEG[3] + 0.8)) == []
    assert asked(with_reading(3, 1, LEG[3] + 0.9)) == ["two-readings@12"]


def test_honest_readings_are_asked_about_in_less_than_one_series_of_ten() -> None:
    # Two readings of 0.3 cm differ by more than 0.83 cm in 5 of 100: that one guard is left out.
    rng = np.random.default_rng(5)
    keys = [
        key
        for _ in range(300)
        for key in asked(
            noisy(rng, scaled(rng.normal(1.0, 0.02))), noisy(rng, LEG), noisy(rng, scaled(1.04))
        )
        if not key.startswith("two-readings")
    ]
    assert len(keys) < 30


def test_a_whole_leg_that_swells_is_no_slip_at_any_height() -> None:
    assert asked(girths.read(entry(scaled(1.09)))) == []


def test_girths_of_the_other_leg_are_asked_about() -> None:
    left, right = girths.read(entry(scaled(1.08))), girths.read(entry(LEG))
    assert asked(girths.read(entry(scaled(1.002))), left, right) == ["wrong-side"]
    assert asked(girths.read(entry(scaled(1.075))), left, right) == []


def test_turning_both_legs_round_turns_the_question_round() -> None:
    left, right = girths.read(entry(scaled(1.08))), girths.read(entry(LEG))
    assert asked(left, left, right) == asked(right, right, left) == []
    assert asked(left, right, left) == asked(right, left, right) == ["wrong-side"]


def test_another_position_or_tape_is_asked_about() -> None:
    assert asked(girths.read(entry(position="standing"))) == ["other-conditions@position"]
    assert asked(girths.read(entry(tape="cloth tape"))) == ["other-conditions@tape"]


def test_a_last_series_at_other_heights_is_not_compared() -> None:
    coarse = girths.read(entry(points=entry()["points"][::2], spacing=8.0))
    assert asked(girths.read(entry(scaled(1.3))), coarse) == []


@pytest.mark.parametrize(
    ("value", "last", "keys"),
    [
        (6000.0, None, []),
        (900.0, None, ["implausible"]),
        (6000.0, (5800.0, 7.0), []),
        (6700.0, (5800.0, 7.0), ["too-fast"]),
        (6700.0, (5800.0, 60.0), []),
        (4900.0, (5800.0, 1.0), ["too-fast"]),
    ],
)
def test_a_volume_is_asked_about_outside_of_what_bodies_do(
    value: float, last: tuple[float, float] | None, keys: list[str]
) -> None:
    assert [one.key for one in of_value(kind("girths"), value, last)] == keys


def test_a_question_is_open_until_its_own_key_confirms_it_and_then_it_is_kept() -> None:
    questions = of_girths(with_reading(0, 0, 224.0), FIRST, None, side="left")
    with pytest.raises(InputError) as caught:
        settle(questions, ["too-fast"])
    assert caught.value.code == "ten-times"
    assert caught.value.diagnostics[0].path == "detail.points[0]"
    assert "'ten-times@0'" in caught.value.diagnostics[0].hint
    said = settle(questions, ["ten-times@0"])
    assert said == [{"key": "ten-times@0", "question": questions[0].texts["en"]}]


def test_every_open_question_is_told_at_once() -> None:
    questions = [Question(str(i), "implausible", "value", {"en": "?", "de": "?"}) for i in range(3)]
    with pytest.raises(InputError) as caught:
        settle(questions, ["1"])
    assert len(caught.value.diagnostics) == 2


def test_every_guard_asks_in_both_languages() -> None:
    for guard in guards().values():
        assert set(guard.questions) == {"en", "de"}
        assert all(text.rstrip().endswith("?") for text in guard.questions.values())
