"""Can the cuff follow? The pump and the valves against every rise and release of a program.

One pump fills all chambers that rise at the same time, so they are integrated together:
dA/dt = q(p) for each chamber's free air A, with the pump derated by `MARGIN`. A chamber does not
run ahead of its own ramp. The cuff of the other leg has its own pump and does not matter here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from openpresso.program.airflow import Curve, content, emptying_time, inflows
from openpresso.program.coherence import finding
from openpresso.program.compiler import rest_levels
from openpresso.program.layout import lay_out
from openpresso.units import format_pressure, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.cuff.model import Chamber, Cuff
    from openpresso.errors import Diagnostic
    from openpresso.program.layout import Layout
    from openpresso.program.model import LegUse, PhasePlan, Program

MARGIN: Final = 0.15
"""Share of the pump's flow kept in reserve for leaks, wear and a soft leg."""
EMPTY: Final = 5.0
"""A chamber at or below this pressure counts as empty [mmHg]."""
SHORTEST: Final = 0.1
"""Shortest ramp that on/off valves with a 5 ms tick and a 10 ms lag can follow [s]."""
_LATE: Final = 0.02
"""Share of the time asked, and seconds, that a rise may come late."""
_FINENESS: Final = 20.0
_LONGEST: Final = 3600.0
_SLIVER: Final = 0.02
"""Share of a time step that is not worth another solution."""
_TRICKLE: Final = 1e-9
"""Flow that stands for none [mL/s]."""
_CLOSE: Final = 1e-6
"""Free air that does not matter [mL]."""


@dataclass(frozen=True, slots=True)
class Move:
    """One rise or release of one chamber in a full cycle."""

    phase: int
    """Index of the phase."""
    chamber: int
    """Number of the chamber, from 1."""
    kind: Literal["rise", "release"]
    start: float
    """After the start of the cycle [s]."""
    pressure: float
    """At the upper end [mmHg]."""
    asked: float
    """Time given [s]; for a step half of the time at the target; for a release until the
    chamber starts again."""
    needed: float
    """Time that the cuff needs, reserve included [s]."""

    @property
    def follows(self) -> bool:
        """Whether the cuff can follow."""
        return self.needed <= self.asked + max(_LATE, _LATE * self.asked)


@dataclass(slots=True)
class _Fill:
    """A chamber while it is filled."""

    chamber: int
    start: float
    full: float
    low: float
    high: float
    time: float
    """Time given [s]."""
    air: Curve
    pressure: Curve
    content: float = 0.0
    done: float = math.inf

    @property
    def amount(self) -> float:
        """Free air from the lower to the upper end of the rise [mL]."""
        return self.air(self.high) - self.air(self.low)

    def allowed(self, now: float) -> float:
        """Free air that the chamber's ramp asks for at `now` [mL]."""
        if now >= self.full:
            return self.air(self.high)
        share = (now - self.start) / (self.full - self.start)
        return self.air(self.low + share * (self.high - self.low))


def feasibility(program: Program, cuff: Cuff, *, legs: LegUse | None = None) -> tuple[Move, ...]:
    """Return every rise and release of one full cycle of each phase, with the time it needs.

    Parameters
    ----------
    program, cuff
        A program that can be compiled for the cuff.
    legs
        In place of the program's own use of the legs.

    Returns
    -------
    tuple of Move
        In order of phase, kind and start.
    """
    moves: list[Move] = []
    for number, phase in enumerate(program.phases):
        layout = lay_out(phase, cuff, legs or program.legs)
        moves += _rises(number, phase, layout, cuff)
        moves += _releases(number, phase, layout, cuff)
    return tuple(moves)


def cannot_follow(program: Program, cuff: Cuff, *, legs: LegUse | None = None) -> list[Diagnostic]:
    """Return one diagnostic for each phase and kind of move that the cuff cannot follow.

    Parameters
    ----------
    program, cuff, legs
        As for `feasibility`.

    Returns
    -------
    list of Diagnostic
        Each names the chamber that is furthest behind; empty when the cuff can follow.
    """
    late: dict[tuple[int, str], list[Move]] = {}
    for move in feasibility(program, cuff, legs=legs):
        if not move.follows:
            late.setdefault((move.phase, move.kind), []).append(move)
    return [_diagnostic(program, cuff, moves) for moves in late.values()]


def _diagnostic(program: Program, cuff: Cuff, moves: list[Move]) -> Diagnostic:
    worst = max(moves, key=lambda move: move.needed / max(move.asked, 1e-9))
    phase = program.phases[worst.phase]
    others = len({move.chamber for move in moves}) - 1
    step = ", half of the hold after the step" if phase.rise == 0.0 else ""
    asked, needed = (_seconds(time) for time in (worst.asked, worst.needed))
    what = {
        "rise": f"to {format_pressure(round(worst.pressure, 1))} takes {needed}, the program "
        f"gives it {asked}{step}",
        "release": f"from {format_pressure(round(worst.pressure, 1))} until it is empty takes "
        f"{needed}; it starts again after {asked}",
    }[worst.kind]
    field = "sweep" if phase.rise is None else "rise"
    field = "rest" if worst.kind == "release" else field
    zone = cuff.chambers[worst.chamber - 1].zone
    return finding(
        program,
        "cannot-follow",
        f"phases[{worst.phase}].{field}",
        f"{cuff.name} cannot follow the phase {phase.name!r}: the {worst.kind} of chamber "
        f"{worst.chamber} ({zone}) {what}"
        + (f"; {others} more late chamber{'s' * (others > 1)}" if others else ""),
        "take the nearest program that the cuff can follow, or a cuff with a stronger pump.",
    )


