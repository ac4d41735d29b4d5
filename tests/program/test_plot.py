"""Pictures of timelines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from openpresso.errors import InputError
from openpresso.program import compile as compile_program
from openpresso.program import load, plot
from openpresso.program.lanes import window
from tests.program.programs import cuff, phase, program


def test_a_picture_is_written_in_the_format_of_its_ending(tmp_path: Path) -> None:
    timeline = compile_program(load("proximal-clearing"), cuff("leg-12"))
    assert plot(timeline, tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in plot(timeline, tmp_path / "one.svg").read_bytes()[:600]


def test_the_same_timeline_gives_the_same_picture(tmp_path: Path) -> None:
    timeline = compile_program(load("foot-impulse"), cuff("foot-1"))
    one = plot(timeline, tmp_path / "one.svg").read_bytes()
    assert plot(timeline, tmp_path / "two.svg").read_bytes() == one


def test_both_legs_and_the_zones_are_named(tmp_path: Path) -> None:
    wanted, on = load("alternating-drainage"), cuff("leg-8")
    legs = {leg: compile_program(wanted, on, leg=leg) for leg in ("left", "right")}
    text = plot(legs, tmp_path / "legs.svg", title=wanted.title, cuff=on).read_text("utf-8")
    for word in ("left leg", "right leg", "thigh", "foot", wanted.title, "50"):
        assert word in text


def test_the_picture_shows_whole_cycles_at_the_full_target() -> None:
    timeline = compile_program(load("gradient-drainage"), cuff("leg-8"))
    assert window(timeline, timeline.phases[0]) == (270.0, 450.0)


def test_a_session_of_a_single_cycle_can_be_drawn(tmp_path: Path) -> None:
    timeline = compile_program(program(phase(), duration=90.0), cuff("leg-8"))
    assert plot(timeline, tmp_path / "one.png").exists()


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    timeline = compile_program(load("heavy-legs"), cuff("leg-4"))
    with pytest.raises(InputError, match="not a picture format"):
        plot(timeline, tmp_path / "one.docx")


def test_a_folder_that_is_missing_gives_one_message(tmp_path: Path) -> None:
    timeline = compile_program(load("heavy-legs"), cuff("leg-4"))
    with pytest.raises(InputError, match="cannot be written"):
        plot(timeline, tmp_path / "nowhere" / "one.png")


def test_the_room_opens_without_the_heavy_libraries() -> None:
    code = (
        "import sys, openpresso.program\n"
        "heavy = {'matplotlib', 'pydantic', 'scipy', 'numba', 'pint'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
