"""A large clinic for the bench: made by the hundred thousand, past the desks and the audit.

Rows are plausible where a page computes with them and plain elsewhere; nothing here is measured.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from openpresso.clinic import rooms
from openpresso.clinic.store.base import Base, Moment, Plain

ZERO: Final = dt.datetime(2025, 1, 6, 8, 0, tzinfo=dt.UTC)
NOW: Final = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
SESSIONS: Final = 20
"""Of a client."""
MEASURED: Final = 100
"""Measurements of a client."""
BATCH: Final = 20_000
PROGRAMS: Final = ("gradient-drainage", "heavy-legs", "cellulite-look")
INDICATIONS: Final = ("swelling", "circulation", "cellulite")

Make = Callable[[int], Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How large: 100,000 clients have 2,000,000 sessions and 10,000,000 measurements."""

    clients: int = 100_000

    @property
    def sessions(self) -> int:
        """Of all clients."""
        return self.clients * SESSIONS

    @property
    def measurements(self) -> int:
        """Of all clients."""
        return self.clients * MEASURED


def fill(engine: sa.Engine, size: Size) -> None:
    """Fill the tables of an empty clinic."""
    rooms.every()
    for name, (count, columns) in _plan(size).items():
        _write(engine, Base.metadata.tables[name], count, columns)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in Base.metadata.sorted_tables:
                sequence = sa.func.pg_get_serial_sequence(table.name, "id")
                last = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1)
                following = sa.func.setval(sequence, last.scalar_subquery(), sa.false())
                connection.execute(sa.select(following))
            connection.execute(sa.text("VACUUM ANALYZE"))
    else:
        with engine.connect() as connection:
            connection.execute(sa.text("ANALYZE"))
            connection.commit()


