"""The states of a session, as a table: state x trigger -> state.

Rules of this file:

1. Everything that moves a session from one state to another is a row of `TABLE`. No other file
   assigns a state; the engine only names a trigger.
2. This file knows neither time nor pressure nor who asks. Whether a trigger has come is the
   engine's judgement, what follows from it is the table's.
3. From every state that is not final, `emergency-vent` leads to `stopped` and `fault` to
   `faulted`. A final state has no way out: what comes later can change nothing.
4. Only `start` and `resume` lead into `running`, and both are acts of a person.

The pictures and the page in the documentation are drawn from `TABLE`.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """Where a session stands."""

    IDLE = "idle"
    CHECKING = "checking"
    FITTING = "fitting"
    READY = "ready"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    ENDING = "ending"
    DONE = "done"
    STOPPED = "stopped"
    FAULTED = "faulted"


class Trigger(StrEnum):
    """What moves a session."""

    TURN_ON = "turn-on"
    CHECKED = "checked"
    FITTED = "fitted"
    ALL_FITTED = "all-fitted"
    START = "start"
    PAUSE_AT_CYCLE_END = "pause-at-cycle-end"
    PAUSE_NOW = "pause-now"
    CYCLE_ENDED = "cycle-ended"
    RESUME = "resume"
    DELIVERED = "delivered"
    END = "end"
    RECORDER_FAILED = "recorder-failed"
    EMPTIED_AFTER_DELIVERY = "emptied-after-delivery"
    EMPTIED_AFTER_END = "emptied-after-end"
    EMPTIED_AFTER_FAILURE = "emptied-after-failure"
    EMERGENCY_VENT = "emergency-vent"
    FAULT = "fault"


MEANING: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.IDLE: "A cuff is still to be turned on; nothing is energised.",
        State.CHECKING: "A cuff was turned on: its identity, its faults and its zero are checked.",
        State.FITTING: "A cuff is filled to about 15 mmHg, sealed, vented; another may be checked.",
        State.READY: "All cuffs are tested and vented; a person may start.",
        State.RUNNING: "The program is delivered.",
        State.PAUSING: "The program goes on to the end of its cycle and then pauses.",
        State.PAUSED: "The program stands still; chambers are held for a short time or vented.",
        State.ENDING: "The chambers are let down over some seconds and vented until empty.",
        State.DONE: "The program was delivered to its end; the cuffs are empty.",
        State.STOPPED: "A person ended the session; the cuffs are vented.",
        State.FAULTED: "A limit or a test ended the session; the cuffs are vented.",
    }
)
"""What each state means, for people."""

TERMINAL: Final = frozenset({State.DONE, State.STOPPED, State.FAULTED})
"""Final states: nothing is energised again."""
VENTED: Final = frozenset({State.IDLE, State.CHECKING, State.READY, *TERMINAL})
"""States in which every set-point is NaN: vent and disable."""

_STOPS: Final = {Trigger.EMERGENCY_VENT: State.STOPPED, Trigger.FAULT: State.FAULTED}
_ENDS: Final = {
    Trigger.END: State.ENDING,
    Trigger.RECORDER_FAILED: State.ENDING,
    **_STOPS,
}

TABLE: Final[Mapping[State, Mapping[Trigger, State]]] = MappingProxyType(
    {
        State.IDLE: {
            Trigger.TURN_ON: State.CHECKING,
            Trigger.END: State.STOPPED,
            Trigger.RECORDER_FAILED: State.FAULTED,
            **_STOPS,
        },
        State.CHECKING: {
            Trigger.TURN_ON: State.CHECKING,
            Trigger.CHECKED: State.FITTING,
            **_ENDS,
        },
        State.FITTING: {
            Trigger.TURN_ON: State.CHECKING,
            Trigger.FITTED: State.IDLE,
            Trigger.ALL_FITTED: State.READY,
            **_ENDS,
        },
        State.READY: {Trigger.START: State.RUNNING, **_ENDS},
        State.RUNNING: {
            Trigger.PAUSE_AT_CYCLE_END: State.PAUSING,
            Trigger.PAUSE_NOW: State.PAUSED,
            Trigger.DELIVERED: State.ENDING,
            **_ENDS,
        },
        State.PAUSING: {
            Trigger.CYCLE_ENDED: State.PAUSED,
            Trigger.PAUSE_NOW: State.PAUSED,
            Trigger.RESUME: State.RUNNING,
            Trigger.DELIVERED: State.ENDING,
            **_ENDS,
        },
        State.PAUSED: {
            Trigger.PAUSE_NOW: State.PAUSED,
            Trigger.RESUME: State.RUNNING,
            **_ENDS,
        },
        State.ENDING: {
            Trigger.EMPTIED_AFTER_DELIVERY: State.DONE,
            Trigger.EMPTIED_AFTER_END: State.STOPPED,
            Trigger.EMPTIED_AFTER_FAILURE: State.FAULTED,
            **_STOPS,
        },
        State.DONE: {},
        State.STOPPED: {},
        State.FAULTED: {},
    }
)
"""State x trigger -> state; what is not here is not allowed."""


def after(state: State, trigger: Trigger) -> State | None:
    """Return the state that follows, or `None` when the trigger is not allowed in `state`."""
    return TABLE[state].get(trigger)


def allowed(state: State) -> tuple[Trigger, ...]:
    """Return the triggers that `state` knows, in the order of the table."""
    return tuple(TABLE[state])


def diagram() -> str:
    """Return the table as a Mermaid state diagram.

    `emergency-vent` and `fault` leave every state that is not final; they are drawn once, from the
    frame around those states, so that the picture stays readable.
    """
    lines = [
        "stateDiagram-v2",
        f"    [*] --> {State.IDLE}",
        '    state "any of these" as session {',
    ]
    lines += [
        f"        {state} --> {target}: {trigger}"
        for state, row in TABLE.items()
        for trigger, target in row.items()
        if trigger not in _STOPS and target not in TERMINAL
    ]
    lines.append("    }")
    lines += [
        f"    {state} --> {target}: {trigger}"
        for state, row in TABLE.items()
        for trigger, target in row.items()
        if trigger not in _STOPS and target in TERMINAL
    ]
    lines += [f"    session --> {target}: {trigger}" for trigger, target in _STOPS.items()]
    lines += [f"    {state} --> [*]" for state in State if state in TERMINAL]
    return "\n".join(lines) + "\n"


def state_page() -> str:
    """Return the table as Markdown: the states with their meaning, then each transition."""
    lines = ["| State | Meaning | Final |", "|---|---|---|"]
    lines += [
        f"| `{state}` | {MEANING[state]} | {'yes' if state in TERMINAL else 'no'} |"
        for state in State
    ]
    lines += ["", "| From | Trigger | To |", "|---|---|---|"]
    lines += [
        f"| `{state}` | `{trigger}` | `{target}` |"
        for state, row in TABLE.items()
        for trigger, target in row.items()
    ]
    return "\n".join(lines) + "\n"
