"""The label of a cuff: what it is, in letters and as a QR code, 62 x 29 mm."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.session import Identity

WIDTH: Final = 62.0
HEIGHT: Final = 29.0
"""A common size of labels from a roll [mm]."""
QUIET: Final = 4
"""Modules of white that a code wants around it."""
MARGIN: Final = 2.0
"""White to the right of the letters [mm]."""
LARGEST: Final = 5.0
"""Largest letters [mm]."""
LETTER: Final = 0.75
"""Width of a letter, in heights of the font: that of capitals in wide sans-serif fonts."""


def label_text(identity: Identity, address: str = "") -> str:
    """Return what the code says: fields that a person and a program can read.

    Parameters
    ----------
    identity
        The cuff.
    address
        Where it is usually reached; a hint.
    """
    fields = [
        "openpresso cuff",
        f"type {identity.cuff}",
        f"serial {identity.serial}",
        f"chambers {identity.n_chambers}",
    ]
    if address:
        fields.append(f"at {address}")
    return "\n".join(fields)


def label(identity: Identity, address: str = "") -> str:
    """Return the label as an SVG picture of 62 x 29 mm.

    Parameters
    ----------
    identity
        The cuff.
    address
        Where it is usually reached; a hint.
    """
    import segno

    code = segno.make(label_text(identity, address), error="m", micro=False, boost_error=True)
    chambers = f"{identity.n_chambers} chamber{'s' if identity.n_chambers > 1 else ''}"
    rows = [
        (7.0, identity.cuff, LARGEST, "bold"),
        (13.0, identity.serial, 4.0, "normal"),
        (18.0, chambers, 3.0, "normal"),
        (22.5, address, 2.4, "normal"),
        (27.0, "openpresso - not a certified medical device", 1.6, "normal"),
    ]
    words = "\n".join(_row(*row) for row in rows if row[1])
    module = HEIGHT / (len(code.matrix) + 2 * QUIET)
    corner = QUIET * module
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm"'
        f' viewBox="0 0 {WIDTH:g} {HEIGHT:g}">\n'
        f"<title>{escape(identity.cuff)} {escape(identity.serial)}</title>\n"
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#fff"/>\n'
        f'<path transform="translate({corner:.4f} {corner:.4f}) scale({module:.6f})"'
        f' shape-rendering="crispEdges" d="{_modules(code.matrix)}"/>\n'
        f'<g font-family="DejaVu Sans, Arial, sans-serif" fill="#000">\n{words}\n</g>\n'
        "</svg>\n"
    )


def _row(height: float, text: str, size: float, weight: str) -> str:
    """Return one row of letters, small enough to stay on the label."""
    size = min(size, (WIDTH - MARGIN - HEIGHT) / (LETTER * len(text)))
    return (
        f'<text x="{HEIGHT:g}" y="{height:g}" font-size="{size:.2f}" font-weight="{weight}">'
        f"{escape(text)}</text>"
    )


def _modules(matrix: Iterable[Iterable[int]]) -> str:
    """Return the dark modules of a code as the outline of rectangles, row by row."""
    parts = []
    for y, row in enumerate(matrix):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                parts.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(parts)
