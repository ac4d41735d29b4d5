"""Likeness: whether two entries may be the same person, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from openpresso.clinic.people import fold

ALIKE: Final = 0.72
"""Share of letters in common from which two names are similar [assumed]: `Eva Meyer` and
`Eva Maier` are (0.75), `Ana Ruiz` and `Eva Ruiz` are not (0.71)."""


@dataclass(frozen=True, slots=True)
class Person:
    """What two entries are compared by."""

    given: str
    family: str
    born: dt.date
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two entries may be one person.

    Parameters
    ----------
    reasons
        Each as a short sentence; none when nothing speaks for it.
    probable
        Whether it is more than a hint: same date of birth and the same or swapped names, or the
        same name and a slip in the date.
    """

    reasons: tuple[str, ...]
    probable: bool


def compare(one: Person, other: Person) -> Likeness:
    """Return why two entries may be the same person; the order of the two does not matter."""
    reasons: list[str] = []
    named, sure = _names(one, other)
    if one.born == other.born:
        if named:
            reasons.append(f"same date of birth, {named}")
        elif fold.words(one.given) and fold.words(one.given) == fold.words(other.given):
            reasons.append("same date of birth and given name, another family name")
        probable = bool(named) and sure
    else:
        slip = _slip(one.born, other.born)
        probable = sure and bool(slip)
        if probable:
            reasons.append(f"{named}, {slip}")
    if one.phone and fold.digits(one.phone) == fold.digits(other.phone):
        reasons.append("same telephone number")
    if one.email and fold.fold(one.email) == fold.fold(other.email):
        reasons.append("same e-mail address")
    return Likeness(tuple(reasons), probable)


def _names(one: Person, other: Person) -> tuple[str, bool]:
    """Return how two names are alike, empty when they are not, and whether it is certain."""
    mine = (fold.words(one.given), fold.words(one.family))
    theirs = (fold.words(other.given), fold.words(other.family))
    if mine == theirs:
        return "same name", True
    if mine == theirs[::-1] or sorted((*mine[0], *mine[1])) == sorted((*theirs[0], *theirs[1])):
        return "names in another order", True
    alike = (
        fold.name_words(one.given, one.family),
        fold.name_words(other.given, other.family),
    )
    shared = alike[0] & alike[1]
    if len(shared) > 1 and (shared == alike[0] or shared == alike[1]):
        return "one has a name more than the other", False
    ours = ["".join((*first, *second)) for first, second in (mine, mine[::-1])]
    other_way = "".join((*theirs[0], *theirs[1]))
    # In both orders of the names; and the matcher is not quite symmetric.
    share = max(_share(*pair) for text in ours for pair in ((text, other_way), (other_way, text)))
    return ("similar name", False) if share >= ALIKE else ("", False)


def _share(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _slip(one: dt.date, other: dt.date) -> str:
    """Return how one date can have become the other by one slip, empty when it cannot."""
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "day and month of birth swapped"
    if sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) == 1:
        return "one figure of the date of birth differs"
    return ""
