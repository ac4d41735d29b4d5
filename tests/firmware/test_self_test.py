"""The self-test refuses what must not be filled, and passes what may."""

from __future__ import annotations

from typing import Any

import pytest

from openpresso.law.registers import RANGE, RESTARTED, SELF_TEST
from tests.firmware.under import on_boards, ran

pytestmark = on_boards
INVALID = -32768


def boot(ticks: int = 1200, **job: object) -> dict[str, Any]:
    said: dict[str, Any] = ran("boot", {"ticks": ticks, **job})
    return said


def test_a_sound_cuff_passes_within_half_a_second_and_waits_for_a_reset() -> None:
    assert boot(ticks=100)["said"] == ["self-test: passed"]
    assert boot()["faults"] == 0


def test_before_it_is_passed_a_reset_does_not_help() -> None:
    assert boot(ticks=50)["faults"] == SELF_TEST


@pytest.mark.parametrize(
    ("job", "why"),
    [
        ({"pressures": {"2": INVALID}}, "sensor 3 gives no valid reading"),
        ({"tremble": {"0": 0}}, "sensor 1 does not change"),
        ({"pressures": {"7": 230}}, "sensor 8 is not near zero"),
        ({"pressures": {"7": -230}}, "sensor 8 is not near zero"),
        ({"board": {"work": 4000}}, "a tick needs 4000 us"),
        ({"board": {"mv": 20000}}, "the supply gives 20000 mV"),
        ({"board": {"coils": 17, "coil_works": 0}}, "the coil of valve 1 draws no current"),
    ],
)
def test_what_is_not_right_keeps_the_cuff_vented(job: dict[str, Any], why: str) -> None:
    said = boot(**job)
    assert said["said"] == [f"self-test: {why}"]
    assert said["faults"] & ~RANGE == SELF_TEST


def test_a_dead_supply_behind_a_pressed_stop_button_is_no_fault_of_its_own() -> None:
    assert boot(board={"mv": 1, "pressed": 1})["said"] == ["self-test: passed"]


def test_the_zero_at_rest_is_taken() -> None:
    said = boot(pressures={"0": 150, "1": -90, "2": 30})
    assert said["said"] == ["self-test: passed"]
    assert said["rest"][:4] == pytest.approx([-150, 90, -30, 0], abs=3)
    assert all(abs(reading) < 20 for reading in said["readings"])


def test_a_cuff_that_was_full_is_tested_when_it_is_empty() -> None:
    said = boot(ticks=2500, pressures={"0": 6000}, falls=5)
    assert said["said"][-1] == "self-test: passed"
    assert abs(said["rest"][0]) < 200
    assert said["faults"] in {0, RESTARTED}
