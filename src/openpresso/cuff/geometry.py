"""Whether a cuff can be built: its chambers along the limb, its ranges and its limits."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from openpresso.errors import Diagnostic
from openpresso.units import format_length, format_pressure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.cuff.model import Chamber, Cuff, Limb, Zone

LIMB_ZONES: Final[dict[Limb, tuple[Zone, ...]]] = {
    "leg": ("foot", "ankle", "calf", "knee", "thigh"),
    "calf": ("foot", "ankle", "calf"),
    "foot": ("foot",),
    "arm": ("hand", "forearm", "elbow", "upper-arm"),
}
"""Zones that a cuff for a limb can cover, from distal to proximal."""
MAX_GAP: Final = 2.0
"""Widest uncovered stretch allowed between two chambers [cm]."""
OVERLAP_TOLERANCE: Final = 1.0
"""How far a stated overlap may be from what levels and lengths give [cm]."""
ACROSS: Final = frozenset({"foot"})
"""Zones that lie across the limb's axis: their length says nothing about levels."""


def examine(cuff: Cuff) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a cuff's figures.

    Parameters
    ----------
    cuff
        The cuff.

    Returns
    -------
    tuple[Diagnostic, ...]
        Errors and warnings; empty if the cuff can be built.
    """
    numbering = tuple(_numbering(cuff))
    if numbering:
        return numbering
    found = [*_zones(cuff), *_neighbours(cuff), *_ranges(cuff), *_limits(cuff)]
    return tuple(found)


def _error(code: str, path: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic("error", code, path, message, hint)


def _numbering(cuff: Cuff) -> Iterator[Diagnostic]:
    """Report the first chamber that is not numbered by its place, 1..N."""
    seen: set[int] = set()
    for index, chamber in enumerate(cuff.chambers):
        number, expected = chamber.number, index + 1
        path = f"chambers[{index}].number"
        if number == expected:
            seen.add(number)
            continue
        numbers = ", ".join(str(one.number) for one in cuff.chambers)
        order = f"chambers are numbered 1 to {cuff.n_chambers} from distal to proximal"
        if number in seen:
            message = f"chamber {number} is given twice (numbers {numbers}); {order}"
            yield _error("duplicate-chamber", path, message, f"number this one {expected}.")
        elif expected in {one.number for one in cuff.chambers}:
            message = f"chamber {number} is out of order (numbers {numbers}); {order}"
            yield _error("chamber-order", path, message, "sort the chambers by number.")
        else:
            message = f"chamber {expected} is missing (numbers {numbers}); {order}"
            hint = f"add chamber {expected} or renumber the chambers."
            yield _error("missing-chamber", path, message, hint)
        return


def _zones(cuff: Cuff) -> Iterator[Diagnostic]:
    """Report zones that are not part of the limb, or go back towards its end."""
    allowed = LIMB_ZONES[cuff.limb]
    reached = 0
    for index, chamber in enumerate(cuff.chambers):
        path = f"chambers[{index}].zone"
        if chamber.zone not in allowed:
            message = (
                f"{chamber.zone!r} is not part of a cuff for the {cuff.limb}; "
                f"allowed are {', '.join(allowed)}"
            )
            yield _error("wrong-zone", path, message, "correct the zone or the limb.")
            continue
        place = allowed.index(chamber.zone)
        if place < reached:
            message = (
                f"{chamber.zone!r} follows {allowed[reached]!r}; zones go {', '.join(allowed)}"
            )
            yield _error("zone-order", path, message, "order the chambers from distal to proximal.")
        reached = max(reached, place)


def _neighbours(cuff: Cuff) -> Iterator[Diagnostic]:
    """Report levels that do not rise, and neighbours that do not meet as they say."""
    for index, (distal, proximal) in enumerate(pairwise(cuff.chambers)):
        if proximal.level <= distal.level:
            message = (
                f"chamber {proximal.number} is at {format_length(proximal.level)}, not above "
                f"chamber {distal.number} at {format_length(distal.level)}; levels rise strictly"
            )
            hint = "correct the level of one of the two."
            yield _error("level-order", f"chambers[{index + 1}].level", message, hint)
            return  # the pairs above would only repeat it
        yield from _overlap(index, distal, proximal)
    last = cuff.n_chambers - 1
    if cuff.chambers[last].overlap > 0.0:
        shown = format_length(cuff.chambers[last].overlap)
        message = f"{shown} on the last chamber, which has no next one; allowed is 0 cm"
        yield _error("overlap", f"chambers[{last}].overlap", message, "write '0 cm'.")


def _overlap(index: int, distal: Chamber, proximal: Chamber) -> Iterator[Diagnostic]:
    """Check one pair of neighbours: stated overlap against lengths and levels."""
    path = f"chambers[{index}].overlap"
    stated, shortest = distal.overlap, min(distal.length, proximal.length)
    pair = f"chambers {distal.number} and {proximal.number}"
    if stated >= shortest:
        message = (
            f"{format_length(stated)} is not less than the length of both {pair}; "
            f"allowed is below {format_length(shortest)}"
        )
        yield _error("overlap", path, message, "correct the overlap or the lengths.")
        return
    if ACROSS & {distal.zone, proximal.zone}:
        return
    shared = round((distal.length + proximal.length) / 2 - (proximal.level - distal.level), 6)
    if shared < -MAX_GAP:
        message = (
            f"{pair} leave {format_length(-shared)} of the limb uncovered; "
            f"allowed is {format_length(MAX_GAP)}"
        )
        hint = "correct the levels or the lengths, or add the chamber that is missing."
        yield _error("chamber-gap", f"chambers[{index + 1}].level", message, hint)
    elif abs(max(shared, 0.0) - stated) > OVERLAP_TOLERANCE:
        message = (
            f"{pair} overlap by {format_length(max(shared, 0.0))} by their levels and lengths, "
            f"but {format_length(stated)} is stated; allowed is a difference of "
            f"{format_length(OVERLAP_TOLERANCE)}"
        )
        yield _error("overlap", path, message, "correct the overlap, the levels or the lengths.")


def _ranges(cuff: Cuff) -> Iterator[Diagnostic]:
    """Report girth ranges that run backwards or leave out the nominal girth."""
    for index, chamber in enumerate(cuff.chambers):
        small, large = chamber.girth_range
        shown = f"{format_length(small)} to {format_length(large)}"
        if small > large:
            message = f"{shown} runs backwards; the smaller girth comes first"
            path = f"chambers[{index}].girth_range"
            yield _error("girth-range", path, message, "swap the two.")
        elif not small <= chamber.girth <= large:
            message = f"{format_length(chamber.girth)} is outside the range that fits, {shown}"
            hint = "correct the nominal girth or the range."
            yield _error("girth-range", f"chambers[{index}].girth", message, hint)


def _limits(cuff: Cuff) -> Iterator[Diagnostic]:
    """Report chambers allowed more than the cuff, and a pump that cannot reach its limit."""
    highest = format_pressure(cuff.max_pressure)
    for index, chamber in enumerate(cuff.chambers):
        if chamber.limit > cuff.max_pressure:
            message = f"{format_pressure(chamber.limit)} is above the cuff's limit of {highest}"
            hint = f"lower it to {highest} or less."
            yield _error("limit", f"chambers[{index}].limit", message, hint)
    if cuff.pump.max_pressure <= cuff.max_pressure:
        message = (
            f"{format_pressure(cuff.pump.max_pressure)} is not above the cuff's limit of "
            f"{highest}, which the pump therefore never reaches"
        )
        hint = "check both figures; programs near the limit will not be delivered."
        yield Diagnostic("warning", "weak-pump", "pump.max_pressure", message, hint)
