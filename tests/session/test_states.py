from __future__ import annotations

import pytest

from openpresso.session import TABLE, State, Trigger, diagram, state_page
from openpresso.session.states import MEANING, TERMINAL, VENTED, after, allowed

LIVE = [state for state in State if state not in TERMINAL]


def reachable(start: State) -> set[State]:
    found, todo = {start}, [start]
    while todo:
        for target in TABLE[todo.pop()].values():
            if target not in found:
                found.add(target)
                todo.append(target)
    return found


def test_every_state_has_a_row_and_a_meaning() -> None:
    assert set(TABLE) == set(State) == set(MEANING)


def test_every_state_can_be_reached_from_idle() -> None:
    assert reachable(State.IDLE) == set(State)


@pytest.mark.parametrize("state", LIVE)
def test_every_state_that_is_not_final_has_an_exit_to_a_vented_state(state: State) -> None:
    assert after(state, Trigger.EMERGENCY_VENT) is State.STOPPED
    assert after(state, Trigger.FAULT) is State.FAULTED
    assert {State.STOPPED, State.FAULTED} <= VENTED


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_final_state_has_no_way_out(state: State) -> None:
    assert allowed(state) == ()


def test_only_a_persons_act_leads_into_running() -> None:
    into = {
        trigger
        for row in TABLE.values()
        for trigger, target in row.items()
        if target is State.RUNNING
    }
    assert into == {Trigger.START, Trigger.RESUME}


def test_running_is_entered_only_from_ready_or_a_pause() -> None:
    sources = {state for state, row in TABLE.items() if State.RUNNING in row.values()}
    assert sources == {State.READY, State.PAUSED, State.PAUSING}


def test_the_diagram_shows_every_transition_of_the_table() -> None:
    text = diagram()
    for state, row in TABLE.items():
        for trigger, target in row.items():
            source = "session" if trigger in {Trigger.EMERGENCY_VENT, Trigger.FAULT} else state
            assert f"{source} --> {target}: {trigger}" in text


def test_the_page_lists_every_state_and_transition() -> None:
    text = state_page()
    rows = sum(len(row) for row in TABLE.values())
    assert text.count("\n") == len(State) + rows + 5
    assert "| `running` | `fault` | `faulted` |" in text
