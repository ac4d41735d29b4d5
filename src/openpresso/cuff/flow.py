"""How much air a cuff's pump gives through an inlet, and what the air taken says of the limb."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from openpresso.cuff.volume import ATMOSPHERE

if TYPE_CHECKING:
    from openpresso.cuff.model import Chamber, Cuff, Valve

MMHG_PER_BAR: Final = 750.062
HALVINGS: Final = 24
"""The operating point of the pump is found to a 16-millionth of its largest pressure."""


def valve_flow(valve: Valve, upstream: float, downstream: float) -> float:
    """Return the flow through an open valve after ISO 6358 [mL/s of free air].

    Parameters
    ----------
    valve
        The valve.
    upstream, downstream
        Gauge pressures [mmHg]; nothing flows back.
    """
    high, low = ATMOSPHERE + upstream, ATMOSPHERE + downstream
    if low >= high:
        return 0.0
    part = max((low / high - valve.critical_ratio) / (1.0 - valve.critical_ratio), 0.0)
    return 1000.0 * valve.conductance * high / MMHG_PER_BAR * math.sqrt(1.0 - part * part)


def pump_flow(cuff: Cuff, duty: float, pressure: float, inlets: float) -> float:
    """Return what the pump gives into chambers at a pressure [mL/s of free air].

    At the operating point the pump's curve, flow * duty * (1 - p / max_pressure), meets what the
    open inlets let through.

    Parameters
    ----------
    cuff
        The cuff.
    duty
        Mean duty of the pump, 0 to 1.
    pressure
        Pressure in the chambers [mmHg].
    inlets
        Open inlets, as a mean over the time.
    """
    if duty <= 0.0:
        return 0.0
    low, high = max(pressure, 0.0), cuff.pump.max_pressure
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        given = cuff.pump.flow * duty * (1.0 - middle / cuff.pump.max_pressure)
        if given > inlets * valve_flow(cuff.inlet, middle, pressure):
            low = middle
        else:
            high = middle
    return cuff.pump.flow * duty * (1.0 - low / cuff.pump.max_pressure)


def slack_taken(chamber: Chamber, air: float, pressure: float) -> float:
    """Return the slack of a chamber that took some air to come from empty to a pressure [mL].

    The inverse of `openpresso.cuff.volume.free_air` for the slack.

    Parameters
    ----------
    chamber
        The chamber.
    air
        Free air that it took [mL].
    pressure
        Gauge pressure that it came to, above 0 [mmHg].
    """
    volume = (air + chamber.dead_volume) / (1.0 + pressure / ATMOSPHERE)
    taut = pressure / (pressure + chamber.slack_pressure)
    return (volume - chamber.dead_volume - chamber.stretch * pressure) / taut


def girth_of(chamber: Chamber, slack: float) -> float:
    """Return the girth of the limb under a chamber of known slack [cm].

    A sleeve closed the same way has the same outline, so what the limb is thinner than nominal the
    air fills: slack - nominal slack = length (nominal girth^2 - girth^2) / (4 pi).

    Parameters
    ----------
    chamber
        The chamber.
    slack
        Volume that it takes up before its fabric is taut [mL].
    """
    square = chamber.girth**2 - 4.0 * math.pi * (slack - chamber.slack_volume) / chamber.length
    return math.sqrt(max(square, 0.0))
