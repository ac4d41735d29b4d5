"""Into how many steps a tick of the law is divided, so that the fastest modes stay stable."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from openpresso.cuff.model import Cuff, Valve
from openpresso.errors import InputError
from openpresso.twin import kernel, limb
from openpresso.twin.filling import OUTLET
from openpresso.twin.physics import ATMOSPHERE, CONDUCTANCE, TIGHTENS, laminar_patch

MANIFOLD_STEP = 3.5
"""Largest substep times the manifold's fastest rate [-]: under recorded commands pressures stay
within about 0.01 mmHg of an exact solution. The method is stable to 5.15."""
VEIN_STEP = 4.5
"""The same for the veins, whose fastest modes carry next to no blood [-]: stable."""
FINEST = 64
"""Most substeps of a tick."""


def _steepest(valve: Valve) -> float:
    """Slope of a valve's flow where it is laminar [mL/(s mmHg)]."""
    return CONDUCTANCE * valve.conductance * laminar_patch(valve.critical_ratio)[1]


def substeps(cuffs: Sequence[Cuff], limbs: Sequence[limb.Limb] | None = None) -> int:
    """Substeps of a tick for which the fastest modes are stable, and the manifold's accurate.

    Parameters
    ----------
    cuffs
        The cuffs.
    limbs
        The limb under each; by default that of the nominal person.

    Raises
    ------
    InputError
        If more than `FINEST` would be needed.
    """
    found = 1
    under = limbs or [limb.under(cuff, "supine") for cuff in cuffs]
    for cuff, one in zip(cuffs, under, strict=True):
        conductance = cuff.n_chambers * _steepest(cuff.inlet) + _steepest(cuff.dump)
        manifold = conductance * ATMOSPHERE / cuff.manifold_volume
        if not (np.isfinite(one.rest).all() and np.isfinite(one.conductance).all()):
            raise InputError.one(
                cuff.name,
                "not-a-number",
                "volume or conductance of the veins under it is not a number",
                hint="give a limb of finite girths and factors.",
            )
        squeeze = limb.CONTACT * float(one.deep.max()) * cuff.max_pressure - OUTLET
        veins = limb.fastest(one, squeeze) / (1.0 - TIGHTENS)
        needed = max(manifold / MANIFOLD_STEP, veins / VEIN_STEP)
        if not kernel.TICK * needed <= FINEST:
            raise InputError.one(
                cuff.name,
                "too-stiff",
                f"its fastest mode, {needed:.3g} 1/s, asks for more than {FINEST} steps in 5 ms",
                hint="give it a larger manifold, smaller valves, or a limb of plausible veins.",
            )
        found = max(found, math.ceil(kernel.TICK * needed))
    return found
