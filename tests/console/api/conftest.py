"""A clinic behind the API, with an integration of each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import integration
from openpresso.clinic.roles import PEOPLE
from openpresso.console.app import create_app
from openpresso.console.settings import Settings
from tests.console.conftest import ADDRESS, ROLES, TestClient

Caller = Callable[..., Any]


def make_tokens(clinic: Clinic, people: SimpleNamespace) -> dict[str, str]:
    """Make an integration of each role, and one of all; tokens by the role, `all` for that one."""
    wanted = {role: [role.replace("_", "-")] for role in ROLES}
    wanted["all"] = [role.value for role in PEOPLE]
    with clinic.desk(people.owner) as desk:
        desk.roles = frozenset(PEOPLE)  # an owner who is everything else too
        return {
            name: integration.add(desk, f"Program {name}", roles).token
            for name, roles in wanted.items()
        }


@pytest.fixture
def tokens(clinic: Clinic, people: SimpleNamespace) -> dict[str, str]:
    """Tokens by role."""
    return make_tokens(clinic, people)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As of every console's test, but for the limits: they have tests of their own."""
    return replace(settings, limits=None)


@pytest.fixture
def app(clinic: Clinic, settings: Settings) -> FastAPI:
    """The application."""
    return create_app(clinic, settings)


@pytest.fixture
def call(app: FastAPI, tokens: dict[str, str]) -> Iterator[Caller]:
    """Call an action as a role: `call("client.read", "technician", client_id=3)`."""
    from openpresso.console.api.operation import operation

    with TestClient(app, base_url=ADDRESS) as browser:

        def caller(name: str, role: str = "all", /, **values: object) -> Any:  # noqa: ANN401 -- of a client without types
            one = operation(name)
            headers = {"authorization": f"Bearer {tokens[role]}"} if role else {}
            path = f"/api/v1{one.path}"
            if one.method == "GET":
                return browser.get(path, params=_plain(values), headers=headers)
            return browser.post(path, json=values, headers=headers)

        yield caller


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: str(one).lower() if one is True else one for name, one in values.items()}
