"""A small clinic behind the console, and a browser signed in as each role."""

from __future__ import annotations

import copy
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@pytest.fixture(scope="session", autouse=True)
def cheap_hash() -> Iterator[None]:
    """Passwords are hashed by the cheapest argon2id there is."""
    cheap = argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "hasher", lambda: cheap)
        hashing.nobodys.cache_clear()
        yield
    hashing.nobodys.cache_clear()


@dataclass(frozen=True, slots=True)
class Made:
    """Files of SQLite to copy, and the keys of what is in them."""

    peopled: Path
    people: SimpleNamespace
    furnished: Path
    place: SimpleNamespace


@pytest.fixture(scope="session")
def made_clinics(tmp_path_factory: pytest.TempPathFactory, empty_file: Path) -> Made:
    """A practice with its people, and the same with clients, cuffs, a course and a room."""
    folder = tmp_path_factory.mktemp("clinics")
    peopled, furnished = folder / "peopled.sqlite", folder / "furnished.sqlite"
    shutil.copy(empty_file, peopled)
    clinic = Clinic(f"sqlite:///{peopled}", clock=Clock())
    people = make_people(clinic)
    for role in ROLES:
        with clinic.desk(people.owner) as desk:
            code = password.reset(desk, getattr(people, role))
        sign_in.set_password(clinic, role.replace("_", "-"), code, SECRET, practice=people.practice)
    clinic.close()
    shutil.copy(peopled, furnished)
    clinic = Clinic(f"sqlite:///{furnished}", clock=Clock())
    place = furnish(clinic, people)
    with clinic.desk(people.owner) as desk:
        place.room = resource.add_room(desk, "Room 1").id
    clinic.close()
    return Made(peopled, people, furnished, place)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, made_clinics: Made) -> str:
    """A file of SQLite; the clinic's own tests look at the other database."""
    path = tmp_path / "clinic.sqlite"
    shutil.copy(
        made_clinics.furnished if "place" in request.fixturenames else made_clinics.peopled, path
    )
    return f"sqlite:///{path}"


@pytest.fixture
def clinic(url: str, clock: Clock) -> Iterator[Clinic]:
    """An open clinic, with its people and, where the test asks for `place`, what they work with."""
    opened = Clinic(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def people(made_clinics: Made) -> SimpleNamespace:
    """One practice with one person of every role, each with the password `SECRET`."""
    return copy.copy(made_clinics.people)


@pytest.fixture
def place(made_clinics: Made) -> SimpleNamespace:
    """Two clients, a cuff set, an active course of the first, and a room; keys as `furnish`."""
    return copy.copy(made_clinics.place)


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
