"""Passwords of these tests are hashed by the cheapest argon2id there is; one test uses the real."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import argon2
import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import hashing, password, sign_in

SECRET = "lantern river oatmeal kite"  # noqa: S105 -- of tests
"""What everybody of `signed_up` has as a password."""


@pytest.fixture(autouse=True)
def cheap_hash(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cheap = argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST)
    monkeypatch.setattr(hashing, "hasher", lambda: cheap)
    hashing.nobodys.cache_clear()
    yield
    hashing.nobodys.cache_clear()


@pytest.fixture
def signed_up(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    """The practice in which owner and technician have a password."""
    for login in ("owner", "technician"):
        with clinic.desk(people.owner) as desk:
            code = password.reset(desk, getattr(people, login))
        sign_in.set_password(clinic, login, code, SECRET)
    return people
