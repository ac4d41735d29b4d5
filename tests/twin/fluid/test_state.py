"""Fluid, protein and lymph of a limb: what is kept, what balances, and references of their own."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp

from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.fluid import balance, interstitium, loads, lymph, swelling
from openpresso.twin.fluid import state as fluid
from openpresso.twin.fluid.interstitium import Tissue, figures
from openpresso.twin.fluid.loads import Load
from openpresso.twin.fluid.state import State
from openpresso.twin.limb import POSTURES as KNOWN_POSTURES
from openpresso.twin.limb import Posture

CONDITIONS = st.sampled_from(interstitium.conditions())
POSTURES = st.sampled_from(sorted(KNOWN_POSTURES))
PRESSURES = st.floats(0.0, 120.0)


def leg(condition: str = "healthy") -> Tissue:
    return swelling.leg(condition).tissue


def lying(tissue: Tissue) -> State:
    return balance.settled(tissue, loads.resting(tissue, "supine"))


def session(tissue: Tissue, pressure: float, hold: float) -> Load:
    return loads.under_cuff(tissue, swelling.sequence(pressure, hold), "supine")


def swollen(tissue: Tissue, times: float) -> State:
    state = lying(tissue)
    more = times * tissue.fluid
    return dataclasses.replace(state, fluid=more, protein=state.protein * more / state.fluid)


def passed_on(along: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each segment gains by flow along the limb."""
    return np.append(0.0, along[:-1]) - along


