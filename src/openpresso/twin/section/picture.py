"""Pictures of the section: pressure in calf and thigh, pressure against depth, convergence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from openpresso.twin.parameters import value
from openpresso.twin.section.convergence import Run
from openpresso.twin.section.field import KILOPASCAL, Field, Load
from openpresso.twin.section.layout import TISSUES, Zone
from openpresso.twin.section.shares import section

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
LEGS: Final[tuple[tuple[Zone, float, float, tuple[float, ...]], ...]] = (
    ("calf", 5.6, 0.9, (0.4, 0.9, 1.8)),
    ("thigh", 9.1, 1.8, (0.8, 1.8, 3.6)),
)
"""Zone, radius and fat of a woman of 60 kg, and the fat of the curves [cm]."""
COVERS: Final = (1.0, 0.6)
AROUND: Final = 120
PRESSURE: Final = 60.0
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73")
SCALE: Final = "cividis"
SECTOR: Final = math.radians(12.0)
"""Half the angle round the middle of a pressed part, or of a gap, that a curve is taken from."""
SIZE: Final = 8.5
"""Of the type [pt]."""


def solved(zone: Zone, radius: float, fat: float, cover: float) -> Field:
    """Return the field of one leg under one sleeve."""
    load = Load(PRESSURE, cover, round(value("tissue", "contacts")))
    return section(zone, radius, fat, AROUND).solve(load)


def depth_picture() -> Figure:
    """Draw sections of calf and thigh beside their curves of pressure against depth."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    with mpl.rc_context({"font.size": SIZE, "svg.hashsalt": "depth", "axes.linewidth": 0.6}):
        figure = Figure(figsize=(7.6, 5.8), layout="constrained")
        axes = figure.subplots(2, 3, width_ratios=(1.0, 1.0, 1.25))
        shown: Any = None
        for line, (zone, radius, fat, thicknesses) in zip(axes, LEGS, strict=True):
            for axis, cover in zip(line, COVERS, strict=False):
                shown = draw(axis, solved(zone, radius, fat, cover))
                axis.set_title(f"{zone}, {round(100 * cover)} % pressed", fontsize=SIZE)
            curves(line[2], zone, radius, thicknesses)
        bar = figure.colorbar(
            shown, ax=axes[:, :2], location="bottom", shrink=0.7, aspect=40, extend="max", pad=0.02
        )
        bar.set_label("tissue pressure / sleeve pressure [–]")
        for letter, axis in zip("abcdef", axes.flat, strict=True):
            axis.set_title(letter, loc="left", weight="bold", fontsize=SIZE + 1.5)
        figure.legend(
            handles=[
                Line2D([], [], color="black", linestyle="-", label="all of the girth pressed"),
                Line2D([], [], color="black", linestyle="--", label="60 %: under what presses"),
                Line2D([], [], color="black", linestyle=":", label="60 %: under a gap"),
            ],
            loc="lower right", bbox_to_anchor=(0.985, -0.005), frameon=False, fontsize=SIZE - 0.5,
            labelspacing=0.3,
        )  # fmt: skip
    return figure


def draw(axis: Axes, field: Field) -> Any:  # noqa: ANN401 -- a collection that a scale can show
    """Draw one section as it lies under the sleeve."""
    from matplotlib.tri import Triangulation

    mesh = field.mesh
    share = field.pressure.mean(axis=1) / (PRESSURE * KILOPASCAL)
    points = mesh.points + field.vertices
    soft = np.isin(mesh.tissue, [TISSUES.index("fat"), TISSUES.index("muscle")])
    shown = axis.tripcolor(
        Triangulation(points[0], points[1], mesh.cells.T[soft]), facecolors=share[soft],
        cmap=SCALE, vmin=0.0, vmax=1.2, rasterized=True,
    )  # fmt: skip
    axis.tripcolor(
        Triangulation(points[0], points[1], mesh.cells.T[~soft]),
        facecolors=np.zeros((~soft).sum()), cmap="Greys", vmin=-0.6, vmax=1.0, rasterized=True,
    )  # fmt: skip
    for bone in mesh.layout.bones:
        axis.fill(*bone.outline(200), facecolor="#f4efe2", edgecolor="black", linewidth=0.6)
    angle = np.linspace(0.0, 2.0 * math.pi, 1441)
    pressed = field.load.on(angle) > 0.0
    far = 1.10 * mesh.layout.radius
    axis.plot(*np.where(pressed, far * np.array([np.cos(angle), np.sin(angle)]), np.nan),
              color="black", linewidth=2.4, solid_capstyle="butt")  # fmt: skip
    reach = 1.18 * mesh.layout.radius
    axis.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    axis.axis("off")
    named(axis, field)
    return shown


