"""A cuff of a twin behind its registers: they say what the twin says, and it does what they say."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import cuff
from openpresso.errors import InputError
from openpresso.law import controller as law
from openpresso.law.device import BUSY, DONE, GIVE_UP, NO_ADDRESS, NO_VALUE, Device
from openpresso.law.registers import ADDRESSES, FAULTS, LEASE, REGISTERS, RESTARTED, STOPPED
from openpresso.law.regulator import SEAL, VENT
from openpresso.twin import kernel
from openpresso.twin.faults import FAULTS as BREAKS
from openpresso.twin.serving.device import CHAMBER_FAULTS, STATE, STATE_END, TwinDevice
from openpresso.twin.serving.kept import KeptFile
from openpresso.twin.twin import Twin

CALF = cuff.load("calf-3")
LEG = cuff.load("leg-24")
AT = {name: address for address, name, *_ in REGISTERS}
HERE, OTHER = 7, 8
"""Numbers of two stations."""


def device(model: cuff.Cuff = CALF, seed: int = 5) -> TwinDevice:
    return TwinDevice(Twin([model], seed=seed), 0, "OP-0001")


def ready(model: cuff.Cuff = CALF, seed: int = 5) -> TwinDevice:
    """Return a cuff that a station has reset."""
    one = device(model, seed)
    assert one.write(AT["reset"], [1], 1) == DONE
    return one


def words(one: Device, name: str, count: int = 1) -> list[int]:
    image = [0] * count
    assert one.read(AT[name], count, image) == DONE
    return image


def number(one: Device, name: str) -> int:
    high, low = words(one, name, 2)
    return high << 16 | low


def command(
    one: TwinDevice, points: list[int], station: int = HERE, enabled: int = 0xFFFFFF
) -> int:
    values = [station, 9000, enabled >> 16, enabled & 65535, *(p & 65535 for p in points)]
    return one.write(AT["lease"], values, len(values))


def hold(one: TwinDevice, points: list[int], seconds: float) -> None:
    for _ in range(round(seconds / 0.05)):
        assert command(one, points) == DONE
        one.twin.advance(10)


def test_the_identity_block_names_cuff_serial_and_firmware() -> None:
    one = device()
    texts = [
        struct.pack(">12H", *words(one, name, 12)).rstrip(b"\0").decode()
        for name in ("cuff-type", "serial", "firmware")
    ]
    assert texts == ["calf-3", "OP-0001", "twin-1"]
    assert words(one, "chambers") == [3]


def test_a_cuff_whose_power_has_come_is_vented_until_a_station_resets_it() -> None:
    one = device()
    assert number(one, "faults") == RESTARTED
    command(one, [4000] * 3)
    one.twin.advance(400)
    assert one.twin.true_pressures(0).max() < 1.0
    assert number(one, "faults") & RESTARTED
    assert one.write(AT["reset"], [1], 1) == DONE
    assert number(one, "faults") == 0
    hold(one, [4000] * 3, 8.0)
    assert one.twin.true_pressures(0) == pytest.approx([40.0] * 3, abs=4.0)


def test_the_state_block_says_what_the_twin_says() -> None:
    one = ready()
    hold(one, [4000, 3000, SEAL], 5.0)
    report = one.twin.read(0)
    readings = np.array(words(one, "pressures", 3), dtype=np.uint16).astype(np.int16) / 100
    assert readings == pytest.approx(report.pressures)
    assert words(one, "holder") == [HERE]
    assert 400 < words(one, "lease-left")[0] <= 500
    inlets, exhausts = one.valves()
    assert number(one, "inlets-open") == sum(open_ << k for k, open_ in enumerate(inlets))
    assert number(one, "exhausts-open") == sum(open_ << k for k, open_ in enumerate(exhausts))
    assert number(one, "ticks") == 1000
    assert words(one, "pressures", 24)[3:] == [0] * 21


@pytest.fixture(scope="module")
def busy() -> TwinDevice:
    """Return a large cuff in the middle of its work, with an invalid reading and negative ones."""
    one = ready(LEG, 3)
    hold(one, [VENT, *[500 * k for k in range(8)], *[0] * 15], 2.0)
    one.inject("nan-sensor", 11)
    hold(one, [VENT, *[500 * k for k in range(8)], *[0] * 15], 0.1)
    return one


@given(address=st.integers(-3, ADDRESSES + 3), count=st.integers(-1, 130))
def test_the_quick_read_of_the_state_equals_that_of_the_law(
    busy: TwinDevice, address: int, count: int
) -> None:
    image, plain = [-1] * 130, [-1] * 130
    answer = busy.read(address, count, image)
    assert answer == Device.read(busy, address, count, plain)
    assert image == plain
    if count > 0:
        expected = answer or struct.pack(f">{count}H", *plain[:count])
        assert busy.words(address, count) == expected


@pytest.mark.parametrize("faults", [0, LEASE, STOPPED | RESTARTED])
def test_the_quick_read_equals_that_of_the_law_with_every_fault_and_duty(faults: int) -> None:
    one = ready(LEG)
    count = STATE_END - STATE
    for seconds in (0.05, 0.5, 1.0):
        hold(one, [6000, 5000] * 12, seconds)
        one.state[law.FAULT_BITS] |= faults
        one.twin.advance(1)
        image, plain = [0] * count, [0] * count
        assert one.read(STATE, count, image) == Device.read(one, STATE, count, plain) == DONE
        assert image == plain


def test_only_the_holder_of_the_lease_is_obeyed_until_he_gives_it_up() -> None:
    one = ready()
    assert command(one, [1000] * 3) == DONE
    assert command(one, [2000] * 3, OTHER) == BUSY
    assert one.set_points == [1000] * 3
    assert one.write(AT["reset"], [1], 1) == BUSY
    assert command(one, [VENT] * 3, HERE + GIVE_UP) == DONE
    assert command(one, [2000] * 3, OTHER) == DONE
    assert one.set_points == [2000] * 3


def test_set_points_reach_the_twin_as_vent_seal_and_pressure() -> None:
    one = ready()
    command(one, [VENT, SEAL, 1234])
    asked = one.twin.mailbox[0, kernel.ASKED]
    assert np.isnan(asked[0])
    assert asked[1:] == pytest.approx([kernel.SEAL, 12.34])
    one.twin.advance(1)
    assert one.twin.bank[0, kernel.SET_POINT].tolist() == [VENT, SEAL, 1234]
    command(one, [3000] * 3, enabled=0b010)
    one.twin.advance(1)
    assert one.twin.bank[0, kernel.SET_POINT].tolist() == [VENT, 3000, VENT]
    assert one.state[law.CEILING] == 9000


def test_a_refused_command_changes_nothing() -> None:
    one = ready()
    command(one, [1000] * 3)
    assert command(one, [1000, -5, 1000]) == NO_VALUE
    assert one.write(AT["lease"], [HERE, 9000], 2) == NO_ADDRESS
    assert one.write(AT["pressures"], [1], 1) == NO_ADDRESS
    one.twin.advance(1)
    assert one.twin.bank[0, kernel.SET_POINT].tolist() == [1000] * 3


def test_silence_of_the_station_vents_the_cuff_and_is_counted() -> None:
    one = ready()
    hold(one, [6000] * 3, 8.0)
    assert one.twin.true_pressures(0).min() > 50.0
    one.twin.advance(600)
    assert number(one, "faults") == LEASE
    assert one.twin.true_pressures(0).max() < 20.0
    assert (number(one, "leases-lost"), number(one, "trips")) == (1, 1)
    assert words(one, "holder") == [0]


def test_anyone_may_vent_the_cuff_and_only_a_reset_ends_it() -> None:
    one = ready()
    hold(one, [4000] * 3, 6.0)
    assert one.write(AT["vent"], [1], 1) == DONE
    hold(one, [4000] * 3, 3.0)
    assert number(one, "faults") & STOPPED
    assert one.twin.true_pressures(0).max() < 5.0
    assert one.write(AT["reset"], [1], 1) == DONE
    one.twin.advance(100)
    assert number(one, "faults") == 0
    assert one.twin.true_pressures(0).max() < 5.0


def test_a_calibration_is_what_the_readings_go_by() -> None:
    plain, changed = ready(), ready()
    assert changed.write(AT["zeros"], [200, 65536 - 300, 0], 3) == DONE
    assert changed.write(AT["spans"], [10000, 10500, 9500], 3) == DONE
    for one in (plain, changed):
        # The twins take the same air: what differs is what the sensors say of it.
        one.twin.row("GAS", 0)[:] += 60.0
        one.twin.advance(200)
    raw = plain.twin.read(0).pressures
    assert changed.twin.true_pressures(0) == pytest.approx(plain.twin.true_pressures(0))
    expected = raw * [1.0, 1.05, 0.95] + [2.0, -3.0, 0.0]
    assert changed.twin.read(0).pressures == pytest.approx(expected, abs=0.1)
    assert changed.changed == 1


def test_a_calibration_far_off_or_under_a_lease_is_refused() -> None:
    one = ready()
    assert one.write(AT["spans"], [8000], 1) == NO_VALUE
    assert one.write(AT["zeros"], [2000], 1) == NO_VALUE
    command(one, [0] * 3)
    assert one.write(AT["zeros"], [100], 1) == BUSY
    assert one.twin.row("OFFSET", 0) == pytest.approx(device().twin.row("OFFSET", 0))


def test_calibrating_twice_is_calibrating_once_with_the_last() -> None:
    once, twice = ready(), ready()
    twice.write(AT["zeros"], [500] * 3, 3)
    twice.write(AT["spans"], [11000] * 3, 3)
    for one in (once, twice):
        one.write(AT["zeros"], [100] * 3, 3)
        one.write(AT["spans"], [10200] * 3, 3)
    for name in ("GAIN", "OFFSET", "DRIFT"):
        assert twice.twin.row(name, 0) == pytest.approx(once.twin.row(name, 0))


def test_power_off_and_on_is_a_restart_that_keeps_care_and_counters() -> None:
    one = ready()
    hold(one, [3000] * 3, 3.0)
    cycles = words(one, "inlet-cycles", 6)
    assert sum(cycles) > 0
    one.inject("power-loss", 1)
    assert (one.powered, one.answers) == (False, False)
    one.twin.advance(1000)
    assert one.twin.true_pressures(0).max() < 5.0
    one.power(on=True)
    assert one.answers
    assert number(one, "faults") == RESTARTED
    assert number(one, "ticks") == 0
    assert one.set_points == [VENT] * 3
    assert words(one, "used") == [1]
    assert words(one, "inlet-cycles", 6) == cycles
    assert words(one, "inlet-ticks", 3) == [0] * 3


def test_a_restart_zeroes_sensors_that_have_drifted() -> None:
    one = ready()
    before = one.twin.row("OFFSET", 0).copy()
    one.twin.row("DRIFT", 0)[:] = 0.5
    one.twin.advance(2000)
    assert one.twin.read(0).pressures == pytest.approx(5.0 + before, abs=1.5)
    one.power(on=True)
    one.twin.advance(2)
    assert one.twin.read(0).pressures == pytest.approx(before, abs=1.5)


@pytest.mark.parametrize("name", BREAKS)
def test_a_mended_cuff_is_as_sound_as_before(name: str) -> None:
    sound, mended = ready(), ready()
    for one in (sound, mended):
        one.twin.advance(100)
    mended.inject(name, 2)
    assert mended.broken == [f"{name}:2" if name in CHAMBER_FAULTS else name]
    for one in (sound, mended):
        one.twin.advance(100)
    mended.mend()
    assert (mended.broken, mended.answers) == ([], True)
    for name_of_row in ("LEAK", "C_INLET", "GAIN", "DRIFT"):
        row = mended.twin.row(name_of_row, 0)
        assert row == pytest.approx(sound.twin.row(name_of_row, 0))
    for one in (sound, mended):
        one.write(AT["reset"], [1], 1)
        hold(one, [4000] * 3, 8.0)
        assert number(one, "faults") == 0
        assert one.twin.true_pressures(0) == pytest.approx([40.0] * 3, abs=4.0)


def test_a_stuck_valve_is_found_by_the_guard_at_its_chamber() -> None:
    one = ready()
    one.inject("exhaust-stuck-open", 2)
    for _ in range(1200):
        command(one, [5000] * 3)
        one.twin.advance(10)
        if number(one, "faults"):
            break
    named = {name for bit, name, _ in FAULTS if number(one, "faults") >> bit & 1}
    assert named & {"does-not-rise", "cannot-hold"}
    assert words(one, "fault-chamber") == [2]


def test_what_a_cuff_keeps_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    one = ready()
    one.write(AT["spans"], [10500], 1)
    one.write(AT["cleaned-on"], [20260101 >> 16, 20260101 & 65535], 2)
    hold(one, [3000] * 3, 3.0)
    KeptFile(path).take([one])
    again = device(seed=6)
    KeptFile(path).give([again])
    assert again.spans == [10500, 10000, 10000]
    assert number(again, "cleaned-on") == 20260101
    assert words(again, "inlet-cycles", 6) == words(one, "inlet-cycles", 6)
    assert number(again, "ticks") == 0
    assert number(again, "faults") == RESTARTED
    gain = again.twin.row("GAIN", 0) / device(seed=6).twin.row("GAIN", 0)
    assert gain == pytest.approx([1.05, 1.0, 1.0])


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"version": 2, "cuffs": {}}', '{"version": 1, "cuffs": {"OP-0001": {}}}'],
)
def test_a_file_that_is_no_state_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"state\.json"):
        KeptFile(path).give([device()])
    assert path.read_text(encoding="utf-8") == content


def test_a_file_of_another_cuff_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    KeptFile(path).take([device(LEG)])
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 1
    with pytest.raises(InputError, match="OP-0001"):
        KeptFile(path).give([device()])
