"""Does a program suit a cuff and a ceiling? Every finding says what, where and what to do."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from openpresso.errors import Diagnostic, InputError
from openpresso.program.coherence import contradictions, finding, target_values
from openpresso.program.layout import (
    beat_of,
    chambers_of,
    groups_on,
    lay_out,
    targets_on,
)
from openpresso.program.model import ByZone, PerChamber
from openpresso.units import format_duration, format_pressure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from openpresso.cuff.model import Cuff
    from openpresso.program.layout import Layout
    from openpresso.program.model import LegUse, PhasePlan, Program

_HOLD_ABOVE = 20.0
"""A cuff counts the time above this pressure as a hold [mmHg]."""


def ceiling_of(program: Program, cuff: Cuff, ceiling: float | None = None) -> float:
    """Return the highest pressure allowed: the least of program, cuff and `ceiling` [mmHg].

    Parameters
    ----------
    program, cuff
        What is delivered, by what.
    ceiling
        The client's or the order's ceiling [mmHg].

    Returns
    -------
    float
        The ceiling [mmHg].

    Raises
    ------
    InputError
        If `ceiling` is not a positive finite number.
    """
    if ceiling is not None and not (math.isfinite(ceiling) and ceiling > 0.0):
        raise InputError.one(
            "ceiling",
            "bad-ceiling",
            f"{ceiling!r} is not a pressure above 0 mmHg",
            hint="give for example 60 mmHg.",
        )
    own = min(program.ceiling, cuff.max_pressure)
    return own if ceiling is None else min(own, ceiling)


def problems(
    program: Program,
    cuff: Cuff,
    ceiling: float | None = None,
    *,
    legs: LegUse | None = None,
) -> tuple[Diagnostic, ...]:
    """Return why a program cannot be compiled for a cuff under a ceiling; empty when it can.

    Parameters
    ----------
    program, cuff, ceiling, legs
        As for `openpresso.program.compile`.

    Returns
    -------
    tuple of Diagnostic
        All problems of the first step that has any: the program itself, the garment, the places
        on it, then pressures and times.
    """
    use = legs or program.legs
    allowed = ceiling_of(program, cuff, ceiling)
    steps: tuple[Callable[[], Iterator[Diagnostic]], ...] = (
        lambda: iter(contradictions(program)),
        lambda: _garment(program, cuff),
        lambda: _each(program, lambda phase, path: _places(program, phase, path, cuff)),
        lambda: _each(program, lambda phase, path: _cycle(program, phase, path, cuff, use)),
        lambda: _each(program, lambda phase, path: _pressures(program, phase, path, cuff, allowed)),
    )
    found: list[Diagnostic] = []
    for step in steps[:3]:
        found = list(step())
        if found:
            return tuple(found)
    for step in steps[3:]:
        found += step()
    return tuple(found)


def _each(
    program: Program, rule: Callable[[PhasePlan, str], Iterator[Diagnostic]]
) -> Iterator[Diagnostic]:
    for number, phase in enumerate(program.phases):
        yield from rule(phase, f"phases[{number}]")


def _garment(program: Program, cuff: Cuff) -> Iterator[Diagnostic]:
    if cuff.limb not in program.fit.limbs:
        yield finding(
            program,
            "wrong-limb",
            "fits.limbs",
            f"{cuff.name} is a cuff for the {cuff.limb}; the program is for "
            f"{' or '.join(program.fit.limbs)}",
            f"choose a cuff for the {program.fit.limbs[0]} or another program.",
        )
    fewest, most, count = program.fit.fewest, program.fit.most, cuff.n_chambers
    if not fewest <= count <= most:
        yield finding(
            program,
            "chamber-count",
            "fits.chambers",
            f"{cuff.name} has {_chambers(count)}; the program is for "
            + (_chambers(fewest) if fewest == most else f"{fewest} to {_chambers(most)}"),
            "choose another cuff or another program.",
        )


def _chambers(count: int) -> str:
    return f"{count} chamber" if count == 1 else f"{count} chambers"


def _places(program: Program, phase: PhasePlan, path: str, cuff: Cuff) -> Iterator[Diagnostic]:
    target = phase.target
    if isinstance(target, PerChamber) and len(target.pressures) != cuff.n_chambers:
        yield finding(
            program,
            "target-count",
            f"{path}.target",
            f"{len(target.pressures)} targets for the {_chambers(cuff.n_chambers)} of {cuff.name}",
            "give one target for each chamber, or a rule that fits any number of chambers.",
        )
        return
    misplaced = list(_missing_places(program, phase, path, cuff))
    if misplaced:
        yield from misplaced
        return
    groups = groups_on(phase.order, cuff, targets_on(target, phase.order, cuff))
    flat = [index for group in groups for index in group]
    if not flat:
        yield finding(
            program,
            "nothing-pressed",
            path,
            "no chamber is pressed in this phase",
            "give at least one chamber of the order a target.",
        )
    elif len(set(flat)) < len(flat):
        twice = next(index for index in flat if flat.count(index) > 1)
        yield finding(
            program,
            "chamber-twice",
            f"{path}.order",
            f"chamber {twice + 1} ({cuff.chambers[twice].zone}) comes twice on {cuff.name}",
            "name it once, by number or by zone.",
        )
    elif phase.spacing.kind == "starts" and len(phase.spacing.times) != len(groups):
        yield finding(
            program,
            "starts-count",
            f"{path}.starts",
            f"{len(phase.spacing.times)} starts for {len(groups)} groups of chambers of "
            f"{cuff.name}",
            "give one start for each group that the order names.",
        )


def _missing_places(
    program: Program, phase: PhasePlan, path: str, cuff: Cuff
) -> Iterator[Diagnostic]:
    zones = list(dict.fromkeys(chamber.zone for chamber in cuff.chambers))
    if isinstance(phase.target, ByZone):
        for zone, _ in phase.target.pressures:
            if zone not in zones:
                yield _no_zone(program, f"{path}.target.zones.{zone}", zone, zones, cuff)
    for number, entry in enumerate(phase.order.groups):
        for name in entry if isinstance(entry, tuple) else (entry,):
            place = f"{path}.order[{number}]"
            if isinstance(name, int) and not list(chambers_of(name, cuff)):
                yield finding(
                    program,
                    "chamber-missing",
                    place,
                    f"{cuff.name} has no chamber {name}; it has 1 to {cuff.n_chambers}",
                    "correct the number or choose another cuff.",
                )
            elif isinstance(name, str) and name not in zones:
                yield _no_zone(program, place, name, zones, cuff)


def _no_zone(
    program: Program, path: str, zone: str, zones: Sequence[str], cuff: Cuff
) -> Diagnostic:
    return finding(
        program,
        "zone-missing",
        path,
        f"{cuff.name} has no zone {zone!r}; it has {', '.join(zones)}",
        "name a zone that the cuff has, or choose another cuff.",
    )


def _pressures(
    program: Program, phase: PhasePlan, path: str, cuff: Cuff, allowed: float
) -> Iterator[Diagnostic]:
    for inner, value in target_values(phase.target):
        if value > allowed:
            limit = (
                f"the limit of {cuff.name}, {format_pressure(cuff.max_pressure)}"
                if allowed == cuff.max_pressure
                else f"the ceiling of {format_pressure(allowed)}"
            )
            yield finding(
                program,
                "above-cuff-limit" if allowed == cuff.max_pressure else "above-ceiling",
                f"{path}.target{inner}",
                f"{format_pressure(value)} is above {limit}",
                "choose a gentler program or lower the target; nothing is clipped.",
            )
            return
    for chamber, value in zip(
        cuff.chambers, targets_on(phase.target, phase.order, cuff), strict=True
    ):
        if value > chamber.limit:
            yield finding(
                program,
                "above-cuff-limit",
                f"{path}.target",
                f"{format_pressure(float(value))} in chamber {chamber.number} ({chamber.zone}) is "
                f"above its limit of {format_pressure(chamber.limit)} in {cuff.name}",
                "choose a gentler program, lower the target or choose another cuff.",
            )


def _cycle(
    program: Program, phase: PhasePlan, path: str, cuff: Cuff, legs: LegUse
) -> Iterator[Diagnostic]:
    targets = targets_on(phase.target, phase.order, cuff)
    groups = groups_on(phase.order, cuff, targets)
    beat = beat_of(phase, groups, targets, cuff)
    if (phase.rise is None and max(beat.rises) <= 0.0) or any(
        b < a for a, b in pairwise(beat.starts)
    ):
        yield finding(
            program,
            "sweep-too-short",
            path,
            f"{len(groups)} groups of chambers of {cuff.name} do not fit in the sweep",
            "lengthen the sweep or shorten the rise.",
        )
        return
    layout = lay_out(phase, cuff, legs)
    room = program.phase_duration(phase)
    if layout.period > room + 1e-6:
        alternating = ", with the other leg's turn," if legs == "alternating" else ""
        yield finding(
            program,
            "cycle-too-long",
            f"{path}.duration",
            f"one cycle takes {format_duration(round(layout.period, 3))}{alternating} on "
            f"{cuff.name}; the phase lasts {format_duration(room)}",
            "lengthen the phase or shorten rise, hold, stagger or rest.",
        )
    held = max(longest_hold(layout, index, phase.pulses.dip) for index in range(cuff.n_chambers))
    if held > cuff.max_hold:
        yield finding(
            program,
            "held-too-long",
            path,
            f"a chamber stays above {format_pressure(_HOLD_ABOVE)} for "
            f"{format_duration(round(held, 1))}; {cuff.name} allows "
            f"{format_duration(cuff.max_hold)}",
            "shorten the hold or the stagger, or use the wave pattern.",
        )


def longest_hold(layout: Layout, chamber: int, dip: float) -> float:
    """Return the longest time that a chamber is asked to be above 20 mmHg without release [s].

    Parameters
    ----------
    layout
        A cycle on a cuff.
    chamber
        Index of the chamber, counted from 0.
    dip
        Share of the target kept between pulses.

    Returns
    -------
    float
        The time [s]; 0 for a chamber whose target is lower.
    """
    target = layout.targets[chamber]
    strokes = layout.strokes[chamber]
    if np.isnan(target) or target <= _HOLD_ABOVE:
        return 0.0
    if dip * target > _HOLD_ABOVE:
        return strokes[-1].empty - strokes[0].start
    return max(stroke.empty - stroke.start for stroke in strokes)
