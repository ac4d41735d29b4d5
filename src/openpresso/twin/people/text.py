"""A person as text: "female, 165 cm, 60 kg, calf 36 cm, fat 1.5 cm, lymphoedema"."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass, field
from typing import Final

from openpresso import units
from openpresso.errors import InputError
from openpresso.twin.people import conditions
from openpresso.twin.people.person import SEX_WORDS, Person, person
from openpresso.twin.people.shape import SITES, Site

MASSES: Final = {"kg": 1.0, "g": 1e-3, "lb": 0.45359237, "lbs": 0.45359237}
"""Units of weight [kg]; exact by definition."""
EXAMPLE: Final = "female, 165 cm, 60 kg, calf 36 cm, fat 1.5 cm, lymphoedema"
MAX_TEXT: Final = 300
"""Longest text that can be a person [characters]."""
_SMALL_WORDS: Final = ("girth", "at", "of", "the")
_PIECE = re.compile(r"([^\d+-]*?)\s*([+-]?[\d.].*)", re.DOTALL)


@dataclass(slots=True)
class _Said:
    """What a text has said so far."""

    source: str
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    girths: dict[Site, float] = field(default_factory=dict)
    fat: dict[Site, float] = field(default_factory=dict)


def parse(text: object, *, source: str = "person") -> Person:
    """Read a person.

    Parameters
    ----------
    text
        Sex, height, weight, girths, fat and condition, in any order, with commas between them.
        A length alone is the height; `fat` alone is that at the calf.
    source
        Name of the argument or file, for messages.

    Returns
    -------
    Person
        With what the text leaves out filled in; only the sex is required.

    Raises
    ------
    InputError
        If a piece is not understood or said twice, or there can be no such person.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
        shown = repr(text) if len(repr(text)) <= units.MAX_TEXT else f"{repr(text)[:40]}..."
        raise _wrong(source, "not-a-person", f"{shown} is no text that describes a person")
    said = _Said(source)
    for piece in (one.strip() for one in text.split(",")):
        match = _PIECE.fullmatch(piece)
        if match is None:
            _word(said, piece)
        else:
            _measure(said, piece, match[1].strip().casefold(), match[2])
    if "sex" not in said.words:
        raise _wrong(source, "no-sex", f"{text!r} says neither female nor male")
    return person(
        sex=said.words["sex"],
        height=said.numbers.get("height"),
        weight=said.numbers.get("weight"),
        girths=said.girths,
        fat=said.fat or said.numbers.get("fat"),
        condition=said.words.get("condition", "healthy"),
        source=source,
    )


def _word(said: _Said, piece: str) -> None:
    """Take a sex or a condition."""
    sex, condition = SEX_WORDS.get(piece.casefold()), conditions.named(piece)
    if sex is None and condition is None:
        known = [*SEX_WORDS, *conditions.CONDITIONS, *conditions.ALIASES]
        near = difflib.get_close_matches(piece.casefold(), known, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        allowed = f"female, male, {', '.join(conditions.CONDITIONS)}, or a measure with its unit"
        message = f"{piece!r} is not understood; allowed are {allowed}"
        raise _wrong(said.source, "unknown-word", message, meant)
    name = "condition" if sex is None else "sex"
    _once(said, name, name in said.words)
    said.words[name] = sex or str(condition)


def _measure(said: _Said, piece: str, name: str, quantity: str) -> None:
    """Take a height, a weight, a girth or a thickness of fat."""
    mass = _mass(quantity)
    if name in {"", "weight"} and mass is not None:
        _once(said, "weight", "weight" in said.numbers)
        said.numbers["weight"] = mass
        return
    if name == "weight":
        message = f"{piece!r} is no weight; a weight is allowed in {', '.join(MASSES)}"
        raise _wrong(said.source, "not-a-weight", message)
    length = _length(said, piece, name, quantity)
    if name in {"", "height", "fat"}:
        known = name or "height"
        _once(said, known, known in said.numbers)
        said.numbers[known] = length
    else:
        site, is_fat = _place(said, piece, name)
        into = said.fat if is_fat else said.girths
        _once(said, name, site in into)
        into[site] = length
    _once(said, "fat", bool(said.fat) and "fat" in said.numbers)


def _place(said: _Said, piece: str, name: str) -> tuple[Site, bool]:
    """Return the site that is measured, and whether it is its fat that is."""
    words = set(name.split())
    site = next((one for one in SITES if one in words), None)
    rest = words - {site, *_SMALL_WORDS}
    if site is not None and rest <= {"fat"}:
        return site, bool(rest)
    near = difflib.get_close_matches(name, [*SITES, "height", "weight", "fat"], n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    message = (
        f"{piece!r} is not understood; allowed measures are height, weight, fat and the "
        f"girths {', '.join(SITES)}"
    )
    raise _wrong(said.source, "unknown-measure", message, meant)


def _length(said: _Said, piece: str, name: str, quantity: str) -> float:
    """Return a length [cm]."""
    try:
        return units.length(quantity, source=said.source)
    except InputError as error:
        if name:
            raise
        allowed = f"{', '.join(units.TABLES['length'].factors)}; a weight in {', '.join(MASSES)}"
        message = f"{piece!r} is neither a height nor a weight; a height is allowed in {allowed}"
        raise _wrong(said.source, error.code, message) from error


def _mass(quantity: str) -> float | None:
    """Return a weight [kg], or nothing if it is none."""
    match = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-z]+)", quantity)
    if match is None or match[2] not in MASSES:
        return None
    found = float(match[1]) * MASSES[match[2]]
    return found if math.isfinite(found) else None


def _once(said: _Said, name: str, again: bool) -> None:
    if again:
        raise _wrong(said.source, "said-twice", f"{name} is given twice; allowed is once")


def _wrong(source: str, code: str, message: str, meant: str = "") -> InputError:
    return InputError.one(source, code, message, hint=f"{meant}Write for example {EXAMPLE!r}.")


__all__ = ["EXAMPLE", "parse"]
