"""The settings of a session as a treatment protocol must state them, from set-points and pressures.

The German S1 guideline on pneumatic compression asks for inflation, deflation, plateau, pause,
frequency and total duration. Of one cycle and each chamber, with S the chamber's highest set-point
in that cycle:

- inflation: set, from the last set-point at rest to the first at S; delivered, from the same
  start to the first pressure at or above 90 % of S;
- plateau: set, the time at S; delivered, the time at or above 90 % of S;
- deflation: set, from the last set-point at S to the first at rest; delivered, from the last
  set-point at S to the first pressure at or below 10 % of S;
- pause: what is left of the cycle.

A chamber that is pressed several times in a cycle has its plateaus summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.record import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from openpresso.record.waveforms import Waveforms

    Floats = NDArray[np.floating[Any]]

REST: Final = 1.0
"""A set-point this close to the lowest of its cycle is at rest [mmHg]."""
FULL: Final = 0.9
EMPTY: Final = 0.1

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cycle:
    """A stretch of a session that stands for the rest."""

    start: float
    """[s]"""
    end: float
    """[s]"""
    whole: bool
    """Whether it is one whole cycle; a session may end before its first cycle does."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one leg, each as least and most over its chambers; `None` when not seen."""

    pressure: Range
    """Highest set-point of the most proximal and of the most distal chamber used [mmHg]."""
    inflation: tuple[Range | None, Range | None]
    """Set and delivered [s]."""
    plateau: tuple[Range | None, Range | None]
    """Set and delivered [s]."""
    deflation: tuple[Range | None, Range | None]
    """Set and delivered [s]."""
    pause: tuple[Range | None, Range | None]
    """Set and delivered [s]."""
    cycle: float | None
    """Length of the cycle [s]; `None` when none was whole."""


def representative(
    waves: Waveforms, window: tuple[float, float], starts: Sequence[float]
) -> Cycle | None:
    """Return a cycle that stands for the session.

    It is the whole cycle nearest to the middle of the session among those as long as the median.

    Parameters
    ----------
    waves
        Waveforms of one leg.
    window
        First and last instant of the treatment [s].
    starts
        Instants at which cycles began [s]; without any, they are found in the set-points.

    Returns
    -------
    Cycle | None
        `None` when there is nothing to show.
    """
    inside = (waves.time >= window[0]) & (waves.time <= window[1])
    if not inside.any():
        return None
    time = waves.time[inside]
    known = [one for one in starts if window[0] <= one <= window[1]]
    begins: Floats = np.array(known or _rises(time, signals.demand(waves.set_points[inside])))
    if len(begins) < 2:
        return Cycle(float(time[0]), float(time[-1]), whole=False)
    lengths = np.diff(begins)
    usual = np.flatnonzero(np.abs(lengths - np.median(lengths)) <= 0.1 * np.median(lengths))
    middle = (window[0] + window[1]) / 2
    chosen = usual[np.argmin(np.abs(begins[usual] + lengths[usual] / 2 - middle))]
    return Cycle(float(begins[chosen]), float(begins[chosen + 1]), whole=True)


def settings(waves: Waveforms, span: Cycle) -> Settings | None:
    """Return the settings seen in one cycle.

    Parameters
    ----------
    waves
        Waveforms of one leg.
    span
        The cycle.

    Returns
    -------
    Settings | None
        `None` when no chamber was pressed.
    """
    inside = (waves.time >= span.start) & (waves.time < span.end)
    time = waves.time[inside]
    wanted = signals.demand(waves.set_points[inside]).astype(np.float64)
    got = np.nan_to_num(waves.pressures[inside]).astype(np.float64)
    if not len(time):
        return None
    used = np.flatnonzero(wanted.max(axis=0) >= signals.LEAST_HOLD)
    if not len(used):
        return None
    length = span.end - span.start
    rows = [_chamber(time, wanted[:, n], got[:, n], length) for n in used]
    peaks = wanted.max(axis=0)[used]
    columns = [tuple(_range([row[n][m] for row in rows]) for m in (0, 1)) for n in range(4)]
    inflation, plateau, deflation, pause = columns
    return Settings(
        pressure=(float(peaks[-1]), float(peaks[0])),
        inflation=(inflation[0], inflation[1]),
        plateau=(plateau[0], plateau[1]),
        deflation=(deflation[0], deflation[1]),
        pause=(pause[0], pause[1]) if span.whole else (None, None),
        cycle=length if span.whole else None,
    )


def _chamber(time: Floats, wanted: Floats, got: Floats, length: float) -> list[tuple[float, float]]:
    """Return inflation, plateau, deflation and pause of one chamber, set and delivered [s]."""
    peak, rest = float(wanted.max()), float(wanted.min())
    step = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    at_peak = wanted >= peak - signals.STEADY
    rising, first = int(np.argmax(wanted > rest + signals.STEADY)), int(np.argmax(at_peak))
    start = time[rising if rising == first else max(rising - 1, 0)]
    full, last = time[first], time[len(time) - 1 - np.argmax(at_peak[::-1])]
    reached = (got >= FULL * peak) & (time >= start)
    got_full = time[np.argmax(reached)] if reached.any() else np.nan
    set_empty = _first(time, (time > last) & (wanted <= rest + REST))
    got_empty = _first(time, (time > last) & (got <= max(EMPTY * peak, rest + REST)))
    rows = [
        (float(full - start), float(got_full - start)),
        (float(at_peak.sum() * step), float(reached.sum() * step)),
        (float(set_empty - last - step), float(got_empty - last)),
    ]
    busy = [np.nansum([row[m] for row in rows]) for m in (0, 1)]
    return [*rows, (max(length - busy[0], 0.0), max(length - busy[1], 0.0))]


def _first(time: Floats, flags: NDArray[np.bool_]) -> float:
    """Return the first instant that is flagged [s], NaN without one."""
    return float(time[np.argmax(flags)]) if flags.any() else float("nan")


def _range(values: Sequence[float]) -> Range | None:
    """Return least and most of the known values."""
    known = [max(value, 0.0) for value in values if np.isfinite(value)]
    return (min(known), max(known)) if known else None


def _rises(time: Floats, wanted: NDArray[np.floating]) -> list[float]:
    """Return the instants at which the leg's set-points leave rest [s]."""
    most = wanted.max(axis=1)
    pressed = most > signals.LEAST_HOLD
    return [float(one) for one in time[1:][pressed[1:] & ~pressed[:-1]]]
