"""Rows about the finite elements of the limb's cross-section: mesh and closed form."""

from __future__ import annotations

from typing import Final

import numpy as np

from openpresso.twin.validation.outcome import Curves, Outcome, line

MESHES: Final = (16, 32, 48, 64, 80)
"""Nodes round the girth."""
CALF: Final = (5.5, 0.8, 0.5)
"""Radius and fat [cm] and share of the girth that is pressed [-]."""
PRESSURE: Final = 30.0
"""[mmHg]"""


def row_d1(seed: int) -> Outcome:  # noqa: ARG001 -- nothing random in a mesh
    """Mean pressure in the muscle of a calf on finer and finer meshes."""
    from openpresso.twin.section.shares import shares

    radius, fat, cover = CALF
    muscle = [
        100.0 * shares("calf", radius, fat, cover, pressure=PRESSURE, around=around).muscle
        for around in MESHES
    ]
    return Outcome(
        {"last_change": 100.0 * abs(muscle[-1] / muscle[-2] - 1.0)},
        Curves(
            "nodes round the girth [-]",
            "muscle pressure over that of the sleeve [%]",
            (line(MESHES, muscle, "the twin"), line(MESHES, muscle, points=True)),
        ),
    )


def row_d2(seed: int) -> Outcome:  # noqa: ARG001
    """Radial pressure in a calf without bones' shape against the closed form of layers."""
    from openpresso.twin.section.cylinder import Cylinder
    from openpresso.twin.section.layout import Bone, Layout
    from openpresso.twin.section.material import nominal
    from openpresso.twin.section.mesh import build
    from openpresso.twin.section.solve import KILOPASCAL, Load, Section

    layout = Layout(5.5, 0.15, 0.8, 0.1, (Bone(0.0, 0.0, 1.2),))
    material = nominal()
    field = Section(build(layout, 48), material).solve(Load(PRESSURE), linear=True)
    radii = np.array([1.2, *layout.rings[::-1]])
    inwards = slice(None, None, -1)
    exact = Cylinder.under(
        PRESSURE * KILOPASCAL, radii, material.shear[inwards], material.lame[inwards], held=True
    )
    place = np.hypot(*field.place).ravel()
    order = np.argsort(place)
    r, ours = place[order], field.radial.ravel()[order] / KILOPASCAL
    theirs = exact.radial(r) / KILOPASCAL
    shown = slice(0, None, max(len(r) // 150, 1))
    return Outcome(
        {"worst": 100.0 * float(np.abs(ours - theirs).max()) / PRESSURE},
        Curves(
            "radius [cm]",
            "radial pressure [mmHg]",
            (
                line(r[shown], theirs[shown], "closed form"),
                line(r[shown], ours[shown], "finite elements", points=True),
            ),
        ),
    )
