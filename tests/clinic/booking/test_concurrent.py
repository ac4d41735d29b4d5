"""Two writers at once: nothing is ever booked twice, nothing that was free is refused."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.booking import book as booking
from openpresso.clinic.booking import settle
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.booking.overlap import TakenError
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import ChangedError, ClashError
from tests.campaign import amount

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

Book = Callable[..., Appointment]

ATTEMPTS = amount(200, 1000)
MONDAY = dt.date(2026, 3, 9)


def _overlapping(clinic: Clinic) -> int:
    """Count the pairs of live appointments that share anything at one time, by plain SQL."""
    pairs = """
        SELECT count(*) FROM appointment a JOIN appointment b ON a.id < b.id
        WHERE a.state IN ('booked', 'arrived', 'done') AND b.state IN ('booked', 'arrived', 'done')
        AND (
          ((a.client_id = b.client_id OR a.staff_id = b.staff_id)
            AND a.starts < b.ends AND b.starts < a.ends)
          OR ((a.room_id = b.room_id OR a.cuff_set_id = b.cuff_set_id)
            AND a.starts < b.busy_until AND b.starts < a.busy_until))
    """
    with clinic.engine.execution_options(reading=True).connect() as connection:
        return int(connection.scalar(sa.text(pairs)) or 0)


def _opened(url: str, clock: Clock) -> Clinic:
    """Open a clinic whose SQLite does not wait for the disk: no power is lost here."""
    clinic = Clinic(url, clock=clock)
    if clinic.engine.dialect.name == "sqlite":
        sa.event.listen(clinic.engine, "connect", _unsynced)
        clinic.engine.dispose()
    return clinic


def _unsynced(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _writer(
    url: str,
    seed: int,
    clock: Clock,
    people: SimpleNamespace,
    place: SimpleNamespace,
    gate: threading.Barrier,
) -> SimpleNamespace:
    """Try to book at random times, on a connection of its own."""
    draw, done = random.Random(seed), SimpleNamespace(booked=[], refused=[], named=0)
    clinic = _opened(url, clock)
    for number in range(ATTEMPTS):
        if number % 100 == 0:
            gate.wait()  # neither runs ahead until everything is full
        want = (
            draw.choice(place.clients),
            draw.choice(place.staff),
            draw.choice(place.rooms),
            draw.choice(place.sets),
            MONDAY + dt.timedelta(days=draw.randrange(5)),
            dt.time(draw.randrange(13, 19), draw.randrange(0, 60, 5)),
            draw.choice((20, 30, 45)),
        )
        try:
            with clinic.desk(people.front_desk) as desk:
                row = booking.book(desk, *want)
        except TakenError as error:
            done.refused.append(want)
            done.named += bool(error.taken)
        else:
            done.booked.append(row.id)
    clinic.close()
    return done


def test_two_writers_with_hundreds_of_attempts_each_book_nothing_twice(
    url: str, clinic: Clinic, clock: Clock, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    gate = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(_writer, url, seed, clock, people, place, gate) for seed in (20260302, 7)
        ]
        done = [run.result() for run in runs]
    booked = [key for one in done for key in one.booked]
    assert sum(len(one.booked) + len(one.refused) for one in done) == 2 * ATTEMPTS
    assert all(len(one.booked) > 10 for one in done), "both writers had their share"
    assert all(one.named == len(one.refused) for one in done), "each refusal says what is taken"
    assert _overlapping(clinic) == 0
    with clinic.automatic(people.practice, reading=True) as desk:
        rows = list(desk.db.scalars(sa.select(Appointment)))
        assert sorted(row.id for row in rows) == sorted(booked)
        assert verify(desk.db).ok
    _assert_all_refusals_were_due(clinic, people, rows, [w for one in done for w in one.refused])


def _assert_all_refusals_were_due(
    clinic: Clinic,
    people: SimpleNamespace,
    rows: Sequence[Appointment],
    refused: Sequence[tuple[int, int, int, int, dt.date, dt.time, int]],
) -> None:
    """Nothing was cancelled, so what was refused still clashes with what is booked."""
    cleaning = dt.timedelta(minutes=10)
    with clinic.desk(people.owner, reading=True) as desk:
        zone = desk.zone
    for client, staff, room, cuffs, day, time, minutes in refused:
        starts = dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
        ends = starts + dt.timedelta(minutes=minutes)
        assert any(
            (
                (row.client_id == client or row.staff_id == staff)
                and row.starts < ends
                and starts < row.ends
            )
            or (
                (row.room_id == room or row.cuff_set_id == cuffs)
                and row.starts < ends + cleaning
                and starts < row.busy_until
            )
            for row in rows
        )


def _mover(
    url: str,
    seed: int,
    clock: Clock,
    people: SimpleNamespace,
    place: SimpleNamespace,
    gate: threading.Barrier,
) -> int:
    """Book, move and cancel at random, on a connection of its own; return how often it worked."""
    draw, worked = random.Random(seed), 0
    clinic = _opened(url, clock)
    gate.wait()
    for number in range(120):
        day = MONDAY + dt.timedelta(days=draw.randrange(2))
        time = dt.time(draw.randrange(13, 19), draw.randrange(0, 60, 10))
        try:
            with clinic.desk(people.front_desk) as desk:
                live = sa.select(Appointment).where(Appointment.state == "booked")
                rows = list(desk.db.scalars(live.order_by(Appointment.id)))
                if number % 3 == 0 or not rows:
                    staff, room, cuffs = (draw.choice(keys) for keys in _things(place))
                    client = draw.choice(place.clients)
                    booking.book(desk, client, staff, room, cuffs, day, time, 30)
                elif number % 3 == 1:
                    row = draw.choice(rows)
                    booking.reschedule(desk, row.id, row.version, day, time)
                else:
                    row = draw.choice(rows)
                    settle.cancel(desk, row.id, row.version, "cannot come")
                worked += 1
        except (ClashError, ChangedError):
            continue
    clinic.close()
    return worked


def _things(place: SimpleNamespace) -> tuple[list[int], ...]:
    return place.staff, place.rooms, place.sets


def test_bookings_moves_and_cancellations_at_once_leave_no_overlap(
    url: str, clinic: Clinic, clock: Clock, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    gate = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(_mover, url, seed, clock, people, place, gate) for seed in (1, 2)]
        worked = [run.result() for run in runs]
    assert min(worked) > 20
    assert _overlapping(clinic) == 0
    with clinic.automatic(people.practice, reading=True) as desk:
        assert verify(desk.db).ok


def test_of_two_who_cancel_the_same_appointment_the_second_is_told(
    url: str, clinic: Clinic, clock: Clock, people: SimpleNamespace, book: Book
) -> None:
    row = book("10:00")
    other = Clinic(url, clock=clock)
    with clinic.desk(people.front_desk) as desk:
        settle.cancel(desk, row.id, row.version, "cannot come")
    told = pytest.raises(ChangedError, match="nothing was overwritten")
    with told, other.desk(people.front_desk) as desk:
        settle.cancel(desk, row.id, row.version, "cannot come")
    other.close()
