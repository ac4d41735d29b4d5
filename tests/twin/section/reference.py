"""A neo-Hookean tube of layers as an ordinary equation in the radius, solved by SciPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_bvp

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Tube:
    """Where each radius went, and what it bears, at points of each layer `(layers, n)`."""

    radius: Floats
    moved: Floats
    pressure: Floats


def tube(pressure: float, radii: Floats, shear: Floats, lame: Floats, *, held: bool) -> Tube:
    """Solve dP_rr/dR + (P_rr - P_tt)/R = 0 with sigma_rr = -pressure outside.

    Radii from the bore outwards; each layer is mapped to 0..1 and all are solved together.
    """
    layers = len(shear)
    width = np.diff(radii)

    def stretch(stress: Floats, around: Floats, k: int) -> Floats:
        a = shear[k] + lame[k] * around**2
        b = stress + lame[k] * around
        return np.asarray((b + np.sqrt(b * b + 4.0 * a * shear[k])) / (2.0 * a))

    def slope(x: Floats, y: Floats) -> Floats:
        found = np.empty_like(y)
        for k in range(layers):
            place = radii[k] + width[k] * x
            around = y[2 * k] / place
            radial = stretch(y[2 * k + 1], around, k)
            hoop = shear[k] * (around - 1.0 / around)
            hoop = hoop + lame[k] * (radial * around - 1.0) * radial
            found[2 * k] = width[k] * radial
            found[2 * k + 1] = -width[k] * (y[2 * k + 1] - hoop) / place
        return found

    def ends(a: Floats, b: Floats) -> Floats:
        joined = [b[2 * k + j] - a[2 * k + 2 + j] for k in range(layers - 1) for j in (0, 1)]
        inner = a[0] - radii[0] if held else a[1]
        return np.array([inner, *joined, b[-1] + pressure * b[-2] / radii[-1]])

    x = np.linspace(0.0, 1.0, 41)
    guess = np.zeros((2 * layers, x.size))
    for k in range(layers):
        guess[2 * k] = radii[k] + width[k] * x
    found = solve_bvp(slope, ends, x, guess, tol=1e-9, max_nodes=20000)
    assert found.success, found.message
    y = found.sol(x)
    place = np.array([radii[k] + width[k] * x for k in range(layers)])
    total = np.empty_like(place)
    for k in range(layers):
        around = y[2 * k] / place[k]
        radial = stretch(y[2 * k + 1], around, k)
        volume = radial * around
        squares = radial**2 + around**2
        total[k] = -lame[k] * (volume - 1.0) - shear[k] / (3.0 * volume) * (squares - 2.0)
    return Tube(place, y[0::2], total)
