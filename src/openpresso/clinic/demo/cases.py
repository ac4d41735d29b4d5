"""The cases of the made-up clinic, read from cases.yaml."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field

from openpresso.documents import parse_document, validate
from openpresso.documents.fields import FileModel
from openpresso.twin.people.conditions import Condition

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Complaint(FileModel):
    """What they complain of, on which scale, and between which values before the course."""

    kind: Literal["heaviness", "pain", "cellulite-severity"]
    before: Annotated[list[int], Field(min_length=2, max_length=2)]


class Case(FileModel):
    """One reason to come."""

    share: Share
    """Of all clients [-]."""
    condition: Condition
    """What the twin's leg has."""
    program: str
    cuff: str
    complaint: Complaint
    attends: Share
    """Chance that a booked session is kept [-]."""
    returns: Share
    """Chance that somebody comes to a follow-up [-]."""


class CaseFile(FileModel):
    """The file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: int
    mark: Literal["assumed"]
    cases: dict[str, Case]


@cache
def cases() -> dict[str, Case]:
    """Return the cases by indication."""
    text = resources.files("openpresso.clinic.demo").joinpath("cases.yaml").read_text("utf-8")
    return validate(parse_document(text, "cases.yaml"), CaseFile).cases
