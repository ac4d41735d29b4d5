"""Slow work: one process, one thing at a time, a limit, and one waiting piece for each person."""

from __future__ import annotations

import operator
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from openpresso import units
from openpresso.console.trials.slow_work import KEPT, Process, SlowWork
from openpresso.errors import InputError, OpenpressoError
from tests.console.program_work import AtOnce, Here


class Gate(Here):
    """Does nothing until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def do(self, work: Callable[..., Any], given: tuple[Any, ...], limit: float) -> Any:  # noqa: ANN401
        self.reached.set()
        assert self.opened.wait(10.0)
        return super().do(work, given, limit)


@pytest.fixture
def gate() -> Iterator[Gate]:
    one = Gate()
    yield one
    one.opened.set()


def test_the_same_work_is_done_once_and_only_who_asked_finds_it() -> None:
    work = AtOnce()
    first = work.ask(1, "key", operator.add, 2, 3)
    assert work.ask(1, "key", operator.add, 2, 3) is first
    assert (first.state, first.result) == ("done", 5)
    assert work.find(1, "key") is first
    assert work.find(2, "key") is None


def test_work_that_failed_says_why_and_can_be_asked_for_again() -> None:
    work = AtOnce()
    failed = work.ask(1, "key", units.pressure, "45 apples")
    assert failed.state == "failed"
    assert "apples" in failed.trouble
    assert work.ask(1, "other", operator.truediv, 1, 0).trouble.startswith("ZeroDivisionError")
    assert work.ask(1, "key", operator.add, 1, 1).result == 2


def test_of_one_person_one_piece_waits_and_those_of_others_stay(gate: Gate) -> None:
    work = SlowWork(gate)
    running = work.ask(1, "a", operator.add, 1, 1)
    assert gate.reached.wait(10.0)
    older, others, newer = (
        work.ask(who, key, operator.add, 1, 1) for who, key in ((1, "b"), (2, "c"), (1, "d"))
    )
    assert [one.state for one in (running, older, others, newer)] == [
        "running", "dropped", "waiting", "waiting",
    ]  # fmt: skip
    work.close()


def test_old_results_are_forgotten_and_the_newest_stay() -> None:
    work = AtOnce()
    for number in range(KEPT + 5):
        work.ask(1, str(number), operator.neg, number)
    assert work.find(1, "0") is None
    assert work.find(1, str(KEPT + 4)) is not None


def test_a_process_does_work_tells_errors_and_is_stopped_at_the_limit() -> None:
    process = Process()

    def ready() -> bool:
        return process.ready

    try:
        assert not ready()
        assert process.do(operator.add, (2, 3), 30.0) == 5
        assert ready()
        with pytest.raises(InputError, match="apples"):
            process.do(units.pressure, ("45 apples",), 30.0)
        with pytest.raises(OpenpressoError, match="ZeroDivisionError"):
            process.do(operator.truediv, (1, 0), 30.0)
        with pytest.raises(OpenpressoError) as late:
            process.do(time.sleep, (600.0,), 0.05)
        assert late.value.code == "too-long"
        assert not ready()
        assert process.do(operator.add, (1, 1), 30.0) == 2
    finally:
        process.close()
