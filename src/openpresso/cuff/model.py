"""What a cuff is: its chambers from distal to proximal, its pneumatics and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Zone = Literal["foot", "ankle", "calf", "knee", "thigh", "hand", "forearm", "elbow", "upper-arm"]
Limb = Literal["leg", "calf", "foot", "arm"]


@dataclass(frozen=True, slots=True)
class Chamber:
    """One air cell of a cuff.

    The gas volume at gauge pressure p is V(p) = dead + slack p / (p + slack_pressure) + stretch p.
    """

    number: int
    """1..N from distal to proximal."""
    zone: Zone
    level: float
    """Distance of the chamber's centre from the sole (leg) or the finger tips (arm) [cm]."""
    length: float
    """Extent along the limb [cm]."""
    overlap: float
    """Extent shared with the next proximal chamber [cm]."""
    girth: float
    """Nominal limb girth at the centre [cm]."""
    girth_range: tuple[float, float]
    """Smallest and largest limb girth the chamber fits [cm]."""
    dead_volume: float
    """Gas volume at 0 mmHg, hose included [mL]."""
    slack_volume: float
    """Volume taken up before the fabric is taut [mL]."""
    slack_pressure: float
    """Pressure at which half of the slack is taken up [mmHg]."""
    stretch: float
    """Fabric compliance once taut [mL/mmHg]."""
    limit: float
    """Highest pressure allowed in this chamber [mmHg]."""


@dataclass(frozen=True, slots=True)
class Valve:
    """A solenoid valve as ISO 6358 describes it."""

    conductance: float
    """Sonic conductance C [dm3/(s bar)]."""
    critical_ratio: float
    """Critical pressure ratio b [-]."""
    lag: float
    """First-order opening and closing lag [s]."""


@dataclass(frozen=True, slots=True)
class Hose:
    """The hose from the pump to the manifold."""

    length: float
    """Length [cm]."""
    bore: float
    """Inner diameter [cm]."""


@dataclass(frozen=True, slots=True)
class Pump:
    """A pump with the linear curve Q(p) = flow (1 - p / max_pressure)."""

    flow: float
    """Free-air flow at no back-pressure [mL/s]."""
    max_pressure: float
    """Pressure at which the flow ends [mmHg]."""
    lag: float
    """First-order lag of the speed [s]."""


@dataclass(frozen=True, slots=True)
class Cuff:
    """An inflatable sleeve for one limb with its pump, valves, sensors and controller."""

    name: str
    """Catalog name, the cuff's type: `leg-8`."""
    version: int
    title: str
    limb: Limb
    chambers: tuple[Chamber, ...]
    pump: Pump
    hose: Hose
    inlet: Valve
    exhaust: Valve
    dump: Valve
    manifold_volume: float
    """Volume of manifold, hose and pump head [mL]."""
    max_pressure: float
    """Hard limit of the cuff's own guard [mmHg]."""
    max_hold: float
    """Longest time a chamber may stay above 20 mmHg without a release [s]."""
    sources: dict[str, str]
    """Source of each figure, or "assumed", by its path in the file."""

    @property
    def n_chambers(self) -> int:
        """Number of chambers."""
        return len(self.chambers)
