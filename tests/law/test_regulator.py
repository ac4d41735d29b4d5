"""The regulator: what is promised of every decision about air."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso.law import controller as law
from openpresso.law.regulator import (
    DEADBAND,
    JOIN,
    RELIEF,
    RELIEVED,
    SEAL,
    SHIFT,
    VENT,
    bleeds,
    exhaust_open,
    joins,
    limited,
    manifold_let_out,
    manifold_raised,
    pump_duty,
    shortfall,
    spun_up,
    wants_air,
)
from tests.law.board import CEILING, Board, Gas

LEVELS = st.integers(-2000, 35000)
SET_POINTS = st.integers(1, 13000)
TYPES = st.sampled_from(["foot-1", "calf-3", "leg-4", "leg-8"])
AIMS = st.sampled_from([VENT, SEAL, 0, 1500, 3000, 4000, 4300, 5000, 6000, 9000, 32767])


@given(set_point=SET_POINTS, level=LEVELS)
def test_air_is_asked_for_below_the_deadband_only(set_point: int, level: int) -> None:
    assert wants_air(set_point, level, level, 0) == (level < set_point - DEADBAND)


@given(set_point=SET_POINTS, level=LEVELS, predicted=LEVELS)
def test_air_once_asked_for_is_taken_until_the_set_point_will_be_reached(
    set_point: int, level: int, predicted: int
) -> None:
    assert wants_air(set_point, level, predicted, 1) == (predicted < set_point)


@given(set_point=st.integers(VENT, 0), level=LEVELS, wanted=st.integers(0, 1))
def test_no_air_is_asked_for_without_a_pressure_to_reach(
    set_point: int, level: int, wanted: int
) -> None:
    assert wants_air(set_point, level, level, wanted) == 0


@given(level=LEVELS, was_open=st.integers(0, 1))
def test_vent_opens_the_exhaust_and_seal_closes_it_at_any_pressure(
    level: int, was_open: int
) -> None:
    assert exhaust_open(VENT, level, level, was_open) == 1
    assert exhaust_open(SEAL, level, level, was_open) == 0


@given(set_point=st.integers(0, 13000), level=LEVELS)
def test_a_chamber_is_let_down_from_the_relief_to_where_it_is_relieved(
    set_point: int, level: int
) -> None:
    assert exhaust_open(set_point, level, level, 0) == (level > set_point + RELIEF)
    assert exhaust_open(set_point, level, level, 1) == (level > set_point + RELIEVED)


@given(set_point=SET_POINTS, level=LEVELS, predicted=LEVELS)
def test_nothing_asks_for_air_and_for_relief_of_the_same_pressure(
    set_point: int, level: int, predicted: int
) -> None:
    if wants_air(set_point, level, predicted, 0):
        assert exhaust_open(set_point, level, level, 0) == 0
    assert DEADBAND > 0
    assert 0 < RELIEVED < RELIEF


@given(
    set_point=st.integers(VENT, 32767), ceiling=st.integers(0, 32767), limit=st.integers(0, 32767)
)
def test_no_set_point_is_above_ceiling_or_limit_and_codes_pass(
    set_point: int, ceiling: int, limit: int
) -> None:
    target = limited(set_point, ceiling, limit)
    assert target <= min(ceiling, limit)
    assert target == set_point or set_point > min(ceiling, limit)


@given(served=LEVELS, level=LEVELS)
def test_only_chambers_at_the_pressure_of_the_served_one_join_it(served: int, level: int) -> None:
    assert joins(1, level, served) == (abs(level - served) <= JOIN)
    assert joins(0, level, served) == 0


@given(level=LEVELS, deficit=st.integers(0, 200000), more=st.integers(0, 20000))
def test_the_pump_gives_no_less_for_a_larger_shortfall(level: int, deficit: int, more: int) -> None:
    duty = pump_duty(deficit, level, 1600, 33000)
    assert 0 < duty <= pump_duty(deficit + more, level, 1600, 33000) <= 100


@given(set_point=SET_POINTS, level=LEVELS, slope=st.integers(0, 5000))
def test_a_rise_under_way_needs_less_air(set_point: int, level: int, slope: int) -> None:
    assert 0 <= shortfall(set_point, level, slope, 20) <= shortfall(set_point, level, 0, 20)


@given(
    manifold=st.integers(0, 33000), level=st.integers(0, 33000), opened=st.integers(0, 24 * 1024)
)
def test_the_estimate_of_the_manifold_stays_between_what_moves_it(
    manifold: int, level: int, opened: int
) -> None:
    after = manifold_let_out(manifold, level, 150, opened)
    assert min(manifold, level) <= after <= max(manifold, level)
    assert manifold <= manifold_raised(manifold, 100, 1200, 33000) <= 33000 + 1200


@given(speed=st.integers(0, 10000), duty=st.integers(0, 100))
def test_the_estimate_of_the_pump_comes_to_its_duty(speed: int, duty: int) -> None:
    for _ in range(400):
        speed = spun_up(speed, duty, 20)
    assert duty * 100 - 20 <= speed <= duty * 100


def test_an_idle_manifold_is_dumped_and_a_spare_one_bled() -> None:
    assert bleeds(0, 0, 0, 0) == 1
    assert bleeds(6900, 5000, 0, 0) == 0
    assert bleeds(7100, 5000, 0, 0) == 1
    assert bleeds(6500, 5000, 0, 1) == 1
    assert bleeds(6500, 5000, 500, 1) == 0


@settings(max_examples=25)
@given(type_name=TYPES, data=st.data(), seed=st.integers(0, 1000))
def test_what_a_cuff_promises_in_every_tick_of_a_session(
    type_name: str, data: st.DataObject, seed: int
) -> None:
    board = Board(type_name)
    gas = Gas(board, seed)
    flowed, server = -100, -1
    for _ in range(3):
        board.set_points = data.draw(st.lists(AIMS, min_size=board.n, max_size=board.n))
        for _ in range(120):
            gas.tick()
            assert not board.faults
            served = board.state[law.SERVED]
            open_ones = [i for i in range(board.n) if board.inlet[i]]
            for i, aim in enumerate(board.set_points):
                assert not (board.inlet[i] and board.exhaust[i])
                assert board.remembered(law.TARGET, i) <= min(CEILING, board.chambers[0])
                if aim == VENT:
                    assert (board.inlet[i], board.exhaust[i]) == (0, 1)
                if aim == SEAL:
                    assert (board.inlet[i], board.exhaust[i]) == (0, 0)
            for i in open_ones:
                difference = board.remembered(law.LEVEL, i) - board.remembered(law.LEVEL, served)
                assert abs(difference >> SHIFT) <= JOIN + 1
            if open_ones:
                assert served == server or board.ticks - flowed > law.SWITCH_TICKS
                flowed, server = board.ticks, served
            assert 0 <= board.duty <= 100


@pytest.mark.parametrize("type_name", ["foot-1", "calf-3", "leg-8"])
def test_a_cuff_comes_to_its_set_points_and_holds_them(type_name: str) -> None:
    board = Board(type_name)
    gas = Gas(board)
    board.set_points = [5000 - 200 * i for i in range(board.n)]
    gas.run(300 + 150 * board.n)
    for _ in range(200):
        gas.tick()
        for pressure, set_point in zip(gas.pressures, board.set_points, strict=True):
            assert abs(pressure - set_point) < 300


def test_a_set_point_above_ceiling_and_limit_fills_to_the_lower_of_them() -> None:
    board = Board("calf-3")
    board.state[law.CEILING] = 4000
    board.chambers[law.CHAMBER_SETTINGS + law.LIMIT] = 3000
    board.set_points = [9000] * 3
    gas = Gas(board)
    gas.run(1000)
    assert max(gas.pressures) < 4300
    assert gas.pressures[1] < 3300
    assert not board.faults


def test_a_sealed_chamber_keeps_its_air() -> None:
    board = Board("calf-3")
    board.set_points = [3000] * 3
    gas = Gas(board)
    gas.run(800)
    board.set_points = [SEAL] * 3
    gas.run(20)
    before = list(gas.pressures)
    gas.run(400)
    assert gas.pressures == pytest.approx(before, abs=1.0)
    assert board.duty == 0
