"""The wire: punctual ticks, emergency vents, leases that run out, the law on the board, an hour."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any

import httpx
import numpy as np
from pymodbus.client import ModbusSerialClient

from bench.room import COMMAND, quantiles, twins
from bench.timing import Row, exactly
from openpresso import cuff as cuffs
from openpresso.law import controller as law
from openpresso.law.device import COMMANDS, RESET, VENT_ALL
from openpresso.twin.rig.firmware import FirmwareProcess
from openpresso.twin.twin import Twin
from scripts.firmware_speed import measure

EMPTY = 20.0
"""A chamber under this presses no more [mmHg]."""
WRITES = (6, 16)
VENTS = VENT_ALL.to_bytes(2, "big")
"""Functions and address with which a cuff is vented."""


def rows(runs: int, *, quick: bool) -> list[Row]:  # noqa: ARG001 -- each runs long, not often
    """Measure everything about the wire."""
    minutes = 0.5 if quick else 5.0
    found = punctual(2, "leg-8", minutes, "p99 <= 5")
    found += punctual(8 if quick else 64, "leg-24", minutes, "p99 <= 10")
    found += vents(40 if quick else 600, minutes)
    found += emptying()
    found += on_firmware("leg-8")
    found += board("leg-8")
    return found


def hour_rows(runs: int, *, quick: bool) -> list[Row]:  # noqa: ARG001 -- an hour is an hour
    """Measure an hour."""
    return [] if quick else an_hour()


def room(*arguments: str) -> dict[str, Any]:
    """Run a room in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.room", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def punctual(count: int, cuff: str, minutes: float, target: str) -> list[Row]:
    """Run sessions on many cuffs and tell how late ticks and answers were."""
    found = room("--cuffs", str(count), "--type", cuff, "--minutes", str(minutes))
    table = f"ticks of {count} cuffs {cuff}, {minutes:g} min at 20 Hz"
    note = f"load {found['load']:.1f}, {100 * found['cpu']:.0f} % of a core"
    return [
        *spread(table, "tick begins after it is due", found["late_ms"], target, note),
        *spread(table, "cuff has answered after the tick was due", found["answer_ms"]),
        Row(table, "ticks left out", "", exactly(found["skipped"]), "0"),
        Row(table, "exchanges that failed", "", exactly(found["failures"]), "0"),
    ]


def spread(
    table: str, what: str, found: Mapping[str, float], target: str = "", note: str = ""
) -> list[Row]:
    """Return a row for each quantile [ms]."""
    return [
        Row(
            table,
            f"{what}: {name}",
            "ms",
            exactly(value),
            target.removeprefix("p99 ") if name == "p99" else "",
            note if name == "p99" else "",
        )
        for name, value in found.items()
    ]


def an_hour() -> list[Row]:
    """Run two cuffs for an hour, one session after another."""
    found = room("--minutes", "60")
    first, last = found["memory_mb"]
    table = "hour of 2 cuffs leg-8, one session after another"
    return [
        Row(
            table,
            "memory grows by",
            "MB",
            exactly(last - first),
            "< 2",
            f"{last:.0f} MB at the end",
        ),
        Row(table, "ticks", "", exactly(found["ticks"]), "72000"),
        Row(table, "ticks left out", "", exactly(found["skipped"]), "0"),
        *spread(table, "tick begins after it is due", found["late_ms"]),
    ]


