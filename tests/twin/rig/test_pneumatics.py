"""Valve flow and chamber pressure, each against something that is not openpresso."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from openpresso import cuff
from openpresso.cuff.model import Valve
from openpresso.twin.physics import LAMINAR, chamber_pressure, laminar_patch, valve_flow
from tests.twin.reference import iso_6358

KPA = 760.0 / 101.325
PRESSURES = st.floats(-10.0, 350.0)
RATIOS = st.floats(0.1, 0.6)
CHAMBER = cuff.load("leg-8").chambers[0]
CHAMBERS = st.builds(
    lambda dead, slack, knee, stretch: dataclasses.replace(
        CHAMBER, dead_volume=dead, slack_volume=slack, slack_pressure=knee, stretch=stretch
    ),
    st.floats(10.0, 200.0),
    st.floats(1.0, 2000.0),
    st.floats(2.0, 8.0),
    st.floats(0.05, 5.0),
)


def flow(upstream: float, downstream: float, conductance: float, critical: float) -> float:
    span, patch = laminar_patch(critical)
    return valve_flow(upstream, downstream, conductance, critical, span, patch)


def test_a_valve_of_a_data_sheet_passes_what_its_maker_says() -> None:
    litres = flow(400.0 * KPA, 300.0 * KPA, 2.0, 0.3) * 60.0 / 1000.0
    assert litres == pytest.approx(420.0, rel=0.03)


def test_a_choked_valve_does_not_feel_what_is_downstream() -> None:
    choked = flow(1500.0, 100.0, 0.2, 0.4)
    assert choked == flow(1500.0, 0.0, 0.2, 0.4)
    assert choked == pytest.approx(0.2 * 2260.0 / 750.062 * 1000.0 * 100.0 / 101.325, rel=1e-12)


@given(upstream=PRESSURES, downstream=PRESSURES, critical=RATIOS)
def test_flow_is_that_of_iso_6358(upstream: float, downstream: float, critical: float) -> None:
    valve = Valve(conductance=0.25, critical_ratio=critical, lag=0.01)
    printed = iso_6358(np.array(upstream), downstream, valve, np.array(1.0))
    assert flow(upstream, downstream, 0.25, critical) == pytest.approx(
        float(printed), rel=1e-9, abs=1e-9
    )


@given(upstream=PRESSURES, downstream=PRESSURES, critical=RATIOS)
def test_flow_turned_round_is_its_opposite(
    upstream: float, downstream: float, critical: float
) -> None:
    assert flow(upstream, downstream, 0.2, critical) == -flow(downstream, upstream, 0.2, critical)


@given(pressure=PRESSURES, critical=RATIOS)
def test_flow_ends_where_pressures_are_equal(pressure: float, critical: float) -> None:
    assert flow(pressure, pressure, 0.2, critical) == 0.0


@given(upstream=st.floats(0.0, 300.0), critical=RATIOS)
def test_flow_is_continuous_where_it_turns_linear(upstream: float, critical: float) -> None:
    edge = LAMINAR * (upstream + 760.0) - 760.0
    below, above = (flow(upstream, edge + step, 0.2, critical) for step in (-1e-9, 1e-9))
    assert below == pytest.approx(above, rel=1e-8)
    assert below >= above * (1.0 - 1e-12)


@given(
    chamber=CHAMBERS,
    pressure=st.floats(0.0, 160.0),
    step=st.floats(-0.2, 0.2),
    pushed=st.floats(-20.0, 20.0),
)
def test_chamber_pressure_solves_the_gas_law(
    chamber: cuff.Chamber, pressure: float, step: float, pushed: float
) -> None:
    empty = max(chamber.dead_volume + pushed, 5.0)
    knee = chamber.slack_pressure

    def surplus(p: float, gas: float) -> float:
        volume = empty + chamber.slack_volume * p / (p + knee) + chamber.stretch * p
        return (760.0 + p) * volume - 760.0 * gas

    gas = surplus(pressure, 0.0) / 760.0
    exact = brentq(surplus, -0.8 * knee, 400.0, args=(gas,), xtol=1e-12, rtol=1e-14)
    found = chamber_pressure(
        max(exact + step, -0.5 * knee),
        gas,
        empty,
        chamber.slack_volume,
        knee,
        chamber.stretch,
    )
    assert found == pytest.approx(exact, abs=2.0 * abs(step) ** 3 / knee**2 + 1e-9)
    again = chamber_pressure(found, gas, empty, chamber.slack_volume, knee, chamber.stretch)
    assert again == pytest.approx(exact, abs=1e-6)


def test_the_patch_has_the_slope_of_its_chord() -> None:
    span, slope = laminar_patch(0.3)
    assert span == pytest.approx(1.0 / 0.7)
    root = math.sqrt(1.0 - ((LAMINAR - 0.3) / 0.7) ** 2)
    assert slope * (1.0 - LAMINAR) == pytest.approx(root)
