"""Displacement and pressure in a section under a sleeve, small or finite strain, plane strain.

Neo-Hookean tissue that hardly changes its volume, in the two fields displacement and pressure:

    W = mu/2 (F:F - 2 - 2 ln J) + lambda/2 (J - 1)^2,  p = -lambda (J - 1)
    P = mu F - (mu/J + p) cof F
    integral P : grad v + integral_skin s cof(F) N . v = 0        for all v that vanish on bone
    integral q (J - 1 + p/lambda) = 0                             for all q

with s the pressure of the sleeve, which follows the skin. Displacement is quadratic with a bubble
on each triangle, pressure linear and free to jump from one triangle to the next (the pair of
Crouzeix and Raviart, 1973): stable however little the volume changes, and pressure may jump where
a tissue ends. Pressure and its equation are solved for triangle by triangle before the rest.
The first Newton step from rest is linear elasticity.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from openpresso.errors import OpenpressoError
from openpresso.twin.section.field import KILOPASCAL, Field, Floats, Load, within
from openpresso.twin.section.material import Material
from openpresso.twin.section.mesh import Mesh

__all__ = ["KILOPASCAL", "Field", "Load", "Section", "StrainError", "within"]

ITERATIONS: Final = 12
TIGHT: Final = 1e-8
"""Newton stops when no displacement moves by more than this share of the radius [-]."""
LEAST_STEP: Final = 1.0 / 64.0
"""Smallest step of the load [-]."""


class StrainError(OpenpressoError):
    """The section buckles or folds under its load: no state of rest was found."""

    default_code = "no-equilibrium"


class Section:
    """The discrete equations of one mesh."""

    def __init__(self, mesh: Mesh, material: Material, *, hollow: bool = False) -> None:
        """Build what does not change from step to step.

        Bones are held still; with `hollow` they are free holes, or there are none, and the skin
        is kept from drifting at three points.
        """
        import skfem  # type: ignore[import-untyped]

        self.mesh = mesh
        self.shear = material.shear[mesh.tissue][:, None]
        self.bulk = material.lame[mesh.tissue][:, None]
        curved = bent(mesh)
        element = skfem.ElementVector(skfem.ElementTriP2B())
        self.basis = skfem.Basis(curved, element, intorder=5)
        self.pressures = self.basis.with_element(skfem.ElementDG(skfem.ElementTriP1()))
        outer = curved.facets_satisfying(
            lambda x: (
                np.hypot(*x) > (1.0 - 1e-6) * mesh.layout.radius * math.cos(math.pi / mesh.around)
            ),
            boundaries_only=True,
        )
        self.skin = skfem.FacetBasis(curved, element, facets=outer, intorder=5)
        bones = np.setdiff1d(curved.boundary_facets(), outer)
        nodes = self.basis.nodal_dofs
        pins = (nodes[1, 0], nodes[1, mesh.around // 2], nodes[0, mesh.around // 4])
        self.held = np.array(pins) if hollow else self.basis.get_dofs(bones).flatten()
        self.size = self.basis.N + self.pressures.N

    def solve(self, load: Load, *, linear: bool = False) -> Field:
        """Return the field under a load.

        Parameters
        ----------
        load
            Of the sleeve.
        linear
            Small strain: linear elasticity.

        Raises
        ------
        InputError
            If this mesh cannot have such a load.
        StrainError
            If the load cannot be borne.
        """
        load.fit(self.mesh.around)
        state = np.zeros(self.size)
        if linear:
            return self.field(state + self.step(state, load, 1.0, follow=False), load, linear=True)
        done, size = 0.0, 1.0
        while done < 1.0:
            aim = min(done + size, 1.0)
            found = self.newton(state, load, aim)
            if found is None:
                size *= 0.5
                if size < LEAST_STEP:
                    raise StrainError(
                        f"no rest beyond {done * load.pressure:.3g} mmHg on {load.cover:g} of the "
                        f"girth",
                        remedy="Lower the pressure, or cover more of the girth.",
                    )
                continue
            state, done = found, aim
        return self.field(state, load)

    def newton(self, state: Floats, load: Load, factor: float) -> Floats | None:
        """Iterate to rest under a part of the load; `None` if that fails."""
        for _ in range(ITERATIONS):
            change = self.step(state, load, factor)
            furthest = np.abs(change[: self.basis.N]).max() / self.mesh.layout.radius
            if not furthest < 1.0:
                return None
            state = state + change
            if furthest < TIGHT:
                return state if self.field(state, load).volume.min() > 0.0 else None
        return None

    def step(self, state: Floats, load: Load, factor: float, *, follow: bool = True) -> Floats:
        """Return one Newton step."""
        from scipy.sparse.linalg import splu

        stiffness, coupling, squeeze, force, gap = self.tangent(state)
        push, turn = self.sleeve(state, load, factor)
        if follow:
            stiffness = stiffness + turn
        inverse = self.squeezed(squeeze)
        matrix = (stiffness - coupling.T @ inverse @ coupling).tocsc()
        right = coupling.T @ (inverse @ gap) - force - push
        free = np.setdiff1d(np.arange(self.basis.N), self.held)
        change = np.zeros(self.basis.N)
        factors = splu(
            matrix[free][:, free],
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        change[free] = factors.solve(right[free])
        return np.concatenate([change, -(inverse @ (gap + coupling @ change))])

    def squeezed(self, squeeze: Any) -> Any:  # noqa: ANN401
        """Inverse of the pressures' own matrix, triangle by triangle."""
        from scipy.sparse import coo_matrix

        dofs = self.pressures.element_dofs
        rows = np.broadcast_to(dofs[:, None], (3, *dofs.shape))
        columns = np.broadcast_to(dofs[None], (3, *dofs.shape))
        blocks = np.asarray(squeeze[rows.ravel(), columns.ravel()]).reshape(rows.shape)
        inverse = np.linalg.inv(blocks.transpose(2, 0, 1)).transpose(1, 2, 0)
        places = (rows.ravel(), columns.ravel())
        return coo_matrix((inverse.ravel(), places), shape=squeeze.shape).tocsr()

    def tangent(self, state: Floats) -> tuple[Any, Any, Any, Floats, Floats]:
        """Stiffness, coupling and squeeze matrices, and the two residuals, of the tissue."""
        import skfem
        from skfem.helpers import ddot, grad  # type: ignore[import-untyped]

        strain = gradient(self.basis.interpolate(state[: self.basis.N]))
        pressure = np.asarray(self.pressures.interpolate(state[self.basis.N :]))
        volume = determinant(strain)
        known = {
            "f": strain, "c": cofactor(strain), "j": volume, "p": pressure,
            "mu": np.broadcast_to(self.shear, volume.shape),
            "bulk": np.broadcast_to(self.bulk, volume.shape),
        }  # fmt: skip

        def stiffness(u: Any, v: Any, w: Any) -> Any:  # noqa: ANN401
            du, dv = grad(u), grad(v)
            both = w["mu"] * ddot(du, dv) - (w["mu"] / w["j"] + w["p"]) * ddot(cofactor(du), dv)
            return both + w["mu"] / w["j"] ** 2 * ddot(w["c"], du) * ddot(w["c"], dv)

        def coupling(u: Any, q: Any, w: Any) -> Any:  # noqa: ANN401
            return -q * ddot(w["c"], grad(u))

        def force(v: Any, w: Any) -> Any:  # noqa: ANN401
            return ddot(w["mu"] * w["f"] - (w["mu"] / w["j"] + w["p"]) * w["c"], grad(v))

        return (
            skfem.BilinearForm(stiffness).assemble(self.basis, **known),
            skfem.BilinearForm(coupling).assemble(self.basis, self.pressures, **known),
            skfem.BilinearForm(lambda p, q, w: -p * q / w["bulk"]).assemble(
                self.pressures, **known
            ),
            skfem.LinearForm(force).assemble(self.basis, **known),
            skfem.LinearForm(lambda q, w: -q * (w["j"] - 1.0 + w["p"] / w["bulk"])).assemble(
                self.pressures, **known
            ),
        )

    def sleeve(self, state: Floats, load: Load, factor: float) -> tuple[Floats, Any]:
        """Force of the sleeve on the skin, and how it turns when the skin does."""
        import skfem
        from skfem.helpers import dot, grad, mul

        x, y = self.skin.global_coordinates()
        pressed = factor * load.on(np.arctan2(y, x))
        strain = gradient(self.skin.interpolate(state[: self.basis.N]))
        known = {"s": pressed, "c": cofactor(strain)}
        push = skfem.LinearForm(lambda v, w: w["s"] * dot(mul(w["c"], w.n), v))
        turn = skfem.BilinearForm(lambda u, v, w: w["s"] * dot(mul(cofactor(grad(u)), w.n), v))
        return push.assemble(self.skin, **known), turn.assemble(self.skin, **known)

    def field(self, state: Floats, load: Load, *, linear: bool = False) -> Field:
        """Return what a state means."""
        shift = self.basis.interpolate(state[: self.basis.N])
        strain = gradient(shift)
        place = np.asarray(self.basis.global_coordinates())
        pressure = np.asarray(self.pressures.interpolate(state[self.basis.N :]))
        volume = determinant(strain)
        if linear:
            spread = np.einsum("iikl->kl", strain) - 2.0
            volume = 1.0 + spread
            mean = pressure - 2.0 / 3.0 * self.shear * spread
            stress = self.shear * (strain + strain.transpose(1, 0, 2, 3))
            stress[0, 0] -= 2.0 * self.shear
            stress[1, 1] -= 2.0 * self.shear
        else:
            left = np.einsum("imkl,jmkl->ijkl", strain, strain)
            stress = self.shear / volume * left
            stress[0, 0] -= self.shear / volume
            stress[1, 1] -= self.shear / volume
            mean = pressure - np.einsum("iikl->kl", stress) / 3.0
        moved = place if linear else place + np.asarray(shift)
        away = moved / np.hypot(*moved)
        radial = pressure - np.einsum("ikl,ijkl,jkl->kl", away, stress, away)
        nodes = self.basis.nodal_dofs[:, : self.mesh.points.shape[1]]
        return Field(
            self.mesh, load, place, place + np.asarray(shift), np.asarray(self.basis.dx), mean,
            radial, volume, state[nodes],
        )  # fmt: skip


