"""Set-against-delivered curves as SVG, drawn straight from the arrays.

No plotting library is loaded: a report is made right after every session and must not cost more
than the session's own computing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.record import colour, signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from openpresso.record.waveforms import Waveforms

    Floats = NDArray[np.floating[Any]]

SET: Final = "#c3ccd3"
TOP: Final = "#16242f"
GRID: Final = "#dfe5ea"
INK: Final = "#33424e"
LIMIT: Final = "#b3261e"
BIN: Final = 2.5
"""Width of a bin of the curve of a whole session [0.1 mm on the page]."""
MOST_POINTS: Final = 400
"""Points of one line of a cycle, before it is made simpler."""
CROWDED: Final = 12
"""With more chambers than this lines are thinner and the page is tighter."""
SLACK: Final = 1.2
"""How far a line may be moved to make it simpler [0.1 mm on the page]."""


@dataclass(frozen=True, slots=True)
class Axes:
    """A frame with scales; the drawing's unit is 0.1 mm on the page."""

    start: float
    stop: float
    top: float
    """Highest pressure shown [mmHg]."""
    width: float = 890.0
    height: float = 300.0
    left: float = 62.0
    bottom: float = 54.0
    above: float = 34.0
    right: float = 14.0

    def x(self, value: Floats) -> Floats:
        """Return places along the time axis."""
        span = max(self.stop - self.start, 1e-9)
        return self.left + (value - self.start) / span * (self.width - self.left - self.right)

    def y(self, value: Floats) -> Floats:
        """Return places along the pressure axis."""
        inner = self.height - self.above - self.bottom
        return self.height - self.bottom - np.clip(value, 0.0, self.top) / self.top * inner

    def line(self, time: Floats, value: Floats, slack: float = SLACK) -> str:
        """Return path data of a line that breaks where a value is NaN.

        Points that move the line by no more than `slack` [0.1 mm] are left out.
        """
        parts: list[str] = []
        known = np.isfinite(value)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            xs = self.x(time[first:last]).tolist()
            ys = self.y(value[first:last]).tolist()
            points = [f"{xs[n]:.0f} {ys[n]:.0f}" for n in _simple(xs, ys, slack)]
            parts.append("M" + "L".join(points))
        return "".join(parts)

    def frame(self, unit: str, scale: float) -> list[str]:
        """Return grid, ticks and axis labels; times are divided by `scale`."""
        base = self.height - self.bottom
        parts, grid, marks = [], "", f"M{self.left:.0f} {self.above:.0f}V{base:.0f}"
        marks += f"H{self.width - self.right:.0f}"
        for tick in _ticks(0.0, self.top, 5):
            y = float(self.y(np.array([tick]))[0])
            grid += f"M{self.left:.0f} {y:.0f}H{self.width - self.right:.0f}"
            parts.append(_text(self.left - 8, y + 8, f"{tick:g}", "end"))
        for tick in _ticks(self.start / scale, self.stop / scale, 8):
            x = float(self.x(np.array([tick * scale]))[0])
            marks += f"M{x:.0f} {base:.0f}v8"
            parts.append(_text(x, base + 30, f"{tick:g}", "middle"))
        parts.append(_text(self.width - self.right, base + 49, unit, "end"))
        parts.append(_text(2, 18, "mmHg", "start"))
        return [
            f'<path d="{grid}" stroke="{GRID}" stroke-width="1.6"/>',
            f'<path d="{marks}" stroke="{INK}" stroke-width="1.8" fill="none"/>',
            *parts,
        ]

    def svg(self, parts: Sequence[str], label: str) -> str:
        """Return the drawing as one `<svg>` element."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" '
            f'viewBox="0 0 {self.width:.0f} {self.height:.0f}" '
            f'style="width:{self.width / 10:.1f}mm;height:{self.height / 10:.1f}mm">'
            + "".join(parts)
            + "</svg>"
        )


def cycle_curve(
    waves: Waveforms, span: tuple[float, float], top: float, label: str, width: float = 890.0
) -> str:
    """Return one cycle of every chamber: set-point (broad, grey) and delivered (coloured).

    Parameters
    ----------
    waves
        Waveforms of one leg.
    span
        Start and end of the cycle [s].
    top
        Highest pressure shown [mmHg].
    label
        What the drawing shows, for those who cannot see it.
    width
        Width on the page [0.1 mm].

    Returns
    -------
    str
        One `<svg>` element.
    """
    first, last = np.searchsorted(waves.time, span)
    crowded = waves.pressures.shape[1] > CROWDED
    points, tall = (MOST_POINTS // 2, 360.0) if crowded else (MOST_POINTS, 420.0)
    step = max((int(last) - int(first)) // points, 1)
    here = slice(int(first), int(last), step)
    time = waves.time[here] - span[0]
    wanted = signals.demand(waves.set_points[here].astype(np.float64))
    got = waves.pressures[here].astype(np.float64)
    axes = Axes(0.0, span[1] - span[0], top, width, height=tall)
    parts = axes.frame("time in the cycle, s", 1.0)
    chambers = got.shape[1]
    thick = 2.0 if crowded else 2.6
    for n in range(chambers):
        parts.append(
            f'<path d="{axes.line(time, wanted[:, n])}" fill="none" '
            f'stroke="{SET}" stroke-width="{2.6 * thick:.1f}" stroke-linejoin="round"/>'
        )
    for n in range(chambers):
        tint = colour.chamber_colour(n + 1, chambers)
        parts.append(
            f'<path d="{axes.line(time, got[:, n])}" fill="none" stroke="{tint}" '
            f'stroke-width="{thick}" stroke-linejoin="round"/>'
        )
    return axes.svg(parts, label)


def session_curve(
    waves: Waveforms,
    span: tuple[float, float],
    top: float,
    ceiling: float,
    label: str,
    width: float = 890.0,
) -> str:
    """Return a whole session: highest delivered pressure as an area, highest set-point as a line.

    Parameters
    ----------
    waves
        Waveforms of one leg.
    span
        First and last instant shown [s].
    top
        Highest pressure shown [mmHg].
    ceiling
        Drawn as a line where it is within the axes [mmHg].
    label
        What the drawing shows, for those who cannot see it.
    width
        Width on the page [0.1 mm].

    Returns
    -------
    str
        One `<svg>` element.
    """
    axes = Axes(0.0, max(span[1] - span[0], 1.0), top, width, height=230.0)
    edges = np.linspace(span[0], span[1], round(width / BIN) + 1)
    wanted = signals.demand(waves.set_points).max(axis=1)
    got = np.nan_to_num(waves.pressures).max(axis=1)
    high = _binned(waves.time, got, edges)
    asked = _binned(waves.time, wanted, edges)
    middle = (edges[1:] + edges[:-1]) / 2 - span[0]
    minutes = axes.stop >= 120.0
    parts = axes.frame("min" if minutes else "s", 60.0 if minutes else 1.0)
    known = np.isfinite(high)
    if known.any():
        time = middle[known]
        around = np.concatenate((time[:1], time, time[-1:]))
        floor = np.zeros(1)
        outline = axes.line(around, np.concatenate((floor, high[known], floor)))
        parts.append(f'<path d="{outline}Z" fill="#8fbcd6" stroke="none"/>')
        parts.append(
            f'<path d="{axes.line(middle, asked)}" fill="none" stroke="{TOP}" stroke-width="1.4"/>'
        )
    if ceiling <= top:
        y = float(axes.y(np.array([ceiling]))[0])
        parts.append(
            f'<path d="M{axes.left} {y:.1f}H{axes.width - axes.right}" stroke="{LIMIT}" '
            'stroke-width="2" stroke-dasharray="14 7"/>'
        )
    return axes.svg(parts, label)


def nice_top(value: float) -> float:
    """Return a round number at or above a value, for the end of a scale."""
    if value <= 0.0:
        return 10.0
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0):
        if step * power >= value - 1e-9:
            return step * power
    return 10.0 * power


def _simple(xs: Sequence[float], ys: Sequence[float], slack: float) -> list[int]:
    """Return which points of a line to keep so that it moves by no more than `slack`.

    The swinging-door method: from a kept point, two doors of the allowed slopes close with every
    point passed; when they meet, the point before is kept.
    """
    if len(xs) < 3:
        return list(range(len(xs)))
    kept = [0]
    start_x, start_y = xs[0], ys[0]
    low, high = -math.inf, math.inf
    for n in range(1, len(xs)):
        width = max(xs[n] - start_x, 1e-9)
        low = max(low, (ys[n] - slack - start_y) / width)
        high = min(high, (ys[n] + slack - start_y) / width)
        if low > high:
            kept.append(n - 1)
            start_x, start_y = xs[n - 1], ys[n - 1]
            width = max(xs[n] - start_x, 1e-9)
            low, high = (ys[n] - slack - start_y) / width, (ys[n] + slack - start_y) / width
    kept.append(len(xs) - 1)
    return kept


def _binned(time: Floats, value: NDArray[np.floating], edges: Floats) -> Floats:
    """Return the most of a value in each bin, NaN in an empty bin."""
    starts = np.searchsorted(time, edges)
    found = np.full(len(edges) - 1, np.nan)
    filled = starts[1:] > starts[:-1]
    if filled.any():
        inside = value[: starts[-1]]
        found[filled] = np.maximum.reduceat(inside, starts[:-1][filled])
    return found


def _ticks(low: float, high: float, about: int) -> list[float]:
    """Return round numbers between two values, about so many."""
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / about))
    step = next((s * power for s in (1, 2, 5, 10) if span / (s * power) <= about), 10 * power)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(n * step, 6) for n in range(first, last + 1)]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    """Return a label."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="21" text-anchor="{anchor}" '
        f'fill="{INK}">{text}</text>'
    )
