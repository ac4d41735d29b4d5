"""The room in which every integration test takes place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.room import Room


@pytest.fixture
def room(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    base = tmp_path_factory.getbasetemp()
    # The workers of one run share the folder above their own.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with Room(tmp_path, shared / "heavy-work.lock") as made:
        yield made
