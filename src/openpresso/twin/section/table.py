"""The table that the fast scale reads: shares of the sleeve's pressure for every kind of leg."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Final, NamedTuple

from openpresso.twin.parameters import load
from openpresso.twin.section.layout import Zone
from openpresso.twin.section.shares import shares

ZONES: Final[tuple[Zone, ...]] = ("calf", "thigh")
COVERS: Final = (0.6, 0.8, 1.0)
"""Share of the girth that is pressed [-]."""
RADII: Final = (2.2, 3.5, 5.5, 8.5, 13.5)
"""[cm]"""
FAT_SHARES: Final = (0.015, 0.06, 0.15, 0.27, 0.42, 0.6)
"""Thickness of the fat over the radius [-]."""
PRESSURE: Final = 60.0
"""Of the sleeve [mmHg]."""
AROUND: Final = 80
"""Nodes round the girth."""
COLUMNS: Final = ("zone", "cover", "radius", "fat_share", "skin", "fat", "muscle")


class Row(NamedTuple):
    """One leg under one sleeve."""

    zone: str
    cover: float
    radius: float
    fat_share: float
    skin: float
    fat: float
    muscle: float


def row(zone: Zone, cover: float, radius: float, fat_share: float, around: int = AROUND) -> Row:
    """Return one row of the table, solved anew."""
    found = shares(zone, radius, fat_share * radius, cover, pressure=PRESSURE, around=around)
    return Row(zone, cover, radius, fat_share, *found)


def rows() -> Iterator[Row]:
    """Solve every leg under every sleeve, one section after the other."""
    for zone, radius, fat_share in itertools.product(ZONES, RADII, FAT_SHARES):
        for cover in COVERS:
            yield row(zone, cover, radius, fat_share)


def written(made: Iterable[Row]) -> str:
    """Return the table as text, with a head that says how it was made."""
    tissue = ", ".join(f"{name} {one.value:g}" for name, one in load("tissue").items())
    head = [
        "Shares of the sleeve's pressure that reach a tissue, made by `python -m scripts.depth`.",
        f"scikit-fem {version('scikit-fem')}, scipy {version('scipy')}, numpy {version('numpy')}",
        f"finite strain, {PRESSURE:g} mmHg, plane strain, {AROUND} nodes round the girth",
        f"tissue.yaml: {tissue}",
        "cover: share of the girth that is pressed; radius [cm]; fat_share: fat over radius",
        "skin: mean over the girth; fat, muscle: area mean of -tr(sigma)/3; all over the sleeve's",
    ]
    order = sorted(made, key=lambda one: (one.zone, *one[1:4]))
    lines = [
        f"{one.zone},{one.cover:g},{one.radius:g},{one.fat_share:g},"
        f"{one.skin:.4f},{one.fat:.4f},{one.muscle:.4f}"
        for one in order
    ]
    return "\n".join([*(f"# {line}" for line in head), ",".join(COLUMNS), *lines, ""])