@given(
    condition=CONDITIONS,
    posture=POSTURES,
    pressure=PRESSURES,
    hold=st.floats(2.0, 80.0),
    times=st.floats(0.9, 5.0),
    cuffed=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_fluid_and_protein_are_kept_to_rounding(
    condition: str, posture: Posture, pressure: float, hold: float, times: float, cuffed: bool
) -> None:
    tissue = leg(condition)
    state = swollen(tissue, times)
    load = session(tissue, pressure, hold) if cuffed else loads.resting(tissue, posture)
    after, flows = fluid.advance(tissue, state, load, 30.0)
    gained = flows.filtered - flows.drained + passed_on(flows.along)
    protein = flows.protein_filtered - flows.protein_drained + passed_on(flows.protein_along)
    assert after.fluid - state.fluid == pytest.approx(gained, rel=1e-9, abs=1e-9)
    assert after.protein - state.protein == pytest.approx(protein, rel=1e-9, abs=1e-10)
    assert np.all(after.fluid > 0.0)
    assert np.all(after.protein > 0.0)


@given(condition=CONDITIONS, posture=POSTURES)
@settings(max_examples=20, deadline=None)
def test_a_balanced_limb_stays_as_it_is(condition: str, posture: Posture) -> None:
    tissue = leg(condition)
    load = loads.resting(tissue, posture)
    state = balance.settled(tissue, load)
    after, flows = fluid.advance(tissue, state, load, 1440.0, 10.0)
    assert after.fluid == pytest.approx(state.fluid, rel=1e-6)
    assert after.protein == pytest.approx(state.protein, rel=1e-6)
    assert flows.filtered == pytest.approx(flows.drained, rel=1e-4)


def test_a_healthy_leg_lying_holds_its_resting_volume_and_drains_what_the_figures_say() -> None:
    tissue = leg()
    state = lying(tissue)
    assert state.fluid == pytest.approx(tissue.fluid, rel=1e-9)
    _, flows = fluid.advance(tissue, state, loads.resting(tissue, "supine"), 60.0)
    per_hundred = flows.drained.sum() / tissue.volume.sum() * 100.0
    assert per_hundred == pytest.approx(60.0 * figures().lymph, rel=1e-6)


def reference(tissue: Tissue, load: Load, start: State, minutes: float) -> NDArray[np.float64]:
    """The equations of docs/explanation/fluid.md for one segment, written anew, by SciPy."""
    known = parameters.load("fluid")
    names = {key: one.value for key, one in known.items()}
    sigma, plasma = names["reflection"], names["plasma_oncotic"]
    k = names["oncotic_per_protein"]

    def rates(_: float, y: NDArray[np.float64]) -> list[float]:
        volume, protein, lining, massage = y
        gain = volume / tissue.fluid[0] - 1.0
        knots = [-1.0, 0.0, 0.175, 0.5, 20.0]
        slopes = [1 / 0.06, 1 / 0.06, 1 / np.sqrt(0.06 * 1.10), 1 / 1.10]
        heights = np.append(0.0, np.cumsum(np.array(slopes) * np.diff(knots)))
        own = float(np.interp(gain, knots, heights - heights[1])) + names["tissue_pressure"]
        across = float(tissue.capillary) + load.capillary[0] - own - load.outside[0]
        filtered = tissue.filtration[0] * (across - sigma * (plasma - lining))
        filled = np.clip(1.0 + names["lymph_gain"] * (own - names["tissue_pressure"]), 0.0, 10.0)
        drained = tissue.lymph[0] * filled * (1.0 + names["massage_gain"] * massage) * load.open[0]
        inside = protein / volume
        carried = (1.0 - sigma) * (plasma / k if filtered > 0.0 else inside)
        goal = max(k * inside, plasma - across / sigma)
        return [
            filtered - drained,
            filtered * carried + tissue.diffusion[0] * (plasma / k - inside) - drained * inside,
            (goal - lining) / names["glycocalyx_lag"],
            (load.massage[0] - massage) / names["massage_lag"],
        ]

    y = [start.fluid[0], start.protein[0], start.glycocalyx[0], start.massage[0]]
    found = solve_ivp(rates, (0.0, minutes), y, method="LSODA", rtol=1e-10, atol=1e-12)
    return np.asarray(found.y[:, -1])


@pytest.mark.parametrize("case", ["sitting", "standing", "cycling", "garment", "lying-down"])
def test_a_segment_follows_the_printed_equations(case: str) -> None:
    tissue = interstitium.tissue([900.0], [10.0], [60.0])
    start = lying(tissue)
    load = {
        "sitting": loads.resting(tissue, "sitting"),
        "standing": loads.resting(tissue, "standing"),
        "cycling": loads.resting(tissue, "sitting", "cycling"),
        "garment": loads.worn(tissue, "standing", 20.0),
        "lying-down": loads.resting(tissue, "supine"),
    }[case]
    if case == "lying-down":
        start, _ = fluid.advance(tissue, start, loads.resting(tissue, "standing"), 240.0)
    after, _ = fluid.advance(tissue, start, load, 150.0)
    volume, protein, lining, massage = reference(tissue, load, start, 150.0)
    moved = abs(volume - start.fluid[0])
    assert after.fluid[0] == pytest.approx(volume, abs=max(0.01 * moved, 1e-6))
    assert after.protein[0] == pytest.approx(protein, rel=1e-4)
    assert after.glycocalyx[0] == pytest.approx(lining, abs=0.02)
    assert after.massage[0] == pytest.approx(massage, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("condition", "pressure"), [("healthy", 60.0), ("lymphoedema", 120.0)])
def test_half_the_step_changes_a_session_by_less_than_a_hundredth(
    condition: str, pressure: float
) -> None:
    tissue = leg(condition)
    start = swollen(tissue, 1.0 if condition == "healthy" else 3.0)
    load = session(tissue, pressure, 50.0)
    whole, half = (
        fluid.advance(tissue, start, load, 45.0, step)[0].fluid.sum() for step in (1.0, 0.5)
    )
    assert whole - half == pytest.approx(0.0, abs=0.01 * abs(half - start.fluid.sum()))


def test_a_step_too_long_for_the_tissue_is_refused_with_the_longest_that_is_not() -> None:
    tissue = leg()
    longest = fluid.longest_step(tissue)
    load = loads.resting(tissue, "sitting")
    fluid.advance(tissue, lying(tissue), load, longest, longest)
    with pytest.raises(InputError, match=f"{longest:.3g}") as refused:
        fluid.advance(tissue, lying(tissue), load, 10 * longest, 2.0 * longest)
    assert refused.value.code == "step-too-long"


def test_a_channel_too_wide_for_the_step_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "MOST_SUBSTEPS", 5)
    tissue = dataclasses.replace(leg("lymphoedema"), conductivity=np.asarray(1e-5))
    with pytest.raises(InputError, match="Take a shorter step"):
        fluid.advance(tissue, swollen(tissue, 3.0), session(tissue, 120.0, 50.0), 10.0, 10.0)


