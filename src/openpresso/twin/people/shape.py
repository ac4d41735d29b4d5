"""The shape of a limb: girths by level, and volumes as truncated cones between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openpresso.twin import parameters

Site = Literal["ankle", "calf", "knee", "thigh"]
"""Where a leg is measured, from distal to proximal."""
SITES: Final[tuple[Site, ...]] = get_args(Site)
LEVELS: Final[dict[Site, float]] = {
    site: parameters.value("people", f"level_{site}") for site in SITES
}
"""Height of each site above the sole as a share of stature [-]."""


def cone(lower: ArrayLike, upper: ArrayLike, length: ArrayLike) -> NDArray[np.float64]:
    """Volume of truncated cones between two girths [mL].

    V = L (C1^2 + C1 C2 + C2^2) / (12 pi).

    Parameters
    ----------
    lower, upper
        Girths at the ends [cm], of any shape.
    length
        Distance between them [cm].
    """
    first, second = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    squares = first * first + first * second + second * second
    return np.asarray(squares * np.asarray(length) / (12.0 * math.pi))


def cones(girths: ArrayLike, levels: ArrayLike) -> float:
    """Volume of a limb measured at several levels, as truncated cones [mL].

    Parameters
    ----------
    girths
        Girths [cm], shape `(n_levels,)`.
    levels
        Where they were taken, rising [cm].
    """
    girth, level = np.asarray(girths, dtype=float), np.asarray(levels, dtype=float)
    return float(cone(girth[:-1], girth[1:], np.diff(level)).sum())


def heights(stature: float) -> NDArray[np.float64]:
    """Height of every site above the sole [cm], shape `(n_sites,)`."""
    return stature * np.array([LEVELS[site] for site in SITES])


def along(at_sites: Mapping[Site, float], stature: float, level: ArrayLike) -> NDArray[np.float64]:
    """Return what is known at the sites at any level, linear between them and constant beyond.

    Parameters
    ----------
    at_sites
        Girths, fat or factors at the sites.
    stature
        Height of the person [cm].
    level
        Levels above the sole [cm].
    """
    known = [at_sites[site] for site in SITES]
    return np.asarray(np.interp(np.asarray(level, dtype=float), heights(stature), known))


def between(girths: Mapping[Site, float], stature: float, lower: Site, upper: Site) -> float:
    """Volume of a leg between two sites as truncated cones [mL].

    Parameters
    ----------
    girths
        Girths at the sites [cm].
    stature
        Height of the person [cm].
    lower, upper
        The sites.
    """
    part = slice(SITES.index(lower), SITES.index(upper) + 1)
    return cones([girths[site] for site in SITES[part]], heights(stature)[part])


def widened(girth: ArrayLike, volume: ArrayLike, added: ArrayLike) -> NDArray[np.float64]:
    """Girth of a segment whose volume grows at the same length [cm].

    C' = C sqrt(1 + dV / V), so that dV = C L dC / (2 pi) for a small change.

    Parameters
    ----------
    girth
        Girth before [cm].
    volume
        Volume before [mL].
    added
        Volume added; negative when the segment shrinks [mL].
    """
    share = np.asarray(added, dtype=float) / np.asarray(volume, dtype=float)
    return np.asarray(np.asarray(girth, dtype=float) * np.sqrt(np.maximum(1.0 + share, 0.0)))


__all__ = ["LEVELS", "SITES", "Site", "along", "between", "cone", "cones", "heights", "widened"]
