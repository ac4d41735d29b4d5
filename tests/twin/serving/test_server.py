"""`openpresso twin serve` as a real process: what masters, people and bad lines meet."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from openpresso.twin.rig.firmware import micropython
from tests.twin.serving.served import (
    RESET,
    VENT,
    Holding,
    beginning,
    pull,
    rtu,
    run,
    serving,
    tcp,
    until,
)

READ_IDENTITY = b"\x00\x07\x00\x00\x00\x06\x01\x03\x00\x00\x00\x03"
IDENTITY = b"\x00\x07\x00\x00\x00\x09\x01\x03\x06\x00\x01\x00\x00\x00\x08"


def mbpoll(*arguments: str) -> list[str]:
    """Return what mbpoll, which no one here wrote, reads."""
    found = shutil.which("mbpoll")
    if found is None:
        pytest.skip("mbpoll is not installed: apt-get install mbpoll")
    command = [found, "-a", "1", "-0", "-1", "-t", "4:hex", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("[")]


def pressures(read: list[str]) -> list[float]:
    """Return registers as mbpoll prints them as pressures [mmHg]."""
    words = [int(word, 16) for word in read]
    return [(word - 65536 if word > 32767 else word) / 100 for word in words]


def text(read: list[str]) -> str:
    """Return registers as mbpoll prints them as a text."""
    return b"".join(bytes.fromhex(word[2:]) for word in read).rstrip(b"\0").decode()


@pytest.mark.parametrize("line", ["tcp", "rtu"])
def test_any_master_reads_identity_and_pressures_while_another_holds_the_lease(
    line: str, tmp_path: Path
) -> None:
    link = tmp_path / "cuff"
    options = ("--tcp", "127.0.0.1:0", "--link", str(link), "--serial", "OP-0042")
    with serving("--cuff", "leg-8", *options) as served, tcp(served.port()) as master:
        assert served.serial() == str(link)
        with Holding(master, 10.0) as station:
            until(lambda: max(served.state()["pressures"]) > 8.0, 30.0)
            if line == "tcp":
                how = ["-m", "tcp", "-p", str(served.port()), "127.0.0.1"]
            else:
                how = ["-m", "rtu", "-b", "115200", "-P", "none", str(link)]
            identity = mbpoll("-r", "0", "-c", "44", *how)
            assert identity[:3] == ["0x0001", "0x0000", "0x0008"]
            assert [text(identity[at : at + 12]) for at in (8, 20, 32)] == [
                "leg-8", "OP-0042", "twin-1",
            ]  # fmt: skip
            read = pressures(mbpoll("-r", "116", "-c", "8", *how))
            assert read == pytest.approx(served.state()["pressures"], abs=4.0)
            assert mbpoll("-r", "106", "-c", "1", *how) == ["0x0007"]
        assert station.refused == 0


def test_a_pymodbus_client_on_the_serial_line_drives_the_cuff() -> None:
    with serving("--cuff", "calf-3", "--pty") as served, rtu(served.serial()) as master:
        assert served.cuffs[0]["tcp"] is None
        with Holding(master, 40.0) as station:
            until(lambda: min(served.state()["pressures"]) > 35.0, 30.0)
        assert station.refused == 0


def test_a_station_that_falls_silent_leaves_no_chamber_inflated() -> None:
    with serving("--cuff", "leg-8", "--tcp", "127.0.0.1:0") as served, tcp(served.port()) as master:
        with Holding(master, 60.0):
            until(lambda: min(served.state()["pressures"]) > 55.0, 60.0)
        took = until(lambda: max(served.state()["pressures"]) < 20.0, 3.0)
        assert took > 0.4
        assert [fault["name"] for fault in served.state()["faults"]] == ["lease"]


def test_a_second_station_is_refused_and_anyone_may_vent() -> None:
    with (
        serving("--cuff", "calf-3", "--tcp", "127.0.0.1:0") as served,
        tcp(served.port()) as first,
        tcp(served.port()) as second,
        Holding(first, 40.0),
    ):
        until(lambda: served.state()["holder"] == 7)
        refused = second.write_registers(200, [8, 5000, 0, 7, 1000, 1000, 1000])
        assert (refused.isError(), refused.exception_code) == (True, 6)
        assert second.write_register(RESET, 1).exception_code == 6
        assert not second.write_register(VENT, 1).isError()
        until(lambda: served.state()["faults"] != [])
        names = [fault["name"] for fault in served.state()["faults"]]
        assert names == ["stopped-at-cuff"]


def test_power_lost_and_given_again_by_the_page_is_a_restart_and_resumes_nothing() -> None:
    with (
        serving("--cuff", "calf-3", "--tcp", "127.0.0.1:0") as served,
        tcp(served.port()) as master,
        Holding(master, 40.0) as station,
    ):
        until(lambda: min(served.state()["pressures"]) > 35.0, 30.0)
        served.post("power", on=False)
        until(lambda: max(served.state()["pressures"]) < 20.0, 3.0)
        state = served.state()
        assert (state["powered"], state["readings"]) == (False, [None] * 3)
        until(lambda: station.unanswered > 0)
        served.post("power", on=True)
        until(lambda: served.state()["holder"] == 7)
        assert [one["name"] for one in served.state()["faults"]] == ["restarted"]
        until(lambda: max(served.state()["pressures"]) < 2.0)


def test_a_cuff_without_power_answers_nothing() -> None:
    with serving("--cuff", "calf-3", "--tcp", "127.0.0.1:0", "--pty") as served:
        served.post("fault", name="link-silent")
        with socket.create_connection(("127.0.0.1", served.port()), 2.0) as line:
            line.sendall(READ_IDENTITY)
            assert pull(line.fileno(), 1, 0.3) == b""
            served.post("mend")
            line.sendall(READ_IDENTITY)
            assert pull(line.fileno(), len(IDENTITY)) == IDENTITY[:-1] + b"\x03"


def test_garbage_on_tcp_costs_that_connection_and_nothing_else() -> None:
    with serving("--cuff", "leg-8", "--tcp", "127.0.0.1:0") as served:
        where = ("127.0.0.1", served.port())
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)), b"\xff" * 5000):
            with socket.create_connection(where, 2.0) as line:
                assert is_closed_on(line, garbage)
        with socket.create_connection(where, 2.0) as cut:
            cut.sendall(READ_IDENTITY[:7])
            with socket.create_connection(where, 2.0) as line:
                line.sendall(READ_IDENTITY + READ_IDENTITY[:5])
                line.sendall(READ_IDENTITY[5:])
                assert pull(line.fileno(), 2 * len(IDENTITY)) == IDENTITY * 2
        assert served.state()["bad_frames"] == 3
        assert served.end()[0] == 0


def test_noise_on_the_serial_line_is_left_behind() -> None:
    with serving("--cuff", "leg-8", "--pty") as served:
        line = os.open(served.serial(), os.O_RDWR | os.O_NOCTTY)
        try:
            question = b"\x01\x03\x00\x00\x00\x03\x05\xcb"
            os.write(line, b"\x55\x01\x17\x00\x00" + question)
            assert pull(line, 11)[:9] == b"\x01\x03\x06\x00\x01\x00\x00\x00\x08"
            os.write(line, question[:5])
            assert pull(line, 1, 0.3) == b""
            os.write(line, b"\x02" + question[1:] + question)
            assert pull(line, 11)[:9] == b"\x01\x03\x06\x00\x01\x00\x00\x00\x08"
        finally:
            os.close(line)
        assert served.state()["bad_frames"] >= 2
        assert served.end()[0] == 0


def test_a_pulled_cable_breaks_every_line_and_comes_back_where_it_was(tmp_path: Path) -> None:
    link = tmp_path / "cuff"
    options = ("--tcp", "127.0.0.1:0", "--link", str(link))
    with serving("--cuff", "calf-3", *options) as served:
        where = ("127.0.0.1", served.port())
        serial = os.open(link, os.O_RDWR | os.O_NOCTTY)
        with socket.create_connection(where, 2.0) as line:
            line.sendall(READ_IDENTITY)
            assert pull(line.fileno(), len(IDENTITY))
            served.post("cable", plugged=False)
            with pytest.raises(ConnectionResetError):
                line.recv(1)
        with pytest.raises(OSError, match="Input/output"):
            os.write(serial, b"x")
        os.close(serial)
        assert not link.is_symlink()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(where, 2.0)
        served.post("cable", plugged=True)
        assert link.is_symlink()
        with socket.create_connection(where, 2.0) as line:
            line.sendall(READ_IDENTITY)
            assert pull(line.fileno(), len(IDENTITY))
        with rtu(str(link)) as master:
            assert master.read_holding_registers(2, count=1).registers == [3]


def test_a_planned_fault_comes_at_its_time() -> None:
    with serving("--cuff", "calf-3", "--cuff", "calf-3", "--fault", "leak@0.5:right.2") as served:
        until(lambda: served.state(1)["broken"] == ["leak:2"])
        assert served.state(0)["broken"] == []
        code, said = served.end()
        assert (code, "leak" in said) == (0, True)


def test_faults_are_given_and_mended_by_commands() -> None:
    with serving("--cuff", "calf-3", "--tcp", "127.0.0.1:0") as served:
        expected: list[str]
        for words, expected in (
            (("fault", "leak:3"), ["leak:3"]),
            (("power", "off"), ["leak:3", "power-loss"]),
            (("mend",), []),
        ):
            done = run("twin", *words, "--page", served.page)
            assert (done.returncode, done.stderr) == (0, "")
            assert served.state()["broken"] == expected
        wrong: tuple[str, ...]
        for wrong, remedy in (
            (("fault", "leek"), "leak"),
            (("fault", "leak:4"), "1 to 3"),
            (("fault", "leak:x"), "leak:3"),
            (("fault", "leak", "--cuff", "2"), "no cuff 2"),
        ):
            done = run("twin", *wrong, "--page", served.page)
            assert (done.returncode, remedy in done.stderr) == (2, True), done.stderr
    done = run("twin", "mend", "--page", served.page)
    assert (done.returncode, "does not answer" in done.stderr) == (2, True)


def test_a_computer_that_stands_still_leaves_time_out_and_says_so() -> None:
    with (
        serving("--cuff", "calf-3", "--tcp", "127.0.0.1:0") as served,
        tcp(served.port()) as master,
    ):
        before = ticks(master.read_holding_registers(100, count=2).registers)
        served.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, served.process.pid, os.WSTOPPED)
        with pytest.raises(subprocess.TimeoutExpired):
            served.process.wait(1.5)
        served.process.send_signal(signal.SIGCONT)
        after = ticks(master.read_holding_registers(100, count=2).registers)
        assert after - before < 200
        code, said = served.end()
        assert (code, "held up" in said) == (0, True)


def is_closed_on(line: socket.socket, garbage: bytes) -> bool:
    """Tell whether the other end closes the connection on what it is sent."""
    try:
        line.sendall(garbage)
        return line.recv(100) == b""
    except (ConnectionResetError, BrokenPipeError):
        return True


def consecutive_ports(count: int) -> int:
    """Return the first of so many ports that are free, below those the system gives out itself."""
    for first in range(20000 + 16 * (os.getpid() % 500), 32000, count):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + count):
                one = stack.enter_context(socket.socket())
                one.bind(("127.0.0.1", port))
            return first
    raise AssertionError("no free ports")


def ticks(words: Sequence[int]) -> int:
    return words[0] << 16 | words[1]


def test_what_a_cuff_keeps_outlives_the_process(tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    options = ("--cuff", "calf-3", "--tcp", "127.0.0.1:0", "--state", state)
    with serving(*options) as served, tcp(served.port()) as master:
        assert not master.write_registers(518, [150, 0, 65536 - 150]).isError()
        assert served.end()[0] == 0
    with serving(*options) as served, tcp(served.port()) as master:
        assert master.read_holding_registers(518, count=3).registers == [150, 0, 65536 - 150]
        served.process.kill()
    with serving(*options[:-2]) as served, tcp(served.port()) as master:
        assert master.read_holding_registers(518, count=3).registers == [0, 0, 0]


def test_cuffs_stand_on_consecutive_ports_with_serial_numbers_of_their_own() -> None:
    first = consecutive_ports(4)
    options = ("--cuff", "calf-3", "--cuff", "leg-8", "--count", "4")
    with serving(*options, "--tcp", f"127.0.0.1:{first}") as served:
        assert [served.port(k) for k in range(4)] == [first + k for k in range(4)]
        assert [one["cuff"] for one in served.cuffs] == ["calf-3", "leg-8"] * 2
        assert len({one["serial"] for one in served.cuffs}) == 4
        taken = run("twin", "serve", "--cuff", "calf-3", "--tcp", f"127.0.0.1:{first}")
        assert (taken.returncode, str(first) in taken.stderr) == (2, True)


@pytest.mark.parametrize("line", ["--tcp", "--pty"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(line: str, how: signal.Signals) -> None:
    options = (line, "127.0.0.1:0") if line == "--tcp" else (line,)
    with serving("--cuff", "calf-3", *options) as served:
        served.process.send_signal(how)
        out, said = served.process.communicate(timeout=10)
        assert (served.process.returncode, out, said) == (0, "", "")


def test_the_real_firmware_is_served_on_a_line_that_any_master_reads(tmp_path: Path) -> None:
    if micropython() is None:
        pytest.skip("MicroPython's unix port is not installed: make setup")
    link = tmp_path / "cuff"
    options = ("twin", "firmware", "--cuff", "calf-3", "--link", str(link), "--json")
    with beginning(*options) as served:
        assert served.serial() == str(link)
        with rtu(str(link)) as master:
            assert master.read_holding_registers(0, count=3).registers == [1, 0, 3]
        assert served.end()[0] == 0
        assert not link.is_symlink()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--tcp", "1502"), "HOST:PORT"),
        (("--serial", "x" * 25), "24"),
        (("--fault", "leak@1:9", "--cuff", "calf-3"), "1 to 3"),
        (("--fault", "leak@1:right.1", "--cuff", "calf-3"), "no cuff 2"),
        (("--cuff", "leg-9"), "leg-8"),
        (("--link", "no/such/folder/link"), "no/such/folder/link"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_allowed(
    arguments: tuple[str, ...], named: str
) -> None:
    done = run("twin", "serve", *arguments)
    assert (done.returncode, done.stdout, named in done.stderr) == (2, "", True), done.stderr


def test_the_page_says_what_it_refuses(tmp_path: Path) -> None:
    with serving("--cuff", "calf-3", "--link", str(tmp_path / "cuff")) as served:
        refused = served.post("fault", name="leek", chamber=1)
        assert (refused.status_code, "leak" in refused.json()["error"]) == (422, True)
        assert served.post("fault", name="leak", chamber=0).status_code == 422
        assert served.post("power", on=True, more=1).status_code == 422
        page = served.get("/")
        assert page.headers["content-type"].startswith("text/html")
        # The page works without a network: nothing in it is fetched from elsewhere.
        assert "//" not in page.text.replace("<!--", "")