def _seconds(time: float) -> str:
    return render(round(time, 2), "duration") if math.isfinite(time) else "for ever"


def _rises(number: int, phase: PhasePlan, layout: Layout, cuff: Cuff) -> Iterator[Move]:
    fills = list(_fills(phase, layout, cuff))
    _run(fills, cuff)
    for fill in fills:
        asked, needed = fill.time, fill.done - fill.start
        if 0.0 < fill.full - fill.start < SHORTEST:
            needed = max(needed, SHORTEST)
        yield Move(number, fill.chamber + 1, "rise", fill.start, fill.high, asked, needed)


def _fills(phase: PhasePlan, layout: Layout, cuff: Cuff) -> Iterator[_Fill]:
    bases = np.nan_to_num(rest_levels(phase.rest, layout.targets))
    for index, strokes in enumerate(layout.strokes):
        target = float(layout.targets[index])
        for stroke in strokes:
            low = max(stroke.before * target, float(bases[index]))
            if target <= low:
                continue
            air, pressure = content(cuff.chambers[index], target)
            step = stroke.full <= stroke.start
            time = (stroke.leave - stroke.full) / 2.0 if step else stroke.full - stroke.start
            yield _Fill(
                index, stroke.start, stroke.full, low, target, time, air, pressure, air(low)
            )


def _run(fills: list[_Fill], cuff: Cuff) -> None:
    """Fill the chambers together, until each has what its target needs."""
    reachable = [one for one in fills if one.high < cuff.pump.max_pressure]
    waiting = sorted(reachable, key=lambda one: one.start)
    if not waiting:
        return
    filling: list[_Fill] = []
    now = waiting[0].start
    end = waiting[-1].start + _LONGEST
    while (waiting or filling) and now < end:
        while waiting and waiting[0].start <= now + 1e-9:
            filling.append(waiting.pop(0))
        if not filling:
            now = waiting[0].start
            continue
        step = _step(filling, cuff)
        span = max(min(step, waiting[0].start - now), 1e-6) if waiting else step
        _advance(filling, cuff, now, span)
        now += span
        filling = [one for one in filling if math.isinf(one.done)]


def _step(filling: list[_Fill], cuff: Cuff) -> float:
    """Return a time step that the smallest of the fills takes in `_FINENESS` steps [s]."""
    smallest = min(one.amount for one in filling) * len(filling)
    fine = smallest / (cuff.pump.flow * (1.0 - MARGIN)) / _FINENESS
    return min(max(fine, 1e-3), 0.2)


def _advance(filling: list[_Fill], cuff: Cuff, now: float, span: float) -> None:
    """Let the air of one time step into the chambers that are behind their ramps.

    A chamber that has caught up with its ramp is closed, and the others share what it leaves.
    """
    left = span
    behind = [one for one in filling if one.content < one.allowed(now + span)]
    while behind and left > _SLIVER * span:
        free = inflows(cuff, [one.pressure(one.content) for one in behind])
        flows = [max(flow * (1.0 - MARGIN), _TRICKLE) for flow in free]
        rooms = [one.allowed(now + span) - one.content for one in behind]
        waits = sorted(room / flow for room, flow in zip(rooms, flows, strict=True))
        # Solved anew when a quarter has caught up: the little that is lost is on the safe side.
        spell = min(left, waits[len(waits) // 4])
        for one, flow, room in zip(behind, flows, rooms, strict=True):
            one.content += min(flow * spell, room)
            if one.content >= one.air(one.high) - _CLOSE:
                one.done = max(now + span - left + min(spell, room / flow), one.full)
        left -= spell
        behind = [one for one in behind if one.content < one.allowed(now + span) - _CLOSE]


def _releases(number: int, phase: PhasePlan, layout: Layout, cuff: Cuff) -> Iterator[Move]:
    bases = np.nan_to_num(rest_levels(phase.rest, layout.targets))
    for index, strokes in enumerate(layout.strokes):
        target = float(layout.targets[index])
        if not strokes:
            continue
        nexts = [stroke.start for stroke in strokes[1:]] + [strokes[0].start + layout.period]
        for stroke, again in zip(strokes, nexts, strict=True):
            level = max(stroke.after * target, float(bases[index]), EMPTY)
            if target <= level:
                continue
            needed = _emptying(cuff, cuff.chambers[index], target, level)
            yield Move(
                number, index + 1, "release", stroke.leave, target, again - stroke.leave, needed
            )


def _emptying(cuff: Cuff, chamber: Chamber, start: float, end: float) -> float:
    return emptying_time(chamber, cuff.exhaust, start, end) * (1.0 + MARGIN)
