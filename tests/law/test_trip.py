"""After a fault: every way out is open, and nothing brings the cuff back by itself."""

from __future__ import annotations

import pytest

from openpresso.law import controller as law
from openpresso.law.guard import INVALID, VENT_TICKS
from openpresso.law.registers import FAULTS
from tests.law.board import Board, Gas


def tripped() -> Board:
    board = Board()
    board.settle(5000, 5000)
    for _ in range(3):
        board.tick(INVALID)
    assert board.faults == {"sensor-range"}
    return board


def test_every_way_out_is_open_in_the_tick_of_the_fault() -> None:
    board = tripped()
    assert board.vented
    assert all(board.inlet)


def test_inlets_stand_open_for_10_s_and_then_close_for_good() -> None:
    board = tripped()
    board.readings = [0] * board.n
    for _ in range(VENT_TICKS - 1):
        board.tick()
        assert all(board.inlet)
        assert board.vented
    for _ in range(500):
        board.tick()
        assert not any(board.inlet)
        assert board.vented
    assert VENT_TICKS == 2000


@pytest.mark.parametrize("name", [name for _, name, _ in FAULTS])
def test_a_fault_stays_and_nothing_energises_again(name: str) -> None:
    board = Board("calf-3")
    gas = Gas(board)
    board.set_points = [5000] * 3
    gas.run(600)
    board.state[law.FAULT_BITS] = 1 << next(bit for bit, one, _ in FAULTS if one == name)
    for at in range(2600):
        board.set_points = [5000 + at] * 3
        gas.tick()
        assert board.vented
        assert board.duty == 0
        assert name in board.faults
    assert max(gas.pressures) < 100


def test_a_renewed_lease_does_not_forgive_the_lost_one() -> None:
    board = Board()
    board.settle(5000, 5000)
    board.renewing = False
    board.run(101)
    board.renewing = True
    board.readings = [0] * board.n
    board.run(300)
    assert board.faults == {"lease"}
    assert board.vented


def test_the_first_chamber_at_fault_is_kept_when_others_follow() -> None:
    board = Board()
    board.settle(5000, 5000)
    for _ in range(3):
        board.tick(5000 + board.ticks % 2 * 5, 5000 + board.ticks % 2 * 5, INVALID)
    for _ in range(3):
        board.tick(INVALID, INVALID, INVALID)
    assert board.state[law.FAULT_CHAMBER] == 3


def test_a_second_fault_is_told_beside_the_first() -> None:
    board = tripped()
    board.renewing = False
    for _ in range(110):
        board.tick(INVALID)
    assert board.faults >= {"sensor-range", "lease"}


def test_no_fault_lets_pressure_above_20_mmhg_stay_for_3_s() -> None:
    board = Board("calf-3")
    gas = Gas(board)
    board.set_points = [6000] * 3
    gas.run(900)
    assert min(gas.pressures) > 5700
    board.renewing = False
    gas.run(101 + 600)
    assert max(gas.pressures) < 2000
