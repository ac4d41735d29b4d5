"""The console under load beside a station: what it does to the station's ticks."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from typing import Final

import httpx

from bench.console_room import console, session, signed_in, station
from bench.room import twins
from bench.timing import Row, exactly

TABLE: Final = "load on the console beside a session at 20 Hz, 2 cuffs leg-8"
HEAVIEST: Final = "/outcomes"
"""The page that reads most."""
CONNECTIONS: Final = 8
WINDOW: Final = 300.0
"""What a station tells of its ticks is of so long [s]."""


def rows(clinic: str, *, quick: bool) -> list[Row]:
    """Return how late the station's ticks begin, with and without load on the console."""
    seconds = 15.0 if quick else WINDOW
    found, quiet = [], 0.0
    for loaded in (False, True):
        with (
            twins("leg-8", 2) as cuffs,
            station(cuffs) as served,
            session(served) as couch,
            console(clinic, served.url, served.key) as url,
        ):
            rate, tool = load(url, seconds) if loaded else (0.0, "")
            if not loaded:
                time.sleep(seconds)
            ticks = couch.snapshot()["ticks"]
        late = float(ticks["late_p99"])
        if not loaded:
            quiet = late
        what = f"with {rate:.0f} pages a second by {tool}" if loaded else "without load"
        found += [
            Row(TABLE, f"tick begins after it is due, {what}: p99", "ms", exactly(late)),
            Row(TABLE, f"ticks left out, {what}", "", exactly(ticks["skipped"]), "0"),
        ]
        if loaded:
            note = f"{CONNECTIONS} connections on {HEAVIEST}"
            moved = exactly(late - quiet)
            found.append(Row(TABLE, "p99 moved by", "ms", moved, "<= 2", note))
    return found


def load(url: str, seconds: float) -> tuple[float, str]:
    """Ask for the heaviest page as fast as it comes; return pages a second and what asked."""
    browser = signed_in(url, "owner")
    token, answer = browser.cookies["openpresso"], browser.get(HEAVIEST)
    browser.close()
    if answer.status_code != 200:
        raise RuntimeError(f"{HEAVIEST}: {answer.status_code}")
    if shutil.which("wrk"):
        return _by_wrk(url, token, seconds), "wrk"
    done = subprocess.run(
        [sys.executable, "-m", "bench.console_load", url, token, str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout), "a process of our own"


def _by_wrk(url: str, token: str, seconds: float) -> float:
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--timeout", "30s",
         "-H", f"Cookie: openpresso={token}", url + HEAVIEST],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )  # fmt: skip
    told = next(line for line in done.stdout.splitlines() if line.startswith("Requests/sec"))
    return float(told.split()[-1])


def main() -> None:
    """Ask with some connections until the time is over; print the pages a second."""
    url, token, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    end, counts = time.monotonic() + seconds, [0] * CONNECTIONS

    def ask(index: int) -> None:
        with httpx.Client(base_url=url, cookies={"openpresso": token}, timeout=60.0) as browser:
            while time.monotonic() < end:
                browser.get(HEAVIEST).raise_for_status()
                counts[index] += 1

    asking = [threading.Thread(target=ask, args=(index,)) for index in range(CONNECTIONS)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    print(sum(counts) / seconds)


if __name__ == "__main__":
    main()
