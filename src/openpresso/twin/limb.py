"""The limb under a cuff: blood volumes, veins and heights, one value for each chamber.

Figures are those of a woman of 60 kg, by level above the sole; their marks and sources stand in
docs/explanation/twin.md. An arm is modelled with the leg's values per volume (assumed).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff

Posture = Literal["supine", "elevated", "sitting", "standing"]

POSTURES: dict[Posture, float] = {"supine": 0.0, "elevated": -0.3, "sitting": 0.7, "standing": 1.0}
"""Share of a limb's length that is height below the heart [-]."""

HYDROSTATIC = 0.735
"""Pressure of a column of blood [mmHg/cm]."""
OUTLET_LEVEL = {"leg": 90.0, "calf": 90.0, "foot": 90.0, "arm": 62.0}
"""Level of the large veins that a limb drains to [cm]."""

_LEVEL = np.array([0.0, 10.0, 20.0, 30.0, 42.0, 52.0, 64.0, 76.0])
_RESISTANCE = np.array([3.0, 2.0, 2.0, 1.6, 0.35, 0.25, 0.2, 0.12])
_SPACING = np.array([10.0, 10.0, 10.0, 12.0, 10.0, 12.0, 12.0, 14.0])
"""Resistance of the deep veins to the next level [mmHg s/mL] and distance to it [cm]; tuned."""

REST_VOLUME = {"foot": 2.1, "ankle": 2.0, "calf": 2.0, "knee": 1.2, "thigh": 0.9}
"""Venous volume at zero transmural pressure [mL per 100 mL of limb]; estimated."""
COMPLIANCE = {"foot": 0.147, "ankle": 0.147, "calf": 0.147, "knee": 0.12, "thigh": 0.10}
"""Venous compliance [mL per 100 mL and mmHg]; calf found (Pubmed 594144), thigh estimated."""
LIKE = {"hand": "foot", "forearm": "calf", "elbow": "knee", "upper-arm": "thigh"}
"""Zone of the leg whose veins an arm's zone is given (assumed)."""
LARGEST = 5.5
"""Venous volume above rest at which a vein is full [mL per 100 mL]; estimated."""
COLLAPSE = 1.5
"""Stiffness Kp of the tube law below the resting volume [mmHg]; estimated."""
NARROWEST = 1.0 / 30.0
"""Least relative conductance of a collapsed vein [-]; estimated."""
SUPERFICIAL_SHARE = 0.15
"""Share of flow and volume in superficial veins [-] (found: flow split)."""
INFLOW = 0.054e-2
"""Resting arterial inflow [1/s] of limb volume (found: Pubmed 594144)."""
PERFORATOR = 0.3
"""Conductance of a segment's perforators [mL/(s mmHg)]; estimated."""
VALVE_LEAK = 1e-3
"""Backward conductance of a competent valve over its forward one [-]; estimated."""


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """What lies under each chamber; arrays of shape `(n_chambers,)`."""

    volume: NDArray[np.float64]
    """Limb volume [mL]."""
    rest: NDArray[np.float64]
    """Venous volume at rest, deep and superficial together [mL]."""
    compliance: NDArray[np.float64]
    """[mL/mmHg]"""
    largest: NDArray[np.float64]
    """Venous volume above rest at which a vein is full [mL]."""
    conductance: NDArray[np.float64]
    """Deep veins, to the next chamber; the last one's to the outlet [mL/(s mmHg)]."""
    step_up: NDArray[np.float64]
    """Hydrostatic pressure to overcome to the next chamber or the outlet [mmHg]."""
    head: NDArray[np.float64]
    """Hydrostatic pressure above that at the heart [mmHg]."""


def under(cuff: Cuff, posture: Posture) -> Limb:
    """Return the limb under `cuff` for a person of nominal girths in `posture`."""
    zones = [LIKE.get(chamber.zone, chamber.zone) for chamber in cuff.chambers]
    level = np.array([chamber.level for chamber in cuff.chambers])
    girth = np.array([chamber.girth for chamber in cuff.chambers])
    length = np.array([chamber.length - chamber.overlap for chamber in cuff.chambers])
    volume = girth**2 / (4.0 * math.pi) * length
    outlet = max(OUTLET_LEVEL[cuff.limb], level[-1] + 0.5 * length[-1])
    upper = np.append(level[1:], outlet)
    factor = HYDROSTATIC * POSTURES[posture]
    hundreds = volume / 100.0
    return Limb(
        volume=volume,
        rest=hundreds * [REST_VOLUME[zone] for zone in zones],
        compliance=hundreds * [COMPLIANCE[zone] for zone in zones],
        largest=hundreds * LARGEST,
        conductance=1.0 / resistance(level, upper),
        step_up=factor * (upper - level),
        head=factor * (outlet - level),
    )


def resistance(lower: NDArray[np.float64], upper: NDArray[np.float64]) -> NDArray[np.float64]:
    """Resistance of the deep veins between two levels [mmHg s/mL]."""
    knots = np.append(_LEVEL, _LEVEL[-1] + _SPACING[-1])
    total = np.append(0.0, np.cumsum(_RESISTANCE))
    return np.asarray(
        np.maximum(np.interp(upper, knots, total) - np.interp(lower, knots, total), 0.02)
    )


def fastest(under: Limb, squeeze: float) -> float:
    """Rate of the fastest mode of veins that lie collapsed under a pressure [1/s].

    Parameters
    ----------
    under
        The limb.
    squeeze
        External pressure less that inside the veins, the same everywhere [mmHg].
    """
    share = 1.0 - SUPERFICIAL_SHARE
    narrowed = (1.0 + squeeze / COLLAPSE) ** (-1.0 / 1.5)
    stiffness = 1.5 * COLLAPSE * narrowed**-2.5 / (share * under.rest)
    along = under.conductance * max(narrowed * narrowed, NARROWEST)
    chain = np.diag(along + np.append(0.0, along[:-1]))
    chain -= np.diag(along[:-1], 1) + np.diag(along[:-1], -1)
    root = np.sqrt(stiffness)
    return float(np.linalg.eigvalsh(root[:, None] * chain * root)[-1])
