"""Limbs at rest in the long run: the state that a lasting load leads to, and the reverse."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from openpresso.errors import InputError
from openpresso.twin.fluid import interstitium, lymph
from openpresso.twin.fluid.interstitium import Array, Tissue, figures
from openpresso.twin.fluid.loads import Load
from openpresso.twin.fluid.state import State, bound_in_the_end, filtration

_BRACKET: Final = (0.3, 40.0)
"""Resting volumes between which a balance is looked for [-]."""
_HALVINGS: Final = 60


def settled(tissue: Tissue, load: Load) -> State:
    """Return the state in which fluid and protein balance under a load that lasts.

    With lymph flow J at a volume, protein balances at `c = c_p ((1 - sigma) J + PS)/(J + PS)`; the
    volume is that at which filtration equals J, found by halving.

    Raises
    ------
    InputError
        If there is no such volume.
    """
    known = figures()
    plasma = known.plasma_oncotic / known.oncotic_per_protein
    low = np.zeros(tissue.shape) + _BRACKET[0] * tissue.fluid
    high = np.zeros(tissue.shape) + _BRACKET[1] * tissue.fluid
    concentration, bound = low, low
    for _ in range(_HALVINGS):
        fluid = 0.5 * (low + high)
        bound = bound_in_the_end(tissue, fluid)
        pressure = interstitium.pressure(tissue, fluid, bound)
        drained = lymph.flow(tissue, pressure, load.massage, load.open)
        spread = tissue.diffusion
        concentration = plasma * ((1.0 - known.reflection) * drained + spread) / (drained + spread)
        inside = known.oncotic_per_protein * concentration
        gains = filtration(tissue, load, pressure, inside) > drained
        low, high = np.where(gains, fluid, low), np.where(gains, high, fluid)
    fluid = 0.5 * (low + high)
    _check_inside(tissue, fluid)
    return State(
        fluid=fluid,
        protein=concentration * fluid,
        glycocalyx=known.oncotic_per_protein * concentration,
        massage=np.zeros(tissue.shape) + load.massage,
        bound=bound,
        emptied=np.zeros(tissue.shape[:-1]),
    )


def sustaining(tissue: Tissue, load: Load, volume: Array) -> Tissue:
    """Return the tissue with the lymph flow that keeps it at a measured volume.

    The inverse of `settled`: a swollen leg's volume can be measured, its lymphatics cannot.

    Parameters
    ----------
    tissue, load
        Whose, and the load that lasts.
    volume
        Of the limb as it is, with its oedema `(..., n_segments)` [mL].

    Raises
    ------
    InputError
        If no lymph flow above zero does.
    """
    known = figures()
    fluid = tissue.fluid + np.asarray(volume, dtype=np.float64) - tissue.volume
    pressure = interstitium.pressure(tissue, fluid, bound_in_the_end(tissue, fluid))
    unit = lymph.flow(tissue, pressure, load.massage, load.open) / tissue.lymph
    plasma = known.plasma_oncotic
    low = np.zeros(tissue.shape)
    high = low + tissue.filtration * 100.0
    for _ in range(_HALVINGS):
        drained = 0.5 * (low + high)
        spread = tissue.diffusion
        inside = plasma * ((1.0 - known.reflection) * drained + spread) / (drained + spread)
        gains = filtration(tissue, load, pressure, inside) > drained
        low, high = np.where(gains, drained, low), np.where(gains, high, drained)
    bad = ~((low > 0.0) & (unit > 0.0) & (fluid > 0.0))
    if np.any(bad):
        given = (
            np.broadcast_to(volume, bad.shape)[bad][0]
            / np.broadcast_to(tissue.volume, bad.shape)[bad][0]
        )
        raise InputError.one(
            "tissue",
            "not-a-balance",
            f"{given:.3g} times its volume is not what filtration and lymph could keep it at",
            path="volume",
            hint="Look at the girths of both legs and at the condition.",
        )
    return dataclasses.replace(tissue, lymph=0.5 * (low + high) / unit)


def _check_inside(tissue: Tissue, fluid: Array) -> None:
    """Refuse a balance that is only the end of the range in which it was looked for."""
    times = fluid / tissue.fluid
    outside = (times < _BRACKET[0] * 1.001) | (times > _BRACKET[1] * 0.999)
    if np.any(outside):
        raise InputError.one(
            "tissue",
            "not-a-balance",
            f"filtration and lymph balance at no volume between {_BRACKET[0]:g} and "
            f"{_BRACKET[1]:g} times that at rest",
            path="lymph",
            hint="Look at the factors on filtration and lymph; so little lymph has no end.",
        )
