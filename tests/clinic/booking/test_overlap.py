"""Overlaps: the search agrees with a reference by minutes; the database has the last word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso.clinic.booking.appointment import HELD, LIVE, SPAN, Appointment
from openpresso.clinic.booking.hours import Interval
from openpresso.clinic.booking.overlap import Held, TakenError, collisions, first_gap, write
from openpresso.clinic.desk import Desk
from openpresso.clinic.roles import Role
from openpresso.clinic.store.engine import connect
from tests.clinic.acting import acting

DeskOf = Callable[..., AbstractContextManager[Desk]]
Picked = tuple[int, int, int, int, int, int, int]

MONDAY = dt.datetime(2026, 3, 9, 8, 0, tzinfo=dt.UTC)


def _held(numbers: Picked, key: int | None = None) -> Held:
    client, staff, room, cuffs, start, length, cleaning = numbers
    starts = MONDAY + dt.timedelta(minutes=start)
    ends = starts + dt.timedelta(minutes=length)
    return Held(
        client, staff, room, cuffs, starts, ends, ends + dt.timedelta(minutes=cleaning), key
    )


held = st.tuples(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 90),
    st.integers(1, 40),
    st.integers(0, 12),
)


def _minutes(one: Held, until: str) -> set[int]:
    """Return every minute in which something is held: the reference, one by one."""
    found, at = set(), one.starts
    while at < getattr(one, until):
        found.add(int((at - MONDAY).total_seconds() // 60))
        at += dt.timedelta(minutes=1)
    return found


def _clashing(one: Held, other: Held) -> set[str]:
    return {
        what
        for what, (column, until) in HELD.items()
        if getattr(one, column) == getattr(other, column)
        and _minutes(one, until) & _minutes(other, until)
    }


@given(held, st.lists(held, max_size=6))
def test_collisions_are_those_of_a_reference_that_counts_minutes(
    want: Picked, others: list[Picked]
) -> None:
    rows = [_held(one, key) for key, one in enumerate(others)]
    found = collisions(_held(want), rows)
    for row in rows:
        assert {one.what for one in found if one.appointment_id == row.appointment_id} == _clashing(
            _held(want), row
        )


@given(held, st.lists(held, max_size=6))
def test_the_first_gap_is_the_first_minute_that_clashes_with_nothing(
    want: Picked, others: list[Picked]
) -> None:
    rows = sorted((_held(one) for one in others), key=lambda one: one.starts)
    wanted = _held(want)
    open_times = [
        Interval(MONDAY, MONDAY + dt.timedelta(minutes=100)),
        Interval(MONDAY + dt.timedelta(minutes=120), MONDAY + dt.timedelta(minutes=300)),
    ]
    found = first_gap(wanted, rows, open_times)
    reference = next(
        (
            at.starts
            for minute in range(300)
            for at in [wanted.at(wanted.starts + dt.timedelta(minutes=minute))]
            if any(one.holds(at.starts, at.ends) for one in open_times)
            and not any(_clashing(at, row) for row in rows)
        ),
        None,
    )
    assert found == reference


@acting("test.appointment_by_force", Role.FRONT_DESK)
def _force(desk: Desk, *wants: Held, state: str = "booked") -> list[Appointment]:
    """Write past every search: what a program with a mistake in it would do."""
    rows = [
        Appointment(
            practice_id=desk.here,
            client_id=want.client_id,
            course_id=None,
            staff_id=want.staff_id,
            room_id=want.room_id,
            cuff_set_id=want.cuff_set_id,
            starts=want.starts,
            ends=want.ends,
            busy_until=want.busy_until,
            state=state,
            changed_at=desk.now(),
            override="",
            reason="",
            note="",
        )
        for want in wants
    ]
    write(desk, wants[0], *rows)
    return rows


def test_the_database_itself_refuses_an_overlap_of_each_of_the_four(
    place: SimpleNamespace, desk_of: DeskOf
) -> None:
    for day, what in enumerate(HELD):
        keys = [
            [place.clients[0], place.staff[0], place.rooms[0], place.sets[0]],
            [place.clients[1], place.staff[1], place.rooms[1], place.sets[1]],
        ]
        keys[1][day] = keys[0][day]
        end = 1440 * day + (30 if HELD[what][1] == "ends" else 40)
        clashing, touching = _held((*keys[1], end - 1, 30, 10)), _held((*keys[1], end, 30, 10))
        with desk_of("front_desk") as desk:
            _force(desk, _held((*keys[0], 1440 * day, 30, 10)))
            (gone,) = _force(desk, clashing, state="cancelled")
        taken = f"the {what} was taken"
        with pytest.raises(TakenError, match=taken), desk_of("front_desk") as desk:
            _force(desk, clashing)
        with pytest.raises(TakenError, match=taken), desk_of("front_desk") as desk:
            _moved(desk, gone.id, clashing)
        with desk_of("front_desk") as desk:
            (row,) = _force(desk, touching)
        with pytest.raises(TakenError, match=taken), desk_of("front_desk") as desk:
            _moved(desk, row.id, clashing)


@acting("test.appointment_moved_by_force", Role.FRONT_DESK)
def _moved(desk: Desk, key: int, want: Held) -> None:
    row = desk.find(Appointment, key)
    row.starts, row.ends, row.busy_until = want.starts, want.ends, want.busy_until
    row.state = "booked"
    write(desk, want)


def test_the_database_refuses_times_in_disorder_and_longer_than_the_span(
    place: SimpleNamespace, desk_of: DeskOf
) -> None:
    keys = (place.clients[0], place.staff[0], place.rooms[0], place.sets[0])
    minutes = int(SPAN.total_seconds() // 60)
    with desk_of("front_desk") as desk:
        _force(desk, _held((*keys, 0, minutes - 10, 10)))
    for wrong in ((1000, minutes - 10, 11), (1000, -5, 10), (1000, 30, -5)):
        with pytest.raises(sa.exc.IntegrityError), desk_of("front_desk") as desk:
            _force(desk, _held((*keys, *wrong)))


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(held, min_size=2, max_size=12))
def test_the_trigger_of_sqlite_lets_in_exactly_what_the_reference_lets_in(
    empty_file: Path, rows: list[Picked]
) -> None:
    kept = connect(str(empty_file))
    with kept.execution_options(reading=True).connect() as connection:
        asked = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = list(connection.scalars(asked))
    kept.dispose()
    assert len(triggers) == 2
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        columns = "client_id, staff_id, room_id, cuff_set_id, starts, ends, busy_until, state"
        connection.exec_driver_sql(f"CREATE TABLE appointment (id INTEGER PRIMARY KEY, {columns})")
        for trigger in triggers:
            connection.exec_driver_sql(trigger)
        inside: list[Held] = []
        for row in (_held(one) for one in rows):
            times = [
                f"{one:%Y-%m-%d %H:%M:%S.%f}" for one in (row.starts, row.ends, row.busy_until)
            ]
            keys = [row.client_id, row.staff_id, row.room_id, row.cuff_set_id]
            clash = any(_clashing(row, other) for other in inside)
            try:
                connection.exec_driver_sql(
                    f"INSERT INTO appointment ({columns}) "  # noqa: S608 -- names of columns
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*keys, *times, LIVE[0]),
                )
            except sa.exc.IntegrityError:
                assert clash
            else:
                assert not clash
                inside.append(row)
    engine.dispose()
