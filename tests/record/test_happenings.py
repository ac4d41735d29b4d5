"""The events of a session in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from openpresso.record import Recorder, open_record
from openpresso.record.happenings import Happening, happenings
from tests.record.sessions import header_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LEGS = {"left": 2, "right": 2}


def tell(
    folder: Path, events: list[tuple[str, str | None, Mapping[str, object]]], most: int = 20
) -> tuple[Happening, ...]:
    recorder = Recorder(folder / "one", header_of(LEGS), LEGS, begin=100.0)
    for n, (kind, leg, data) in enumerate(events):
        recorder.event(101.0 + n // 2, kind, leg, data)
    return happenings(open_record(recorder.close("delivered", "", {})), most).shown


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (
            "state",
            {"state": "running", "before": "ready", "trigger": "start"},
            "ready → running (start)",
        ),
        (
            "limit",
            {"value": 60.0, "who": "client", "why": "diastolic 70"},
            "limit 60 mmHg, set by client (diastolic 70)",
        ),
        (
            "command",
            {"command": "pause-now", "who": "A", "chambers": "hold"},
            "pause now by A, chambers hold",
        ),
        (
            "fit-test",
            {"passed": False, "pressure": 15.0, "chambers": [{"chamber": 2, "failed": "leak"}]},
            "fit test failed at 15 mmHg: chamber 2 leak",
        ),
        (
            "cuff-checked",
            {"cuff": "leg-8", "serial": "S1", "zero": [0.1, -0.3, None]},
            "checked: leg-8, serial S1, zero within 0.3 mmHg",
        ),
        ("alarm-raised", {"priority": "high", "text": "it leaks"}, "high priority: it leaks"),
        (
            "alarm-acknowledged",
            {"alarm": "a1", "condition": "leak", "who": "A"},
            "alarm acknowledged by A: leak",
        ),
        ("phase-start", {"phase": "drainage", "x": None}, "phase start: phase drainage"),
    ],
)
def test_an_event_is_told_in_words(
    tmp_path: Path, kind: str, data: Mapping[str, object], words: str
) -> None:
    assert [one.text for one in tell(tmp_path, [(kind, "left", data)])] == [words]


def test_times_count_from_the_start_of_the_record(tmp_path: Path) -> None:
    assert tell(tmp_path, [("state", None, {"state": "checking"})])[0].time == 1.0


def test_the_same_on_both_legs_is_told_once(tmp_path: Path) -> None:
    found = tell(tmp_path, [("fit-test", leg, {"passed": True}) for leg in ("left", "right")])
    assert [one.place for one in found] == ["left, right"]


def test_cycles_are_not_told_one_by_one(tmp_path: Path) -> None:
    assert tell(tmp_path, [("cycle-start", "left", {"cycle": 1})]) == ()


def test_alarms_are_kept_when_there_is_no_room_for_all(tmp_path: Path) -> None:
    events: list[tuple[str, str | None, Mapping[str, object]]] = [
        ("note", None, {"text": f"n{n}"}) for n in range(10)
    ]
    events.insert(7, ("alarm-raised", "left", {"text": "it leaks", "priority": "high"}))
    found = tell(tmp_path, events, most=3)
    assert [one.text for one in found] == ["n0", "n1", "high priority: it leaks"]
