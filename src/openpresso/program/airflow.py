"""How fast air gets into and out of a cuff: pump curve, hose and valves after ISO 6358.

Flows are free air: mL/s at 760 mmHg absolute and room temperature. Sonic conductance refers to
100 kPa, hence the factor 100 / 101.325.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from openpresso.cuff.model import Valve
from openpresso.cuff.volume import free_air

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from openpresso.cuff.model import Chamber, Cuff, Hose, Pump

ATMOSPHERE: Final = 760.0
"""[mmHg]"""
_BAR: Final = 750.0616827
"""One bar [mmHg]."""
_FREE: Final = 1000.0 * 100.0 / 101.325
"""mL of free air at 760 mmHg for one dm3 at 100 kPa."""
_POINTS: Final = 96


@dataclass(frozen=True, slots=True)
class Curve:
    """A function of one number as points with straight lines between."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """Return the function's value; outside of the points that of the nearest."""
        if value <= self.x[0]:
            return self.y[0]
        right = bisect_right(self.x, value)
        if right == len(self.x):
            return self.y[-1]
        left = right - 1
        share = (value - self.x[left]) / (self.x[right] - self.x[left])
        return self.y[left] + share * (self.y[right] - self.y[left])


def valve_flow(valve: Valve, upstream: float, downstream: float) -> float:
    """Return the flow through an open valve.

    ISO 6358: q = C p1 sqrt(1 - ((r - b) / (1 - b))^2), r = p2 / p1; choked below r = b.

    Parameters
    ----------
    valve
        Sonic conductance and critical ratio.
    upstream, downstream
        Gauge pressures [mmHg].

    Returns
    -------
    float
        Free air [mL/s]; 0 against the pressure.
    """
    if upstream <= downstream:
        return 0.0
    absolute = upstream + ATMOSPHERE
    ratio = (downstream + ATMOSPHERE) / absolute
    share = max(ratio - valve.critical_ratio, 0.0) / (1.0 - valve.critical_ratio)
    return valve.conductance * absolute / _BAR * math.sqrt(1.0 - share * share) * _FREE


def hose_valve(hose: Hose) -> Valve:
    """Return the valve that lets as much air through as a hose.

    C = 0.029 D^2 / sqrt(L / D^1.25 + 510) [m3/(s Pa)] and b = 474 C / D^2, with L and D in m
    (Eckersten's fit, as in Beater, Pneumatic Drives, 2007; from memory).
    """
    length, bore = hose.length / 100.0, hose.bore / 100.0
    conductance = 0.029 * bore**2 / math.sqrt(length / bore**1.25 + 510.0)
    return Valve(conductance * 1e8, min(474.0 * conductance / bore**2, 0.9), 0.0)


@lru_cache(maxsize=64)
def supply(pump: Pump, hose: Hose) -> Curve:
    """Return what pump and hose deliver into the manifold.

    Parameters
    ----------
    pump
        Q(p) = flow (1 - p / max_pressure) at the pump's outlet.
    hose
        From the pump to the manifold.

    Returns
    -------
    Curve
        Free air [mL/s] over the manifold's pressure [mmHg].
    """
    valve = hose_valve(hose)
    pressures = [pump.max_pressure * number / (_POINTS - 1) for number in range(_POINTS)]
    flows = []
    for manifold in pressures:
        outlet = crossing(
            lambda p, manifold=manifold: (  # type: ignore[misc]
                valve_flow(valve, p, manifold) - pump_flow(pump, p)
            ),
            manifold,
            pump.max_pressure,
        )
        flows.append(pump_flow(pump, outlet))
    return Curve(tuple(pressures), tuple(flows))


def pump_flow(pump: Pump, pressure: float) -> float:
    """Return the pump's flow [mL/s] against a pressure [mmHg]."""
    return pump.flow * max(0.0, 1.0 - pressure / pump.max_pressure)


