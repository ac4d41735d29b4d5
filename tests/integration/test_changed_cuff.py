"""A cuff that is restarted, or another one, at the same address."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.integration.lines import TcpProxy
from tests.integration.processes import always
from tests.integration.room import (
    EMPTY,
    STAYS,
    Cuff,
    Room,
    Station,
    conditions,
    holding,
    make_ready,
    nothing_resumes,
    put_away,
    reached,
    run,
    sealed,
    steering,
    vents,
)


def ends(station: Station, cuff: Cuff, *expected: str) -> dict[str, object]:
    """See the session end with one of these alarms and nothing resume; return its summary."""
    over = station.until(lambda now: now["outcome"], 3.0, "the session is over")
    assert over["outcome"] == "faulted"
    assert conditions(over) & set(expected), over["reason"]
    assert "left" in over["reason"]
    station.until(reached, what="the cuff answers")
    nothing_resumes(station, cuff)
    return sealed(station, over["record"], "faulted")


def test_a_cuff_that_restarts_ends_the_session(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address)
    with steering(station):
        run(station)
        holding(cuff)
        since = time.monotonic()
        cuff.act("power", on=True)
        vents(cuff, since)
        ends(station, cuff, "restarted", "link-silent")


def test_a_cuff_without_power_for_a_while_ends_the_session(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address)
    with steering(station):
        run(station)
        holding(cuff)
        since = time.monotonic()
        cuff.act("power", on=False)
        vents(cuff, since)
        station.until(lambda now: now["outcome"], 3.0, "the session is over")
        cuff.act("power", on=True)
        ends(station, cuff, "link-silent")


def test_firmware_that_restarts_ends_the_session(room: Room) -> None:
    cuff = room.firmware()
    station = room.station(cuff.address)
    with steering(station):
        run(station)
        holding(cuff)
        since = time.monotonic()
        with ThreadPoolExecutor() as apart:
            # It returns only when the self-test is over.
            rebooted = apart.submit(cuff.firmware.reboot)
            vents(cuff, since)
            rebooted.result()
        ends(station, cuff, "restarted", "link-silent")


def test_another_cuff_on_the_same_line_is_never_filled(room: Room) -> None:
    first, second = room.twins("calf-3", "leg-4")
    with TcpProxy(first.port) as proxy:
        station = room.station(proxy.address)
        with steering(station):
            run(station)
            holding(first)
            proxy.to = second.port
            since = time.monotonic()
            proxy.reset()
            vents(first, since)
            ends(station, second, "wrong-cuff")
            known = station.snapshot()["cuffs"]["left"]["identity"]
            assert (known["cuff"], known["serial"]) == ("leg-4", second.state()["serial"])


def test_a_cuff_that_the_program_was_not_loaded_for_is_refused_by_name(room: Room) -> None:
    first, second = room.twins("calf-3", "leg-4")
    with TcpProxy(first.port) as proxy:
        station = room.station(proxy.address)
        with steering(station):
            station.until(reached)
            station.load()
            proxy.to = second.port
            proxy.reset()
            station.until(
                lambda now: reached(now) and now["cuffs"]["left"]["identity"]["cuff"] == "leg-4"
            )
            station.couch.turn_on("left")
            over = station.until(lambda now: now["outcome"], what="the cuff is refused")
            assert conditions(over) == {"wrong-cuff"}
            assert "a leg-4 with 4 chambers is connected" in over["reason"]
            assert "the program needs a calf-3 with 3" in over["reason"]
            always(lambda: max(second.pressures()) < EMPTY, STAYS)
            sealed(station, over["record"], "faulted")


def test_a_cuff_exchanged_for_its_like_after_its_test_is_not_filled_until_it_is_tested(
    room: Room,
) -> None:
    first, second = room.twins("calf-3", "calf-3")
    with TcpProxy(first.port) as proxy:
        station = room.station(proxy.address)
        with steering(station):
            make_ready(station)
            proxy.to = second.port
            proxy.reset()
            ends(station, second, "wrong-cuff")
            put_away(station)
            station.couch.unload()
            run(station)
            holding(second)
            record = station.snapshot()["record"]
            station.couch.vent()
            vents(second, time.monotonic())
            sealed(station, record, "stopped")
