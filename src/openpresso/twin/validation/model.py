"""What the twin is held against: the rows of `rows.yaml` with their values and tolerances."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from openpresso.documents import parse_document, validate
from openpresso.errors import InputError
from openpresso.twin.parameters import Mark

Use = Literal["C", "H", "Q", "V"]
"""Calibrate on it; held out; order only; verify against mathematics."""
Rule = Literal["near", "above", "below", "report"]
Chapter = Literal["gas", "veins", "flow", "sleeve", "fluid", "person", "section"]
Text = Annotated[str, Field(min_length=3)]

USES: Final[Mapping[Use, str]] = MappingProxyType(
    {
        "C": "calibrated on",
        "H": "held out",
        "Q": "order only",
        "V": "against mathematics",
    }
)
ROWS_FILE: Final = "rows.yaml"
REMARKS_FILE: Final = "remarks.yaml"


class Frozen(BaseModel):
    """A part of a data file that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Quantity(Frozen):
    """One measured quantity of a row: what was published and how far ours may be from it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    what: Text
    unit: str
    """`-` for none."""
    rule: Rule
    published: float
    low: float | None = None
    """Lower end of the published spread."""
    high: float | None = None
    spread: Literal["SD", "range", "interquartile range", "95 % CI"] | None = None
    """What the published spread is."""
    share: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    """Tolerance as a share of the published value [-]."""
    slack: Annotated[float, Field(ge=0.0)] | None = None
    """Tolerance in the quantity's unit."""
    mark: Mark | None = None
    """Where it differs from the row's."""
    reason: Text
    """Why the tolerance is as it is."""

    @model_validator(mode="after")
    def _is_complete(self) -> Quantity:
        ends = (self.low is None, self.high is None, self.spread is None)
        if any(ends) != all(ends):
            raise ValueError("low, high and spread come together")
        if not (self.low or self.published) <= self.published <= (self.high or self.published):
            raise ValueError(f"{self.published:g} is outside of its own spread")
        if self.rule == "near" and self.share is None and self.slack is None:
            raise ValueError("a near value needs a share or a slack")
        if self.rule in {"above", "below"} and self.slack is None:
            raise ValueError("a limit needs a slack, 0 for none")
        return self

    @property
    def tolerance(self) -> float:
        """Allowed difference, in the quantity's unit."""
        if self.low is not None and self.high is not None:
            spread = max(self.published - self.low, self.high - self.published)
        else:
            spread = 0.0
        return max(spread, (self.share or 0.0) * abs(self.published), self.slack or 0.0)

    def holds(self, ours: float) -> bool | None:
        """Tell whether our value is allowed; None if the quantity is only reported."""
        if self.rule == "report":
            return None
        difference = ours - self.published
        if self.rule == "above":
            return difference > -self.tolerance
        if self.rule == "below":
            return difference <= self.tolerance
        return abs(difference) <= self.tolerance


class Row(Frozen):
    """One published measurement that the twin repeats."""

    number: Annotated[str, Field(pattern=r"^[A-Z]?[0-9]{1,2}$")]
    use: Use
    title: Text
    chapter: Chapter
    """Which module runs it: `rows_<chapter>`."""
    source: Text
    mark: Mark
    setup: Text
    """How it was measured."""
    model: Text
    """How the twin repeats it."""
    quantities: Annotated[tuple[Quantity, ...], Field(min_length=1)]


class RowsFile(Frozen):
    """The file of all rows."""

    version: Annotated[int, Field(ge=1)]
    rows: tuple[Row, ...]


class Remark(Frozen):
    """What is to be said about a row's outcome; not frozen."""

    cause: str = ""
    """Likely cause of a miss."""
    note: str = ""
    """What a reader must know to judge it, such as a parameter that came from the same paper."""


@functools.cache
def rows() -> tuple[Row, ...]:
    """Return all rows in the file's order."""
    text = files(__package__).joinpath(ROWS_FILE).read_text(encoding="utf-8")
    return validate(parse_document(text, ROWS_FILE), RowsFile).rows


@functools.cache
def remarks() -> Mapping[str, Remark]:
    """Return what is to be said about outcomes, by the row's number."""
    text = files(__package__).joinpath(REMARKS_FILE).read_text(encoding="utf-8")
    data = parse_document(text, REMARKS_FILE).data
    return MappingProxyType({number: Remark(**entry) for number, entry in data.items()})


def chosen(numbers: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of these numbers in the file's order; all if there are none.

    Raises
    ------
    InputError
        If there is no such row.
    """
    known = [row.number for row in rows()]
    for number in numbers:
        if number not in known:
            raise InputError.one(
                "--row",
                "unknown-row",
                f"{number!r} is not a row; allowed are {', '.join(known)}",
                hint="the rows with their titles stand in docs/validation/table.md.",
            )
    return tuple(row for row in rows() if not numbers or row.number in numbers)
