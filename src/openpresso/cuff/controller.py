"""What the law needs to know of a cuff, in the law's integers."""

from __future__ import annotations

import math

from openpresso.cuff.model import Cuff, Valve
from openpresso.cuff.volume import free_air
from openpresso.law import controller as law

TICK = 0.005
"""Period of the law [s]."""
CENTI = 100.0
"""The law counts pressure in 1/100 mmHg."""
FROZEN_TICKS = 40
"""200 ms without the least change: at 0.05 mmHg a live sensor's noise does not allow it."""
AIR_MARGIN = 3.0
"""A chamber may take this many times the air of one fill before the guard calls it a fault."""
AIR_FLOOR = 2.0
"""Time for which the pump's full flow into one chamber is never too much [s]."""
SENSE_TO_VALVE = 2.5 * TICK
"""Mean age of the pressure estimate when a valve moves on it [s]."""
APPROACH = 0.04
"""Time in which the pump is to close the last gap to the set-point [s]."""
TYPICAL_DROP = 20.0
"""Pressure drop over a valve that fills a chamber [mmHg]."""
TAUT_AT = 50.0
"""Pressure at which a chamber's compliance is taken [mmHg]."""


def _fall(valve: Valve, cuff: Cuff) -> int:
    """Return what one valve takes of a pressure difference in the manifold in a tick [1/1024].

    The flow of ISO 6358 is taken as linear through its value at `TYPICAL_DROP`.
    """
    high = 760.0 + TAUT_AT
    part = ((high - TYPICAL_DROP) / high - valve.critical_ratio) / (1.0 - valve.critical_ratio)
    flow = valve.conductance * 1000.0 / 750.0 * high * math.sqrt(1.0 - part**2)
    return round(1024.0 * flow / TYPICAL_DROP * TICK * 760.0 / cuff.manifold_volume)


def _taut(cuff: Cuff) -> float:
    """Return the compliance of the cuff's stiffest chamber, gas and fabric together [mL/mmHg]."""
    return min(
        float(free_air(chamber, TAUT_AT + 1.0) - free_air(chamber, TAUT_AT))
        for chamber in cuff.chambers
    )


def cuff_settings(cuff: Cuff) -> list[int]:
    """Return the settings of the cuff for `openpresso.law.controller.tick`, in its order."""
    settings = [0] * law.CUFF_SETTINGS
    settings[law.LEAD] = round(16 * (cuff.inlet.lag + SENSE_TO_VALVE) / TICK)
    settings[law.MANIFOLD_RISE] = round(
        CENTI * 760.0 * cuff.pump.flow * TICK / cuff.manifold_volume
    )
    settings[law.PUMP_MAX] = round(CENTI * cuff.pump.max_pressure)
    settings[law.INLET_FALL] = _fall(cuff.inlet, cuff)
    settings[law.DUMP_FALL] = _fall(cuff.dump, cuff)
    settings[law.PUMP_LAG] = max(round(cuff.pump.lag / TICK), 1)
    settings[law.DUTY_SPAN] = max(round(CENTI * cuff.pump.flow * APPROACH / _taut(cuff)), 300)
    settings[law.HOLD_TICKS] = round(cuff.max_hold / TICK)
    settings[law.FROZEN_TICKS] = FROZEN_TICKS
    return settings


def chamber_settings(cuff: Cuff) -> list[int]:
    """Return the settings of every chamber, `law.CHAMBER_SETTINGS` each, for the law's tick."""
    settings: list[int] = []
    for chamber in cuff.chambers:
        limit = min(chamber.limit, cuff.max_pressure)
        share = 1.0 - 0.5 * limit / cuff.pump.max_pressure
        fill = float(free_air(chamber, limit)) / (cuff.pump.flow * share)
        settings += [round(CENTI * limit), round((AIR_MARGIN * fill + AIR_FLOOR) / TICK * 100)]
    return settings
