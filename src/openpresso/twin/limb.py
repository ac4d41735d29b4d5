"""The limb under a cuff: blood volumes, veins and heights, one value for each chamber.

The figures of a nominal limb, that of the mean of 260 women, stand in `parameters/veins.yaml` with
their ranges, marks and sources; a person scales them. An arm is modelled with the leg's values per
volume, and follows its person as the like zone of the leg does (assumed).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Chamber, Cuff
from openpresso.twin.depth import transmission
from openpresso.twin.parameters import load, value
from openpresso.twin.people.person import NOMINAL, Person, swelling
from openpresso.twin.people.shape import Site, along, cone

Posture = Literal["supine", "elevated", "sitting", "standing"]
Floats = NDArray[np.float64]


def _figure(name: str) -> float:
    return value("veins", name)


POSTURES: dict[Posture, float] = {
    posture: _figure(f"share_of_height_{posture}") for posture in get_args(Posture)
}
"""Share of a limb's length that is height below the heart [-]."""

HYDROSTATIC = _figure("hydrostatic")
"""Pressure of a column of blood [mmHg/cm]."""
OUTLET_LEVEL = {
    limb: _figure(f"outlet_level_{'arm' if limb == 'arm' else 'leg'}")
    for limb in ("leg", "calf", "foot", "arm")
}
"""Level of the large veins that a limb drains to [cm]."""

_STEPS = "resistance_"
_LEVEL = np.array(sorted(float(n.removeprefix(_STEPS)) for n in load("veins") if n[11:].isdigit()))
_RESISTANCE = np.array([_figure(f"{_STEPS}{level:.0f}") for level in _LEVEL])
"""Levels [cm] and resistance of the deep veins from each to the next [mmHg s/mL]."""
_LEAST = _figure("resistance_least")

_ZONES = ("foot", "ankle", "calf", "knee", "thigh")
REST_VOLUME = {zone: _figure(f"rest_{zone}") for zone in _ZONES}
"""Venous volume at zero transmural pressure [mL per 100 mL of limb]."""
COMPLIANCE = {zone: _figure(f"compliance_{zone}") for zone in _ZONES}
"""Venous compliance [mL per 100 mL and mmHg]."""
LIKE = {"hand": "foot", "forearm": "calf", "elbow": "knee", "upper-arm": "thigh"}
"""Zone of the leg whose veins an arm's zone is given (assumed)."""
SITE_OF: Final[dict[str, Site]] = {
    "foot": "ankle", "ankle": "ankle", "hand": "ankle", "calf": "calf", "forearm": "calf",
    "knee": "knee", "elbow": "knee", "thigh": "thigh", "upper-arm": "thigh",
}  # fmt: skip
"""Site by which a zone that lies off the leg's axis follows its person (assumed)."""
OFF_AXIS: Final = frozenset({"foot", "hand", "forearm", "elbow", "upper-arm"})
"""Zones whose level says nothing of a level on the leg."""
LARGEST = _figure("largest")
"""Venous volume above rest at which a vein is full [mL per 100 mL]."""
COLLAPSE = _figure("collapse")
"""Stiffness Kp of the tube law below the resting volume [mmHg]."""
TOUCHING = _figure("touching")
"""Share of its resting volume at which a collapsing vein's walls lie on each other [-]."""
NARROWEST = _figure("narrowest")
"""Least relative conductance of a collapsed vein [-]."""
SUPERFICIAL_SHARE = _figure("superficial_share")
"""Share of flow and volume in superficial veins [-]."""
INFLOW = _figure("inflow")
"""Resting arterial inflow [1/s] of limb volume."""
PERFORATOR = _figure("perforator")
"""Conductance of a segment's perforators [mL/(s mmHg)]."""
VALVE_LEAK = _figure("valve_leak")
"""Backward conductance of a competent valve over its forward one [-]."""
CONTACT = value("sleeve", "contact")
"""Share of the girth that a sleeve touches, and so interface over chamber pressure [-]."""


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """What lies under each chamber; arrays of shape `(n_chambers,)`."""

    volume: Floats
    """Limb volume [mL]."""
    rest: Floats
    """Venous volume at rest, deep and superficial together [mL]."""
    compliance: Floats
    """[mL/mmHg]"""
    largest: Floats
    """Venous volume above rest at which a vein is full [mL]."""
    conductance: Floats
    """Deep veins, to the next chamber; the last one's to the outlet [mL/(s mmHg)]."""
    step_up: Floats
    """Hydrostatic pressure to overcome to the next chamber or the outlet [mmHg]."""
    head: Floats
    """Hydrostatic pressure above that at the heart [mmHg]."""
    radius: Floats
    """Of the limb at the chamber's centre [cm]."""
    fat: Floats
    """Thickness of subcutaneous fat there [cm]."""
    deep: Floats
    """Share of interface pressure that reaches deep veins [-]."""
    superficial: Floats
    """The same for superficial veins [-]."""
    inflow: Floats
    """Arterial inflow at rest [mL/s]."""
    perforator: Floats
    """Conductance of the perforators [mL/(s mmHg)]."""
    valve_leak: Floats
    """Backward conductance of the valves over their forward one [-]."""
    superficial_share: Floats
    """Share of flow and volume in superficial veins [-]."""
    collapse: Floats
    """Stiffness Kp of the tube law below the resting volume [mmHg]."""
    living: Floats
    """Limb volume without what a condition added to it [mL]."""


