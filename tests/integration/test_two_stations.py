"""Two stations on one cuff: the first goes on, the second is told so and never takes over."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from openpresso.station.client import StationError
from tests.integration.processes import always, until
from tests.integration.room import (
    EMPTY,
    STAYS,
    Room,
    Snapshot,
    Station,
    TwinCuff,
    conditions,
    filling,
    holding,
    reached,
    run,
    sealed,
    steering,
    vents,
)

STRUGGLE = 4.0
"""Time for which the first is watched after the second has tried [s]."""


def undisturbed(first: Station, cuff: TwinCuff, holder: int) -> bool:
    now, state = first.snapshot(), cuff.state()
    return (now["state"], now["alarms"], state["holder"]) == ("running", [], holder) and state[
        "faults"
    ] == []


def over(first: Station, cuff: TwinCuff, refused: Station) -> Snapshot:
    """End the first's session; see that the other station does not press then."""
    now = first.snapshot()
    first.couch.vent()
    vents(cuff, time.monotonic())
    always(lambda: max(cuff.pressures()) < EMPTY and not cuff.state()["holder"], STAYS)
    sealed(first, now["record"], "stopped")
    return refused.snapshot()


def test_a_second_station_is_refused_by_name_and_the_first_goes_on(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    first = room.station(cuff.address, name="first")
    second = room.station(cuff.address, name="second")
    with steering(first), steering(second, "Bea"):
        run(first)
        holding(cuff)
        holder = cuff.state()["holder"]
        begun = first.snapshot()["program_time"]
        second.until(reached, what="the second may read")
        second.load()
        with pytest.raises(StationError) as refused:
            second.couch.turn_on("left")
        assert f"another station (number {holder}) holds the lease" in refused.value.message
        assert refused.value.code == "held-by-another"
        always(lambda: undisturbed(first, cuff, holder), STRUGGLE, "the first goes on")
        assert min(cuff.pressures()) > 55.0
        assert first.snapshot()["program_time"] - begun > STRUGGLE - 0.5
        assert over(first, cuff, second)["state"] == "idle"


def test_a_second_station_that_came_at_the_same_time_is_vented_and_never_takes_over(
    room: Room,
) -> None:
    (cuff,) = room.twins("calf-3")
    stations = [room.station(cuff.address, name=name) for name in ("first", "second")]
    one, other = stations
    with steering(one), steering(other, "Bea"):
        for station in stations:
            station.until(reached)
            station.load()
        with ThreadPoolExecutor() as both:
            list(both.map(lambda station: station.couch.turn_on("left"), stations))
        until(lambda: any(each.snapshot()["outcome"] for each in stations), 5.0)
        first, second = sorted(stations, key=lambda each: bool(each.snapshot()["outcome"]))
        refused = second.snapshot()
        assert refused["outcome"] == "faulted"
        assert conditions(refused) == {"control-lost"}
        assert "another station (number " in refused["reason"]
        first.until(lambda now: now["state"] == "ready", 60.0)
        first.couch.start()
        filling(cuff)
        holder = cuff.state()["holder"]
        always(lambda: undisturbed(first, cuff, holder), STRUGGLE, "the first goes on")
        assert over(first, cuff, second)["outcome"] == "faulted"
        sealed(second, refused["record"], "faulted")
