"""A timeline as a picture: some cycles of every phase chamber by chamber, and the whole session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.errors import InputError
from openpresso.program.lanes import (
    INK,
    LABEL,
    QUIET,
    RULE,
    clock,
    draw_lanes,
    dress_lanes,
    names,
    window,
)
from openpresso.program.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from openpresso.cuff.model import Cuff

FORMATS: Final = (".png", ".svg", ".pdf")
_MOST_PHASES: Final = 4
_STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "axes.titlecolor": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "svg.hashsalt": "openpresso",
    "svg.fonttype": "none",
}
_BINS: Final = 600


def plot(
    timelines: Timeline | Mapping[str, Timeline],
    path: str | Path,
    *,
    title: str = "",
    cuff: Cuff | None = None,
) -> Path:
    """Draw a timeline, or those of both legs, into a file.

    Each chamber has a lane, the most distal one at the bottom as on a standing leg. A lane shows
    its set-point over some cycles of each phase; where a lane is bare, the chamber is vented. The
    strip below shows the whole session.

    Parameters
    ----------
    timelines
        One timeline, or one for each leg by name; different legs share the lanes.
    path
        File to write; its ending decides: `.png`, `.svg` or `.pdf`.
    title
        Title; the program's name when empty.
    cuff
        The cuff, for the names of the zones.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the ending is not known or the file cannot be written.
    """
    target = checked(path)
    legs = {"": timelines} if isinstance(timelines, Timeline) else dict(timelines)
    return save(lambda: _figure(legs, title, cuff), target, _STYLE)


def checked(path: str | Path) -> Path:
    """Return the path of a picture, before anything is computed for it.

    Raises
    ------
    InputError
        If the ending is not known.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise InputError.one(
            str(path),
            "unknown-format",
            f"{target.suffix or 'no ending'!r} is not a picture format; allowed are "
            f"{', '.join(FORMATS)}",
            hint=f"write for example {target.with_suffix('.png').name}.",
        )
    return target


