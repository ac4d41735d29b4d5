"""The tissue of a limb between capillaries and lymphatics: what it holds and how it yields.

One value for each segment, distal to proximal, in arrays of shape `(..., n_segments)`, so that one
limb and a cohort are the same code. Equations and marks: docs/explanation/fluid.md.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.limb import HYDROSTATIC, POSTURES, Limb, Posture

if TYPE_CHECKING:
    from openpresso.cuff.model import Cuff

Array = NDArray[np.float64]
LARGEST_LEG: Final = 60_000.0
"""Volume above which a limb is a slip of the pen [mL]."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What does not depend on the condition; units and sources in `parameters/fluid.yaml`."""

    fluid_share: float
    filtration: float
    reflection: float
    capillary: float
    plasma_oncotic: float
    tissue_oncotic: float
    oncotic_per_protein: float
    tissue_pressure: float
    stiff_share: float
    tight_until: float
    slack_from: float
    slack_share: float
    arteriolar_share: float
    posture_buffer: float
    large_veins: float
    heart_above_outlet: float
    glycocalyx_lag: float
    lymph: float
    lymph_gain: float
    lymph_most: float
    massage_gain: float
    massage_pressure: float
    massage_rate: float
    massage_lag: float
    lymph_pump: float
    stasis: float
    threshold: float
    subcutis_share: float
    dry_conductivity: float
    bound_lag: float
    blood_return: float
    skin_share: float
    deep_share: float
    walking_pump: float
    walking_massage: float
    cycling_pump: float
    cycling_massage: float


@functools.cache
def figures() -> Figures:
    """Return the figures of the slow scale at their values."""
    found = parameters.load("fluid")
    return Figures(**{one.name: found[one.name].value for one in fields(Figures)})


def conditions() -> tuple[str, ...]:
    """Return the conditions that have a block of figures."""
    found = parameters.load("fluid")
    return tuple(dict.fromkeys(key.split(".")[0] for key in found if "." in key))


def condition_figures(condition: str) -> Mapping[str, float]:
    """Return the block of one condition: filtration, lymph, capillary, bound, lag, share...

    Raises
    ------
    InputError
        If there is no such condition.
    """
    if condition not in conditions():
        raise InputError.one(
            "tissue",
            "unknown-condition",
            f"{condition!r} is not a condition",
            path="condition",
            hint=f"One of {', '.join(conditions())}.",
        )
    found = parameters.load("fluid")
    start = f"{condition}."
    return {key.removeprefix(start): found[key].value for key in found if key.startswith(start)}


@dataclass(frozen=True, slots=True, eq=False)
class Tissue:
    """What does not change from minute to minute; arrays that broadcast to `(..., n_segments)`."""

    volume: Array
    """Limb without oedema [mL]."""
    length: Array
    """Of each segment along the limb [cm]."""
    height: Array
    """Below the outlet of the limb's veins when standing [cm]."""
    fluid: Array
    """Interstitial volume at rest [mL]."""
    filtration: Array
    """[mL/(min mmHg)]"""
    lymph: Array
    """Lymph flow at rest [mL/min]."""
    diffusion: Array
    """Permeability times surface for protein [mL/min]."""
    capillary: Array
    """Capillary pressure lying, at heart level [mmHg]."""
    bound: Array
    """Share of a lasting gain that the tissue comes to hold without pressure [-]."""
    lag: Array
    """Of the free-fluid pressure [s]."""
    share: Array
    """Free-fluid pressure over skin pressure, in the end [-]."""
    conductivity: Array
    """Hydraulic conductivity with free fluid [m2/(Pa s)]."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a state, `(..., n_segments)`."""
        return np.broadcast_shapes(*(getattr(self, one.name).shape for one in fields(self)))

    def head(self, posture: Posture) -> Array:
        """Return the hydrostatic pressure above that at the outlet, as in `Limb.head` [mmHg]."""
        return np.asarray(HYDROSTATIC * POSTURES[posture] * self.height)

    def below_heart(self, posture: Posture) -> Array:
        """Return the hydrostatic pressure above that at the heart [mmHg]."""
        height = self.height + figures().heart_above_outlet
        return np.asarray(HYDROSTATIC * POSTURES[posture] * height)


