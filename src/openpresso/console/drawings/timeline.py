"""A program's timeline as shapes for SVG: a lane for each chamber, and the whole session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from openpresso.cuff.model import Cuff
    from openpresso.program.timeline import Timeline

WIDTH: Final = 600.0
"""Of a picture, without what is written beside it."""
LANE: Final = 26.0
"""Height of a lane; the set-point takes `LANE - GAP` of it."""
GAP: Final = 5.0
STRIP: Final = 64.0
"""Height of the picture of the whole session."""
MOST_PHASES: Final = 4
"""Phases that are drawn; a program has more only when it repeats them."""
BINS: Final = 300


@dataclass(frozen=True, slots=True)
class Lane:
    """One chamber over some cycles.

    Parameters
    ----------
    number, zone
        Of the chamber, from 1, distal to proximal.
    path
        Its set-point as SVG paths.
    floor
        Height of zero in the picture.
    peak
        Highest set-point [mmHg]; 0 when it stays vented.
    rises, lasts
        When the set-point first rises, and how long it is above 0 [s].
    """

    number: int
    zone: str
    path: str
    floor: float
    peak: float
    rises: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some cycles of one phase."""

    name: str
    start: float
    end: float
    seconds: float
    """What the picture shows [s]."""
    lanes: tuple[Lane, ...]
    """Proximal first, as on a standing leg."""
    height: float
    ticks: tuple[tuple[float, float], ...]
    """Place and time [s]."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A timeline to look at."""

    stretches: tuple[Stretch, ...]
    left_out: int
    """Phases that are not drawn."""
    whole: str
    """Highest set-point of any chamber over the whole session, as an SVG path."""
    minutes: tuple[tuple[float, float], ...]
    """Place and time [min] under the whole session."""
    peak: float
    """[mmHg]"""
    cycles: int
    duration: float
    """[s]"""


def picture(timeline: Timeline, cuff: Cuff) -> Picture:
    """Return the shapes of a timeline.

    Parameters
    ----------
    timeline
        A compiled program.
    cuff
        The cuff that it was compiled for, for the zones.
    """
    from openpresso.program.lanes import window

    peak = max(float(np.nanmax(timeline.set_points, initial=0.0)), 1.0)
    shown = timeline.phases[:MOST_PHASES]
    stretches = tuple(
        _stretch(
            timeline, cuff, phase.name, (phase.start, phase.end), window(timeline, phase), peak
        )
        for phase in shown
    )
    return Picture(
        stretches,
        len(timeline.phases) - len(shown),
        _whole(timeline, peak),
        tuple((x, t / 60.0) for x, t in ticks(timeline.duration, 60.0)),
        peak,
        len(timeline.cycles),
        timeline.duration,
    )


def _stretch(
    timeline: Timeline,
    cuff: Cuff,
    name: str,
    phase: tuple[float, float],
    shown: tuple[float, float],
    peak: float,
) -> Stretch:
    """Return the lanes of one phase."""
    start, end = shown
    left = max(int(np.searchsorted(timeline.times, start, side="right")) - 1, 0)
    right = int(np.searchsorted(timeline.times, end, side="left")) + 1
    times = np.clip(timeline.times[left:right], start, end) - start
    values = timeline.set_points[left:right]
    seconds = end - start
    count = values.shape[1]
    lanes = []
    for index in reversed(range(count)):
        floor = LANE * (count - index)
        lanes.append(
            _lane(index, cuff.chambers[index].zone, times, values[:, index], floor, seconds, peak)
        )
    return Stretch(
        name, phase[0], phase[1], seconds, tuple(lanes), LANE * count, ticks(seconds, 1.0)
    )


def _lane(
    index: int,
    zone: str,
    times: NDArray[np.float64],
    values: NDArray[np.float64],
    floor: float,
    seconds: float,
    peak: float,
) -> Lane:
    """Return one chamber; where it is vented the lane is bare."""
    known = ~np.isnan(values)
    x = np.round(times / seconds * WIDTH, 2)
    y = np.round(floor - np.nan_to_num(values) / peak * (LANE - GAP), 2)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(int), [0]))))
    path = "".join(
        _area(x[first:last], y[first:last], floor) for first, last in edges.reshape(-1, 2)
    )
    highest = float(np.nanmax(values, initial=0.0))
    pressed = np.nan_to_num(values) > 0.0
    rises = float(times[max(int(np.argmax(pressed)) - 1, 0)]) if pressed.any() else 0.0
    above = np.diff(times)[pressed[:-1] | pressed[1:]]
    return Lane(index + 1, zone, path, floor, highest, rises, float(above.sum()))


def _area(x: NDArray[np.float64], y: NDArray[np.float64], floor: float) -> str:
    """Return the area under some points as an SVG path."""
    points = "L".join(f"{one:g} {other:g}" for one, other in zip(x, y, strict=True))
    return f"M{x[0]:g} {floor:g}L{points}L{x[-1]:g} {floor:g}Z"


def _whole(timeline: Timeline, peak: float) -> str:
    """Return the highest set-point of any chamber over the session."""
    highest = np.nan_to_num(timeline.set_points).max(axis=1)
    fine = np.interp(
        np.linspace(0.0, timeline.duration, BINS * 8), timeline.times, highest
    ).reshape(BINS, 8)
    x = np.round(np.linspace(0.0, WIDTH, BINS), 1)
    return _area(x, np.round(STRIP - fine.max(axis=1) / peak * (STRIP - 6.0), 1), STRIP)


def ticks(seconds: float, unit: float) -> tuple[tuple[float, float], ...]:
    """Return about six round times with their places [s]."""
    wanted = seconds / unit / 5.0
    size = 10.0 ** np.floor(np.log10(max(wanted, 1e-3)))
    step = next(size * one for one in (1.0, 2.0, 5.0, 10.0) if size * one >= wanted) * unit
    count = int(seconds / step + 1e-9) + 1
    return tuple((round(n * step / seconds * WIDTH, 1), n * step) for n in range(count))
