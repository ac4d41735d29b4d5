"""One section under one sleeve: which shares of the pressure reach skin, fat and muscle."""

from __future__ import annotations

import functools
from typing import NamedTuple

from openpresso.twin.parameters import value
from openpresso.twin.section.field import Field, Load, within
from openpresso.twin.section.layout import Zone, leg
from openpresso.twin.section.material import nominal
from openpresso.twin.section.mesh import build
from openpresso.twin.section.solve import Section


class Shares(NamedTuple):
    """Pressures over that of the sleeve [-]."""

    skin: float
    """On the skin, mean over the girth: the cover."""
    fat: float
    """Mean total pressure -tr(sigma)/3: area mean over the fat."""
    muscle: float
    """Mean total pressure: area mean over the muscle."""


def of(field: Field) -> Shares:
    """Return the shares that a field means."""
    return Shares(
        field.load.cover,
        field.mean(field.pressure, within(field, "fat")),
        field.mean(field.pressure, within(field, "muscle")),
    )


@functools.lru_cache(maxsize=4)
def section(zone: Zone, radius: float, fat: float, around: int) -> Section:
    """Return the section of a nominal leg; the last few are kept."""
    return Section(build(leg(zone, radius, fat), around), nominal())


def shares(
    zone: Zone, radius: float, fat: float, cover: float, *, pressure: float, around: int
) -> Shares:
    """Return the shares of one leg under one sleeve.

    Parameters
    ----------
    zone
        Calf or thigh.
    radius, fat
        [cm]
    cover
        Share of the girth that is pressed [-].
    pressure
        Of the sleeve [mmHg].
    around
        Nodes of the mesh round the girth.

    Raises
    ------
    InputError
        If there is no such leg, or no such sleeve on this mesh.
    StrainError
        If the load cannot be borne.
    """
    load = Load(pressure, cover, round(value("tissue", "contacts")))
    return of(section(zone, radius, fat, around).solve(load))
