"""The document of the API after OpenAPI 3.1, made from the operations."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

import openpresso
from openpresso.console.api import hints
from openpresso.console.api.operation import JSON, SENT, operations
from openpresso.console.api.problems import MEANING, Problem
from openpresso.station.service.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from openpresso.console.api.operation import Operation

ROOT: Final = "/api/v1"
REFERENCE: Final = "#/components/schemas/{model}"
ANSWERS: Final = "#/components/responses/problem-"
ABOUT: Final = """\
Everything that the console does, for programs. Each operation is one action of the clinic's
register: it asks for the same roles, is refused for the same reasons and is entered in the same
audit as when a person does it on a page.

A program needs a token. The owner makes it in the console under Integrations, with some of the
owner's own roles; it is shown once. Send it as `Authorization: Bearer ...`. Cookies count for
nothing here. What the program does stands in the audit under the integration's name.

Instants have an offset and are answered in UTC. Days and times of day are those of the practice.
Money is in hundredths of its currency, pressure in mmHg. Fields that are not named are refused.
What goes wrong is told after RFC 9457, with a stable `code`.

The live session is not here: the station of the treatment room has an API of its own, so that it
works when the clinic's database does not; its document is at the station's `/openapi.json`.
"""


@cache
def document() -> dict[str, Any]:
    """Return the document."""
    found = operations()
    schemas, definitions = TypeAdapter.json_schemas(
        [
            *((one.action.name, "validation", TypeAdapter(one.takes)) for one in found),
            *(
                (one.action.name, "serialization", one.gives)
                for one in found
                if one.gives is not None
            ),
            ("problem", "serialization", TypeAdapter(Problem)),
        ],
        ref_template=REFERENCE,
    )
    parts = {name: _untitled(one) for name, one in definitions.get("$defs", {}).items()}
    schemas = {key: _untitled(schema) for key, schema in schemas.items()}
    paths = {
        one.path: {
            one.method.lower(): _operation(
                one,
                _resolved(schemas[one.action.name, "validation"], parts),
                schemas.get((one.action.name, "serialization")),
            )
        }
        for one in found
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "openpresso",
            "version": openpresso.__version__,
            "description": ABOUT,
            "license": {"name": "see the project"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in sorted({_noun(one) for one in found})],
        "paths": paths,
        "components": {
            "schemas": _used(parts, [paths, schemas["problem", "serialization"]]),
            "responses": _problems(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Token of an integration.",
                }
            },
        },
    }


def _operation(one: Operation, takes: dict[str, Any], gives: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the description of one operation."""
    roles = sorted(role.value for role in one.action.roles)
    told = hints.story(one.function)
    found: dict[str, Any] = {
        "operationId": one.action.name,
        "tags": [_noun(one)],
        "summary": one.action.summary,
        "description": "\n\n".join(part for part in (told, f"For: {', '.join(roles)}.") if part),
        "security": [{"token": []}],
        "x-actions": [one.action.name],
        "x-kind": one.action.kind,
        "responses": _answers(one, gives),
    }
    if one.in_query:
        found["parameters"] = [
            {
                "name": name,
                "in": "query",
                "required": name in takes.get("required", ()),
                "schema": {key: value for key, value in schema.items() if key != "description"},
                **({"description": schema["description"]} if "description" in schema else {}),
            }
            for name, schema in takes.get("properties", {}).items()
        ]
    if one.sends:
        content: dict[str, Any] = {kind: {"schema": {}} for kind in SENT[one.action.name][1]}
        found["requestBody"] = {"required": True, "content": content}
    elif not one.in_query:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": takes}}}
    return found


def _answers(one: Operation, gives: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the answers of an operation: what it gives, and its problems."""
    good: dict[str, Any]
    if not one.media:
        good = {"204": {"description": "Done."}}
    else:
        content = {one.media: {"schema": {} if gives is None else gives}}
        good = {"200": {"description": "Done.", "content": content}}
    return good | {str(status): {"$ref": f"{ANSWERS}{status}"} for status in MEANING}


def _problems() -> dict[str, Any]:
    """Return what every operation may answer instead."""
    content = {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}}}
    return {
        f"problem-{status}": {"description": text, "content": content}
        for status, text in MEANING.items()
    }


def _noun(one: Operation) -> str:
    return one.action.name.partition(".")[0]


def _resolved(schema: Any, parts: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """Return the schema of an operation's parameters itself; nothing else refers to it."""
    found: dict[str, Any] = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _untitled(schema: Any) -> Any:  # noqa: ANN401
    """Return a schema without titles: they repeat the names."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _untitled(one) for name, one in value.items()}
        if key == "properties"
        else _untitled(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }


def _used(parts: dict[str, Any], content: object) -> dict[str, Any]:
    """Return the schemas that something refers to."""
    wanted = _references(content)
    known: set[str] = set()
    while wanted - known:
        name = min(wanted - known)
        known.add(name)
        wanted |= _references(parts[name])
    return {name: parts[name] for name in sorted(known)}


def _references(content: object) -> set[str]:
    """Return the names of the schemas that a part of the document refers to."""
    text = json.dumps(content)
    return {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
