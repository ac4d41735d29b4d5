"""Every test of the clinic runs on SQLite and on a PostgreSQL that the tests start themselves."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.chain import Pending
from openpresso.clinic.clinic import Clinic, found
from openpresso.clinic.desk import Desk
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import PEOPLE, Role
from openpresso.clinic.store import migrate
from openpresso.clinic.store.engine import connect
from scripts import postgres

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
"""Monday morning, 10:00 in Berlin; the clocks change on 29 March."""


@dataclass
class Clock:
    """A clock that a test moves."""

    moment: dt.datetime = START

    def __call__(self) -> dt.datetime:
        return self.moment

    def pass_by(self, **units: float) -> None:
        self.moment += dt.timedelta(**units)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A PostgreSQL of this test process, whose new databases have the tables."""
    with postgres.server() as found:
        if found is None:
            pytest.skip("PostgreSQL is not installed")
        template = connect(found.url("template1"))
        make_tables(template)
        template.dispose()
        yield found


NUMBERS = itertools.count()


def make_tables(engine: sa.Engine) -> None:
    migrate.migrate(engine)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with the tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "clinic.sqlite"
    engine = connect(str(path))
    make_tables(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with the tables, of either kind; in memory where the system has such a disk."""
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory(dir=postgres.memory()) as folder:
            path = Path(folder) / "clinic.sqlite"
            shutil.copy(request.getfixturevalue("empty_file"), path)
            yield f"sqlite:///{path}"
        return
    found: postgres.Server = request.getfixturevalue("postgresql")
    name = f"clinic{next(NUMBERS)}"
    yield found.create(name)
    found.drop(name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clinic(url: str, clock: Clock) -> Iterator[Clinic]:
    """An open clinic without anybody."""
    opened = Clinic(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def people(clinic: Clinic) -> SimpleNamespace:
    """One practice in Berlin with one person of every role: `people.owner` is a key of staff."""
    return make_people(clinic)


def make_people(clinic: Clinic, name: str = "Practice at the Park") -> SimpleNamespace:
    with clinic.automatic() as desk:
        practice = found(desk, name, country="DE", zone="Europe/Berlin").id
    keys = {role.name.lower(): _person(clinic, practice, role) for role in PEOPLE}
    return SimpleNamespace(practice=practice, **keys)


def _person(clinic: Clinic, practice: int, role: Role) -> int:
    with clinic.automatic(practice) as desk:
        # Straight past the roles: the first people of a test are not hired by anybody.
        desk.doing = Pending("test.person", None, practice, desk.now())
        staff = desk.add(
            Staff(
                given=role.value.title(),
                family="Example",
                login=role.value,
                email=f"{role.value}@example.org",
                roles=[role.value],
                active=True,
                password="",  # nobody signs in with it
                pin="",
                totp="",
            )
        )
        desk.done.append(desk.doing)
        desk.doing = None
    return staff.id


@pytest.fixture
def desk_of(clinic: Clinic, people: SimpleNamespace) -> Callable[..., AbstractContextManager[Desk]]:
    """Open a desk by role: `with desk_of("owner") as desk: ...`."""
    return lambda role, **how: clinic.desk(getattr(people, role), **how)
