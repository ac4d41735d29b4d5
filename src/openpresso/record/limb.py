"""A drawing of a limb with the chambers of its cuff as bands, coloured by delivered dose.

The outline is our own: half a dozen girths turned into two edges over the height [cm]. The distal
end is at the bottom. A left limb is drawn with its front to the left, a right limb mirrored.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.record import colour

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from openpresso.record.dose import ChamberDose

    Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outline:
    """The edges of a limb over its height."""

    height: tuple[float, ...]
    """From the sole or the finger tips [cm]."""
    front: tuple[float, ...]
    """[cm], negative is to the front."""
    back: tuple[float, ...]
    """[cm]"""


LEG: Final = Outline(
    height=(0, 1.2, 3, 5, 7, 9, 11, 14, 20, 26, 32, 38, 43, 47, 52, 60, 70, 80, 88),
    front=(
        -15.2, -15.8, -14.4, -10.6, -7.6, -5.8, -5.0, -4.5, -4.6, -5.0, -5.3, -5.4, -6.0, -6.5,
        -6.6, -7.5, -8.7, -9.4, -9.8,
    ),
    back=(
        5.0, 5.8, 6.0, 5.3, 4.4, 3.9, 3.8, 4.1, 5.6, 7.1, 7.5, 6.5, 5.2, 4.9, 5.6, 7.0, 8.3, 9.3,
        9.9,
    ),
)  # fmt: skip
ARM: Final = Outline(
    height=(0, 1, 3, 6, 9, 12, 15, 18, 20, 24, 30, 36, 41, 46, 52, 58, 64, 70, 76),
    front=(
        -1.2, -1.9, -2.6, -3.2, -3.8, -4.3, -3.9, -3.1, -2.9, -3.2, -4.1, -4.7, -4.5, -4.3, -4.5,
        -4.9, -5.3, -5.7, -6.0,
    ),
    back=(
        1.2, 1.9, 2.6, 3.2, 3.6, 3.7, 3.4, 3.0, 2.9, 3.2, 3.9, 4.3, 4.2, 4.2, 4.6, 5.0, 5.4, 5.8,
        6.2,
    ),
)  # fmt: skip

MARGIN: Final = 3.0
"""Limb shown beyond the last chamber [cm]."""
ROOM: Final = 13.0
"""Room for the numbers beside a limb [mm]."""
TEXT: Final = 2.9
"""Size of a number on the page [mm]."""
SHORTEST: Final = 24.0
"""Least height of a limb that is drawn [cm]."""
HEIGHT: Final = 74.0
"""Most height of a drawing on the page [mm]."""
WIDTH: Final = 52.0
"""Most width of a drawing on the page [mm]."""
BAR: Final = 56.0
"""Height of the colour scale [mm]."""
INK: Final = "#33424e"
LINE: Final = "#5b6b78"
SKIN: Final = "#f6f4f1"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing and how wide it is on the page."""

    svg: str
    width: float
    """[mm]"""


