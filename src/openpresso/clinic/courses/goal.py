"""The goal of a course: what is to change, by how much, until when; or what the client can do."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from openpresso.clinic.courses.template import Side
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

FUNCTION: Final = "function"
"""Quantity of a goal that is something the client can do, in words."""
JUDGED: Final = ("", "yes", "no")
"""Whether a goal of function was reached; empty until somebody asked the client."""
LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Goal:
    """What a course is for.

    Parameters
    ----------
    quantity
        A kind of measurement, or `function`.
    due
        Day by which it is to be reached.
    change
        Change from the baseline that is aimed at, in `unit`; below 0 for less. None for function.
    unit
        Unit of `change`.
    side
        Of the measurement.
    text
        In words, for example "walks 20 minutes without heaviness"; needed for function.
    reached
        Of a goal of function: what the client said, `yes` or `no`; empty before.
    """

    quantity: str
    due: dt.date
    change: float | None = None
    unit: str = ""
    side: Side = "none"
    text: str = ""
    reached: str = ""

    def data(self) -> dict[str, Any]:
        """Return the goal as plain data."""
        return {**asdict(self), "due": self.due.isoformat()}


def read(data: Mapping[str, Any]) -> Goal | None:
    """Return a goal from plain data as `Goal.data` gives it; None for none."""
    if not data:
        return None
    return Goal(**{**data, "due": dt.date.fromisoformat(data["due"])})


def check(goal: Goal, today: dt.date, units: Mapping[str, str]) -> None:
    """Refuse a goal that nobody could ever judge.

    Parameters
    ----------
    goal
        The goal.
    today
        A goal lies after it.
    units
        Unit of every kind of measurement.

    Raises
    ------
    InputError
        With the field, its value and what is allowed.
    """
    _require(
        goal.due > today,
        "due",
        "goal-in-the-past",
        f"{goal.due} is not after today, {today}",
        "give a day on which it can have been reached.",
    )
    _require(
        goal.side in get_args(Side),
        "side",
        "not-allowed",
        f"{goal.side!r}; allowed are {', '.join(get_args(Side))}",
        "choose one of these.",
    )
    _require(
        len(goal.text) <= LONGEST_TEXT,
        "text",
        "too-long",
        f"{len(goal.text)} characters; at most {LONGEST_TEXT} are allowed",
        "say it in one sentence.",
    )
    if goal.quantity == FUNCTION:
        _require(
            bool(goal.text.strip()) and goal.change is None and not goal.unit,
            "text",
            "goal-of-function",
            "a goal of function is said in words, without a number of its own",
            "for example: walks 20 minutes without heaviness.",
        )
        return
    _require(
        goal.quantity in units,
        "quantity",
        "unknown-quantity",
        f"{goal.quantity!r} is not measured here; allowed are {', '.join((*units, FUNCTION))}",
        "choose one of these.",
    )
    _require(
        goal.unit == units[goal.quantity],
        "unit",
        "wrong-unit",
        f"{goal.unit!r}; {goal.quantity} is in {units[goal.quantity]!r}",
        "give the change in that unit.",
    )
    _require(
        goal.change is not None and math.isfinite(goal.change) and goal.change != 0.0,
        "change",
        "no-target",
        f"{goal.change!r} is no change; a number other than 0 is needed",
        "below 0 for less, for example -300 for 300 mL less.",
    )


def _require(ok: bool, field: str, code: str, message: str, hint: str) -> None:
    if not ok:
        raise InputError.one("goal", code, message, path=field, hint=hint)
