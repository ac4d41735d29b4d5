"""The form of the figures of booking as a file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openpresso.documents.fields import Duration, FileModel, Within

Text = Annotated[str, Field(min_length=1, max_length=400)]
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
Span = Annotated[Duration, Within("duration", 60.0, 2 * 365 * 86400.0)]


class FigureEntry(FileModel):
    """One figure with what is known about it."""

    value: Span
    mark: Mark
    source: Text


class RulesFile(FileModel):
    """The figures of booking."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: int
    cleaning: FigureEntry
    longest_cleaning: FigureEntry
    longest: FigureEntry
    late_cancel: FigureEntry
    step: FigureEntry
    horizon: FigureEntry
    farthest: FigureEntry
    offer_lasts: FigureEntry
