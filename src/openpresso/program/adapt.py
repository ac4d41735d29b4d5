"""A program changed, openly, so that a cuff can follow it or a ceiling allows it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from openpresso.errors import InputError
from openpresso.program.coherence import target_values
from openpresso.program.diagnostics import ceiling_of, problems
from openpresso.program.feasibility import SHORTEST, cannot_follow, feasibility
from openpresso.program.model import (
    ByZone,
    Gradient,
    PerChamber,
    PhasePlan,
    Program,
    Rest,
    Spacing,
    Target,
    Uniform,
)
from openpresso.units import format_pressure, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpresso.cuff.model import Cuff
    from openpresso.program.model import LegUse

_MOST_STRETCH: Final = 100.0
_CLOSE: Final = 1.01
_GROWTH: Final = 1.5


def nearest(program: Program, cuff: Cuff, *, legs: LegUse | None = None) -> Program:
    """Return the nearest program that the cuff can follow.

    In each phase that the cuff cannot follow, rise and spacing are made longer by the smallest
    factor with which it can, to one percent, and the rest is made long enough for the chambers to
    empty. Targets, holds, order and duration stay, so there may be fewer cycles.

    Parameters
    ----------
    program, cuff
        A program that can be compiled for the cuff.
    legs
        In place of the program's own use of the legs.

    Returns
    -------
    Program
        The program itself where the cuff can follow it; else one whose `adaptations` say what
        was changed.

    Raises
    ------
    InputError
        If there is no such program: a target is out of the pump's reach, or the slower cycle no
        longer fits its phase or the cuff's longest hold.
    """
    errors = [one for one in problems(program, cuff, legs=legs) if one.severity == "error"]
    if errors:
        raise InputError(program.file or program.name, errors)
    if not cannot_follow(program, cuff, legs=legs):
        return program
    phases: list[PhasePlan] = []
    changes: list[str] = []
    for number, phase in enumerate(program.phases):
        near = _followed(program, number, cuff, legs)
        changes += _changes(phase, near, cuff)
        phases.append(near)
    near_program = replace(
        program, phases=tuple(phases), adaptations=(*program.adaptations, *changes)
    )
    found = [
        *problems(near_program, cuff, legs=legs),
        *cannot_follow(near_program, cuff, legs=legs),
    ]
    if found:
        raise InputError(program.file or program.name, found)
    return near_program


def lowered(program: Program, cuff: Cuff, ceiling: float) -> Program:
    """Return the program with all targets lowered in proportion, so that a ceiling allows it.

    Parameters
    ----------
    program, cuff
        What is delivered, by what.
    ceiling
        The client's or the order's ceiling [mmHg].

    Returns
    -------
    Program
        The program itself where the ceiling allows it; else one whose `adaptations` say what
        was changed. Its gradient stays; its effect at the lower pressure is not known.
    """
    allowed = ceiling_of(program, cuff, ceiling)
    highest = max(value for phase in program.phases for _, value in target_values(phase.target))
    if highest <= allowed:
        return program
    share = allowed / highest
    phases = tuple(
        replace(phase, target=_scaled(phase.target, share), rest=_scaled_rest(phase.rest, share))
        for phase in program.phases
    )
    change = (
        f"all targets x {share:.3g}: the highest, {format_pressure(highest)}, is now the ceiling "
        f"of {format_pressure(allowed)}"
    )
    return replace(program, phases=phases, adaptations=(*program.adaptations, change))


def _followed(program: Program, number: int, cuff: Cuff, legs: LegUse | None) -> PhasePlan:
    """Return phase `number` as the cuff can follow it."""
    phase = program.phases[number]

    def late(candidate: PhasePlan, kind: str) -> float:
        alone = replace(
            program,
            phases=(replace(candidate, duration=None),),
            duration=program.phase_duration(phase),
        )
        moves = feasibility(alone, cuff, legs=legs)
        return max(
            (m.needed - m.asked for m in moves if m.kind == kind and not m.follows), default=0.0
        )

    if late(phase, "rise") > 0.0:
        factor = _smallest(lambda trial: late(slower(phase, trial), "rise") <= 0.0)
        phase = slower(phase, factor)
    wait = late(phase, "release")
    if wait > 0.0:
        longer = math.ceil((phase.rest.time + wait) * 10.0) / 10.0
        phase = replace(phase, rest=replace(phase.rest, time=longer))
    return phase


def slower(phase: PhasePlan, factor: float) -> PhasePlan:
    """Return a phase with rise and spacing longer by a factor; a step becomes a ramp.

    Parameters
    ----------
    phase
        The phase.
    factor
        At least 1.

    Returns
    -------
    PhasePlan
        The phase; its times are rounded up to 0.01 s.
    """
    if phase.rise == 0.0:
        return replace(phase, rise=_up(SHORTEST * factor))
    times = tuple(_up(time * factor) for time in phase.spacing.times)
    rise = _up(phase.rise * factor) if phase.rise is not None else None
    return replace(phase, rise=rise, spacing=Spacing(phase.spacing.kind, times))


def _up(time: float) -> float:
    return math.ceil(round(time * 100.0, 6)) / 100.0


def _smallest(works: Callable[[float], bool]) -> float:
    """Return the smallest factor that works, by growing and halving, to one percent."""
    low, high = 1.0, 1.15
    while not works(high):
        low, high = high, _GROWTH * high
        if high > _MOST_STRETCH:
            return high
    while high / low > _CLOSE:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if works(middle) else (middle, high)
    return high


def _changes(before: PhasePlan, after: PhasePlan, cuff: Cuff) -> list[str]:
    """Return what differs between two forms of a phase, in words."""
    pairs = [
        ("rise", before.rise or 0.0, after.rise or 0.0),
        *(
            (before.spacing.kind, old, new)
            for old, new in zip(before.spacing.times, after.spacing.times, strict=True)
        ),
        ("rest", before.rest.time, after.rest.time),
    ]
    changed = [
        f"{name} {render(old, 'duration')} -> {render(new, 'duration')}"
        for name, old, new in pairs
        if old != new
    ]
    if not changed:
        return []
    return [f"{before.name}: {', '.join(changed)}, so that {cuff.name} can follow"]


def _scaled(target: Target, share: float) -> Target:
    match target:
        case Uniform(pressure):
            return Uniform(pressure * share)
        case PerChamber(pressures):
            return PerChamber(
                tuple(None if value is None else value * share for value in pressures)
            )
        case Gradient(distal, step, minimum):
            return Gradient(distal * share, step * share, minimum * share)
        case ByZone(pressures):
            return ByZone(tuple((zone, value * share) for zone, value in pressures))


def _scaled_rest(rest: Rest, share: float) -> Rest:
    return replace(rest, distal=rest.distal * share)
