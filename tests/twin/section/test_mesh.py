"""Triangles that fill a leg's section, and only that."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest

from openpresso.errors import InputError
from openpresso.twin.section.layout import TISSUES, leg
from openpresso.twin.section.mesh import Mesh, build

LEGS = [("calf", 5.6, 0.9), ("calf", 2.2, 1.3), ("thigh", 9.1, 1.8), ("thigh", 13.5, 0.2)]


@pytest.fixture(scope="module", params=LEGS, ids=str)
def mesh(request: pytest.FixtureRequest) -> Mesh:
    return build(leg(*request.param), 40)


def areas(mesh: Mesh) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    one, two = (mesh.points[:, mesh.cells[k]] - mesh.points[:, mesh.cells[0]] for k in (1, 2))
    return np.asarray(0.5 * (one[0] * two[1] - one[1] * two[0]))


def test_no_triangle_is_turned_over_or_flat(mesh: Mesh) -> None:
    assert areas(mesh).min() > 0.0


def test_the_triangles_of_muscle_are_even(mesh: Mesh) -> None:
    quality = mesh.quality[mesh.tissue == TISSUES.index("muscle")]
    assert quality.min() > 0.35
    assert quality.mean() > 0.85


def test_each_layer_has_its_area(mesh: Mesh) -> None:
    rings = [*mesh.layout.rings, 0.0]
    polygon = mesh.around / 2.0 * math.sin(2.0 * math.pi / mesh.around)
    for k in range(3):
        area = areas(mesh)[mesh.tissue == k].sum()
        assert area == pytest.approx(polygon * (rings[k] ** 2 - rings[k + 1] ** 2))
    bones = sum(math.pi * bone.radius**2 for bone in mesh.layout.bones)
    muscle = areas(mesh)[mesh.tissue == 3].sum()
    assert muscle == pytest.approx(polygon * rings[3] ** 2 - bones, rel=0.02)


def test_every_edge_lies_between_two_triangles_or_on_skin_or_bone(mesh: Mesh) -> None:
    edges = np.sort(np.hstack([mesh.cells[[0, 1]], mesh.cells[[1, 2]], mesh.cells[[2, 0]]]), axis=0)
    ends, count = np.unique(edges, axis=1, return_counts=True)
    assert count.max() == 2
    x, y = mesh.points[:, ends[:, count == 1]]
    skin = np.hypot(x, y) > 0.999 * mesh.layout.radius
    bone = np.array([np.abs(one.reach(x, y)) < 1e-9 for one in mesh.layout.bones]).any(axis=0)
    assert (skin | bone).all()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0, 0.0])
def test_what_is_no_length_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match="is not a length above 0"):
        leg("calf", bad, 1.0)
    with pytest.raises(InputError, match="is not a length above 0"):
        leg("calf", 5.0, bad)


@pytest.mark.parametrize("zone", ["calf", "thigh"])
def test_fat_that_leaves_no_room_for_muscle_is_refused(zone: Literal["calf", "thigh"]) -> None:
    with pytest.raises(InputError, match=r"of fat leave .* at most 3.5 cm are possible"):
        leg(zone, 5.0, 4.5)
