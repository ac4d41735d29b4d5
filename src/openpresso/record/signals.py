"""What the dose and the quality are made of: masks and counts over sampled set-points, as arrays.

Throughout, `time` has shape `(f,)` [s] and never falls, `set_points` and `pressures` have shape
`(f, c)` [mmHg], f frames, c chambers. A set-point that is NaN vents and disables its chamber.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]

MOST_GAP: Final = 1.0
"""Frames further apart than this are not joined: the time between them is unknown [s]."""
STEADY: Final = 0.02
"""A set-point that changes by no more than this from frame to frame is constant [mmHg]."""
SETTLE: Final = 1.0
"""Time after the end of a rise that a chamber has to settle before its hold counts [s]."""
AFTER_RISE: Final = 3.0
"""Time after the end of a rise in which its over-shoot is looked for [s]."""
LEAST_HOLD: Final = 5.0
"""A set-point below this is a rest, not a hold [mmHg]."""


def demand(set_points: Floats) -> Floats:
    """Return what the set-points ask of the leg [mmHg]: vent and negative codes ask for 0."""
    return np.asarray(np.maximum(np.nan_to_num(set_points), 0.0))


def steps(time: Floats) -> Floats:
    """Return the time between neighbouring frames [s], 0 where it is unknown, shape `(f - 1,)`."""
    gap = np.diff(time)
    return np.asarray(np.where((gap > 0.0) & (gap <= MOST_GAP), gap, 0.0))


def weights(time: Floats) -> Floats:
    """Return the time that each frame stands for [s], shape `(f,)`: half of each step beside it."""
    share = np.zeros(len(time))
    half = 0.5 * steps(time)
    share[:-1] += half
    share[1:] += half
    return share


def integral(time: Floats, signal: Floats) -> Floats:
    """Return the trapezoidal integral of each column [unit s]; steps beside a NaN count nothing."""
    mean = 0.5 * (signal[1:] + signal[:-1])
    return np.asarray(np.nansum(mean * steps(time)[:, None], axis=0))


def time_above(time: Floats, signal: Floats, level: float) -> Floats:
    """Return the time that each column is above a level [s], the signal taken as straight lines."""
    low = np.minimum(signal[1:], signal[:-1])
    high = np.maximum(signal[1:], signal[:-1])
    span = high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(span > 0.0, (high - level) / span, (low > level).astype(float))
    return np.asarray(np.nansum(np.clip(part, 0.0, 1.0) * steps(time)[:, None], axis=0))


def excursions(signal: Floats, low: Floats, high: Floats) -> NDArray[np.int64]:
    """Return how often each column rises to `high` after having been at or below `low`.

    A signal starts as low; between the two levels it keeps its state, so noise is not counted.
    """
    if not len(signal):
        return np.zeros(signal.shape[1], dtype=np.int64)
    state = np.where(signal >= high, 1, np.where(signal <= low, 0, -1))
    state[0] = np.where(state[0] < 0, 0, state[0])
    known = np.where(state >= 0, np.arange(len(state))[:, None], 0)
    state = np.take_along_axis(state, np.maximum.accumulate(known, axis=0), axis=0)
    rises = (state[1:] == 1) & (state[:-1] == 0)
    return np.asarray(rises.sum(axis=0) + state[0], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """The last change of each set-point, at every frame; all of shape `(f, c)`."""

    frame: NDArray[np.int32]
    """Frame of the last change; the first frame counts as one."""
    rise: Flags
    """Whether that change was upward; vent counts as 0 mmHg."""
    age: Floats
    """Time since that change [s]."""


def moves(time: Floats, set_points: Floats) -> Moves:
    """Return the last change of each set-point; going to or from vent is a change."""
    level = demand(set_points)
    vent = np.isnan(set_points)
    change = np.empty(set_points.shape)
    change[:1] = level[:1]
    np.subtract(level[1:], level[:-1], out=change[1:])
    moved = np.abs(change) > STEADY
    moved[:1] = True
    moved[1:] |= vent[1:] != vent[:-1]
    number = np.where(moved, np.arange(len(level), dtype=np.int32)[:, None], np.int32(0))
    last = np.maximum.accumulate(number, axis=0)
    rise = np.take_along_axis(change > STEADY, last, axis=0)
    return Moves(last, rise, np.asarray(time[:, None] - time[last]))


def hold(set_points: Floats, pressures: Floats, moved: Moves, settle: float = SETTLE) -> Flags:
    """Return where a chamber is in hold, shape `(f, c)`.

    In hold, the set-point is not vent, at least `LEAST_HOLD`, and constant (`STEADY`) for at least
    `settle` [s] since it last changed; and the pressure is valid.
    """
    with np.errstate(invalid="ignore"):
        high = set_points >= LEAST_HOLD
    return np.asarray(high & (moved.age >= settle) & np.isfinite(pressures))
