"""`openpresso run`: what it asks of the station, what it prints, how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

import openpresso.station
from openpresso.cli.app import execute
from openpresso.errors import RecordError
from openpresso.station.request import RunRequest, Summary

Captured = pytest.CaptureFixture[str]


@dataclass(slots=True)
class Station:
    """Stands for the station: notes what it is asked, and ends as it is told."""

    record: Path
    outcome: Literal["delivered", "stopped", "faulted"] = "delivered"
    error: Exception | None = None
    requests: list[RunRequest] = field(default_factory=list)

    def deliver(
        self, request: RunRequest, *, on_progress: Callable[[Any], None] | None = None
    ) -> Summary:
        self.requests.append(request)
        assert on_progress is not None
        if self.error:
            raise self.error
        reason = "" if self.outcome == "delivered" else "left chamber 3 leaks"
        return Summary(
            outcome=self.outcome,
            reason=reason,
            program=request.program,
            cuff=request.cuff,
            legs=request.legs or "both",
            wall_s=2.5,
            first_tick_s=0.8,
            kernel_s=1.1,
            peak_rss_mb=250.0,
            hold_error_p95=1.2,
            hold_over_max=2.0,
            overshoot_max=None,
            neighbour_rise_max=0.4,
            true={"hold_error_p95": 1.5, "hold_over_max": 2.4, "overshoot_max": None},
            dose={},
            record=self.record,
            report=self.record / "report.html",
        )


@pytest.fixture
def station(record: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    stand_in = Station(record)
    monkeypatch.setattr(openpresso.station, "deliver", stand_in.deliver)
    return stand_in


def test_every_option_reaches_the_station(station: Station, tmp_path: Path) -> None:
    words = (
        "run my.yaml --cuff leg-12 --legs alternate --posture elevated --realtime --seed 7"
        f" --fault leak@60:3 --fault power-loss@90 --out {tmp_path}"
    )
    assert execute([*words.split(), "--ceiling", "6 kPa"]) == 0
    (request,) = station.requests
    assert request.ceiling == pytest.approx(45.0, abs=0.01)
    assert request.program == "my.yaml"
    assert request.cuff == "leg-12"
    assert request.legs == "alternate"
    assert request.posture == "elevated"
    assert request.realtime
    assert request.seed == 7
    assert request.faults == ("leak@60:3", "power-loss@90")
    assert request.out == tmp_path


@pytest.mark.parametrize(("outcome", "code"), [("delivered", 0), ("stopped", 1), ("faulted", 1)])
def test_the_exit_code_says_whether_it_was_delivered(
    station: Station, outcome: Literal["delivered", "stopped", "faulted"], code: int
) -> None:
    station.outcome = outcome
    assert execute(["run", "gradient-drainage"]) == code
    assert execute(["run", "gradient-drainage", "--json"]) == code


def test_the_summary_fits_one_screen_and_says_all(station: Station, capsys: Captured) -> None:
    station.outcome = "faulted"
    execute(["run", "gradient-drainage"])
    said = capsys.readouterr().out
    assert len(said.splitlines()) <= 24
    assert max(map(len, (line.rstrip() for line in said.splitlines()[:12]))) <= 80
    for part in (
        "faulted: left chamber 3 leaks",
        str(station.record),
        "report.html",
        "not a certified medical device".capitalize(),
    ):
        assert part in said


def test_json_prints_one_object_and_nothing_else(station: Station, capsys: Captured) -> None:
    execute(["run", "gradient-drainage", "--json"])
    said = capsys.readouterr()
    assert json.loads(said.out)["record"] == str(station.record)
    assert said.err == ""


@pytest.mark.parametrize("ceiling", ["60", "60 bananas", "-5 mmHg x", "nan mmHg", "30 min"])
def test_a_ceiling_that_is_no_pressure_is_refused(
    station: Station, ceiling: str, capsys: Captured
) -> None:
    assert execute(["run", "gradient-drainage", "--ceiling", ceiling]) == 2
    assert "--ceiling" in capsys.readouterr().err
    assert station.requests == []


def test_a_folder_that_cannot_be_written_is_one_message(station: Station, capsys: Captured) -> None:
    station.error = RecordError("/full: no room", code="disk-full", remedy="make room.")
    assert execute(["run", "gradient-drainage"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["openpresso: /full: no room", "  make room."]
    assert execute(["run", "gradient-drainage", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "disk-full"


def test_ctrl_c_that_the_station_lets_through_ends_with_130(station: Station) -> None:
    station.error = KeyboardInterrupt()  # type: ignore[assignment]
    assert execute(["run", "gradient-drainage"]) == 130


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-program"], "no-such-program"),
        (["gradient-drainage", "--cuff", "leg-9"], "leg-9"),
        (["gradient-drainage", "--ceiling", "45 mmHg"], "45 mmHg"),
        (["foot-impulse", "--cuff", "leg-8"], "leg-8"),
        (["gradient-drainage", "--fault", "leek@60"], "leek"),
        (["gradient-drainage", "--fault", "leak@soon"], "soon"),
        (["gradient-drainage", "--fault", "leak@60:9"], "9"),
    ],
)
def test_what_cannot_be_delivered_is_refused_before_anything_is_written(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert execute(["run", *words]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert execute(["run", *words, "--json"]) == 2
    assert said in json.loads(capsys.readouterr().out)["error"]
    assert list(tmp_path.iterdir()) == []
