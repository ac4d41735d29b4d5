"""Smaller triangles, smaller errors: the section against the layered cylinder's closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from openpresso.twin.section.cylinder import Cylinder, Floats
from openpresso.twin.section.field import KILOPASCAL, Field, Load
from openpresso.twin.section.layout import Bone, Layout
from openpresso.twin.section.material import Material
from openpresso.twin.section.mesh import build
from openpresso.twin.section.solve import Section

TUBE: Final = Layout(radius=6.0, skin=0.15, fat=1.0, fascia=0.1, bones=(Bone(0.0, 0.0, 1.5),))
"""Section whose bone lies in the middle, or is a free bore [cm]."""
MESHES: Final = (40, 60, 80, 120, 160)


class Run(NamedTuple):
    """Errors on one mesh, relative, in the mean square over the section."""

    around: int
    size: float
    """Edge of a triangle on the fascia [cm]."""
    displacement: float
    pressure: float
    radial: float


def run(material: Material, around: int, *, held: bool) -> Run:
    """Return the errors of a section of layers under even pressure, small strain."""
    exact = Cylinder.under(
        60.0 * KILOPASCAL, np.array([TUBE.bones[0].radius, *TUBE.rings[::-1]]),
        material.shear[::-1], material.lame[::-1], held=held,
    )  # fmt: skip
    found = Section(build(TUBE, around), material, hollow=not held).solve(Load(60.0), linear=True)
    r = np.hypot(*found.place)
    return Run(
        around,
        2.0 * math.pi * TUBE.rings[-1] / around,
        apart(found, found.moved - found.place, exact.displacement(r) * found.place / r),
        apart(found, found.pressure, exact.pressure(r)),
        apart(found, found.radial, exact.radial(r)),
    )


def apart(field: Field, found: Floats, exact: Floats) -> float:
    """Relative error in the mean square over the section [-]."""
    return math.sqrt((field.area * (found - exact) ** 2).sum() / (field.area * exact**2).sum())


def order(runs: Sequence[Run]) -> tuple[float, float]:
    """Order of convergence of displacement and pressure: slope of log error over log size [-]."""
    size = np.log([one.size for one in runs])
    slopes = (np.polyfit(size, np.log([one[k] for one in runs]), 1)[0] for k in (2, 3))
    first, second = slopes
    return float(first), float(second)
