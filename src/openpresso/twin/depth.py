"""How much of the pressure on the skin reaches beneath it, from a table made by finite elements.

The table is made offline by `openpresso.twin.section`; docs/explanation/depth.md tells how, what
it was held against and what is not known. Between its knots the shares are linear in cover,
radius and fat over radius.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openpresso.errors import InputError

Floats = NDArray[np.float64]
TABLE: Final = "depth_table.csv"
MARGIN: Final = 0.05
"""How far outside of the table a radius or a share of fat may lie, over the table's last knot [-];
the last knot's figures are taken."""
LIKE: Final[Mapping[str, str]] = MappingProxyType({
    "calf": "calf", "foot": "calf", "ankle": "calf", "knee": "calf", "thigh": "thigh",
    "hand": "calf", "forearm": "calf", "elbow": "calf", "upper-arm": "thigh",
})  # fmt: skip
"""Section that a zone is given, with its own radius and fat; all but calf and thigh assumed."""


@dataclass(frozen=True, slots=True, eq=False)
class Transmission:
    """Shares of the sleeve's pressure, in the shape of what was asked [-]."""

    skin: Floats
    """On the skin, mean over the girth: the share of it that is pressed."""
    fat: Floats
    """Total tissue pressure, mean over the fat under the skin."""
    muscle: Floats
    """Total tissue pressure, mean over the muscle."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Shares of one zone over its knots."""

    knots: tuple[Floats, Floats, Floats]
    """Cover [-], radius [cm], fat over radius [-]."""
    shares: Floats
    """Skin, fat and muscle, `(cover, radius, fat, 3)` [-]."""

    def at(self, *place: Floats) -> Floats:
        """Return the shares at places inside of the knots, linear in each axis, `(n, 3)`."""
        found = np.zeros((place[0].size, 3))
        lower, weight = zip(*map(between, self.knots, place), strict=True)
        for corner in np.ndindex(2, 2, 2):
            part = np.ones(place[0].size)
            for up, share in zip(corner, weight, strict=True):
                part *= share if up else 1.0 - share
            index = tuple(low + up for low, up in zip(lower, corner, strict=True))
            found += part[:, None] * self.shares[index]
        return found


def between(knots: Floats, place: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the knot below each place and how far it is to the next one [-]."""
    lower = np.clip(np.searchsorted(knots, place, side="right") - 1, 0, knots.size - 2)
    return lower, (place - knots[lower]) / (knots[lower + 1] - knots[lower])


@functools.cache
def tables() -> Mapping[str, Table]:
    """Return the table of each zone."""
    text = files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    lines = [line.split(",") for line in text.splitlines() if line and not line.startswith("#")]
    found = {}
    for zone in sorted({line[0] for line in lines[1:]}):
        rows = np.array([line[1:] for line in lines[1:] if line[0] == zone], dtype=np.float64)
        knots = tuple(np.unique(rows[:, axis]) for axis in range(3))
        shape = tuple(axis.size for axis in knots)
        order = np.lexsort(rows[:, 2::-1].T)
        shares = rows[order, 3:].reshape(*shape, 3)
        found[zone] = Table((knots[0], knots[1], knots[2]), shares)
    return MappingProxyType(found)


def transmission(
    zone: str, radius: ArrayLike, fat: ArrayLike, cover: ArrayLike = 1.0
) -> Transmission:
    """Return which shares of a sleeve's pressure reach skin, fat and muscle.

    Parameters
    ----------
    zone
        Of the limb: foot, ankle, calf, knee, thigh, or one of an arm.
    radius
        Of the limb over the skin, girth / (2 pi) [cm].
    fat
        Thickness of the fat under the skin [cm].
    cover
        Share of the girth that is pressed [-].

    Returns
    -------
    Transmission
        In the common shape of radius, fat and cover.

    Raises
    ------
    InputError
        If the zone is unknown, or a value is not a number, not possible or not in the table.
    """
    if zone not in LIKE:
        raise InputError.one(
            "depth", "unknown-zone", f"{zone!r} is not a zone of a limb", path="zone",
            hint=f"Use one of {', '.join(LIKE)}.",
        )  # fmt: skip
    table = tables()[LIKE[zone]]
    given = np.broadcast_arrays(*(np.asarray(one, np.float64) for one in (cover, radius, fat)))
    covers, radii, fats = (np.ravel(one) for one in given)
    known(covers, "cover", "-")
    known(radii, "radius", "cm")
    known(fats, "fat", "cm")
    for one in np.flatnonzero(fats >= radii)[:1]:
        raise InputError.one(
            "depth", "fat-too-thick",
            f"{fats[one]:g} cm of fat do not fit in a leg of {radii[one]:g} cm radius",
            path="fat", hint="Check fat and girth; both are in cm.",
        )  # fmt: skip
    inside = (
        bounded(covers, table.knots[0], "cover", margin=1e-9),
        bounded(radii, table.knots[1], "radius", "cm"),
        bounded(fats / radii, table.knots[2], "fat over radius"),
    )
    found = table.at(*inside).reshape(*given[0].shape, 3)
    return Transmission(found[..., 0], found[..., 1], found[..., 2])


def known(values: Floats, name: str, unit: str) -> None:
    """Refuse what is not a number above zero."""
    for one in values[~(np.isfinite(values) & (values > 0.0))][:1]:
        raise InputError.one(
            "depth", f"bad-{name}", f"{one:g} is not a number above 0 [{unit}]", path=name,
            hint=f"Give the {name} as a number above 0.",
        )  # fmt: skip


def bounded(
    values: Floats, knots: Floats, name: str, unit: str = "-", margin: float = MARGIN
) -> Floats:
    """Return the values inside of the table; refuse those beyond its margin."""
    low, high = knots[0] * (1.0 - margin), knots[-1] * (1.0 + margin)
    for one in values[(values < low) | (values > high)][:1]:
        raise InputError.one(
            "depth", "outside-the-table",
            f"{one:g} is outside of {math.floor(low * 1e4) / 1e4:g} to {high:.4g} [{unit}]",
            path=name,
            hint="The table has no such leg. Check the value, or extend the grid of "
            "openpresso.twin.section.table and run `python -m scripts.depth`.",
        )  # fmt: skip
    return np.clip(values, knots[0], knots[-1])
