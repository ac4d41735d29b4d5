"""What is seen while a session runs."""

from __future__ import annotations

import io
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from openpresso.cli.live import INTERVAL, LiveView, chamber_line, draw, full_scale
from openpresso.cli.output import clock_text
from openpresso.cli.progress import Lines, watch


def progress(time: float = 900.0, chambers: int = 8, legs: str = "left right", **more: Any) -> Any:  # noqa: ANN401 -- stands for a Progress
    set_points = np.linspace(50.0, 15.0, chambers)
    fields: dict[str, Any] = {
        "time": time,
        "duration": 1800.0,
        "state": "running",
        "phase": "drainage",
        "cycle": 12,
        "pressures": dict.fromkeys(legs.split(), set_points - 1.0),
        "set_points": {leg: set_points.copy() for leg in legs.split()},
        "alarms": (),
    }
    return SimpleNamespace(**(fields | more))


def picture(shown: Any, width: int, height: int = 24) -> list[str]:  # noqa: ANN401 -- as above
    console = Console(width=width, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(draw(shown, "gradient-drainage", width, height, pace=600.0))
    return captured.get().splitlines()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0:00"), (59.6, "1:00"), (1800.0, "30:00"), (-1.0, "0:00")]
)
def test_a_time_is_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("chambers", [1, 3, 8, 12, 24])
@pytest.mark.parametrize("legs", ["left", "left right"])
def test_the_picture_fits_the_terminal(width: int, chambers: int, legs: str) -> None:
    lines = picture(progress(chambers=chambers, legs=legs), width)
    assert len(lines) <= 23
    assert max(map(len, lines)) <= width


def test_the_picture_says_time_left_state_and_every_chamber() -> None:
    text = "\n".join(picture(progress(), 80))
    for part in ("gradient-drainage", "running", "cycle 12", "15:00 left", "600 times real time"):
        assert part in text
    assert text.count("49/50") == 2
    assert text.index(" 8 ") < text.index(" 1 ")


def test_a_missing_reading_and_a_vented_chamber_are_said_in_words() -> None:
    line = chamber_line(0, [math.nan], [math.nan], 60.0, 30).plain
    assert line.split() == ["1", "--/vent"]


@pytest.mark.parametrize("pressure", [0.0, 3.7, 42.0, 61.0, 500.0, -4.0])
def test_a_bar_never_changes_the_length_of_its_line(pressure: float) -> None:
    assert len(chamber_line(0, [pressure], [50.0], 60.0, 30)) == 30


def test_the_scale_holds_every_pressure() -> None:
    assert full_scale(progress()) == 60.0
    assert full_scale(progress(pressures={"left": np.array([95.0, math.nan])})) == 100.0


def test_alarms_are_in_the_picture() -> None:
    assert "leak: left chamber 3" in "\n".join(
        picture(progress(alarms=("leak: left chamber 3",)), 80)
    )


def test_lines_come_at_each_tenth_and_at_each_change_of_state_or_alarm() -> None:
    stream = io.StringIO()
    lines = Lines("gradient-drainage", stream)
    for tick in range(1801):
        alarms = ("leak",) if tick == 1000 else ()
        lines.show(progress(float(tick), alarms=alarms))
    lines.show(progress(1800.0, state="done"))
    said = stream.getvalue().splitlines()
    assert len(said) == 11 + 1 + 1
    assert said[0] == "gradient-drainage:   0 %, 0:00 of 30:00, running"
    assert sum("leak" in line for line in said) == 1
    assert said[-1].endswith("done")


def test_a_program_without_length_is_no_trouble() -> None:
    stream = io.StringIO()
    Lines("x", stream).show(progress(0.0, duration=0.0))
    assert "0 %" in stream.getvalue()
    assert picture(progress(0.0, duration=0.0), 80)


def test_the_live_view_draws_at_its_own_pace_and_is_gone_at_the_end() -> None:
    now = 0.0
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=24)
    view = LiveView("gradient-drainage", console, clock=lambda: now)
    with view:
        for tick in range(100):
            now = 0.01 * tick
            view.show(progress(float(tick)))
        drawn = file.getvalue().count("gradient-drainage")
    assert 9 <= drawn <= 1.0 / INTERVAL + 1
    assert "\x1b[2K" in file.getvalue()[-200:]


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with watch("gradient-drainage", quiet=True) as show:
        show(progress())
    said = capsys.readouterr()
    assert said.out == said.err == ""


def test_without_a_terminal_there_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with watch("gradient-drainage") as show:
        show(progress())
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "gradient-drainage:  50 %, 15:00 of 30:00, running\n"