class Tap:
    """Stands between a station and a cuff and notes when a command that vents goes by."""

    def __init__(self, address: str) -> None:
        """Take the address of a cuff."""
        host, _, port = address.rpartition("//")[2].partition(":")
        self._cuff = host, int(port)
        self._server: asyncio.Server | None = None
        self.vented: asyncio.Future[float] | None = None

    async def open(self) -> str:
        """Listen; return the address that the station gets."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return f"modbus:tcp://127.0.0.1:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_cuff, to_cuff = await asyncio.open_connection(*self._cuff)
        back = asyncio.create_task(_pass(from_cuff, writer))
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                if self.vented is not None and not self.vented.done() and _vents(data):
                    self.vented.set_result(time.perf_counter())
                to_cuff.write(data)
        back.cancel()
        to_cuff.close()
        writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)


def _vents(frame: bytes) -> bool:
    """Tell whether a Modbus TCP frame writes the register that vents: function 6 or 16."""
    return len(frame) >= 10 and frame[7] in WRITES and frame[8:10] == VENTS


def vents(count: int, minutes: float) -> list[Row]:
    """Ask a station with eight cuffs to vent, at random instants."""
    found = asyncio.run(_vents_of(count, 60.0 * minutes))
    table = f"vents of 8 cuffs leg-8, {count} requests in {minutes:g} min"
    what = "request sent to vent command on the wire"
    return spread(table, what, quantiles([np.array(found)]), "p99 <= 20")


async def _vents_of(count: int, duration: float) -> list[float]:
    """Return the times from a request to the last cuff's command on the wire [s]."""
    chance = random.Random(8)
    with twins("leg-8", 8) as addresses, tempfile.TemporaryDirectory() as folder:
        taps = [Tap(one) for one in addresses]
        legs = [
            f"{number // 2 + 1}/{'left' if number % 2 == 0 else 'right'}={await tap.open()}"
            for number, tap in enumerate(taps)
        ]
        station = await asyncio.create_subprocess_exec(
            COMMAND, "station", "serve", "--listen", "127.0.0.1:0", "--folder", folder, "--json",
            *(word for leg in legs for word in ("--cuff", leg)),
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert station.stdout is not None
        url = json.loads(await station.stdout.readline())["url"]
        found = []
        async with httpx.AsyncClient(base_url=url) as client:
            await asyncio.sleep(2.0)
            for _ in range(count):
                await asyncio.sleep(chance.uniform(0.5, 1.5) * duration / count)
                loop = asyncio.get_running_loop()
                for tap in taps:
                    tap.vented = loop.create_future()
                began = time.perf_counter()
                answer = asyncio.create_task(client.post("/vent", json={"who": "bench"}))
                waits = [tap.vented for tap in taps if tap.vented is not None]
                done = await asyncio.wait_for(asyncio.gather(*waits), 5.0)
                (await answer).raise_for_status()
                found.append(max(done) - began)
        station.terminate()
        await station.wait()
        return found


def emptying() -> list[Row]:
    """Hold every cuff of the catalog at 60 mmHg, then vent it, or let its lease run out."""
    found = []
    for name in cuffs.names():
        garment = cuffs.load(name)
        level = min(60.0, garment.max_pressure)
        for what, lost in (("told to vent", False), ("its station killed", True)):
            found.append(
                Row(
                    "emptying from 60 mmHg in all chambers to under 20 mmHg",
                    f"{name}, {what}",
                    "s",
                    exactly(_emptied(garment, level, lost=lost)),
                    "<= 3" if lost else "",
                )
            )
    return found


def on_firmware(name: str) -> list[Row]:
    """Hold 60 mmHg with the firmware under MicroPython, then ask for nothing more."""
    garment = cuffs.load(name)
    told = [1, 6500, 0, (1 << garment.n_chambers) - 1, *[6000] * garment.n_chambers]
    with FirmwareProcess(name) as cuff:
        cuff.await_self_test()
        client = ModbusSerialClient(cuff.serial_path, timeout=0.5, retries=0)
        client.connect()
        client.write_registers(RESET, [1], device_id=1)
        end = time.monotonic() + 90.0
        while np.any(cuff.true_pressures() < 57.0):
            client.write_registers(COMMANDS, told, device_id=1)
            time.sleep(0.05)
            if time.monotonic() > end:
                raise RuntimeError(f"{name} under MicroPython does not hold 60 mmHg")
        began = time.monotonic()
        while np.any(cuff.true_pressures() >= EMPTY):
            time.sleep(0.005)
        took = time.monotonic() - began
        client.close()  # type: ignore[no-untyped-call]
    table = "emptying from 60 mmHg in all chambers to under 20 mmHg"
    what = f"{name}, the firmware under MicroPython, its station killed"
    return [Row(table, what, "s", exactly(took), "<= 3", "in real time")]


def board(name: str) -> list[Row]:
    """Time the firmware's tick under MicroPython's unix port."""
    found = []
    for what, built in (("plain source", False), ("as built for the board", True)):
        speed = measure(name, built=built)
        for part in ("law", "tick"):
            found += [
                Row(
                    f"board: one tick of {name} under MicroPython's unix port",
                    f"{part}, {what}: {quantile}",
                    "us",
                    exactly(speed[part][quantile]),
                )
                for quantile in ("p50", "p99")
            ]
    return found


def _emptied(garment: cuffs.Cuff, level: float, *, lost: bool) -> float:
    """Return the time until every chamber of a cuff is empty [s]."""
    twin = Twin([garment], seed=1)
    points = np.full(garment.n_chambers, level)
    reached = 0
    while reached < 20:
        twin.write(0, points, garment.max_pressure)
        twin.advance(10)
        reached = reached + 1 if np.all(twin.true_pressures(0) > level - 3.0) else 0
        if twin.time > 300.0 or twin.state[0, law.FAULT_BITS]:
            raise RuntimeError(f"{garment.name} does not hold {level} mmHg")
    began = twin.time
    if not lost:
        twin.write(0, np.full(garment.n_chambers, np.nan), garment.max_pressure, renew=False)
    while np.any(twin.true_pressures(0) >= EMPTY):
        twin.advance(1)
    return twin.time - began
