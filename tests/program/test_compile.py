"""The invariants of every timeline, over programs of every kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff
from openpresso.errors import InputError
from openpresso.program import Program, Timeline, load, names, problems
from openpresso.program import compile as compile_program
from openpresso.program.layout import lay_out
from openpresso.program.model import (
    Gradient,
    LegUse,
    Order,
    PerChamber,
    RampUp,
    Rest,
    Spacing,
    Uniform,
)
from tests.program.programs import CUFFS, cuff, phase, program, programs

Made = tuple[Program, Cuff, Timeline]
SETTINGS = settings(max_examples=settings().max_examples // 3)


@st.composite
def compiled(draw: st.DrawFn, legs: LegUse | None = None) -> Made:
    on = cuff(draw(st.sampled_from(CUFFS)))
    made = draw(programs(on, legs))
    assume(not problems(made, on))
    return made, on, compile_program(made, on)


def same(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    return np.array_equal(left, right, equal_nan=True)


@SETTINGS
@given(compiled())
def test_times_never_fall_and_run_from_zero_to_the_duration(made: Made) -> None:
    wanted, on, timeline = made
    assert timeline.times[0] == 0.0
    assert timeline.times[-1] == wanted.duration == timeline.duration
    assert np.all(np.diff(timeline.times) >= 0.0)
    assert timeline.set_points.shape == (len(timeline.times), on.n_chambers)


@SETTINGS
@given(compiled())
def test_no_instant_has_more_than_two_rows(made: Made) -> None:
    _, _, timeline = made
    _, counts = np.unique(timeline.times, return_counts=True)
    assert counts.max() <= 2


@SETTINGS
@given(compiled())
def test_set_points_stay_between_zero_and_every_limit(made: Made) -> None:
    wanted, on, timeline = made
    highest = np.nanmax(timeline.set_points, axis=0, initial=0.0)
    limits = [min(chamber.limit, on.max_pressure, wanted.ceiling) for chamber in on.chambers]
    assert np.all(highest <= np.array(limits) + 1e-9)
    assert np.nanmin(timeline.set_points, initial=0.0) >= 0.0


@SETTINGS
@given(compiled())
def test_every_timeline_ends_vented(made: Made) -> None:
    _, _, timeline = made
    assert np.all(np.isnan(timeline.set_points[-1]))
    assert np.all(np.isnan(timeline.at(timeline.duration)))


@SETTINGS
@given(compiled())
def test_cycles_rise_and_lie_whole_inside_their_phase(made: Made) -> None:
    wanted, on, timeline = made
    assert np.all(np.diff(timeline.cycles) > 0.0)
    for plan, part in zip(wanted.phases, timeline.phases, strict=True):
        period = lay_out(plan, on, wanted.legs).period
        inside = timeline.cycles[(timeline.cycles >= part.start) & (timeline.cycles < part.end)]
        assert len(inside) >= 1
        assert inside[-1] + period <= part.end + 1e-5


@SETTINGS
@given(compiled())
def test_every_chamber_rests_in_every_cycle(made: Made) -> None:
    wanted, on, timeline = made
    for plan, part in zip(wanted.phases, timeline.phases, strict=True):
        layout = lay_out(plan, on, wanted.legs)
        for start in timeline.cycles[
            (timeline.cycles >= part.start) & (timeline.cycles < part.end)
        ]:
            now = timeline.at(start + (layout.active + layout.period) / 2.0)
            highest = 0.0 if plan.rest.level != "gradient" else plan.rest.distal
            assert np.all(np.isnan(now) | (now <= highest + 1e-9))


@SETTINGS
@given(compiled())
def test_groups_start_in_their_order(made: Made) -> None:
    wanted, on, _ = made
    for plan in wanted.phases:
        layout = lay_out(plan, on, wanted.legs)
        firsts = [layout.strokes[group[0]][0].start for group in layout.groups]
        assert firsts == sorted(firsts)
        for group in layout.groups:
            assert len({layout.strokes[index] for index in group}) == 1


@SETTINGS
@given(st.sampled_from(CUFFS).map(cuff), st.data())
def test_compiling_twice_gives_the_same_timeline(on: Cuff, data: st.DataObject) -> None:
    made = data.draw(programs(on))
    assume(not problems(made, on))
    one, two = compile_program(made, on), compile_program(made, on)
    assert same(one.times, two.times)
    assert same(one.set_points, two.set_points)


@SETTINGS
@given(compiled(legs="alternating"), st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5))
def test_alternating_legs_are_never_pressed_together(made: Made, shares: list[float]) -> None:
    wanted, on, left = made
    right = compile_program(wanted, on, leg="right")
    assert same(left.cycles, right.cycles)
    assert left.duration == right.duration
    rest = max(plan.rest.distal for plan in wanted.phases)
    instants = np.concatenate((left.times, right.times, np.array(shares) * left.duration))
    for instant in instants:
        pressed = [np.nanmax(leg.at(instant), initial=0.0) > rest + 1e-6 for leg in (left, right)]
        assert not all(pressed)


@SETTINGS
@given(compiled(legs="alternating"))
def test_alternating_legs_get_the_same_strokes(made: Made) -> None:
    wanted, on, left = made
    right = compile_program(wanted, on, leg="right")
    for chamber in range(on.n_chambers):
        assert np.nanmax(left.set_points[:, chamber], initial=0.0) == pytest.approx(
            np.nanmax(right.set_points[:, chamber], initial=0.0)
        )
        assert area(left, chamber) == pytest.approx(area(right, chamber), rel=1e-6, abs=1e-3)


def area(timeline: Timeline, chamber: int) -> float:
    """Pressure-time integral of one chamber; the vented stretches count nothing."""
    values = np.nan_to_num(timeline.set_points[:, chamber])
    bare = np.isnan(timeline.set_points[:, chamber])
    spans = np.diff(timeline.times) * ~(bare[1:] | bare[:-1])
    return float(np.sum(spans * (values[1:] + values[:-1]) / 2.0))


@pytest.mark.parametrize("name", names())
def test_every_gradient_program_falls_from_distal_to_proximal_at_its_plateau(name: str) -> None:
    wanted = load(name)
    for plan in wanted.phases:
        if not isinstance(plan.target, Gradient):
            continue
        for on in (cuff("leg-4"), cuff("leg-6"), cuff("leg-8"), cuff("leg-12"), cuff("leg-24")):
            if problems(wanted, on):
                continue
            targets = lay_out(plan, on, wanted.legs).targets
            assert np.all(np.diff(targets) <= 1e-9)
            assert targets[0] == plan.target.distal
            assert targets[-1] >= plan.target.minimum - 1e-6


def test_a_cumulative_gradient_keeps_its_gradient_while_all_are_held() -> None:
    timeline = compile_program(load("gradient-drainage"), cuff("leg-8"))
    held = timeline.set_points[np.all(timeline.set_points > 0.0, axis=1)]
    assert len(held) > 0
    plateau = held[held[:, -1] == held[:, -1].max()]
    assert np.all(np.diff(plateau, axis=1) <= 0.0)
    assert plateau[0].tolist() == [50.0, 45.0, 40.0, 35.0, 30.0, 25.0, 20.0, 15.0]


@SETTINGS
@given(compiled())
def test_a_travelling_wave_presses_each_chamber_once_a_cycle(made: Made) -> None:
    wanted, on, _ = made
    waves = [plan for plan in wanted.phases if plan.pattern == "wave"]
    assume(waves)
    for plan in waves:
        layout = lay_out(plan, on, wanted.legs)
        used = ~np.isnan(layout.targets)
        assert [len(strokes) for strokes in layout.strokes] == used.astype(int).tolist()


def test_a_wave_lets_go_behind_itself() -> None:
    plan = phase(pattern="wave", target=Uniform(40.0), rise=2.0, hold=3.0, release=1.0)
    timeline = compile_program(program(plan), cuff("leg-8"))
    middle = timeline.at(9.5)  # chambers 1 to 3 have been pressed and released
    assert np.isnan(middle[:2]).all()
    assert middle[4] > 0.0


def test_vent_and_hold_at_zero_are_not_the_same() -> None:
    vented = compile_program(program(phase()), cuff("leg-8"))
    held = compile_program(program(phase(rest=Rest(10.0, level="zero"))), cuff("leg-8"))
    assert np.isnan(vented.at(80.0)).all()
    assert (held.at(80.0) == 0.0).all()


def test_a_chamber_leaves_a_held_pressure_by_a_ramp_and_is_then_vented() -> None:
    timeline = compile_program(program(phase(rise=2.0, hold=4.0, release=2.0)), cuff("leg-4"))
    assert timeline.at(11.9)[0] == 50.0
    assert timeline.at(13.0)[0] == pytest.approx(25.0)
    assert np.isnan(timeline.at(14.0)[0])
    assert timeline.at(13.999)[0] == pytest.approx(0.025)


def test_a_release_of_no_time_vents_at_once() -> None:
    timeline = compile_program(program(phase(rise=2.0, hold=4.0, release=0.0)), cuff("leg-4"))
    assert timeline.at(11.999)[0] == 50.0
    assert np.isnan(timeline.at(12.0)[0])


def test_a_rise_of_no_time_is_a_step() -> None:
    plan = phase(rise=0.0, order=Order("all-at-once"))
    timeline = compile_program(program(plan), cuff("leg-4"))
    assert timeline.at(0.0)[0] == 50.0


def test_a_gradient_rest_keeps_the_proportions_and_ends_at_the_vent() -> None:
    plan = phase(rest=Rest(10.0, level="gradient", distal=10.0))
    timeline = compile_program(program(plan), cuff("leg-8"))
    period = timeline.cycles[1]
    assert timeline.at(period - 1.0) == pytest.approx([10, 9, 8, 7, 6, 5, 4, 3])
    assert np.isnan(timeline.at(timeline.duration - 0.1)).all()


def test_the_first_cycles_ramp_up_to_the_full_target() -> None:
    made = program(phase(), ramp_up=RampUp(2, 0.5))
    timeline = compile_program(made, cuff("leg-8"))
    peaks = [
        np.nanmax(timeline.set_points[timeline.times < end][:, 0]) for end in timeline.cycles[1:4]
    ]
    assert peaks == pytest.approx([25.0, 37.5, 50.0])


def test_ramp_up_counts_the_cycles_of_the_session_and_not_of_the_phase() -> None:
    made = program(phase(duration=150.0), phase(name="next"), ramp_up=RampUp(2, 0.5))
    timeline = compile_program(made, cuff("leg-8"))
    after = timeline.set_points[timeline.times >= 150.0]
    assert np.nanmax(after[:, 0]) == 50.0
    second_phase = timeline.cycles[timeline.cycles >= 150.0]
    first_in_it = timeline.set_points[
        (timeline.times >= second_phase[0]) & (timeline.times < second_phase[1])
    ]
    assert np.nanmax(first_in_it[:, 0]) == pytest.approx(37.5)


def test_a_cycle_that_does_not_fit_whole_is_not_started() -> None:
    plan = phase(rise=2.0, hold=4.0, release=2.0, rest=Rest(6.0))  # 20 s on four chambers
    timeline = compile_program(program(plan, duration=59.0), cuff("leg-4"))
    assert timeline.cycles.tolist() == [0.0, 20.0]
    assert np.isnan(timeline.at(41.0)).all()


def test_starts_in_the_file_are_starts_in_the_timeline() -> None:
    timeline = compile_program(load("dvt-sequential"), cuff("calf-3"))
    for chamber, start in enumerate((0.0, 2.5, 5.5)):
        moving = timeline.times[~np.isnan(timeline.set_points[:, chamber])]
        assert moving[0] == start
    assert np.isnan(timeline.at(11.0)).all()
    assert not np.isnan(timeline.at(10.999)).any()


def test_the_legs_can_be_made_to_alternate_whatever_the_program_says() -> None:
    left = compile_program(load("gradient-drainage"), cuff("leg-8"), legs="alternating")
    right = compile_program(
        load("gradient-drainage"), cuff("leg-8"), leg="right", legs="alternating"
    )
    assert left.cycles[1] == pytest.approx(148.0)  # 74 s pressed, and as long for the other
    assert np.isnan(right.at(73.0)).all()
    assert right.at(76.0)[0] > 0.0


def test_a_chamber_that_is_left_out_stays_vented() -> None:
    skipped = PerChamber((40.0, None, 30.0, 20.0))
    timeline = compile_program(program(phase(target=skipped)), cuff("leg-4"))
    assert np.isnan(timeline.set_points[:, 1]).all()
    assert np.nanmax(timeline.set_points[:, 2]) == 30.0


def test_a_custom_order_presses_what_it_names_and_nothing_else() -> None:
    plan = phase(
        order=Order(None, ("thigh", ("calf", "ankle"))), spacing=Spacing("stagger", (9.0,))
    )
    timeline = compile_program(program(plan), cuff("leg-8"))
    used = ~np.all(np.isnan(timeline.set_points), axis=0)
    assert used.tolist() == [False, True, True, True, False, True, True, True]
    assert timeline.at(1.0)[7] > 0.0
    assert np.isnan(timeline.at(1.0)[2])


def test_a_sweep_without_a_rise_gives_a_large_chamber_more_time() -> None:
    layout = lay_out(load("gradient-drainage").phases[0], cuff("leg-4"), "together")
    rises = np.array(layout.beat.rises)
    assert rises.sum() == pytest.approx(64.0)
    assert rises[3] > 2.0 * rises[0]


def test_a_target_above_the_ceiling_is_refused_and_not_clipped() -> None:
    with pytest.raises(InputError) as caught:
        compile_program(load("gradient-drainage"), cuff("leg-8"), ceiling=40.0)
    found = caught.value.diagnostics[0]
    assert found.code == "above-ceiling"
    assert found.path == "phases[0].target.distal"
    assert "50 mmHg" in found.message
    assert "40 mmHg" in found.message
    assert found.line is not None


@pytest.mark.parametrize("ceiling", [float("nan"), -5.0, 0.0, float("inf")])
def test_a_ceiling_that_is_no_pressure_is_refused(ceiling: float) -> None:
    with pytest.raises(InputError, match="not a pressure above 0"):
        compile_program(load("gradient-drainage"), cuff("leg-8"), ceiling=ceiling)


def test_a_program_in_which_only_the_name_differs_gives_the_same_set_points() -> None:
    wanted = load("heavy-legs")
    one = compile_program(wanted, cuff("leg-8"))
    other = compile_program(replace(wanted, name="another"), cuff("leg-8"))
    assert same(one.set_points, other.set_points)
