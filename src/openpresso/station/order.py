"""An order: how a program is to be delivered, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LegChoice = Literal["both", "left", "right", "alternate"]


@dataclass(frozen=True, slots=True)
class Order:
    """How a program is to be delivered, and for whom."""

    program: str = ""
    """Name in the catalog; empty where `text` is given."""
    text: str = ""
    """A program's YAML file."""
    ceiling: float | None = None
    """Highest pressure allowed [mmHg]; it only tightens that of program and cuff."""
    legs: LegChoice | None = None
    """Which limbs; without it as the program says."""
    posture: Literal["supine", "elevated", "sitting"] = "supine"
    duration: float | None = None
    """Shorter than the program: as many whole cycles as fit in this time [s]."""
    client: str = ""
    """Identifier, not a name, unless the client agreed."""
    order: str = ""
    """Who ordered the treatment, where an order is needed."""
    note: str = ""
