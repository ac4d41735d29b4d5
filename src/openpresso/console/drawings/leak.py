"""How a cuff's leaks go, as shapes for SVG: its worst chamber in each fit test, under the limit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openpresso.console.drawings.trend import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    _levels,
    _path,
)
from openpresso.session.fit_test import LEAK_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOM: Final = 1.2
"""The drawing goes at least this far above the limit, in limits."""
MOST: Final = 60
"""Fit tests that are drawn, the newest."""


@dataclass(frozen=True, slots=True)
class FitTest:
    """One fit test.

    Parameters
    ----------
    at
        When.
    leak, chamber
        Of the chamber that leaked most [mmHg/s], from 1.
    x, y
        Where it lies in the drawing.
    over
        Whether it is above the limit, at which a session does not start.
    """

    at: dt.datetime
    leak: float
    chamber: int
    x: float
    y: float
    over: bool


@dataclass(frozen=True, slots=True)
class Leaks:
    """A drawing of `trend.WIDTH` by `trend.HEIGHT`."""

    tests: tuple[FitTest, ...]
    line: str
    levels: tuple[tuple[float, float], ...]
    """Labelled values and their places."""
    limit: float
    """[mmHg/s]"""
    limit_y: float


def drawn(log: Sequence[Mapping[str, Any]]) -> Leaks | None:
    """Return the fit tests of a care log; None: there are none with a leak that was measured.

    Parameters
    ----------
    log
        Lines as the station gives them: `at`, `kind`, `data`.
    """
    found = []
    for line in log:
        leaks = line.get("data", {}).get("leaks") if line.get("kind") == "fit-test" else None
        known = [(value, n) for n, value in enumerate(leaks or (), 1) if value is not None]
        at = moment(str(line.get("at", "")))
        if known and at is not None:
            found.append((at, *max(known)))
    found = found[-MOST:]
    if not found:
        return None
    most = max(ROOM * LEAK_LIMIT, *(leak for _, leak, _ in found))
    levels = _levels(min(0.0, *(leak for _, leak, _ in found)), most)
    bottom, top = levels[0], levels[-1]
    first, last = found[0][0], found[-1][0]
    length = max((last - first).total_seconds(), 1.0)

    def across(at: dt.datetime) -> float:
        if len(found) == 1:
            return (LEFT + WIDTH - RIGHT) / 2.0
        share = (at - first).total_seconds() / length
        return round(LEFT + 8.0 + share * (WIDTH - LEFT - RIGHT - 16.0), 1)

    def down(value: float) -> float:
        return round(
            HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM), 1
        )

    tests = tuple(
        FitTest(at, leak, chamber, across(at), down(leak), leak > LEAK_LIMIT)
        for at, leak, chamber in found
    )
    return Leaks(
        tests,
        _path([(one.x, one.y) for one in tests]),
        tuple((level, down(level)) for level in levels),
        LEAK_LIMIT,
        down(LEAK_LIMIT),
    )


def moment(text: str) -> dt.datetime | None:
    """Return a time of the log; None where it is none."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
