"""What a course still needs: baselines, end measurements, follow-ups."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.courses import stages
from openpresso.clinic.courses.stages import Measured

DAY = dt.date(2026, 3, 2)
WEEKS = [4, 12, 26, 52]


def on(days: int, purpose: str) -> Measured:
    return Measured(DAY + dt.timedelta(days=days), purpose)


def test_two_readings_of_one_day_are_one_baseline() -> None:
    found = stages.baseline(2, [on(0, "baseline"), on(0, "baseline")], None)
    assert (found.state, found.have) == ("missing", 1)


def test_two_baselines_on_different_days_are_enough() -> None:
    assert stages.baseline(2, [on(0, "baseline"), on(3, "baseline")], None).state == "done"


def test_a_baseline_after_the_first_session_is_none() -> None:
    found = stages.baseline(2, [on(0, "baseline"), on(8, "baseline")], DAY + dt.timedelta(days=7))
    assert (found.state, found.have) == ("missed", 1)


def test_the_end_is_measured_after_the_last_session_and_within_a_week_of_the_end() -> None:
    def end(measured: list[Measured], today: int, ended: int | None = None) -> tuple[str, int]:
        day = None if ended is None else DAY + dt.timedelta(days=ended)
        found = stages.end(2, measured, DAY, DAY + dt.timedelta(days=today), ended_on=day)
        assert found is not None
        return found.state, found.have

    assert end([on(-1, "end"), on(0, "baseline")], 0) == ("due", 0)
    assert end([on(0, "end"), on(5, "end")], 0) == ("done", 2)
    assert end([on(0, "end"), on(0, "end")], 5) == ("due", 1)
    assert end([on(0, "end")], 8) == ("missed", 1)
    assert end([on(0, "end")], 8, ended=3) == ("due", 1)
    assert end([on(0, "end"), on(9, "end")], 20) == ("done", 2)
    assert stages.end(2, [], None, DAY) is None


@pytest.mark.parametrize(
    ("days", "state"),
    [(13, "coming"), (14, "due"), (28, "due"), (29, "overdue"), (42, "overdue"), (43, "missed")],
)
def test_a_follow_up_after_four_weeks_has_a_window_of_two_weeks_each_way(
    days: int, state: str
) -> None:
    found = stages.follow_ups(WEEKS, [], DAY, DAY + dt.timedelta(days=days))
    assert (found[0].number, found[0].state) == (4, state)


def test_a_follow_up_that_was_measured_is_done_and_stays_so() -> None:
    found = stages.follow_ups(WEEKS, [on(30, "follow-up")], DAY, DAY + dt.timedelta(weeks=60))
    assert [one.state for one in found] == ["done", "missed", "missed", "missed"]


def test_a_measurement_between_two_windows_belongs_to_neither() -> None:
    found = stages.follow_ups(WEEKS, [on(56, "follow-up")], DAY, DAY + dt.timedelta(weeks=60))
    assert [one.state for one in found] == ["missed"] * 4


@given(st.lists(st.integers(0, 420), max_size=12), st.integers(0, 500))
def test_each_measurement_counts_for_at_most_one_follow_up(days: list[int], today: int) -> None:
    measured = [on(one, "follow-up") for one in days]
    found = stages.follow_ups(WEEKS, measured, DAY, DAY + dt.timedelta(days=today))
    near = {one for one in days if any(abs(one - 7 * week) <= 14 for week in WEEKS)}
    assert sum(one.have for one in found) == len(near)
    assert all((one.state == "done") == (one.have > 0) for one in found)
