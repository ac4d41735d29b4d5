"""The form of the retention file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openpresso.documents.fields import FileModel

Text = Annotated[str, Field(min_length=1, max_length=600)]
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]


class PeriodEntry(FileModel):
    """How long one kind of record is kept in one country."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    record: Literal["health-record", "accounting"]
    years: Annotated[int, Field(ge=1, le=100)]
    counted: Literal["last-entry", "end-of-year"]
    law: Text
    mark: Mark
    source: Text
    note: str = ""


class RuleEntry(FileModel):
    """One rule of the decision; the first that agrees decides."""

    name: Annotated[str, Field(pattern="^[a-z]+(-[a-z]+)*$")]
    when: dict[Literal["identity", "basis", "claim", "course", "record"], list[str]] = Field(
        default_factory=dict
    )
    outcome: Literal["erase", "restrict", "refuse"]
    reason: Text
    law: Text
    mark: Mark
    source: Text


class AnswerEntry(FileModel):
    """By when a request is answered."""

    months: Annotated[int, Field(ge=1, le=12)]
    extension: Annotated[int, Field(ge=0, le=12)]
    law: Text
    mark: Mark
    source: Text


class RetentionFile(FileModel):
    """Retention by country, and the rules of a decision about an erasure."""

    schema_: Literal[1] = Field(alias="schema")
    version: Text
    answer: AnswerEntry
    periods: list[PeriodEntry]
    rules: list[RuleEntry]
