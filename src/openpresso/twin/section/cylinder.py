"""Round sections that have a closed form: what the finite elements are held against.

A cylinder of layers under even pressure (Lame, layer by layer) and a disc pressed in waves round
its girth (Michell). Plane strain, small strain; any unit of length and of pressure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cylinder:
    """A tube of layers under pressure from outside: u = A r + B / r in each."""

    radii: Floats
    """From the bore to the outer surface, `(layers + 1,)`."""
    shear: Floats
    lame: Floats
    """Lame's constants of each layer from inside, `(layers,)`."""
    even: Floats
    """A of each layer [-]."""
    away: Floats
    """B of each layer."""

    @classmethod
    def under(
        cls, pressure: float, radii: Floats, shear: Floats, lame: Floats, *, held: bool
    ) -> Cylinder:
        """Solve for A and B.

        sigma_rr = 2 (lambda + mu) A - 2 mu B / r^2 and u are continuous; sigma_rr = -pressure
        outside; the bore is `held` (u = 0, a bone) or free (sigma_rr = 0).
        """
        layers = len(shear)
        matrix = np.zeros((2 * layers, 2 * layers))
        right = np.zeros(2 * layers)

        def moved(k: int, r: float) -> Floats:
            row = np.zeros(2 * layers)
            row[2 * k : 2 * k + 2] = r, 1.0 / r
            return row

        def pulled(k: int, r: float) -> Floats:
            row = np.zeros(2 * layers)
            row[2 * k : 2 * k + 2] = 2.0 * (lame[k] + shear[k]), -2.0 * shear[k] / r**2
            return row

        matrix[0] = moved(0, radii[0]) if held else pulled(0, radii[0])
        for k in range(layers - 1):
            r = radii[k + 1]
            matrix[2 * k + 1] = moved(k, r) - moved(k + 1, r)
            matrix[2 * k + 2] = pulled(k, r) - pulled(k + 1, r)
        matrix[-1], right[-1] = pulled(layers - 1, radii[-1]), -pressure
        found: Floats = np.linalg.solve(matrix, right).reshape(layers, 2).astype(np.float64)
        return cls(radii, shear, lame, found[:, 0], found[:, 1])

    def layer(self, r: Floats) -> NDArray[np.int64]:
        """Return the layer that each radius lies in."""
        return np.clip(np.searchsorted(self.radii, r) - 1, 0, len(self.shear) - 1)

    def displacement(self, r: Floats) -> Floats:
        """Return u, outwards."""
        k = self.layer(r)
        return np.asarray(self.even[k] * r + self.away[k] / r)

    def pressure(self, r: Floats) -> Floats:
        """Return the mean total pressure -tr(sigma)/3 = -2 (lambda + 2 mu / 3) A."""
        k = self.layer(r)
        return np.asarray(-2.0 * (self.lame[k] + 2.0 / 3.0 * self.shear[k]) * self.even[k])

    def radial(self, r: Floats) -> Floats:
        """Return the pressure on a surface round the axis, -sigma_rr."""
        k = self.layer(r)
        stiff = self.lame[k] + self.shear[k]
        return np.asarray(-2.0 * stiff * self.even[k] + 2.0 * self.shear[k] * self.away[k] / r**2)


def waves(cover: float, contacts: int, depth: Floats, angle: Floats, terms: int = 400) -> Floats:
    """Pressure in a disc of one tissue that keeps its volume, over that of the sleeve [-].

    A wave cos(m theta) of pressure on the skin falls inwards as (r/R)^m: Michell's stress
    function (a r^m + b r^(m+2)) cos(m theta) leaves m = contacts, 2 contacts, ... of a sleeve

        p = cover + 2/pi sum sin(pi cover k) / k (r/R)^(k contacts) cos(k contacts theta)

    Parameters
    ----------
    cover
        Share of the girth that is pressed [-].
    contacts
        Equal parts that press, evenly spaced, the first at angle 0.
    depth
        Below the skin over the radius, 1 - r/R [-].
    angle
        Round the section.
    """
    k = np.arange(1, terms + 1).reshape(-1, *[1] * np.broadcast(depth, angle).ndim)
    order = k * contacts
    parts = np.sin(math.pi * cover * k) / k * (1.0 - depth) ** order * np.cos(order * angle)
    return np.asarray(cover + 2.0 / math.pi * parts.sum(axis=0))
