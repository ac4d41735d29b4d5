"""From a program and a cuff to a timeline of exact breakpoints.

Decisions that the timeline keeps:

- A cycle is started only if it fits whole, rest included, into its phase; what is left is vented.
  A leg is not left half pressed.
- With alternating legs both share the same cycles: the left leg is pressed in the first half and
  the right leg in the second, so both get the same number, and at the start of every cycle both
  are at rest.
- NaN (vent and disable) is left by a step to 0 and reached from 0 after the release; a release of
  0 s vents at once. The last breakpoint of every timeline is vented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from openpresso.errors import InputError
from openpresso.program.diagnostics import problems
from openpresso.program.layout import lay_out
from openpresso.program.timeline import Phase, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from numpy.typing import NDArray

    from openpresso.cuff.model import Cuff
    from openpresso.program.layout import Layout
    from openpresso.program.model import LegUse, Program, Rest
    from openpresso.program.patterns import Stroke

Rows = tuple["NDArray[np.float64]", "NDArray[np.float64]"]
Segment = tuple[float, float, float, float]
"""From instant and value to instant and value: `(t0, v0, t1, v1)`."""

_DIGITS = 6
"""Instants are kept to a microsecond, so that equal instants are equal."""


def compile(  # noqa: A001 -- the verb of the domain; callers write program.compile(...)
    program: Program,
    cuff: Cuff,
    ceiling: float | None = None,
    *,
    leg: Literal["left", "right"] = "left",
    legs: LegUse | None = None,
) -> Timeline:
    """Compile a program for one cuff.

    Parameters
    ----------
    program
        What to deliver.
    cuff
        The cuff that delivers it.
    ceiling
        Highest pressure allowed here and now [mmHg]; it only tightens those of program and cuff.
    leg
        The leg that wears the cuff; it matters when the legs alternate.
    legs
        In place of the program's own use of the legs.

    Returns
    -------
    Timeline
        Exact breakpoints, first at 0, last at the program's duration and vented.

    Raises
    ------
    InputError
        If the program does not fit the cuff or asks for more than the ceiling. Nothing is clipped.
    """
    use = legs or program.legs
    found = problems(program, cuff, ceiling, legs=use)
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise InputError(program.file or program.name, errors)
    blocks: list[Rows] = []
    cycles: list[float] = []
    phases: list[Phase] = []
    clock = 0.0
    for plan in program.phases:
        end = round(clock + program.phase_duration(plan), _DIGITS)
        layout = lay_out(plan, cuff, use)
        shift = layout.period / 2.0 if use == "alternating" and leg == "right" else 0.0
        starts = _cycle_starts(clock, end, layout.period)
        shares = [_share(program, len(cycles) + number) for number in range(len(starts))]
        blocks.extend(_phase_rows(plan.rest, layout, shift, starts, shares))
        blocks.append(_vented((starts[-1] + layout.period, end), cuff.n_chambers))
        cycles.extend(starts)
        phases.append(Phase(plan.name, clock, end))
        clock = end
    times, set_points = _join(blocks)
    return Timeline(program.name, cuff.name, times, set_points, np.array(cycles), tuple(phases))


def cycles_in(duration: float, period: float) -> int:
    """Return how many whole cycles of `period` [s] fit into `duration` [s]."""
    return int(np.floor(duration / period + 1e-9))


def _cycle_starts(start: float, end: float, period: float) -> list[float]:
    count = cycles_in(end - start, period)
    return [round(start + number * period, _DIGITS) for number in range(count)]


def _share(program: Program, cycle: int) -> float:
    return program.ramp_up.share(cycle) if program.ramp_up else 1.0


def _phase_rows(
    rest: Rest,
    layout: Layout,
    shift: float,
    starts: Sequence[float],
    shares: Sequence[float],
) -> Iterator[Rows]:
    """Yield the rows of every cycle; equal cycles are built once and moved in time."""
    built: dict[tuple[float, bool, bool], Rows] = {}
    for number, (start, share) in enumerate(zip(starts, shares, strict=True)):
        key = (share, number == 0, number == len(starts) - 1)
        if key not in built:
            built[key] = cycle_rows(rest, layout, shift, share, first=key[1], last=key[2])
        times, set_points = built[key]
        yield np.round(start + times, _DIGITS), set_points


def cycle_rows(
    rest: Rest,
    layout: Layout,
    shift: float = 0.0,
    share: float = 1.0,
    *,
    first: bool = False,
    last: bool = False,
) -> Rows:
    """Return the breakpoints of one cycle.

    Parameters
    ----------
    rest
        Where the chambers rest.
    layout
        The cycle on its cuff.
    shift
        Delay of every stroke within the cycle [s].
    share
        Share of the targets.
    first, last
        The first cycle of a phase comes from, the last one goes to the vent, wherever they rest.

    Returns
    -------
    tuple of ndarray
        Instants [s], shape `(n_rows,)`, and set-points [mmHg], shape `(n_rows, n_chambers)`.
    """
    tracks = [
        list(
            _track(
                [stroke.later(shift) for stroke in strokes],
                target * share,
                float(np.minimum(base, target * share)),
                layout.period,
                into=np.nan if first and rest.level == "gradient" else base,
                out=np.nan if last and rest.level == "gradient" else base,
            )
        )
        for strokes, target, base in zip(
            layout.strokes, layout.targets, rest_levels(rest, layout.targets), strict=True
        )
    ]
    return _merge(tracks)


def rest_levels(rest: Rest, targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the set-point of every chamber at rest.

    Parameters
    ----------
    rest
        Where the chambers rest.
    targets
        Targets [mmHg], shape `(n_chambers,)`.

    Returns
    -------
    ndarray
        Set-points [mmHg], shape `(n_chambers,)`; NaN is vented.
    """
    if rest.level == "vent":
        return np.full(targets.shape, np.nan)
    if rest.level == "zero":
        return np.where(np.isnan(targets), np.nan, 0.0)
    highest = np.nanmax(targets)
    return np.asarray(rest.distal * targets / highest if highest > 0.0 else targets)


