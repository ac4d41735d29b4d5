"""A text in the languages of the house, as its files have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

Text = Annotated[str, Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True)
class Words:
    """The same text in the languages of the house; a field of a file's model is read into it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    en: Text
    de: Text

    def say(self, language: str) -> str:
        """Return it in a language; English where the house has no other."""
        return self.de if language.startswith("de") else self.en
