"""What can be measured: unit, range, direction, error, licence, how it is scored."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from openpresso.documents import load_document, validate
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.measures.kind_file import KindEntry, Mark, Scoring

Side = Literal["left", "right", "both", "none"]
Direction = Literal["lower-is-better", "higher-is-better", "neither"]
SHIPPED: Final = Path(__file__).with_name("kinds.yaml")


@dataclass(frozen=True, slots=True)
class UsualError:
    """Standard error of one reading (SEM), for who has not measured his own."""

    same: float | None
    """Of one rater [unit of the kind, or share when relative]; None where none is known."""
    other: float | None
    """Where raters change."""
    relative: bool
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a body can move between readings: allowance + per_day x days."""

    allowance: float
    per_day: float
    relative: bool
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a score, or one answer."""

    key: str
    low: int
    high: int
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Band:
    """What a value up to `upto` is called."""

    upto: float
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of measurement.

    Parameters
    ----------
    key, names, unit
        Stable name, names by language, unit of the headline value.
    sides
        Sides that it is taken on.
    direction
        Which way is better; `neither` is shown and never judged.
    possible, plausible
        Values outside the first are refused, outside the second asked about.
    whole
        Whether only whole numbers are read.
    scoring
        How the details give the headline value.
    error
        Standard error of one reading.
    pace
        How fast it can change; None: not known.
    items
        Items of a sum.
    bands
        Names of ranges of the value, rising.
    answers
        Number of answers, lowest and highest one, of an instrument whose questions are not here.
    domains
        Domains, and the number and the range of answers in each.
    licensed
        Whether the practice needs a licence of its own.
    licence, note
        What is to be known about it.
    """

    key: str
    names: Mapping[str, str]
    unit: str
    sides: tuple[Side, ...]
    direction: Direction
    possible: tuple[float, float]
    plausible: tuple[float, float]
    whole: bool
    scoring: Scoring
    error: UsualError
    pace: Pace | None
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    answers: tuple[int, int, int]
    domains: tuple[str, ...]
    items_each: tuple[int, int, int, int]
    licensed: bool
    licence: str
    note: str

    def band(self, value: float) -> str:
        """Return the English name of the band that a value lies in; empty without bands."""
        return next((band.names["en"] for band in self.bands if value <= band.upto), "")


@lru_cache(maxsize=4)
def kinds(path: Path = SHIPPED) -> Mapping[str, Measure]:
    """Return every kind by its key.

    Parameters
    ----------
    path
        A file of the form of the shipped one.

    Raises
    ------
    InputError
        If the file is not of that form, or a key or a range in it is wrong.
    """
    from openpresso.clinic.measures.kind_file import KindsFile  # pydantic only on reading

    content = validate(load_document(path), KindsFile)
    for index, entry in enumerate(content.kinds):
        _check(entry, f"kinds[{index}]", path.name, [one.key for one in content.kinds])
    return MappingProxyType({entry.key: _measure(entry) for entry in content.kinds})


def kind(key: str) -> Measure:
    """Return one kind.

    Raises
    ------
    InputError
        If there is none of that key.
    """
    every = kinds()
    if key not in every:
        near = difflib.get_close_matches(key, every, n=1)
        raise InputError.one(
            "measurement",
            "unknown-kind",
            f"{key!r} is no kind of measurement; allowed are {', '.join(every)}",
            path="kind",
            hint=f"Did you mean {near[0]!r}?" if near else "Choose one of them.",
        )
    return every[key]


def _check(entry: KindEntry, path: str, source: str, keys: list[str]) -> None:
    """Refuse what the form alone lets through."""
    wrong = ""
    if keys.count(entry.key) > 1:
        wrong = f"the key {entry.key!r} is given twice"
    elif not entry.possible[0] <= entry.plausible[0] < entry.plausible[1] <= entry.possible[1]:
        wrong = f"the plausible range {entry.plausible} is not inside {entry.possible}"
    elif (entry.scoring == "sum") != bool(entry.items):
        wrong = "a sum needs items, and nothing else has them"
    elif entry.items and sum(one.high for one in entry.items) != entry.possible[1]:
        wrong = f"the items add up to another highest value than {entry.possible[1]}"
    if wrong:
        raise InputError.one(source, "bad-kind", wrong, path=path, hint="Correct the file.")


def _measure(entry: KindEntry) -> Measure:
    """Return the kind of one entry."""
    answers, each, pace = entry.answers, entry.items_each, entry.pace
    return Measure(
        entry.key,
        MappingProxyType(entry.name.model_dump()),
        entry.unit,
        tuple(entry.sides),
        entry.direction,
        (entry.possible[0], entry.possible[1]),
        (entry.plausible[0], entry.plausible[1]),
        entry.whole,
        entry.scoring,
        UsualError(**entry.error.model_dump()),
        Pace(**pace.model_dump()) if pace else None,
        tuple(Item(one.key, one.low, one.high, _names(one.en, one.de)) for one in entry.items),
        tuple(Band(one.upto, _names(one.en, one.de)) for one in entry.bands),
        (answers.count, answers.low, answers.high) if answers else (0, 0, 0),
        tuple(entry.domains),
        (each.least, each.most, each.low, each.high) if each else (0, 0, 0, 0),
        entry.licence.needed,
        entry.licence.note,
        entry.note,
    )


def _names(en: str, de: str) -> Mapping[str, str]:
    return MappingProxyType({"en": en, "de": de})
