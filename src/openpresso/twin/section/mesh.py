"""Triangles for a section: rings for the layers, evened-out triangles for muscle round bones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso.twin.section.layout import TISSUES, Layout

Points = NDArray[np.float64]
Cells = NDArray[np.int64]
SMOOTHING: Final = 60
"""Rounds of evening out."""
SEED: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles of a section."""

    layout: Layout
    around: int
    """Nodes on every ring."""
    points: Points
    """Vertices `(2, n)` [cm]."""
    cells: Cells
    """Vertices of each triangle, `(3, n)`."""
    tissue: NDArray[np.int64]
    """Place in `TISSUES` of each triangle, `(n,)`."""

    @property
    def quality(self) -> NDArray[np.float64]:
        """Twice the inscribed over the circumscribed radius of each triangle, 1 at best [-]."""
        a, b, c = (
            np.linalg.norm(
                self.points[:, self.cells[k]] - self.points[:, self.cells[k - 1]], axis=0
            )
            for k in range(3)
        )
        return np.asarray((b + c - a) * (c + a - b) * (a + b - c) / (a * b * c))


def build(layout: Layout, around: int, fat_layers: int = 0) -> Mesh:
    """Return the mesh of a section.

    Parameters
    ----------
    layout
        Layers and bones.
    around
        Nodes round the girth; the muscle's triangles are as long as the innermost ring's edges.
    fat_layers
        Layers of triangles through the fat; 0 for about as many as make them even.
    """
    radii, kinds = ring_radii(layout, around, fat_layers)
    rings, ring_cells = ringed(radii, around)
    tissue = np.repeat(kinds, 2 * around)
    inner, inner_cells = filled(rings[:, -around:], layout)
    first = rings.shape[1] - around
    points = np.hstack([rings, inner[:, around:]])
    cells = np.hstack([ring_cells, inner_cells + first])
    muscle = np.full(inner_cells.shape[1], TISSUES.index("muscle"))
    return Mesh(layout, around, points, turned(points, cells), np.append(tissue, muscle))


def ring_radii(layout: Layout, around: int, fat_layers: int) -> tuple[Points, NDArray[np.int64]]:
    """Radii of all rings from outside to inside [cm] and the tissue between each two."""
    outer, under_skin, under_fat, muscle = layout.rings
    even = (under_skin - under_fat) / (math.pi * (under_skin + under_fat) / around)
    layers = fat_layers or max(1, round(even))
    fat = np.linspace(under_skin, under_fat, layers + 1)
    radii = np.concatenate([[outer], fat, [muscle]])
    return radii, np.array([0, *[1] * layers, 2])


def ringed(radii: Points, around: int) -> tuple[Points, Cells]:
    """Rings of nodes and the triangles between them, diagonals to and fro."""
    angle = 2.0 * math.pi * np.arange(around) / around
    points = np.array([radii[:, None] * np.cos(angle), radii[:, None] * np.sin(angle)])
    here = np.arange(around)
    even = here % 2 == 0
    cells = []
    for k in range(len(radii) - 1):
        a, b = k * around + here, k * around + (here + 1) % around
        c, d = a + around, b + around
        cells += [np.array([a, b, np.where(even, d, c)]), np.array([np.where(even, a, b), c, d])]
    return points.reshape(2, -1), np.hstack(cells)


def filled(ring: Points, layout: Layout) -> tuple[Points, Cells]:
    """Fill a ring around its bones; the ring's nodes stay first, in their order."""
    from scipy.spatial import Delaunay

    radius = layout.rings[-1]
    size = 2.0 * radius * math.sin(math.pi / ring.shape[1])
    edges = [
        bone.outline(max(12, round(2.0 * math.pi * bone.radius / size))) for bone in layout.bones
    ]
    fixed = np.hstack([ring, *edges])
    free = seeds(radius, size, layout)
    for _ in range(SMOOTHING):
        points = np.hstack([fixed, free])
        cells = inside(Delaunay(points.T).simplices.T, points, layout)
        free = evened(points, cells, fixed.shape[1])
    points = np.hstack([fixed, free])
    return points, inside(Delaunay(points.T).simplices.T, points, layout)


def seeds(radius: float, size: float, layout: Layout) -> Points:
    """Points of a triangular lattice that lie well inside of the ring and outside of the bones."""
    rows = math.ceil(radius / (size * math.sqrt(0.75)))
    row, column = np.mgrid[-rows : rows + 1, -rows - 1 : rows + 2]
    x = (size * (column + 0.5 * (row % 2))).ravel()
    y = (size * math.sqrt(0.75) * row).ravel()
    keep = np.hypot(x, y) < radius - 0.6 * size
    for bone in layout.bones:
        keep &= bone.reach(x, y) > 0.6 * size
    shake = np.random.default_rng(SEED).uniform(-0.02, 0.02, (2, int(keep.sum())))
    return np.array([x[keep], y[keep]]) + size * shake


def inside(cells: Cells, points: Points, layout: Layout) -> Cells:
    """Return those triangles that do not lie in a bone."""
    x, y = points[:, cells].mean(axis=1)
    keep = np.ones(cells.shape[1], dtype=bool)
    for bone in layout.bones:
        keep &= bone.reach(x, y) > 0.0
    return np.asarray(cells[:, keep], dtype=np.int64)


def evened(points: Points, cells: Cells, fixed: int) -> Points:
    """Move every free point to the mean of its triangles' centres, weighted by their areas."""
    corners = points[:, cells]
    centre = corners.mean(axis=1)
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.abs(one[0] * two[1] - one[1] * two[0])
    count = points.shape[1]
    weight = np.bincount(cells.ravel(), np.tile(area, 3), count)[fixed:]
    moved = [np.bincount(cells.ravel(), np.tile(area * axis, 3), count)[fixed:] for axis in centre]
    return np.asarray(np.array(moved) / weight)


def turned(points: Points, cells: Cells) -> Cells:
    """Return the triangles with their corners counterclockwise."""
    corners = points[:, cells]
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    flip = one[0] * two[1] < one[1] * two[0]
    return np.where(flip, cells[[0, 2, 1]], cells)
