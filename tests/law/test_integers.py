"""Every integer of the law fits into 31 bits, so that a small machine needs no memory for it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from openpresso.law import controller as law
from openpresso.law.regulator import SEAL, SHIFT, VENT, estimate_level, estimate_slope
from tests.law.board import Board
from tests.law.places import Play

MOST = 1 << 30


class SmallInt(int):
    """An integer that refuses to grow beyond 31 bits, and all that is computed with it."""

    def __neg__(self) -> SmallInt:
        return SmallInt(-int(self))


def _checked(operation: Callable[[int, int], int]) -> Callable[[int, int], SmallInt]:
    def method(self: int, other: int) -> SmallInt:
        value = operation(int(self), int(other))
        if not -MOST <= value < MOST:
            raise OverflowError(f"{operation.__name__}({int(self)}, {int(other)}) = {value}")
        return SmallInt(value)

    return method


def _reflected(operation: Callable[[int, int], int]) -> Callable[[int, int], int]:
    def reflected(self: int, other: int) -> int:
        return operation(other, self)

    return reflected


for _name in ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "or_", "and_"):
    _operation = getattr(operator, _name)
    _plain = _name.rstrip("_")
    setattr(SmallInt, f"__{_plain}__", _checked(_operation))
    setattr(SmallInt, f"__r{_plain}__", _checked(_reflected(_operation)))


class SmallInts(list[int]):
    """A buffer of integers that refuse to grow."""

    def __init__(self, values: Iterable[int]) -> None:
        super().__init__(SmallInt(value) for value in values)

    def __setitem__(self, index: Any, value: Any) -> None:  # noqa: ANN401 - as list has it
        super().__setitem__(index, SmallInt(value))


def test_the_watch_sees_a_large_product() -> None:
    assert -(3 * SmallInt(5) - 1) == -14
    with pytest.raises(OverflowError, match=r"mul\(1048576, 1024\)"):
        SmallInt(1 << 20) * 1024
    with pytest.raises(OverflowError, match="reflected"):
        1 << SmallInt(30)


@pytest.mark.parametrize("type_name", ["foot-1", "leg-8", "leg-24"])
def test_no_number_outgrows_31_bits_in_a_session(type_name: str) -> None:
    for seed in range(3):
        Play(type_name, ticks=150, seed=seed).performed(law.tick, SmallInts)


def _answer_of_filter(ahead: int) -> list[int]:
    """How a single reading of 1 mmHg moves `level + slope * ahead`, tick after tick."""
    level, slope, answer = 0, 0, []
    for reading in [10000] + [0] * 120:
        level, slope = estimate_level(level, slope, reading), estimate_slope(level, slope, reading)
        answer.append(level + slope * ahead)
    return answer


def worst_readings(ahead: int, sign: int) -> Iterator[int]:
    """Readings between the sensor's ends that drive the prediction as far as any can."""
    for share in reversed(_answer_of_filter(ahead)):
        yield 35000 if share * sign > 0 else -2000


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("ahead", [0, 5, 20])
@pytest.mark.parametrize("set_point", [32767, 0, SEAL, VENT])
def test_no_number_outgrows_31_bits_under_the_worst_readings(
    sign: int, ahead: int, set_point: int
) -> None:
    board = Board("leg-24")
    board.set_points = [set_point] * board.n
    board.chambers = [32767, 1 << 20] * board.n
    board.state[law.CEILING] = 32767
    for name in ("settings", "chambers", "set_points", "state", "memory", "inlet", "exhaust"):
        setattr(board, name, SmallInts(getattr(board, name)))
    board.outputs = SmallInts(board.outputs)
    highest = 0
    for reading in worst_readings(ahead, sign):
        for i in range(board.n):
            board.memory[i * law.WIDTH + law.JUMP_SCORE] = 0
            board.memory[i * law.WIDTH + law.OVER] = 0
            board.memory[i * law.WIDTH + law.WANTS] = 1
        board.state[law.FAULT_BITS] = 0
        board.tick(*[SmallInt(reading)] * board.n)
        highest = max(highest, abs(board.remembered(law.LEVEL)) >> SHIFT)
    assert highest > 35000, "the filter overshoots its readings"


COUNTS = (law.SAME, law.OVER, law.BAD, law.JUMP_SCORE, law.EXHAUST_TICKS, law.HELD, law.SETTLED)


@pytest.mark.parametrize("reading", [0, 9000, VENT])
def test_counts_stop_before_they_outgrow_31_bits(reading: int) -> None:
    board = Board()
    long_ago = (1 << 29) - 2
    for i in range(board.n):
        for what in COUNTS:
            board.memory[i * law.WIDTH + what] = long_ago
    for what in (law.QUIET, law.PUMP_RUNS, law.TRIPPED_TICKS, law.SERVED_TICKS):
        board.state[what] = long_ago
    board.renewing = False
    board.state[law.LEASE_AGE] = 100
    for _ in range(8):
        board.tick(*[reading] * board.n, pump_senses=1)
    for i in range(board.n):
        assert all(board.remembered(what, i) <= 1 << 29 for what in COUNTS)
    assert max(board.state) <= 1 << 29
    assert board.state[law.LEASE_AGE] == 101


def test_the_filter_is_stable() -> None:
    answer = _answer_of_filter(20)
    assert max(map(abs, answer[100:])) <= 0.01 * max(map(abs, answer))
