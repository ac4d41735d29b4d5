"""Volume of a limb from girths, what it exceeds the other by, and how its change is told.

The three ways to tell a change (excess, percent of excess, relative volume change) are not
interchangeable: the same patients had 35 % less excess and an 8 % smaller limb.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, Literal

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALLEST_EXCESS: Final = 200.0
"""Excess below which its percentage is not told, because it explodes [mL]."""

Severity = Literal["none", "minimal", "moderate", "severe"]


def limb_volume(girths: Sequence[float], heights: Sequence[float]) -> float:
    """Return the volume between the first and the last height, as truncated cones [mL].

    V = sum of h (C1^2 + C1 C2 + C2^2) / (12 pi), with h the distance of two neighbours, which
    need not be the same everywhere.

    Parameters
    ----------
    girths
        Girths [cm].
    heights
        Their heights along the limb, rising [cm].

    Raises
    ------
    InputError
        If there are fewer than two, or the heights do not rise.
    """
    from openpresso.twin.people.shape import cones  # it reads the figures of the twin

    if len(girths) != len(heights) or len(girths) < 2:
        message = f"{len(girths)} girths at {len(heights)} heights; allowed are two or more pairs"
        raise InputError.one("girths", "too-few-girths", message, hint="Measure at two heights.")
    if any(upper <= lower for lower, upper in itertools.pairwise(heights)):
        message = f"the heights {list(heights)} do not rise"
        raise InputError.one("girths", "heights-out-of-order", message, hint="Sort them.")
    return cones(girths, heights)


def excess(affected: float, unaffected: float) -> float:
    """Return by how much the affected limb is larger [mL]."""
    return affected - unaffected


def excess_percent(affected: float, unaffected: float) -> float:
    """Return the excess as a percentage of the unaffected limb [%]."""
    return 100.0 * (affected - unaffected) / unaffected


def excess_reduction(before: float, after: float) -> float | None:
    """Return by how much an excess fell, as a percentage of what it was [%].

    Parameters
    ----------
    before, after
        Excess [mL].

    Returns
    -------
    float | None
        None where the excess was below `SMALLEST_EXCESS`: the percentage of little is noise.
    """
    return None if before < SMALLEST_EXCESS else 100.0 * (before - after) / before


def relative_volume_change(affected: tuple[float, float], unaffected: tuple[float, float]) -> float:
    """Return the change of the affected limb relative to the other one [-].

    RVC = A2 U1 / (U2 A1) - 1; from memory, not from a source that was read.

    Parameters
    ----------
    affected, unaffected
        Volume before and after [mL].
    """
    return affected[1] * unaffected[0] / (unaffected[1] * affected[0]) - 1.0


def severity(percent: float) -> Severity:
    """Return how severe an excess is by the words of the ISL; from memory.

    Parameters
    ----------
    percent
        Excess as a percentage of the unaffected limb [%].
    """
    if percent <= 5.0:
        return "none"
    if percent < 20.0:
        return "minimal"
    return "moderate" if percent <= 40.0 else "severe"