def tissue(
    volume: ArrayLike,
    length: ArrayLike,
    height: ArrayLike,
    condition: str = "healthy",
    *,
    filtration: ArrayLike | None = None,
    lymph: ArrayLike | None = None,
) -> Tissue:
    """Return the tissue of one limb or of many.

    Parameters
    ----------
    volume, length, height
        Of each segment `(n_segments,)` or `(..., n_segments)` [mL, cm, cm below the outlet].
    condition
        Block of `parameters/fluid.yaml`.
    filtration, lymph
        Factors on those of a healthy limb, `(..., 1)` or `(..., n_segments)`; those of the
        condition if they are not given [-].

    Raises
    ------
    InputError
        If a volume, length or factor is not positive and finite, or a limb weighs too much.
    """
    block, known = condition_figures(condition), figures()
    volumes = _checked("volume", volume, "mL")
    lengths = _checked("length", length, "cm")
    heights = _checked("height", height, "cm", positive=False)
    filters = _checked(
        "filtration", block["filtration"] if filtration is None else filtration, "times normal"
    )
    drains = _checked("lymph", block["lymph"] if lymph is None else lymph, "times normal")
    if (heaviest := float(np.max(np.sum(volumes, axis=-1)))) > LARGEST_LEG:
        raise InputError.one(
            "tissue",
            "limb-too-large",
            f"a limb of {heaviest / 1000.0:.3g} L; at most {LARGEST_LEG / 1000.0:g} L",
            path="volume",
            hint="Give mL for each segment.",
        )
    hundreds = volumes / 100.0
    normal = known.lymph * hundreds
    inside, plasma = rest_oncotic(), known.plasma_oncotic
    passing = (inside - (1.0 - known.reflection) * plasma) / (plasma - inside)
    return Tissue(
        volume=volumes,
        length=lengths,
        height=heights,
        fluid=known.fluid_share * volumes,
        filtration=known.filtration * hundreds * filters,
        lymph=np.asarray(normal * drains),
        diffusion=np.asarray(normal * passing * filters),
        capillary=np.asarray(known.capillary + block["capillary"]),
        bound=np.asarray(block["bound"]),
        lag=np.asarray(block["lag"]),
        share=np.asarray(block["share"]),
        conductivity=np.asarray(block["conductivity"]),
    )


def tissue_under(
    cuff: Cuff,
    standing: Limb,
    condition: str = "healthy",
    *,
    filtration: ArrayLike | None = None,
    lymph: ArrayLike | None = None,
) -> Tissue:
    """Return the tissue under a cuff's chambers.

    Parameters
    ----------
    cuff
        Whose chambers make the segments.
    standing
        The limb under it in that posture, without oedema.
    condition, filtration, lymph
        As for `tissue`; a person's traits hold the condition's factors already.
    """
    lengths = np.array([chamber.length - chamber.overlap for chamber in cuff.chambers])
    heights = standing.head / HYDROSTATIC
    return tissue(standing.volume, lengths, heights, condition, filtration=filtration, lymph=lymph)


def rest_oncotic() -> float:
    """Oncotic pressure of the tissue at which a healthy limb lying is in balance [mmHg].

    `pi_i = pi_c - (P_c - P_i - J_L/K_F)/sigma`
    """
    known = figures()
    net = known.capillary - known.tissue_pressure - known.lymph / known.filtration
    return known.plasma_oncotic - net / known.reflection


def pressure(tissue: Tissue, fluid: Array, bound: Array | float = 0.0) -> Array:
    """Interstitial pressure [mmHg] by Guyton's curve: tight, then with free fluid, then slack.

    Parameters
    ----------
    tissue
        Whose.
    fluid, bound
        Interstitial volume, and what of it is held without pressure [mL].
    """
    known = figures()
    gain = (fluid - bound) / tissue.fluid - 1.0
    tight, slack = known.tight_until, known.slack_from
    between = np.sqrt(known.stiff_share * known.slack_share)
    return np.asarray(
        known.tissue_pressure
        + np.minimum(gain, tight) / known.stiff_share
        + np.minimum(np.maximum(gain - tight, 0.0), slack - tight) / between
        + np.maximum(gain - slack, 0.0) / known.slack_share
    )


def oncotic(fluid: Array, protein: Array) -> Array:
    """Oncotic pressure of fluid [mL] that holds protein [g], on a straight line [mmHg]."""
    return np.asarray(figures().oncotic_per_protein * protein / fluid)


def _checked(path: str, given: ArrayLike, unit: str, *, positive: bool = True) -> Array:
    values = np.asarray(given, dtype=np.float64)
    bad = ~np.isfinite(values) | ((values <= 0.0) if positive else False)
    if values.size == 0 or np.any(bad):
        shown = "nothing" if values.size == 0 else f"{values[bad].flat[0]:g}"
        raise InputError.one(
            "tissue",
            "not-a-quantity",
            f"{shown} is not {'a positive' if positive else 'a finite'} number of {unit}",
            path=path,
            hint="Give a finite number for each segment.",
        )
    return values
