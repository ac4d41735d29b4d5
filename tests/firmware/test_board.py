"""The real board's file, on a `machine` that only remembers what is done to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openpresso import cuff
from openpresso.errors import InputError
from openpresso.twin.serving.staging import FIRMWARE, settings_text
from scripts.firmware import BOARDS, build, compiled
from tests.firmware.under import on_boards, ran


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    here = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("flash"))
    try:
        answer: dict[str, Any] = ran("board")
    finally:
        os.chdir(here)
    return answer


@on_boards
def test_every_output_is_low_before_the_first_tick(said: dict[str, Any]) -> None:
    assert said["at-boot"] == [0, 0, 0, 0]
    assert said["shifted-at-boot"] == [0, 0]


@on_boards
def test_what_is_shifted_first_ends_in_the_last_register(said: dict[str, Any]) -> None:
    assert said["driven"] == [[0b0001, 0b1010], 32767, 1]


@on_boards
def test_the_pulse_that_keeps_the_outputs_has_an_edge_in_every_tick(said: dict[str, Any]) -> None:
    assert said["alive"] in ([0, 1, 0, 1], [1, 0, 1, 0])


@on_boards
def test_the_driver_of_the_line_lets_go_when_all_is_sent(said: dict[str, Any]) -> None:
    assert said["serial"] == ["ab", [1, 1, 0], "xyz"]


@on_boards
def test_the_board_reads_its_sensors_and_its_supply(said: dict[str, Any]) -> None:
    assert said["supply"] == pytest.approx(24000, rel=0.01)
    assert all(abs(reading) < 100 for reading in said["raw"])


@on_boards
def test_an_error_in_a_tick_takes_every_output_and_ends_the_loop(said: dict[str, Any]) -> None:
    ticks, _, shifted, pump, dump = said["ended"]
    assert ticks == 500
    assert (shifted, pump, dump) == ([0, 0], 0, 0)


@on_boards
def test_the_watchdog_is_fed_by_ticks_alone_and_starves_when_the_main_loop_hangs(
    said: dict[str, Any],
) -> None:
    ticks, fed, *_ = said["ended"]
    # 450 ticks in one turn: those after 2 s are not fed for; nor is the one that failed.
    assert fed == ticks - (450 - 399) - 1


@on_boards
def test_ctrl_c_keeps_the_next_start_alone_from_beginning(said: dict[str, Any]) -> None:
    assert said["begins"]
    assert said["after-ctrl-c"] == [False, True]


@pytest.mark.parametrize("board", BOARDS)
def test_make_firmware_builds_the_files_of_every_board(board: str, tmp_path: Path) -> None:
    folder = build(tmp_path / "out", settings_text(cuff.load("leg-24"), "OP-24"), board)
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    own = "board_host.mpy" if board == "host" else "board_rp2.mpy"
    assert found >= {"main.py", "settings.py", own, "openpresso/law/controller.mpy"}
    assert 'SERIAL = "OP-24"' in (folder / "settings.py").read_text("utf-8")
    assert sum(file.stat().st_size for file in folder.rglob("*")) < 200_000


@pytest.mark.parametrize("serial", ["", "x" * 25, "Nº1", "a\nb"])
def test_a_serial_number_must_fit_its_register(serial: str) -> None:
    with pytest.raises(InputError, match="24 ASCII characters"):
        settings_text(cuff.load("leg-8"), serial)


def test_every_file_of_the_firmware_compiles_for_every_board(tmp_path: Path) -> None:
    for arch in BOARDS.values():
        for file in FIRMWARE.glob("*.py"):
            compiled(file.read_text("utf-8"), file.name, tmp_path / "out.mpy", arch)


def test_the_command_says_what_to_copy(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.firmware", "--cuff", "foot-1", "--out"]
    done = subprocess.run([*command, tmp_path / "out"], capture_output=True, text=True, check=True)
    assert "mpremote" in done.stdout
