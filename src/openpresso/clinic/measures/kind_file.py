"""The form of the file of what can be measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openpresso.documents.fields import FileModel

Text = Annotated[str, Field(min_length=1, max_length=500)]
Key = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z0-9]+)*$", max_length=40)]
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
Side = Literal["left", "right", "both", "none"]
Direction = Literal["lower-is-better", "higher-is-better", "neither"]
Scoring = Literal[
    "number", "sum", "girths", "domains", "global-index", "monofilament", "blood-pressure",
    "ankle-index",
]  # fmt: skip
Range = Annotated[list[float | int], Field(min_length=2, max_length=2)]


class NameEntry(FileModel):
    """A name in each language."""

    en: Text
    de: Text


class ItemEntry(NameEntry):
    """One item of a score."""

    key: Key
    low: int
    high: int


class BandEntry(NameEntry):
    """What a score up to a value is called."""

    upto: float | int


class ErrorEntry(FileModel):
    """Standard error of one reading."""

    same: float | None
    other: float | None
    relative: bool
    mark: Mark
    source: Text


class PaceEntry(FileModel):
    """How far a body can move from one reading to the next."""

    allowance: float
    per_day: float
    relative: bool
    mark: Mark
    source: Text


class LicenceEntry(FileModel):
    """Whether an instrument needs a licence of the practice."""

    needed: bool = False
    note: Annotated[str, Field(max_length=500)] = ""


class AnswersEntry(FileModel):
    """Answers of an instrument whose questions are not shipped."""

    count: Annotated[int, Field(ge=1, le=100)]
    low: int
    high: int


class DomainItemsEntry(FileModel):
    """Answers in each domain."""

    least: int
    most: int
    low: int
    high: int


class KindEntry(FileModel):
    """One kind of measurement."""

    key: Key
    name: NameEntry
    unit: Annotated[str, Field(max_length=20)]
    sides: Annotated[list[Side], Field(min_length=1)]
    direction: Direction
    possible: Range
    plausible: Range
    whole: bool = False
    scoring: Scoring
    error: ErrorEntry
    pace: PaceEntry | None = None
    items: Annotated[list[ItemEntry], Field(default_factory=list)]
    bands: Annotated[list[BandEntry], Field(default_factory=list)]
    answers: AnswersEntry | None = None
    domains: Annotated[list[Key], Field(default_factory=list)]
    items_each: DomainItemsEntry | None = None
    licence: LicenceEntry = LicenceEntry()
    note: Annotated[str, Field(max_length=500)] = ""


class KindsFile(FileModel):
    """All kinds."""

    form: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    kinds: list[KindEntry]
