"""What is expected of a program that is loaded: told to everybody, and never in the way."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openpresso import cuff as cuffs
from openpresso.record import open_record
from openpresso.record.header import Expected, check
from openpresso.session import Leg
from openpresso.station import expectation, workshop
from openpresso.station.expectation import expectations
from openpresso.station.order import Order
from openpresso.station.preparation import find_program, prepare
from openpresso.station.service.views import Snapshot
from openpresso.twin.people.person import NOMINAL
from openpresso.twin.preview import preview
from openpresso.twin.preview.words import who
from tests.station.couches import Place

BOTH: tuple[Leg, Leg] = ("left", "right")
ORDER = Order("venous-emptying", duration=120.0)


def worn(cuff: str = "calf-3") -> dict[Leg, Any]:
    return {leg: cuffs.load(cuff) for leg in BOTH}


def test_a_program_that_is_made_ready_says_what_is_expected_of_it() -> None:
    ready = workshop.made_ready(ORDER, worn())
    assert set(ready.expected) == set(BOTH)
    for one in ready.expected.values():
        assert one.trouble == ""
        assert one.person == who(NOMINAL)
        assert one.skin_peak is not None
        assert one.muscle_peak is not None
        assert 40.0 < one.muscle_peak < one.skin_peak + 5.0 < 60.0
        assert one.ejected is not None
        assert one.ejected > 10.0
        assert one.change_low is not None
        assert one.change is not None
        assert one.change_high is not None
        assert one.change_low <= one.change <= one.change_high


def test_legs_in_turn_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(timeline: object, cuff: object, *_: object) -> Expected:
        asked.append((timeline, cuff))
        return Expected()

    monkeypatch.setattr(expectation, "_expected", counted)
    alternating = prepare(find_program(ORDER), worn(), replace(ORDER, legs="alternate"))
    expectations(alternating.timelines, alternating.cuffs, 50.0, "supine")
    assert len(asked) == 1
    other: dict[Leg, Any] = {
        "left": cuffs.load("calf-3"),
        "right": replace(cuffs.load("calf-3"), name="mine"),
    }
    expectations(alternating.timelines, other, 50.0, "supine")
    assert len(asked) == 3


def test_a_preview_that_fails_is_logged_and_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no such leg")

    monkeypatch.setattr(preview, "preview", broken)
    with caplog.at_level(logging.WARNING):
        ready = workshop.made_ready(ORDER, worn())
    for one in ready.expected.values():
        assert one.trouble == "the preview failed: no such leg"
        assert one.skin_peak is None
    assert "no preview of venous-emptying" in caplog.text
    assert check(ready.header("twin"))["expected"]["left"]["trouble"]
    place = Place(tmp_path)

    async def scene() -> None:
        await place.couch.load(ORDER, "Ana")

    asyncio.run(scene())
    assert "load" in place.couch.snapshot()["allowed"]  # type: ignore[operator]
    Snapshot.model_validate(place.couch.snapshot())


def test_the_couch_shows_it_and_the_record_keeps_it(tmp_path: Path) -> None:
    place = Place(tmp_path)

    async def scene() -> None:
        couch = await place.running()
        shown: Any = couch.snapshot()["program"]
        assert set(shown["expected"]) == set(BOTH)
        Snapshot.model_validate(couch.snapshot())
        place.until("done")
        await place.put_away()
        assert couch.record is not None
        kept = open_record(couch.record).header["expected"]
        assert kept == shown["expected"]

    asyncio.run(scene())


def test_a_header_without_it_is_as_good() -> None:
    plain = prepare(find_program(ORDER), worn(), ORDER)
    assert check(plain.header("twin"))["expected"] == {}
