"""What the law is told about a cuff."""

from __future__ import annotations

import dataclasses

import pytest

from openpresso import cuff
from openpresso.cuff.controller import chamber_settings, cuff_settings
from openpresso.law import controller as law

CUFF = cuff.load("leg-8")


@pytest.mark.parametrize("name", cuff.names())
def test_the_settings_of_every_cuff_are_small_whole_numbers(name: str) -> None:
    garment = cuff.load(name)
    settings, chambers = cuff_settings(garment), chamber_settings(garment)
    assert len(settings) == law.CUFF_SETTINGS
    assert len(chambers) == garment.n_chambers * law.CHAMBER_SETTINGS
    for value in (*settings, *chambers):
        assert type(value) is int
        assert 0 < value < 1 << 21


def test_limits_and_times_are_those_of_the_cuff() -> None:
    settings, chambers = cuff_settings(CUFF), chamber_settings(CUFF)
    assert settings[law.HOLD_TICKS] == round(CUFF.max_hold * 200)
    assert settings[law.PUMP_MAX] == round(CUFF.pump.max_pressure * 100)
    assert settings[law.PUMP_LAG] == round(CUFF.pump.lag * 200)
    limits = [round(min(chamber.limit, CUFF.max_pressure) * 100) for chamber in CUFF.chambers]
    assert chambers[law.LIMIT :: law.CHAMBER_SETTINGS] == limits


def test_the_cuffs_limit_goes_before_a_chambers() -> None:
    tight = dataclasses.replace(CUFF, max_pressure=80.0)
    assert set(chamber_settings(tight)[law.LIMIT :: law.CHAMBER_SETTINGS]) == {8000}


def test_the_air_of_a_chamber_is_three_fills_and_two_seconds_of_the_pump() -> None:
    chamber = CUFF.chambers[2]
    limit = min(chamber.limit, CUFF.max_pressure)
    flow = CUFF.pump.flow * (1.0 - limit / CUFF.pump.max_pressure / 2.0)
    seconds = 3.0 * float(cuff.free_air(chamber, limit)) / flow + 2.0
    budget = chamber_settings(CUFF)[2 * law.CHAMBER_SETTINGS + law.AIR_BUDGET]
    assert budget == pytest.approx(seconds * 200 * 100, abs=1.0)


def test_slower_valves_are_led_further_and_a_larger_pump_raises_the_manifold_faster() -> None:
    inlet = dataclasses.replace(CUFF.inlet, lag=CUFF.inlet.lag + 0.01)
    pump = dataclasses.replace(CUFF.pump, flow=2.0 * CUFF.pump.flow)
    slower = cuff_settings(dataclasses.replace(CUFF, inlet=inlet))
    larger = cuff_settings(dataclasses.replace(CUFF, pump=pump))
    plain = cuff_settings(CUFF)
    assert slower[law.LEAD] == plain[law.LEAD] + 32
    assert larger[law.MANIFOLD_RISE] == pytest.approx(2 * plain[law.MANIFOLD_RISE], abs=1)
    assert larger[law.DUTY_SPAN] == pytest.approx(2 * plain[law.DUTY_SPAN], abs=1)


def test_a_valve_takes_from_the_manifold_what_iso_6358_gives_at_20_mmhg() -> None:
    wider = dataclasses.replace(CUFF.inlet, conductance=2.0 * CUFF.inlet.conductance)
    settings = cuff_settings(dataclasses.replace(CUFF, inlet=wider))
    assert settings[law.INLET_FALL] == pytest.approx(2 * cuff_settings(CUFF)[law.INLET_FALL], abs=1)


def test_a_small_manifold_reacts_more_to_pump_and_valves() -> None:
    small = cuff_settings(dataclasses.replace(CUFF, manifold_volume=CUFF.manifold_volume / 2.0))
    plain = cuff_settings(CUFF)
    for what in (law.MANIFOLD_RISE, law.INLET_FALL, law.DUMP_FALL):
        assert small[what] == pytest.approx(2 * plain[what], abs=1)
