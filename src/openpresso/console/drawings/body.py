"""Both legs from the front with what was measured on them: a drawing, not this client's legs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from openpresso import cuff as cuffs
from openpresso.console.drawings.leg import TOP, drawing
from openpresso.console.forms.measuring import marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpresso.console.body_sites import Last

LEG: Final = "leg-8"
"""Cuff whose drawing gives the outline; its chambers are not drawn."""
MOVED: Final = {"right": 24.5, "left": 49.5}
"""How far to the right the drawing of each leg is moved [cm]; the left leg is on the right."""
LABEL: Final = 26.0
"""Width of a label [cm]."""
TALL: Final = 7.6
"""Height of a label, less where there are many: what lies nearer is moved apart [cm]."""
WIDTH: Final = 104.0
HEIGHT: Final = TOP + 1.0
"""Of the picture [cm]."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One site in the picture.

    Parameters
    ----------
    one
        What was measured there.
    left, right, y
        The line across the leg.
    label
        Left edge of its label.
    at
        Middle of its label, moved so that no two labels lie on each other.
    """

    one: Last
    left: float
    right: float
    y: float
    label: float
    at: float


@dataclass(frozen=True, slots=True)
class Body:
    """The picture, `WIDTH` by `HEIGHT`.

    Parameters
    ----------
    outlines
        Path of each leg, with how far it is moved to the right.
    marks
        Sites of both legs.
    """

    outlines: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]


def body(found: Sequence[Last], offsets: dict[str, float]) -> Body:
    """Return the picture of some sites; whoever looks at a person sees the left leg on the right.

    Parameters
    ----------
    found
        Sites with a height.
    offsets
        Distance of the first height to the ankle by leg [cm].
    """
    drawn: list[Mark] = []
    for side, moved in MOVED.items():
        here = [one for one in found if one.side == side and one.height is not None]
        lines = marks([one.height or 0.0 for one in here], offsets.get(side, 0.0), side)
        places = _apart([line["y"] for line in lines])
        label = 0.0 if side == "right" else WIDTH - LABEL
        for one, line, at in zip(here, lines, places, strict=True):
            ends = (round(line["left"] + moved, 2), round(line["right"] + moved, 2))
            drawn.append(Mark(one, *ends, line["y"], label, at))
    return Body(tuple((moved, _outline(side)) for side, moved in MOVED.items()), tuple(drawn))


def _apart(wanted: Sequence[float]) -> list[float]:
    """Return levels near to those wanted that are far enough apart; the lowest site is first."""
    tall = min(TALL, HEIGHT / max(len(wanted), 1))
    found: list[float] = []
    for index, y in enumerate(wanted):
        lowest = HEIGHT - tall / 2 if not found else found[-1] - tall
        highest = tall / 2 + tall * (len(wanted) - 1 - index)
        found.append(max(min(y, lowest), highest))
    return [round(y, 2) for y in found]


@cache
def _outline(leg: str) -> str:
    return drawing(cuffs.load(LEG), leg).outline
