"""One picture for each row: what happened on the twin, and our values beside the published ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.program.lanes import INK, QUIET, RULE
from openpresso.twin.validation.model import Quantity
from openpresso.twin.validation.numbers import SIGNS, number, unit_text
from openpresso.twin.validation.outcome import Curves
from openpresso.twin.validation.run import Judged, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILION, BAND = "#0072B2", "#D55E00", "#DCE9F2"
COLOURS: Final = (BLUE, "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
"""Okabe and Ito's colours, told apart by people who do not tell red from green."""
DASHES: Final = ("-", "--", "-.", ":", "-")
STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "svg.hashsalt": "openpresso",
    "svg.fonttype": "none",
    "path.simplify_threshold": 0.5,
}
WIDTH: Final = 9.6
STRIP: Final = 0.62
"""Height of one quantity [inch]."""
LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "pass": ("o", BLUE), "miss": ("X", VERMILION), "reported": ("s", QUIET),
}  # fmt: skip
"""Marker and colour of our value by its verdict."""


def draw(result: Result, path: Path) -> Path:
    """Draw a row's picture into a file, `.svg` or `.png`; the same result gives the same bytes."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        figure = _figure(result)
        metadata: dict[str, Any] = {"Date": None} if path.suffix == ".svg" else {}
        figure.savefig(path, dpi=110, metadata=metadata)
    return path


def _figure(result: Result) -> Figure:
    from matplotlib.figure import Figure

    curves = result.outcome.curves
    strips = STRIP * len(result.judged)
    height = max(strips, 2.5 if curves else 0.0) + 0.95
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    bottom, top = 0.55 / height, 1.0 - 0.3 / height
    if curves is not None:
        axis = figure.add_axes((0.075, bottom, 0.41, top - bottom))
        _curves(axis, curves)
    left = 0.53 if curves is not None else 0.02
    taken = strips / height
    middle = 0.5 * (bottom + top)
    compared = figure.add_axes((left, middle - 0.5 * taken, 0.985 - left, taken))
    _compared(compared, result.judged)
    _legend(figure, result.judged, left)
    return figure


def _curves(axis: Axes, curves: Curves) -> None:
    colour = 0
    for line in curves.lines:
        shade = COLOURS[min(colour, len(COLOURS) - 1)]
        if line.points:
            style: dict[str, Any] = {"linestyle": "", "marker": "D", "markersize": 4.5}
            shade = INK if line.label else COLOURS[max(colour - 1, 0)]
        else:
            style = {"linestyle": DASHES[colour % len(DASHES)], "linewidth": 1.5}
            colour += 1
        axis.plot(line.x, line.y, color=shade, label=line.label or None, **style)
    axis.margins(x=0.02, y=0.1)
    for level, name in curves.levels:
        axis.axhline(level, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
        axis.annotate(
            name, (1.0, level), xycoords=("axes fraction", "data"), xytext=(-3, 2),
            textcoords="offset points", ha="right", va="bottom", fontsize=7.5, color=QUIET,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
        )  # fmt: skip
    if curves.logarithmic:
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_xlabel(curves.x_label)
    axis.set_ylabel(curves.y_label)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(color=RULE, linewidth=0.5, alpha=0.6)
    axis.set_axisbelow(b=True)
    if sum(bool(line.label) for line in curves.lines) > 1:
        axis.legend(loc="best")


def span(judged: Judged) -> tuple[float, float]:
    """Return the ends of a quantity's scale: the published, the allowed and ours, with room.

    A value that is further off than five times all the rest is drawn at the edge.
    """
    quantity = judged.quantity
    edges = [quantity.published, quantity.low, quantity.high, *reach(quantity)]
    known = [edge for edge in edges if edge is not None and math.isfinite(edge)]
    width = max(max(known) - min(known), 0.2 * abs(quantity.published)) or 1.0
    low, high = min(known), max(known)
    if math.isfinite(judged.ours):
        low = min(low, max(judged.ours, low - 5.0 * width))
        high = max(high, min(judged.ours, high + 5.0 * width))
    room = max(0.12 * (high - low), 0.2 * width)
    return low - room, high + room


def reach(quantity: Quantity) -> tuple[float | None, float | None]:
    """Return the allowed range; None is an open end."""
    if quantity.rule == "report":
        return None, None
    low = quantity.published - quantity.tolerance
    high = quantity.published + quantity.tolerance
    return (
        None if quantity.rule == "below" else low,
        None if quantity.rule == "above" else high,
    )


def _compared(axis: Axes, judged: tuple[Judged, ...]) -> None:
    """Draw one strip for each quantity, each on its own scale."""
    axis.set_xlim(0.0, 1.0)
    axis.set_ylim(len(judged), 0.0)
    axis.axis("off")
    for place, one in enumerate(judged):
        _strip(axis, one, float(place))


def _strip(axis: Axes, judged: Judged, top: float) -> None:
    quantity = judged.quantity
    low, high = span(judged)

    def at(value: float) -> float:
        return min(max((value - low) / (high - low), 0.01), 0.99)

    y = top + 0.66
    axis.plot([0.0, 1.0], [y, y], color=RULE, linewidth=0.8, zorder=1)
    if quantity.rule != "report":
        from_, to = reach(quantity)
        start = 0.0 if from_ is None else at(from_)
        end = 1.0 if to is None else at(to)
        axis.fill_between([start, end], y - 0.14, y + 0.14, color=BAND, linewidth=0.0, zorder=0)
    if quantity.low is not None and quantity.high is not None:
        ends = [at(quantity.low), at(quantity.high)]
        axis.plot(ends, [y, y], color=INK, linewidth=1.6, marker="|", markersize=7, zorder=2)
    axis.plot([at(quantity.published)], [y], "D", color="white", markeredgecolor=INK, zorder=3)
    marker, colour = LOOKS.get(judged.verdict, LOOKS["reported"])
    ours = judged.ours if not np.isnan(judged.ours) else quantity.published
    axis.plot(
        [at(ours)], [y], marker, color=colour, markersize=8, markeredgecolor="white", zorder=4
    )
    axis.text(0.0, top + 0.12, quantity.what, va="top", fontsize=8.5)
    sign = SIGNS.get(quantity.rule, "")
    axis.text(
        1.0, top + 0.12,
        f"{number(judged.ours, quantity.published)} against {sign}{number(quantity.published)}"
        f"{unit_text(quantity.unit)}",
        va="top", ha="right", fontsize=8.5, fontweight="bold", color=colour,
    )  # fmt: skip


def _legend(figure: Figure, judged: tuple[Judged, ...], left: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Line2D(
            [], [], marker="D", linestyle="", color="white", markeredgecolor=INK, label="published"
        )
    ]
    if any(one.quantity.low is not None for one in judged):
        handles.append(Line2D([], [], color=INK, linewidth=1.6, marker="|", label="its spread"))
    if any(one.quantity.rule != "report" for one in judged):
        handles.append(Patch(color=BAND, label="allowed"))
    names = {"pass": "twin", "miss": "twin, a miss", "reported": "twin, not judged"}
    for verdict in dict.fromkeys(one.verdict for one in judged):
        marker, colour = LOOKS[verdict]
        handles.append(
            Line2D(
                [],
                [],
                marker=marker,
                linestyle="",
                color=colour,
                markersize=7,
                label=names[verdict],
            )
        )
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(left - 0.01, 0.0), ncols=len(handles),
        handletextpad=0.4, columnspacing=0.9, fontsize=7.5,
    )  # fmt: skip
