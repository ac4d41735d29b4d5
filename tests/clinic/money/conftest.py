"""Clients, sessions and appointments to buy and pay for, written straight past other rooms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.chain import Pending
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.booking.resource import CuffSet, Room
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses.course import Course
from openpresso.clinic.desk import Desk
from openpresso.clinic.money import package, price
from openpresso.clinic.people import client as clients
from openpresso.clinic.sessions.session import Session
from openpresso.clinic.store.base import Base, Moment, Plain


@contextmanager
def past_the_roles(clinic: Clinic, practice: int) -> Iterator[Desk]:
    """Open a desk whose writes belong to no action of a person."""
    with clinic.automatic(practice) as desk:
        desk.doing = Pending("test.fixture", None, practice, desk.now())
        yield desk
        desk.db.flush()
        desk.done.append(desk.doing)
        desk.doing = None


def filled(table: type[Base], **given: object) -> Base:
    """Return a row with something of the right type in every column that is not given."""
    blank: dict[type, object] = {
        int: 0,
        float: 0.0,
        str: "",
        bool: True,
        dt.date: dt.date(2026, 3, 2),
    }
    values: dict[str, object] = {}
    for column in sa.inspect(table).columns:
        if column.key in {"id", "practice_id", "version"} or column.key in given:
            continue
        if column.nullable:
            values[column.key] = None
        elif isinstance(column.type, Plain):
            values[column.key] = {} if "dict" in str(table.__annotations__[column.key]) else []
        elif isinstance(column.type, Moment):
            values[column.key] = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        else:
            values[column.key] = blank[column.type.python_type]
    return table(**values, **given)


class House:
    """What the tests of money need around them."""

    def __init__(self, clinic: Clinic, people: SimpleNamespace) -> None:
        self.clinic = clinic
        self.people = people
        with past_the_roles(clinic, people.practice) as desk:
            self.room = desk.add(Room(name="Room 1", active=True)).id
            self.other_room = desk.add(Room(name="Room 2", active=True)).id
            self.cuffs = desk.add(
                filled(CuffSet, name="A", cuff_type="leg-8", room_id=self.room)
            ).id  # type: ignore[attr-defined]

    def client(self, given: str = "Ana", **fields: object) -> int:
        about = {
            "family": "Ruiz",
            "born": dt.date(1971, 3, 4),
            "address": "Am Park 1\n10115 Berlin",
        }
        with self.clinic.desk(self.people.front_desk) as desk:
            return clients.register(desk, given=given, **{**about, **fields}).id  # type: ignore[arg-type]

    def course(self, client_id: int, program: str = "gradient-drainage", **fields: object) -> int:
        with past_the_roles(self.clinic, self.people.practice) as desk:
            row = desk.add(filled(Course, client_id=client_id, program=program, **fields))
            return row.id  # type: ignore[attr-defined,no-any-return]

    def appointment(
        self, client_id: int, starts: dt.datetime, *, room: int | None = None, state: str = "done"
    ) -> int:
        with past_the_roles(self.clinic, self.people.practice) as desk:
            row = filled(
                Appointment,
                client_id=client_id,
                staff_id=self.people.technician,
                room_id=room or self.room,
                cuff_set_id=self.cuffs,
                starts=starts,
                ends=starts + dt.timedelta(minutes=45),
                busy_until=starts + dt.timedelta(minutes=60),
                state=state,
            )
            return desk.add(row).id  # type: ignore[attr-defined,no-any-return]

    def session(
        self,
        client_id: int,
        *,
        course_id: int | None = None,
        program: str = "gradient-drainage",
        appointment_id: int | None = None,
    ) -> int:
        course = course_id or self.course(client_id, program)
        with past_the_roles(self.clinic, self.people.practice) as desk:
            return desk.add(self.session_row(client_id, course, program, appointment_id)).id

    def session_row(
        self, client_id: int, course_id: int, program: str, appointment_id: int | None = None
    ) -> Session:
        begins = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        row = filled(
            Session,
            client_id=client_id,
            course_id=course_id,
            appointment_id=appointment_id,
            technician_id=self.people.technician,
            cuff_set_id=self.cuffs,
            program=program,
            state="delivered",
            started_at=begins,
            ended_at=begins + dt.timedelta(minutes=30),
        )
        assert isinstance(row, Session)
        return row

    def prices(self) -> None:
        """Offer sessions, a fee and two packages."""
        with self.clinic.desk(self.people.owner) as desk:
            price.enter(
                desk,
                "session",
                cents=5000,
                tax=1900,
                kind="session",
                title={"en": "Session of pressotherapy", "de": "Sitzung Pressotherapie"},
            )
            price.enter(
                desk,
                "late-fee",
                cents=2500,
                tax=0,
                kind="late-cancel",
                title={"en": "Late cancel", "de": "Späte Absage"},
            )
            package.offer(desk, "course-8", cents=36_000, tax=1900)
            package.offer(desk, "sessions-5", cents=23_500, tax=1900)


@pytest.fixture
def house(clinic: Clinic, people: SimpleNamespace) -> House:
    """A practice with rooms and cuffs, and with prices."""
    found = House(clinic, people)
    found.prices()
    return found
