"""The live page: from a change at the cuff to pixels, and from STOP to the wire."""

from __future__ import annotations

import asyncio
import itertools
import random
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from bench.console_first import of_page
from bench.console_hour import hour, recorded
from bench.console_room import (
    Served,
    chromium,
    clock_of,
    console,
    session,
    station,
    visitor,
)
from bench.room import quantiles, twins
from bench.timing import Row, exactly
from bench.wire import Tap

BROWSERS: Final = 8
PIXELS: Final = f"live page, {BROWSERS} browsers watching a session on two cuffs leg-8"
CHAMBER: Final = 8
HIGH: Final = 2.0
"""What a vented chamber is said to have, and again not; too little for any alarm [mmHg]."""
READ_WRITE: Final = 23
PRESSURES: Final = 116
"""Register of chamber 1 [1/100 mmHg]."""


def rows(clinic: str, *, quick: bool) -> list[Row]:
    """Measure the live page."""
    with (
        twins("leg-8", 2) as cuffs,
        taps(cuffs) as (addresses, made),
        station(addresses) as served,
        console(clinic, served.url, served.key) as url,
    ):
        found, told = live(url, served, made, changes=15 if quick else 300, runs=1 if quick else 3)
        found += stops(url, made, 15 if quick else 300)
    return [*found, *hour(clinic, told, minutes=3.0 if quick else 60.0)]


class Sensor(Tap):
    """Stands between a station and a cuff, and can say another pressure of one chamber."""

    def __init__(self, address: str) -> None:
        """Take the address of a cuff; say what it says."""
        super().__init__(address)
        self.said: float | None = None
        self.vents: list[float] = []
        self._asked: dict[bytes, int] = {}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_cuff, to_cuff = await asyncio.open_connection(*self._cuff)
        back = asyncio.create_task(self._answers(from_cuff, writer))
        try:
            while data := await reader.read(4096):
                if _vents(data):
                    self.vents.append(time.monotonic())
                if len(data) > 9 and data[7] == READ_WRITE:
                    self._asked[data[:2]] = int.from_bytes(data[8:10], "big")
                to_cuff.write(data)
        except ConnectionError:
            pass
        back.cancel()
        to_cuff.close()
        writer.close()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(self._altered(data))

    def _altered(self, data: bytes) -> bytes:
        """Return an answer, with the pressure of the chamber that is to be said."""
        if self.said is None or len(data) < 10 or data[7] != READ_WRITE:
            return data
        first = self._asked.get(data[:2])
        place = 9 + 2 * (PRESSURES + CHAMBER - 1 - (first or 0))
        if first is None or not 9 <= place <= len(data) - 2:
            return data
        return data[:place] + struct.pack(">h", round(100 * self.said)) + data[place + 2 :]


def _vents(frame: bytes) -> bool:
    from bench import wire

    return wire._vents(frame)  # noqa: SLF001 -- the same frames


@contextmanager
def taps(cuffs: Sequence[str]) -> Iterator[tuple[list[str], list[Sensor]]]:
    """Put a tap before every cuff, in a thread that does nothing else."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = [Sensor(one) for one in cuffs]
    addresses = [asyncio.run_coroutine_threadsafe(one.open(), loop).result() for one in made]
    try:
        yield addresses, made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5.0)


# What is seen is told by a task after the frame in which the text changed was painted.
SEEN: Final = """(key) => {
  const text = document.querySelector(`[data-chamber="${key}"] text`);
  window.benchSeen = [];
  const after = new MessageChannel();
  after.port1.onmessage = (event) => window.benchSeen.push([performance.now(), event.data]);
  new MutationObserver(() => after.port2.postMessage(text.textContent))
    .observe(text, { childList: true, characterData: true, subtree: true });
}"""


def live(
    url: str, served: Served, made: Sequence[Sensor], changes: int, runs: int
) -> tuple[list[Row], dict[str, Any]]:
    """Change what a sensor says at random instants; tell when browsers have painted it."""
    chance, late, missed = random.Random(6), [], 0
    with session(served, only="right"), chromium() as browser:
        told = recorded(served, 12.0)
        first = of_page(browser, url, "the live page in a session", "/live", "technician", runs)
        pages = [visitor(browser, url) for _ in range(BROWSERS)]
        for page in pages:
            page.goto(f"{url}/live")
            page.wait_for_selector(f'[data-chamber="left.{CHAMBER}"] text')
            page.wait_for_timeout(500)
            page.evaluate(SEEN, f"left.{CHAMBER}")
        made[0].said = 0.0
        time.sleep(1.0)
        clocks = [clock_of(page) for page in pages]
        instants = []
        for value in itertools.islice(itertools.cycle((HIGH, 0.0)), changes):
            time.sleep(chance.uniform(0.3, 0.5))
            instants.append(time.monotonic())
            made[0].said = value
        time.sleep(1.0)
        for page, clock in zip(pages, clocks, strict=True):
            seen = [at / 1000.0 + clock for at, _ in page.evaluate("window.benchSeen")]
            for begun, ended in itertools.pairwise([*instants, instants[-1] + 0.3]):
                painted = next((at for at in seen if begun < at <= ended), None)
                missed += painted is None
                if painted is not None:
                    late.append(painted - begun)
    found = quantiles([np.array(late)])
    p95 = float(np.percentile(np.array(late) * 1e3, 95.0))
    note = f"{changes} changes, contexts of one Chromium; painted, not yet lit"
    what = "a change at the sensor to its figure painted"
    return [
        *first,
        Row(PIXELS, f"{what}: p50", "ms", exactly(found["p50"])),
        Row(PIXELS, f"{what}: p95", "ms", exactly(p95), "< 200", note),
        Row(PIXELS, f"{what}: max", "ms", exactly(found["max"])),
        Row(PIXELS, "changes that a browser did not show", "", exactly(missed), "0"),
    ], told


CLICKED: Final = """() => {
  window.benchClicked = 0;
  document.querySelector("form.stop").addEventListener(
    "click", (event) => { window.benchClicked = event.timeStamp; }, { capture: true });
}"""


def stops(url: str, made: Sequence[Sensor], count: int) -> list[Row]:
    """Click STOP and wait for the commands that vent; both cuffs count, the later one."""
    late = []
    with chromium() as browser:
        page = visitor(browser, url)
        page.goto(f"{url}/live")
        page.evaluate(CLICKED)
        clock = clock_of(page)
        for _ in range(count):
            for one in made:
                one.vents.clear()
            page.click("form.stop button")
            clicked = page.evaluate("window.benchClicked") / 1000.0 + clock
            end = time.monotonic() + 5.0
            while not all(one.vents for one in made) and time.monotonic() < end:
                time.sleep(0.002)
            late.append(max(one.vents[0] for one in made) - clicked)
            time.sleep(0.15)
    found = quantiles([np.array(late)])
    table = f"STOP of the live page, {count} clicks in headless Chromium"
    what = "click to the last cuff's vent command on the wire"
    return [
        Row(table, f"{what}: {name}", "ms", exactly(value), "< 50" if name == "p99" else "")
        for name, value in found.items()
        if name != "p99.9"
    ]
