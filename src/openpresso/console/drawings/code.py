"""A QR code as a shape for SVG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

QUIET: Final = 4
"""Modules of white that a code wants around it."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code as one path.

    Parameters
    ----------
    path
        The dark modules, one unit each.
    size
        Of the whole with the white around it, in modules.
    """

    path: str
    size: int


@lru_cache(maxsize=512)
def code(text: str) -> Code:
    """Return the code of a text, such as the address of a page."""
    import segno

    matrix = segno.make(text, error="m", micro=False).matrix
    parts = []
    for y, row in enumerate(matrix):
        x = QUIET
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                parts.append(f"M{x} {y + QUIET}h{length}v1h-{length}z")
            x += length
    return Code("".join(parts), len(matrix) + 2 * QUIET)
