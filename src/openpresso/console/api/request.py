"""What a request says: its token, and the parameters of its operation."""

from __future__ import annotations

import json
import re
import typing
from typing import TYPE_CHECKING, Any, Final

from openpresso.console.api.taken import values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.datastructures import Headers

    from openpresso.console.api.operation import Operation

LONGEST_TOKEN: Final = 200
LITERAL: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false", re.ASCII)
"""What in a query may be a number, or yes or no, as JSON writes it."""

Keys = list[tuple[str, int]]


def token_of(headers: Headers) -> str:
    """Return the token of `Authorization: Bearer`; empty without one. No cookie is looked at."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    known = scheme.lower() == "bearer" and len(token) <= LONGEST_TOKEN
    return token.strip() if known else ""


def read(
    one: Operation, query: Iterable[tuple[str, str]], body: bytes
) -> tuple[dict[str, Any], Keys]:
    """Return the parameters of a request, and the keys of rows among them.

    Parameters
    ----------
    one
        The operation.
    query
        Names and values in the address.
    body
        JSON, where the parameters are not in the query.

    Raises
    ------
    pydantic.ValidationError
        If something is missing, unknown or not what it must be.
    """
    keys: Keys = []
    given = _as_json(one, query) if one.in_query else body
    found = one.takes.model_validate_json(given, strict=True, context=keys)
    return values(found), keys


def _as_json(one: Operation, query: Iterable[tuple[str, str]]) -> bytes:
    """Return a query as JSON: a value is a number where its parameter is one, else text."""
    found: dict[str, list[Any]] = {}
    for name, text in query:
        found.setdefault(name, []).append(_value(one, name, text))
    fields = one.takes.model_fields
    return json.dumps({
        name: given
        if len(given) > 1 or (name in fields and _holds(fields[name].annotation, list))
        else given[0]
        for name, given in found.items()
    }).encode()  # fmt: skip


def _value(one: Operation, name: str, text: str) -> Any:  # noqa: ANN401
    field = one.takes.model_fields.get(name)
    literal = field is not None and any(
        _holds(field.annotation, kind) for kind in (bool, int, float)
    )
    return json.loads(text) if literal and LITERAL.fullmatch(text) else text


def _holds(kind: Any, wanted: type) -> bool:  # noqa: ANN401 -- annotations are of no one type
    """Return whether a type is, or has inside, another."""
    if kind is wanted or typing.get_origin(kind) is wanted:
        return True
    return any(_holds(one, wanted) for one in typing.get_args(kind) if not isinstance(one, str))
