"""Can the pump and the valves follow?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from openpresso.cuff.model import Cuff, Valve
from openpresso.cuff.volume import free_air
from openpresso.errors import InputError
from openpresso.program import (
    Program,
    cannot_follow,
    feasibility,
    fits,
    load,
    lowered,
    names,
    nearest,
    problems,
)
from openpresso.program import (
    compile as compile_program,
)
from openpresso.program.airflow import crossing, emptying_time, inflows, supply, valve_flow
from openpresso.program.feasibility import MARGIN
from openpresso.program.model import Gradient, Order, Rest, Spacing, Uniform
from tests.program.programs import cuff, phase, program


def alone(pressure: float, **changes: object) -> Program:
    """Return a phase that fills the first chamber alone."""
    plan = {"target": Uniform(pressure), "order": Order(None, (1,)), "rest": Rest(60.0), **changes}
    return program(phase(**plan))


def needed(wanted: Program, on: Cuff, kind: str = "rise") -> float:
    return max(move.needed for move in feasibility(wanted, on) if move.kind == kind)


def test_a_catalogue_valve_lets_through_what_its_data_sheet_says() -> None:
    # SMC VX: C = 2 dm3/(s bar), b = 0.3, from 0.4 to 0.3 MPa gauge: 420 L/min ANR.
    flow = valve_flow(Valve(2.0, 0.3, 0.01), 0.4e6 / 133.322, 0.3e6 / 133.322)
    assert flow * 60.0 / 1000.0 == pytest.approx(420.0, rel=0.03)


def test_nothing_flows_against_the_pressure() -> None:
    assert valve_flow(Valve(1.0, 0.3, 0.01), 20.0, 20.0) == 0.0
    assert valve_flow(Valve(1.0, 0.3, 0.01), 20.0, 30.0) == 0.0


@given(st.floats(0.1, 9.9))
def test_a_crossing_is_found(root: float) -> None:
    assert crossing(lambda x: x**3 - root**3, 0.0, 10.0, 1e-6) == pytest.approx(root, abs=1e-3)


def test_the_pump_delivers_less_against_more_pressure_and_nothing_at_its_end() -> None:
    on = cuff("leg-8")
    curve = supply(on.pump, on.hose)
    assert np.all(np.diff(curve.y) < 0.0)
    assert curve.y[-1] == pytest.approx(0.0, abs=0.1)
    assert curve.y[0] < on.pump.flow


def test_open_chambers_together_take_what_the_pump_delivers() -> None:
    on = cuff("leg-8")
    flows = inflows(on, [10.0, 20.0, 30.0])
    assert flows == sorted(flows, reverse=True)
    assert sum(flows) == pytest.approx(sum(inflows(on, [10.0, 10.0, 10.0])), rel=0.15)
    assert inflows(on, []) == []


def test_the_time_to_fill_agrees_with_an_integration_of_the_same_equations() -> None:
    on = cuff("leg-4")
    chamber = on.chambers[0]
    pressures = np.linspace(0.0, 60.0, 2001)
    air = free_air(chamber, pressures)

    def rate(_: float, content: NDArray[np.float64]) -> list[float]:
        pressure = float(np.interp(content[0], air, pressures))
        return [inflows(on, [pressure])[0] * (1.0 - MARGIN)]

    def full(_: float, content: NDArray[np.float64]) -> float:
        return float(content[0] - air[-1])

    full.terminal = True  # type: ignore[attr-defined]  # how solve_ivp is told to stop
    solved = solve_ivp(rate, (0.0, 60.0), [0.0], events=full, rtol=1e-6, max_step=0.1)
    wanted = alone(60.0, rise=0.5)
    assert needed(wanted, on) == pytest.approx(solved.t_events[0][0], rel=0.02)


def test_the_time_to_empty_agrees_with_an_integration_of_the_same_equations() -> None:
    on = cuff("leg-8")
    chamber = on.chambers[7]
    pressures = np.linspace(0.0, 80.0, 4001)
    air = free_air(chamber, pressures)

    def rate(_: float, content: NDArray[np.float64]) -> list[float]:
        return [-valve_flow(on.exhaust, float(np.interp(content[0], air, pressures)), 0.0)]

    def empty(_: float, content: NDArray[np.float64]) -> float:
        return float(content[0] - np.interp(5.0, pressures, air))

    empty.terminal = True  # type: ignore[attr-defined]  # how solve_ivp is told to stop
    solved = solve_ivp(rate, (0.0, 60.0), [air[-1]], events=empty, rtol=1e-6, max_step=0.1)
    assert emptying_time(chamber, on.exhaust, 80.0, 5.0) == pytest.approx(
        solved.t_events[0][0], rel=0.02
    )


@settings(max_examples=settings().max_examples // 5)
@given(st.floats(20.0, 100.0), st.floats(1.05, 3.0))
def test_a_stronger_pump_needs_less_time_and_a_higher_target_more(
    pressure: float, factor: float
) -> None:
    on = cuff("leg-4")
    strong = replace(on, pump=replace(on.pump, flow=on.pump.flow * factor))
    wanted = alone(pressure, rise=0.2)
    assert needed(wanted, strong) < needed(wanted, on)
    assert needed(alone(pressure * 1.05, rise=0.2), on) > needed(wanted, on)


def test_chambers_that_rise_together_share_the_pump() -> None:
    on = cuff("leg-4")
    together = program(phase(target=Uniform(40.0), rise=1.0, order=Order("all-at-once")))
    single = needed(alone(40.0, rise=1.0), on)
    assert needed(together, on) > 3.0 * single


def test_what_cannot_be_followed_is_named_with_the_time_it_needs() -> None:
    found = cannot_follow(program(phase(rise=2.0)), cuff("leg-4"))
    assert [item.code for item in found] == ["cannot-follow"]
    assert found[0].path == "phases[0].rise"
    assert "'main'" in found[0].message
    assert "2 s" in found[0].message
    assert "chamber" in found[0].message


def test_a_rise_shorter_than_the_valves_can_follow_is_refused() -> None:
    wanted = program(phase(target=Uniform(2.0), rise=0.05), limbs=("foot",))
    moves = [move for move in feasibility(wanted, cuff("foot-1")) if move.kind == "rise"]
    assert moves[0].needed == pytest.approx(0.1)
    assert not moves[0].follows


def test_a_step_must_arrive_before_half_of_its_hold_is_over() -> None:
    step = program(phase(target=Uniform(40.0), rise=0.0, hold=3.0, order=Order("all-at-once")))
    assert cannot_follow(step, cuff("leg-4"))
    assert not cannot_follow(
        replace(step, phases=(replace(step.phases[0], hold=120.0),)), cuff("leg-4")
    )


def test_a_chamber_that_is_not_empty_when_it_starts_again_is_refused() -> None:
    wanted = program(
        phase(
            target=Uniform(60.0),
            rise=60.0,
            hold=5.0,
            release=0.0,
            rest=Rest(0.5),
            order=Order("all-at-once"),
        )
    )
    assert "cannot-follow" in [item.code for item in cannot_follow(wanted, cuff("leg-4"))]
    assert cannot_follow(wanted, cuff("leg-4"))[-1].path == "phases[0].rest"


@pytest.mark.parametrize("spacing", [Spacing("overlap", (0.0,)), Spacing("stagger", (1.5,))])
def test_the_nearest_program_can_be_followed_and_keeps_targets_and_holds(spacing: Spacing) -> None:
    wanted, on = program(phase(rise=2.0, spacing=spacing)), cuff("leg-4")
    near = nearest(wanted, on)
    assert fits(near, on) == ()
    assert near.phases[0].target == wanted.phases[0].target
    assert near.phases[0].hold == wanted.phases[0].hold
    assert (near.phases[0].rise or 0.0) > 2.0
    assert "rise 2 s ->" in near.adaptations[0]
    assert "leg-4" in near.adaptations[0]


def test_the_nearest_program_is_no_slower_than_it_must_be() -> None:
    wanted, on = program(phase(rise=2.0)), cuff("leg-4")
    near = nearest(wanted, on).phases[0]
    assert near.rise is not None
    hasty = replace(near, rise=near.rise * 0.97)
    assert cannot_follow(replace(wanted, phases=(hasty,)), on)


def test_a_program_that_can_be_followed_is_its_own_nearest() -> None:
    wanted = load("gradient-drainage")
    assert nearest(wanted, cuff("leg-8")) is wanted


def test_the_rest_is_lengthened_until_the_chambers_are_empty() -> None:
    wanted = program(
        phase(
            target=Uniform(60.0), rise=60.0, release=0.0, rest=Rest(0.5), order=Order("all-at-once")
        )
    )
    near = nearest(wanted, cuff("leg-4"))
    assert near.phases[0].rest.time > 1.0
    assert near.phases[0].rise == 60.0
    assert "rest 0.5 s ->" in near.adaptations[0]


def test_a_slow_cuff_gets_its_own_form_of_sport_recovery() -> None:
    near = nearest(load("sport-recovery"), cuff("leg-4"))
    assert fits(near, cuff("leg-4")) == ()
    assert compile_program(near, cuff("leg-4")).duration == 1800.0


def test_there_is_no_nearest_program_when_the_slower_cycle_no_longer_fits() -> None:
    wanted = program(phase(rise=2.0), duration=40.0)
    with pytest.raises(InputError, match="one cycle takes"):
        nearest(wanted, cuff("leg-4"))


def test_a_target_beyond_the_pumps_end_pressure_has_no_nearest_program() -> None:
    on = cuff("leg-4")
    weak: Cuff = replace(on, pump=replace(on.pump, max_pressure=45.0))
    with pytest.raises(InputError, match="cannot follow"):
        nearest(alone(60.0), weak)


@pytest.mark.parametrize("name", ["gradient-drainage", "cellulite-look", "proximal-clearing"])
def test_a_lowered_program_obeys_the_ceiling_and_says_so(name: str) -> None:
    wanted, on = load(name), cuff("leg-8")
    gentle = lowered(wanted, on, 30.0)
    assert problems(gentle, on, 30.0) == ()
    assert np.nanmax(compile_program(gentle, on, 30.0).set_points) == pytest.approx(30.0)
    assert "30 mmHg" in gentle.adaptations[0]
    assert lowered(wanted, on, 100.0) is wanted


def test_lowering_keeps_the_gradient() -> None:
    gentle = lowered(load("gradient-drainage"), cuff("leg-8"), 25.0)
    assert gentle.phases[0].target == Gradient(25.0, 2.5, 7.5)


@pytest.mark.parametrize("name", names())
def test_every_move_of_a_fitting_program_has_a_time_it_needs(name: str) -> None:
    wanted = load(name)
    for on in (cuff("leg-8"), cuff("calf-3"), cuff("foot-1")):
        if not problems(wanted, on):
            assert all(np.isfinite(move.needed) for move in feasibility(wanted, on))
