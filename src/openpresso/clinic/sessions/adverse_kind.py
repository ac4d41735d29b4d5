"""Kinds and severities of adverse events, read from adverse_kinds.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from openpresso.clinic.courses.template import Mark, Text
from openpresso.clinic.words import Words
from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["mild", "moderate", "serious"]

SHIPPED: Final = Path(__file__).with_name("adverse_kinds.yaml")
RANK: Final[Mapping[str, int]] = MappingProxyType({"mild": 0, "moderate": 1, "serious": 2})
"""Severities in order."""


class AdverseKind(FileModel):
    """One kind of adverse event."""

    key: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
    least: Severity
    """It is never entered as less severe."""
    stop: bool
    """Whether the session is ended at once."""
    text: Words
    do: Words
    """What is done at once."""
    mark: Mark
    source: Text


class AdverseFile(FileModel):
    """The file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    severities: dict[Severity, Words]
    kinds: Annotated[list[AdverseKind], Field(min_length=1)]


def load(path: Path | str = SHIPPED) -> Mapping[str, AdverseKind]:
    """Return the kinds of a file by their key.

    Raises
    ------
    InputError
        If the file is not one of kinds, or gives a key twice.
    """
    document = load_document(path)
    content = validate(document, AdverseFile)
    keys = [kind.key for kind in content.kinds]
    for index, key in enumerate(keys):
        if keys.index(key) != index:
            where = f"kinds[{index}].key"
            raise InputError.one(
                str(path),
                "repeated-kind",
                f"{key} is listed twice",
                path=where,
                hint="remove one of the two.",
                line=document.line_of(where),
            )
    return MappingProxyType({kind.key: kind for kind in content.kinds})


@cache
def shipped() -> Mapping[str, AdverseKind]:
    """Return the shipped kinds."""
    return load()


def find(key: str) -> AdverseKind:
    """Return a kind.

    Raises
    ------
    InputError
        If there is none of this key.
    """
    known = shipped()
    if key not in known:
        raise InputError.one(
            "adverse event",
            "unknown-kind",
            f"{key!r}; allowed are {', '.join(known)}",
            path="kind",
            hint="choose one of these; `other` with a text if none fits.",
        )
    return known[key]
