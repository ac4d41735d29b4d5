"""A small clinic behind the console, and a browser signed in as each role."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import argon2
import pytest

from openpresso.clinic.booking import resource
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import hashing, password, sign_in
from openpresso.console.app import create_app
from openpresso.console.settings import Settings
from tests.clinic.conftest import Clock, clock, empty_file, make_people
from tests.clinic.courses.world import furnish

with warnings.catch_warnings():
    # It asks for a client that is no dependency of ours; the one we have does the same.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["TestClient", "clock", "empty_file"]

SECRET = "lantern river oatmeal kite"  # noqa: S105 -- of tests
"""Password of everybody."""
ADDRESS = "http://127.0.0.1:8000"
ROLES = ("technician", "clinician", "front_desk", "owner", "auditor")


@pytest.fixture(autouse=True)
def cheap_hash(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed by the cheapest argon2id there is."""
    cheap = argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST)
    monkeypatch.setattr(hashing, "hasher", lambda: cheap)
    hashing.nobodys.cache_clear()
    yield
    hashing.nobodys.cache_clear()


@pytest.fixture
def url(tmp_path: Path, empty_file: Path) -> str:
    """A file of SQLite; the clinic's own tests look at the other database."""
    path = tmp_path / "clinic.sqlite"
    shutil.copy(empty_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def clinic(url: str, clock: Clock) -> Iterator[Clinic]:
    """An open clinic without anybody."""
    opened = Clinic(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def people(clinic: Clinic) -> SimpleNamespace:
    """One practice with one person of every role, each with the password `SECRET`."""
    found = make_people(clinic)
    for role in ROLES:
        with clinic.desk(found.owner) as desk:
            code = password.reset(desk, getattr(found, role))
        sign_in.set_password(clinic, role.replace("_", "-"), code, SECRET, practice=found.practice)
    return found


@pytest.fixture
def place(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    """Two clients, a cuff set, an active course of the first, and a room; keys as `furnish`."""
    found = furnish(clinic, people)
    with clinic.desk(people.owner) as desk:
        found.room = resource.add_room(desk, "Room 1").id
    return found


@pytest.fixture
def elsewhere(clinic: Clinic, place: SimpleNamespace) -> SimpleNamespace:  # noqa: ARG001 -- first
    """A second practice in the same database, furnished alike; `people` are its people."""
    others = make_people(clinic, "Practice on the Hill")
    found = furnish(clinic, others)
    found.people = others
    return found


@pytest.fixture
def settings(url: str, people: SimpleNamespace) -> Settings:
    """What the console of these tests is started with."""
    return Settings(url, practice=people.practice)


@pytest.fixture
def visit(clinic: Clinic, settings: Settings) -> Iterator[Callable[[str], TestClient]]:
    """Open a browser signed in as a role: `visit("technician").get("/")`; "" signs nobody in.

    A browser follows no redirect by itself. Every one has cookies of its own.
    """
    app = create_app(clinic, settings)
    opened: list[TestClient] = []

    def browser(role: str = "") -> TestClient:
        one = TestClient(app, base_url=ADDRESS, follow_redirects=False)
        opened.append(one)
        if role:
            data = {"login": role.replace("_", "-"), "password": SECRET}
            answer = one.post("/sign-in", data=data, headers={"origin": ADDRESS})
            assert answer.status_code == 303, answer.text
        one.headers["origin"] = ADDRESS
        return one

    yield browser
    for one in opened:
        one.close()


@pytest.fixture
def technician(visit: Callable[[str], TestClient]) -> TestClient:
    """A browser of the technician."""
    return visit("technician")


@pytest.fixture
def clinician(visit: Callable[[str], TestClient]) -> TestClient:
    """A browser of the clinician."""
    return visit("clinician")


@pytest.fixture
def front_desk(visit: Callable[[str], TestClient]) -> TestClient:
    """A browser of the front desk."""
    return visit("front_desk")


@pytest.fixture
def owner(visit: Callable[[str], TestClient]) -> TestClient:
    """A browser of the owner."""
    return visit("owner")


@pytest.fixture
def auditor(visit: Callable[[str], TestClient]) -> TestClient:
    """A browser of the auditor."""
    return visit("auditor")
