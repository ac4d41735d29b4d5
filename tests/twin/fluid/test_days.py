"""Days, sessions and courses: what repeats, what returns, and what is left."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from openpresso.errors import InputError
from openpresso.twin.fluid import days, interstitium, swelling
from openpresso.twin.fluid.days import ORDINARY_DAY, Course, Followed, Span
from openpresso.twin.fluid.interstitium import Tissue
from openpresso.twin.fluid.state import State


@functools.cache
def leg(condition: str = "healthy") -> Tissue:
    return swelling.leg(condition).tissue


@functools.cache
def woken(condition: str = "healthy") -> State:
    return days.settle_into(leg(condition))


@pytest.mark.parametrize("condition", interstitium.conditions())
def test_a_day_that_has_been_lived_many_times_ends_where_it_began(condition: str) -> None:
    followed = days.follow_days(leg(condition), 4, state=woken(condition))
    swing = float((followed.evenings[0] - followed.mornings[0]).sum())
    assert swing > 10.0
    assert followed.change() == pytest.approx(0.0, abs=0.06 * swing)


def test_a_leg_swells_by_day_and_empties_at_night() -> None:
    followed = days.follow_days(leg(), 2, state=woken())
    assert np.all(followed.evenings.sum(axis=-1) > followed.mornings[:-1].sum(axis=-1))
    assert np.all(followed.mornings[1:].sum(axis=-1) < followed.evenings.sum(axis=-1))


def test_a_healthy_leg_has_lost_the_effect_of_a_session_by_the_second_morning() -> None:
    tissue = leg()
    state = woken()
    cycle = swelling.sequence(60.0, 10.0)
    bare = days.follow_days(tissue, 3, state=state)
    followed = days.follow_course(tissue, Course(sessions=1), cycle, after=2, state=state)
    moved = float((followed.after[0] - followed.before[0]).sum())
    left = followed.change() - bare.change()
    assert moved < -15.0
    assert abs(left[2]) < 0.1 * abs(moved)


def test_a_course_has_its_sessions_on_their_days() -> None:
    course = Course(sessions=4, every=3.0, minutes=20.0)
    followed = days.follow_course(
        leg(), course, swelling.sequence(45.0, 10.0), after=5, state=woken()
    )
    assert followed.before.shape == followed.after.shape == (4, 8)
    assert followed.emptied.shape == (4,)
    assert followed.days[-1] == 9 + 1 + 5
    assert followed.mornings.shape == (16, 8)


def test_a_course_without_a_cuff_is_days_without_sessions() -> None:
    tissue = leg()
    state = woken()
    course = days.follow_course(tissue, Course(sessions=3, every=2.0), None, after=2, state=state)
    bare = days.follow_days(tissue, 7, state=state)
    assert np.array_equal(course.mornings, bare.mornings)


@pytest.mark.parametrize("condition", ["healthy", "lymphoedema"])
def test_half_the_step_changes_a_course_by_less_than_a_hundredth(condition: str) -> None:
    tissue = leg(condition)
    state = woken(condition)
    cycle = swelling.sequence(120.0, 50.0)
    whole, half = (
        days.follow_course(
            tissue, Course(sessions=3, every=1.0), cycle, after=3, state=state, step=step
        )
        for step in (10.0, 5.0)
    )
    swing = (half.evenings - half.mornings[:-1]).sum(axis=-1)
    assert (whole.evenings - whole.mornings[:-1]).sum(axis=-1) == pytest.approx(swing, rel=0.01)
    assert whole.mornings.sum(axis=-1) == pytest.approx(half.mornings.sum(axis=-1), rel=1e-3)


def test_a_step_that_is_too_long_between_sessions_is_refused() -> None:
    with pytest.raises(InputError, match="allows at most"):
        days.follow_course(leg(), Course(sessions=0), None, after=1, step=120.0)


def test_high_pressure_that_is_held_works_in_lymphoedema_and_low_pressure_hardly_does() -> None:
    found = swelling.month(bandage=0.0)
    assert found["gain"] > 0.0
    assert abs(found["share"]) < 50.0


def test_what_a_day_of_pumping_took_comes_back_over_weeks_without_stockings() -> None:
    found = swelling.kept()
    assert found["reduction"] > 0.0
    assert found["kept"] > 50.0
    assert 30.0 < found["bare_relapse"] <= 100.0


def test_a_stocking_makes_a_leg_swell_less() -> None:
    tissue = leg()
    state = woken()
    swings = []
    for pressure in (0.0, 10.0, 20.0):
        followed = days.follow_days(tissue, 1, days.garmented(pressure), state)
        swings.append(float((followed.evenings[0] - followed.mornings[0]).sum()))
    assert swings[0] > swings[1] > swings[2]


def test_a_cohort_is_the_same_as_each_leg_alone() -> None:
    one = leg("lymphoedema")
    factors = np.array([0.25, 0.4])

    def followed(lymph: ArrayLike) -> Followed:
        tissue = interstitium.tissue(one.volume, one.length, one.height, "lymphoedema", lymph=lymph)
        return days.follow_course(
            tissue, Course(sessions=2), swelling.sequence(80.0, 20.0), after=1
        )

    together = followed(factors[:, None]).percent()
    for number, factor in enumerate(factors):
        alone = followed(factor).percent()
        # The sub-steps of flow along the limb are those of the fastest limb.
        assert together[:, number] == pytest.approx(alone, abs=1e-3)


def test_a_leg_that_drains_less_is_thicker() -> None:
    one = leg("lymphoedema")
    drains = np.array([0.2, 0.3, 0.5])[:, None]
    tissue = interstitium.tissue(one.volume, one.length, one.height, "lymphoedema", lymph=drains)
    volumes = days.settle_into(tissue).volume(tissue).sum(axis=-1)
    assert np.all(np.diff(volumes) < 0.0)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ((Span(8.0, "supine"), Span(10.0, "sitting")), "of 18 h"),
        ((Span(24.0, "supine"),), "1 spans"),
        ((Span(8.0, "supine"), Span(-1.0, "sitting"), Span(17.0, "sitting")), "3 spans"),
        ((Span(8.0, "supine"), Span(16.0, "sitting", garment=90.0)), "90 mmHg"),
    ],
)
def test_days_that_are_none_are_refused(day: tuple[Span, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        days.follow_days(leg(), 1, day)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"sessions": -1}, "sessions"),
        ({"every": 0.1}, "every"),
        ({"minutes": 2000.0}, "minutes"),
        ({"hour": 3.0}, "hour"),
        ({"hour": 23.9}, "hour"),
        ({"minutes": float("nan")}, "minutes"),
    ],
)
def test_courses_that_make_no_sense_are_refused(change: dict[str, Any], path: str) -> None:
    course = dataclasses.replace(Course(), **change)
    with pytest.raises(InputError, match=path):
        days.follow_course(leg(), course, swelling.sequence(60.0, 10.0))


def test_a_study_without_an_end_is_refused() -> None:
    with pytest.raises(InputError, match="days; 1 to"):
        days.follow_days(leg(), 100_000, ORDINARY_DAY)
