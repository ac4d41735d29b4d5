"""The states of a course, as a table: state x step -> state.

Rules of this file:

1. Everything that moves a course from one state to another is a row of `TABLE`; no other file
   assigns a state.
2. This file knows neither days nor sessions. Whether a step may be taken is judged by the action;
   where it leads is the table's.
3. From `finished` and `stopped` nothing leads out: a new course is opened instead, so that the
   result of the old one stays what it was.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from openpresso.clinic.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """Where a course stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class Step(StrEnum):
    """What people do with a course after it was opened."""

    BEGIN = "begin"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    CHANGE = "change"
    STOP = "stop"
    FINISH = "finish"


MEANING: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.PLANNED: "Agreed, not begun: the baseline is measured now.",
        State.ACTIVE: "Sessions are due by the plan, or when the client comes.",
        State.PAUSED: "Nothing is due; the plan moves by the length of the pause.",
        State.FINISHED: "All planned sessions are over; end measurement and follow-ups remain.",
        State.STOPPED: "Ended early, with a reason; measuring it afterwards is still worth while.",
    }
)
"""What each state means, for people."""

START: Final = State.PLANNED
"""The state in which a course is opened."""

TABLE: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.PLANNED, Step.BEGIN): State.ACTIVE,
        (State.PLANNED, Step.EXTEND): State.PLANNED,
        (State.PLANNED, Step.CHANGE): State.PLANNED,
        (State.PLANNED, Step.STOP): State.STOPPED,
        (State.ACTIVE, Step.PAUSE): State.PAUSED,
        (State.ACTIVE, Step.EXTEND): State.ACTIVE,
        (State.ACTIVE, Step.CHANGE): State.ACTIVE,
        (State.ACTIVE, Step.STOP): State.STOPPED,
        (State.ACTIVE, Step.FINISH): State.FINISHED,
        (State.PAUSED, Step.RESUME): State.ACTIVE,
        (State.PAUSED, Step.EXTEND): State.PAUSED,
        (State.PAUSED, Step.CHANGE): State.PAUSED,
        (State.PAUSED, Step.STOP): State.STOPPED,
    }
)
"""Every step that there is."""

ENDED: Final = frozenset({State.FINISHED, State.STOPPED})
"""States from which nothing leads out."""


def after(state: str, step: Step) -> State:
    """Return the state that a step leads to.

    Parameters
    ----------
    state
        Where the course stands.
    step
        What is to be done.

    Returns
    -------
    State
        Where it stands then.

    Raises
    ------
    RefusedError
        If the table has no such step; the message names those that it has.
    """
    found = TABLE.get((State(state), step))
    if found is None:
        allowed = ", ".join(one.value for one in possible(state)) or "nothing"
        raise RefusedError(
            f"a course that is {state} cannot be brought to: {step.value}",
            (f"possible now: {allowed}",),
            code="wrong-state",
        )
    return found


def possible(state: str) -> tuple[Step, ...]:
    """Return the steps that a state has, in the order of the table."""
    return tuple(step for before, step in TABLE if before == state)