def named(axis: Axes, field: Field) -> None:
    """Write what is what, and a length to compare with."""
    layout = field.mesh.layout
    names = ("tibia", "fibula") if len(layout.bones) > 1 else ("femur",)
    for bone, name in zip(layout.bones, names, strict=True):
        low = (
            1.25 * bone.radius + 0.06 * layout.radius if bone.radius < 0.15 * layout.radius else 0.0
        )
        axis.text(bone.x, bone.y - low, name, ha="center", va="center", fontsize=SIZE - 2.0)
    _, top, bottom, muscle = layout.rings
    axis.text(-0.3 * muscle, -0.5 * muscle, "muscle", ha="center", fontsize=SIZE - 1.5)
    axis.text(0.0, -0.5 * (top + bottom), "fat", ha="center", va="center", fontsize=SIZE - 1.5)
    edge, low = 1.15 * layout.radius, -1.16 * layout.radius
    axis.plot([edge - 2.0, edge], [low, low], color="black", linewidth=1.2)
    axis.text(edge - 1.0, low + 0.03 * layout.radius, "2 cm", ha="center", va="bottom",
              fontsize=SIZE - 2.0)  # fmt: skip


def curves(axis: Axes, zone: Zone, radius: float, thicknesses: Sequence[float]) -> None:
    """Draw pressure against depth below the middle of what is pressed, and of a gap."""
    for fat, colour in zip(thicknesses, COLOURS, strict=True):
        for cover, gap, style in ((1.0, False, "-"), (0.6, False, "--"), (0.6, True, ":")):
            field = solved(zone, radius, fat, cover)
            depth, share = along(field, gap=gap)
            axis.plot(depth, share, style, color=colour, linewidth=1.3)
    axis.set(
        xlim=(0.0, 0.75 * radius), ylim=(0.0, 1.3), xlabel="depth below the skin's surface [cm]",
        ylabel="tissue / sleeve pressure [–]",
    )  # fmt: skip
    handles = [axis.plot([], [], color=colour)[0] for colour in COLOURS]
    axis.legend(
        handles, [f"fat {fat:g} cm" for fat in thicknesses], fontsize=SIZE - 1.0, ncols=3,
        frameon=False, loc="upper center", columnspacing=1.2, handlelength=1.4,
    )  # fmt: skip
    axis.set_title(f"{zone}, along a radius", fontsize=SIZE)
    axis.spines[["top", "right"]].set_visible(False)


def along(field: Field, *, gap: bool) -> tuple[Floats, Floats]:
    """Return depth [cm] and the mean share at it, through fat and muscle; a break at the fascia."""
    step = 2.0 * math.pi / field.load.contacts
    turn = np.arctan2(field.place[1], field.place[0]) - (0.5 * step if gap else 0.0)
    near = np.abs(turn - step * np.round(turn / step)) < SECTOR
    deep = field.mesh.layout.radius - np.hypot(*field.place)
    _, top, bottom, muscle = field.mesh.layout.rings
    depths, shares = [], []
    for tissue, high, low in (("fat", top, bottom), ("muscle", muscle, 0.2 * muscle)):
        kept = near & (field.mesh.tissue == TISSUES.index(tissue))[:, None]
        bins = max(2, round((high - low) / (0.04 * field.mesh.layout.radius)))
        edges = np.linspace(
            field.mesh.layout.radius - high, field.mesh.layout.radius - low, bins + 1
        )
        weight = np.histogram(deep[kept], edges, weights=field.area[kept])[0]
        total = np.histogram(deep[kept], edges, weights=(field.area * field.pressure)[kept])[0]
        with np.errstate(invalid="ignore"):
            shares += [*(total / weight / (PRESSURE * KILOPASCAL)), np.nan]
        depths += [*(0.5 * (edges[1:] + edges[:-1])), np.nan]
    return np.array(depths), np.array(shares)


def convergence_picture(runs: Sequence[Run]) -> Figure:
    """Draw the error against the closed form over the size of the triangles."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.size": SIZE, "svg.hashsalt": "depth", "axes.linewidth": 0.6}):
        figure = Figure(figsize=(4.2, 3.2), layout="constrained")
        axis = figure.subplots()
        size = np.array([run.size for run in runs])
        for name, marker, colour, order in (
            ("displacement", "o", COLOURS[0], 3), ("pressure", "s", COLOURS[1], 2)
        ):  # fmt: skip
            error = np.array([getattr(run, name) for run in runs])
            axis.loglog(size, error, marker + "-", color=colour, label=name, markersize=4)
            guide = 1.6 * error[-1] * (size / size[-1]) ** order
            axis.loglog(size, guide, ":", color=colour, linewidth=1.0, label=f"order {order}")
        axis.axhline(0.01, color="0.5", linewidth=0.8)
        axis.text(size.min(), 0.0108, "1 %", va="bottom", color="0.35", fontsize=SIZE - 1.0)
        axis.set(xlabel="edge of a triangle on the fascia [cm]", ylabel="relative error, L² [–]")
        axis.set_xticks(
            [0.15, 0.2, 0.3, 0.4, 0.6, 0.8], ["0.15", "0.2", "0.3", "0.4", "0.6", "0.8"]
        )
        axis.minorticks_off()
        axis.legend(frameon=False, fontsize=SIZE - 1.0)
        axis.spines[["top", "right"]].set_visible(False)
    return figure
