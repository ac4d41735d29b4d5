"""A station that dies or stands still while a cuff presses: the cuff vents by itself."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.campaign import amount
from tests.integration.processes import always, until
from tests.integration.room import (
    EMPTY,
    STAYS,
    Cuff,
    Room,
    conditions,
    holding,
    nothing_resumes,
    reached,
    run,
    sealed,
    steering,
    vents,
)

STANDSTILL = 2.0
"""Time for which the station is stopped [s]."""


def a_cuff(room: Room, kind: str) -> Cuff:
    return room.firmware() if kind == "firmware" else room.twins("calf-3")[0]


def alive(process: int) -> bool:
    """Tell whether a process lives; one that nobody has asked for its end does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text("ascii")
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.parametrize("kind", amount(["firmware"], ["twin", "firmware"]))
def test_a_killed_station_leaves_no_pressure_and_its_record_is_closed_as_interrupted(
    room: Room, kind: str
) -> None:
    cuff = a_cuff(room, kind)
    station = room.station(cuff.address)
    with steering(station):
        run(station)
        holding(cuff)
        record = station.snapshot()["record"]
        beside = station.children()
        assert beside
        station.process.kill()
        vents(cuff, time.monotonic())
        until(lambda: not any(map(alive, beside)), what="what it started has ended too")
    assert not (station.folder / "sessions" / record / "session.json").exists()
    station.restart()
    summary = sealed(station, record, "interrupted")
    assert summary["reason"] == "the program that ran the session ended without closing the record"
    now = station.until(reached, what="the cuff answers the next station")
    assert [fault["name"] for fault in now["cuffs"]["left"]["faults"]] == ["lease"]

    def nothing() -> bool:
        seen = station.snapshot()
        return (seen["state"], seen["program"]) == ("empty", None) and max(cuff.pressures()) < EMPTY

    always(nothing, STAYS, "nothing is loaded and nothing presses")


@pytest.mark.parametrize("kind", amount(["firmware"], ["twin", "firmware"]))
def test_a_station_that_stands_still_for_two_seconds_finds_the_session_over(
    room: Room, kind: str
) -> None:
    cuff = a_cuff(room, kind)
    station = room.station(cuff.address)
    with steering(station):
        run(station)
        holding(cuff)
        station.process.send(signal.SIGSTOP)
        stopped = time.monotonic()
        try:
            vents(cuff, stopped)
            until(lambda: time.monotonic() - stopped > STANDSTILL)
        finally:
            station.process.send(signal.SIGCONT)
        over = station.until(lambda now: now["outcome"], 2.0, "the station knows that it is over")
        assert over["outcome"] == "faulted"
        assert conditions(over) & {"control-lost", "lease"}, over["reason"]
        assert over["reason"]
        station.until(reached, what="the cuff answers")
        nothing_resumes(station, cuff)
        sealed(station, over["record"], "faulted")


def test_a_station_that_is_told_to_stop_vents_and_closes_its_record_first(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address)
    with steering(station):
        run(station)
        holding(cuff)
        record = station.snapshot()["record"]
        told = time.monotonic()
        station.process.send(signal.SIGTERM)
        vents(cuff, told)
    assert station.process.end() == 0
    assert "the station" in sealed(station, record, "stopped")["reason"]
