"""The clinic at full size on both databases: pages, outcomes, bookings; and the made-up one."""

from __future__ import annotations

import datetime as dt
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bench.clinic_data import NOW, Size, fill
from bench.timing import Row, Spread, exactly
from openpresso.clinic.booking import book
from openpresso.clinic.booking import day as days
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import progress
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import ClashError
from openpresso.clinic.measures import measurement
from openpresso.clinic.money import package, payment
from openpresso.clinic.outcomes import client as of_client
from openpresso.clinic.outcomes import clinic as of_clinic
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import search
from openpresso.clinic.screening import screening
from openpresso.clinic.sessions import adverse_event
from openpresso.clinic.sessions import session as sessions
from openpresso.clinic.store import migrate
from openpresso.clinic.store.engine import connect
from scripts import postgres

TABLE: Final = "clinic"
PAGES: Final = 200
"""Pages of each kind that are read."""
BOOKINGS: Final = 1000
EVERYBODY: Final = 1
"""Key of somebody with every role of the house."""


def client_page(desk: Desk, client_id: int) -> None:
    """Read all that the page of a client shows."""
    clients.find(desk, client_id)
    screening.history(desk, client_id)
    consent.history(desk, client_id)
    courses.of_client(desk, client_id)
    sessions.of_client(desk, client_id)
    adverse_event.of_client(desk, client_id)
    days.of_client(desk, client_id)
    for kind, side in (("girths", "left"), ("heaviness", "none"), ("blood-pressure", "none")):
        measurement.series(desk, client_id, kind, side)
    package.held(desk, client_id)
    payment.open_of_client(desk, client_id)


def course_page(desk: Desk, course_id: int) -> None:
    """Read all that the page of a course shows."""
    courses.find(desk, course_id)
    courses.history(desk, course_id)
    progress.progress(desk, course_id)
    sessions.of_course(desk, course_id)
    of_client.result(desk, course_id, "girths", "left")
    of_client.relapse(desk, course_id, "girths", "left")


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Fill a clinic on each database, read its pages, book; and make the made-up one."""
    size = Size(2_000 if quick else 100_000)
    found = []
    for name, place in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        with place() as url:
            if url:
                found += _measured(name, url, size, runs)
    return [*found, _demo(20 if quick else 200)]


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "clinic.sqlite")


@contextmanager
def _postgres() -> Iterator[str | None]:
    with postgres.server(safe=True) as server:
        yield server.create("clinic") if server else None


def _measured(name: str, url: str, size: Size, runs: int) -> list[Row]:
    """Return the rows of one database."""
    engine = connect(url)
    migrate.migrate(engine)
    began = time.perf_counter()
    fill(engine, size)
    filled = time.perf_counter() - began
    engine.dispose()
    clinic = Clinic(url, clock=lambda: NOW)
    chance = random.Random(7)
    pages: dict[str, tuple[Callable[[Desk], object], str]] = {
        "day view": (lambda desk: days.day(desk, _some_day(chance)), "< 50"),
        "client page": (lambda desk: client_page(desk, chance.randint(1, size.clients)), "< 50"),
        "course page": (lambda desk: course_page(desk, chance.randint(1, size.clients)), "< 50"),
        "looking a client up": (
            lambda desk: search.look_up(desk, f"C-{chance.randint(1, size.clients):06d}"),
            "",
        ),
    }
    title = f"{name}: filled with {size.clients:,} clients"
    found = [Row(TABLE, title, "s", exactly(filled), "", "past the desks")]
    for what, (page, target) in pages.items():
        spread = _p95(clinic, page, runs)
        found.append(Row(TABLE, f"{name}: {what}, p95", "ms", spread, target, "audit included"))
    spent = [_once(clinic, lambda desk: of_clinic.results(desk, "girths")) for _ in range(runs)]
    found.append(Row(TABLE, f"{name}: outcomes of the clinic", "s", Spread.of(spent), "< 2"))
    rate = exactly(_booked(clinic))
    found.append(Row(TABLE, f"{name}: bookings in a second, one writer", "1/s", rate, ">= 500"))
    clinic.close()
    return found


def _p95(clinic: Clinic, page: Callable[[Desk], object], runs: int) -> Spread:
    """Return the 95th percentile of reading a page, run by run [ms]."""
    _once(clinic, page)
    return Spread.of([
        statistics.quantiles([1e3 * _once(clinic, page) for _ in range(PAGES)], n=20)[-1]
        for _ in range(runs)
    ])  # fmt: skip


def _once(clinic: Clinic, page: Callable[[Desk], object]) -> float:
    """Return how long a page takes, with its transaction and its entry in the audit [s]."""
    began = time.perf_counter()
    with clinic.desk(EVERYBODY, reading=True) as desk:
        page(desk)
    return time.perf_counter() - began


def _some_day(chance: random.Random) -> dt.date:
    return NOW.date() - dt.timedelta(days=chance.randint(0, 30))


def _booked(clinic: Clinic) -> float:
    """Return bookings in a second; afterwards no two of them overlap."""
    zone_day, made, number = NOW.date() + dt.timedelta(days=10), 0, 0
    began = time.perf_counter()
    while made < BOOKINGS:
        day, place = divmod(number, 40)
        number += 1
        try:
            with clinic.desk(EVERYBODY) as desk:
                minutes = 40 * (place // 2)
                room = 1 + place % 2
                book.book(
                    desk,
                    1 + number % 1000,
                    2 + room,
                    room,
                    room,
                    zone_day + dt.timedelta(days=day),
                    dt.time(7 + minutes // 60, minutes % 60),
                    30,
                )
        except ClashError:
            continue
        made += 1
    rate = BOOKINGS / (time.perf_counter() - began)
    with clinic.engine.execution_options(reading=True).connect() as connection:
        twice = connection.scalar(sa.text(
            "SELECT count(*) FROM appointment a JOIN appointment b ON a.room_id = b.room_id"
            " AND a.id < b.id AND a.starts < b.busy_until AND b.starts < a.busy_until"
            " AND a.starts > '2026-11-28' AND b.starts > '2026-11-28'"
        ))  # fmt: skip
    assert twice == 0, twice
    return rate


def _demo(clients: int) -> Row:
    """Return how long the made-up clinic takes."""
    from openpresso.clinic.demo.make import make

    with tempfile.TemporaryDirectory() as folder:
        url = str(Path(folder) / "demo.sqlite")
        engine = connect(url)
        migrate.migrate(engine)
        engine.dispose()
        began = time.perf_counter()
        make(url, clients=clients, until=NOW)
        spent = time.perf_counter() - began
    return Row(
        TABLE, f"the made-up clinic, {clients} clients, two years", "s", exactly(spent), "< 60"
    )
