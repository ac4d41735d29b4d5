"""How much air each chamber took in the fit test, and what that says of the limb."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.cuff.flow import girth_of, pump_flow, slack_taken
from openpresso.cuff.volume import ATMOSPHERE

if TYPE_CHECKING:
    from openpresso.cuff.model import Cuff
    from openpresso.session.readings import Floats

FLOW_ERROR: Final = 0.05
"""Standard error of the pump's flow; assumed until the pump of a cuff is measured [-]."""
CLOSING_ERROR: Final = 0.05
"""Standard error of a chamber's slack from how the sleeve is closed; assumed [-]."""
PRESSURE_ERROR: Final = 0.5
"""Standard error of a pressure sensor near 15 mmHg [mmHg]."""
LONGEST_GAP: Final = 0.2
"""Air given during a longer gap between readings is not known [s]."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the air that a chamber took says; NaN where it is not known."""

    air: float = math.nan
    """Free air [mL]."""
    volume: float = math.nan
    """Gas volume at the pressure it came to [mL]."""
    girth: float = math.nan
    """[cm]"""
    girth_error: float = math.nan
    """Standard error of the girth [cm]."""


class AirMeter:
    """Adds up the air that the pump gives to each chamber.

    Parameters
    ----------
    cuff
        The cuff.
    now
        Instant of the start [s].
    """

    __slots__ = ("_air", "_at", "_cuff", "_pressure", "_taken")

    def __init__(self, cuff: Cuff, now: float) -> None:
        """Begin with empty chambers."""
        self._cuff = cuff
        self._air: Floats = np.zeros(cuff.n_chambers)
        self._taken: Floats = np.full(cuff.n_chambers, np.nan)
        self._pressure: Floats = np.full(cuff.n_chambers, np.nan)
        self._at = now

    def take(self, now: float, pressures: Floats, inlet: Floats, pump: float, filling: int) -> None:
        """Take readings: shares of open inlets and mean duty since the last ones.

        Air given while no inlet is open raises the manifold for the chamber that is being filled.
        """
        gap = now - self._at
        self._at = now
        if gap > LONGEST_GAP:
            self._air[filling] = math.nan
            return
        opened = float(inlet.sum())
        pressure = float(pressures[filling])
        flow = pump_flow(self._cuff, pump, pressure, max(opened, 1.0))
        if opened > 0.0:
            self._air += flow * gap * inlet / opened
        else:
            self._air[filling] += flow * gap

    def full(self, index: int, pressure: float) -> None:
        """Note that a chamber is full at a pressure [mmHg]."""
        self._pressure[index] = pressure
        # What it gets from now on makes up for tissue that gives way.
        self._taken[index] = self._air[index]

    def measured(self, index: int) -> Measured:
        """Return what the air of one chamber says.

        The error of the girth follows from those of flow, pressure and closing, all independent:
        d(girth) = 2 pi d(slack) / (length girth).
        """
        chamber = self._cuff.chambers[index]
        air, pressure = float(self._taken[index]), float(self._pressure[index])
        if not (air > 0.0 and pressure > 0.0):
            return Measured()
        slack = slack_taken(chamber, air, pressure)
        taut = pressure / (pressure + chamber.slack_pressure)
        by_flow = FLOW_ERROR * air / taut
        by_pressure = PRESSURE_ERROR * (
            slack_taken(chamber, air, pressure - 0.5) - slack_taken(chamber, air, pressure + 0.5)
        )
        by_closing = CLOSING_ERROR * chamber.slack_volume
        girth = girth_of(chamber, slack)
        volume = (air + chamber.dead_volume) / (1.0 + pressure / ATMOSPHERE)
        if girth <= 0.0:
            return Measured(air, volume)
        error = math.hypot(by_flow, by_pressure, by_closing)
        return Measured(air, volume, girth, 2.0 * math.pi * error / (chamber.length * girth))
