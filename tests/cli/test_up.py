"""`openpresso up`: the whole house as real processes, from its making to its orderly end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from openpresso.cli.app import execute
from openpresso.cli.up_clinic import FILE, HALF, held, made
from openpresso.cli.up_house import free
from openpresso.clinic.store import migrate
from openpresso.clinic.store.engine import connect
from tests.integration.processes import PATIENCE, Process, until

Captured = pytest.CaptureFixture[str]


def empty_clinic(folder: Path) -> Path:
    """Make the tables without anybody in them: making people takes longer than a test may."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = connect(str(folder / FILE))
    migrate.migrate(engine)
    engine.dispose()
    return folder


def gone(process: int) -> bool:
    """Tell whether a process has ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Process]:
    """Everything, on free ports."""
    folder = empty_clinic(tmp_path / "house")
    ports = ["--port", "0", "--station-port", "0", "--twins-port", "0"]
    words = ["up", "--folder", str(folder), *ports, "--json"]
    process = Process(words, tmp_path / "up.log")
    yield process
    process.end()
    process.close()


def test_the_house_opens_says_how_to_sign_in_and_ends_in_good_order(
    house: Process, tmp_path: Path
) -> None:
    ready: dict[str, Any] = house.ready
    assert httpx.get(f"{ready['console']}/sign-in", trust_env=False).status_code == 200
    assert httpx.get(f"{ready['station']}/health", trust_env=False).status_code == 200
    assert "technician" in ready["logins"]
    assert ready["password"]
    stop = httpx.get(f"{ready['console']}/stop", trust_env=False).text
    assert f'action="{ready["station"]}/vent"' in stop
    assert set(ready["processes"]) == {"twins", "station", "console"}

    house.send(signal.SIGINT)
    assert house.popen.wait(PATIENCE) == 0
    assert all(gone(one) for one in ready["processes"].values())
    said = (tmp_path / "house" / "station.log").read_text("utf-8")
    assert "Traceback" not in said


def test_a_process_that_ends_by_itself_is_said_and_ends_the_others(
    house: Process, tmp_path: Path
) -> None:
    os.kill(house.ready["processes"]["console"], signal.SIGKILL)
    assert house.popen.wait(PATIENCE) == 1
    said = (tmp_path / "up.log").read_text("utf-8")
    assert "the console ended by itself, by signal 9" in said
    assert "console.log" in said
    until(lambda: all(gone(one) for one in house.ready["processes"].values()), what="all ended")


def test_a_clinic_that_is_there_is_used_again_and_half_a_one_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def make(url: str, **_: object) -> None:
        calls.append(url)

    monkeypatch.setattr("openpresso.clinic.demo.make.make", make)
    (tmp_path / f"{HALF}-wal").write_text("of a crash")
    (tmp_path / HALF).write_text("of a crash")
    assert made(tmp_path, 8) == tmp_path / FILE
    assert calls == [str(tmp_path / HALF)]
    assert not (tmp_path / HALF).exists()
    made(tmp_path, 8)
    assert len(calls) == 1


def test_the_tables_of_an_older_clinic_are_brought_to_this_version(tmp_path: Path) -> None:
    empty_clinic(tmp_path)
    engine = connect(str(tmp_path / FILE))
    migrate.migrate(engine, "0001")
    engine.dispose()
    made(tmp_path, 8)
    engine = connect(str(tmp_path / FILE))
    assert migrate.current(engine) == migrate.newest()
    engine.dispose()


def test_two_houses_do_not_share_a_folder(tmp_path: Path, capsys: Captured) -> None:
    with held(tmp_path):
        assert execute(["up", "--folder", str(tmp_path)]) == 2
    assert "another `openpresso up` uses this folder" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("")
    assert execute(["up", "--folder", str(tmp_path / "file" / "house")]) == 2
    assert "nothing can be written there" in capsys.readouterr().err


def test_a_port_that_is_taken_gives_way_to_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free(port) == 0
        # The cuffs take two ports, one after the other.
        assert free(port - 1, 2) == 0
    assert free(port) == port
    assert free(0) == 0


def test_a_child_that_cannot_begin_says_why(tmp_path: Path) -> None:
    folder = empty_clinic(tmp_path / "house")
    (folder / "station").mkdir()
    (folder / "station" / "keys.json").write_text("{")
    log = tmp_path / "up.log"
    with pytest.raises(AssertionError, match="the station did not begin"):
        Process(["up", "--folder", str(folder), "--twins-port", "0", "--json"], log)
    shutil.rmtree(folder)
