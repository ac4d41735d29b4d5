"""A room without cuffs, its keys, and a caller in the same process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openpresso.station.service.app import create_app
from openpresso.station.service.keys import Keys
from tests.station.service.rooms import Caller, FakeStation


@pytest.fixture
def room(tmp_path: Path) -> FakeStation:
    return FakeStation(tmp_path / "station")


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "station")


@pytest.fixture
def caller(room: FakeStation, keys: Keys) -> Iterator[Caller]:
    """A technician on this computer, with the control seat of couch 1."""
    app = create_app(room.station, keys)
    with Caller(app) as client:
        client.headers["Authorization"] = f"Bearer {keys.add('desk', 'technician')}"
        taken = client.post("/couches/1/seat", json={"name": "Ana"})
        client.headers["Openpresso-Seat"] = taken.json()["token"]
        yield client
