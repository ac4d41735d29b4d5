"""What presses a section, and what is found in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso.errors import InputError
from openpresso.twin.section.layout import TISSUES
from openpresso.twin.section.mesh import Mesh

Floats = NDArray[np.float64]
KILOPASCAL: Final = 0.133322
"""One mmHg [kPa]."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the sleeve does: a pressure on `contacts` equal parts of the girth."""

    pressure: float
    """[mmHg]"""
    cover: float = 1.0
    """Share of the girth that is pressed [-]."""
    contacts: int = 4
    """Parts that press, evenly spaced, the first one at the outer side of the leg."""

    def fit(self, around: int) -> None:
        """Refuse a load that is none, or whose pressed parts do not end at nodes of the mesh."""
        if not (math.isfinite(self.pressure) and self.pressure > 0.0):
            raise InputError.one(
                "section", "bad-pressure", f"{self.pressure} mmHg is not a pressure above 0",
                path="pressure", hint="Give the pressure of the sleeve in mmHg.",
            )  # fmt: skip
        if not 0.0 < self.cover <= 1.0:
            raise InputError.one(
                "section", "bad-cover", f"{self.cover} is not a share of the girth", path="cover",
                hint="Give a share above 0 and at most 1.",
            )  # fmt: skip
        half = 0.5 * self.cover * around / self.contacts
        if self.cover < 1.0 and abs(half - round(half)) > 1e-6:
            raise InputError.one(
                "section", "cover-between-nodes",
                f"{self.contacts} parts with a cover of {self.cover:g} do not end at nodes of "
                f"{around} round the girth", path="cover",
                hint=f"Take another cover, or {20 * self.contacts} nodes.",
            )  # fmt: skip

    def on(self, angle: Floats) -> Floats:
        """Pressure at an angle round the leg [kPa]."""
        turn = angle * self.contacts / (2.0 * math.pi)
        covered = np.abs(turn - np.round(turn)) < 0.5 * self.cover + 1e-9
        return np.where(covered, self.pressure * KILOPASCAL, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What is found, at `points` quadrature points of each triangle."""

    mesh: Mesh
    load: Load
    place: Floats
    """Where the points were at rest, `(2, triangles, points)` [cm]."""
    moved: Floats
    """Where they went, the same shape [cm]."""
    area: Floats
    """What each stands for, `(triangles, points)` [cm2]."""
    pressure: Floats
    """Mean total pressure -tr(sigma)/3, `(triangles, points)` [kPa]."""
    radial: Floats
    """Pressure on a surface round the leg, -e_r . sigma e_r, the same shape [kPa]."""
    volume: Floats
    """Volume over that at rest, the same shape [-]."""
    vertices: Floats
    """Displacement of the mesh's vertices, `(2, n)` [cm]."""

    def mean(self, of: Floats, kept: NDArray[np.bool_]) -> float:
        """Return the area mean of a pressure over the sleeve's, at the points that are kept [-]."""
        weight = np.where(kept, self.area, 0.0)
        return float((weight * of).sum() / weight.sum() / (self.load.pressure * KILOPASCAL))


def within(field: Field, tissue: str) -> NDArray[np.bool_]:
    """Return the points of a tissue, `(triangles, points)`."""
    kept = field.mesh.tissue == TISSUES.index(tissue)
    return np.broadcast_to(kept[:, None], field.area.shape)
