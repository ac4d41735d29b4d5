"""Texts of consent as data: purpose by purpose, in versions, in the languages of the house."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, cast

from openpresso.documents import load_document
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Purpose = Literal["treatment", "health-data", "photographs", "reminders", "research"]
Language = Literal["en", "de"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the text of a purpose.

    Parameters
    ----------
    number, published_on
        Which, and since when it is shown.
    renew
        Whether consents to older versions no longer count.
    texts
        The text by language, in Markdown.
    """

    number: int
    published_on: dt.date
    renew: bool
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PurposeTexts:
    """What is asked for one purpose.

    Parameters
    ----------
    key
        The purpose.
    titles
        Its title by language.
    versions
        Oldest first; the last one is shown.
    """

    key: Purpose
    titles: Mapping[str, str]
    versions: tuple[Version, ...]

    @property
    def shown(self) -> Version:
        """The version that is shown now."""
        return self.versions[-1]

    def counts(self, number: int) -> bool:
        """Whether consent to a version still counts: no newer one asks for it anew."""
        return not any(one.renew for one in self.versions if one.number > number)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def load_texts(folder: Path | str) -> Mapping[Purpose, PurposeTexts]:
    """Read the texts of a folder: `consents.yaml` and `texts/<key>-<version>.<language>.md`.

    Raises
    ------
    InputError
        If the file has not the form, or a text is missing or empty.
    """
    from openpresso.clinic.consent.text_file import read_texts  # pydantic only on reading

    folder = Path(folder)
    return read_texts(load_document(folder / "consents.yaml", source="consents.yaml"), folder)


@functools.cache
def current() -> Mapping[Purpose, PurposeTexts]:
    """Return the texts that openpresso ships, by purpose."""
    return MappingProxyType(dict(load_texts(str(resources.files("openpresso.clinic.consent")))))


def find(texts: Mapping[Purpose, PurposeTexts], purpose: str) -> PurposeTexts:
    """Return the texts of a purpose.

    Raises
    ------
    InputError
        If there is no such purpose.
    """
    found = texts.get(cast("Purpose", purpose))
    if found is None:
        message = f"{purpose[:80]!r} is no purpose; allowed are {', '.join(texts)}"
        raise InputError.one(
            "consent", "unknown-purpose", message, path="purpose", hint="name one."
        )
    return found
