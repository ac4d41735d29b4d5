"""The table of a course's states."""

from __future__ import annotations

import itertools

import pytest

from openpresso.clinic.courses.states import (
    ENDED,
    MEANING,
    START,
    TABLE,
    State,
    Step,
    after,
    possible,
)
from openpresso.clinic.errors import RefusedError


def test_every_state_has_a_meaning_and_is_reached_from_the_start() -> None:
    reached, before = {START}, set[State]()
    while reached != before:
        before = set(reached)
        reached |= {end for (begin, _), end in TABLE.items() if begin in reached}
    assert reached == set(State) == set(MEANING)


def test_from_an_ended_course_nothing_leads_out() -> None:
    assert all(not possible(state) for state in ENDED)
    assert {state for state in State if not possible(state)} == ENDED


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_each_cell_of_the_table_leads_where_it_says_and_all_others_are_refused(
    state: State, step: Step
) -> None:
    if (state, step) in TABLE:
        assert after(state.value, step) == TABLE[state, step]
    else:
        with pytest.raises(RefusedError, match=f"a course that is {state.value}"):
            after(state.value, step)
