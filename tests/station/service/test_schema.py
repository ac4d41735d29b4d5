"""Schemathesis over the whole OpenAPI document: whatever is sent, the answer is a described one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from openpresso.station.service.app import create_app
from openpresso.station.service.keys import Keys
from tests.station.service.rooms import FakeStation, served

ENDLESS = "/couches/{couch}/stream"


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A served room whose seat is always ours, and a technician's key."""
    folder: Path = tmp_path_factory.mktemp("station")
    room, keys = FakeStation(folder), Keys(folder)
    for couch in room.fakes.values():
        couch.seat.take("Ana", couch.now())
        couch.seat.beat = lambda token, now: None  # type: ignore[method-assign]  # noqa: ARG005 -- its form
        couch.seat.take = lambda name, now, **_: name  # type: ignore[method-assign]  # noqa: ARG005 -- its form
        couch.seat.leave = lambda token: None  # type: ignore[method-assign]  # noqa: ARG005 -- its form
    with served(room, keys) as url:
        yield url, keys.add("desk", "technician")


api = schemathesis.openapi.from_dict(create_app(cast("Any", None), cast("Any", None)).openapi())


@api.exclude(path=ENDLESS).parametrize()
@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_the_answer_is_a_described_one(
    case: schemathesis.Case[Any], called: tuple[str, str]
) -> None:
    url, secret = called
    headers = {"Authorization": f"Bearer {secret}", "Openpresso-Seat": "ours"}
    body = case.body if isinstance(case.body, dict) else {}
    # That a text is a quantity within its range is more than a JSON Schema can say.
    free = any(isinstance(body.get(name), str) for name in ("value", "ceiling", "duration"))
    case.call_and_validate(
        base_url=url, headers=headers, excluded_checks=[positive_data_acceptance] if free else []
    )
