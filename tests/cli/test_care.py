"""`openpresso care` beside a live cuff."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from openpresso.cli import care
from openpresso.errors import OpenpressoError
from openpresso.station import gauging
from tests.station.drivers.servers import LiveCuff, Server, tcp_server

app = typer.Typer()
app.add_typer(care.app, name="care")


class Room:
    """A live cuff that is served from another thread, as a cuff is in life."""

    def __init__(self) -> None:
        self.live = LiveCuff()
        self.loop = asyncio.new_event_loop()
        self.ready, self.over = threading.Event(), asyncio.Event()
        self.server: Server
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.serve(),))

    async def serve(self) -> None:
        async with tcp_server(self.live.answer) as self.server:
            self.ready.set()
            await self.over.wait()

    @property
    def address(self) -> str:
        return self.server.address

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Room]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gauging, "KEPT", 10)
    monkeypatch.setattr(gauging, "KEPT_AT_REST", 10)
    one = Room()
    one.thread.start()
    one.ready.wait()
    yield one
    one.stop()


def run(*words: str, typed: str = "") -> str:
    """Output of a command that succeeds."""
    result = CliRunner().invoke(app, ["care", *words], input=typed, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_show_tells_who_the_cuff_is_and_how_it_is(room: Room) -> None:
    said = run("show", room.address)
    assert "leg-4 S-1, firmware test-1" in said
    assert "clean (last cleaning noted: never)" in said
    assert "calibrated: never" in said
    shown = json.loads(run("show", room.address, "--json"))
    assert shown["serial"] == "S-1"
    assert shown["spans"] == [1.0] * 4
    assert shown["to_clean"] == ""


def test_zero_lets_the_empty_cuff_read_zero(room: Room) -> None:
    room.live.device.zeros[1] = 250
    found = json.loads(run("zero", room.address, "--who", "Ada", "--json"))
    assert [row["chamber"] for row in found["calibrated"]] == [1, 2, 3, 4]
    assert len(room.live.device.zeros) == 4
    assert room.live.device.care[2] > 20000101
    (line,) = Path("station/cuffs/S-1.jsonl").read_text().splitlines()
    assert json.loads(line)["kind"] == "calibrated"
    assert json.loads(line)["who"] == "Ada"


def test_span_holds_a_chamber_and_asks_for_the_gauge_until_it_is_a_pressure(room: Room) -> None:
    said = run(
        "span", room.address, "--chamber", "2", "--at", "40 mmHg", "--who", "Ada",
        typed="forty\n42 mmHg\n",
    )  # fmt: skip
    assert "Held at 40 mmHg. The gauge shows" in said
    assert "is not a number with a unit" in said
    assert room.live.device.spans[1] == pytest.approx(10500, abs=250)
    assert room.live.device.spans[0] == 10000
    assert not room.live.leased


def test_span_takes_the_gauge_from_the_command_line_too(room: Room) -> None:
    said = run(
        "span", room.address, "--chamber", "1", "--at", "30 mmHg", "--at", "60 mmHg",
        "--gauge", "30 mmHg", "--gauge", "60 mmHg", "--who", "Ada", "--json",
    )  # fmt: skip
    (row,) = json.loads(said)["calibrated"]
    assert row["span"] == pytest.approx(1.0, abs=0.02)
    assert row["residual"] < 1.0


def refused(*words: str) -> OpenpressoError:
    """What a command says that is refused."""
    result = CliRunner().invoke(app, ["care", *words])
    assert isinstance(result.exception, OpenpressoError), result.output
    return result.exception


def test_span_refuses_a_gauge_that_cannot_be_right_and_changes_nothing(room: Room) -> None:
    error = refused(
        "span", room.address, "--chamber", "1", "--at", "60 mmHg", "--gauge", "30 mmHg",
        "--who", "Ada",
    )  # fmt: skip
    assert "the span is" in error.message
    assert room.live.device.spans == [10000] * 4
    assert not room.live.leased
    assert not Path("station").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--chamber", "5", "--at", "60 mmHg"], "the cuff has 4 chambers"),
        (["--chamber", "1", "--at", "60"], "has no unit"),
        (["--chamber", "1", "--at", "300 mmHg"], "5 mmHg to 200 mmHg is allowed"),
        (["--chamber", "1", "--at", "60 mmHg", "--json"], "0 pressures of the gauge"),
    ],
)
def test_span_refuses_what_it_cannot_do(room: Room, words: list[str], said: str) -> None:
    assert said in str(refused("span", room.address, *words, "--who", "Ada"))


def test_cleaned_is_noted_in_the_cuff_and_in_the_log(room: Room) -> None:
    room.live.device.care[0] = 1
    assert "to clean before the next client" in run("show", room.address)
    assert "cleaned on" in run("cleaned", room.address, "--who", "Bo")
    assert room.live.device.care[0] == 0
    assert "clean (last" in run("show", room.address)
    assert json.loads(Path("station/cuffs/S-1.jsonl").read_text())["who"] == "Bo"


def test_label_writes_a_picture(room: Room) -> None:
    assert run("label", room.address, "--out", "label.svg").strip() == "label.svg"
    assert "<svg" in Path("label.svg").read_text()


def test_vent_vents_until_a_reset(room: Room) -> None:
    assert "vented" in run("vent", room.address)
    assert "stopped-at-cuff" in room.live.board.faults


def test_a_cuff_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauging, "REACHED_WITHIN", 0.3)
    error = refused("show", "modbus:rtu:///dev/no-such-port")
    assert "there is no port /dev/no-such-port" in error.message
    assert error.exit_code == 1
