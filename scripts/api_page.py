"""The page of the console's API, from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Json = Mapping[str, Any]

TOOLS: Final = (
    "`GET /api/v1/openapi.json` gives this as an OpenAPI document with every field, "
    "`/api/v1/` as a page; [Use the API](../how-to/use-the-api.md) shows how to begin. "
    "A parameter in brackets can be left out.\n"
)
HEADS: Final = ("request", "what it does", "takes", "gives", "for")


def api_page() -> str:
    """Return the page: how it works, every operation by what it is about, what is left out."""
    from openpresso.console.api.document import document

    found = document()
    return "".join([
        "# API of the console\n\n",
        f"{found['info']['description'].strip()}\n\n",
        TOOLS,
        *_nouns(found),
        *_problems(found),
        *_left_out(),
    ])  # fmt: skip


def _nouns(found: Json) -> Iterator[str]:
    """Yield a section for each noun, with a table of its operations."""
    for tag in found["tags"]:
        rows = [
            _row(verb, path, one)
            for path, verbs in found["paths"].items()
            for verb, one in verbs.items()
            if tag["name"] in one["tags"]
        ]
        yield f"\n## {tag['name']}\n\n{_table(HEADS, rows)}"


def _row(verb: str, path: str, one: Json) -> tuple[str, ...]:
    from openpresso.clinic.roles import ACTIONS

    roles = sorted(role.value for role in ACTIONS[one["operationId"]].roles)
    takes = [
        f"`{name}`" if needed else f"[`{name}`]" for name, needed in _parameters(one)
    ]  # fmt: skip
    return (
        f"`{verb.upper()} {path}`",
        one["summary"],
        ", ".join(takes),
        _given(one["responses"]),
        ", ".join(role for role in roles if role != "automatic"),
    )


def _parameters(one: Json) -> Iterator[tuple[str, bool]]:
    """Yield the name of each parameter, and whether it is needed."""
    for each in one.get("parameters", ()):
        yield each["name"], each["required"]
    for media, content in one.get("requestBody", {}).get("content", {}).items():
        if media != "application/json":
            yield f"body: {media}", True
            continue
        for name in content["schema"].get("properties", {}):
            yield name, name in content["schema"].get("required", ())


def _given(answers: Json) -> str:
    """Return what is given, in a word or two."""
    for media, content in answers.get("200", {}).get("content", {}).items():
        return _type(content["schema"]) if media == "application/json" else f"`{media}`"
    return ""


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if schema.get("items") else "list"
    return "nothing" if schema.get("type") == "null" else str(schema.get("type", "any"))


def _problems(found: Json) -> Iterator[str]:
    """Yield what every operation may answer instead."""
    rows = [
        (name.removeprefix("problem-"), one["description"])
        for name, one in found["components"]["responses"].items()
    ]
    yield f"\n## Problems\n\n{_table(('status', 'meaning'), rows)}"


def _left_out() -> Iterator[str]:
    """Yield the actions that are not offered, with the reason."""
    from openpresso.clinic.roles import ACTIONS
    from openpresso.console.api.left_out import reason

    rows = [(f"`{name}`", reason(name)) for name in sorted(ACTIONS) if reason(name)]
    yield f"\n## What is not offered\n\n{_table(('action', 'why'), rows)}"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )
