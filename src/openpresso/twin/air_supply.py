"""What stands between the pump and the manifold: hose, ripple and relief valve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from openpresso.cuff.model import Cuff, Hose, Valve
from openpresso.twin import parameters
from openpresso.twin.physics import ATMOSPHERE, CONDUCTANCE, laminar_patch, valve_flow

STROKES: Final = 100.0
"""Strokes of a linear pump at a mains of 50 Hz, both half waves [1/s]."""
FIRST_HARMONIC: Final = 2.0 / 3.0
"""Amplitude of the first harmonic of a rectified sine over its mean [-]."""


def hose_valve(hose: Hose) -> Valve:
    """Return the valve that a hose is, without lag.

    C = 0.029 D^2 / sqrt(L / D^1.25 + 510) and b = 474 C / D^2 with C [m3/(s Pa)], D and L [m]
    (memory: Beater 2007, after Eckersten).
    """
    bore, length = hose.bore / 100.0, hose.length / 100.0
    conductance = 0.029 * bore**2 / math.sqrt(length / bore**1.25 + 510.0)
    return Valve(conductance * 1e8, 474.0 * conductance / bore**2, 0.0)


def in_series(first: Valve, second: Valve) -> Valve:
    """Return the valve that two in series are (memory: ISO 6358-3), with the longer lag.

    1 / C^3 = 1 / C1^3 + 1 / C2^3 and 1 - b = C^2 sum((1 - bi) / Ci^2).
    """
    conductance = (first.conductance**-3 + second.conductance**-3) ** (-1.0 / 3.0)
    missing = sum((1.0 - one.critical_ratio) / one.conductance**2 for one in (first, second))
    return Valve(conductance, 1.0 - conductance**2 * missing, max(first.lag, second.lag))


def hose_drop(cuff: Cuff) -> float:
    """Return the pressure that the hose takes at the pump's whole flow [mmHg]."""
    hose = hose_valve(cuff.hose)
    span, patch = laminar_patch(hose.critical_ratio)
    low, high = 0.0, cuff.pump.max_pressure
    for _ in range(60):
        middle = 0.5 * (low + high)
        flow = valve_flow(middle, 0.0, hose.conductance, hose.critical_ratio, span, patch)
        low, high = (middle, high) if flow < cuff.pump.flow else (low, middle)
    return high


def free_flow(cuff: Cuff) -> float:
    """Return what the pump gives to a manifold without pressure, through the hose [mL/s].

    The pump meets the manifold's pressure and the hose's, taken in proportion to the flow:
    Q = Q0 (1 - (p + d Q / Q0) / pmax), so that Q = Q0 (1 - p / pmax) / (1 + d / pmax).
    """
    return cuff.pump.flow / (1.0 + hose_drop(cuff) / cuff.pump.max_pressure)


@dataclass(frozen=True, slots=True)
class Relief:
    """The relief valve of the manifold."""

    opens: float
    """Pressure from which it opens [mmHg]."""
    slope: float
    """Flow for each mmHg above that [mL/(s mmHg)]."""


def relief(cuff: Cuff) -> Relief:
    """Return the relief valve that a cuff's manifold is given, as the build guide sizes it."""
    opens = 5.0 * math.ceil(cuff.max_pressure * parameters.value("response", "relief_room") / 5.0)
    given = cuff.pump.flow * max(1.0 - opens / cuff.pump.max_pressure, 0.0)
    return Relief(opens, given / (parameters.value("response", "relief_rise") * opens))


@dataclass(frozen=True, slots=True)
class Ripple:
    """Amplitude of the pump's strokes while one inlet is open."""

    manifold: float
    """[mmHg]"""
    chamber: float
    """In the smallest chamber [mmHg]."""


def ripple(cuff: Cuff) -> Ripple:
    """Return the pump's ripple: what the law's sensors would see of it, which no tick resolves.

    The first harmonic of the strokes over the capacity of the manifold, then through an open inlet
    into the capacity of the chamber.
    """
    rate = 2.0 * math.pi * STROKES
    manifold = FIRST_HARMONIC * cuff.pump.flow / (rate * cuff.manifold_volume / ATMOSPHERE)
    open_inlet = CONDUCTANCE * cuff.inlet.conductance
    open_inlet *= laminar_patch(cuff.inlet.critical_ratio)[1]
    smallest = min(
        (one.dead_volume + one.slack_volume) / ATMOSPHERE + one.stretch for one in cuff.chambers
    )
    return Ripple(manifold, manifold / math.hypot(1.0, rate * smallest / open_inlet))