@lru_cache(maxsize=64)
def single_inflow(pump: Pump, hose: Hose, inlet: Valve) -> Curve:
    """Return the flow into one open chamber over its pressure, free air [mL/s]."""
    source = supply(pump, hose)
    pressures = source.x
    flows = []
    for chamber in pressures:
        manifold = _manifold(source, inlet, (chamber,), pump.max_pressure, 1e-3)
        flows.append(valve_flow(inlet, manifold, chamber))
    return Curve(pressures, tuple(flows))


def inflows(cuff: Cuff, pressures: Sequence[float]) -> list[float]:
    """Share what the pump delivers among open chambers.

    Parameters
    ----------
    cuff
        The cuff.
    pressures
        Pressure of each open chamber [mmHg], shape `(n_open,)`.

    Returns
    -------
    list of float
        Free air into each chamber [mL/s], shape `(n_open,)`.
    """
    if not pressures:
        return []
    if len(pressures) == 1:
        return [single_inflow(cuff.pump, cuff.hose, cuff.inlet)(pressures[0])]
    source = supply(cuff.pump, cuff.hose)
    manifold = _manifold(source, cuff.inlet, pressures, cuff.pump.max_pressure, 0.1)
    return [valve_flow(cuff.inlet, manifold, one) for one in pressures]


def _manifold(
    source: Curve, inlet: Valve, pressures: Sequence[float], highest: float, within: float
) -> float:
    """Return the manifold's pressure at which the chambers take what the pump delivers."""
    return crossing(
        lambda p: sum(valve_flow(inlet, p, one) for one in pressures) - source(p),
        min(pressures),
        highest,
        within,
    )


def crossing(
    function: Callable[[float], float], low: float, high: float, within: float = 1e-3
) -> float:
    """Return where a rising function is zero between `low` and `high` (Illinois method)."""
    below, above = function(low), function(high)
    if below >= 0.0:
        return low
    if above <= 0.0:
        return high
    side = 0
    while True:
        middle = (low * above - high * below) / (above - below)
        value = function(middle)
        moved = min(middle - low, high - middle)
        if value > 0.0:
            high, above = middle, value
            below, side = (below / 2.0, 1) if side > 0 else (below, 1)
        else:
            low, below = middle, value
            above, side = (above / 2.0, -1) if side < 0 else (above, -1)
        if value == 0.0 or moved <= within or high - low <= within:
            return middle


@lru_cache(maxsize=512)
def content(chamber: Chamber, highest: float) -> tuple[Curve, Curve]:
    """Return the air in a chamber over its pressure, and the pressure over the air.

    Parameters
    ----------
    chamber
        The chamber.
    highest
        Highest pressure of interest [mmHg].

    Returns
    -------
    tuple of Curve
        Free air [mL] over pressure [mmHg], and the other way round.
    """
    # Squared spacing: the slack is taken up in the first few mmHg, where the curve bends most.
    pressures = tuple(highest * (number / (_POINTS - 1)) ** 2 for number in range(_POINTS))
    air = tuple(float(free_air(chamber, pressure)) for pressure in pressures)
    return Curve(pressures, air), Curve(air, pressures)


def emptying_time(chamber: Chamber, exhaust: Valve, start: float, end: float) -> float:
    """Return how long a chamber takes to empty through its exhaust.

    t = integral of dA / q(p) from `end` to `start`, by the midpoint rule.

    Parameters
    ----------
    chamber, exhaust
        The chamber and its valve to the room.
    start, end
        Pressures [mmHg].

    Returns
    -------
    float
        Time [s].
    """
    if start <= end:
        return 0.0
    air, _ = content(chamber, start)
    edges = [end + (start - end) * number / _POINTS for number in range(_POINTS + 1)]
    return sum(
        (air(upper) - air(lower)) / valve_flow(exhaust, 0.5 * (lower + upper), 0.0)
        for lower, upper in itertools.pairwise(edges)
    )
