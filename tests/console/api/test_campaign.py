"""Requests at random after the document, against a furnished clinic: nothing breaks, nothing leaks.

The seed is fixed; a campaign sends far more requests to each operation.
"""

from __future__ import annotations

import functools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jsonschema
import pytest
import schemathesis
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import Response
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis import APIOperation, Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.store.base import Base
from openpresso.console.api.document import document
from openpresso.console.api.operation import Operation, operation
from openpresso.console.api.private import PRIVATE
from openpresso.console.settings import Settings
from tests.campaign import amount
from tests.clinic.conftest import Clock
from tests.console.api.furnished import furnish_all, picture
from tests.console.api.samples import NAMED, every, keys_of, request, stored
from tests.console.conftest import ADDRESS, TestClient

EXAMPLES = amount(1, 50)
Asked = dict[str, Any]
WHOLE = "urn:openpresso:api"
GROUPS = 4
"""Parts of the campaign, so that each has a clinic that others have not changed."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
]
"""Of the form of an answer; what is in it `misfits` compares, for these know no tuples."""


@pytest.fixture
def furnished(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> Path:
    """A furnished clinic; returns the folder of its vault and key."""
    furnish_all(clinic, people, place, clock, tmp_path)
    return tmp_path


@pytest.fixture
def settings(settings: Settings, furnished: Path) -> Settings:
    """With the photographs."""
    return replace(
        settings, vault=str(furnished / "vault"), vault_key_file=str(furnished / "practice.key")
    )


@pytest.fixture
def browser(app: FastAPI, tokens: dict[str, str]) -> Iterator[TestClient]:
    """A program with every role."""
    headers = {"authorization": f"Bearer {tokens['all']}"}
    with TestClient(app, base_url=ADDRESS, headers=headers) as opened:
        yield opened


def secrets(clinic: Clinic) -> dict[str, str]:
    """Return every private value that is stored, with where it is."""
    found: dict[str, str] = {}
    with clinic.engine.connect() as connection:
        for name in PRIVATE:
            table, _, column = name.partition(".")
            for value in connection.scalars(sa.select(Base.metadata.tables[table].c[column])):
                if isinstance(value, str) and len(value) >= 12:
                    found[value] = name
    return found


def plausible(
    one: Operation, values: object, keys: dict[str, list[int]], draw: random.Random
) -> Asked:
    """Return parameters with some values that exist: at random alone, hardly a row is found."""
    if not isinstance(values, dict):
        return {}
    found: Asked = dict(values)
    tables = keys_of(one)
    for name in found:
        rows = keys.get(tables.get(name, ""), [])
        if rows and draw.random() < 0.85:
            found[name] = draw.choice(rows)
        elif name in NAMED and draw.random() < 0.7:
            found[name] = draw.choice(NAMED[name])
    return found


def send(browser: TestClient, one: Operation, body: object, values: Asked) -> Response:
    """Send a request; a body that is a picture has one."""
    path = f"/api/v1{one.path}"
    if one.sends:
        headers = {"content-type": "image/jpeg"}
        answer = browser.post(path, params=values, content=picture(), headers=headers)
    elif one.in_query:
        answer = browser.get(path, params=values)
    elif isinstance(body, bytes):
        answer = browser.post(path, content=body)
    else:
        answer = browser.post(path, json=values)
    return cast("Response", answer)


@pytest.mark.parametrize("group", range(GROUPS))
def test_requests_at_random_break_nothing_and_leak_nothing(
    app: FastAPI, browser: TestClient, clinic: Clinic, people: SimpleNamespace, group: int
) -> None:
    schema = schemathesis.openapi.from_dict(app.openapi())
    hidden = secrets(clinic)
    assert {"staff.password", "staff.pin", "integration.token"} <= set(hidden.values())
    seen: Counter[int] = Counter()
    wrong: list[str] = []
    for name in every()[group::GROUPS]:
        one = operation(name)

        def answered(case: Case[Any], number: int) -> None:
            keys = stored(clinic, people.practice, keys_of(one).values())  # noqa: B023
            values = case.query if one.in_query else case.body  # noqa: B023 -- called at once
            asked = plausible(one, values, keys, random.Random(number))  # noqa: B023
            answer = send(browser, one, case.body, asked)  # noqa: B023
            seen[answer.status_code] += 1
            told = f"{case.operation.label} {str(asked)[:300]}: {answer.status_code} "
            wrong.extend(told + what for what in found_wrong(case, answer, hidden))

        at_random(schema[one.path][one.method], answered)
    assert not wrong, "\n\n".join(wrong)
    assert seen[200] > len(every()) / GROUPS / 4


def at_random(
    described: APIOperation[Any, Any, Any, Any], answered: Callable[[Case[Any], int], None]
) -> None:
    """Send requests that fit the document."""

    @seed(20261123)
    @hypothesis_settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.as_strategy(), number=st.integers(0, 2**32))
    def check(case: Case[Any], number: int) -> None:
        answered(case, number)

    check()


def found_wrong(case: Case[Any], answer: Response, hidden: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with an answer: of its form, or a secret in it."""
    try:
        case.validate_response(answer, checks=CHECKS)
    except AssertionError as error:
        yield str(error)[:600]
    except BaseExceptionGroup as errors:
        yield from (str(one)[:600] for one in errors.exceptions)
    yield from misfits(answer, case.operation.path, case.operation.method)
    yield from (f"tells {place}" for value, place in hidden.items() if value in answer.text)


@functools.cache
def known() -> Registry[Any]:
    """Return the document, so that schemas can refer to it; reading it takes a while."""
    content = {"components": document()["components"]}
    resource = Resource.from_contents(content, default_specification=DRAFT202012)
    found: Registry[Any] = Registry().with_resource(WHOLE, resource).crawl()
    return found


@functools.cache
def validator(path: str, method: str, status: int) -> jsonschema.Draft202012Validator:
    """Return what compares an answer with the document."""
    schema: Asked = {"$ref": "#/components/schemas/Problem"}
    if status == 200:
        described = document()["paths"][path][method.lower()]["responses"]
        schema = described["200"]["content"]["application/json"]["schema"]
    elsewhere = json.loads(json.dumps(schema).replace('"#/', f'"{WHOLE}#/'))
    return jsonschema.Draft202012Validator(elsewhere, registry=known())


def misfits(answer: Response, path: str, method: str) -> Iterator[str]:
    """Yield where the content of an answer does not fit the document."""
    if "json" not in answer.headers.get("content-type", ""):
        return
    for error in validator(path, method, answer.status_code).iter_errors(answer.json()):
        yield f"{error.json_path}: {error.message[:300]}"


def test_the_least_request_of_each_operation_is_answered(
    browser: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    hidden = secrets(clinic)
    keys = stored(clinic, people.practice)
    done = 0
    wrong: list[str] = []
    # What reads comes first: what writes takes rows away.
    for one in sorted(map(operation, every()), key=lambda one: one.action.kind):
        answer = send(browser, one, None, request(one, keys))
        told = f"{one.action.name}: {answer.status_code} {answer.text[:500]}"
        wrong.extend(f"{told}: {what}" for what in misfits(answer, one.path, one.method))
        if answer.status_code not in {200, 204, 404, 409, 422} or any(
            value in answer.text for value in hidden
        ):
            wrong.append(told)
        done += answer.status_code < 300
    assert not wrong, "\n\n".join(wrong)
    assert done > len(every()) / 2