def test_filtration_starts_at_the_coefficient_times_the_rise() -> None:
    tissue = leg()
    calm = loads.resting(tissue, "supine")
    risen = dataclasses.replace(calm, capillary=calm.capillary + 8.0)
    flows = [fluid.advance(tissue, lying(tissue), load, 0.01)[1] for load in (calm, risen)]
    more = (flows[1].filtered - flows[0].filtered) / 0.01
    assert more == pytest.approx(8.0 * tissue.filtration, rel=1e-6)


def test_capillaries_take_fluid_back_only_for_a_while() -> None:
    tissue = leg()
    calm = loads.resting(tissue, "supine")
    sunk = dataclasses.replace(calm, capillary=calm.capillary - 6.0)
    state, early = fluid.advance(tissue, lying(tissue), sunk, 1.0)
    state, _ = fluid.advance(tissue, state, sunk, 89.0)
    _, late = fluid.advance(tissue, state, sunk, 1.0)
    assert np.all(early.filtered < 0.0)
    assert np.all(late.filtered > 0.05 * early.filtered)


@given(st.floats(0.4, 6.0), st.floats(1e-3, 1.0))
def test_tissue_pressure_rises_with_volume_and_never_faster_than_when_tight(
    times: float, more: float
) -> None:
    tissue = leg()
    below, above = (interstitium.pressure(tissue, tissue.fluid * t) for t in (times, times + more))
    assert np.all(above > below)
    assert np.all(above - below <= more / figures().stiff_share * (1.0 + 1e-9))


def test_tissue_pressure_has_guytons_figures() -> None:
    tissue = leg()
    at = [float(interstitium.pressure(tissue, tissue.fluid * t)[0]) for t in (1.0, 1.06, 2.0, 3.1)]
    assert at[0] == pytest.approx(-0.7)
    assert at[1] - at[0] == pytest.approx(1.0)
    assert at[3] - at[2] == pytest.approx(1.0)


@given(
    pressure=st.floats(1.0, 150.0),
    held=st.floats(1.0, 300.0),
    rest=st.floats(0.5, 300.0),
    lag=st.floats(1.0, 100.0),
)
@settings(max_examples=30, deadline=None)
def test_the_mean_head_above_the_threshold_is_that_of_the_lag_itself(
    pressure: float, held: float, rest: float, lag: float
) -> None:
    period = held + rest
    top = float(lymph.head_reached(np.asarray(pressure), np.asarray(held), np.asarray(lag), period))
    bottom = top * np.exp(-rest / lag)
    rise, fall = np.linspace(0.0, held, 40_001), np.linspace(0.0, rest, 40_001)
    up = pressure + (bottom - pressure) * np.exp(-rise / lag)
    down = top * np.exp(-fall / lag)
    assert up[-1] == pytest.approx(top, rel=1e-9)
    over = [np.maximum(wave - figures().threshold, 0.0) for wave in (up, down)]
    mean = (np.trapezoid(over[0], rise) + np.trapezoid(over[1], fall)) / period
    found = lymph.driving(np.asarray(pressure), np.asarray(held), np.asarray(lag), period)
    assert float(found) == pytest.approx(mean, rel=1e-4, abs=1e-5)


def test_a_single_hold_rises_as_a_first_order_lag() -> None:
    head = lymph.head_reached(np.asarray(96.0), np.asarray(50.0), np.asarray(60.0))
    assert float(head) == pytest.approx(96.0 * (1.0 - np.exp(-50.0 / 60.0)))


def test_without_oedema_nothing_flows_along_the_limb() -> None:
    tissue = leg()
    _, flows = fluid.advance(tissue, lying(tissue), session(tissue, 120.0, 50.0), 45.0)
    assert not np.any(flows.along)


def test_in_oedema_fluid_moves_proximally_once_pressure_is_high_and_held() -> None:
    tissue = leg("lymphoedema")
    start = swollen(tissue, 3.0)
    for pressure, hold, moves in ((120.0, 50.0, True), (120.0, 2.0, False), (30.0, 50.0, False)):
        cycle = swelling.sequence(pressure, hold, rest=120.0)
        load = loads.under_cuff(tissue, cycle, "supine")
        _, flows = fluid.advance(tissue, start, load, 45.0)
        assert bool(np.any(flows.along > 0.0)) is moves
        assert np.all(flows.along >= 0.0)


