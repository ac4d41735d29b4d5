"""Slips in girths: a point in the wrong place, digits exchanged, a girth that stands out."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpresso.clinic.measures.guard_file import guards

if TYPE_CHECKING:
    from openpresso.clinic.measures.girths import Girths

AROUND = 2
"""Points on either side that tell what is to be expected."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One finding.

    Parameters
    ----------
    guard
        Which guard found it.
    index
        Number of the height.
    value
        What was entered, or the difference of the readings [cm].
    expected
        What would fit [cm].
    """

    guard: str
    index: int
    value: float
    expected: float


def find(now: Girths, last: Girths | None) -> list[Slip]:
    """Return what looks like a slip, at most one finding a height.

    Parameters
    ----------
    now
        Girths as entered.
    last
        The last series of the same leg at the same heights; None: there is none.
    """
    digits = {slip.index: slip for slip in _digits(now, last)}
    clean = [
        slip.expected if (slip := digits.get(index)) else mean
        for index, mean in enumerate(now.means)
    ]
    found = dict(digits)
    for index, readings in enumerate(now.readings):
        if index in found:
            continue
        if slip := _stands_out(index, clean, now, last):
            found[index] = slip
        elif (spread := max(readings) - min(readings)) > guards()["two-readings"].limit:
            found[index] = Slip("two-readings", index, spread, clean[index])
    return [found[index] for index in sorted(found)]


def _digits(now: Girths, last: Girths | None) -> list[Slip]:
    """Return readings whose point or digits are in the wrong place."""
    middles = [statistics.median(one) for one in now.readings]
    before = _moved(last, middles) if last else None
    found: dict[int, Slip] = {}
    for index, readings in enumerate(now.readings):
        expected = before[index] if before else _nearby(now, index)
        for reading in readings:
            if _is_ten_times(reading, expected):
                found[index] = Slip("ten-times", index, reading, expected)
    # A leg bends, at the knee above all: a line through neighbours is less sure than a series.
    sure = 1.0 if before else 2.0
    # A point in the wrong place must not make its neighbours look wrong.
    middles = [found[i].expected if i in found else one for i, one in enumerate(middles)]
    for index, readings in enumerate(now.readings):
        line = before[index] if before else _line(now, index, middles)
        for reading in readings:
            swapped = _swapped(reading, line, sure) if line is not None else None
            if index not in found and swapped is not None:
                found[index] = Slip("transposed", index, reading, swapped)
    return list(found.values())


def _moved(last: Girths, now: list[float]) -> list[float]:
    """Return the last series as it would be if the whole leg had changed alike.

    Only what one height adds to that is asked about.
    """
    factor = statistics.median(a / b for a, b in zip(now, last.means, strict=True))
    return [factor * one for one in last.means]


def _nearby(now: Girths, index: int) -> float:
    """Return the median of the readings around a height; one slip there does not move it far."""
    around = range(max(0, index - AROUND), min(len(now.heights), index + AROUND + 1))
    return statistics.median(one for i in around if i != index for one in now.readings[i])


def _line(now: Girths, index: int, middles: list[float]) -> float | None:
    """Return the girth on the line between both neighbours; None at the ends."""
    if not 0 < index < len(middles) - 1:
        return None
    return _between(now, index, middles[index - 1], middles[index + 1])


def _between(now: Girths, index: int, low: float, high: float) -> float:
    """Return the girth at a height on the line between its neighbours."""
    below, here, above = now.heights[index - 1 : index + 2]
    return low + (high - low) * (here - below) / (above - below)


def _is_ten_times(reading: float, expected: float) -> bool:
    """Whether a reading is about ten times or a tenth of what is expected."""
    limit = guards()["ten-times"].limit
    return any(
        (1.0 - limit) * factor <= reading / expected <= (1.0 + limit) * factor
        for factor in (10.0, 0.1)
    )


def _swapped(reading: float, expected: float, factor: float) -> float | None:
    """Return the reading with two neighbouring digits exchanged, where that fits much better."""
    limit = guards()["transposed"].limit
    digits = f"{reading:.1f}".replace(".", "")
    for place in range(len(digits) - 1):
        changed = list(digits)
        changed[place], changed[place + 1] = changed[place + 1], changed[place]
        value = int("".join(changed)) / 10.0
        miss = abs(value - expected)
        if miss < limit and abs(reading - expected) - miss > factor * limit:
            return value
    return None


def _stands_out(index: int, clean: list[float], now: Girths, last: Girths | None) -> Slip | None:
    """Return a girth that fits neither its neighbours nor the last series."""
    if last:
        expected, guard = _moved(last, clean)[index], "last-series"
    elif 0 < index < len(clean) - 1:
        expected, guard = _between(now, index, clean[index - 1], clean[index + 1]), "neighbours"
    else:
        return None
    if abs(clean[index] - expected) <= guards()[guard].limit * expected:
        return None
    return Slip(guard, index, clean[index], expected)


def fits_better(now: Girths, last: Girths, other: Girths) -> bool:
    """Return whether girths fit the other leg's last series better than that of the same leg."""
    to_last, to_other = (
        statistics.fmean(abs(a - b) for a, b in zip(now.means, one.means, strict=True))
        for one in (last, other)
    )
    noise = guards()["two-readings"].limit
    return to_last > noise and to_other < guards()["wrong-side"].limit * to_last
