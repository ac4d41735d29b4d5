"""One law, three places: the same decisions on the same inputs, bit for bit."""

from __future__ import annotations

import pytest

from openpresso.law import controller, counters
from openpresso.twin.rig.firmware import micropython
from tests.campaign import amount
from tests.law.places import SCALARS, MicroPython, Numba, Place, Play, inputs

on_boards = pytest.mark.skipif(
    micropython() is None, reason="MicroPython's unix port is not installed; see `make setup`"
)
PLACES = [
    pytest.param(Numba(), id="numba"),
    pytest.param(MicroPython(built=False), id="micropython", marks=on_boards),
    pytest.param(MicroPython(built=True), id="built-for-boards", marks=on_boards),
]
"""Places that must agree with CPython."""

INPUTS = 5000
TYPES = amount(
    ("foot-1", "leg-8", "leg-24"),
    ("foot-1", "calf-3", "leg-4", "leg-6", "leg-8", "leg-12", "leg-24", "arm-8"),
)


def test_the_inputs_of_the_functions_are_more_than_100_000() -> None:
    assert INPUTS * len(SCALARS) >= 100_000


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", SCALARS)
def test_a_function_answers_the_same_in_every_place(place: Place, name: str) -> None:
    rows = inputs(name, INPUTS, seed=1)
    expected = Place().answers(name, rows)
    assert place.answers(name, rows) == expected
    assert len(set(expected)) > 1, "these inputs decide nothing"


@pytest.mark.parametrize("place", PLACES)
def test_whole_ticks_leave_the_same_in_every_place(place: Place) -> None:
    for type_name in TYPES:
        for seed in range(3):
            play = Play(type_name, ticks=400, seed=seed)
            assert place.performs(play) == Place().performs(play), (type_name, seed)


def test_the_plays_fill_hold_and_trip() -> None:
    steady, _, wild = (Place().performs(Play("leg-8", ticks=400, seed=seed)) for seed in range(3))
    assert not any(row[controller.FAULT_BITS] for row in steady)
    assert len({row[controller.SERVED] for row in steady}) > 3
    assert {len(row) for row in steady} == {
        controller.CUFF_STATE + 8 * (controller.WIDTH + 2) + controller.CUFF_OUTPUTS
        + counters.CUFF_COUNTS + 8 * counters.CHAMBER_COUNTS
    }  # fmt: skip
    assert wild[-1][controller.FAULT_BITS]
