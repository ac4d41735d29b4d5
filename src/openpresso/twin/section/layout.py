"""What is cut: the layers of a leg from skin to bone and where the bones lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openpresso.errors import InputError
from openpresso.twin.parameters import value

Zone = Literal["calf", "thigh"]
TISSUES: Final = ("skin", "fat", "fascia", "muscle")
"""Soft tissues from outside to inside; a tissue's number is its place here."""
LEAST_MUSCLE: Final = 0.25
"""Least radius inside of the fascia over the leg's [-]; below it the bones find no room."""


@dataclass(frozen=True, slots=True)
class Bone:
    """A bone: held still, for it is a million times stiffer than muscle."""

    x: float
    """Centre, towards the outer side [cm]."""
    y: float
    """Centre, towards the front [cm]."""
    radius: float
    """[cm]"""
    edge: float = 0.0
    """How much it is three-edged [-]: r = radius (1 + edge sin 3 theta)."""

    def reach(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distance of points outside of the bone's surface, along its radius [cm]."""
        dx, dy = x - self.x, y - self.y
        outline = self.radius * (1.0 - self.edge * np.sin(3.0 * np.arctan2(dy, dx)))
        return np.asarray(np.hypot(dx, dy) - outline)

    def outline(self, points: int) -> NDArray[np.float64]:
        """Points on the surface, `(2, points)` [cm]."""
        angle = 2.0 * math.pi * (np.arange(points) + 0.25) / points
        distance = self.radius * (1.0 - self.edge * np.sin(3.0 * angle))
        return np.array([self.x + distance * np.cos(angle), self.y + distance * np.sin(angle)])


@dataclass(frozen=True, slots=True)
class Layout:
    """Layers of a round section and its bones; lengths in [cm]."""

    radius: float
    skin: float
    fat: float
    fascia: float
    bones: tuple[Bone, ...]

    @property
    def rings(self) -> tuple[float, float, float, float]:
        """Outer radii of skin, fat, fascia and muscle [cm]."""
        under_skin = self.radius - self.skin
        under_fat = under_skin - self.fat
        return self.radius, under_skin, under_fat, under_fat - self.fascia


def leg(zone: Zone, radius: float, fat: float) -> Layout:
    """Return the section of a calf or a thigh.

    Parameters
    ----------
    zone
        Calf with tibia and fibula, or thigh with the femur.
    radius
        Of the leg over the skin, girth / (2 pi) [cm].
    fat
        Thickness of the fat under the skin [cm].

    Raises
    ------
    InputError
        If no leg can look so.
    """
    skin, fascia = value("tissue", "skin_thickness"), value("tissue", "fascia_thickness")
    for name, length in (("radius", radius), ("fat", fat)):
        if not (math.isfinite(length) and length > 0.0):
            raise InputError.one(
                "section", f"bad-{name}", f"{length} cm is not a length above 0", path=name,
                hint=f"Give the {name} in cm.",
            )  # fmt: skip
    muscle = radius - skin - fat - fascia
    if muscle < LEAST_MUSCLE * radius:
        most = (1.0 - LEAST_MUSCLE) * radius - skin - fascia
        raise InputError.one(
            "section", "fat-too-thick",
            f"{fat:g} cm of fat leave {max(muscle, 0.0):.2g} cm for muscle and bone in a leg of "
            f"{radius:g} cm radius; at most {max(most, 0.0):.2g} cm are possible",
            path="fat", hint="Check fat and girth; both are in cm.",
        )  # fmt: skip
    return Layout(radius, skin, fat, fascia, bones(zone, muscle))


def bones(zone: Zone, muscle: float) -> tuple[Bone, ...]:
    """Return the bones inside of a fascia of the radius `muscle` [cm]."""
    if zone == "thigh":
        forward = value("tissue", "femur_forward") * muscle
        return (Bone(0.0, forward, value("tissue", "femur_radius") * muscle),)
    away = value("tissue", "fibula_distance") * muscle
    angle = math.radians(-12.0)
    return (
        Bone(
            -0.12 * muscle,
            value("tissue", "tibia_forward") * muscle,
            value("tissue", "tibia_radius") * muscle,
            0.12,
        ),
        Bone(
            away * math.cos(angle),
            away * math.sin(angle),
            value("tissue", "fibula_radius") * muscle,
        ),
    )
