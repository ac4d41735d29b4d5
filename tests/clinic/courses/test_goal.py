"""Goals: what can be judged later, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from openpresso.clinic.courses.goal import FUNCTION, Goal, check, read
from openpresso.errors import InputError

TODAY = dt.date(2026, 3, 2)
LATER = dt.date(2026, 5, 1)
UNITS = {"girths": "mL", "pain": "points"}

LESS = Goal("girths", LATER, change=-300.0, unit="mL", side="left", text="shoes fit again")
WALKS = Goal(FUNCTION, LATER, text="walks 20 minutes without heaviness")


@pytest.mark.parametrize("goal", [LESS, WALKS])
def test_a_goal_comes_back_from_plain_data_as_it_was(goal: Goal) -> None:
    check(goal, TODAY, UNITS)
    assert read(goal.data()) == goal


def test_no_goal_is_none() -> None:
    assert read({}) is None


@pytest.mark.parametrize(
    ("goal", "path"),
    [
        (Goal("girths", TODAY, -300.0, "mL", "left"), "due"),
        (Goal("girths", LATER, -300.0, "cm", "left"), "unit"),
        (Goal("girths", LATER, 0.0, "mL", "left"), "change"),
        (Goal("girths", LATER, None, "mL", "left"), "change"),
        (Goal("girths", LATER, float("inf"), "mL", "left"), "change"),
        (Goal("beauty", LATER, -3.0, "points"), "quantity"),
        (Goal("girths", LATER, -300.0, "mL", "middle"), "side"),  # type: ignore[arg-type]
        (Goal(FUNCTION, LATER), "text"),
        (Goal(FUNCTION, LATER, change=3.0, text="walks"), "text"),
        (Goal(FUNCTION, LATER, text="x" * 501), "text"),
    ],
)
def test_a_goal_that_nobody_could_judge_is_refused_by_its_field(goal: Goal, path: str) -> None:
    with pytest.raises(InputError) as caught:
        check(goal, TODAY, UNITS)
    assert caught.value.diagnostics[0].path == path
