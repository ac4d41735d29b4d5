"""The firmware's loop, sensors and memory, each under MicroPython."""

from __future__ import annotations

import pytest

from openpresso.law.registers import STOPPED
from tests.firmware.test_modbus import commands
from tests.firmware.under import on_boards, ran

pytestmark = on_boards


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("name", ["foot-1", "leg-8", "leg-24"])
def test_loop_and_server_allocate_nothing(name: str, built: bool) -> None:
    said = ran("locked", commands(*[5000] * 8).hex(), cuff_name=name, built=built)
    assert said["ticks"] > 5000
    assert said["answered"] == 500
    if name == "leg-8":
        assert said["faults"] == 0
        assert said["filled"] > 4000


def test_the_loop_keeps_its_deadlines_and_says_when_it_does_not() -> None:
    said = ran("loop")
    assert said["on-time"][-1][0][0] == 0
    assert [row[0][0] for row in said["late"]] == [1, 1], "1.5 ms late, then on time again"
    before, lost, after = said["lost"]
    assert lost[0][0] - before[0][0] == 8, "one late and seven that never were"
    assert lost[1] - before[1] == 8, "they age the lease as if they had been"
    assert after[0][0] == lost[0][0]
    assert said["longest"] == 3210


def test_a_tick_that_falls_into_a_write_comes_right_after_it() -> None:
    said = ran("loop")
    assert said["ticks-inside"] == 0
    assert said["ticks-after"] == 1


def test_the_stop_button_vents_and_latches() -> None:
    said = ran("loop")
    runs, dump, chain = said["driven"]
    assert runs
    assert dump
    assert chain == [0xFF, 0xFF, 0, 0, 0, 0], "every exhaust is energised, and here every inlet"
    assert said["stopped"] == [STOPPED, 0, 0]
    assert said["vented-chain"] == [0] * 6


@pytest.mark.parametrize("built", [False, True])
def test_readings_are_calibrated_and_none_stays_none(built: bool) -> None:
    assert ran("loop", built=built)["calibrated"] == [1030, -943, -32768, 32767]


@pytest.mark.parametrize("built", [False, True])
def test_the_chain_has_two_bits_for_each_chamber(built: bool) -> None:
    assert ran("loop", built=built)["chain"] == [0b10001001, 0b01]


def test_digital_sensors_are_told_apart_and_a_missing_one_gives_nothing() -> None:
    said = ran("sensing")
    expected = [100 * i for i in range(12)]
    expected[3] = said["nothing"]
    assert said["bus"] == pytest.approx(expected, abs=1)
    assert said["conversions"] == [2, 2, 2, 0, *[2] * 8]
    assert said["broken"] == [said["nothing"]] * 3
    assert said["ends"] == pytest.approx([0, 30000, -150, 30150], abs=2)


def test_a_busy_sensor_keeps_its_reading_for_a_while() -> None:
    said = ran("sensing")
    assert said["busy"] == pytest.approx([0, 300], abs=1)
    assert said["busy-for-long"] == said["nothing"]


def test_analogue_sensors_know_a_broken_wire() -> None:
    said = ran("sensing")
    assert said["analogue"] == [0, 37503, said["nothing"], said["nothing"]]
    assert said["lines"] == pytest.approx([763 * i for i in range(8)], abs=10)


def test_the_memory_survives_a_cut_at_every_byte() -> None:
    said = ran("cut")
    assert not said["first"], "an empty flash holds nothing"
    assert len(said["found"]) == said["length"] + 1
    states = [after for after, _ in said["found"]]
    assert states[:-1] == [[3]] * said["length"]
    assert states[-1] == [4]
    assert all(later == [5] for _, later in said["found"])


def test_the_flash_is_written_between_leases_and_when_care_changes() -> None:
    said = ran("keep")
    assert said["writes"] == [0, 1, 2, 2, 3, 4]
    assert said["zero"] == -50
    assert said["used"] == 1


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("name", ["calf-3", "leg-24"])
def test_the_compiled_registers_say_what_the_law_s_device_says(name: str, built: bool) -> None:
    said = ran("rows", cuff_name=name, built=built)
    assert said["answers"] == [0, 0], "both took the care that was written"
    assert said["compared"] > 100_000
    assert said["differ"] == []
