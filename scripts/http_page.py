"""The page of the station's HTTP service, from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

Json = Mapping[str, Any]

VERBS: Final = ("get", "post", "put", "delete")
TOOLS: Final = (
    "`GET /openapi.json` gives this as an OpenAPI document, for tools that make clients; "
    "[Run a station](../how-to/run-a-station.md) has the commands and the Python client.\n"
)
SHOWN_APART: Final = frozenset({"Problem", "Snapshot", "SnapshotEvent", "DeltaEvent"})
"""Schemas that every route shares; the others stand with what sends or gives them."""


def http_page() -> str:
    """Return the page: how it works, every route by topic, and every schema."""
    from openpresso.station.service.app import create_app

    # Only the description is read: it needs neither cuffs nor keys.
    nobody = cast("Any", None)
    document = create_app(nobody, nobody).openapi()
    return "".join(
        [
            "# HTTP service of the station\n\n",
            f"{document['info']['description'].strip()}\n\n",
            TOOLS,
            *_topics(document),
            "\n## What is sent and given\n",
            *_schemas(document["components"]["schemas"]),
        ]
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def _topics(document: Json) -> Iterator[str]:
    """Yield a section for each tag, with a table of its routes and their texts."""
    for tag in document["tags"]:
        routes = [
            (verb, path, verbs[verb])
            for path, verbs in document["paths"].items()
            for verb in VERBS
            if verb in verbs and tag["name"] in verbs[verb]["tags"]
        ]
        yield f"\n## {tag['name'].capitalize()}\n\n{tag['description']}\n\n"
        heads = ("request", "needs", "sends", "gives", "what it does")
        yield _table(heads, (_row(*route) for route in routes))


def _row(verb: str, path: str, route: Json) -> tuple[str, ...]:
    status, answer = next(
        (status, answer) for status, answer in route["responses"].items() if status < "300"
    )
    content = answer.get("content", {})
    text = " ".join(route["description"].split())
    if "text/event-stream" in content:
        text = f"{text} {answer['description']}"
    return (
        f"`{verb.upper()} {path}`",
        _needs(route),
        _of(route.get("requestBody", {}).get("content", {})),
        f"{status} {_of(content)}".strip(),
        text,
    )


def _needs(route: Json) -> str:
    """Return what a caller must have."""
    schemes = route.get("security", [{}])[0]
    role = "".join(schemes.get("key", []))
    return f"{role}, seat" if "seat" in schemes else role or "nothing"


def _of(content: Json) -> str:
    """Return the kinds of a body: links to schemas, or media types."""
    kinds = []
    for media, body in content.items():
        schema = body.get("schema", {})
        is_json = media == "application/json"
        kinds.append(_type(schema) if is_json and schema else f"`{media}`")
    return ", ".join(kinds)


def _schemas(schemas: Json) -> Iterator[str]:
    """Yield a section for each schema, with a table of its fields."""
    for name in sorted(schemas, key=lambda name: (name not in SHOWN_APART, name)):
        schema = schemas[name]
        yield f"\n### {name}\n\n{' '.join(schema.get('description', '').split())}\n\n"
        needed = set(schema.get("required", []))
        rows = [
            (
                f"`{field}`",
                _type(one),
                "yes" if field in needed else _default(one),
                " ".join(str(one.get("description", "")).split()),
            )
            for field, one in schema.get("properties", {}).items()
        ]
        yield _table(("field", "type", "required, or default", "meaning"), rows)


def _default(schema: Json) -> str:
    value = schema.get("default")
    shown = {None: "null", True: "true", False: "false", "": '""'}
    is_plain = value is None or isinstance(value, bool) or value == ""
    return f"`{shown[value] if is_plain else value}`"


def _type(schema: Json) -> str:
    """Return the type of a value in few words, with links to schemas."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(f"`{str(one).lower() if one is True else one}`" for one in values)
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return f"{kind}{_range(schema)}"


def _range(schema: Json) -> str:
    """Return the bounds of a number or the length of a text."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum")
    if low is not None and high is not None:
        above = "above " if "exclusiveMinimum" in schema else ""
        return f" {above}{low:g} to {high:g}"
    longest = schema.get("maxLength")
    return f" of at most {longest}" if longest else ""
