from __future__ import annotations

import numpy as np
import pytest

from openpresso.law.registers import FAULTS, FROZEN, LEASE, PUMP
from openpresso.session import Identity
from tests.session.cuff_double import TICK, Bench, a_bench


def faulted(bench: Bench, within: float) -> str:
    """Run until faulted, check that everything is vented without a lease, return the reason."""
    step = bench.until("faulted", limit=within)
    for command in step.commands.values():
        assert np.all(np.isnan(command.set_points))
        assert not command.renew
    assert bench.session.outcome == "faulted"
    bench.run(1.0)
    assert bench.session.state == "faulted"
    return bench.session.reason


def conditions(bench: Bench) -> set[str]:
    return {str(data["condition"]) for data in bench.events("alarm-raised")}


def test_two_readings_over_the_ceiling_vent_and_say_who_set_it() -> None:
    bench = a_bench(ceiling=40.0)
    bench.running(6.0)
    bench.doubles["left"].broken = {2: 47.0}
    assert bench.tick().state == "running"
    assert bench.tick().state == "faulted"
    reason = bench.session.reason
    assert "left cuff, chamber 3: 47.0 mmHg is more than 5 mmHg over the ceiling of 40.0" in reason
    assert "set by client" in reason


def test_one_reading_over_the_ceiling_is_forgiven() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].broken = {2: 60.0}
    bench.tick()
    bench.doubles["left"].broken = {}
    bench.run(2.0)
    assert bench.session.state == "running"


def test_one_reading_over_the_hard_limit_vents() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["right"].broken = {0: 131.0}
    assert bench.tick().state == "faulted"
    assert "right cuff, chamber 1: 131.0 mmHg is over the hard limit" in bench.session.reason


@pytest.mark.parametrize("reading", [float("nan"), float("-inf"), -50.0])
def test_a_sensor_without_a_valid_reading_is_an_alarm_and_not_a_crash(reading: float) -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].broken = {1: reading}
    reason = faulted(bench, 1.0)
    assert "left cuff, chamber 2" in reason
    assert conditions(bench) & {"sensor-range", "sensor-jump"}


def test_an_infinite_reading_vents_at_once() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].broken = {1: float("inf")}
    assert bench.tick().state == "faulted"
    bench.run(1.0)


def test_a_single_missing_reading_is_forgiven() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].broken = {1: float("nan")}
    bench.tick()
    bench.doubles["left"].broken = {}
    assert bench.run(2.0).state == "running"


def test_a_sensor_that_jumps_is_told_from_a_fast_rise() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].broken = {0: -19.0}
    bench.tick()
    bench.doubles["left"].broken = {0: 62.0}
    bench.tick()
    assert "sensor-jump" in conditions(bench)


def test_a_frozen_sensor_is_found_when_its_chamber_should_move() -> None:
    bench = a_bench()
    bench.running(7.0)
    bench.doubles["left"].broken = {0: 44.9}
    reason = faulted(bench, 10.0)
    assert "left cuff, chamber 1" in reason
    assert "sensor-frozen" in conditions(bench)


def test_a_chamber_that_rises_while_off_is_found_though_nothing_is_commanded() -> None:
    bench = a_bench()
    bench.ready()
    bench.doubles["left"].stuck_inlet = {2}
    reason = faulted(bench, 10.0)
    assert "left cuff, chamber 3: rises to" in reason
    assert "its set-point is 0.0 mmHg" in reason


def test_a_chamber_that_does_not_fall_is_found_within_four_seconds_of_its_release() -> None:
    bench = a_bench()
    bench.running(9.0)
    bench.doubles["left"].stuck_full = {1}
    begun = bench.now
    reason = faulted(bench, 20.0)
    assert "left cuff, chamber 2: stays at" in reason
    assert bench.now - begun < 1.0 + 4.0 + 1.5


def test_a_cuff_that_does_not_empty_at_the_end_is_not_called_done() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.end()
    bench.doubles["left"].offset = {3: 6.0}
    reason = faulted(bench, 20.0)
    assert "left cuff, chamber 4: stays at" in reason
    assert "not empty 15 s after the end" in reason


def test_a_chamber_that_does_not_rise_is_found() -> None:
    bench = a_bench(cycles=1)
    timeline_hold = 10.0
    bench.running(2.5)
    bench.session.pause("now", "hold")
    bench.doubles["left"].kinked = {0}
    bench.run(timeline_hold)
    reason = faulted(bench, 5.0)
    assert "left cuff, chamber 1: stays at" in reason
    assert "does-not-rise" in conditions(bench)


