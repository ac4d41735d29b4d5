"""Sentences about outcomes, in each language, with their figures filled in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from openpresso.documents import load_document, validate
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).with_name("sentences.yaml")


@lru_cache(maxsize=4)
def sentences(path: Path = SHIPPED) -> Mapping[str, Mapping[str, str]]:
    """Return every sentence by its key and language.

    Raises
    ------
    InputError
        If the file is not of the form of the shipped one.
    """
    from pydantic import Field

    from openpresso.documents.fields import FileModel

    class SentenceEntry(FileModel):
        key: str
        en: str
        de: str

    class SentencesFile(FileModel):
        form: Annotated[Literal[1], Field(alias="schema")]
        version: int
        sentences: list[SentenceEntry]

    content = validate(load_document(path), SentencesFile)
    return MappingProxyType(
        {one.key: MappingProxyType({"en": one.en, "de": one.de}) for one in content.sentences}
    )


def say(key: str, language: str = "en", **figures: object) -> str:
    """Return a sentence.

    Parameters
    ----------
    key
        Which.
    language
        `en` or `de`; another one is answered in English.
    **figures
        What it names; numbers are given three digits.
    """
    texts = sentences().get(key)
    if texts is None:
        raise InputError.one("sentence", "unknown-sentence", f"{key!r} is no sentence")
    shown = {name: _shown(one) for name, one in figures.items()}
    return texts.get(language, texts["en"]).format(**shown).strip()


def _shown(figure: object) -> object:
    """Return a figure as people read it: whole above 100, three digits below."""
    if not isinstance(figure, float):
        return figure
    return f"{figure:.0f}" if abs(figure) >= 100.0 else f"{figure:.3g}"


def kept_sentences(
    kept: int, lost: int, missing: int, weeks: int, language: str = "en"
) -> tuple[str, ...]:
    """Return how many kept their gain, as counts with the same total, worst case beside it.

    Parameters
    ----------
    kept, lost, missing
        Clients who kept it, lost it, were not seen again.
    weeks
        Weeks after the end [w].
    language
        `en` or `de`.
    """
    total = kept + lost + missing
    figures = {"kept": kept, "lost": lost, "missing": missing, "total": total, "weeks": weeks}
    if not missing:
        return (say("kept", language, **figures),)
    return say("kept-missing", language, **figures), say("kept-worst", language, **figures)
