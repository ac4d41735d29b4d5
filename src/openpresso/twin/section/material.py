"""What the tissues of a section are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openpresso.twin.parameters import load
from openpresso.twin.section.layout import TISSUES


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Lame's constants of each of the `TISSUES`, `(4,)` [kPa]."""

    shear: NDArray[np.float64]
    lame: NDArray[np.float64]

    @classmethod
    def of(cls, modulus: NDArray[np.float64], poisson: float) -> Material:
        """Return the material of Young's moduli [kPa] and one ratio of Poisson [-].

        mu = E / (2 (1 + nu)), lambda = 2 mu nu / (1 - 2 nu).
        """
        shear = modulus / (2.0 * (1.0 + poisson))
        return cls(shear, 2.0 * shear * poisson / (1.0 - 2.0 * poisson))


def nominal(**other: float) -> Material:
    """Return the tissues as `tissue.yaml` has them.

    Parameters
    ----------
    other
        Values to take instead, by name: `fat_modulus=2.0`.
    """
    tissue = {name: one.value for name, one in load("tissue").items()} | other
    modulus = np.array([tissue[f"{name}_modulus"] for name in TISSUES])
    return Material.of(modulus, tissue["poisson"])
