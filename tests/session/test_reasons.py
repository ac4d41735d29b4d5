"""Every alarm condition says in a session what is wrong, where and how much, in whole words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openpresso.law.registers import LEASE as LEASE_BIT
from openpresso.law.registers import NO_HOLD, PUMP, RESTARTED, SELF_TEST, STOPPED
from openpresso.session import load_alarms
from tests.session.cuff_double import Bench, CuffDouble, a_bench

NAN = float("nan")


def running(bench: Bench, seconds: float = 6.0) -> CuffDouble:
    bench.running(seconds)
    return bench.doubles["left"]


def shows(bench: Bench, *readings: float) -> None:
    double = running(bench)
    for reading in readings:
        double.broken = {1: reading}
        bench.tick()
    bench.run(1.0)


def said(bench: Bench, condition: str = "") -> list[str]:
    raised = bench.events("alarm-raised")
    return [str(data["text"]) for data in raised if condition in {"", data["condition"]}]


def zero_off(bench: Bench) -> None:
    bench.doubles["left"].offset = {1: 4.0}
    bench.ready()


def frozen(bench: Bench) -> None:
    running(bench, 7.0).broken = {1: 39.9}
    bench.run(10.0)


def rises_while_off(bench: Bench) -> None:
    bench.ready()
    bench.doubles["left"].stuck_inlet = {1}
    bench.run(10.0)


def does_not_fall(bench: Bench) -> None:
    running(bench, 9.0).stuck_full = {1}
    bench.run(10.0)


def does_not_rise(bench: Bench) -> None:
    double = running(bench, 2.5)
    bench.session.pause("now", "hold")
    double.kinked = {1}
    bench.run(15.0)


def held(bench: Bench) -> None:
    running(bench)
    bench.session.pause("now", "hold")
    bench.run(35.0)


def deviation(bench: Bench) -> None:
    double = running(bench, 4.5)
    bench.session.pause("now", "hold")
    double.offset = {1: -7.0}
    bench.run(8.0)


def leak(bench: Bench) -> None:
    bench.doubles["left"].leak = {1: 2.5}
    bench.ready()


def wrong_cuff(bench: Bench) -> None:
    bench.doubles["left"] = a_bench(6).doubles["left"]
    bench.ready()


def silent(bench: Bench) -> None:
    running(bench).silent = True
    bench.run(1.0)


def reports(bench: Bench, bit: int) -> None:
    running(bench).faults = bit
    bench.tick()


def recorder_failed(bench: Bench) -> None:
    running(bench)
    bench.session.recorder_failed("disk full")
    bench.run(10.0)


def late(bench: Bench) -> None:
    running(bench)
    bench.tick(dt=2.0)


WRONG: dict[str, tuple[Callable[[Bench], None], str]] = {
    "over-pressure": (
        lambda bench: shows(bench, 131.0),
        "left cuff, chamber 2: 131.0 mmHg is over the hard limit of the cuff, 130.0 mmHg",
    ),
    "over-ceiling": (
        lambda bench: shows(bench, 66.0, 66.0),
        "left cuff, chamber 2: 66.0 mmHg is more than 5 mmHg over the ceiling of 45.0 mmHg (",
    ),
    "sensor-range": (
        lambda bench: shows(bench, NAN),
        "left cuff, chamber 2: the pressure sensor gives no valid reading",
    ),
    "sensor-jump": (
        lambda bench: shows(bench, -19.0, 62.0),
        "left cuff, chamber 2: the reading jumped to 62.0 mmHg from -19.0 mmHg, faster than air",
    ),
    "sensor-frozen": (
        frozen,
        "left cuff, chamber 2: the reading stands still at 39.9 mmHg while the set-point is 0.0",
    ),
    "rises-while-off": (rises_while_off, "left cuff, chamber 2: rises to "),
    "does-not-fall": (does_not_fall, "left cuff, chamber 2: stays at "),
    "time-at-pressure": (held, "left cuff, chamber 1: above 20 mmHg for 30."),
    "does-not-rise": (does_not_rise, "left cuff, chamber 2: stays at "),
    "deviation": (deviation, "left cuff, chamber 2: "),
    "leak": (leak, "left cuff, chamber 2: loses 2.5 mmHg/s while sealed, at most 1.0 mmHg/s"),
    "zero-off": (
        zero_off,
        "left cuff, chamber 2: reads 4.0 mmHg while vented, within 3.0 mmHg of zero is allowed",
    ),
    "wrong-cuff": (wrong_cuff, "left cuff: this is not the cuff of the program (a leg-6 with 6"),
    "link-silent": (silent, "left cuff: no fresh readings for 0.5 s, at most 0.5 s is allowed"),
    "lease": (
        lambda bench: reports(bench, LEASE_BIT),
        "left cuff: the cuff vented by itself (the station was silent for 500 ms)",
    ),
    "cannot-hold": (
        lambda bench: reports(bench, NO_HOLD),
        "left cuff: the cuff vented by itself (a chamber needs too much air",
    ),
    "self-test": (
        lambda bench: reports(bench, SELF_TEST),
        "left cuff: the cuff vented by itself (the cuff did not pass its self-test",
    ),
    "stopped-at-cuff": (
        lambda bench: reports(bench, STOPPED),
        "left cuff: the cuff vented by itself (the cuff's stop button",
    ),
    "restarted": (
        lambda bench: reports(bench, RESTARTED),
        "left cuff: the cuff vented by itself (the cuff was switched on",
    ),
    "pump-stuck": (
        lambda bench: reports(bench, PUMP),
        "left cuff: the cuff vented by itself (the pump runs although it is off)",
    ),
    "recorder-failed": (recorder_failed, "station: the record cannot be written (disk full)"),
    "control-lost": (
        late,
        "station: control of the cuffs was lost (2.00 s between two steps, at most 0.5 s",
    ),
}


def test_there_is_a_way_to_every_condition_of_the_table() -> None:
    assert set(WRONG) == set(load_alarms().conditions)


@pytest.mark.parametrize("condition", WRONG)
def test_a_condition_says_what_is_wrong_and_where(condition: str) -> None:
    bench = a_bench(max_hold=30.0)
    go_wrong, says = WRONG[condition]
    go_wrong(bench)
    texts = said(bench, condition)
    assert any(text.startswith(says) for text in texts), texts
    row = load_alarms().conditions[condition]
    if row.response == "vent":
        assert bench.session.outcome == "faulted"
        assert bench.session.reason in said(bench)


@pytest.mark.parametrize(
    ("reading", "says"),
    [
        (NAN, "no valid reading"),
        (-25.0, "no valid reading (it shows -25.0 mmHg)"),
    ],
)
def test_a_sensor_without_a_valid_reading_says_what_it_shows(reading: float, says: str) -> None:
    bench = a_bench()
    shows(bench, reading)
    expected = f"left cuff, chamber 2: the pressure sensor gives {says}"
    assert said(bench, "sensor-range") == [expected]


def test_a_chamber_that_is_blind_when_the_cuffs_should_be_empty_is_not_called_full() -> None:
    bench = a_bench()
    double = running(bench)
    bench.session.end()
    for count in range(400):
        double.broken = {1: NAN} if count % 4 else {}
        bench.tick()
        if count > 60:
            assert bench.session.outcome in {None, "stopped"}
    assert bench.session.outcome == "stopped"
