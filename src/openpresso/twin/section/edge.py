"""What the end of a sleeve does: pressure along the leg, past the last pressed place.

A round leg with its bone in the middle, pressed on one half of its length and free on the other;
small strain, u_r and u_z on r and z, the same elements as in `solve`:

    integral (2 mu eps(u) : eps(v) - p div v) r = -s integral_pressed v_r R
    integral q (div u + p/lambda) r = 0,      eps_tt = u_r / r
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openpresso.twin.section.layout import Layout
from openpresso.twin.section.material import Material

Floats = NDArray[np.float64]
LENGTH: Final = 4.0
"""Length of leg on each side of the sleeve's end, over the radius [-]."""
SLICES: Final = 64
"""Of the leg's length, each side of the sleeve's end together."""


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """Mean total pressure over that of the sleeve, layer by layer along the leg."""

    along: Floats
    """Place along the leg, above 0 past the sleeve's end, `(SLICES,)` [cm]."""
    fat: Floats
    """Mean over the fat at each place [-]."""
    muscle: Floats
    """Mean over the muscle at each place [-]."""

    def reach(self, share: Floats) -> float:
        """Length lambda in exp(-x/lambda): distance from the end to where 1/e of its share is left.

        The share at the end itself is taken between its two neighbours [cm].
        """
        past = self.along > 0.0
        start = float(np.interp(0.0, self.along, share))
        below = np.flatnonzero(share[past] < start / np.e)[0]
        x, y = self.along[past][below - 1 : below + 1], share[past][below - 1 : below + 1]
        return float(np.interp(-start / np.e, -y, x))


def edge(layout: Layout, material: Material) -> Edge:
    """Return the pressure on both sides of a sleeve's end.

    Parameters
    ----------
    layout
        Its first bone is taken into the middle.
    material
        Of the layers.
    """
    import skfem  # type: ignore[import-untyped]

    depths, heights = grid(layout)
    mesh = skfem.MeshTri.init_tensor(depths, heights)
    middle = mesh.p[:, mesh.t].mean(axis=1)
    tissue = np.digitize(-middle[0], [-radius for radius in layout.rings]) - 1
    basis = skfem.Basis(mesh, skfem.ElementVector(skfem.ElementTriP2B()), intorder=6)
    pressures = basis.with_element(skfem.ElementDG(skfem.ElementTriP1()))
    matrix, push = equations(basis, pressures, material, tissue, layout.radius)
    state = rested(basis, matrix, np.append(push, np.zeros(pressures.N)), depths[0], heights[-1])
    away = basis.global_coordinates()[0]
    strain = basis.interpolate(state[: basis.N])
    spread = strain.grad[0, 0] + strain.grad[1, 1] + np.asarray(strain)[0] / away
    found = np.asarray(pressures.interpolate(state[basis.N :]))
    found = found - 2.0 / 3.0 * material.shear[tissue][:, None] * spread
    return sliced(found, basis.dx * away, middle[1], tissue, heights)


def grid(layout: Layout) -> tuple[Floats, Floats]:
    """Radii from the bone outwards and places along the leg [cm]."""
    outer, under_skin, under_fat, muscle = layout.rings
    through = np.linspace(layout.bones[0].radius, muscle, 13)
    fat = np.linspace(under_fat, under_skin, 7)
    heights = np.linspace(-LENGTH, LENGTH, SLICES + 1) * layout.radius
    return np.concatenate([through, fat, [outer]]), heights


def equations(
    basis: Any,  # noqa: ANN401 -- scikit-fem has no types
    pressures: Any,  # noqa: ANN401
    material: Material,
    tissue: NDArray[np.int64],
    radius: float,
) -> tuple[Any, Floats]:
    """Matrix of both fields, and the force of a pressure of 1 on the half below 0."""
    import skfem
    from scipy.sparse import bmat
    from skfem.helpers import ddot, div, dot, sym_grad  # type: ignore[import-untyped]

    shape = (tissue.size, basis.X.shape[1])
    shear = np.broadcast_to(material.shear[tissue][:, None], shape)
    bulk = np.broadcast_to(material.lame[tissue][:, None], shape)

    def stiff(u: Any, v: Any, w: Any) -> Any:  # noqa: ANN401
        hoop = u[0] * v[0] / w.x[0] ** 2
        return 2.0 * w["mu"] * (ddot(sym_grad(u), sym_grad(v)) + hoop) * w.x[0]

    def spread(u: Any, q: Any, w: Any) -> Any:  # noqa: ANN401
        return -q * (div(u) * w.x[0] + u[0])

    def squeeze(p: Any, q: Any, w: Any) -> Any:  # noqa: ANN401
        return -p * q / w["bulk"] * w.x[0]

    stiffness = skfem.BilinearForm(stiff).assemble(basis, mu=shear)
    coupling = skfem.BilinearForm(spread).assemble(basis, pressures)
    own = skfem.BilinearForm(squeeze).assemble(pressures, bulk=bulk)
    pressed = basis.mesh.facets_satisfying(
        lambda x: (x[0] > radius - 1e-9) & (x[1] < 0.0), boundaries_only=True
    )
    skin = skfem.FacetBasis(basis.mesh, basis.elem, facets=pressed, intorder=6)
    push = skfem.LinearForm(lambda v, w: -dot(v, w.n) * w.x[0]).assemble(skin)
    return bmat([[stiffness, coupling.T], [coupling, own]], format="csc"), push


def rested(
    basis: Any,  # noqa: ANN401
    matrix: Any,  # noqa: ANN401
    right: Floats,
    bone: float,
    end: float,
) -> Floats:
    """Solve with the bone held, and the leg's ends kept from moving along it."""
    from scipy.sparse.linalg import splu

    places = basis.doflocs
    along = np.ones(basis.N, dtype=bool)
    along[basis.get_dofs(elements=True).all(["u^1"])] = False
    held = places[0] < bone + 1e-9
    held |= along & (np.abs(places[1]) > end - 1e-9)
    free = np.append(np.flatnonzero(~held), np.arange(basis.N, right.size))
    state = np.zeros(right.size)
    state[free] = splu(matrix[free][:, free].tocsc()).solve(right[free])
    return state


def sliced(
    found: Floats, weight: Floats, height: Floats, tissue: NDArray[np.int64], heights: Floats
) -> Edge:
    """Return means of fat and muscle over the slices."""
    place = np.digitize(height, heights) - 1
    means = []
    for kind in (1, 3):
        kept = tissue == kind
        total = np.bincount(place[kept], (found * weight).sum(axis=1)[kept], SLICES)
        means.append(total / np.bincount(place[kept], weight.sum(axis=1)[kept], SLICES))
    return Edge(0.5 * (heights[1:] + heights[:-1]), means[0], means[1])
