"""Trends as small drawings: values over time with the error of a reading as a band."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from openpresso.clinic.measures import rater

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpresso.clinic.desk import Desk

WIDTH: Final = 640.0
HEIGHT: Final = 200.0
LEFT: Final = 64.0
RIGHT: Final = 16.0
TOP: Final = 12.0
BOTTOM: Final = 32.0
"""Of the drawing and its margins [units of the drawing]."""
SURE: Final = 1.96
"""Standard errors of a 95 % interval."""
MOST: Final = 200
"""Readings that a drawing shows; the newest."""


@dataclass(frozen=True, slots=True)
class Point:
    """One reading.

    Parameters
    ----------
    at, value
        When, and what [unit of the kind].
    low, high
        95 % interval of the reading; None where its error is not known.
    x, y
        Where it lies in the drawing.
    purpose
        What it was taken for.
    """

    at: dt.datetime
    value: float
    low: float | None
    high: float | None
    x: float
    y: float
    purpose: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A drawing of `WIDTH` by `HEIGHT`.

    Parameters
    ----------
    points
        The readings, the oldest first.
    line, band
        Paths through the values and round their intervals; the band is empty without an error.
    levels
        Labelled values: the value, and its y.
    digits
        Digits after the point that the values are worth.
    source
        Where the error is from.
    """

    points: tuple[Point, ...]
    line: str
    band: str
    levels: tuple[tuple[float, float], ...]
    digits: int
    source: str


class Read(Protocol):
    """What a trend needs of a reading; measurements have it."""

    @property
    def at(self) -> dt.datetime:
        """When."""

    @property
    def value(self) -> float:
        """What [unit of the kind]."""

    @property
    def rater_id(self) -> int | None:
        """By whom."""

    @property
    def purpose(self) -> str:
        """For what."""

    @property
    def kind(self) -> str:
        """Key of its kind."""


def of(desk: Desk, rows: Sequence[Read]) -> Trend:
    """Return the trend of readings of one kind and side, the oldest first; at least one."""
    rows = rows[-MOST:]
    errors = {one: rater.error(desk, rows[0].kind, one) for one in {row.rater_id for row in rows}}
    spans = []
    for row in rows:
        sem = errors[row.rater_id].at(row.value)
        spans.append(None if sem is None else SURE * sem)
    lows = [row.value - (span or 0.0) for row, span in zip(rows, spans, strict=True)]
    highs = [row.value + (span or 0.0) for row, span in zip(rows, spans, strict=True)]
    levels = _levels(min(lows), max(highs))
    bottom, top = levels[0], levels[-1]
    first, last = rows[0].at, rows[-1].at
    length = max((last - first).total_seconds(), 1.0)

    def across(at: dt.datetime) -> float:
        if len(rows) == 1:
            return (LEFT + WIDTH - RIGHT) / 2.0
        inner = WIDTH - LEFT - RIGHT - 16.0
        return round(LEFT + 8.0 + (at - first).total_seconds() / length * inner, 1)

    def down(value: float) -> float:
        share = (value - bottom) / (top - bottom)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    points = tuple(
        Point(
            row.at,
            row.value,
            None if span is None else row.value - span,
            None if span is None else row.value + span,
            across(row.at),
            down(row.value),
            row.purpose,
        )
        for row, span in zip(rows, spans, strict=True)
    )
    known = [one for one in points if one.low is not None and one.high is not None]
    upper = [(one.x, down(one.high or 0.0)) for one in known]
    lower = [(one.x, down(one.low or 0.0)) for one in reversed(known)]
    return Trend(
        points,
        _path([(one.x, one.y) for one in points]),
        _path([*upper, *lower]) + "Z" if len(known) > 1 else "",
        tuple((level, down(level)) for level in levels),
        _digits(levels[1] - levels[0]),
        errors[rows[-1].rater_id].source,
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _levels(low: float, high: float) -> list[float]:
    """Return three to six round values that hold all readings between them."""
    span = max(high - low, abs(high) * 0.02, 1.0)
    rough = span / 3.0
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(one for one in (1.0, 2.0, 5.0, 10.0) if one * size >= rough)
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    return [round(step * n, 6) for n in range(first, last + 1)]


def _digits(step: float) -> int:
    return 0 if step >= 1.0 else 1 if step >= 0.1 else 2
