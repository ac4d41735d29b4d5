"""The form of the message templates as a file."""

from __future__ import annotations

import string
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from openpresso.documents.fields import Duration, FileModel

Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


def _only(*allowed: str) -> AfterValidator:
    """Return a check that a text has no other fields than these."""

    def check(text: str) -> str:
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError as error:
            raise ValueError(f"{error}; write a brace that is no field twice") from None
        unknown = sorted(fields - set(allowed))
        if unknown:
            raise ValueError(f"the field {unknown[0]!r} is unknown; allowed are {allowed}")
        return text

    return AfterValidator(check)


def _one_line(text: str) -> str:
    """Refuse a text of several lines."""
    if not text.isprintable():
        raise ValueError("a subject is one line")
    return text


FIELDS = ("given", "practice", "day", "time")


class DurationEntry(FileModel):
    """One figure with what is known about it."""

    value: Annotated[Duration, Field(gt=0)]
    mark: Mark
    source: Text


class WaitsEntry(FileModel):
    """Waits after failures with what is known about them."""

    value: Annotated[list[Annotated[Duration, Field(gt=0)]], Field(max_length=20)]
    mark: Mark
    source: Text


class DeliveryEntry(FileModel):
    """When messages leave, and how often it is tried."""

    reminder_before: DurationEntry
    waits: WaitsEntry
    stale: DurationEntry


class LanguageEntry(FileModel):
    """How a language says days and times."""

    language: Language
    weekdays: Annotated[list[Text], Field(min_length=7, max_length=7)]
    months: Annotated[list[Text], Field(min_length=12, max_length=12)]
    day: Annotated[Text, _only("weekday", "day", "month", "year")]
    time: Annotated[Text, _only("hour", "minute")]


class TemplateEntry(FileModel):
    """One text in one language."""

    kind: Literal[
        "confirmation", "moved", "reminder", "cancelled", "waiting-list-offer", "follow-up-due"
    ]
    language: Language
    subject: Annotated[Text, _only(*FIELDS), AfterValidator(_one_line)]
    text: Annotated[Text, _only(*FIELDS)]


class TemplatesFile(FileModel):
    """All texts in all languages."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: int
    delivery: DeliveryEntry
    languages: Annotated[list[LanguageEntry], Field(min_length=1)]
    templates: Annotated[list[TemplateEntry], Field(min_length=1)]