def drawing(
    leg: str,
    cuff: Mapping[str, Any],
    doses: Sequence[ChamberDose],
    most: float,
    *,
    ran: bool = True,
) -> Drawing:
    """Return a limb with its chambers.

    Parameters
    ----------
    leg
        `left` or `right`.
    cuff
        Snapshot of the cuff: `limb` and of each chamber `level` and `length` [cm].
    doses
        Dose of each chamber.
    most
        Dose at the dark end of the colour scale [mmHg min].
    ran
        Whether the program ran; if it did, a chamber without a set-point is hatched as not used.

    Returns
    -------
    Drawing
        One `<svg>` element and its width.
    """
    outline = ARM if cuff.get("limb") == "arm" else LEG
    spans = chamber_spans(cuff, len(doses))
    top = min(max(spans[-1][1] + MARGIN, SHORTEST), outline.height[-1])
    bottom = spans[0][0] - 4 * MARGIN if spans[0][0] > 6 * MARGIN else 0.0
    frame = _Frame(outline, 1.0 if leg == "left" else -1.0, bottom, top)
    shares = [
        None if ran and one.set_peak is None else one.pressure_time / most if most > 0.0 else 0.0
        for one in doses
    ]
    parts = [f'<path d="{frame.path(bottom, top)}" fill="{SKIN}" stroke="none"/>']
    parts += [_band(frame, span, share) for span, share in zip(spans, shares, strict=True)]
    parts.append(
        f'<path d="{frame.path(bottom, top, closed=False)}" fill="none" stroke="{LINE}" '
        'stroke-width="0.35" stroke-linejoin="round"/>'
    )
    parts += _labels(frame, spans, doses, shares)
    left, width = frame.extent
    tall = frame.scale * (top - bottom) + 1.0
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{leg} limb, dose by '
        f'chamber" viewBox="{left:.1f} {-frame.scale * top - 0.5:.1f} {width:.1f} {tall:.1f}" '
        f'style="width:{width:.1f}mm;height:{tall:.1f}mm">' + "".join(parts) + "</svg>"
    )
    return Drawing(svg, width)


def chamber_spans(cuff: Mapping[str, Any], chambers: int) -> list[tuple[float, float]]:
    """Return where each chamber begins and ends along the limb [cm].

    Overlapping neighbours meet in the middle of their overlap. A snapshot that does not tell
    levels gets bands of equal length.
    """
    listed = [one for one in cuff.get("chambers", ()) if isinstance(one, dict)]
    if len(listed) != chambers or not all("level" in one and "length" in one for one in listed):
        length = 80.0 / chambers
        return [(n * length, (n + 1) * length) for n in range(chambers)]
    spans = [[one["level"] - one["length"] / 2, one["level"] + one["length"] / 2] for one in listed]
    for lower, upper in itertools.pairwise(spans):
        if lower[1] > upper[0]:
            lower[1] = upper[0] = (lower[1] + upper[0]) / 2
    return [(max(low, 0.0), max(high, low + 0.5)) for low, high in spans]


class _Frame:
    """The outline placed on the page [mm]: heights upward, mirrored for a right limb."""

    def __init__(self, outline: Outline, sign: float, bottom: float, top: float) -> None:
        self._outline = outline
        self.sign = sign
        front, back = self.edges(np.linspace(bottom, top, 60))
        reach = float(front.min()), float(back.max())
        self.scale = min(HEIGHT / (top - bottom), (WIDTH - ROOM) / (reach[1] - reach[0]))
        """[mm/cm]"""
        first, self.label_at = reach[0] * self.scale - 0.6, reach[1] * self.scale + 2.4
        last = self.label_at + ROOM
        self.extent = (first if sign > 0 else -last, last - first)
        """Left edge and width [mm]."""

    def edges(self, height: Points) -> tuple[Points, Points]:
        """Return front and back edge [cm] at heights [cm]."""
        return (
            np.interp(height, self._outline.height, self._outline.front),
            np.interp(height, self._outline.height, self._outline.back),
        )

    def at(self, x: float, height: float) -> str:
        """Return a place on the limb [cm] as page coordinates."""
        return f"{self.sign * self.scale * x:.2f} {-self.scale * height:.2f}"

    def path(self, low: float, high: float, *, closed: bool = True) -> str:
        """Return the piece of the limb between two heights as path data."""
        knots = [one for one in self._outline.height if low < one < high]
        heights = [low, *knots, high]
        front, back = self.edges(np.array(heights))
        up = [self.at(x, y) for x, y in zip(front.tolist(), heights, strict=True)]
        down = [self.at(x, y) for x, y in zip(back.tolist(), heights, strict=True)]
        if closed or low <= 0.0:
            return "M" + "L".join(up[::-1] + down) + ("Z" if closed else "")
        return "M" + "L".join(up[::-1]) + "M" + "L".join(down)

    def hatch(self, low: float, high: float) -> str:
        """Return slanted lines over a piece of the limb as path data."""
        front, back = self.edges(np.array([low, (low + high) / 2, high]))
        start, stop = float(front.max()), float(back.min())
        slant, step = high - low, 1.4 / self.scale
        found = []
        for x in np.arange(start - slant + step / 3, stop, step).tolist():
            first, last = max(x, start), min(x + slant, stop)
            found.append(f"M{self.at(first, low + first - x)}L{self.at(last, low + last - x)}")
        return "".join(found)


