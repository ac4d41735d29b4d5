"""Templates of courses, and the measure of each indication, read from templates.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from openpresso.clinic.words import Words
from openpresso.documents import load_document, validate
from openpresso.documents.fields import Duration, FileModel
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Style = Literal["course", "on-demand", "preventive"]
Side = Literal["left", "right", "both", "none"]
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
Text = Annotated[str, Field(min_length=1, max_length=400)]

SHIPPED: Final = Path(__file__).with_name("templates.yaml")
DEFAULT: Final = "weekly-eight"
"""Template of a course for which nobody chose another."""


class FigureEntry(FileModel):
    """Where a figure comes from."""

    figure: Text
    mark: Mark
    source: Text


class TemplateEntry(FileModel):
    """One template."""

    name: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
    title: Words
    style: Style
    sessions: Annotated[int, Field(ge=0, le=200)]
    every_days: Annotated[int, Field(ge=0, le=366)]
    minutes: Annotated[Duration, Field(gt=0)]
    baselines: Annotated[int, Field(ge=0, le=10)]
    ends: Annotated[int, Field(ge=0, le=10)]
    follow_ups: list[Annotated[int, Field(ge=1, le=520)]]
    unknown: Words
    figures: list[FigureEntry]


class MeasureEntry(FileModel):
    """What is followed for an indication."""

    kind: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    side: Side


class TemplatesFile(FileModel):
    """The file of templates."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: int
    templates: Annotated[list[TemplateEntry], Field(min_length=1)]
    measures: dict[str, MeasureEntry]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that a course is followed by: a kind of measurement and a side."""

    kind: str
    side: Side


@dataclass(frozen=True, slots=True)
class Template:
    """A course as a practice offers it."""

    name: str
    title: Words
    style: Style
    sessions: int
    """0: no number is agreed."""
    every_days: int
    """Days from one due day to the next [d]; 0 without a plan."""
    minutes: float
    """Length of a session [min]."""
    baselines: int
    """Measurements on different days before the first session."""
    ends: int
    """Measurements on different days after the last one."""
    follow_ups: tuple[int, ...]
    """Weeks after the end [w]."""
    unknown: Words
    """What nobody knows about such a course."""
    figures: tuple[FigureEntry, ...]
    """Sources."""


@dataclass(frozen=True, slots=True)
class Templates:
    """Everything the file holds."""

    templates: Mapping[str, Template]
    measures: Mapping[str, Measure]
    """By indication."""


def load(path: Path | str = SHIPPED) -> Templates:
    """Return the templates of a file.

    Parameters
    ----------
    path
        The file; the shipped one by default.

    Returns
    -------
    Templates
        Checked.

    Raises
    ------
    InputError
        If the file is not one of templates, or contradicts itself.
    """
    document = load_document(path)
    content = validate(document, TemplatesFile)
    for index, entry in enumerate(content.templates):
        contradiction = _contradiction(entry)
        if contradiction:
            where = f"templates[{index}]"
            raise InputError.one(
                str(path),
                "contradiction",
                contradiction,
                path=where,
                hint="correct one of the two.",
                line=document.line_of(where),
            )
    return Templates(
        MappingProxyType({entry.name: _template(entry) for entry in content.templates}),
        MappingProxyType(
            {name: Measure(one.kind, one.side) for name, one in content.measures.items()}
        ),
    )


@cache
def shipped() -> Templates:
    """Return the shipped templates."""
    return load()


def find(name: str) -> Template:
    """Return a shipped template.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    known = shipped().templates
    if name not in known:
        raise InputError.one(
            "course",
            "unknown-template",
            f"there is no template {name!r}; there are {', '.join(known)}",
            path="template",
            hint="choose one of these, or leave it empty and give the plan itself.",
        )
    return known[name]


def _template(entry: TemplateEntry) -> Template:
    return Template(
        entry.name,
        entry.title,
        entry.style,
        entry.sessions,
        entry.every_days,
        entry.minutes / 60.0,
        entry.baselines,
        entry.ends,
        tuple(entry.follow_ups),
        entry.unknown,
        tuple(entry.figures),
    )


def _contradiction(entry: TemplateEntry) -> str:
    """Return what in an entry cannot be true together; empty when all can."""
    free = entry.style == "on-demand"
    if free != (entry.sessions == 0) or free != (entry.every_days == 0):
        return (
            f"style {entry.style} with {entry.sessions} sessions every {entry.every_days} days: "
            "a course on demand has 0 and 0, every other one more"
        )
    if entry.follow_ups != sorted(set(entry.follow_ups)):
        return f"follow_ups {entry.follow_ups}: each week once, in order"
    return ""
