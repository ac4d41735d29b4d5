from __future__ import annotations

import numpy as np
import pytest

from openpresso import cuff as cuffs
from openpresso.program.airflow import emptying_time
from openpresso.session import SEAL
from openpresso.session.fit_test import (
    EMPTY,
    FIT_PRESSURE,
    VENT_TIME,
    FitResult,
    FitTest,
    fill_time,
)
from openpresso.session.machine import EMPTY_TIME, RAMP_DOWN
from tests.session.cuff_double import Bench, a_bench, a_cuff

LEFT = ("left",)


def failed(bench: Bench) -> dict[int, str]:
    result = bench.session.fit_results["left"]
    return {one.chamber: one.finding.condition for one in result.chambers if one.finding}


def test_a_cuff_with_a_small_pump_has_longer_to_fill_than_one_with_a_large() -> None:
    small, large = cuffs.load("leg-4"), cuffs.load("leg-8")
    assert fill_time(small, 4, 15.0) > fill_time(large, 1, 15.0) >= 8.0
    assert fill_time(small, 4, 15.0) < 120.0


@pytest.mark.parametrize("name", cuffs.names())
def test_every_shipped_cuff_empties_in_the_time_that_a_session_gives_it(name: str) -> None:
    cuff = cuffs.load(name)
    for chamber in cuff.chambers:
        assert 1.25 * emptying_time(chamber, cuff.exhaust, FIT_PRESSURE, EMPTY) < VENT_TIME
        highest = emptying_time(chamber, cuff.exhaust, chamber.limit, EMPTY)
        assert 1.1 * highest < RAMP_DOWN + EMPTY_TIME


def test_a_good_cuff_passes_within_half_a_minute() -> None:
    bench = a_bench(legs=("left",))
    begun = bench.now
    bench.ready()
    assert bench.session.state == "ready"
    assert bench.now - begun < 30.0
    result = bench.session.fit_results["left"]
    assert result.findings == ()
    assert all(abs(one.leak_rate) < 0.1 for one in result.chambers)
    assert all(10.0 < one.peak < 20.0 for one in result.chambers)


def test_both_cuffs_may_be_tested_at_the_same_time() -> None:
    bench = a_bench()
    begun = bench.now
    bench.ready()
    assert bench.session.state == "ready"
    assert bench.now - begun < 30.0
    assert set(bench.session.fit_results) == {"left", "right"}


def test_a_small_leak_is_measured_and_passes() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].leak = {1: 0.5}
    bench.ready()
    assert bench.session.state == "ready"
    assert bench.session.fit_results["left"].chambers[1].leak_rate == pytest.approx(0.5, abs=0.1)


def test_a_leak_is_named_with_its_chamber_rate_cause_and_remedy() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].leak = {1: 2.5}
    bench.ready()
    assert bench.session.outcome == "faulted"
    assert failed(bench) == {2: "leak"}
    assert "left cuff, chamber 2: loses 2.5 mmHg/s" in bench.session.reason
    alarm = bench.session.alarms[0]
    assert "loose connector" in alarm.cause
    assert alarm.remedy


def test_a_kinked_hose_is_told_from_a_large_leak() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].kinked = {2}
    bench.ready()
    assert failed(bench) == {3: "does-not-rise"}
    assert "kinked or not connected" in bench.session.reason
    bench = a_bench(legs=("left",))
    bench.doubles["left"].leak = {2: 20.0}
    bench.ready()
    assert "leaks or sits too loosely" in bench.session.reason


def test_a_chamber_that_does_not_empty_fails() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].stuck_full = {0}
    bench.ready()
    assert failed(bench) == {1: "does-not-fall"}


def test_a_chamber_that_rises_while_sealed_fails() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].leak = {3: -1.0}
    bench.ready()
    assert failed(bench) == {4: "rises-while-off"}


def test_a_skipped_chamber_is_left_out_and_not_filled() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].kinked = {2}
    bench.session.skip("left", 3)
    bench.ready()
    assert bench.session.state == "ready"
    assert bench.session.fit_results["left"].chambers[2].skipped
    assert all(np.isnan(step.commands["left"].set_points[2]) for step in bench.steps)


def test_set_points_of_the_test_stay_between_ten_and_twenty() -> None:
    bench = a_bench(legs=("left",))
    bench.ready()
    told = np.concatenate([step.commands["left"].set_points for step in bench.steps])
    told = told[~np.isnan(told)]
    assert set(told.tolist()) == {SEAL, 15.0}
    assert all(step.commands["left"].ceiling <= 20.0 for step in bench.steps[:-1])


def test_a_low_ceiling_lowers_the_test() -> None:
    bench = a_bench(legs=("left",), ceiling=12.0)
    bench.ready()
    assert bench.session.fit_results["left"].pressure == 12.0


def test_the_result_is_in_the_journal_as_data() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].leak = {1: 2.5}
    bench.ready()
    (data,) = bench.events("fit-test")
    assert data["passed"] is False
    chambers = data["chambers"]
    assert isinstance(chambers, list)
    assert [one["failed"] for one in chambers] == [None, "leak", None, None]


def test_readings_that_are_missing_do_not_spoil_the_leak_rate() -> None:
    fit = FitTest("left", a_cuff(2), 0.0, 15.0, np.zeros(2, dtype=np.bool_))
    shut = np.zeros(2)
    pressures, now = np.zeros(2), 0.0
    random = np.random.default_rng(3)
    while fit.result is None and now < 60.0:
        now += 0.05
        told = fit.step(now, np.where(random.random(2) < 0.05, np.nan, pressures), shut, 0.0)
        goal = np.nan_to_num(np.where(told == SEAL, pressures - 0.025, told), nan=0.0)
        pressures = np.where(told == SEAL, goal, pressures + 0.3 * (goal - pressures))
    assert isinstance(fit.result, FitResult)
    assert fit.result.findings == ()
    assert [one.leak_rate for one in fit.result.chambers] == pytest.approx([0.5, 0.5], abs=0.05)
