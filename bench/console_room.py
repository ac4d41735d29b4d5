"""What the bench of the console runs: a made-up clinic, its console, a station, twins, a browser.

`python -m bench.console_room CLINIC [STATION KEY]` serves a console without limits on how often it
may be asked; all else is as `openpresso console serve` starts it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from bench.room import COMMAND, WHO
from openpresso.clinic.demo.house import PASSWORD
from openpresso.session import Leg
from openpresso.station.client import StationClient
from openpresso.station.client.couch import CouchClient
from openpresso.station.service.keys import Keys

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--enable-precise-memory-info",
)  # fmt: skip
LEGS: Final[tuple[Leg, ...]] = ("left", "right")
PATIENCE: Final = 120.0
"""Longest time until a session runs: rehearsal, fit test [s]."""


@dataclass(frozen=True, slots=True)
class Served:
    """A station that was started: its address, its key and its process."""

    url: str
    key: str
    process: subprocess.Popen[str]


@contextmanager
def demo(clients: int) -> Iterator[str]:
    """Make a made-up clinic that ends today and give its file."""
    from openpresso.clinic.demo.make import make
    from openpresso.clinic.store import migrate
    from openpresso.clinic.store.engine import connect

    with tempfile.TemporaryDirectory() as folder:
        url = str(Path(folder) / "demo.sqlite")
        engine = connect(url)
        migrate.migrate(engine)
        engine.dispose()
        make(url, clients=clients)
        yield url


@contextmanager
def console(clinic: str, station: str = "", key: str = "") -> Iterator[str]:
    """Serve a console from a process of its own and give its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.console_room", clinic, station, key],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        _end(process)


@contextmanager
def station(cuffs: Sequence[str]) -> Iterator[Served]:
    """Serve a station with one couch of two cuffs from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        key = Keys(Path(folder)).add("console", "technician")
        process = subprocess.Popen(
            [COMMAND, "station", "serve", "--listen", "127.0.0.1:0", "--folder", folder, "--json",
             "--cuff", f"left={cuffs[0]}", "--cuff", f"right={cuffs[1]}"],
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            yield Served(url, key, process)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(20.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def session(
    served: Served, program: str = "gradient-drainage", only: Leg | None = None
) -> Iterator[CouchClient]:
    """Run a session on the couch of a station and keep its seat."""
    with StationClient(served.url, served.key) as room:
        couch = room.couch()
        couch.wait(_identified, PATIENCE)
        with couch.seat(WHO, force=True):
            couch.load(program, legs=only or "both")
            for leg in (only,) if only else LEGS:
                couch.turn_on(leg)
            couch.wait(lambda now: now["state"] == "ready", PATIENCE)
            couch.start()
            couch.wait(lambda now: now["state"] == "running", PATIENCE)
            yield couch
            couch.vent()


def _identified(now: dict[str, Any]) -> bool:
    return all(one.get("identity") for one in now["cuffs"].values())


def signed_in(url: str, login: str = "technician") -> httpx.Client:
    """Return a client that has signed in to a console."""
    browser = httpx.Client(base_url=url, headers={"origin": url}, timeout=60.0, trust_env=False)
    answer = browser.post("/sign-in", data={"login": login, "password": PASSWORD})
    if answer.status_code != 303:
        raise RuntimeError(f"{login} cannot sign in: {answer.status_code}")
    return browser


def missing() -> str:
    """Return why no browser can be measured here, empty when one can."""
    try:
        import playwright.sync_api  # noqa: F401 -- looked for
    except ImportError:
        return "playwright is not installed"
    return "" if CHROMIUM.exists() else f"{CHROMIUM} is not there"


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Any, url: str, login: str = "technician", **options: Any) -> Any:  # noqa: ANN401
    """Return a page of a browser of its own that has signed in; its cache is empty."""
    client = signed_in(url, login)
    cookies = [
        {"name": one.name, "value": one.value or "", "url": url} for one in client.cookies.jar
    ]
    client.close()
    context = browser.new_context(**options)
    context.add_cookies(cookies)
    return context.new_page()


def clock_of(page: Any) -> float:  # noqa: ANN401 -- a page of playwright
    """Return what is added to a page's clock [s] to give `time.monotonic`, to about 1 ms."""
    found: list[tuple[float, float]] = []
    for _ in range(30):
        began = time.monotonic()
        there = float(page.evaluate("performance.now()")) / 1000.0
        ended = time.monotonic()
        found.append((ended - began, (began + ended) / 2.0 - there))
    return min(found)[1]


def main() -> None:
    """Serve a console."""
    from openpresso.cli.console_serve import serve_console
    from openpresso.console.settings import Settings

    clinic, station_url, key = [*sys.argv[1:], "", ""][:3]
    serve_console(
        Settings(clinic, station=station_url, station_key=key, limits=None), "127.0.0.1", 0
    )


if __name__ == "__main__":
    main()
