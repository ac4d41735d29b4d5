"""The form of an evidence card as a file, and what it may not say."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from openpresso import program
from openpresso.clinic.evidence.card import (
    Card,
    First,
    Fitting,
    Indication,
    Mark,
    Source,
    What,
)
from openpresso.clinic.words import Words
from openpresso.documents import load_document, located, validate
from openpresso.documents.fields import FileModel
from openpresso.errors import Diagnostic, InputError
from openpresso.program.model import Grade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.documents import Document

Text = Annotated[str, Field(min_length=1, max_length=1000)]
Line = Annotated[str, Field(min_length=1, max_length=300)]


class FirstForm(FileModel):
    """Something to try first."""

    what: What
    text: Words


class FittingForm(FileModel):
    """A program that fits."""

    name: Line
    why: Words | None = None
    """Why its grade is another than the card's."""


class SourceForm(FileModel):
    """Where figures are from."""

    figures: Line
    mark: Mark
    citation: Line
    address: Line | None = None


class CardForm(FileModel):
    """One evidence card."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    indication: Indication
    version: Annotated[int, Field(ge=1)]
    grade: Grade
    title: Words
    claimed: Words
    finding: Words
    claim: Words
    lasts: Words
    first: Annotated[list[FirstForm], Field(min_length=1)]
    change_mind: Words
    programs: list[FittingForm]
    no_program: Words | None = None
    not_for: Words
    sources: Annotated[list[SourceForm], Field(min_length=1)]


class WordLists(FileModel):
    """Words by language."""

    en: list[str]
    de: list[str]


class PromiseFile(FileModel):
    """Words that a claim may not have, and words that it must have."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    promises: WordLists
    hedges: WordLists
    unknown: WordLists
    claimed: Words


@functools.cache
def promise_words() -> PromiseFile:
    """Return the words that a claim may not have and must have."""
    path = str(resources.files("openpresso.clinic.evidence") / "promises.yaml")
    return validate(load_document(path, source="promises.yaml"), PromiseFile)


def read_card(document: Document) -> Card:
    """Return the card that a file says.

    Raises
    ------
    InputError
        If the file has not the form, promises, or names a program that is not there.
    """
    form = validate(document, CardForm)
    found = located(document, (*_claims(form), *_programs(form), *_sources(form)))
    if found:
        raise InputError(document.source, found)
    return Card(
        form.indication,
        form.version,
        form.grade,
        form.title,
        form.claimed,
        form.finding,
        form.claim,
        form.lasts,
        tuple(First(one.what, one.text) for one in form.first),
        form.change_mind,
        tuple(Fitting(one.name, one.why) for one in form.programs),
        form.no_program,
        form.not_for,
        tuple(
            Source(one.figures, one.mark, one.citation, one.address or "") for one in form.sources
        ),
    )


def _claims(form: CardForm) -> Iterator[Diagnostic]:
    """Yield where a card claims more than may be claimed."""
    words = promise_words()
    for language in ("en", "de"):
        claim = getattr(form.claim, language)
        path = f"claim.{language}"
        for stem in getattr(words.promises, language):
            if _has(claim, stem, whole=False):
                yield _error("promise", path, f"{stem.strip()!r} promises; a claim says 'may'")
        if not any(_has(claim, one) for one in getattr(words.hedges, language)):
            allowed = ", ".join(getattr(words.hedges, language))
            yield _error("promise", path, f"the claim has none of the words {allowed}")
        unknown = getattr(words.unknown, language)
        if form.grade == "U" and not any(_has(claim, one) for one in unknown):
            text = f"grade U, and the claim has none of the words {', '.join(unknown)}"
            yield _error("promise", path, text)
        start = getattr(words.claimed, language)
        if not getattr(form.claimed, language).startswith(start):
            text = f"what others claim begins with {start!r}"
            yield _error("not-ours", f"claimed.{language}", text)


def _programs(form: CardForm) -> Iterator[Diagnostic]:
    """Yield programs that are not there, or whose grade differs without a reason."""
    known = program.names()
    for number, one in enumerate(form.programs):
        path = f"programs[{number}]"
        if one.name not in known:
            text = f"{one.name!r} is not in the catalog; it has {', '.join(known)}"
            yield _error("unknown-program", f"{path}.name", text)
            continue
        grade = program.load(one.name).evidence.grade
        if grade != form.grade and one.why is None:
            text = f"{one.name} has grade {grade} and the card {form.grade}; 'why' must say why"
            yield _error("other-grade", path, text)
    if bool(form.programs) is (form.no_program is not None):
        yield _error("no-program", "programs", "name programs, or say in 'no_program' why none")


def _sources(form: CardForm) -> Iterator[Diagnostic]:
    """Yield sources that are said to be found and have no address."""
    for number, one in enumerate(form.sources):
        if one.mark == "found" and not one.address:
            text = "the mark 'found' needs the address where it was found"
            yield _error("address-missing", f"sources[{number}]", text)


def _has(text: str, word: str, *, whole: bool = True) -> bool:
    """Whether a text has a word, or one that begins so."""
    end = r"\b" if whole else ""
    return re.search(rf"\b{re.escape(word)}{end}", text, re.IGNORECASE) is not None


def _error(code: str, path: str, text: str) -> Diagnostic:
    return Diagnostic("error", code, path, text, "correct it; the shipped cards show the form.")
