"""Evidence cards: what is claimed for an indication, what was found, and what to try first."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from openpresso.documents import load_document
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.words import Words
    from openpresso.program.model import Grade

Indication = Literal[
    "cellulite", "swelling", "circulation", "lymph-drainage", "sport", "hypertension", "diabetes",
    "numbness",
]  # fmt: skip
INDICATIONS: Final[tuple[Indication, ...]] = get_args(Indication)
What = Literal[
    "nothing", "doctor", "walking", "swimming", "compression-stockings", "diet", "self-massage",
    "manual-drainage", "rest",
]  # fmt: skip
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]


@dataclass(frozen=True, slots=True)
class First:
    """Something to try before a course.

    Parameters
    ----------
    what
        Which; money knows the price of some by the same key.
    text
        In a few words.
    """

    what: What
    text: Words


@dataclass(frozen=True, slots=True)
class Fitting:
    """A program of the catalog that fits.

    Parameters
    ----------
    name
        Of the program.
    why
        Why its grade is not that of the card; None when it is.
    """

    name: str
    why: Words | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures are from, and how sure they are."""

    figures: str
    mark: Mark
    citation: str
    address: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is known about one indication.

    Parameters
    ----------
    indication, version
        Which.
    grade
        A to D and U, as `openpresso.program.GRADES` explains.
    title
        In a few words.
    claimed
        What others claim.
    finding
        What trials found.
    claim
        The most that may be said to a client.
    lasts
        How long it lasts.
    first
        What to try first, in this order.
    change_mind
        What would change our mind.
    programs
        Programs of the catalog that fit; empty with `no_program`, which says why.
    not_for
        Who should not.
    sources
        Where it is from.
    """

    indication: Indication
    version: int
    grade: Grade
    title: Words
    claimed: Words
    finding: Words
    claim: Words
    lasts: Words
    first: tuple[First, ...]
    change_mind: Words
    programs: tuple[Fitting, ...]
    no_program: Words | None
    not_for: Words
    sources: tuple[Source, ...]


def load_card(path: Path | str) -> Card:
    """Read a card from a file.

    Raises
    ------
    InputError
        With a diagnostic for everything that is wrong, such as a claim that promises.
    """
    from openpresso.clinic.evidence.card_file import read_card  # pydantic only on reading

    path = Path(path)
    return read_card(load_document(path, source=path.name))


@functools.cache
def cards() -> Mapping[str, Card]:
    """Return every card, by indication."""
    folder = Path(str(resources.files("openpresso.clinic.evidence"))) / "cards"
    return MappingProxyType({name: load_card(folder / f"{name}.yaml") for name in INDICATIONS})


def card(indication: str) -> Card:
    """Return the card of an indication.

    Raises
    ------
    InputError
        If there is no such indication.
    """
    found = cards().get(indication)
    if found is None:
        message = f"{indication[:80]!r} is no indication; allowed are {', '.join(INDICATIONS)}"
        hint = "choose the nearest; a course of another kind has no evidence card."
        raise InputError.one("card", "unknown-indication", message, path="indication", hint=hint)
    return found
