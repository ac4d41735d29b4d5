"""A line that is lost while a chamber fills: the cuff vents, the station says so and stays."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.integration.lines import TcpProxy
from tests.integration.processes import until
from tests.integration.room import (
    Cuff,
    Room,
    Station,
    conditions,
    filling,
    holding,
    nothing_resumes,
    reached,
    run,
    sealed,
    steering,
    vents,
)


def lose(station: Station, cuff: Cuff, pull: Callable[[], None], plug: Callable[[], None]) -> None:
    """Lose the line while the cuff fills, find it again, and see what has become of the session."""
    with steering(station):
        run(station)
        filling(cuff)
        pull()
        pulled = time.monotonic()
        vents(cuff, pulled)
        lost = station.until(lambda now: now["outcome"], 3.0, "the session is over")
        assert lost["outcome"] == "faulted"
        assert "left" in lost["reason"]
        assert conditions(lost) & {"link-silent", "lease"}
        plug()
        station.until(reached, what="the cuff answers again")
        nothing_resumes(station, cuff)
        summary = sealed(station, lost["record"], "faulted")
        assert summary["reason"] == lost["reason"]
        assert summary["end"] > summary["begin"]


def test_a_serial_cable_that_is_pulled_vents_the_cuff_and_ends_the_session(room: Room) -> None:
    (cuff,) = room.twins("calf-3", line="pty")
    station = room.station(cuff.address)
    lose(
        station,
        cuff,
        lambda: cuff.act("cable", plugged=False),
        lambda: cuff.act("cable", plugged=True),
    )


def test_a_serial_cable_that_is_pulled_from_the_firmware_vents_its_cuff(room: Room) -> None:
    cuff = room.firmware()
    station = room.station(cuff.address)
    lose(station, cuff, cuff.firmware.unplug, cuff.firmware.plug)


def test_a_network_that_resets_every_connection_vents_the_cuff(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    with TcpProxy(cuff.port) as proxy:
        station = room.station(proxy.address)

        def pull() -> None:
            proxy.refuses.set()
            proxy.reset()

        lose(station, cuff, pull, proxy.refuses.clear)


def test_a_network_that_swallows_everything_vents_the_cuff(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    with TcpProxy(cuff.port) as proxy:
        station = room.station(proxy.address)
        lose(station, cuff, proxy.swallows.set, proxy.swallows.clear)


def test_a_single_reset_is_bridged_within_the_lease_and_interrupts_nothing(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    with TcpProxy(cuff.port) as proxy:
        station = room.station(proxy.address)
        with steering(station):
            run(station)
            filling(cuff)
            made = proxy.connections
            proxy.reset()
            until(lambda: proxy.connections > made, what="the station connects again")
            holding(cuff)
            now = station.snapshot()
            assert (now["state"], now["alarms"]) == ("running", [])
            assert cuff.state()["faults"] == []
            station.couch.vent()
            sealed(station, now["record"], "stopped")


@pytest.mark.skipif(shutil.which("socat") is None, reason="socat is not installed")
def test_a_line_whose_adapter_dies_vents_the_cuff(room: Room) -> None:
    cuff = room.firmware()
    link = room.folder / "adapter"
    command = ["socat", f"PTY,link={link},rawer", f"{cuff.firmware.serial_path},rawer"]
    adapters: list[subprocess.Popen[bytes]] = []

    def plug() -> None:
        adapters.append(room.enter(subprocess.Popen(command)))
        until(link.exists, what="the adapter is there")

    def pull() -> None:
        adapters[-1].kill()
        adapters[-1].wait()
        # Killed, it leaves its name behind.
        link.unlink(missing_ok=True)

    plug()
    try:
        station = room.station(f"modbus:rtu://{link}")
        lose(station, cuff, pull, plug)
    finally:
        adapters[-1].kill()
