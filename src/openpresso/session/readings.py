"""What the session is told: one cuff at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Leg = Literal["left", "right"]
"""Which cuff; an arm or foot cuff has a left and a right one too."""
Floats: TypeAlias = NDArray[np.float64]
"""An array of floats, one for each chamber from distal to proximal."""
Flags: TypeAlias = NDArray[np.bool_]
"""An array of truths, one for each chamber from distal to proximal."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which cuff this is, as it says itself."""

    cuff: str
    """Catalog name of the cuff's type: `leg-8`."""
    serial: str
    firmware: str
    n_chambers: int


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """One cuff at one instant."""

    time: float
    """Monotonic instant at which the cuff was read, on the clock of `Session.step` [s]."""
    pressures: Floats
    """Raw pressures [mmHg], shape `(n_chambers,)`; NaN: no valid reading."""
    inlet: Floats
    """Share of the time since the last reading with the inlet open, `(n_chambers,)`, 0 to 1."""
    exhaust: Floats
    """Share of the time since the last reading with the exhaust open, `(n_chambers,)`, 0 to 1."""
    pump: float
    """Mean pump duty, 0 to 1."""
    faults: int
    """The cuff's own fault bits, `openpresso.law.registers.FAULTS`."""
    identity: Identity
    fault_chamber: int = 0
    """Chamber that the first fault means, from 1; 0: none, or the whole cuff."""