def _plan(size: Size) -> dict[str, tuple[int, dict[str, Any]]]:
    """Return how many rows of which table, and its columns: a value, or a function of the row."""
    n = size.clients

    def client_of(per: int) -> Make:
        return lambda i: i // per + 1

    def then(days: Callable[[int], float]) -> Make:
        return lambda i: ZERO + dt.timedelta(days=days(i))

    def slot(i: int) -> dt.datetime:
        """Two rooms, sixteen starts a day, from the newest day back."""
        day, place = divmod(i, 32)
        return NOW.replace(hour=7, minute=0) + dt.timedelta(days=7 - day, minutes=45 * (place // 2))

    return {
        "practice": (1, {
            "name": "Bench", "country": "DE", "zone": "Europe/Berlin", "language": "en",
            "currency": "EUR", "synthetic": True,
        }),
        "staff": (4, {
            "given": "Kim", "family": lambda i: f"Nr {i}", "login": lambda i: f"kim{i}",
            "roles": ["clinician", "front-desk", "owner", "technician"], "active": True,
        }),
        "room": (2, {"name": lambda i: f"Room {i}", "active": True}),
        "cuff_set": (2, {
            "name": lambda i: f"Set {i}", "cuff_type": "leg-8", "left_serial": lambda i: f"L{i}",
            "right_serial": lambda i: f"R{i}", "cleaning_minutes": 10, "active": True,
        }),
        "opening": (7, {
            "weekday": lambda i: i, "date": None, "opens": dt.time(6), "closes": dt.time(23),
            "closed": False,
        }),
        "certificate": (4, {
            "staff_id": lambda i: i + 1, "cuff_type": "leg-8", "issued_on": dt.date(2025, 1, 1),
            "expires_on": dt.date(2030, 1, 1), "withdrawn_on": None,
        }),
        "client": (n, {
            "number": lambda i: f"C-{i + 1:06d}", "given": lambda i: f"Given{i % 997}",
            "family": lambda i: f"Family{i}",
            "born": lambda i: dt.date(1950 + i % 50, 1 + i % 12, 1),
            "sex": "female", "state": "active", "contact": "none", "language": "en",
            "merged_into": None, "created_at": ZERO,
        }),
        "course": (n, {
            "client_id": client_of(1), "indication": lambda i: INDICATIONS[i % 3],
            "program": lambda i: PROGRAMS[i % 3], "cuff": "leg-8", "template": "weekly-eight",
            "style": "course", "planned": SESSIONS, "interval_days": 7, "minutes": 30.0,
            "baselines": 2, "ends": 2, "follow_ups": [4, 12, 26, 52], "measure": "girths",
            "measure_side": "left", "margin": 10.0, "created_at": ZERO,
            "started_on": lambda i: dt.date(2025, 1, 13) + dt.timedelta(days=i % 400),
            "paused_on": None, "ended_on": None, "state": "active",
        }),
        "appointment": (min(size.sessions, 20_000), {
            "client_id": lambda i: i % n + 1, "course_id": None, "staff_id": lambda i: i % 2 + 1,
            "room_id": lambda i: i % 2 + 1, "cuff_set_id": lambda i: i % 2 + 1, "starts": slot,
            "ends": lambda i: slot(i) + dt.timedelta(minutes=30),
            "busy_until": lambda i: slot(i) + dt.timedelta(minutes=40), "state": "booked",
            "changed_at": ZERO,
        }),
        "session": (size.sessions, {
            "client_id": client_of(SESSIONS), "course_id": client_of(SESSIONS),
            "appointment_id": None, "technician_id": 1, "cuff_set_id": lambda i: i % 2 + 1,
            "program": lambda i: PROGRAMS[(i // SESSIONS) % 3], "legs": "both", "minutes": 30.0,
            "ceiling": 60.0, "ceiling_reason": "program", "state": "delivered",
            "prepared_at": then(lambda i: 7 * (i % SESSIONS) + (i // SESSIONS) % 400),
            "started_at": then(lambda i: 7 * (i % SESSIONS) + (i // SESSIONS) % 400),
            "ended_at": then(lambda i: 7 * (i % SESSIONS) + (i // SESSIONS) % 400 + 0.02),
            "record_id": lambda i: f"r{i}", "record_hash": lambda i: f"{i:064x}",
            "delivered": {"minutes": 30.0, "outcome": "delivered", "legs": {}},
        }),
        "measurement": (size.measurements, {
            "client_id": client_of(MEASURED), "course_id": client_of(MEASURED), "session_id": None,
            "kind": lambda i: ("blood-pressure", "heaviness", "girths", "pain")[i % 4],
            "side": lambda i: "left" if i % 4 == 2 else "none",
            "at": then(lambda i: 1.4 * (i % MEASURED) + (i // MEASURED) % 400), "rater_id": 1,
            "value": lambda i: (124.0, 4.0, 8000.0 + i % 97, 3.0)[i % 4],
            "unit": lambda i: ("mmHg", "points", "mL", "points")[i % 4],
            "detail": lambda i: (
                {"systolic": 124, "diastolic": 78, "pulse": 68} if i % 4 == 0 else {}
            ),
            "purpose": "during", "void_reason": "",
        }),
        "course_outcome": (n, _outcome()),
    }  # fmt: skip


def _outcome() -> dict[str, Any]:
    """Return the columns of kept outcomes; those that are not named follow from their type."""
    return {
        "client_id": lambda i: i + 1, "course_id": lambda i: i + 1,
        "kind": "girths", "side": "left",
        "indication": lambda i: INDICATIONS[i % 3], "program": lambda i: PROGRAMS[i % 3],
        "ended_on": lambda i: dt.date(2025, 6, 1) + dt.timedelta(days=i % 500),
        "verdict": lambda i: ("better", "no clear change", "worse")[i % 7 % 3],
        "why": "", "change": lambda i: -120.0 + i % 211, "baseline": lambda i: 8000.0 + i % 97,
        "first": lambda i: 8010.0 + i % 97, "baselines": 2, "ends": 2, "sem": 104.0,
        "loss": lambda i: ("kept", "lost", "unknown")[i % 3],
    }  # fmt: skip


def _write(engine: sa.Engine, table: sa.Table, count: int, columns: dict[str, Any]) -> None:
    """Write rows of one table in the quickest way that the database has."""
    unknown = set(columns) - {column.name for column in table.columns}
    if unknown:
        raise KeyError(f"{table.name} has no {sorted(unknown)}")
    makes = [_make(column, columns, engine.dialect.name) for column in table.columns]
    names = [f'"{column.name}"' for column in table.columns]
    raw = engine.raw_connection()
    try:
        if engine.dialect.name == "postgresql":
            with raw.cursor().copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
                for i in range(count):
                    copy.write_row([make(i) for make in makes])
        else:
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 -- our own names
            raw.execute("PRAGMA synchronous=OFF")
            raw.execute("BEGIN")
            for batch in _batches(makes, count):
                raw.executemany(statement, batch)
        raw.commit()
    finally:
        raw.close()


def _batches(makes: Sequence[Make], count: int) -> Iterator[list[tuple[Any, ...]]]:
    for first in range(0, count, BATCH):
        rows = range(first, min(first + BATCH, count))
        yield [tuple(make(i) for make in makes) for i in rows]


def _make(column: sa.Column[Any], given: dict[str, Any], dialect: str) -> Make:
    """Return what makes a column's value, as the driver takes it."""
    if column.name == "id":
        return lambda i: i + 1
    value = given.get(column.name, _nothing(column))
    kept = _kept(column, dialect)
    if callable(value):
        return lambda i: kept(value(i))
    constant = kept(value)
    return lambda _: constant


def _nothing(column: sa.Column[Any]) -> Any:  # noqa: ANN401
    """Return what stands in a column that nobody asked for."""
    if column.nullable:
        return None
    if column.name == "version" or column.foreign_keys:
        return 1
    if isinstance(column.type, Plain):
        return {}
    if isinstance(column.type, Moment):
        return ZERO
    kind = column.type.python_type
    return {dt.date: ZERO.date(), bool: False, str: ""}.get(kind, 0)


def _kept(column: sa.Column[Any], dialect: str) -> Callable[[Any], Any]:
    """Return how the driver wants a value of a column."""
    if isinstance(column.type, Plain):
        return lambda value: None if value is None else json.dumps(value)
    if dialect == "postgresql":
        return lambda value: value
    if isinstance(column.type, Moment):
        return lambda value: value and value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if column.type.python_type in {dt.date, dt.time}:
        return lambda value: (
            value
            and (value.isoformat() if isinstance(value, dt.date) else value.strftime("%H:%M:%S.%f"))
        )
    return lambda value: value