@given(pressure=st.floats(60.0, 150.0), times=st.floats(1.2, 3.0))
@settings(max_examples=10, deadline=None)
def test_flow_along_the_limb_never_takes_more_than_is_free(pressure: float, times: float) -> None:
    tissue = dataclasses.replace(leg("lymphoedema"), conductivity=np.asarray(1e-8))
    start = swollen(tissue, times)
    load = session(tissue, pressure, 50.0)
    after, flows = fluid.advance(tissue, start, load, 60.0)
    within = (1.0 + figures().tight_until) * tissue.fluid
    taken_back = np.minimum(flows.filtered - flows.drained, 0.0)
    assert np.all(after.fluid >= within + taken_back - 1e-9)


@given(st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8))
def test_lymph_passes_no_more_than_the_least_open_segment_above_it_lets(above: list[float]) -> None:
    passed = lymph.passage(np.array(above))
    assert passed[-1] == 1.0 - above[-1]
    assert np.all(np.diff(passed) >= 0.0)
    assert np.all(passed <= 1.0 - np.array(above))


def test_lymph_flow_saturates_and_massage_adds_to_it() -> None:
    tissue = leg()
    one, none = np.ones(8), np.zeros(8)
    flow = lymph.flow(tissue, 100.0 * one, none, one)
    assert flow == pytest.approx(10.0 * tissue.lymph)
    massaged = lymph.flow(tissue, 100.0 * one, one, one)
    assert massaged == pytest.approx((1.0 + figures().massage_gain) * flow)
    assert not np.any(lymph.flow(tissue, -50.0 * one, one, one))


@given(posture=POSTURES, pressure=st.floats(0.0, 80.0), more=st.floats(0.1, 40.0))
@settings(max_examples=30, deadline=None)
def test_outside_pressure_never_makes_capillaries_leak_more(
    posture: Posture, pressure: float, more: float
) -> None:
    tissue = leg()
    flows = [
        fluid.advance(tissue, lying(tissue), loads.worn(tissue, posture, outside), 1.0)[1]
        for outside in (pressure, pressure + more)
    ]
    assert np.all(flows[1].filtered <= flows[0].filtered + 1e-12)


def test_no_pressure_in_the_cuff_is_no_session() -> None:
    tissue = leg()
    cuffed, bare = session(tissue, 0.0, 10.0), loads.resting(tissue, "supine")
    for one in dataclasses.fields(Load):
        if one.name != "emptied":
            assert np.array_equal(getattr(cuffed, one.name), getattr(bare, one.name)), one.name


def test_venous_pressure_at_rest_is_not_taken_for_that_of_the_cuff() -> None:
    tissue = leg()
    cycle = dataclasses.replace(swelling.sequence(40.0, 10.0), venous=np.full(8, 12.0))
    known, unknown = (
        loads.under_cuff(tissue, cycle, "supine", rest) for rest in (np.full(8, 12.0), None)
    )
    assert np.array_equal(known.capillary, loads.resting(tissue, "supine").capillary)
    assert np.all(unknown.capillary > known.capillary)


def test_blood_is_back_within_minutes() -> None:
    tissue = leg()
    after, _ = fluid.advance(tissue, lying(tissue), session(tissue, 60.0, 10.0), 30.0)
    assert float(after.emptied) == pytest.approx(30.0, rel=1e-6)
    rested, _ = fluid.advance(tissue, after, loads.resting(tissue, "supine"), 2.0)
    assert float(rested.emptied) < 1.0


def test_a_measured_excess_gives_the_lymph_flow_that_keeps_it() -> None:
    tissue = leg("lymphoedema")
    load = loads.resting(tissue, "sitting")
    volume = balance.settled(tissue, load).volume(tissue)
    found = balance.sustaining(leg("lymphoedema"), load, volume)
    assert found.lymph == pytest.approx(tissue.lymph, rel=1e-6)


def test_an_excess_that_nothing_could_keep_is_refused() -> None:
    tissue = leg()
    with pytest.raises(InputError, match="times its volume"):
        balance.sustaining(tissue, loads.resting(tissue, "supine"), 20.0 * tissue.volume)


