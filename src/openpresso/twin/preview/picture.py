"""A preview as one page: the leg, one cycle, the volume until the next day, and plain words."""

from __future__ import annotations

import math
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.program.lanes import INK, QUIET, RULE
from openpresso.program.plot import checked, save
from openpresso.twin.preview import words
from openpresso.twin.preview.change import ranged
from openpresso.units import format_duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openpresso.twin.preview.preview import Preview

SKIN: Final = "#2f6fb3"
FAT: Final = "#e0a458"
MUSCLE: Final = "#a8447f"
PALE: Final = "#ead0df"
FLUID: Final = "#0f8b8d"
SET: Final = "#b9c2cc"
LIMIT: Final = "#b3261e"
SIZE: Final = (11.69, 8.27)
"""Of the page, A4 across [in]."""
SHOWN: Final = 3
"""Segments whose curves are drawn: the lowest, the middle and the uppermost."""
BOX: Final = (0.05, 0.307)
"""Bottom and top of the boxes, as shares of the page."""
SPACING: Final = 1.35
"""Of lines in a box."""
PITCH: Final = 0.99
"""From line to line, over the size of the type and the spacing."""
LETTER: Final = 0.535
"""Mean width of a letter, over the size of the type."""
_STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "axes.titlecolor": INK,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "svg.hashsalt": "openpresso",
    "svg.fonttype": "none",
}


def draw(preview: Preview, path: str | Path, *, title: str = "") -> Path:
    """Draw a preview into a file.

    Parameters
    ----------
    preview
        The preview.
    path
        File to write; its ending decides: `.png`, `.svg` or `.pdf`.
    title
        Title of the program; its name when empty.

    Raises
    ------
    InputError
        If the ending is not known or the file cannot be written.
    """
    return save(lambda: figure(preview, title), checked(path), _STYLE)


def figure(preview: Preview, title: str = "") -> Figure:
    """Return the page as a matplotlib figure."""
    from matplotlib.figure import Figure

    page = Figure(figsize=SIZE, facecolor="white")
    _head(page, preview, title)
    leg, bars = (0.05, 0.385, 0.085, 0.45), (0.185, 0.385, 0.29, 0.45)
    _leg(page.add_axes(leg), preview)
    _bars(page.add_axes(bars), preview)
    page.text(0.05, 0.8685, "Pressure, segment by segment", fontsize=10, fontweight="bold")
    _cycle(page.add_axes((0.56, 0.665, 0.405, 0.17)), preview)
    _volume(page.add_axes((0.56, 0.385, 0.405, 0.15)), preview)
    _words(page, preview)
    return page


def _head(page: Figure, preview: Preview, title: str) -> None:
    page.text(0.05, 0.957, title or preview.program, fontsize=14, fontweight="bold", va="center")
    page.text(
        0.05,
        0.925,
        f"What {preview.program} on {preview.cuff} is expected to do to this {preview.limb}: "
        f"{words.who(preview.person)}; {words.holding(preview)}, "
        f"{format_duration(preview.duration)}, ceiling {preview.ceiling:g} mmHg",
        color=QUIET,
        va="center",
    )


def _leg(axis: Axes, preview: Preview) -> None:
    """Draw the limb, each segment in the shade of its highest pressure in the muscle."""
    from matplotlib.patches import Polygon

    segments = preview.segments
    highest = max(one.muscle.peak for one in segments)
    widest = float(preview.radius.max())
    for index, one in enumerate(segments):
        share = one.muscle.peak / max(highest, 1.0)
        rows = np.linspace(index + 0.03, index + 0.97, 12)
        half = _half_width(preview, rows)
        axis.add_patch(
            Polygon(
                np.concatenate((
                    np.column_stack((half, rows)), np.column_stack((-half, rows))[::-1],
                )),
                facecolor=_shade(MUSCLE, 0.12 + 0.7 * share), edgecolor="none",
            )
        )  # fmt: skip
        axis.text(
            0.0, index + 0.5, f"{one.number}", ha="center", va="center", fontsize=8.5,
            color="white" if share > 0.6 else INK,
        )  # fmt: skip
    axis.set_xlim(-1.05 * widest, 1.05 * widest)
    axis.set_ylim(0.0, float(len(segments)))
    axis.axis("off")


def _half_width(preview: Preview, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the radius along the drawing, smooth between the middles of the segments [cm]."""
    count = len(preview.radius)
    fine = np.linspace(-0.5, count + 0.5, 60 * (count + 1) + 1)
    radius = np.interp(fine, np.arange(count) + 0.5, preview.radius)
    bell = np.hanning(61)
    smooth = np.convolve(np.pad(radius, 30, mode="edge"), bell / bell.sum(), mode="valid")
    return np.asarray(np.interp(rows, fine, smooth))


def _shade(colour: str, share: float) -> tuple[float, float, float]:
    """Return a colour mixed with white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1.0 - share * (1.0 - part) for part in to_rgb(colour))
    return red, green, blue