def _track(
    strokes: Sequence[Stroke],
    target: float,
    base: float,
    period: float,
    *,
    into: float,
    out: float,
) -> Iterator[Segment]:
    """Yield the segments of one chamber that tile one cycle."""
    clock, level, floor = 0.0, into, _number(into)
    for number, stroke in enumerate(strokes):
        leaving = number == len(strokes) - 1
        low = max(stroke.before * target, floor)
        floor = _number(out) if leaving else _number(base)
        high = max(stroke.after * target, floor)
        yield clock, level, stroke.start, level
        yield stroke.start, low, stroke.full, target
        yield stroke.full, target, stroke.leave, target
        yield stroke.leave, target, stroke.empty, high
        clock, level = stroke.empty, out if leaving else high
    yield clock, level, period, level


def _number(level: float) -> float:
    """Return the set-point beside a vented stretch: a chamber leaves and reaches the vent at 0."""
    return 0.0 if np.isnan(level) else level


def _merge(tracks: Sequence[Sequence[Segment]]) -> Rows:
    """Return the breakpoints of all chambers together, with both limits at every instant."""
    rounded = [
        [(round(t0, _DIGITS), v0, round(t1, _DIGITS), v1) for t0, v0, t1, v1 in track]
        for track in tracks
    ]
    instants = np.unique([moment for track in rounded for one in track for moment in one[::2]])
    limits = np.full((len(instants), 2, len(tracks)), np.nan)
    for chamber, track in enumerate(rounded):
        for t0, v0, t1, v1 in track:
            if t1 <= t0:
                continue
            left, right = np.searchsorted(instants, (t0, t1))
            # Both shares are at least 0, so no set-point falls below 0 by rounding.
            share = (instants[left : right + 1] - t0) / (t1 - t0)
            values = v0 * (1.0 - share) + v1 * share
            limits[left:right, 1, chamber] = values[:-1]
            limits[left + 1 : right + 1, 0, chamber] = values[1:]
    rows = limits.reshape(-1, len(tracks))[1:-1]
    return _distinct(np.repeat(instants, 2)[1:-1], rows)


def _vented(instants: tuple[float, float], n_chambers: int) -> Rows:
    return np.round(np.array(instants), _DIGITS), np.full((2, n_chambers), np.nan)


def _join(blocks: Sequence[Rows]) -> Rows:
    times = np.concatenate([block[0] for block in blocks])
    set_points = np.concatenate([block[1] for block in blocks])
    return _distinct(times, set_points)


def _distinct(times: NDArray[np.float64], rows: NDArray[np.float64]) -> Rows:
    """Keep the first and the last row of every instant, or one where they are equal."""
    moved = times[1:] != times[:-1]
    first = np.flatnonzero(np.concatenate(([True], moved)))
    last = np.flatnonzero(np.concatenate((moved, [True])))
    equal = (rows[first] == rows[last]) | (np.isnan(rows[first]) & np.isnan(rows[last]))
    keep = np.union1d(first, last[~equal.all(axis=1)])
    return times[keep], rows[keep]
