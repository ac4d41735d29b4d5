"""The form of the file of consents, and the way into its texts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from openpresso.clinic.consent.text import LANGUAGES, Purpose, PurposeTexts, Version
from openpresso.documents import located, validate
from openpresso.documents.fields import FileModel
from openpresso.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from openpresso.documents import Document

Line = Annotated[str, Field(min_length=1, max_length=200)]


def _day(value: object) -> dt.date:
    """Return a day that is written as 2026-11-22."""
    return dt.date.fromisoformat(str(value))


class TitleForm(FileModel):
    """A title in each language."""

    en: Line
    de: Line


class VersionForm(FileModel):
    """One version of a text."""

    version: Annotated[int, Field(ge=1)]
    published_on: Annotated[dt.date, BeforeValidator(_day)]
    renew: bool
    """Whether consents to older versions no longer count."""


class PurposeForm(FileModel):
    """One purpose."""

    key: Purpose
    title: TitleForm
    versions: Annotated[list[VersionForm], Field(min_length=1)]
    """Oldest first."""


class ConsentFile(FileModel):
    """Purposes and the versions of their texts."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    purposes: Annotated[list[PurposeForm], Field(min_length=1)]


def read_texts(document: Document, folder: Path) -> dict[Purpose, PurposeTexts]:
    """Return the texts that a file names.

    Raises
    ------
    InputError
        If the file has not the form, a purpose is there twice, versions are not in order, or a
        text is missing or empty.
    """
    form = validate(document, ConsentFile)
    found: list[Diagnostic] = []
    texts: dict[Purpose, PurposeTexts] = {}
    for number, one in enumerate(form.purposes):
        path = f"purposes[{number}]"
        if one.key in texts:
            found.append(_error("overlapping-key", path, f"{one.key!r} is there twice"))
        numbers = [version.version for version in one.versions]
        if numbers != sorted(set(numbers)):
            message = f"the versions are {numbers}; each is there once, the oldest first"
            found.append(_error("bad-order", f"{path}.versions", message))
        versions = tuple(_version(one, version, folder, path, found) for version in one.versions)
        titles = MappingProxyType({"en": one.title.en, "de": one.title.de})
        texts[one.key] = PurposeTexts(one.key, titles, versions)
    if found:
        raise InputError(document.source, located(document, found))
    return texts


def _version(
    purpose: PurposeForm, one: VersionForm, folder: Path, path: str, found: list[Diagnostic]
) -> Version:
    """Return a version with its texts; what is wrong is added to `found`."""
    texts: dict[str, str] = {}
    for language in LANGUAGES:
        name = f"texts/{purpose.key}-{one.version}.{language}.md"
        try:
            texts[language] = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            texts[language] = ""
        if not texts[language].strip():
            message = f"there is no text in {name}"
            found.append(_error("missing-text", f"{path}.versions", message))
    return Version(one.version, one.published_on, one.renew, MappingProxyType(texts))


def _error(code: str, path: str, message: str) -> Diagnostic:
    return Diagnostic("error", code, path, message, "correct it; the shipped file shows the form.")
