"""Gas volume and free air of a chamber."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import cuff

CHAMBER = cuff.load("leg-8").chambers[4]
CHAMBERS = st.builds(
    lambda dead, slack, knee, stretch: dataclasses.replace(
        CHAMBER, dead_volume=dead, slack_volume=slack, slack_pressure=knee, stretch=stretch
    ),
    st.floats(1.0, 200.0),
    st.floats(0.0, 2000.0),
    st.floats(0.5, 20.0),
    st.floats(0.01, 5.0),
)
PRESSURES = st.floats(0.0, 200.0)


def test_an_empty_chamber_holds_its_dead_volume() -> None:
    assert cuff.gas_volume(CHAMBER, 0.0) == CHAMBER.dead_volume
    assert cuff.gas_volume(CHAMBER, -5.0) == CHAMBER.dead_volume
    assert cuff.free_air(CHAMBER, 0.0) == 0.0


def test_half_of_the_slack_is_taken_up_at_the_slack_pressure() -> None:
    knee = CHAMBER.slack_pressure
    expected = CHAMBER.dead_volume + CHAMBER.slack_volume / 2 + CHAMBER.stretch * knee
    assert cuff.gas_volume(CHAMBER, knee) == pytest.approx(expected)


@given(chamber=CHAMBERS, low=PRESSURES, high=PRESSURES)
def test_more_pressure_never_takes_less_air(chamber: cuff.Chamber, low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert cuff.gas_volume(chamber, low) <= cuff.gas_volume(chamber, high)
    assert cuff.free_air(chamber, low) <= cuff.free_air(chamber, high)


@given(chamber=CHAMBERS, pressure=PRESSURES)
def test_free_air_is_what_isothermal_gas_needs(chamber: cuff.Chamber, pressure: float) -> None:
    held = (760.0 + pressure) * cuff.gas_volume(chamber, pressure)
    expected = (held - 760.0 * chamber.dead_volume) / 760.0
    assert cuff.free_air(chamber, pressure) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_arrays_give_what_numbers_give() -> None:
    pressures = np.linspace(-5.0, 120.0, 26).reshape(2, 13)
    for measure in (cuff.gas_volume, cuff.free_air):
        expected = [[measure(CHAMBER, float(one)) for one in row] for row in pressures]
        np.testing.assert_allclose(measure(CHAMBER, pressures), expected, rtol=1e-14)