def test_a_small_deficit_is_a_medium_alarm_and_the_session_goes_on() -> None:
    bench = a_bench()
    bench.running(4.5)
    bench.session.pause("now", "hold")
    bench.doubles["left"].offset = {1: -7.0}
    bench.run(8.0)
    (view,) = bench.session.alarms
    assert (view.condition, view.priority, view.leg, view.chamber) == (
        "deviation", "medium", "left", 2,
    )  # fmt: skip
    assert bench.session.state == "paused"
    bench.session.acknowledge(view.id, "Anna")
    assert not bench.session.alarms[0].audio
    bench.doubles["left"].offset = {}
    bench.run(1.0)
    assert bench.session.alarms == ()
    kinds = [event.kind for step in bench.steps for event in step.events]
    assert [kind for kind in kinds if kind.startswith("alarm")] == [
        "alarm-raised", "alarm-acknowledged", "alarm-cleared",
    ]  # fmt: skip


def test_a_hold_longer_than_the_cuff_allows_vents() -> None:
    bench = a_bench(hold_limit=1000.0, max_hold=60.0)
    bench.running(6.0)
    bench.session.pause("now", "hold")
    reason = faulted(bench, 65.0)
    assert "above 20 mmHg for" in reason
    assert "at most 60.0 s is allowed" in reason


def test_a_release_starts_the_hold_time_anew() -> None:
    bench = a_bench(cycles=4, max_hold=15.0)
    bench.running()
    assert bench.until("done", "faulted", limit=120.0).state == "done"


def test_a_silent_cuff_vents_both_legs_after_half_a_second() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["right"].silent = True
    begun = bench.now
    bench.until("faulted", limit=2.0)
    assert bench.now - begun == pytest.approx(0.55, abs=0.06)
    assert "right cuff: no fresh readings for 0." in bench.session.reason
    assert np.all(np.isnan(bench.steps[-1].commands["left"].set_points))


def test_repeated_and_old_readings_are_not_fresh() -> None:
    bench = a_bench()
    bench.running(6.0)
    stale = {leg: double.read(bench.now) for leg, double in bench.doubles.items()}
    for _ in range(12):
        bench.now += TICK
        bench.session.step(bench.now, stale)
    assert bench.session.state == "faulted"
    assert "no fresh readings" in bench.session.reason


def test_readings_from_the_future_are_not_fresh() -> None:
    bench = a_bench()
    bench.running(6.0)
    for _ in range(12):
        bench.now += TICK
        ahead = {leg: double.read(bench.now + 5.0) for leg, double in bench.doubles.items()}
        bench.session.step(bench.now, ahead)
    assert "no fresh readings" in bench.session.reason


def test_some_lost_readings_are_forgiven() -> None:
    bench = a_bench()
    bench.running(1.0)
    for count in range(1000):
        bench.doubles["left"].silent = count % 8 > 0
        bench.tick()
    assert bench.session.state == "running"
    assert bench.events("alarm-raised") == []


def test_a_cuff_that_is_off_may_be_silent() -> None:
    bench = a_bench()
    bench.doubles["right"].silent = True
    bench.tick()
    bench.session.turn_on("left")
    bench.run(30.0)
    assert bench.session.state == "idle"
    assert bench.events("alarm-raised") == []


@pytest.mark.parametrize(("bit", "name"), [(bit, name) for bit, name, _ in FAULTS])
def test_every_fault_that_a_cuff_reports_vents_and_is_named(bit: int, name: str) -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].faults = 1 << bit
    assert bench.tick().state == "faulted"
    assert name in conditions(bench)
    assert "the cuff vented by itself" in bench.session.reason
    assert bench.session.reason.startswith("left cuff")


def test_a_fault_that_a_cuff_reports_of_a_chamber_names_the_chamber() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["right"].faults, bench.doubles["right"].fault_chamber = FROZEN, 3
    assert bench.tick().state == "faulted"
    assert bench.session.reason.startswith("right cuff, chamber 3: the cuff vented by itself")
    (data,) = bench.events("alarm-raised")
    assert (data["condition"], data["chamber"]) == ("sensor-frozen", 3)


@pytest.mark.parametrize("bit", [LEASE, PUMP])
def test_a_fault_that_means_the_whole_cuff_names_no_chamber(bit: int) -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].faults, bench.doubles["left"].fault_chamber = bit | FROZEN, 3
    assert bench.tick().state == "faulted"
    named = {data["condition"]: data["chamber"] for data in bench.events("alarm-raised")}
    assert named.pop("sensor-frozen") == 3
    assert list(named.values()) == [None]


def test_a_fault_that_a_cuff_reports_in_ready_is_not_overlooked() -> None:
    bench = a_bench()
    bench.ready()
    bench.doubles["left"].faults = 1 << 6
    assert bench.tick().state == "faulted"


