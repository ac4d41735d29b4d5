"""The real firmware on a real serial line, with cuff and leg in software behind it."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pymodbus.client import ModbusSerialClient
from pymodbus.exceptions import ModbusIOException

from openpresso.errors import InputError
from openpresso.law import registers
from openpresso.law.guard import LEASE_TICKS
from openpresso.law.registers import REGISTERS
from openpresso.twin.rig import firmware
from openpresso.twin.rig.firmware import FirmwareError, FirmwareProcess
from tests.firmware.under import code, on_boards

AT = {name: address for address, name, *_ in REGISTERS}
STATE = AT["ticks"]
CUFF = "calf-3"
N = 3
HOLD = 6000
"""What the tests hold [1/100 mmHg]."""
PERIOD = 0.05


class Master:
    """A Modbus master such as anyone could write."""

    def __init__(self, path: str, n: int = N) -> None:
        self.n = n
        self.client = ModbusSerialClient(path, baudrate=115200, timeout=0.5, retries=0)
        assert self.client.connect()

    def close(self) -> None:
        self.client.close()  # type: ignore[no-untyped-call]

    def read(self, name: str, count: int = 1) -> list[int]:
        answer = self.client.read_holding_registers(AT[name], count=count, device_id=1)
        assert not answer.isError(), answer
        return list(answer.registers)

    def faults(self) -> set[str]:
        high, low = self.read("faults", 2)
        return {name for bit, name, _ in registers.FAULTS if (high << 16 | low) >> bit & 1}

    def write(self, name: str, *values: int) -> None:
        answer = self.client.write_registers(AT[name], list(values), device_id=1)
        assert not answer.isError(), answer

    def command(self, point: int) -> None:
        """Renew the lease with one set-point for every chamber, and read the state."""
        answer = self.client.readwrite_registers(
            read_address=STATE, read_count=88, write_address=AT["lease"],
            values=[7, 6500, 0, (1 << self.n) - 1, *[point] * self.n], device_id=1,
        )  # fmt: skip
        assert not answer.isError(), answer

    def hold(self, until: Callable[[], bool], longest: float = 30.0) -> None:
        """Reset the cuff and hold it until something is true."""
        self.write("reset", 1)
        end = time.monotonic() + longest
        while not until():
            assert time.monotonic() < end, self.faults()
            self.command(HOLD)
            time.sleep(PERIOD)


@pytest.fixture(scope="module")
def running() -> Iterator[FirmwareProcess]:
    with FirmwareProcess(CUFF, serial="OP-0042") as process:
        yield process


@pytest.fixture
def process(running: FirmwareProcess) -> FirmwareProcess:
    """The firmware as after power came; each test leaves it as it likes."""
    running.plug()
    running.mend()
    running.press_stop(pressed=False)
    running.reboot()
    return running


@pytest.fixture
def master(process: FirmwareProcess) -> Iterator[Master]:
    one = Master(process.serial_path)
    yield one
    one.close()


def full(process: FirmwareProcess) -> Callable[[], bool]:
    return lambda: bool(process.true_pressures().min() > 57.0)


def vented_after(process: FirmwareProcess) -> float:
    """Time until every chamber is truly below 20 mmHg [s]."""
    begin = time.monotonic()
    while process.true_pressures().max() >= 20.0:
        assert time.monotonic() < begin + 10.0
        time.sleep(0.01)
    return time.monotonic() - begin


@on_boards
def test_a_cuff_boots_vented_and_says_who_it_is(master: Master, process: FirmwareProcess) -> None:
    assert master.read("map-major", 3) == [1, 0, N]
    words = master.read("serial", 12)
    assert b"".join(word.to_bytes(2) for word in words).rstrip(b"\0") == b"OP-0042"
    assert master.faults() == {"restarted"}
    assert np.abs(process.true_pressures()).max() < 1.0
    assert "self-test: passed" in process.said


@on_boards
def test_it_fills_and_holds_and_counts(master: Master, process: FirmwareProcess) -> None:
    master.hold(full(process))
    for _ in range(20):
        master.command(HOLD)
        time.sleep(PERIOD)
    assert master.faults() == set()
    assert process.true_pressures() == pytest.approx([60.0] * N, abs=3.0)
    readings = np.array(master.read("pressures", N)) / 100.0
    assert readings == pytest.approx(process.true_pressures(), abs=2.0)
    requests = master.read("requests", 2)[1]
    assert requests > 20
    assert master.read("used") == [1]


@on_boards
def test_the_station_is_killed_and_every_chamber_is_empty_within_3_s(
    master: Master, process: FirmwareProcess
) -> None:
    master.hold(full(process))
    assert vented_after(process) < 3.0
    assert master.faults() == {"lease"}
    assert master.read("lease-left") == [0]
    assert LEASE_TICKS == 100
    master.command(HOLD)
    time.sleep(0.5)
    assert process.true_pressures().max() < 20.0, "a lease alone heals nothing"


@on_boards
def test_a_long_cuff_too_is_empty_within_3_s_of_the_station_s_death() -> None:
    with FirmwareProcess("leg-8", code=code("leg-8", built=True)) as process:
        master = Master(process.serial_path, 8)
        master.hold(full(process), longest=60.0)
        assert process.true_pressures().min() > 57.0
        assert vented_after(process) < 3.0
        assert master.faults() == {"lease"}
        master.close()


@on_boards
def test_a_killed_firmware_vents(master: Master, process: FirmwareProcess) -> None:
    master.hold(full(process))
    process.kill()
    assert vented_after(process) < 3.0
    assert not process.state()["running"]


@on_boards
def test_a_firmware_that_hangs_vents_and_starts_again_by_its_watchdog(
    master: Master, process: FirmwareProcess
) -> None:
    master.hold(full(process))
    resets = process.state()["resets"]
    tested = process.tested
    process.freeze()
    assert vented_after(process) < 3.0
    process.await_self_test(tested)
    assert process.state()["resets"] == resets + 1
    assert master.faults() == {"restarted"}


@on_boards
def test_power_that_fails_vents_and_what_it_counted_stays(
    master: Master, process: FirmwareProcess
) -> None:
    master.hold(full(process))
    vented_after(process)
    cycles = master.read("inlet-cycles", 2 * N)
    assert cycles[1] > 0
    process.fault("power-loss")
    assert not process.state()["running"]
    process.reboot()
    assert master.read("inlet-cycles", 2 * N)[1] >= cycles[1]
    assert master.read("used") == [1]
    assert master.faults() == {"restarted"}


@on_boards
def test_the_stop_button_vents(master: Master, process: FirmwareProcess) -> None:
    master.hold(full(process))
    process.press_stop()
    assert vented_after(process) < 3.0
    assert master.faults() == {"stopped-at-cuff"}


@on_boards
def test_a_faulty_sensor_is_seen_by_the_firmware(master: Master, process: FirmwareProcess) -> None:
    master.write("reset", 1)
    process.fault("nan-sensor", 2)
    time.sleep(0.3)
    assert "sensor-range" in master.faults()
    assert master.read("fault-chamber") == [2]


@on_boards
def test_a_cuff_with_a_dead_sensor_does_not_pass_its_self_test(process: FirmwareProcess) -> None:
    process.fault("frozen-sensor", 3)
    process.reboot()
    assert "sensor 3 does not change" in process.said.splitlines()[-1]
    one = Master(process.serial_path)
    one.write("reset", 1)
    time.sleep(0.05)
    assert "self-test" in one.faults()
    one.close()


@on_boards
def test_noise_on_the_line_is_counted_and_does_no_harm(
    master: Master, process: FirmwareProcess
) -> None:
    before = master.read("bad-frames", 2)[1]
    process.noise(b"\x00\xff\x17\x01\x10")
    time.sleep(0.05)
    assert master.read("bad-frames", 2)[1] == before + 1


@on_boards
def test_a_pulled_cable_vents_and_comes_back_under_its_name(
    master: Master, process: FirmwareProcess
) -> None:
    master.hold(full(process))
    process.unplug()
    assert not Path(process.serial_path).exists()
    assert vented_after(process) < 3.0
    process.plug()
    again = Master(process.serial_path)
    assert again.faults() == {"lease"}
    again.close()


@on_boards
def test_a_silent_link_is_heard_by_nobody(process: FirmwareProcess) -> None:
    process.fault("link-silent")
    one = Master(process.serial_path)
    with pytest.raises(ModbusIOException, match="No response"):
        one.read("map-major")
    one.close()


@on_boards
@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="mbpoll is not installed (apt: mbpoll)")
def test_mbpoll_reads_identity_and_pressures_while_it_runs(
    master: Master, process: FirmwareProcess
) -> None:
    master.hold(full(process))
    master.close()

    def polled(name: str, count: int) -> list[int]:
        done = subprocess.run(
            ["mbpoll", "-m", "rtu", "-b", "115200", "-P", "none", "-0", "-1", "-t", "4", "-a", "1",
             "-r", str(AT[name]), "-c", str(count), process.serial_path],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [int(value) for value in re.findall(r"^\[\d+\]:\s+(\d+)", done.stdout, re.MULTILINE)]

    text = b"".join(word.to_bytes(2) for word in polled("cuff-type", 12)).rstrip(b"\0")
    assert text == CUFF.encode()
    pressures = [word - 65536 if word > 32767 else word for word in polled("pressures", N)]
    assert len(pressures) == N
    assert max(pressures) > 500


@on_boards
def test_the_built_files_run_like_the_source() -> None:
    with FirmwareProcess(CUFF, code=code(CUFF, built=True)) as process:
        master = Master(process.serial_path)
        master.hold(full(process))
        assert master.faults() == set()
        assert vented_after(process) < 3.0
        master.close()


@on_boards
def test_a_firmware_that_does_not_start_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import nothing\n", "utf-8")
    with pytest.raises(FirmwareError, match="no module named 'nothing'"):
        FirmwareProcess(CUFF, code=tmp_path).start()


def test_without_micropython_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firmware, "micropython", lambda: None)
    with pytest.raises(InputError, match="make setup"):
        FirmwareProcess(CUFF).start()


@on_boards
def test_a_fault_that_does_not_exist_is_refused(process: FirmwareProcess) -> None:
    with pytest.raises(InputError, match="did you mean"):
        process.fault("leaks")
    with pytest.raises(InputError, match="no chamber 4"):
        process.fault("leak", 4)