def _band(frame: _Frame, span: tuple[float, float], share: float | None) -> str:
    """Return one chamber, hatched when it has no share of the scale."""
    path = frame.path(*span)
    if share is None:
        return (
            f'<path d="{path}" fill="#ffffff" stroke="{LINE}" stroke-width="0.2"/>'
            f'<path d="{frame.hatch(*span)}" stroke="{LINE}" stroke-width="0.22" fill="none"/>'
        )
    gap = min(0.45, 0.1 * frame.scale * (span[1] - span[0]))
    fill = colour.dose_colour(share)
    return f'<path d="{path}" fill="{fill}" stroke="#ffffff" stroke-width="{gap:.2f}"/>'


def _labels(
    frame: _Frame,
    spans: Sequence[tuple[float, float]],
    doses: Sequence[ChamberDose],
    shares: Sequence[float | None],
) -> list[str]:
    """Return the numbers on and beside the chambers."""
    anchor = "start" if frame.sign > 0 else "end"
    at = frame.sign * frame.label_at
    parts, leaders = [], ""
    for (low, high), one, share in zip(spans, doses, shares, strict=True):
        font = min(TEXT, 0.86 * frame.scale * (high - low))
        middle = (low + high) / 2
        front, back = (float(edge[0]) for edge in frame.edges(np.array([middle])))
        x = frame.sign * frame.scale * (max(front, -7.0) + back) / 2
        level = -frame.scale * middle
        y = level + 0.36 * font
        if share is None:
            radius = 0.75 * font
            parts.append(f'<circle cx="{x:.2f}" cy="{level:.2f}" r="{radius:.2f}" fill="#ffffff"/>')
        ink = INK if share is None else colour.on_dose(share)
        text = "not used" if share is None else f"{one.pressure_time:,.0f}"
        parts.append(
            f'<text x="{x:.2f}" y="{y:.2f}" font-size="{font:.2f}" text-anchor="middle" '
            f'fill="{ink}" font-weight="600">{one.chamber}</text>'
            f'<text x="{at:.2f}" y="{y:.2f}" font-size="{font:.2f}" text-anchor="{anchor}" '
            f'fill="{INK}">{text}</text>'
        )
        edge = frame.sign * (frame.scale * back + 0.4)
        leaders += f"M{edge:.2f} {level:.2f}H{at - frame.sign * 0.5:.2f}"
    parts.append(f'<path d="{leaders}" stroke="#c3ccd3" stroke-width="0.15"/>')
    return parts


def colour_bar(most: float) -> Drawing:
    """Return the scale of the dose colours, from 0 to `most` [mmHg min]."""
    cells = 24
    tall = BAR / cells
    parts = [
        f'<rect y="{BAR - tall * (n + 1):.2f}" width="5" height="{tall + 0.05:.2f}" '
        f'fill="{colour.dose_colour((n + 0.5) / cells)}"/>'
        for n in range(cells)
    ]
    ticks = f"M0 0H5V{BAR}H0Z"
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = BAR * (1.0 - part)
        ticks += f"M5 {y:.2f}h1.2"
        label = f"{most * part:,.0f}"
        parts.append(f'<text x="7" y="{y + 0.95:.2f}" font-size="2.7" fill="{INK}">{label}</text>')
    parts.append(f'<path d="{ticks}" stroke="{LINE}" stroke-width="0.25" fill="none"/>')
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="colour scale of the dose" '
        f'viewBox="-1 -3 18 {BAR + 6}" style="width:18mm;height:{BAR + 6:.0f}mm">'
        + "".join(parts)
        + "</svg>"
    )
    return Drawing(svg, 18.0)
