"""A leg with its cuff, drawn from data: one shape for each chamber, seen from the front.

The outline is that of nobody in particular; where the chambers lie is the cuff's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from openpresso.cuff.model import Cuff

OUTLINE: Final = np.array([
    # level above the sole, half of the width, middle [cm]; the toes point outwards
    (0.0, 5.4, 3.4), (2.0, 6.2, 3.0), (4.5, 5.6, 2.0), (7.5, 4.5, 0.8), (11.0, 3.9, 0.2),
    (15.0, 4.0, 0.0), (20.0, 4.9, 0.0), (27.0, 6.1, 0.1), (33.0, 6.3, 0.1), (39.0, 5.7, 0.0),
    (44.0, 5.7, -0.1), (48.0, 6.1, -0.1), (55.0, 7.2, -0.2), (63.0, 8.3, -0.3), (72.0, 9.3, -0.4),
    (82.0, 10.0, -0.5), (90.0, 10.2, -0.5),
])  # fmt: skip
"""Of a leg seen from the front (a drawing, not a measurement)."""
TOP: Final = 92.0
"""Level at which the picture begins [cm]."""
WIDTH: Final = 30.0
"""Of the picture [cm]."""
GAP: Final = 0.35
"""Between two chambers [cm]."""
STEP: Final = 0.75
"""Between two points of an outline [cm]."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One chamber in the picture.

    Parameters
    ----------
    number
        Of the chamber, from 1, distal to proximal.
    path
        Outline as an SVG path [cm].
    top, bottom
        Where it begins and ends, from above [cm].
    middle
        Where its number stands [cm].
    """

    number: int
    path: str
    top: float
    bottom: float
    middle: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A leg and its chambers; the picture is `WIDTH` by `TOP` + 1.

    Parameters
    ----------
    outline
        The whole leg as an SVG path.
    shapes
        Its chambers, distal to proximal.
    """

    outline: str
    shapes: tuple[Shape, ...]


def drawing(cuff: Cuff, leg: str) -> Drawing:
    """Return a leg in its cuff as the person who looks at it sees it: the left leg on the right.

    Parameters
    ----------
    cuff
        A cuff for leg, calf or foot.
    leg
        `left` or `right`; the toes point outwards.
    """
    outwards = 1.0 if leg == "left" else -1.0
    ends = _ends(cuff)
    shapes = []
    for chamber, (low, high) in zip(cuff.chambers, pairwise(ends), strict=True):
        shapes.append(
            Shape(
                number=chamber.number,
                path=_slice(low + GAP / 2.0, high - GAP / 2.0, outwards),
                top=round(TOP - high, 2),
                bottom=round(TOP - low, 2),
                middle=round(WIDTH / 2.0 + outwards * float(_at(0.5 * (low + high))[1]), 2),
            )
        )
    return Drawing(_slice(0.0, 90.0, outwards), tuple(shapes))


def _ends(cuff: Cuff) -> list[float]:
    """Return the levels between chambers, with both ends of the cuff [cm], `(n_chambers + 1,)`.

    A foot's chambers lie behind one another; seen from the front they share its height.
    """
    first, last = cuff.chambers[0], cuff.chambers[-1]
    lowest = 0.0 if first.zone == "foot" else first.level - first.length / 2.0
    highest = 8.0 if last.zone == "foot" else last.level + last.length / 2.0 - last.overlap
    between = [0.5 * (one.level + other.level) for one, other in pairwise(cuff.chambers)]
    ends = [lowest, *between, min(highest, TOP - 2.0)]
    foot = sum(chamber.zone == "foot" for chamber in cuff.chambers)
    return [float(end) for end in (*np.linspace(lowest, ends[foot], foot + 1), *ends[foot + 1 :])]


def _at(level: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return half of the width and the middle at levels [cm], shape `(2, ...)`."""
    known, width, middle = OUTLINE.T
    return np.array([np.interp(level, known, width), np.interp(level, known, middle)])


def _slice(low: float, high: float, outwards: float) -> str:
    """Return the part of the leg between two levels as an SVG path, its corners rounded."""
    count = max(int((high - low) / STEP), 3) + 1
    levels = np.linspace(low, high, count)
    width, middle = _at(levels)
    corner = np.minimum(np.minimum(levels - low, high - levels) / 0.8, 1.0)
    width = width - 0.7 * (1.0 - np.sqrt(np.maximum(1.0 - (1.0 - corner) ** 2, 0.0)))
    left = WIDTH / 2.0 + outwards * middle - width
    right = WIDTH / 2.0 + outwards * middle + width
    points = [
        *zip(right, TOP - levels, strict=True),
        *zip(left[::-1], TOP - levels[::-1], strict=True),
    ]
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + "Z"
