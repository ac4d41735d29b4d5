"""What a laboratory would measure on the twin: velocities, volumes, times and pressures.

Each measurement comes with the error that the instrument would have. Velocities go through a
measurement operator: ultrasound reads the fastest blood in a vein, at rest at the peak of the
breathing cycle, and not the mean of the flow,

    v_peak(rest) = k_phasic k_profile Q / A,    v_peak(compressed) = k_profile Q / A.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openpresso.errors import InputError
from openpresso.twin import kernel
from openpresso.twin.parameters import value
from openpresso.twin.twin import Twin

Floats = NDArray[np.float64]
Vein = Literal["femoral", "popliteal"]
State = Literal["rest", "compressed"]

PERIOD: Final = 10
"""Ticks between two rows of a trace: 50 ms."""
REFILLED: Final = 0.9
"""Share of the lost blood at which veins count as full again [-]."""
SET: Final = "measures"
ROWS_KEPT: Final = {
    "chamber": "PRESSURE", "interface": "TISSUE", "deep": "DEEP", "superficial": "SUPERFICIAL",
    "deep_flow": "Q_DEEP", "superficial_flow": "Q_SUPERFICIAL", "deep_pressure": "P_DEEP",
}  # fmt: skip
"""The twin's row behind each field of a trace."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured value and the standard deviation that the instrument gives it."""

    value: float
    error: float
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One cuff and the limb under it over time; rows are instants, columns chambers."""

    time: Floats
    """End of each period [s], shape `(n,)`."""
    chamber: Floats
    """True pressure in the chambers [mmHg], shape `(n, n_chambers)`."""
    interface: Floats
    """Pressure on the skin, as the tissue's lag passes it on [mmHg]."""
    deep: Floats
    """Blood in deep veins [mL]."""
    superficial: Floats
    """Blood in superficial veins [mL]."""
    deep_flow: Floats
    """Flow in deep veins from a chamber to the next, of the last one out of the limb [mL/s]."""
    superficial_flow: Floats
    """The same of superficial veins [mL/s]."""
    deep_pressure: Floats
    """Pressure in deep veins above the hydrostatic one [mmHg]."""
    inflow: Floats
    """Mean arterial inflow over each period [mL/s]."""
    outflow: Floats
    """Mean flow out of the limb over each period [mL/s], shape `(n,)`."""

    @property
    def blood(self) -> Floats:
        """Blood in all veins under each chamber [mL], shape `(n, n_chambers)`."""
        return self.deep + self.superficial

    def between(self, start: float, stop: float) -> slice:
        """Rows whose periods end after `start` and not after `stop` [s]."""
        first, last = np.searchsorted(self.time, [start + 1e-9, stop + 1e-9])
        return slice(int(first), int(last))


def watch(
    twin: Twin,
    seconds: float,
    drive: Callable[[float], None] | None = None,
    *,
    cuff: int = 0,
    period: int = PERIOD,
) -> Trace:
    """Advance a twin and keep what happens to one of its limbs.

    Parameters
    ----------
    twin
        The twin; it is changed.
    seconds
        How long [s].
    drive
        Called with the time since the start [s] before each period; writes set-points.
    cuff
        Index of the cuff.
    period
        Ticks of 5 ms between two rows.
    """
    steps = round(seconds / (period * kernel.TICK))
    if steps < 1:
        raise InputError.one(
            "seconds", "too-short", f"{seconds:g} s is less than a period",
            hint=f"watch for at least {period * kernel.TICK:g} s.",
        )  # fmt: skip
    kept = np.empty((len(ROWS_KEPT), steps, int(twin.count[cuff])))
    supplied = np.empty((steps + 1, int(twin.count[cuff])))
    drained = np.empty(steps + 1)
    views = [twin.row(name, cuff) for name in ROWS_KEPT.values()]
    given = twin.row("SUPPLIED", cuff)
    supplied[0], drained[0] = given, twin.drained()
    span = period * kernel.TICK
    for step in range(steps):
        if drive is not None:
            drive(step * span)
        twin.advance(period)
        for number, view in enumerate(views):
            kept[number, step] = view
        supplied[step + 1], drained[step + 1] = given, twin.drained()
    rows = dict(zip(ROWS_KEPT, kept, strict=True))
    return Trace(
        time=np.arange(1, steps + 1, dtype=np.float64) * span,
        inflow=np.diff(supplied, axis=0) / span,
        outflow=np.diff(drained) / span,
        **rows,
    )