def save(made: Callable[[], Figure], target: Path, style: Mapping[Any, Any]) -> Path:
    """Write a picture that `made` draws in a style; the same picture gives the same file.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    import matplotlib as mpl

    metadata: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(
        target.suffix.lower(), {}
    )
    with mpl.rc_context(dict(style)):
        figure = made()
        try:
            figure.savefig(target, dpi=150, metadata=metadata)
        except OSError as error:
            raise InputError.one(
                str(target),
                "cannot-write",
                f"the picture cannot be written: {error.strerror or error}",
                hint="name a file in a folder that exists and may be written.",
            ) from error
    return target


def _figure(legs: Mapping[str, Timeline], title: str, cuff: Cuff | None) -> Figure:
    from matplotlib.figure import Figure

    first = next(iter(legs.values()))
    n_chambers = first.set_points.shape[1]
    phases = first.phases[:_MOST_PHASES]
    lanes = min(max(0.42 * n_chambers, 1.7), 7.2)
    strip = min(max(0.07 * n_chambers, 0.3), 1.1) * len(legs)
    top, gap, bottom = (0.95 if len(legs) == 1 else 1.15), 0.75, 0.6
    height = top + lanes + gap + strip + bottom
    figure = Figure(figsize=(9.6, height), facecolor="white")
    left, right = 0.13, 0.9
    grid = figure.add_gridspec(
        1,
        len(phases),
        left=left,
        right=right,
        wspace=0.08,
        bottom=(bottom + strip + gap) / height,
        top=1.0 - top / height,
    )
    below = figure.add_gridspec(
        len(legs),
        2,
        left=left,
        right=0.925,
        wspace=0.03,
        hspace=0.18,
        width_ratios=[1.0, 0.012],
        bottom=bottom / height,
        top=(bottom + strip) / height,
    )
    peak = _peak(legs)
    axes = [figure.add_subplot(grid[0, number]) for number in range(len(phases))]
    windows = [window(first, phase) for phase in phases]
    for number, (axis, phase, shown) in enumerate(zip(axes, phases, windows, strict=True)):
        draw_lanes(axis, legs, shown, peak)
        dress_lanes(
            axis,
            phase,
            shown,
            n_chambers,
            titled=len(phases) > 1,
            labelled=number == len(phases) - 1,
        )
        axis.set_yticks(np.arange(n_chambers) + LABEL)
        axis.set_yticklabels(names(n_chambers, cuff) if number == 0 else [])
    _overview(figure, below, legs, windows, peak)
    _head(figure, legs, title, peak, height, left)
    return figure


def _head(
    figure: Figure,
    legs: Mapping[str, Timeline],
    title: str,
    peak: float,
    height: float,
    left: float,
) -> None:
    from matplotlib.patches import Patch

    first = next(iter(legs.values()))
    figure.text(
        left,
        1.0 - 0.3 / height,
        title or first.program,
        fontsize=13,
        fontweight="bold",
        va="center",
    )
    cycles = len(first.cycles)
    figure.text(
        left,
        1.0 - 0.55 / height,
        f"{first.program} on {first.cuff} · {clock(first.duration)} min · {cycles} cycle"
        f"{'s' if cycles > 1 else ''} · highest set-point {peak:g} mmHg",
        color=QUIET,
        va="center",
    )
    if len(legs) > 1:
        handles = [
            Patch(
                facecolor=QUIET if number == 0 else "white",
                edgecolor=QUIET,
                linestyle="-" if number == 0 else "--",
                label=f"{leg} leg",
            )
            for number, leg in enumerate(legs)
        ]
        figure.legend(
            handles=handles,
            loc="center left",
            ncols=2,
            frameon=False,
            bbox_to_anchor=(left - 0.01, 1.0 - 0.85 / height),
            handlelength=1.6,
        )


def _peak(legs: Mapping[str, Timeline]) -> float:
    return max(float(np.nanmax(one.set_points, initial=1.0)) for one in legs.values())


def _overview(
    figure: Figure,
    grid: Any,  # noqa: ANN401 -- matplotlib's GridSpec has no public type for add_subplot
    legs: Mapping[str, Timeline],
    windows: Sequence[tuple[float, float]],
    peak: float,
) -> None:
    """Draw the whole session as a strip: chambers over time, colour is pressure."""
    axis, mesh = None, None
    for number, (leg, timeline) in enumerate(legs.items()):
        axis = figure.add_subplot(grid[number, 0])
        axis.set_facecolor("#f4f5f7")
        minutes = timeline.duration / 60.0
        mesh = axis.imshow(
            _strip(timeline),
            origin="lower",
            aspect="auto",
            cmap="YlGnBu",
            vmin=0.0,
            vmax=peak,
            extent=(0.0, minutes, 0.5, timeline.set_points.shape[1] + 0.5),
            interpolation="nearest",
        )
        for start, end in windows:
            axis.axvspan(start / 60.0, end / 60.0, fill=False, edgecolor=INK, linewidth=1.0)
        axis.set_yticks([])
        axis.set_ylabel(leg or "session", rotation=0, ha="right", va="center")
        for spine in axis.spines.values():
            spine.set_visible(False)
        axis.tick_params(length=0, labelbottom=number == len(legs) - 1)
    if mesh is not None and axis is not None:
        bar = figure.colorbar(mesh, cax=figure.add_subplot(grid[:, 1]), ticks=[0.0, peak])
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0, labelsize=7)
        axis.set_xlabel("whole session, distal below [min]; the frame is the part shown above")


def _strip(timeline: Timeline) -> NDArray[np.float64]:
    """Return the highest set-point of each chamber in each bin, shape `(n_chambers, n_bins)`."""
    fine = np.linspace(0.0, timeline.duration, _BINS * 8, endpoint=False)
    right = np.searchsorted(timeline.times, fine, side="right")
    right = np.minimum(right, len(timeline.times) - 1)
    left = np.maximum(right - 1, 0)
    span = timeline.times[right] - timeline.times[left]
    share = np.divide(fine - timeline.times[left], span, out=np.zeros_like(span), where=span > 0.0)
    low, high = timeline.set_points[left], timeline.set_points[right]
    values = low + share[:, None] * (high - low)
    pooled = np.where(np.isnan(values), -1.0, values).reshape(_BINS, 8, -1).max(axis=1)
    return np.where(pooled < 0.0, np.nan, pooled).T
