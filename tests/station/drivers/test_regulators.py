"""Pressure regulators that know nothing of openpresso: what their driver sees to, and refuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from openpresso.errors import InputError
from openpresso.law.registers import LEASE, OVER_PRESSURE
from openpresso.session import SEAL, Readings
from openpresso.station.drivers import open_link
from openpresso.station.drivers.pressure_regulators import RegulatorsLink
from openpresso.station.drivers.regulator_map import load_map
from tests.station.drivers.regulators import ENABLE, MAP, SET_POINT, Bench, serve_bench
from tests.station.drivers.rigs import command, map_file

NAN = float("nan")
FILL = command(20.0, 20.0, NAN, NAN)

Scene = Callable[[Bench, RegulatorsLink], Awaitable[None]]


def play(scene: Scene, text: str = MAP, timeout_ms: int = 400) -> None:
    """Play a scene with four regulators and a link to them."""

    async def stage() -> None:
        with map_file(text) as file:
            async with serve_bench() as bench:
                for one in bench.regulators:
                    one.timeout_ms = timeout_ms
                link = open_link(bench.address(file), "left", time.monotonic, 1)
                assert isinstance(link, RegulatorsLink)
                try:
                    await scene(bench, link)
                finally:
                    link.close()
                    await link.closed()

    asyncio.run(stage())


async def ticks(link: RegulatorsLink, asked: object, count: int) -> Readings | None:
    """Some periods of a station; the last readings."""
    last = None
    for _ in range(count):
        last = link.read(0.0) or last
        link.write(asked)  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
    return link.read(0.0) or last


async def running(link: RegulatorsLink) -> None:
    """Reset what was switched on."""
    await ticks(link, None, 3)
    link.reset()
    readings = await ticks(link, None, 3)
    assert readings is not None
    assert readings.faults == 0


@pytest.mark.parametrize(("timeout", "why"), [(0, "switched off"), (800, "it is 0.8 s")])
def test_a_regulator_without_a_short_bus_time_out_is_refused(timeout: int, why: str) -> None:
    async def scene(bench: Bench, link: RegulatorsLink) -> None:
        await ticks(link, FILL, 6)
        assert "without a station it must vent within 500 ms" in link.trouble
        assert why in link.trouble
        assert "bench_only" in link.trouble
        assert link.identity is None
        assert bench.fills == 0

    play(scene, timeout_ms=timeout)


def test_a_map_without_a_time_out_is_refused_unless_it_is_for_the_bench() -> None:
    text = MAP.replace("bus_timeout: {address: 4, count: 1 ms}\n", "")

    async def refused(_bench: Bench, link: RegulatorsLink) -> None:
        await ticks(link, None, 4)
        assert "names no register" in link.trouble

    async def bench_only(_bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        assert link.identity is not None
        assert "BENCH ONLY" in link.identity.firmware

    play(refused, text)
    play(bench_only, text + "bench_only: true\n")


def test_records_say_that_there_is_no_guard() -> None:
    async def scene(_bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        assert link.identity is not None
        assert link.identity.firmware == "regulators-1 no guard"

    play(scene)


def test_a_station_that_stops_asking_loses_the_lease_and_everything_is_vented() -> None:
    async def scene(bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        await ticks(link, FILL, 8)
        assert bench.regulators[0].pressure > 10.0
        # The process lives, its loop does not: the driver itself lets go, long before 10 s.
        for one in bench.regulators:
            one.timeout_ms = 10_000
        await asyncio.sleep(0.7)
        assert all(one.registers[ENABLE] == 0 for one in bench.regulators)
        readings = link.read(0.0)
        assert readings is not None
        assert readings.faults & LEASE
        await ticks(link, FILL, 4)
        assert bench.regulators[0].registers[SET_POINT] == 0

    play(scene)


def test_a_killed_process_leaves_the_regulators_to_their_own_time_out() -> None:
    async def scene(bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        await ticks(link, FILL, 8)
        assert bench.regulators[0].pressure > 10.0
        link._worker.cancel()
        await link.closed()
        await asyncio.sleep(0.5)
        bench.live()
        assert bench.regulators[0].registers[SET_POINT] == 0

    play(scene)


def test_a_pressure_above_the_ceiling_vents_everything() -> None:
    async def scene(bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        await ticks(link, FILL, 4)
        bench.regulators[2].offset = 75.0
        readings = await ticks(link, FILL, 6)
        assert readings is not None
        assert readings.faults & OVER_PRESSURE
        assert readings.fault_chamber == 3
        assert all(one.registers[ENABLE] == 0 for one in bench.regulators)

    play(scene)


def test_no_set_point_is_above_ceiling_or_range() -> None:
    async def scene(bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        await ticks(link, command(500.0, 70.0, 59.96, NAN), 3)
        asked = [one.registers[SET_POINT] for one in bench.regulators]
        assert asked == [600, 600, 600, 0]

    play(scene)


def test_a_regulator_that_cannot_shut_vents_where_a_leak_test_wants_to_seal_and_says_so() -> None:
    text = MAP.replace(", shut: 3", "")

    async def scene(bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        await ticks(link, command(SEAL, 20.0, NAN, NAN), 3)
        assert bench.regulators[0].registers[ENABLE] == 0
        assert bench.regulators[1].registers[ENABLE] == 1
        assert "cannot close chamber 1 for a leak test" in link.trouble
        await ticks(link, FILL, 2)
        assert link.trouble == ""

    play(scene, text)


def test_what_valves_do_is_not_known_and_not_made_up() -> None:
    async def scene(_bench: Bench, link: RegulatorsLink) -> None:
        await running(link)
        readings = await ticks(link, FILL, 3)
        assert readings is not None
        assert np.isnan(readings.inlet).all()
        assert np.isnan(readings.exhaust).all()
        assert np.isnan(readings.pump)

    play(scene)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number: 2", "number: 3", "chambers[1].number: the number is 3; 2 is allowed here"),
        ("device: 2", "device: 1", "register 0 of device 1 is also chambers[0].set_point"),
        ("enable: 2", "enabel: 2", "did you mean 'enable'?"),
        ("count: 0.1 mmHg", "count: 0.1", "has no unit"),
        ("cuff: leg-4", "cuff: leg-8", "the cuff leg-8 has 8 chambers"),
        ("device: 4", "device: 248", "must be less than or equal to 247"),
        ("highest: 120 mmHg", "highest: 900 mmHg", "out of range"),
    ],
)
def test_a_wrong_map_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    with map_file(MAP.replace(old, new)) as file:
        with pytest.raises(InputError) as caught:
            load_map(file)
        assert said in str(caught.value)


def test_a_cuff_that_is_not_in_the_catalog_may_have_any_number_of_chambers() -> None:
    with map_file(MAP.replace("cuff: leg-4", "cuff: my-sleeve")) as file:
        assert load_map(file).cuff == "my-sleeve"