def _bars(axis: Axes, preview: Preview) -> None:
    """Draw the highest pressures of each segment; a dot is the mean over the session."""
    count = len(preview.segments)
    rows = np.arange(count) + 0.5
    tall = 0.21
    most = max(max(one.skin.peak, one.head.high) for one in preview.segments)
    for place, (name, colour) in zip(
        (1.5, 0.5, -0.5), (("skin", SKIN), ("fat", FAT), ("muscle", MUSCLE)), strict=True
    ):
        pressed = [getattr(one, name) for one in preview.segments]
        at = rows + place * tall
        axis.barh(at, [one.peak for one in pressed], 0.92 * tall, color=colour, label=name)
        axis.plot(
            [one.mean for one in pressed], at, "o", markersize=2.8 if count < 13 else 1.8,
            markerfacecolor="white", markeredgecolor="white",
        )  # fmt: skip
    heads = [one.head for one in preview.segments]
    middle = np.array([one.middle for one in heads])
    spans = np.array([[one.middle - one.low, one.high - one.middle] for one in heads]).T
    axis.errorbar(
        middle, rows - 1.5 * tall, xerr=spans, fmt="D", color=FLUID, markersize=4.0,
        markeredgecolor="white", markeredgewidth=0.5, elinewidth=1.8, zorder=5,
    )  # fmt: skip
    axis.axvline(preview.threshold, color=LIMIT, linewidth=1.0, linestyle=(0, (4, 2)), zorder=4)
    axis.set_xlim(0.0, 1.06 * max(most, 1.25 * preview.threshold))
    axis.set_ylim(0.0, float(count))
    axis.set_yticks(rows, [one.zone for one in preview.segments])
    axis.tick_params(axis="y", length=0, pad=2)
    axis.set_xlabel("highest pressure in a cycle [mmHg]")
    _plainly(axis, "x")
    _legend_of_bars(axis)


def _legend_of_bars(axis: Axes) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    axis.legend(
        handles=[
            *(Patch(color=one, label=name)
              for name, one in (("skin", SKIN), ("fat", FAT), ("muscle", MUSCLE))),
            Line2D([], [], marker="o", linestyle="", markersize=3.5, markerfacecolor="white",
                   markeredgecolor=QUIET, label="dot: mean"),
            Line2D([], [], marker="D", linestyle="-", color=FLUID, markersize=4,
                   label="tissue fluid"),
            Line2D([], [], color=LIMIT, linestyle=(0, (4, 2)), linewidth=1.0,
                   label="drives fluid on"),
        ],
        loc="lower left", bbox_to_anchor=(-0.485, 1.0), ncols=6, frameon=False, fontsize=8,
        handlelength=1.4, columnspacing=1.2, labelspacing=0.25, borderaxespad=0.2,
    )  # fmt: skip


def _cycle(axis: Axes, preview: Preview) -> None:
    """Draw one cycle: set-points, skin and tissue fluid of the lowest, a middle and the top one."""
    number = preview.longest_phase()
    one, head = preview.cycles[number], preview.heads[number]
    count = len(preview.segments)
    chosen = np.unique(np.linspace(0, count - 1, min(SHOWN, count)).round().astype(int))
    for index in chosen.tolist():
        strong = 1.0 - 0.33 * np.flatnonzero(chosen == index)[0]
        wanted = np.nan_to_num(one.wanted[:, index])
        axis.fill_between(one.time, wanted, color=SET, alpha=0.25 * strong, linewidth=0.0)
        axis.plot(one.time, wanted, color=SET, linewidth=1.4)
        axis.plot(one.time, one.skin[:, index], color=_shade(SKIN, strong), linewidth=1.6)
        axis.plot(one.time, head[:, index], color=_shade(FLUID, strong), linewidth=1.6)
        full = int(np.argmax(one.skin[:, index] >= 0.97 * one.skin[:, index].max()))
        axis.annotate(
            f"{preview.segments[index].number}",
            (float(one.time[full]), float(one.skin[full, index])),
            xytext=(-3, 2), textcoords="offset points", fontsize=8, ha="right", color=INK,
        )  # fmt: skip
    axis.axhline(preview.threshold, color=LIMIT, linewidth=1.0, linestyle=(0, (4, 2)))
    top = max(float(one.skin.max()), float(np.nanmax(one.wanted, initial=0.0)), preview.threshold)
    axis.set_ylim(0.0, 1.16 * top)
    axis.set_xlim(0.0, float(one.time[-1]))
    axis.set_xlabel("time in the cycle [s]")
    axis.set_ylabel("mmHg")
    phase = f" of {one.phase}" if len(preview.cycles) > 1 else ""
    named = ", ".join(f"{preview.segments[index].number}" for index in chosen.tolist())
    plural = "segments" if len(chosen) > 1 else "segment"
    _titled(
        axis,
        f"One cycle{phase}, {plural} {named}",
        (("set-point", SET), ("skin", SKIN), ("tissue fluid", FLUID), ("drives fluid on", LIMIT)),
    )
    _plainly(axis, "y")


