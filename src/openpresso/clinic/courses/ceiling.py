"""The ceiling of a client: the smallest of several limits, each with its owner and its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpresso.errors import InputError
from openpresso.session.limits import TRIP_MARGIN, Limit

if TYPE_CHECKING:
    from openpresso.cuff.model import Cuff
    from openpresso.program.model import Program

MARGIN: Final = 10.0
"""How far below the diastolic pressure a ceiling stays where nobody chose otherwise [mmHg].

Two sources of practice cap the pressure at the diastolic one; the margin itself is assumed.
"""
MOST_MARGIN: Final = 60.0
"""Largest margin that is taken for meant [mmHg]."""
DIASTOLIC: Final = (30.0, 150.0)
"""Readings of a diastolic pressure that are taken for real [mmHg]."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest pressure allowed for one client, here and now.

    Parameters
    ----------
    parts
        Every limit, in the order program, cuff, client, screening, order.
    """

    parts: tuple[Limit, ...]

    @property
    def binding(self) -> Limit:
        """The limit that decides: the smallest, the first of equal ones."""
        return min(self.parts, key=lambda limit: limit.value)

    @property
    def value(self) -> float:
        """The ceiling [mmHg]."""
        return self.binding.value

    @property
    def reason(self) -> str:
        """Who set the deciding limit and why, for example `client: diastolic 70 less 10 mmHg`."""
        return f"{self.binding.who}: {self.binding.why}"


def ceiling(
    program: Program,
    cuff: Cuff,
    *,
    diastolic: float | None = None,
    margin: float = MARGIN,
    screening: float | None = None,
    order: float | None = None,
    ordered_by: str = "",
) -> Ceiling:
    """Return the ceiling: min(program, cuff, diastolic - margin, screening, order).

    An order can tighten it and never loosen it.

    Parameters
    ----------
    program, cuff
        What is delivered, by what.
    diastolic
        The client's diastolic pressure [mmHg]; None when it was not measured.
    margin
        How far below it the ceiling stays [mmHg].
    screening
        Cap that the screening set [mmHg]; None without one.
    order
        Ceiling that a clinician ordered [mmHg]; None without one.
    ordered_by
        Who ordered it.

    Returns
    -------
    Ceiling
        Its value, the deciding reason, and all parts.

    Raises
    ------
    InputError
        If a pressure cannot be one.
    """
    parts = [
        Limit(program.ceiling, "program", f"ceiling of {program.name}"),
        Limit(
            max(cuff.max_pressure - TRIP_MARGIN, 0.0),
            "cuff",
            f"hard limit of {cuff.name}, {cuff.max_pressure:.0f} mmHg, less room to regulate",
        ),
    ]
    if diastolic is not None:
        low, high = DIASTOLIC
        _within("diastolic", diastolic, low, high)
        _within("margin", margin, 0.0, MOST_MARGIN)
        why = f"diastolic {diastolic:g} less {margin:g} mmHg"
        parts.append(Limit(max(diastolic - margin, 0.0), "client", why))
    if screening is not None:
        parts.append(Limit(screening, "screening", "cap of the screening"))
    if order is not None:
        parts.append(Limit(order, ordered_by or "order", "order"))
    return Ceiling(tuple(parts))


def _within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a pressure out of its range."""
    if not (math.isfinite(value) and low <= value <= high):
        raise InputError.one(
            "ceiling",
            "out-of-range",
            f"{value!r} mmHg is not possible; {low:g} to {high:g} mmHg is allowed",
            path=name,
            hint="measure again, or correct the number.",
        )
