"""What a pydantic model found wrong with a document, said as diagnostics."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel

from openpresso.documents.strict_yaml import path_of
from openpresso.errors import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from openpresso.documents.document import Document

    Place = tuple[str | int, ...]

MAX_SHOWN: Final = 60
"""Longest value shown in a message [characters]."""

_CODES: Final = {
    "missing": "missing-field",
    "extra_forbidden": "unknown-field",
    "literal_error": "not-allowed",
    "enum": "not-allowed",
    "union_tag_invalid": "not-allowed",
    "union_tag_not_found": "missing-field",
}


def findings(
    document: Document, model: type[BaseModel], error: ValidationError
) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of a failed validation, one per place, in the order of the file.

    Parameters
    ----------
    document
        The document that was checked.
    model
        The model it was checked against.
    error
        What pydantic raised.

    Returns
    -------
    tuple[Diagnostic, ...]
        At least one diagnostic, with path and line.
    """
    found: dict[str, Diagnostic] = {}
    corrected: set[str] = set()
    for details in error.errors(include_url=False):
        place = _place_in(document.data, details["loc"])
        tag = details.get("ctx", {}).get("discriminator")
        place = (*place, str(tag).strip("'")) if tag else place
        known = _fields_at(model, details["loc"])
        code, message, hint = _say(details, known)
        path = path_of(place)
        one = Diagnostic("error", code, path, message, hint, document.line_of(path))
        found.setdefault(path, one)
        near = _nearest(str(place[-1]), known) if code == "unknown-field" else ""
        if near:
            corrected.add(path_of((*place[:-1], near)))
    kept = [
        one
        for path, one in found.items()
        if not (one.code == "missing-field" and path in corrected)
    ]
    return tuple(sorted(kept, key=lambda one: one.line or 0))


def _say(details: ErrorDetails, known: Sequence[str]) -> tuple[str, str, str]:
    """Return code, message and hint of one finding."""
    kind, context = details["type"], details.get("ctx", {})
    code = str(context.get("code") or _CODES.get(kind) or kind.replace("_", "-"))
    name = str(details["loc"][-1]) if details["loc"] else ""
    if kind == "union_tag_not_found":
        kind, name = "missing", str(context.get("discriminator", "")).strip("'")
    if kind == "missing":
        return code, f"the field {name!r} is missing", f"add '{name}: ...' here."
    if kind == "extra_forbidden":
        message = f"the field {name!r} is unknown; allowed are {', '.join(known)}"
        return code, message, _did_you_mean(name, known) or "remove it or correct its name."
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return _say_choice(code, details)
    if "hint" in context:
        return code, str(context.get("message", details["msg"])), str(context["hint"])
    return code, _say_rule(details), "correct the value."


def _say_rule(details: ErrorDetails) -> str:
    """Return the message of a finding as pydantic or a validator put it."""
    rule = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if details["type"] in ("value_error", "assertion_error"):
        return rule
    shown = _show(details["input"])
    if rule.startswith("Input should "):
        return f"{shown} must {rule.removeprefix('Input should ')}"
    return f"{shown}: {rule[:1].lower()}{rule[1:]}"


def _say_choice(code: str, details: ErrorDetails) -> tuple[str, str, str]:
    """Return code, message and hint for a value outside a list of allowed ones."""
    context = details.get("ctx", {})
    if details["type"] == "union_tag_invalid":
        tag = str(context.get("tag", ""))
        allowed = str(context.get("expected_tags", ""))
        shown = repr(tag)
    else:
        tag, shown = str(details["input"]), _show(details["input"])
        allowed = str(context.get("expected", ""))
    choices = [part.strip("' ") for part in allowed.replace(" or ", ", ").split(",")]
    hint = _did_you_mean(tag, choices) or "choose one of these."
    return code, f"{shown} is not allowed; allowed are {', '.join(choices)}", hint


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question with the nearest known name, or an empty text."""
    near = _nearest(name, known)
    return f"did you mean {near!r}?" if near else ""


def _nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant, or an empty text."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def _show(value: object) -> str:
    """Return a value as a person wrote it, and short."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + "..."


def _place_in(data: object, loc: Place) -> Place:
    """Return the location without the steps pydantic adds for unions, which no file has."""
    place: list[str | int] = []
    here: Any = data
    for number, key in enumerate(loc):
        inside = (isinstance(here, dict) and key in here) or (
            isinstance(here, list) and isinstance(key, int) and key < len(here)
        )
        if inside:
            here = here[key]
            place.append(key)
        elif number == len(loc) - 1 and isinstance(here, dict) and "(" not in str(key):
            place.append(key)
    return tuple(place)


def _fields_at(model: type[BaseModel], loc: Place) -> tuple[str, ...]:
    """Return the names of the fields allowed where a location ends."""
    models: list[type[BaseModel]] = [model]
    for key in loc[:-1]:
        if isinstance(key, int):
            continue
        inner = [
            found
            for one in models
            for name, info in one.model_fields.items()
            if key in (name, info.alias)
            for found in _models_in((info.annotation, *info.metadata))
        ]
        models = inner or [one for one in models if _is_tagged(one, key)] or models
    names = {info.alias or name: None for one in models for name, info in one.model_fields.items()}
    return tuple(names)


def _models_in(annotations: Iterable[object]) -> list[type[BaseModel]]:
    """Return the models named anywhere in type annotations."""
    found: list[type[BaseModel]] = []
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append(annotation)
        else:
            found.extend(_models_in(get_args(annotation)))
    return found


def _is_tagged(model: type[BaseModel], tag: str) -> bool:
    """Whether a step of a location means this member of a union."""
    return tag == model.__name__ or any(
        tag in map(str, get_args(info.annotation)) for info in model.model_fields.values()
    )
