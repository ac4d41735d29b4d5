"""A browser, and the whole house as processes, for every story that is played in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openpresso.clinic.demo.make import make
from openpresso.clinic.store import migrate
from openpresso.clinic.store.engine import connect
from tests.browser.house import House, furnish, housed
from tests.browser.screen import Screen, open_browser
from tests.integration.processes import turn

CHROMIUM = shutil.which("chromium")
CLIENTS = 8
"""People of the made-up clinic: one for each reason to come."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip every story where there is no browser, with the reason."""
    if CHROMIUM is None:
        mark = pytest.mark.skip(reason="chromium is not installed: see scripts/system.sh")
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the workers of one run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def made(shared: Path) -> Path:
    """A made-up clinic; whichever worker comes first makes it, and nobody changes it."""
    file = shared / "made.sqlite"
    with turn(shared / "made.lock"):
        if not file.exists():
            early = shared / "unfinished.sqlite"
            engine = connect(str(early))
            migrate.migrate(engine)
            engine.dispose()
            make(str(early), clients=CLIENTS)
            furnish(early)
            early.rename(file)
    return file


@pytest.fixture(scope="session")
def house(made: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Twins, station and console of one worker, on a clinic of its own."""
    folder = tmp_path_factory.mktemp("house")
    clinic = folder / "clinic.sqlite"
    shutil.copy(made, clinic)
    with housed(folder, clinic, shared / "heavy-work.lock") as found:
        yield found


@pytest.fixture
def room(house: House) -> Iterator[House]:
    """The house with every couch at rest, before and after."""
    house.calm()
    yield house
    house.calm()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[..., Screen]]:
    """A browser that opens screens."""
    assert CHROMIUM is not None
    with open_browser(CHROMIUM) as opened:
        yield opened


@pytest.fixture
def screen(house: House, chromium: Callable[..., Screen]) -> Iterator[Callable[..., Screen]]:
    """Open a screen where somebody has signed in: `screen("technician")`; "" signs nobody in.

    Every screen is a browser of its own. After the test none of them may have complained: no
    script that failed, nothing that the security policy refused.
    """
    opened: list[Screen] = []

    def show(login: str = "", *, base: str = "", **options: object) -> Screen:
        one = chromium(base or house.console, **options)
        opened.append(one)
        if login:
            one.sign_in(login)
        return one

    yield show
    found = [complaint for one in opened for complaint in one.close()]
    assert found == []


@pytest.fixture
def made_copy(made: Path, house: House, request: pytest.FixtureRequest) -> str:
    """Name of a file in the house's folder: a copy of the made-up clinic, for one test alone."""
    name = f"{abs(hash(request.node.nodeid))}.sqlite"
    shutil.copy(made, house.folder / name)
    return name