def figure(key: str) -> float:
    """Return a number of the set `measures`."""
    return value(SET, key)


def velocity(flow: float, vein: Vein, state: State) -> Measured:
    """Peak velocity that ultrasound reads in a vein.

    Parameters
    ----------
    flow
        Blood flow: its mean at rest, its peak under compression [mL/s].
    vein
        The vein, which sets its area.
    state
        Whether breathing modulates the flow (rest) or compression drowns it.

    Returns
    -------
    Measured
        [cm/s]
    """
    if not np.isfinite(flow):
        raise InputError.one(
            "flow", "not-finite", f"{flow!r} is no flow; allowed is a finite number [mL/s]",
            hint="check what came before: the twin never gives one.",
        )  # fmt: skip
    factor = figure("profile") * (figure("phasic") if state == "rest" else 1.0)
    mean = mean_velocity(flow, vein).value
    return Measured(factor * mean, factor * abs(mean) * figure("velocity_error"), "cm/s")


def mean_velocity(flow: float, vein: Vein) -> Measured:
    """Mean velocity over a vein's area, Q / A [cm/s]; its error is that of beam and area."""
    found = flow / figure(f"area_{vein}")
    share = float(np.hypot(figure("velocity_error"), figure("area_error")))
    return Measured(found, abs(found) * share, "cm/s")


def vein_flow(trace: Trace, chamber: int, *, deep_only: bool = True) -> Floats:
    """Flow past the upper edge of a chamber [mL/s], shape `(n,)`; -1 is the limb's outflow."""
    flow = trace.deep_flow[:, chamber]
    return np.asarray(flow if deep_only else flow + trace.superficial_flow[:, chamber])


def ejected(trace: Trace, rest: float) -> Measured:
    """Blood that left the limb beyond its outflow at rest [mL].

    Parameters
    ----------
    trace
        One squeeze, from its start until the outflow is back at rest or below.
    rest
        Outflow at rest [mL/s].
    """
    span = trace.time[0] if len(trace.time) == 1 else float(trace.time[1] - trace.time[0])
    beyond = float(np.maximum(np.cumsum(trace.outflow - rest) * span, 0.0).max(initial=0.0))
    return Measured(beyond, beyond * figure("volume_error"), "mL")


def refill_time(time: Floats, blood: Floats, rest: float) -> Measured:
    """Time until 90 % of the blood that was lost is back [s]; inf if it is not.

    Parameters
    ----------
    time
        [s], shape `(n,)`.
    blood
        Blood in the veins from the instant of release on [mL], shape `(n,)`.
    rest
        Blood before the squeeze [mL].
    """
    lowest = int(np.argmin(blood))
    target = blood[lowest] + REFILLED * (rest - blood[lowest])
    full = np.flatnonzero(blood[lowest:] >= target)
    if len(full) == 0:
        return Measured(float("inf"), figure("refill_error"), "s")
    return Measured(float(time[lowest + full[0]] - time[0]), figure("refill_error"), "s")


def interface_pressure(trace: Trace, chamber: int) -> Measured:
    """Pressure on the skin under a chamber at the trace's end [mmHg]."""
    found = float(trace.interface[-1, chamber])
    return Measured(found, abs(found) * figure("interface_error"), "mmHg")


def muscle_pressure(twin: Twin, chamber: int, cuff: int = 0) -> Measured:
    """Pressure round the deep veins of a chamber beyond that at rest [mmHg]."""
    around = twin.row("AROUND_DEEP", cuff)[chamber] - twin.row("OUTLET", cuff)[chamber]
    return Measured(float(around), figure("depth_error"), "mmHg")