def test_a_cuff_that_keeps_a_fault_fails_its_check() -> None:
    bench = a_bench()
    bench.doubles["left"].faults = 1
    bench.ready()
    assert bench.session.outcome == "faulted"
    assert "left cuff: the cuff vented by itself (the station was silent" in bench.session.reason


def test_a_fault_that_clears_while_the_cuff_settles_is_forgiven() -> None:
    bench = a_bench(legs=("left",))
    bench.doubles["left"].faults = 1
    bench.tick()
    bench.session.turn_on("left")
    bench.run(0.5)
    bench.doubles["left"].faults = 0
    assert bench.until("ready", "faulted", limit=60.0).state == "ready"


@pytest.mark.parametrize(
    "identity", [Identity("calf-3", "B7", "1.0", 4), Identity("leg-4", "B7", "1.0", 6)]
)
def test_the_wrong_cuff_is_refused_and_named(identity: Identity) -> None:
    bench = a_bench()
    bench.doubles["left"].identity = identity
    bench.ready()
    assert bench.session.outcome == "faulted"
    assert "serial B7" in bench.session.reason
    assert "the program needs a leg-4 with 4" in bench.session.reason
    assert conditions(bench) == {"wrong-cuff"}


def test_a_cuff_exchanged_after_its_test_is_refused() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].identity = Identity("leg-4", "B7", "1.0", 4)
    assert bench.tick().state == "faulted"
    assert "the tested cuff has serial A1, this one B7" in bench.session.reason


def test_readings_of_another_shape_are_no_crash() -> None:
    bench = a_bench()
    bench.running(6.0)
    other = a_bench(6).doubles["left"]
    bench.doubles["left"].read = other.read  # type: ignore[method-assign]
    assert "left cuff" in faulted(bench, 1.0)


def test_a_zero_that_is_off_is_found_before_the_cuff_is_filled() -> None:
    bench = a_bench()
    bench.doubles["left"].offset = {2: 4.0}
    bench.ready()
    assert "left cuff, chamber 3: reads 4.0 mmHg while vented" in bench.session.reason
    told = [step.commands["left"].set_points for step in bench.steps]
    assert np.all(np.isnan(told))


def test_readings_that_are_missing_do_not_spoil_the_zero_test() -> None:
    bench = a_bench()
    bench.tick()
    for leg, double in bench.doubles.items():
        bench.session.turn_on(leg)
        double.broken = {1: float("nan")}
    for count in range(60):
        for double in bench.doubles.values():
            double.broken = {count % 4: float("nan")}
        bench.tick()
    assert bench.session.state == "fitting"


def test_a_chamber_that_is_still_emptying_gets_time_to_reach_zero() -> None:
    bench = a_bench()
    bench.doubles["left"].pressures[:] = 60.0
    bench.ready()
    assert bench.session.state == "ready"


@pytest.mark.parametrize("clock", [-10.0, float("nan")])
def test_a_clock_that_goes_wrong_vents(clock: float) -> None:
    bench = a_bench()
    bench.running(6.0)
    readings = {leg: double.read(bench.now) for leg, double in bench.doubles.items()}
    step = bench.session.step(bench.now + clock, readings)
    assert step.state == "faulted"
    assert "the station's clock went" in bench.session.reason
    assert all(np.isfinite(event.time) for event in step.events)


def test_a_station_that_misses_its_deadline_vents() -> None:
    bench = a_bench()
    bench.running(6.0)
    at = bench.session.program_time
    step = bench.tick(dt=30.0)
    assert step.state == "faulted"
    assert "30.00 s between two steps" in bench.session.reason
    assert step.program_time == at


def test_a_gap_before_anything_is_energised_is_forgiven() -> None:
    bench = a_bench()
    bench.ready()
    assert bench.tick(dt=30.0).state == "ready"


def test_authority_that_is_lost_vents_with_the_next_step() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.authority_lost("another master writes to the left cuff")
    assert bench.tick().state == "faulted"
    assert "another master writes" in bench.session.reason


def test_a_chamber_that_stays_up_after_a_fault_goes_on_alarming() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.doubles["left"].stuck_full = {0}
    bench.session.emergency_vent()
    bench.run(5.0)
    assert "does-not-fall" in conditions(bench)
    assert bench.session.outcome == "stopped"


def test_alarms_stay_silent_in_a_session_that_goes_as_planned() -> None:
    bench = a_bench(n=8, cycles=4)
    bench.running(10.0)
    bench.session.pause("now", "vent")
    bench.run(10.0)
    bench.session.resume()
    bench.run(10.0)
    bench.session.skip("left", 2)
    bench.session.soften("right", 3, 0.4)
    bench.run(20.0)
    bench.session.restore("left", 2)
    bench.session.trim(0.7)
    bench.until("done", "faulted")
    assert bench.session.outcome == "delivered"
    assert bench.events("alarm-raised") == []