def _volume(axis: Axes, preview: Preview) -> None:
    """Draw what the session changes against none, until the next day."""
    course, end = preview.course, preview.course.end
    hours = _stretched(course.hours, end)
    spans = [ranged(one) for one in course.effect()]
    axis.axvspan(0.0, 1.0, color=SET, alpha=0.25, linewidth=0.0, zorder=0)
    axis.fill_between(
        hours, [one.low for one in spans], [one.high for one in spans], color=MUSCLE, alpha=0.18,
        linewidth=0.0, label="range",
    )  # fmt: skip
    axis.plot(hours, [one.middle for one in spans], color=MUSCLE, linewidth=1.8)
    axis.axhline(0.0, color=INK, linewidth=0.7)
    marks = np.array([after + end for after in (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0)])
    axis.set_xticks(
        _stretched(marks, end), ["end", "½ h", "1 h", "2 h", "4 h", "8 h", "16 h", "24 h"]
    )
    axis.set_xlim(0.0, float(hours[-1]))
    lowest, highest = (min(one.low for one in spans), max(one.high for one in spans))
    axis.set_ylim(min(1.1 * lowest, -2.0), max(1.3 * highest, 0.12 * -lowest, 1.0))
    axis.set_xlabel("after the session; grey: the session; the time axis is compressed")
    axis.set_ylabel("mL")
    _titled(
        axis,
        "Fluid under the cuff, against as long without it",
        (("middle", MUSCLE), ("range", PALE)),
    )
    _plainly(axis, "y")


def _stretched(hours: np.ndarray[Any, Any], end: float) -> np.ndarray[Any, Any]:
    """Return places on a time axis that gives the session and the hours after it more room."""
    return np.where(
        hours <= end, hours / end, 1.0 + 1.1 * np.log2(1.0 + np.maximum(hours - end, 0.0))
    )


def _titled(axis: Axes, title: str, entries: tuple[tuple[str, str], ...]) -> None:
    """Write a title and, on a line below it, what the colours mean."""
    from matplotlib.lines import Line2D

    axis.set_title(title, pad=19)
    axis.legend(
        handles=[
            Line2D([], [], color=colour, linewidth=2.0, label=name,
                   linestyle=(0, (4, 2)) if colour in {LIMIT, QUIET} else "-")
            for name, colour in entries
        ],
        loc="lower left", bbox_to_anchor=(-0.015, 0.985), ncols=len(entries), frameon=False,
        fontsize=8, handlelength=1.6, columnspacing=1.3, borderaxespad=0.2,
    )  # fmt: skip


def _plainly(axis: Axes, grid: str) -> None:
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.grid(axis=grid, color=RULE, linewidth=0.7)  # type: ignore[arg-type]
    axis.set_axisbelow(True)
    axis.tick_params(length=0)


def _words(page: Figure, preview: Preview) -> None:
    """Write what is expected and what is not known, in two boxes, and what this is."""
    from matplotlib.patches import FancyBboxPatch

    for left, width, heading, texts, colour in (
        (0.05, 0.445, "Expected", words.plain(preview), "#eef3f8"),
        (0.515, 0.45, "Not known", words.unknown(preview), "#faf3ec"),
    ):
        page.add_artist(
            FancyBboxPatch(
                (left, BOX[0]), width, BOX[1] - BOX[0],
                boxstyle="round,pad=0,rounding_size=0.008",
                facecolor=colour, edgecolor="none", transform=page.transFigure, zorder=0,
            )
        )  # fmt: skip
        page.text(left + 0.012, BOX[1] - 0.019, heading, fontweight="bold", va="center")
        size, lines = _fitted(texts, width - 0.024)
        page.text(
            left + 0.012, BOX[1] - 0.036, "\n".join(lines), fontsize=size, va="top",
            linespacing=SPACING,
        )  # fmt: skip
    page.text(0.05, 0.028, words.NOTICE, fontweight="bold", fontsize=8, va="center")
    page.text(
        0.965,
        0.028,
        f"Ranges: 5th to 95th percentile of {preview.draws} drawn limbs, seed {preview.seed}; "
        "the true range is wider.",
        fontsize=7.5,
        color=QUIET,
        va="center",
        ha="right",
    )


def _fitted(texts: tuple[str, ...], width: float) -> tuple[float, list[str]]:
    """Return the largest type and the lines with which texts fit their box."""
    found: tuple[float, list[str]] = (0.0, [])
    room = (BOX[1] - BOX[0] - 0.042) * SIZE[1] * 72.0
    for size in (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0):
        letters = math.floor(width * SIZE[0] * 72.0 / (LETTER * size))
        lines = [
            line
            for text in texts
            for line in textwrap.wrap(
                bound(text), letters, initial_indent="• ", subsequent_indent="   "
            )
        ]
        found = size, lines
        if len(lines) * size * SPACING * PITCH <= room:
            break
    return found


def bound(text: str) -> str:
    """Return a text whose units stay on the line of their numbers."""
    for unit in ("%", "mL", "mmHg", "cm/s", "s", "L"):
        text = re.sub(rf"(?<=\d) {re.escape(unit)}(?![\w/])", f"\u00a0{unit}", text)
    return text


__all__ = ["checked", "draw", "figure"]