def bent(mesh: Mesh) -> Any:  # noqa: ANN401 -- scikit-fem has no types
    """Return scikit-fem's mesh with the edges that lie on a ring bent to it."""
    import skfem

    curved = skfem.MeshTri2.from_mesh(skfem.MeshTri(mesh.points, mesh.cells))
    ends = mesh.points[:, curved.facets]
    places = curved.doflocs.copy()
    middle = places[:, mesh.points.shape[1] :]
    away = np.hypot(*ends)
    size = mesh.layout.radius
    ring = np.abs(away[0] - away[1]) < 1e-9 * size
    ring &= away[0] > (1.0 - 1e-9) * mesh.layout.rings[-1]
    middle[:, ring] *= away[0, ring] / np.hypot(*middle[:, ring])
    edge = np.zeros(ring.size, dtype=bool)
    edge[curved.boundary_facets()] = True
    for bone in mesh.layout.bones:
        on = edge & (np.abs(bone.reach(*ends)).max(axis=0) < 1e-6 * size)
        arm = middle[:, on] - np.array([[bone.x], [bone.y]])
        middle[:, on] -= bone.reach(*middle[:, on]) * arm / np.hypot(*arm)
    return skfem.MeshTri2(places, curved.t)


def gradient(shift: Any) -> Floats:  # noqa: ANN401
    """Deformation gradient F = 1 + grad u."""
    strain = np.array(shift.grad)
    strain[0, 0] += 1.0
    strain[1, 1] += 1.0
    return strain


def determinant(strain: Floats) -> Floats:
    """J = det F."""
    return np.asarray(strain[0, 0] * strain[1, 1] - strain[0, 1] * strain[1, 0])


def cofactor(strain: Floats) -> Floats:
    """Cofactors J F^-T; linear in F, for there are two dimensions."""
    return np.array([[strain[1, 1], -strain[1, 0]], [-strain[0, 1], strain[0, 0]]])
