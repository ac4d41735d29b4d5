"""A room at work, in a process of its own: station, HTTP service, and sessions on served twins.

`python -m bench.room --cuffs 64 --type leg-24 --minutes 5` serves the twins from another process,
runs a session on every pair of cuffs, and prints as JSON how punctual the ticks were and how the
memory grew while all programs ran.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from openpresso.program import names
from openpresso.station.couch import Couch
from openpresso.station.drivers.modbus import ModbusLink
from openpresso.station.link import Link
from openpresso.station.order import Order
from openpresso.station.service.keys import Keys
from openpresso.station.service.server import listen, serving
from openpresso.station.station import Station

COMMAND = str(Path(sys.executable).with_name("openpresso"))
WHO = "bench"
SETTLED = 60.0
"""Memory is looked at from this long after the programs began [s]."""


@contextmanager
def twins(cuff: str, count: int) -> Iterator[list[str]]:
    """Serve twins from a process of its own and give their addresses."""
    process = subprocess.Popen(
        [COMMAND, "twin", "serve", "--cuff", cuff, "--count", str(count), "--tcp", "127.0.0.1:0",
         "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        served = json.loads(process.stdout.readline())
        yield [one["tcp"] for one in served["cuffs"]]
    finally:
        process.terminate()
        process.wait(20.0)


def memory() -> float:
    """Memory of this process now [MB]."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024.0


async def until(couch: Couch, *states: str) -> None:
    """Wait for a state of a couch's session."""
    version = 0
    while couch.session is None or couch.session.state not in states:
        if couch.session is not None and couch.session.outcome is not None:
            raise RuntimeError(f"couch {couch.name}: {couch.session.reason}")
        version = await couch.wait(version)


async def load(couch: Couch, order: Order) -> None:
    """Load a program for the cuffs of a couch."""
    while any(link.identity is None for link in couch.links.values()):
        await couch.wait(couch.version)
    await couch.load(order, WHO)


async def turn_on(couch: Couch) -> None:
    """Turn both cuffs on; return when they are ready."""
    for leg in couch.legs:
        await couch.turn_on(leg, WHO)
    await until(couch, "ready")


async def go_on(couch: Couch, order: Order) -> None:
    """Run one session after another, each on cleaned cuffs."""
    while True:
        couch.start(WHO)
        version = 0
        while couch.session is None or couch.session.outcome is None:
            version = await couch.wait(version)
        if couch.session.outcome != "delivered":
            raise RuntimeError(f"couch {couch.name}: {couch.session.reason}")
        while not couch.is_free():
            await couch.wait(couch.version)
        for leg in couch.legs:
            await couch.cleaned(leg, WHO)
        await load(couch, order)
        await turn_on(couch)


async def room(cuff: str, count: int, program: str, minutes: float) -> dict[str, Any]:
    """Run every couch's session together and measure while the programs run."""
    with twins(cuff, count) as addresses, tempfile.TemporaryDirectory() as name:
        pairs = {
            str(number + 1): {"left": left, "right": right}
            for number, (left, right) in enumerate(
                zip(addresses[::2], addresses[1::2], strict=True)
            )
        }
        station = Station(pairs, Path(name))  # type: ignore[arg-type]
        running = asyncio.create_task(station.run())
        keys = Keys(Path(name))
        couches = list(station.couches.values())
        async with serving(station, keys, listen("127.0.0.1", 0), []):
            await asyncio.gather(*(load(one, Order(program)) for one in couches))
            await asyncio.gather(*(turn_on(one) for one in couches))
            sessions = [asyncio.create_task(go_on(one, Order(program))) for one in couches]
            found = await measured(couches, sessions, minutes)
        for task in sessions:
            task.cancel()
        await station.close(WHO)
        running.cancel()
        return found


async def measured(
    couches: list[Couch], sessions: list[asyncio.Task[None]], minutes: float
) -> dict[str, Any]:
    """Watch for a time; every tick and every answer counts."""
    before = [(one.lateness.count, one.answers.count, one.lateness.skipped) for one in couches]
    began, cpu = time.monotonic(), time.process_time()
    late: list[np.ndarray] = []
    answers: list[np.ndarray] = []
    grown: list[tuple[float, float]] = []
    end = began + 60.0 * minutes
    while (now := time.monotonic()) < end:
        await asyncio.sleep(min(30.0, end - now))
        grown.append((time.monotonic() - began, memory()))
        for index, one in enumerate(couches):
            ticks, came, skipped = before[index]
            late.append(one.lateness.newest(one.lateness.count - ticks))
            answers.append(one.answers.newest(one.answers.count - came))
            before[index] = (one.lateness.count, one.answers.count, skipped)
            if sessions[index].done():
                sessions[index].result()
    settled = [one for one in grown if one[0] >= min(SETTLED, 0.2 * 60.0 * minutes)]
    return {
        "cuffs": sum(len(one.links) for one in couches),
        "minutes": minutes,
        "ticks": int(sum(len(one) for one in late)),
        "skipped": int(sum(one.lateness.skipped for one in couches) - sum(b[2] for b in before)),
        "late_ms": quantiles(late),
        "answer_ms": quantiles(answers),
        "failures": sum(_failures(link) for one in couches for link in one.links.values()),
        "cpu": (time.process_time() - cpu) / (time.monotonic() - began),
        "memory_mb": [settled[0][1], settled[-1][1]],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "load": os.getloadavg()[0],
    }


def _failures(link: Link) -> int:
    assert isinstance(link, ModbusLink)
    return link.round_trips.failures


def quantiles(parts: list[np.ndarray]) -> dict[str, float]:
    """Return p50, p99, p99.9 and the largest [ms]."""
    values = np.concatenate(parts) * 1000.0
    p50, p99, p999 = np.percentile(values, [50.0, 99.0, 99.9]).tolist()
    return {"p50": p50, "p99": p99, "p99.9": p999, "max": float(values.max())}


def main() -> None:
    """Run one room and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.room", description=__doc__)
    parser.add_argument("--cuffs", type=int, default=2)
    parser.add_argument("--type", default="leg-8")
    parser.add_argument("--program", default="gradient-drainage", choices=names())
    parser.add_argument("--minutes", type=float, default=5.0)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(room(asked.type, asked.cuffs, asked.program, asked.minutes))))


if __name__ == "__main__":
    main()
