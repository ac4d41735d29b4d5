"""A phase laid on a cuff: which chambers, to which targets, and their strokes in one cycle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

import numpy as np

from openpresso.cuff.volume import free_air
from openpresso.program.model import ByZone, Gradient, PerChamber, Uniform
from openpresso.program.patterns import PATTERNS, Beat, Stroke

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from openpresso.cuff.model import Cuff
    from openpresso.program.model import (
        LegUse,
        Order,
        OrderEntry,
        PhasePlan,
        Target,
    )

Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One cycle of a phase on one cuff."""

    targets: NDArray[np.float64]
    """Target of each chamber, shape `(n_chambers,)`; NaN stays vented [mmHg]."""
    groups: Groups
    """Indices of the chambers that start together, in the order in which they start."""
    strokes: tuple[tuple[Stroke, ...], ...]
    """Strokes of each chamber, shape `(n_chambers,)`, empty where it stays vented."""
    beat: Beat
    active: float
    """From the first start until the last chamber is released [s]."""
    period: float
    """From the start of one cycle to the start of the next [s]."""


def lay_out(phase: PhasePlan, cuff: Cuff, legs: LegUse) -> Layout:
    """Lay one cycle of a phase on a cuff.

    Parameters
    ----------
    phase
        A phase that fits the cuff (`openpresso.program.diagnostics.problems` finds nothing).
    cuff
        The cuff.
    legs
        With `alternating` a leg rests at least as long as the other one is compressed:
        period = active + max(rest, active).

    Returns
    -------
    Layout
        Targets and strokes of one cycle.
    """
    targets = targets_on(phase.target, phase.order, cuff)
    groups = groups_on(phase.order, cuff, targets)
    beat = beat_of(phase, groups, targets, cuff)
    by_chamber: list[tuple[Stroke, ...]] = [()] * cuff.n_chambers
    for group, strokes in zip(groups, PATTERNS[phase.pattern].strokes(beat), strict=True):
        for chamber in group:
            by_chamber[chamber] = strokes
    active = max(stroke.empty for strokes in by_chamber for stroke in strokes)
    rest = max(phase.rest.time, active) if legs == "alternating" else phase.rest.time
    return Layout(targets, groups, tuple(by_chamber), beat, active, active + rest)


def beat_of(phase: PhasePlan, groups: Groups, targets: NDArray[np.float64], cuff: Cuff) -> Beat:
    """Return the starts and times of the strokes of a phase.

    A sweep without a rise is shared by the air that each group takes, so that the pump works
    evenly and a large chamber gets the time it needs.

    Parameters
    ----------
    phase
        The phase.
    groups
        Chambers that start together, from `groups_on`.
    targets
        Targets [mmHg], shape `(n_chambers,)`.
    cuff
        The cuff.

    Returns
    -------
    Beat
        Starts and times [s].
    """
    kind, times = phase.spacing.kind, phase.spacing.times
    count = len(groups)
    pattern = PATTERNS[phase.pattern]
    rises = (phase.rise or 0.0,) * count
    still = Beat((0.0,) * count, rises, phase.hold, phase.release, phase.pulses)
    if phase.rise is None:
        # A turn is a straight line over its rise: turn = fixed + slope * rise.
        fixed = pattern.turn(still, 0.0)
        slope = pattern.turn(still, 1.0) - fixed
        rising = max(times[0] - count * fixed, 0.0) / slope
        still = replace(still, rises=_shared(rising, groups, targets, cuff))
    turns = still.turns(pattern)
    gaps: tuple[float, ...]
    if kind == "starts":
        return replace(still, starts=times)
    if kind == "stagger":
        gaps = (times[0],) * (count - 1)
    elif kind == "sweep" and phase.rise is not None and count > 1:
        gaps = ((times[0] - turns[0]) / (count - 1),) * (count - 1)
    else:
        overlap = times[0] if kind == "overlap" else 0.0
        gaps = tuple(turn - overlap for turn in turns[:-1])
    return replace(still, starts=(0.0, *accumulate(gaps)))


def _shared(
    time: float, groups: Groups, targets: NDArray[np.float64], cuff: Cuff
) -> tuple[float, ...]:
    """Share a time [s] among groups by the free air that each takes to its targets."""
    air = [
        sum(float(free_air(cuff.chambers[index], float(targets[index]))) for index in group)
        for group in groups
    ]
    total = sum(air)
    return tuple(time * (one / total if total > 0.0 else 1.0 / len(air)) for one in air)


def targets_on(target: Target, order: Order, cuff: Cuff) -> NDArray[np.float64]:
    """Return the target of every chamber.

    Parameters
    ----------
    target
        The rule.
    order
        Chambers that a custom order does not name stay vented.
    cuff
        The cuff.

    Returns
    -------
    ndarray
        Targets [mmHg], shape `(n_chambers,)`; NaN stays vented.
    """
    used = sorted(set(_named(order, cuff)))
    values = np.full(cuff.n_chambers, np.nan)
    match target:
        case Uniform(pressure):
            values[used] = pressure
        case PerChamber(pressures):
            given = np.array([np.nan if value is None else value for value in pressures])
            values[used] = given[used]
        case Gradient(distal, step, minimum):
            gaps = max(len(used) - 1, 1)
            values[used] = distal - min(step, (distal - minimum) / gaps) * np.arange(len(used))
        case ByZone(pressures):
            by_zone = dict(pressures)
            for index in used:
                values[index] = by_zone.get(cuff.chambers[index].zone, np.nan)
    return np.round(values, 6)


def groups_on(order: Order, cuff: Cuff, targets: NDArray[np.float64]) -> Groups:
    """Return the chambers that start together, in the order in which they start.

    Parameters
    ----------
    order
        The order as written.
    cuff
        The cuff.
    targets
        Targets [mmHg], shape `(n_chambers,)`; vented chambers are left out.

    Returns
    -------
    tuple of tuple of int
        Indices of chambers, counted from 0.
    """
    everything = range(cuff.n_chambers)
    raw: list[tuple[int, ...]]
    if order.direction == "all-at-once":
        raw = [tuple(everything)]
    elif order.direction == "zone-by-zone":
        by_zone = groupby(everything, key=lambda index: cuff.chambers[index].zone)
        raw = [tuple(group) for _, group in by_zone]
    elif order.direction is not None:
        backwards = order.direction == "proximal-to-distal"
        raw = [(index,) for index in (reversed(everything) if backwards else everything)]
    else:
        raw = [tuple(chambers_of(entry, cuff)) for entry in order.groups]
    pressed = (tuple(index for index in group if not np.isnan(targets[index])) for group in raw)
    return tuple(group for group in pressed if group)


def chambers_of(entry: OrderEntry, cuff: Cuff) -> Iterator[int]:
    """Yield the indices of the chambers that one entry of a custom order names."""
    if isinstance(entry, tuple):
        for part in entry:
            yield from chambers_of(part, cuff)
    elif isinstance(entry, int):
        if 1 <= entry <= cuff.n_chambers:
            yield entry - 1
    else:
        yield from (index for index, cell in enumerate(cuff.chambers) if cell.zone == entry)


def _named(order: Order, cuff: Cuff) -> Iterator[int]:
    if order.direction is not None:
        yield from range(cuff.n_chambers)
    for entry in order.groups:
        yield from chambers_of(entry, cuff)
