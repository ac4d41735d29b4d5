"""How well a session was delivered: pressure against set-point, as numbers.

All are in mmHg and over every chamber and leg together; `None` says that nothing was in hold.

- `hold_error_p95`: 95th percentile of |pressure - set-point| over all frames in hold.
- `hold_over_max`: the most that a pressure was over its set-point in hold, not below 0.
- `overshoot_max`: the most that a pressure was over the new set-point within `signals.AFTER_RISE`
  after the end of a rise, not below 0.
- `neighbour_rise_max`: the most that a chamber in hold rose while a neighbour filled, not below 0:
  above its pressure at the moment when the neighbour's set-point began to rise, or when its own
  hold began if that was later, until `signals.AFTER_RISE` after the neighbour's rise ended. A
  chamber that was below its set-point then is measured from its set-point: up to there its rise
  is its own.

Hold is defined by `signals.hold`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.record import signals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.record.signals import Flags, Floats, Moves

PERCENTILE: Final = 95.0


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a session was delivered, as measured; see the module for the definitions."""

    hold_error_p95: float | None
    """[mmHg]"""
    hold_over_max: float | None
    """[mmHg]"""
    overshoot_max: float | None
    """[mmHg]"""
    neighbour_rise_max: float | None
    """[mmHg]"""
    hold_time: float
    """Time in hold, summed over the chambers [s]."""


def quality(
    legs: Iterable[tuple[Floats, Floats, Floats]], settle: float = signals.SETTLE
) -> Quality:
    """Return the quality of a session.

    Parameters
    ----------
    legs
        Of each leg `time` [s], shape `(f,)`, `set_points` and `pressures` [mmHg], shape `(f, c)`.
    settle
        Time after a rise before hold counts [s].

    Returns
    -------
    Quality
        Over all legs together.
    """
    errors: list[Floats] = []
    over: list[float] = []
    rises: list[float] = []
    total = 0.0
    for time, set_points, pressures in legs:
        if not len(time):
            continue
        moved = signals.moves(time, set_points)
        held = signals.hold(set_points, pressures, moved, settle)
        errors.append((pressures - set_points)[held])
        total += float((signals.weights(time)[:, None] * held).sum())
        over.append(_overshoot(set_points, pressures, moved))
        rises.append(_neighbour_rise(set_points, pressures, moved, held))
    error = np.concatenate(errors) if errors else np.empty(0)
    if not len(error):
        return Quality(None, None, _most(over), None, total)
    return Quality(
        float(np.percentile(np.abs(error), PERCENTILE)),
        max(float(error.max()), 0.0),
        _most(over),
        _most(rises),
        total,
    )


def _most(values: list[float]) -> float | None:
    """Return the largest number, or `None` without one."""
    known = [value for value in values if np.isfinite(value)]
    return max(known) if known else None


def _overshoot(set_points: Floats, pressures: Floats, moved: Moves) -> float:
    """Return the largest over-shoot after a rise [mmHg], NaN without a rise."""
    with np.errstate(invalid="ignore"):
        high = set_points >= signals.LEAST_HOLD
    after = moved.rise & high & (moved.age <= signals.AFTER_RISE) & np.isfinite(pressures)
    if not after.any():
        return float("nan")
    return max(float((pressures - set_points)[after].max()), 0.0)


def _neighbour_rise(set_points: Floats, pressures: Floats, moved: Moves, held: Flags) -> float:
    """Return the largest rise of a chamber in hold while a neighbour fills [mmHg], NaN without."""
    chambers = set_points.shape[1]
    filling = moved.rise & (moved.age <= signals.AFTER_RISE)
    filling &= signals.demand(set_points) > 0.0
    onset = _starts(filling)
    held_from = _starts(held)
    most = float("nan")
    for chamber in range(chambers):
        for other in (chamber - 1, chamber + 1):
            if not 0 <= other < chambers:
                continue
            during = held[:, chamber] & filling[:, other]
            if during.any():
                start = np.maximum(onset[during, other], held_from[during, chamber])
                base = np.fmax(pressures[start, chamber], set_points[start, chamber])
                rose = pressures[during, chamber] - base
                most = float(np.fmax(most, max(float(rose.max()), 0.0)))
    return most


def _starts(flags: Flags) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return, for each frame, the frame at which the present stretch of true began."""
    began = flags.copy()
    began[1:] &= ~flags[:-1]
    number = np.where(began, np.arange(len(flags))[:, None], 0)
    return np.maximum.accumulate(number, axis=0)