def under(cuff: Cuff, posture: Posture, person: Person = NOMINAL) -> Limb:
    """Return the limb of `person` under `cuff` in `posture`.

    A cuff's nominal girths are those of `NOMINAL`; a person's are those times the ratio of the two
    legs at the same level above the sole. Volume goes with two truncated cones, from a chamber's
    ends to its centre; veins, arteries and perforators with the volume that is not swelling;
    resistances of veins inversely, as resistances measured per volume do (Pubmed 594144).

    Parameters
    ----------
    cuff
        The cuff.
    posture
        Posture of the person.
    person
        The person.
    """
    chambers = cuff.chambers
    zones = [LIKE.get(chamber.zone, chamber.zone) for chamber in chambers]
    level = np.array([chamber.level for chamber in chambers])
    girth = np.array([chamber.girth for chamber in chambers])
    length = np.array([chamber.length - chamber.overlap for chamber in chambers])
    thicker, larger = _against_nominal(chambers, level, length, person)
    volume = girth**2 / (4.0 * math.pi) * length * larger
    taller = person.height / NOMINAL.height
    outlet = max(OUTLET_LEVEL[cuff.limb] * taller, level[-1] + 0.5 * length[-1])
    upper = np.append(level[1:], outlet)
    factor = HYDROSTATIC * POSTURES[posture]
    swollen = _at(chambers, level, swelling(person), person.height) ** 2
    living, growth = volume / swollen, larger / swollen
    hundreds = living / 100.0
    traits = person.traits
    radius = girth * thicker / (2.0 * math.pi)
    fat = _fat(chambers, level, radius, person)
    deep, superficial = transmitted(zones, radius, fat)
    return Limb(
        volume=volume,
        rest=hundreds * [REST_VOLUME[zone] for zone in zones] * traits.capacity,
        compliance=hundreds * [COMPLIANCE[zone] for zone in zones] * traits.compliance,
        largest=hundreds * LARGEST * traits.capacity,
        conductance=1.0 / resistance(level / taller, upper / taller) * growth / traits.resistance,
        step_up=factor * (upper - level),
        head=factor * (outlet - level),
        radius=radius,
        fat=fat,
        deep=deep,
        superficial=superficial,
        inflow=living * INFLOW * traits.inflow,
        perforator=PERFORATOR * growth / traits.resistance,
        valve_leak=np.full(len(chambers), min(VALVE_LEAK * traits.valve_leak, 1.0)),
        superficial_share=np.full(len(chambers), SUPERFICIAL_SHARE),
        collapse=np.full(len(chambers), COLLAPSE),
        living=living,
    )


def transmitted(zones: list[str], radius: Floats, fat: Floats) -> tuple[Floats, Floats]:
    """Share of interface pressure at deep and at superficial veins [-], shapes `(n_chambers,)`.

    Deep veins lie in muscle, superficial ones amid the fat. The sleeve presses on the share of the
    girth that it touches; interface pressure is the mean over all of it.
    """
    found = [
        transmission(zone, at, thick, cover=CONTACT)
        for zone, at, thick in zip(zones, radius, fat, strict=True)
    ]
    deep = np.array([float(one.muscle / one.skin) for one in found])
    return deep, np.array([float(one.fat / one.skin) for one in found])


def _at(
    chambers: tuple[Chamber, ...], level: Floats, at_sites: Mapping[Site, float], stature: float
) -> Floats:
    """Return what is known at the sites at every chamber's centre."""
    found = along(at_sites, stature, level)
    for index, chamber in enumerate(chambers):
        if chamber.zone in OFF_AXIS:
            found[index] = at_sites[SITE_OF[chamber.zone]]
    return found


def _fat(chambers: tuple[Chamber, ...], level: Floats, radius: Floats, person: Person) -> Floats:
    """Thickness of fat under every chamber [cm]; an arm has the leg's share of its radius."""
    found = _at(chambers, level, person.fat, person.height)
    for index, chamber in enumerate(chambers):
        if chamber.zone in LIKE:
            site = SITE_OF[chamber.zone]
            share = 2.0 * math.pi * person.fat[site] / person.girths[site]
            found[index] = share * radius[index]
    return found


def _against_nominal(
    chambers: tuple[Chamber, ...], level: Floats, length: Floats, person: Person
) -> tuple[Floats, Floats]:
    """Return girth and volume over those of `NOMINAL` at the same levels [-]."""

    def shape(one: Person) -> tuple[Floats, Floats]:
        lower, centre, upper = (
            _at(chambers, level + share * length, one.girths, one.height)
            for share in (-0.5, 0.0, 0.5)
        )
        return centre, cone(lower, centre, 0.5 * length) + cone(centre, upper, 0.5 * length)

    (girth, volume), (usual_girth, usual_volume) = shape(person), shape(NOMINAL)
    return girth / usual_girth, volume / usual_volume


def resistance(lower: NDArray[np.float64], upper: NDArray[np.float64]) -> NDArray[np.float64]:
    """Resistance of the deep veins between two levels [mmHg s/mL]."""
    knots = np.append(_LEVEL, OUTLET_LEVEL["leg"])
    total = np.append(0.0, np.cumsum(_RESISTANCE))
    return np.asarray(
        np.maximum(np.interp(upper, knots, total) - np.interp(lower, knots, total), _LEAST)
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
    share = 1.0 - under.superficial_share
    narrowed = (1.0 + squeeze / under.collapse) ** (-1.0 / 1.5)
    stiffness = 1.5 * under.collapse * narrowed**-2.5 / (share * under.rest)
    wide = narrowed * narrowed * np.maximum(narrowed, TOUCHING)
    links = under.conductance * np.maximum(wide, NARROWEST)
    chain = np.diag(links + np.append(0.0, links[:-1]))
    chain -= np.diag(links[:-1], 1) + np.diag(links[:-1], -1)
    root = np.sqrt(stiffness)
    return float(np.linalg.eigvalsh(root[:, None] * chain * root)[-1])