def test_many_limbs_at_once_are_the_same_as_each_alone() -> None:
    one = leg()
    factors = np.array([0.7, 1.0, 1.6])[:, None]

    def limbs(lymph_factor: ArrayLike) -> Tissue:
        return interstitium.tissue(one.volume, one.length, one.height, lymph=lymph_factor)

    def ends(tissue: Tissue) -> NDArray[np.float64]:
        load = loads.resting(tissue, "standing")
        return fluid.advance(tissue, lying(tissue), load, 120.0)[0].fluid

    together = ends(limbs(factors))
    for number, factor in enumerate(factors):
        assert np.array_equal(together[number], ends(limbs(factor)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"volume": [500.0, -3.0]}, "-3 is not a positive"),
        ({"volume": [500.0, float("nan")]}, "nan is not a positive"),
        ({"volume": [200_000.0, 100_000.0]}, "a limb of 300 L"),
        ({"length": [10.0, 0.0]}, "0 is not a positive"),
        ({"height": [float("inf"), 0.0]}, "inf is not a finite"),
        ({"filtration": -1.0}, "-1 is not a positive"),
        ({"condition": "cellulite"}, "'cellulite' is not a condition"),
        ({"volume": []}, "nothing is not a positive"),
    ],
)
def test_limbs_that_cannot_be_are_refused_with_the_value(change: dict[str, Any], said: str) -> None:
    given_values: dict[str, Any] = {
        "volume": [500.0, 900.0],
        "length": [10.0, 10.0],
        "height": [80.0, 60.0],
    } | change
    with pytest.raises(InputError, match=said):
        interstitium.tissue(**given_values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tissue": np.full(8, np.nan)}, "not a finite mean"),
        ({"duration": 0.0}, "not a finite mean"),
        ({"held": np.zeros(6)}, "the tissue has 8 segments"),
    ],
)
def test_means_that_do_not_fit_are_refused(change: dict[str, Any], said: str) -> None:
    cycle = dataclasses.replace(swelling.sequence(60.0, 10.0), **change)
    with pytest.raises(InputError, match=said):
        loads.under_cuff(leg(), cycle, "supine")


@pytest.mark.parametrize(("minutes", "step"), [(0.0, 1.0), (-5.0, 1.0), (5.0, 0.0), (np.nan, 1.0)])
def test_times_that_are_none_are_refused(minutes: float, step: float) -> None:
    tissue = leg()
    with pytest.raises(InputError, match="must be positive"):
        fluid.advance(tissue, lying(tissue), loads.resting(tissue, "supine"), minutes, step)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (("kneeling", 0.0, "still"), "'kneeling' is no known posture"),
        (("sitting", 0.0, "dancing"), "'dancing' is no known activity"),
        (("sitting", -5.0, "still"), "0 or more"),
        (("sitting", np.nan, "still"), "0 or more"),
    ],
)
def test_loads_that_cannot_be_are_refused(held: tuple[Any, float, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        loads.worn(leg(), *held)


def test_lymph_too_weak_for_any_balance_is_refused_and_not_cut_off() -> None:
    one = leg()
    weak = interstitium.tissue(one.volume, one.length, one.height, "lymphoedema", lymph=1e-4)
    with pytest.raises(InputError, match="balance at no volume"):
        balance.settled(weak, loads.resting(weak, "standing"))


def test_a_state_of_other_limbs_is_refused() -> None:
    tissue = leg()
    two = interstitium.tissue([500.0, 900.0], [10.0, 10.0], [80.0, 60.0])
    with pytest.raises(InputError, match="for a tissue of shape"):
        fluid.advance(tissue, lying(two), loads.resting(tissue, "supine"), 1.0)


def test_every_figure_of_the_file_is_used_and_every_condition_has_the_same_block() -> None:
    keys = set(parameters.load("fluid"))
    named = {one.name for one in dataclasses.fields(interstitium.Figures)}
    assert {key for key in keys if "." not in key} == named
    blocks = [set(interstitium.condition_figures(one)) for one in interstitium.conditions()]
    assert all(block == blocks[0] for block in blocks)
    assert len(blocks) == 5
