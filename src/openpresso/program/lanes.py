"""Lanes of a picture: the set-points of every chamber over a stretch of time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from openpresso.cuff.model import Cuff
    from openpresso.program.timeline import Phase, Timeline

INK: Final = "#1f2a37"
QUIET: Final = "#6b7280"
RULE: Final = "#dfe3e8"
LABEL: Final = 0.3
"""Height of a lane's label above its floor, in lanes."""


def names(n_chambers: int, cuff: Cuff | None) -> list[str]:
    """Return a label for each lane, with the zones where the cuff is known."""
    if cuff is None:
        ends = {0: " distal", n_chambers - 1: " proximal"} if n_chambers > 1 else {}
        return [f"{number + 1}{ends.get(number, '')}" for number in range(n_chambers)]
    return [f"{chamber.zone}  {chamber.number}" for chamber in cuff.chambers]


def _colors(n_chambers: int) -> list[tuple[float, float, float]]:
    """Return a colour for each chamber, from distal (blue-green) to proximal (plum)."""
    from matplotlib.colors import LinearSegmentedColormap

    ramp = LinearSegmentedColormap.from_list(
        "distal-to-proximal", ["#0f8b8d", "#2f6fb3", "#6a4fb3", "#a8447f"]
    )
    shades = ramp(np.linspace(0.0, 1.0, n_chambers))
    return [(float(red), float(green), float(blue)) for red, green, blue, _ in shades]


def window(timeline: Timeline, phase: Phase) -> tuple[float, float]:
    """Return the stretch of a phase to show [s]: cycles at full target, about two."""
    inside = timeline.cycles[(timeline.cycles >= phase.start) & (timeline.cycles < phase.end)]
    edges = np.append(inside, phase.end)
    if len(inside) > 1:
        edges[-1] = min(phase.end, inside[-1] + (inside[1] - inside[0]))
    peaks = [_highest(timeline, start, end) for start, end in pairwise(edges)]
    full = int(np.argmax(np.array(peaks) >= max(peaks) - 1e-6))
    period = edges[full + 1] - edges[full]
    wanted = 3 if period < 30.0 else 2 if period < 200.0 else 1
    last = min(full + wanted, len(edges) - 1)
    return float(edges[full]), float(edges[last])


def _highest(timeline: Timeline, start: float, end: float) -> float:
    inside = (timeline.times >= start) & (timeline.times <= end)
    return float(np.nanmax(timeline.set_points[inside], initial=0.0))


def draw_lanes(
    axis: Axes, legs: Mapping[str, Timeline], window: tuple[float, float], peak: float
) -> None:
    """Draw the set-points of one window, one lane for each chamber."""
    start, end = window
    for number, timeline in enumerate(legs.values()):
        times, values = _cut(timeline, start, end)
        colors = _colors(values.shape[1])
        for chamber, color in enumerate(colors):
            heights = chamber + 0.84 * values[:, chamber] / peak
            x, heights = _with_drops(times - start, heights, chamber)
            solid = number == 0
            axis.fill_between(
                x, chamber, heights, color=color, alpha=0.8 if solid else 0.16, linewidth=0.0
            )
            axis.plot(
                x,
                heights,
                color=color,
                linewidth=1.1,
                linestyle="-" if solid else (0, (3, 1.5)),
                solid_joinstyle="round",
            )
            if solid:
                _label_target(axis, values[:, chamber], chamber, end - start)


def _with_drops(
    x: NDArray[np.float64], heights: NDArray[np.float64], floor: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add the edge down to the floor where a chamber goes to or comes from the vent at once."""
    bare = np.isnan(heights)
    ends = np.flatnonzero(~bare[:-1] & bare[1:]) + 1
    starts = np.flatnonzero(bare[:-1] & ~bare[1:]) + 1
    where = np.concatenate((ends, starts))
    edges = np.concatenate((x[ends - 1], x[starts]))
    order = np.argsort(where, kind="stable")
    return (
        np.insert(x, where[order], edges[order]),
        np.insert(heights, where[order], np.full(len(where), floor)),
    )


def _label_target(axis: Axes, values: NDArray[np.float64], chamber: int, width: float) -> None:
    """Write the highest set-point of a lane behind its right end."""
    if np.all(np.isnan(values)):
        return
    axis.annotate(
        f"{np.nanmax(values):.3g}",
        (width, chamber + LABEL),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=INK,
        annotation_clip=False,
    )


def _cut(
    timeline: Timeline, start: float, end: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the breakpoints of a stretch, with what holds after its start and before its end."""
    left = int(np.searchsorted(timeline.times, start, side="right")) - 1
    right = int(np.searchsorted(timeline.times, end, side="left")) + 1
    return timeline.times[left:right], timeline.set_points[left:right]


def dress_lanes(
    axis: Axes,
    phase: Phase,
    window: tuple[float, float],
    n_chambers: int,
    *,
    titled: bool,
    labelled: bool,
) -> None:
    """Give the lanes their axis, their floors and what is written round them."""
    width = window[1] - window[0]
    axis.set_xlim(0.0, width)
    axis.set_ylim(-0.08, n_chambers)
    axis.hlines(np.arange(n_chambers), 0.0, width, color=RULE, linewidth=0.7, zorder=0.5)
    axis.set_xlabel(f"time from {clock(window[0])} min [s]")
    if titled:
        axis.set_title(
            f"{phase.name}, {clock(phase.start)} to {clock(phase.end)} min",
            loc="left",
            fontsize=9.5,
        )
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(length=0)
    axis.grid(axis="x", color=RULE, linewidth=0.7)
    axis.set_axisbelow(True)
    if labelled:
        axis.annotate(
            "mmHg",
            (1.0, 1.0),
            xycoords="axes fraction",
            xytext=(5, 2),
            textcoords="offset points",
            fontsize=8,
            color=QUIET,
            annotation_clip=False,
        )


def clock(seconds: float) -> str:
    """Return a time [s] as minutes and seconds: `4:30`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
