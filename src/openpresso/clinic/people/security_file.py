"""The form of the file of figures for passwords, PINs, codes and sign-ins."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openpresso.documents.fields import FileModel

Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
Text = Annotated[str, Field(min_length=1, max_length=400)]
FigureName = Literal[
    "hash-memory", "hash-passes", "hash-lanes", "hash-salt", "hash-length", "password-shortest",
    "password-longest", "pin-shortest", "pin-longest", "pin-tries", "lock-tries", "lock-minutes",
    "sign-in-hours", "idle-minutes", "code-hours", "code-characters", "totp-digits", "totp-step",
    "totp-tolerance", "offer-minutes",
]  # fmt: skip


class FigureEntry(FileModel):
    """One figure."""

    value: Annotated[int, Field(ge=1, le=10_000_000)]
    unit: Text
    mark: Mark
    source: Text


class CommonEntry(FileModel):
    """What people choose first."""

    mark: Mark
    source: Text
    words: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z]{3,20}$")]], Field(min_length=10, max_length=5000)
    ]


class SecurityFile(FileModel):
    """All figures."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    figures: dict[FigureName, FigureEntry]
    common: CommonEntry
