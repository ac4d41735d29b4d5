"""The plan of due days, and the counts derived from sessions."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.courses.plan import Pause, Plan, count

START = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def day(number: int) -> dt.date:
    return START + number * DAY


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan with up to four pauses, apart from each other; the last one may last."""
    at, pauses = draw(st.integers(-10, 30)), []
    for _ in range(draw(st.integers(0, 4))):
        length = draw(st.integers(0, 40))
        pauses.append(Pause(day(at), day(at + length)))
        at += length + draw(st.integers(1, 40))
    if draw(st.booleans()):
        pauses.append(Pause(day(at)))
    return Plan(START, draw(st.integers(1, 30)), tuple(pauses))


def paused(plan: Plan, one: dt.date) -> bool:
    return any(p.begin <= one and (p.end is None or one < p.end) for p in plan.pauses)


def clock_by_hand(plan: Plan, until: dt.date) -> int:
    """Count, day by day, the days from the start to a day on which no pause lasts."""
    days = (START + n * DAY for n in range(max((until - START).days, 0)))
    return sum(not paused(plan, one) for one in days)


def test_a_weekly_plan_without_a_pause_is_due_on_the_same_weekday() -> None:
    assert Plan(START, 7).days(0, 8) == tuple(day(7 * n) for n in range(8))


def test_a_pause_of_ten_days_moves_what_lies_after_it_by_ten_days() -> None:
    plan = Plan(START, 7, (Pause(day(10), day(20)),))
    assert plan.days(0, 4) == (day(0), day(7), day(24), day(31))


def test_a_due_day_on_the_first_day_of_a_pause_moves_and_on_its_last_stays() -> None:
    assert Plan(START, 7, (Pause(day(7), day(9)),)).day(1) == day(9)
    assert Plan(START, 7, (Pause(day(8), day(9)),)).day(1) == day(7)


def test_nothing_is_due_behind_a_pause_without_an_end() -> None:
    plan = Plan(START, 7, (Pause(day(10)),))
    assert plan.days(0, 5) == (day(0), day(7))


@given(plans(), st.integers(0, 20))
def test_a_due_day_is_the_first_running_day_at_which_the_clock_shows_its_time(
    plan: Plan, place: int
) -> None:
    due = plan.day(place)
    if due is None:
        assert any(pause.end is None for pause in plan.pauses)
        return
    shown, one = 0, START
    while paused(plan, one) or shown < place * plan.interval:
        shown += not paused(plan, one)
        one += DAY
    assert due == one


@given(plans(), st.integers(0, 400))
def test_the_clock_agrees_with_counting_the_days_by_hand(plan: Plan, number: int) -> None:
    assert plan.elapsed(day(number)) == clock_by_hand(plan, day(number))


@given(plans(), st.integers(0, 20))
def test_a_due_day_belongs_to_its_own_place(plan: Plan, place: int) -> None:
    due = plan.day(place)
    assert due is None or plan.place(due) == place


def test_a_course_is_counted_from_its_sessions() -> None:
    found = count(Plan(START, 7), 8, [day(0), day(8)], [day(14)], day(15))
    assert (found.done, found.interrupted, found.left, found.missed) == (2, 1, 6, 0)
    assert found.next_due == day(21)
    assert len(found.due) == 6


def test_a_week_that_passed_is_missed_and_the_sessions_left_move_behind_it() -> None:
    found = count(Plan(START, 7), 8, [day(0)], [], day(12))
    assert found.missed == 1
    assert found.due[0] == day(14)
    assert found.due[-1] == day(14 + 6 * 7)


def test_a_due_day_stays_due_until_half_of_the_interval_has_passed() -> None:
    plan = Plan(START, 7)
    assert count(plan, 8, [day(0)], [], day(10)).next_due == day(7)
    assert count(plan, 8, [day(0)], [], day(11)).next_due == day(14)


def test_who_comes_three_days_early_has_come_for_that_week() -> None:
    found = count(Plan(START, 7), 8, [day(0), day(4)], [], day(7))
    assert (found.missed, found.next_due) == (0, day(14))


def test_after_the_last_session_nothing_is_due() -> None:
    found = count(Plan(START, 7), 2, [day(0), day(14)], [], day(60))
    assert (found.left, found.next_due, found.due, found.missed) == (0, None, (), 1)


@given(plans(), st.lists(st.integers(0, 200), max_size=20), st.integers(1, 20), st.integers(0, 300))
def test_counts_never_contradict_each_other(
    plan: Plan, visits: list[int], planned: int, today: int
) -> None:
    done = sorted(day(n) for n in visits if n <= today)
    found = count(plan, planned, done, [], day(today))
    assert found.done == len(done)
    assert found.left == max(planned - found.done, 0)
    assert len(found.due) <= found.left
    assert list(found.due) == sorted(set(found.due))
    assert 0 <= found.missed <= plan.place(day(today))


def test_a_course_on_demand_counts_and_has_no_plan() -> None:
    found = count(None, 0, [day(0), day(9)], [], day(30))
    assert (found.done, found.left, found.missed, found.due) == (2, 0, 0, ())
