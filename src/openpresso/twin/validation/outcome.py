"""What repeating a row gives: its quantities, and curves for its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One curve of a picture, or points when `points` is set."""

    x: Floats
    y: Floats
    label: str = ""
    points: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What a row's picture shows beside the comparison."""

    x_label: str
    """With its unit."""
    y_label: str
    lines: tuple[Line, ...]
    levels: tuple[tuple[float, str], ...] = ()
    """Horizontal lines with their names."""
    logarithmic: bool = False
    """Whether the horizontal axis is logarithmic."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Our values of a row's quantities."""

    values: Mapping[str, float]
    """By the quantity's name."""
    curves: Curves | None = None
    """None where there is nothing to draw but the values."""
    errors: Mapping[str, float] = field(default_factory=dict)
    """Standard deviation that the instrument would give each, where `measures` knows it."""


def line(x: ArrayLike, y: ArrayLike, label: str = "", *, points: bool = False) -> Line:
    """Return a curve from anything like arrays."""
    return Line(np.asarray(x, dtype=float), np.asarray(y, dtype=float), label, points)
