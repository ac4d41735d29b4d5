"""How much gas a chamber holds at a pressure, and how much free air takes it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from openpresso.cuff.model import Chamber

    PressureT = TypeVar("PressureT", float, NDArray[np.float64])

ATMOSPHERE: Final = 760.0
"""Pressure of the free air [mmHg]."""


def gas_volume(chamber: Chamber, pressure: PressureT) -> PressureT:
    """Return the gas volume of a chamber round a limb of its nominal girth.

    V(p) = dead + slack p / (p + slack_pressure) + stretch p: the slack is taken up within a few
    mmHg, then the fabric stretches. Below 0 mmHg the chamber is empty: V = dead.

    Parameters
    ----------
    chamber
        The chamber.
    pressure
        Gauge pressure [mmHg], a number or an array of any shape.

    Returns
    -------
    float or NDArray
        Gas volume [mL], of the shape of `pressure`.
    """
    taut = (pressure > 0.0) * pressure
    slack = chamber.slack_volume * (taut / (taut + chamber.slack_pressure))
    return chamber.dead_volume + slack + chamber.stretch * taut


def free_air(chamber: Chamber, pressure: PressureT) -> PressureT:
    """Return the free air that takes a chamber from empty at 0 mmHg to a pressure.

    A(p) = ((pa + p) V(p) - pa V(0)) / pa with pa = 760 mmHg, isothermal: the gap is thin, its
    heat leaves in less than a second.

    Parameters
    ----------
    chamber
        The chamber.
    pressure
        Gauge pressure [mmHg], a number or an array of any shape.

    Returns
    -------
    float or NDArray
        Free air at 760 mmHg absolute [mL], of the shape of `pressure`.
    """
    return (1.0 + pressure / ATMOSPHERE) * gas_volume(chamber, pressure) - chamber.dead_volume
