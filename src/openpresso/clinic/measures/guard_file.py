"""The form of the file of what is asked when an entry looks wrong, and its reading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from openpresso.clinic.measures.kind_file import Key, Mark, NameEntry, Text
from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).with_name("guards.yaml")


class GuardEntry(FileModel):
    """One guard."""

    key: Key
    question: NameEntry
    limit: Annotated[float | int, Field(ge=0)]
    mark: Mark
    source: Text


class GuardsFile(FileModel):
    """All guards."""

    form: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    guards: list[GuardEntry]


@dataclass(frozen=True, slots=True)
class Guard:
    """What a guard asks, in each language, and the figure it goes by."""

    key: str
    questions: Mapping[str, str]
    limit: float


@lru_cache(maxsize=4)
def guards(path: Path = SHIPPED) -> Mapping[str, Guard]:
    """Return every guard by its key.

    Raises
    ------
    InputError
        If the file is not of the form of the shipped one.
    """
    content = validate(load_document(path), GuardsFile)
    return MappingProxyType(
        {
            one.key: Guard(one.key, MappingProxyType(one.question.model_dump()), float(one.limit))
            for one in content.guards
        }
    )
