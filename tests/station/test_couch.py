"""A couch: a session from load to record, the seat, the care, and every stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openpresso.errors import InputError
from openpresso.record import open_record, verify
from openpresso.session import CommandRefusedError
from openpresso.station.order import Order
from openpresso.station.seat import GONE, SILENT, Seat
from tests.station.couches import LEGS, PROGRAM, Place

Play = Callable[[Place], Coroutine[Any, Any, None]]


def play(folder: Path, scene: Play) -> Place:
    place = Place(folder)
    asyncio.run(scene(place))
    return place


def test_a_session_goes_from_load_to_a_record_that_verifies(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        couch = await place.running()
        place.until("done")
        await place.put_away()
        assert couch.record is not None
        assert couch.snapshot()["outcome"] == "delivered"
        assert not verify(couch.record)
        record = open_record(couch.record)
        assert record.summary["outcome"] == "delivered"
        assert (couch.record / "report.html").exists()
        assert record.dose["left"].chambers[0].cycles > 0

    play(tmp_path, scene)


def test_without_a_session_it_reads_and_takes_no_lease(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        place.tick(5.0)
        shown = place.couch.snapshot()
        assert shown["state"] == "empty"
        cuffs: Any = shown["cuffs"]
        assert all(len(cuffs[leg]["pressures"]) == 3 for leg in LEGS)
        assert all(cuffs[leg]["age"] < 0.1 for leg in LEGS)

    place = play(tmp_path, scene)
    assert (place.twin.state[:, 0] == -1).all()


def test_a_cuff_is_cleaned_before_the_next_client(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        couch = await place.running()
        couch.end("ada")
        place.until("stopped")
        await place.put_away()
        await couch.load(PROGRAM, "ada")
        with pytest.raises(CommandRefusedError, match="is to be cleaned first"):
            await couch.turn_on("left", "ada")
        # Nor does a restart of the station forget it.
        couch = place.new_couch()
        place.tick()
        await couch.load(PROGRAM, "ada")
        with pytest.raises(CommandRefusedError, match="is to be cleaned first"):
            await couch.turn_on("left", "ada")
        await couch.cleaned("left", "bo")
        await couch.turn_on("left", "ada")
        assert place.state == "checking"

    play(tmp_path, scene)


@pytest.mark.parametrize("state", ["empty", "idle", "checking", "ready", "running", "paused"])
def test_an_emergency_vent_works_from_every_state_and_nothing_energises_again(
    tmp_path: Path, state: str
) -> None:
    async def scene(place: Place) -> None:
        couch = place.couch
        place.tick()
        if state == "idle":
            await couch.load(PROGRAM, "ada")
        elif state == "checking":
            await couch.load(PROGRAM, "ada")
            await couch.turn_on("left", "ada")
            place.tick(0.5)
        elif state == "ready":
            await place.ready()
        elif state in {"running", "paused"}:
            await place.running()
            place.tick(4.0)
            if state == "paused":
                couch.pause("now", "hold", "ada")
        assert place.state == state
        couch.vent("anybody")
        place.tick(3.0)
        assert place.vented()
        place.tick(10.0)
        assert place.vented()
        assert not place.twin.outputs[:, 0].any(), "no pump runs"
        if state != "empty":
            assert place.state == "stopped"
            with pytest.raises(CommandRefusedError):
                couch.start("ada")

    play(tmp_path, scene)


def test_a_seat_that_falls_silent_pauses_at_the_cycles_end_and_then_vents(tmp_path: Path) -> None:
    async def one_leg(place: Place) -> None:
        place.tick()
        couch = place.couch
        await couch.load(Order("heavy-legs", legs="left"), "ada")
        await couch.turn_on("left", "ada")
        place.until("ready", "faulted")
        couch.start("ada")
        couch.seat.take("ada", couch.now())
        place.tick(SILENT - 1.0)
        assert place.state == "running"
        place.tick(2.0)
        assert place.state == "pausing"
        place.tick(GONE - SILENT)
        assert place.state == "paused"
        assert place.vented()
        place.tick(30.0)
        assert place.state == "paused", "nothing resumes by itself"

    place = Place(tmp_path, "leg-8")
    asyncio.run(one_leg(place))


def test_a_heartbeat_keeps_the_program_going(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        couch = await place.running()
        token = couch.seat.take("ada", couch.now())
        for _ in range(10):
            place.tick(SILENT - 1.0)
            couch.seat.beat(token, couch.now())
        assert place.state == "running"

    play(tmp_path, scene)


def test_a_cuff_that_restarts_in_a_session_stays_vented_and_the_session_is_over(
    tmp_path: Path,
) -> None:
    async def scene(place: Place) -> None:
        couch = await place.running()
        place.tick(4.0)
        place.twin.switch(0, powered=False)
        place.twin.switch(0, powered=True)
        place.tick(3.0)
        assert place.state == "faulted"
        assert "left cuff" in str(couch.snapshot()["reason"])
        assert place.vented()

    play(tmp_path, scene)


def test_a_defect_of_a_tick_vents_this_couch_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(place: Place) -> None:
        couch = await place.running()
        place.tick(4.0)

        def broken() -> None:
            couch._going = False
            raise ZeroDivisionError

        monkeypatch.setattr(couch, "_tick", broken)
        await couch.run(couch.now())
        assert "a tick failed" in couch.trouble
        assert couch.session is not None
        assert couch.session.outcome == "stopped"
        for _ in range(600):
            place.twin.advance(1)
        assert place.vented()

    play(tmp_path, scene)
    assert "a tick failed" in caplog.text


def test_what_cannot_be_delivered_here_is_refused_before_anything_is_touched(
    tmp_path: Path,
) -> None:
    async def scene(place: Place) -> None:
        place.tick()
        with pytest.raises(InputError, match="no such program"):
            await place.couch.load(Order("../../etc/passwd"), "ada")
        with pytest.raises(InputError, match="calf-3"):
            await place.couch.load(Order("gradient-drainage"), "ada")
        with pytest.raises(CommandRefusedError, match="no program is loaded"):
            place.couch.start("ada")

    play(tmp_path, scene)
    assert not list(tmp_path.iterdir())


def test_a_session_under_way_is_not_replaced(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        couch = await place.running()
        for act in (couch.load(PROGRAM, "bo"), couch.unload("bo"), couch.cleaned("left", "bo")):
            with pytest.raises(CommandRefusedError, match="a session is running"):
                await act

    play(tmp_path, scene)


def test_the_air_of_the_fit_test_is_shown_with_the_girth(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        couch = await place.ready()
        cuffs: Any = couch.snapshot()["cuffs"]
        for one in cuffs["left"]["fit"]["chambers"]:
            assert one["air"] > 0.0
            assert 20.0 < one["girth"] < 45.0
            assert 0.0 < one["girth_error"] < 2.0

    play(tmp_path, scene)


class TestSeat:
    def test_one_holds_it_until_it_is_left_silent_or_taken_by_force(self) -> None:
        seat = Seat()
        ada = seat.take("ada", 0.0)
        with pytest.raises(CommandRefusedError, match="ada holds it"):
            seat.take("bo", 5.0)
        bo = seat.take("bo", SILENT + 1.0)
        with pytest.raises(CommandRefusedError, match="bo holds it"):
            seat.beat(ada, 12.0)
        cy = seat.take("cy", 12.0, force=True)
        with pytest.raises(CommandRefusedError):
            seat.leave(bo)
        seat.leave(cy)
        assert seat.holder(13.0) is None
        assert seat.silent_for(13.0) == 1.0, "nobody minds the couch"
        assert Seat().silent_for(1e6) == 0.0

    @pytest.mark.parametrize("token", ["", "x", "é" * 40])
    def test_nothing_but_the_token_proves_the_seat(self, token: str) -> None:
        seat = Seat()
        with pytest.raises(CommandRefusedError, match="it is free"):
            seat.beat(token, 0.0)
        seat.take("ada", 0.0)
        with pytest.raises(CommandRefusedError, match="ada holds it"):
            seat.beat(token, 0.0)

    def test_nobody_takes_no_seat(self) -> None:
        with pytest.raises(CommandRefusedError, match="nobody is named"):
            Seat().take("  ", 0.0)


def test_readings_that_are_no_number_are_shown_as_none(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        place.tick()
        place.couch.readings["left"].pressures[1] = np.nan
        cuffs: Any = place.couch.snapshot()["cuffs"]
        assert cuffs["left"]["pressures"][1] is None

    play(tmp_path, scene)


def test_everybody_is_told_what_is_left_out_softened_and_trimmed(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        couch = await place.running(Order("venous-emptying", duration=120.0, client="C-000001"))
        couch.skip("left", 2, "ada")
        couch.soften("right", 1, 0.6, "ada")
        couch.trim(0.9, "ada")
        place.tick()
        shown: Any = couch.snapshot()
        assert shown["cuffs"]["left"]["shares"] == [1.0, 0.0, 1.0]
        assert shown["cuffs"]["right"]["shares"] == [0.6, 1.0, 1.0]
        assert shown["trim"] == 0.9
        assert shown["program"]["client"] == "C-000001"
        couch.restore("left", 2, "ada")
        shown = couch.snapshot()
        assert shown["cuffs"]["left"]["shares"] == [1.0, 1.0, 1.0]

    play(tmp_path, scene)
