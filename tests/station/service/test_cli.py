"""`openpresso station` against a room that is served, and its options."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openpresso import program
from openpresso.cli.app import execute
from openpresso.cli.station_serve import Wanted
from openpresso.errors import InputError
from openpresso.station.client import CouchClient, Snapshot, StationClient
from openpresso.station.service.keys import Keys
from tests.station.service.rooms import FakeCouch, FakeStation, served


@pytest.fixture
def url(room: FakeStation, keys: Keys) -> Iterator[str]:
    keys.local()
    with served(room, keys) as url:
        yield url


def play(couch: FakeCouch, outcome: str = "delivered") -> None:
    """Let a couch go through a session in a moment, as it is told."""
    turn_on, start, vent = couch.turn_on, couch.start, couch.vent
    end: dict[str, object] = {"outcome": None, "reason": ""}
    draw = couch.snapshot
    couch.snapshot = lambda: draw() | end  # type: ignore[method-assign]

    async def tested(leg: str, who: str) -> None:
        await turn_on(leg, who)  # type: ignore[arg-type]
        couch.state = "idle" if leg == "left" else "ready"

    def over(outcome: str, reason: str) -> None:
        end.update(outcome=outcome, reason=reason)
        couch.state = "done"

    def started(who: str) -> None:
        start(who)
        if outcome != "never":
            over(outcome, f"so it was {outcome}")

    def vented(who: str) -> float:
        over("stopped", f"emergency vent by {who}")
        return vent(who)

    couch.turn_on = tested  # type: ignore[method-assign]
    couch.start = started  # type: ignore[method-assign]
    couch.vent = vented  # type: ignore[method-assign]


def run(room: FakeStation, url: str, *more: str) -> int:
    words = ["station", "run", "gradient-drainage", "--url", url, "--folder", str(room.folder)]
    return execute([*words, *more])


def test_a_session_is_loaded_turned_on_leg_by_leg_and_started(
    room: FakeStation, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    play(room.fakes["1"])
    assert run(room, url, "--duration", "2 min", "--who", "Ana", "--json") == 0
    assert [act[0] for act in room.fakes["1"].acts] == ["load", "turn_on", "turn_on", "start"]
    assert [act[1] for act in room.fakes["1"].acts[1:3]] == ["left", "right"]
    said = json.loads(capsys.readouterr().out)
    assert (said["outcome"], said["reason"]) == ("delivered", "so it was delivered")


def test_one_leg_is_turned_on_alone(room: FakeStation, url: str) -> None:
    play(room.fakes["1"])
    assert run(room, url, "--legs", "right") == 0
    assert room.fakes["1"].acts[1] == ("turn_on", "right", "technician")


def test_what_was_not_delivered_ends_with_1(
    room: FakeStation, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    play(room.fakes["1"], "faulted")
    assert run(room, url) == 1
    assert "faulted: so it was faulted" in capsys.readouterr().out


def test_ctrl_c_vents_at_once(room: FakeStation, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    couch = room.fakes["1"]
    play(couch, "never")
    wait = CouchClient.wait

    def interrupted(
        self: CouchClient, predicate: Callable[[Snapshot], object], timeout: float
    ) -> Snapshot:
        if couch.state == "running":
            raise KeyboardInterrupt
        return wait(self, predicate, timeout)

    monkeypatch.setattr(CouchClient, "wait", interrupted)
    assert run(room, url) == 1
    assert couch.acts[-1] == ("vent", "local")


def test_a_defect_of_the_command_leaves_no_session_behind(
    room: FakeStation, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    couch = room.fakes["1"]
    play(couch, "never")

    def defect(_now: object) -> object:
        raise RuntimeError("a defect")

    monkeypatch.setattr("openpresso.cli.station_run._progress", defect)
    with pytest.raises(RuntimeError, match="a defect"):
        run(room, url)
    assert couch.acts[-1] == ("vent", "local")


def test_a_session_of_somebody_else_is_left_alone(
    room: FakeStation, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with StationClient(url, folder=room.folder) as ben, ben.couch("1").seat("Ben"):
        assert run(room, url) == 1
    assert "Ben holds it" in capsys.readouterr().err
    assert room.fakes["1"].acts == []


def test_a_program_file_is_sent_as_its_text(
    room: FakeStation, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play(room.fakes["1"])
    bad = tmp_path / "mine.yaml"
    bad.write_text("schema: 1\ncolour: red\n", "utf-8")
    where = ["--url", url, "--folder", str(room.folder)]
    assert execute(["station", "run", str(bad), *where]) == 2
    assert "mine.yaml:2: colour" in capsys.readouterr().err
    assert room.fakes["1"].acts == []
    good = tmp_path / "own.yaml"
    text = (Path(program.__file__).parent / "catalog" / "gradient-drainage.yaml").read_text("utf-8")
    good.write_text(text, "utf-8")
    assert execute(["station", "run", str(good), *where]) == 0
    assert room.fakes["1"].acts[0][1].text == text


def test_a_program_that_the_station_refuses_is_bad_input(room: FakeStation, url: str) -> None:
    room.fakes["1"].broken = InputError.one("program", "too-high", "90 is too high")
    assert run(room, url) == 2


@pytest.mark.parametrize(("more", "vented"), [((), 2), (("--couch", "1"), 1)])
def test_the_vent_needs_no_key(
    room: FakeStation,
    url: str,
    more: tuple[str, ...],
    vented: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    assert execute(["station", "vent", "--url", url, *more]) == 0
    assert capsys.readouterr().out.startswith("vented: couch 1")
    acts = [act for couch in room.fakes.values() for act in couch.acts]
    assert acts == [("vent", "somebody at 127.0.0.1")] * vented


def test_the_status_is_for_people_and_for_programs(
    room: FakeStation, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    room.fakes["2"].padding = "the line is silent"
    where = ["--url", url, "--folder", str(room.folder)]
    assert execute(["station", "status", *where]) == 0
    shown = capsys.readouterr().out
    assert "couch 1 · empty · the seat is free" in shown
    assert "the line is silent" in shown
    assert execute(["station", "status", *where, "--json"]) == 0
    assert [one["couch"] for one in json.loads(capsys.readouterr().out)] == ["1", "2"]


def test_a_cleaned_cuff_is_noted_by_name(room: FakeStation, url: str) -> None:
    where = ["--url", url, "--folder", str(room.folder)]
    assert execute(["station", "cleaned", "left", "--who", "Ana", *where]) == 0
    assert room.fakes["1"].acts == [("cleaned", "left", "Ana")]


def test_a_station_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("vent", "status"):
        assert execute(["station", verb, "--url", "http://127.0.0.1:9"]) == 1
        assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().err


def test_a_vent_of_an_unknown_couch_says_that_nothing_was_vented(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["station", "vent", "--url", url, "--couch", "9"]) == 1
    assert "NOT VENTED: there is no couch '9'; couches: 1, 2" in capsys.readouterr().err


def test_keys_are_made_listed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--folder", str(tmp_path)]
    assert execute(["station", "key", "add", "desk", "--role", "technician", *where]) == 0
    secret = capsys.readouterr().out.strip()
    found = Keys(tmp_path).find(secret)
    assert found is not None
    assert found.role == "technician"
    assert execute(["station", "key", "list", "--json", *where]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["name"], "sha256" in line) == ("desk", False)
    assert execute(["station", "key", "remove", "desk", *where]) == 0
    assert Keys(tmp_path).find(secret) is None


def test_the_cuffs_of_several_couches_are_read() -> None:
    cuffs = ["left=modbus:tcp://h:1", "right=modbus:rtu:///dev/x?baud=1", "b/left=modbus:tcp://h:2"]
    wanted = Wanted.of(cuffs, "[::1]:0", Path("station"), [])
    assert wanted.cuffs == {
        "1": {"left": "modbus:tcp://h:1", "right": "modbus:rtu:///dev/x?baud=1"},
        "b": {"left": "modbus:tcp://h:2"},
    }
    assert (wanted.host, wanted.port) == ("::1", 0)


@pytest.mark.parametrize(
    ("cuffs", "listen", "code"),
    [
        (["middle=x:y"], "127.0.0.1:1", "bad-cuff"),
        (["left="], "127.0.0.1:1", "bad-cuff"),
        (["a b/left=x:y"], "127.0.0.1:1", "bad-cuff"),
        (["left=x:y", "1/left=x:z"], "127.0.0.1:1", "cuff-twice"),
        (["left=x:y"], "8100", "bad-listen"),
        (["left=x:y"], "127.0.0.1:99999", "bad-listen"),
    ],
)
def test_a_wrong_option_is_named(cuffs: list[str], listen: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        Wanted.of(cuffs, listen, Path("station"), [])
    assert caught.value.code == code


def test_help_waits_for_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; from openpresso.cli.app import execute; "
        "assert execute(['station', '--help']) == 0; "
        "heavy = {'fastapi', 'uvicorn', 'httpx', 'numba', 'rich'} & set(sys.modules); "
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
