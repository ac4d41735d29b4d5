"""The catalog: every shipped cuff is whole, sourced and able to do what it is for."""

from __future__ import annotations

import math

import jsonschema
import pytest

from openpresso import cuff
from openpresso.documents import load_document

NAMES = ["foot-1", "calf-3", "leg-4", "leg-6", "leg-8", "leg-12", "leg-24", "arm-8"]
LEGS = [name for name in NAMES if name.startswith("leg")]
CHOKED = 986.9
"""Flow of a choked valve of C 1 dm3/(s bar) at 1 bar upstream [mL/s at 760 mmHg]."""


def valve_flow(valve: cuff.Valve, up: float, down: float) -> float:
    ratio = (760.0 + down) / (760.0 + up)
    above = max((ratio - valve.critical_ratio) / (1.0 - valve.critical_ratio), 0.0)
    bar = (760.0 + up) / 750.062
    return CHOKED * valve.conductance * bar * math.sqrt(max(1.0 - above * above, 0.0))


def supply(one: cuff.Cuff, pressure: float, share: float) -> float:
    """Flow into a chamber at a pressure, pump and inlet in series [mL/s]."""
    low, high = pressure, one.pump.max_pressure
    for _ in range(30):
        manifold = (low + high) / 2
        given = one.pump.flow * (1.0 - manifold / one.pump.max_pressure)
        if valve_flow(one.inlet, manifold, pressure) / share < given:
            low = manifold
        else:
            high = manifold
    return one.pump.flow * (1.0 - low / one.pump.max_pressure) * share


def fill_time(one: cuff.Cuff, chamber: cuff.Chamber, target: float, share: float = 1.0) -> float:
    """Time to fill a chamber that gets a share of the flow [s]."""
    steps = 60
    time = one.pump.lag + one.inlet.lag
    for number in range(steps):
        low, high = target * number / steps, target * (number + 1) / steps
        air = cuff.free_air(chamber, high) - cuff.free_air(chamber, low)
        time += air / supply(one, (low + high) / 2, share)
    return time


def test_the_catalog_has_the_eight_cuffs_in_order() -> None:
    assert cuff.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_cuff_has_no_findings_and_its_name(name: str) -> None:
    assert cuff.check(name) == ()
    one = cuff.load(name)
    assert one.name == name
    assert one.n_chambers == int(name.rpartition("-")[2])
    assert [chamber.number for chamber in one.chambers] == list(range(1, one.n_chambers + 1))


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_shipped_cuff_has_a_mark_and_a_value(name: str) -> None:
    one = cuff.load(name)
    figures = cuff.describe(one)
    assert len(figures) == 10 * one.n_chambers + 3 + 2 + 9 + 3
    assert all(figure.value for figure in figures)
    assert all(figure.source for figure in figures if figure.mark not in ("assumed", "estimate"))


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_file_agrees_with_the_published_schema(name: str) -> None:
    schema = cuff.cuff_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    folder = cuff.__path__[0]
    jsonschema.validate(load_document(f"{folder}/catalog/{name}.yaml").data, schema)


@pytest.mark.parametrize("name", LEGS)
def test_every_leg_cuff_takes_the_same_air_whatever_its_chambers(name: str) -> None:
    total = sum(cuff.gas_volume(chamber, 50.0) for chamber in cuff.load(name).chambers)
    assert 4000.0 < total < 8000.0
    reference = sum(cuff.gas_volume(chamber, 50.0) for chamber in cuff.load("leg-8").chambers)
    assert total == pytest.approx(reference, rel=0.05)


@pytest.mark.parametrize("name", ["leg-8", "leg-12", "leg-24"])
def test_a_large_leg_cuff_fills_to_60_within_a_cycle_of_50_s(name: str) -> None:
    one = cuff.load(name)
    assert sum(fill_time(one, chamber, 60.0) for chamber in one.chambers) < 45.0


@pytest.mark.parametrize("name", ["leg-8", "leg-12", "leg-24"])
def test_a_large_leg_cuff_reaches_120_in_each_chamber_within_its_turn(name: str) -> None:
    one = cuff.load(name)
    assert max(fill_time(one, chamber, 120.0) for chamber in one.chambers) < 15.0


def test_the_foot_cuff_reaches_130_in_less_than_0_4_s() -> None:
    one = cuff.load("foot-1")
    assert one.max_pressure > 130.0
    assert fill_time(one, one.chambers[0], 130.0) < 0.4


def test_the_calf_cuff_reaches_50_in_all_chambers_together_in_about_0_6_s() -> None:
    one = cuff.load("calf-3")
    share = 1.0 / one.n_chambers
    assert max(fill_time(one, chamber, 50.0, share) for chamber in one.chambers) < 0.7


@pytest.mark.parametrize("name", ["calf-3", *LEGS, "arm-8"])
@pytest.mark.parametrize("pressure", [20.0, 50.0, 90.0])
def test_one_tick_of_the_cuffs_controller_moves_no_chamber_by_more_than_3_5_mmhg(
    name: str, pressure: float
) -> None:
    one = cuff.load(name)
    fastest = max(
        valve_flow(one.inlet, one.pump.max_pressure, pressure),
        valve_flow(one.exhaust, pressure, 0.0),
    )
    for chamber in one.chambers:
        low, high = cuff.free_air(chamber, pressure - 0.5), cuff.free_air(chamber, pressure + 0.5)
        assert 0.005 * fastest / (high - low) < 3.5
