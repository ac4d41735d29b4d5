"""Zero and span of a pressure sensor, from readings beside a gauge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from openpresso.errors import InputError
from openpresso.law.device import LEAST_SPAN, LEAST_ZERO, MOST_SPAN, MOST_ZERO, SPAN

LEAST: Final = LEAST_SPAN / SPAN
MOST: Final = MOST_SPAN / SPAN
"""A sensor whose span is outside of these is broken, not out of calibration."""
ZERO_RANGE: Final = (LEAST_ZERO / 100.0, MOST_ZERO / 100.0)
"""The same for its zero [mmHg]."""
RESIDUAL: Final = 2.0
"""Points that lie further off their line than this are no calibration [mmHg]."""
APART: Final = 20.0
"""The lowest and the highest point are at least so far apart [mmHg]."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Pressure = raw reading * span + zero."""

    zero: float = 0.0
    """[mmHg]"""
    span: float = 1.0

    def raw(self, reading: float) -> float:
        """Return what the sensor said [mmHg] when the cuff reads `reading` [mmHg]."""
        return (reading - self.zero) / self.span


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration and how well it fits."""

    calibration: Calibration
    residual: float
    """Largest distance of a point from the line [mmHg]."""


def zeroed(before: Calibration, reading: float) -> Calibration:
    """Return the calibration that makes a vented chamber read 0 that reads `reading` [mmHg]."""
    return _sound(Calibration(before.zero - reading, before.span))


def fitted(before: Calibration, points: Sequence[tuple[float, float]]) -> Fit:
    """Return zero and span from points by least squares.

    Parameters
    ----------
    before
        The calibration with which the cuff read.
    points
        Pressure by the gauge and reading of the cuff [mmHg], at least two.

    Returns
    -------
    Fit
        The calibration and its residual.

    Raises
    ------
    InputError
        When the points are too few, too close, or tell of a broken sensor or a wrong gauge.
    """
    gauge = np.array([point for point, _ in points], dtype=np.float64)
    raw = np.array([before.raw(reading) for _, reading in points], dtype=np.float64)
    if not (np.isfinite(gauge).all() and np.isfinite(raw).all()):
        raise _refuse("not-finite", "a point is not a number", "read the gauge again.")
    if len(gauge) < 2 or float(np.ptp(gauge)) < APART:
        raise _refuse(
            "too-close",
            f"the points span {float(np.ptp(gauge)) if len(gauge) else 0.0:.1f} mmHg;"
            f" two points at least {APART:.0f} mmHg apart are needed",
            "add a point, for example at 60 mmHg.",
        )
    spread = raw - raw.mean()
    square = float(spread @ spread)
    span = float(spread @ (gauge - gauge.mean())) / square if square > 1.0 else float("inf")
    zero = float(gauge.mean() - span * raw.mean()) if np.isfinite(span) else 0.0
    found = _sound(Calibration(zero, span))
    residual = float(np.abs(raw * span + zero - gauge).max())
    if residual > RESIDUAL:
        raise _refuse(
            "no-line",
            f"the points lie up to {residual:.1f} mmHg off a line; {RESIDUAL:g} mmHg is allowed",
            "wait until the gauge stands still at each point, and check its hose for leaks.",
        )
    return Fit(found, residual)


def _sound(found: Calibration) -> Calibration:
    """Return a calibration that a sound sensor can have, or refuse it."""
    if not LEAST <= found.span <= MOST:
        raise _refuse(
            "span-out-of-range",
            f"the span is {found.span:.3f}; {LEAST:g} to {MOST:g} is allowed",
            "check unit and hose of the gauge; if they are right, replace the sensor.",
        )
    low, high = ZERO_RANGE
    if not low <= found.zero <= high:
        raise _refuse(
            "zero-out-of-range",
            f"the zero is {found.zero:.1f} mmHg; {low:g} to {high:g} mmHg is allowed",
            "check that the chamber is open to the air at zero; if it is, replace the sensor.",
        )
    return found


def _refuse(code: str, message: str, hint: str) -> InputError:
    return InputError.one("calibration", code, message, hint=hint)
