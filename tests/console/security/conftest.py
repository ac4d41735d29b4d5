"""Two practices in one database, each with a row for every kind of key in an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from openpresso.clinic.booking import book, feed, hours, waiting
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.money import invoice, letterhead, package, payment, price, sale
from openpresso.clinic.people import certificate, client, drill, integration
from openpresso.clinic.people.client import Client
from openpresso.clinic.privacy import erasure
from openpresso.clinic.programs import written
from openpresso.clinic.sessions import adverse_event
from openpresso.clinic.store.base import Base
from openpresso.console import simulations
from openpresso.console.settings import Settings
from openpresso.console.trials import slow_work
from tests.clinic.conftest import Clock
from tests.clinic.courses.world import deliver
from tests.clinic.courses.world import prepared as prepare
from tests.clinic.programs.texts import copied
from tests.console.conftest import TestClient
from tests.console.program_work import Never

Visit = Callable[[str], TestClient]
DAY = dt.date(2026, 3, 2)
ALSO = {"written_program": "program", "adverse_event": "event", "erasure_request": "request"}
"""Tables that addresses call otherwise."""


@pytest.fixture(autouse=True)
def nothing_slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No form begins a simulation or asks the twin: these tests send every form there is."""
    never = Never()
    monkeypatch.setattr(slow_work, "slow_work", lambda: never)
    monkeypatch.setattr(simulations, "MOST", 0)
    yield
    never.close()


@pytest.fixture
def settings(url: str, people: SimpleNamespace) -> Settings:
    """A console that may be asked as often as these tests ask; limits have tests of their own."""
    return Settings(url, practice=people.practice, limits=None)


def fill(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, folder: Path
) -> None:
    """Let something of everything happen in a practice that `furnish` furnished."""
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, {day: ((dt.time(8), dt.time(18)),) for day in range(5)})
        letterhead.write(desk, address="Park 1, 10115 Berlin", tax_number="12/345")
        title = {"en": "Session of 30 minutes", "de": "Sitzung von 30 Minuten"}
        price.enter(desk, "session-30", cents=4800, title=title, tax=1900, kind="session")
        package.offer(desk, "course-8", cents=36000, tax=1900)
        certificate.issue(desk, people.clinician, "leg-8", expires_on=dt.date(2029, 3, 1))
        integration.add(desk, "Booking on the web site", ["owner"])
    deliver(clinic, people, place, clock, folder)
    with clinic.desk(people.technician) as desk:
        book.book(
            desk, place.client, people.technician, place.room, place.cuff_set, DAY,
            dt.time(15), 30, course_id=place.course,
        )  # fmt: skip
        adverse_event.enter(desk, place.client, "pressure-marks", "mild", "Gone in 5 min")
        waiting.add(desk, place.other, "leg-8", 30)
        feed.make(desk, people.technician)
        prepare(desk, place)
        drill.enter(desk, "lost-line", edition=1, cuff_type="leg-8", passed=True, figures={"n": 1})
    with clinic.desk(people.clinician) as desk:
        written.write(desk, copied())
    with clinic.desk(people.front_desk) as desk:
        client.change(
            desk, place.client, desk.find(client.Client, place.client).version,
            note="Rings twice", address="Lane 1",
        )  # fmt: skip
        erasure.request(desk, place.other, basis="health-care")
        sale.buy(desk, place.client, "course-8")
        paper = invoice.issue(desk, place.client, [invoice.Item("session-30")])
        payment.receive(desk, paper.invoice.id, cents=100, method="cash", reference="Till 7")


@pytest.fixture
def ours(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> dict[str, object]:
    """Keys of our practice, by the names that addresses have for them."""
    fill(clinic, people, place, clock, tmp_path / "ours")
    return keys_of(clinic, people.practice)


@pytest.fixture
def theirs(
    clinic: Clinic, ours: dict[str, object], elsewhere: SimpleNamespace, clock: Clock,
    tmp_path: Path,
) -> dict[str, object]:  # fmt: skip
    """Keys of another practice in the same database."""
    from openpresso.clinic.booking import resource

    assert ours
    with clinic.desk(elsewhere.people.owner) as desk:
        elsewhere.room = resource.add_room(desk, "Room 9").id
    fill(clinic, elsewhere.people, elsewhere, clock, tmp_path / "theirs")
    return keys_of(clinic, elsewhere.people.practice)


def keys_of(clinic: Clinic, practice: int) -> dict[str, object]:
    """A key of each table of a practice: `client_id` of table `client`, the first there is.

    `other_id` is its last client.
    """
    found: dict[str, object] = {
        "kind": "blood-pressure", "purpose": "treatment", "name": "heavy-legs", "couch": "1",
        "command": "start", "token": "none",
    }  # fmt: skip
    with clinic.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if "practice_id" in table.c and "id" in table.c:
                least = sa.select(sa.func.min(table.c.id)).where(table.c.practice_id == practice)
                key = connection.scalar(least)
                if key is not None:
                    found[f"{ALSO.get(table.name, table.name)}_id"] = key
        other = sa.select(sa.func.max(Client.id)).where(Client.practice_id == practice)
        found["other_id"] = connection.scalar(other)
    return found


def rows_of(clinic: Clinic, practice: int) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a practice has, table by table."""
    found = {}
    with clinic.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if "practice_id" in table.c:
                mine = sa.select(table).where(table.c.practice_id == practice)
                found[table.name] = sorted(map(tuple, connection.execute(mine)), key=repr)
    return found


def strangers(clinic: Clinic) -> list[str]:
    """Columns in which a row of one practice names a row of another."""
    found = []
    with clinic.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                other = key.column.table
                if "practice_id" not in table.c or "practice_id" not in other.c:
                    continue
                there = other.alias()
                joined = table.join(there, key.parent == there.c[key.column.name])
                count = connection.scalar(
                    sa.select(sa.func.count())
                    .select_from(joined)
                    .where(table.c.practice_id != there.c.practice_id)
                )
                if count:
                    found.append(f"{table.name}.{key.parent.name}")
    return found
