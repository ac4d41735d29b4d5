"""A whole session over serial lines to the real firmware, and strangers who read meanwhile."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from openpresso.record import open_record
from openpresso.station import RunRequest, deliver
from tests.campaign import amount
from tests.integration.lines import SharedLine
from tests.integration.processes import until
from tests.integration.room import (
    Cuff,
    Room,
    Station,
    holding,
    run,
    sealed,
    steering,
    vents,
)

SHORTENED = amount(90.0, 300.0)
"""Of thirty minutes of gradient drainage [s]."""
AGREES = 0.03
"""Share by which the dose may differ from that of the twin in process."""
MBPOLL = shutil.which("mbpoll")
needs_mbpoll = pytest.mark.skipif(MBPOLL is None, reason="mbpoll is not installed")


@pytest.mark.timeout(400)
def test_a_whole_session_through_the_firmware_delivers_the_dose_of_the_twin(room: Room) -> None:
    cuffs = [room.firmware("leg-8", f"OP-{leg}") for leg in ("left", "right")]
    station = room.station(cuffs[0].address, cuffs[1].address)
    with steering(station) as couch:
        station.until(lambda now: all(one["identity"] for one in now["cuffs"].values()))
        station.load(program="gradient-drainage", duration=f"{SHORTENED:.0f} s")
        for leg in ("left", "right"):
            couch.turn_on(leg)
            # One after the other, as the twin's technician does: what a test leaves in the tissue
            # is part of the dose.
            fitted = station.until(
                lambda now: now["outcome"] or now["state"] in {"idle", "ready"}, 90.0
            )
            assert fitted["outcome"] is None, fitted["reason"]
        couch.start()
        done = station.until(lambda now: now["outcome"], SHORTENED + 40.0, "it is delivered")
        assert done["outcome"] == "delivered", (done, [cuff.firmware.said for cuff in cuffs])
        assert done["alarms"] == []
        summary = sealed(station, done["record"], "delivered")
    known = summary["header"]["identities"]
    assert [one["serial"] for one in known.values()] == ["OP-left", "OP-right"]
    assert summary["header"]["device"] == "cuff"
    same = deliver(
        RunRequest("gradient-drainage", cuff="leg-8", duration=SHORTENED, out=room.folder / "twin")
    )
    theirs = open_record(same.record).dose
    ours = open_record(station.folder / "sessions" / done["record"]).dose
    for leg in ("left", "right"):
        of_leg = [
            sum(chamber.pressure_time for chamber in dose[leg].chambers) for dose in (ours, theirs)
        ]
        assert of_leg[0] == pytest.approx(of_leg[1], rel=AGREES)
        for one, other in zip(ours[leg].chambers, theirs[leg].chambers, strict=True):
            assert one.hold_mean == pytest.approx(other.hold_mean, rel=AGREES), one.chamber
            assert one.cycles == other.cycles


def mbpoll(*arguments: str) -> dict[int, int]:
    """Read registers as a client does that nobody here wrote; return them by address."""
    assert MBPOLL is not None
    command = [MBPOLL, "-0", "-1", "-q", "-a", "1", "-o", "1", *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10.0)
    assert said.returncode == 0, said.stdout + said.stderr
    found = {}
    for line in said.stdout.splitlines():
        if line.startswith("["):
            address, value = line.split("]:")
            found[int(address[1:])] = int(value.split()[0], 0)
    return found


def text(registers: dict[int, int], at: int) -> str:
    words = b"".join(registers[at + k].to_bytes(2, "big") for k in range(12))
    return words.rstrip(b"\0").decode("ascii")


def reads(station: Station, cuff: Cuff, serial: str, *line: str) -> None:
    """See that mbpoll reads identity and pressures while a session runs undisturbed."""
    with steering(station):
        run(station)
        holding(cuff)
        identity = mbpoll(*line[:-1], "-r", "0", "-c", "44", "-t", "4:hex", line[-1])
        assert (identity[0], identity[2]) == (1, 3)
        assert text(identity, 8) == "calf-3"
        assert text(identity, 20) == serial
        for _ in range(5):
            pressures = mbpoll(*line[:-1], "-r", "116", "-c", "3", "-t", "4", line[-1])
            for number, true in enumerate(cuff.pressures()):
                assert pressures[116 + number] / 100.0 == pytest.approx(true, abs=3.0)
        now = station.snapshot()
        assert (now["state"], now["alarms"]) == ("running", [])
        station.couch.vent()
        vents(cuff, time.monotonic())
        sealed(station, now["record"], "stopped")


@needs_mbpoll
def test_mbpoll_reads_a_twin_over_tcp_while_a_session_runs(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address)
    where = ("-m", "tcp", "-p", str(cuff.port), "127.0.0.1")
    reads(station, cuff, cuff.state()["serial"], *where)


@needs_mbpoll
@pytest.mark.parametrize("kind", amount(["firmware"], ["twin", "firmware"]))
def test_mbpoll_reads_a_serial_cuff_while_a_session_runs(room: Room, kind: str) -> None:
    cuff: Cuff
    if kind == "firmware":
        cuff, serial = room.firmware(serial="OP-0042"), "OP-0042"
    else:
        twin = room.twins("calf-3", line="pty")[0]
        cuff, serial = twin, twin.state()["serial"]
    links = (room.folder / "to-station", room.folder / "to-mbpoll")
    with SharedLine(cuff.address.removeprefix("modbus:rtu://"), *links) as line:
        station = room.station(line.ports[0].address)
        serial_line = ("-m", "rtu", "-b", "115200", "-P", "none", str(links[1]))
        reads(station, cuff, serial, *serial_line)
        until(lambda: min(line.answered) > 5)


@needs_mbpoll
def test_mbpoll_reads_the_firmware_between_two_sessions(room: Room) -> None:
    cuff = room.firmware(serial="OP-0043")
    line = ("-m", "rtu", "-b", "115200", "-P", "none", cuff.firmware.serial_path)
    identity = mbpoll(*line[:-1], "-r", "0", "-c", "44", "-t", "4:hex", line[-1])
    assert text(identity, 20) == "OP-0043"
    assert Path(cuff.firmware.serial_path).exists()
