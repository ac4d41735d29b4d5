"""A practice with a client whose course runs, on cuffs of the type leg-8."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from tests.clinic.courses.world import furnish


@pytest.fixture
def place(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    return furnish(clinic, people)
