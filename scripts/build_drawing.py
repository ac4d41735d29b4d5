"""A sheet of SVG: lines, boxes and text as strings, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

Point = tuple[float, float]

STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#12232c}"
    ".title{font-size:17px;font-weight:600}.name{font-weight:600}.small{font-size:11.5px}"
    ".port{font-size:11.5px;fill:#33505e}.note{font-size:13px;fill:#33505e}"
    ".mid{text-anchor:middle}.end{text-anchor:end}"
    ".sheet{fill:#fff}.box{fill:#f3f8fa;stroke:#12232c;stroke-width:1.4}"
    ".cell{fill:#fff;stroke:#12232c;stroke-width:1.5}"
    ".bag{fill:#e3f0f5;stroke:#12232c;stroke-width:1.5}"
    ".line{fill:none;stroke:#12232c;stroke-width:1.5}"
    ".signal{fill:none;stroke:#1f6f8b;stroke-width:1.6}"
    ".power{fill:none;stroke:#a33a1f;stroke-width:2.4}"
    ".instead{fill:none;stroke:#1f6f8b;stroke-width:1.4;stroke-dasharray:6 4}"
    ".manifold{fill:none;stroke:#12232c;stroke-width:7;stroke-linecap:round}"
    ".frame{fill:none;stroke:#7b8f99;stroke-width:1.2;stroke-dasharray:9 5}"
    ".solid{fill:#12232c;stroke:none}.dot-power{fill:#a33a1f}.dot-signal{fill:#1f6f8b}"
    ".box-instead{fill:#fff;stroke:#12232c;stroke-width:1.2;stroke-dasharray:6 4}"
)


class Sheet:
    """One drawing; everything is drawn in the order in which it is asked for."""

    def __init__(self, size: Sequence[int], title: str) -> None:
        self.size = size
        self._title = title
        self._parts: list[str] = []

    def rect(self, corner: Point, size: Point, kind: str, radius: float = 0.0) -> None:
        """Draw a rectangle."""
        (x, y), (width, height) = corner, size
        rounded = f' rx="{radius:g}"' if radius else ""
        self._parts.append(
            f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            f"{rounded}/>"
        )

    def path(self, points: Sequence[Point], kind: str, *, closed: bool = False) -> None:
        """Draw a line through points."""
        way = "L".join(f"{x:g} {y:g}" for x, y in points)
        self._parts.append(f'<path class="{kind}" d="M{way}{"z" if closed else ""}"/>')

    def circle(self, centre: Point, radius: float, kind: str) -> None:
        """Draw a circle."""
        x, y = centre
        self._parts.append(f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>')

    def text(self, at: Point, text: str, kind: str) -> None:
        """Write one line of text; `at` is its start, middle or end on the base line."""
        x, y = at
        self._parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(text)}</text>')

    def arrow(self, start: Point, end: Point, kind: str = "line") -> None:
        """Draw a straight horizontal or vertical line with a filled head at its end."""
        (x0, y0), (x1, y1) = start, end
        self.path((start, end), kind)
        length = max(abs(x1 - x0), abs(y1 - y0))
        dx, dy = 8.0 * (x1 - x0) / length, 8.0 * (y1 - y0) / length
        head = (end, (x1 - dx - 0.45 * dy, y1 - dy + 0.45 * dx))
        self.path((*head, (x1 - dx + 0.45 * dy, y1 - dy - 0.45 * dx)), "solid", closed=True)

    def svg(self) -> str:
        """Return the whole drawing."""
        width, height = self.size
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(self._title, quote=True)}">\n<style>{STYLE}</style>\n'
            f'<rect class="sheet" width="{width}" height="{height}"/>\n'
            + "\n".join(self._parts)
            + f'\n<text class="title" x="40" y="44">{escape(self._title)}</text>\n</svg>\n'
        )
