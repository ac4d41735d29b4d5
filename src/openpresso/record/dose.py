r"""The dose: what each chamber of each leg received, from the waveforms alone.

With p(t) the pressure of a chamber and s(t) its set-point (vent counts as 0 mmHg), over the counted
time of a leg:

- `pressure_time` :math:`\int p\,dt` [mmHg min] by the trapezoidal rule; a step beside a missing
  reading or longer than `signals.MOST_GAP` counts nothing and is summed in `missing`;
- `pressure_time_set` the same of s, over the same steps, so that the two can be compared;
- `delivered` their ratio; `None` for a chamber that was never asked for anything;
- `peak` the highest pressure [mmHg];
- `hold_mean` the mean pressure in hold (`signals.hold`) [mmHg];
- `above_20`, `above_30`, `above_40` time with p above that many mmHg [min], p taken as straight
  lines between frames;
- `cycles` how often p rises through 50 % of the chamber's highest set-point after having been at or
  below 25 % of it; `cycles_set` the same of s;
- `gradient_kept` the share of the compressed time (any chamber at or above `COMPRESSED`) in which
  every chamber is at least at the pressure of its proximal neighbour less `TOLERANCE`, chambers
  that were never commanded left out;
  `gradient_set` the same of s: a wave that releases the foot first never keeps it, by design;
- `minutes` of use: the length of the counted time [min]; `minutes_compressed` the compressed part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.record import signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.record.signals import Floats
    from openpresso.record.waveforms import Waveforms

COMPRESSED: Final = 10.0
"""A leg with any chamber at or above this is compressed [mmHg]."""
TOLERANCE: Final = 2.0
"""How much a chamber may be below its proximal neighbour with the gradient kept [mmHg]."""
LEVELS: Final = (20.0, 30.0, 40.0)
"""Levels whose time above is counted [mmHg]."""
RISEN: Final = 0.5
FALLEN: Final = 0.25
LEAST_CYCLE: Final = 5.0
"""A chamber whose set-point never exceeds this has no cycles [mmHg]."""
MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class ChamberDose:
    """What one chamber received; see the module for the definitions."""

    chamber: int
    pressure_time: float
    """[mmHg min]"""
    pressure_time_set: float
    """[mmHg min]"""
    delivered: float | None
    peak: float | None
    """[mmHg]"""
    set_peak: float | None
    """Highest set-point [mmHg]; `None` for a chamber that was never commanded."""
    hold_mean: float | None
    """[mmHg]"""
    above_20: float
    """[min]"""
    above_30: float
    """[min]"""
    above_40: float
    """[min]"""
    cycles: int
    cycles_set: int
    missing: float
    """Counted time without a valid reading [min]."""


@dataclass(frozen=True, slots=True)
class LegDose:
    """What one leg received; see the module for the definitions."""

    chambers: tuple[ChamberDose, ...]
    pressure_time: float
    """Mean over the chambers [mmHg min]."""
    pressure_time_set: float
    """Mean over the chambers [mmHg min]."""
    delivered: float | None
    cycles: int
    """Most cycles of any chamber."""
    gradient_kept: float | None
    gradient_set: float | None
    minutes: float
    """[min]"""
    minutes_compressed: float
    """[min]"""


Dose = dict[str, LegDose]
"""The dose of each leg."""


def leg_dose(
    time: Floats,
    set_points: Floats,
    pressures: Floats,
    *,
    window: tuple[float, float] | None = None,
    minutes: float | None = None,
) -> LegDose:
    """Return the dose of one leg.

    Parameters
    ----------
    time
        [s], shape `(f,)`.
    set_points, pressures
        [mmHg], shape `(f, c)`; NaN = vent, and no valid reading.
    window
        First and last instant that count [s]; all when not given.
    minutes
        Minutes of use, when they are known better than by the window, for example less pauses.

    Returns
    -------
    LegDose
        Zero everywhere when no frame counts.
    """
    if window is not None:
        inside = (time >= window[0]) & (time <= window[1])
        time, set_points, pressures = time[inside], set_points[inside], pressures[inside]
    set_level = signals.demand(set_points)
    chambers = _chambers(time, set_points, set_level, pressures)
    pressed = signals.weights(time) * _any_at_least(pressures, COMPRESSED)
    asked = signals.weights(time) * _any_at_least(set_level, COMPRESSED)
    used = np.isfinite(set_points).any(axis=0)
    got = float(np.mean([one.pressure_time for one in chambers]))
    wanted = float(np.mean([one.pressure_time_set for one in chambers]))
    return LegDose(
        chambers=chambers,
        pressure_time=got,
        pressure_time_set=wanted,
        delivered=got / wanted if wanted > 0.0 else None,
        cycles=max(one.cycles for one in chambers),
        gradient_kept=_gradient(pressures[:, used], pressed),
        gradient_set=_gradient(set_level[:, used], asked),
        minutes=float(signals.steps(time).sum()) / MINUTE if minutes is None else minutes,
        minutes_compressed=float(pressed.sum()) / MINUTE,
    )


def dose(
    legs: Mapping[str, Waveforms],
    *,
    window: tuple[float, float] | None = None,
    minutes: float | None = None,
) -> Dose:
    """Return the dose of every leg.

    Parameters
    ----------
    legs
        Waveforms of each leg.
    window, minutes
        As for `leg_dose`.

    Returns
    -------
    Dose
        By leg.
    """
    return {
        leg: leg_dose(
            one.time,
            one.set_points.astype(np.float64),
            one.pressures.astype(np.float64),
            window=window,
            minutes=minutes,
        )
        for leg, one in legs.items()
    }


def _chambers(
    time: Floats, set_points: Floats, set_level: Floats, pressures: Floats
) -> tuple[ChamberDose, ...]:
    """Return the dose of each chamber."""
    known = np.where(np.isfinite(pressures), set_level, np.nan)
    got = signals.integral(time, pressures) / MINUTE
    wanted = signals.integral(time, known) / MINUTE
    above = [signals.time_above(time, pressures, level) / MINUTE for level in LEVELS]
    top = np.max(set_level, axis=0, initial=0.0)
    asked = top >= LEAST_CYCLE
    cycles = signals.excursions(pressures, FALLEN * top, RISEN * top) * asked
    cycles_set = signals.excursions(set_level, FALLEN * top, RISEN * top) * asked
    held = (
        signals.hold(set_points, pressures, signals.moves(time, set_points))
        * signals.weights(time)[:, None]
    )
    held_time = held.sum(axis=0)
    held_sum = (np.nan_to_num(pressures) * held).sum(axis=0)
    pairs = np.isfinite(pressures[1:]) & np.isfinite(pressures[:-1])
    length = float(time[-1] - time[0]) if len(time) else 0.0
    missing = (length - (pairs * signals.steps(time)[:, None]).sum(axis=0)) / MINUTE
    peak = np.max(np.where(np.isfinite(pressures), pressures, -np.inf), axis=0, initial=-np.inf)
    commanded = np.asarray(np.isfinite(set_points).any(axis=0))
    return tuple(
        ChamberDose(
            chamber=n + 1,
            pressure_time=float(got[n]),
            pressure_time_set=float(wanted[n]),
            delivered=float(got[n] / wanted[n]) if wanted[n] > 0.0 else None,
            peak=float(peak[n]) if np.isfinite(peak[n]) else None,
            set_peak=float(top[n]) if commanded[n] else None,
            hold_mean=float(held_sum[n] / held_time[n]) if held_time[n] > 0.0 else None,
            above_20=float(above[0][n]),
            above_30=float(above[1][n]),
            above_40=float(above[2][n]),
            cycles=int(cycles[n]),
            cycles_set=int(cycles_set[n]),
            missing=max(float(missing[n]), 0.0),
        )
        for n in range(set_points.shape[1])
    )


def _any_at_least(signal: Floats, level: float) -> signals.Flags:
    """Return the frames in which any chamber is at or above a level, shape `(f,)`."""
    with np.errstate(invalid="ignore"):
        return np.asarray((signal >= level).any(axis=1))


def _gradient(signal: Floats, weight: Floats) -> float | None:
    """Return the share of the weight in which no chamber is below its proximal neighbour."""
    total = float(weight.sum())
    if signal.shape[1] < 2 or total <= 0.0:
        return None
    with np.errstate(invalid="ignore"):
        below = np.asarray(signal[:, :-1] < signal[:, 1:] - TOLERANCE)
    kept = ~np.any(below, axis=1)
    return float((weight * kept).sum()) / total
