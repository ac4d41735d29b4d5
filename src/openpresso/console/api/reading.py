"""The document of the API as text, and as a page that people read without scripts."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool

from openpresso.console.api.document import document
from openpresso.console.page import render
from openpresso.console.visitor import language, theme
from openpresso.console.words import Words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@cache
def text() -> str:
    """Return the document as JSON."""
    return json.dumps(document(), ensure_ascii=False)


async def page(request: Request) -> Response:
    """Show every operation, by what it is about."""
    return await run_in_threadpool(_page, request)


def _page(request: Request) -> Response:
    found = document()
    words = Words(language(request), ZoneInfo("UTC"))
    about = [part.replace("\n", " ") for part in found["info"]["description"].split("\n\n")]
    nouns = _by_noun(found)
    return render("api.html", words, theme=theme(request), about=about, nouns=nouns)


def _by_noun(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the operations of each noun, as the page shows them."""
    nouns: dict[str, list[dict[str, Any]]] = {}
    for path, methods in found["paths"].items():
        for method, one in methods.items():
            shown = {
                "name": one["operationId"],
                "method": method.upper(),
                "path": f"{found['servers'][0]['url']}{path}",
                "summary": one["summary"],
                "description": one["description"].split("\n\n"),
                "takes": _takes(one),
                "gives": _gives(one),
            }
            nouns.setdefault(one["tags"][0], []).append(shown)
    return nouns


def _takes(one: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of an operation: name, type, whether needed, and what it is."""
    listed = [
        {"name": each["name"], "needed": each["required"], **_said(each["schema"])}
        | {"text": each.get("description", "")}
        for each in one.get("parameters", ())
    ]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = body.get("schema", {})
    return listed + [
        {"name": name, "needed": name in schema.get("required", ()), **_said(each)}
        | {"text": each.get("description", "")}
        for name, each in schema.get("properties", {}).items()
    ]


def _said(schema: dict[str, Any]) -> dict[str, str]:
    return {"type": _type(schema)}


def _gives(one: dict[str, Any]) -> str:
    good: dict[str, Any] = one["responses"].get("200", {}).get("content", {})
    for media, each in good.items():
        return _type(each["schema"]) if media == "application/json" else media
    return ""


def _type(schema: dict[str, Any]) -> str:
    """Return a type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
