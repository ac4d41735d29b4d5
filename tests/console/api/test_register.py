"""The API is the register: no action is forgotten, none is let in by another door."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from openpresso.clinic import rooms
from openpresso.clinic.desk import DOES
from openpresso.clinic.roles import ACTIONS, PEOPLE
from openpresso.clinic.store.base import Base
from openpresso.console.api import left_out
from openpresso.console.api.bounds import BOUNDS, KEYS
from openpresso.console.api.document import ROOT, document
from openpresso.console.api.operation import MEDIA, SENT, operations
from openpresso.console.api.private import HARMLESS, PRIVATE, SUSPICIOUS, shown
from openpresso.console.api.taken import table_of
from openpresso.console.limits import SECRET, is_free
from openpresso.console.page import OPEN

rooms.every()


HOLDS_NO_SECRET = {"/lock", "/sign-out", "/settings/screen"}


def every_route(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Yield every route of the pages and of the API, files left out."""
    for one in routes:
        inner = getattr(one, "original_router", one)
        if isinstance(one, Mount) and one.path == "/static":
            continue
        below = getattr(inner, "routes", None)
        if below:
            yield from every_route(below)
        else:
            yield one


def test_every_action_is_offered_or_left_out_with_a_reason() -> None:
    offered = {one.action.name for one in operations()}
    without = {name for name in ACTIONS if left_out.reason(name)}
    assert offered | without == set(ACTIONS)
    assert offered & without == set()


def test_the_list_of_what_is_left_out_names_no_action_in_vain() -> None:
    assert set(left_out.LEFT_OUT) <= set(ACTIONS)
    for name, why in left_out.LEFT_OUT.items():
        assert why
        assert ACTIONS[name].roles & frozenset(PEOPLE), f"{name} is left out without the list"


def test_parameters_that_nobody_gives_exist_and_have_a_default() -> None:
    for name in left_out.OMITTED:
        action, _, parameter = name.rpartition(".")
        found = inspect.signature(DOES[action]).parameters[parameter]
        assert found.default is not inspect.Parameter.empty


def test_every_parameter_of_every_action_is_taken_or_filled_in() -> None:
    for one in operations():
        known = list(inspect.signature(one.function).parameters.values())[1:]
        plain = {each.name for each in known if each.kind is not each.VAR_KEYWORD}
        hidden = left_out.omitted(one.action.name) | {one.sends}
        assert plain - hidden <= set(one.takes.model_fields), one.action.name


def test_every_key_says_of_which_table_it_is() -> None:
    for one in operations():
        for name in one.takes.model_fields:
            if name.endswith("_id"):
                assert table_of(name) in Base.metadata.tables, f"{one.action.name}: {name}"
    taken = {name for one in operations() for name in one.takes.model_fields}
    assert set(KEYS) <= taken | {"technician_id", "program_id"}
    assert set(BOUNDS) <= taken | {"most"}


def test_operations_are_named_as_their_actions_and_declare_them() -> None:
    found = {
        one["operationId"]: (path, one)
        for path, methods in document()["paths"].items()
        for one in methods.values()
    }
    for one in operations():
        path, described = found.pop(one.action.name)
        assert path == "/" + one.action.name.replace(".", "/")
        assert described["x-actions"] == [one.action.name]
        assert described["security"] == [{"token": []}]
        assert {"401", "403", "404", "409", "422", "429"} <= set(described["responses"])
        assert described["summary"].endswith(".")
    assert found == {}


def test_the_application_describes_the_api_and_no_page(app: FastAPI) -> None:
    assert app.openapi() is document()
    assert document()["servers"] == [{"url": ROOT}]


def test_every_route_of_the_console_declares_the_actions_that_it_does(app: FastAPI) -> None:
    found = list(every_route(app.routes))
    assert len(found) > 300
    for one in found:
        named = (getattr(one, "openapi_extra", None) or {}).get("x-actions")
        assert named, f"{one} declares nothing"
        assert named == [OPEN] or set(named) <= set(ACTIONS), one


def test_where_a_secret_can_be_tried_without_signing_in_is_limited_most(app: FastAPI) -> None:
    trying = {
        one.path
        for one in every_route(app.routes)
        if isinstance(one, Route)
        and "POST" in (one.methods or ())
        and one.openapi_extra["x-actions"] == [OPEN]  # type: ignore[attr-defined]
        and not one.path.startswith("/{rest")
        and not is_free(one.path)
    }
    assert trying - HOLDS_NO_SECRET <= SECRET


def test_files_are_given_and_taken_by_actions_that_exist() -> None:
    assert set(MEDIA) | set(SENT) <= set(ACTIONS)


def test_a_column_that_sounds_like_a_secret_is_private_or_known_as_harmless() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
    }
    assert columns >= PRIVATE | HARMLESS
    assert PRIVATE.isdisjoint(HARMLESS)
    sounding = {one for one in columns if SUSPICIOUS.search(one.partition(".")[2])}
    assert sounding - PRIVATE - HARMLESS == set()


def test_no_row_in_the_document_has_a_private_field() -> None:
    schemas = document()["components"]["schemas"]
    for row in Base.registry.mappers:
        table = row.class_.__tablename__
        for name, schema in schemas.items():
            if name == row.class_.__name__:
                hidden = {one.name for one in row.local_table.columns if not shown(table, one.name)}
                assert not hidden & set(schema.get("properties", {})), name
