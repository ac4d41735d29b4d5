"""The words, numbers and days of a course's report, in each language of the house."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from openpresso.clinic.words import Words
from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).with_name("report_words.yaml")
NONE: Final = "–"


class WordsFile(FileModel):
    """The file of words."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: int
    words: dict[str, Words]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its words, and how it writes numbers and days."""

    name: str
    words: Mapping[str, str]

    def __call__(self, key: str, **figures: object) -> str:
        """Return a text with its figures filled in."""
        return self.words[key].format(**figures)

    def number(self, value: float | None, digits: int = 1, *, sign: bool = False) -> str:
        """Return a number, or a dash for none; the decimal sign is the language's."""
        if value is None:
            return NONE
        text = f"{value:{'+' if sign else ''}.{digits}f}".replace("-", "−")
        if digits > 1:
            text = text.rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.name == "de" else text

    def unit(self, unit: str) -> str:
        """Return a unit as the language says it; most are the same everywhere."""
        return self.words.get(f"unit {unit}", unit)

    def day(self, day: dt.date | None) -> str:
        """Return a day, or a dash for none."""
        if day is None:
            return NONE
        return f"{day:%d.%m.%Y}" if self.name == "de" else day.isoformat()


@cache
def language(name: str) -> Language:
    """Return a language; English where the house has no other."""
    content = validate(load_document(SHIPPED), WordsFile)
    known = "de" if name.startswith("de") else "en"
    return Language(
        known, MappingProxyType({key: words.say(known) for key, words in content.words.items()})
    )
