"""A leg in a laboratory: a cuff that can imitate others, and two ways to press with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso import cuff as cuffs
from openpresso.cuff.model import Cuff
from openpresso.twin.limb import Posture
from openpresso.twin.physics import ATMOSPHERE
from openpresso.twin.twin import Twin

Floats = NDArray[np.float64]

FOOT: Final = (0,)
"""Chambers of the cuff whole-leg, counted from 0."""
CALF: Final = (1, 2, 3)
"""Between ankle and knee."""
MID_CALF: Final = 2
THIGH_BAND: Final = 6
LEG: Final = tuple(range(8))


@cache
def whole_leg() -> Cuff:
    """Return the cuff that covers a whole leg with fast air."""
    return cuffs.load(str(Path(__file__).with_name("cuffs") / "whole-leg.yaml"))


def leg(posture: Posture, seed: int) -> Twin:
    """Return a twin of one leg at rest under the cuff whole-leg."""
    return Twin([whole_leg()], posture, seed)


def set_points(pressures: Mapping[int, float], n: int = 8) -> Floats:
    """Set-points [mmHg] with every chamber vented that is not named, shape `(n,)`."""
    found = np.full(n, np.nan)
    for chamber, pressure in pressures.items():
        found[chamber] = pressure
    return found


def hold(twin: Twin, chambers: tuple[int, ...], pressure: float) -> Callable[[float], None]:
    """Return a drive that keeps chambers at a pressure [mmHg] by the cuff's own law."""
    wanted = set_points(dict.fromkeys(chambers, pressure))
    ceiling = twin.cuffs[0].max_pressure

    def drive(_: float) -> None:
        twin.write(0, wanted, ceiling)

    return drive


def cycle(
    twin: Twin, pressures: Mapping[int, float], up: float, period: float
) -> Callable[[float], None]:
    """Return a drive that fills chambers for `up` [s] of every `period` [s] and vents them."""
    wanted, vented = set_points(pressures), set_points({})
    ceiling = twin.cuffs[0].max_pressure

    def drive(time: float) -> None:
        twin.write(0, wanted if time % period < up else vented, ceiling)

    return drive


def vent(twin: Twin) -> Callable[[float], None]:
    """Return a drive that leaves every chamber vented."""
    return hold(twin, (), 0.0)


class Prescribed:
    """Presses with a given pressure, as if pump and valves had no limits.

    The valves are closed for good, and before every tick each chamber is given the gas that has
    the wanted pressure, n = (760 + p) V(p) / 760. Where the pressure moves fast, use it with a
    period of one tick. No guard takes part: the cuff's own takes a long hold on a limb that gives
    way for a leak.

    Parameters
    ----------
    twin
        The twin of one cuff; it is changed.
    pressure
        Chamber pressures [mmHg] by the time [s], shape `(n_chambers,)`.
    """

    def __init__(self, twin: Twin, pressure: Callable[[float], Floats]) -> None:
        self._pressure = pressure
        for name in ("C_INLET", "C_EXHAUST", "LEAK", "COUPLING"):
            twin.row(name, 0)[:] = 0.0
        self._now = twin.row("PRESSURE", 0)
        self._gas = twin.row("GAS", 0)
        self._fixed = [twin.row(name, 0) for name in ("DEAD", "BLOOD_AT_REST")]
        self._blood = [twin.row(name, 0) for name in ("DEEP", "SUPERFICIAL")]
        self._sleeve = [twin.row(name, 0) for name in ("SLACK", "SLACK_PRESSURE", "STRETCH")]

    def __call__(self, time: float) -> None:
        """Give every chamber the gas for the pressure at `time` [s]."""
        p = self._pressure(time)
        slack, slack_pressure, stretch = self._sleeve
        volume = sum(self._fixed) - sum(self._blood)
        volume = volume + slack * p / (p + slack_pressure) + stretch * p
        # The kernel seeks the pressure near the last one, from where a jump would not be found.
        self._now[:] = p
        self._gas[:] = (ATMOSPHERE + p) / ATMOSPHERE * volume


def steady(chambers: tuple[int, ...], target: float) -> Callable[[float], Floats]:
    """Return pressures that stay at `target` [mmHg]."""
    pressed = np.asarray(np.isin(np.arange(8), chambers) * target, dtype=np.float64)

    def pressure(_: float) -> Floats:
        return pressed

    return pressure


def ramp(chambers: tuple[int, ...], target: float, rise: float) -> Callable[[float], Floats]:
    """Return pressures that rise to `target` [mmHg] within `rise` [s] and stay."""
    pressed = np.isin(np.arange(8), chambers)

    def pressure(time: float) -> Floats:
        return np.asarray(pressed * (target * min(time / rise, 1.0)))

    return pressure


def beat(
    chambers: tuple[int, ...], peak: float, up: float, period: float
) -> Callable[[float], Floats]:
    """Return pressures of `peak` [mmHg] for `up` [s] of every `period` [s]."""
    pressed = np.isin(np.arange(8), chambers)

    def pressure(time: float) -> Floats:
        return np.asarray(pressed * (peak if time % period < up else 0.0))

    return pressure
