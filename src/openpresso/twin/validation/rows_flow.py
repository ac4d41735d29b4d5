"""Rows about what devices do to the flow of blood: velocities, volumes, arterial inflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from openpresso.twin.limb import Posture
from openpresso.twin.measures import Trace, ejected, vein_flow, velocity, watch
from openpresso.twin.twin import Twin
from openpresso.twin.validation import scene
from openpresso.twin.validation.outcome import Curves, Floats, Outcome, line
from openpresso.twin.validation.scene import CALF, FOOT, LEG

GROIN: Final = -1
"""Chamber whose proximal edge is the femoral vein."""
SUPERFICIAL_FEMORAL: Final = 6
"""Chamber whose proximal edge, 70 cm above the sole, stands for the superficial femoral vein: what
the deep femoral vein drains, the upper thigh, joins it above."""
FINE: Final = 2
"""Ticks between two rows where peaks are read: 10 ms."""
RISES: Final = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Times of rise to compare [s]."""
SEQUENCE: Final[Mapping[int, tuple[float, float]]] = {
    1: (0.0, 45.0), 2: (2.5, 40.0), 3: (2.5, 40.0),
    5: (5.5, 30.0), 6: (5.5, 30.0), 7: (5.5, 30.0),
}  # fmt: skip
"""Start [s] and set-point [mmHg] of each chamber of a graded sequential sleeve, as a summary of a
trial of its kind has them (hra.nhs.uk, IRAS 208216); that the set-point is reached at the end of
the squeeze is assumed."""


def femoral(trace: Trace, chamber: int = GROIN) -> Floats:
    """Flow in the femoral vein past the upper edge of a chamber [mL/s], shape `(n,)`."""
    return vein_flow(trace, chamber)


def sequential(twin: Twin, up: float, period: float) -> Callable[[float], None]:
    """Return a drive of a graded sequential sleeve."""
    ceiling = twin.cuffs[0].max_pressure

    def drive(time: float) -> None:
        at = time % period
        wanted = {
            chamber: pressure * (at - start) / (up - start)
            for chamber, (start, pressure) in SEQUENCE.items()
            if start <= at < up
        }
        twin.write(0, scene.set_points(wanted), ceiling)

    return drive


def row_10(seed: int) -> Outcome:
    """Graded sequential sleeve, supine: peak velocity in the femoral vein over that at rest."""
    twin = scene.leg("supine", seed)
    before = femoral(watch(twin, 5.0, scene.vent(twin)), SUPERFICIAL_FEMORAL)
    rest = velocity(float(before.mean()), "femoral", "rest")
    trace = watch(twin, 3 * 71.0, sequential(twin, 11.0, 71.0), period=FINE)
    last = trace.between(142.0, 213.0)
    flow = femoral(trace, SUPERFICIAL_FEMORAL)[last]
    peak = velocity(float(flow.max()), "femoral", "compressed")
    ratio = peak.value / rest.value
    shown = slice(0, 3000, 8)
    return Outcome(
        {"ratio": ratio},
        Curves(
            "time from the start of a cycle [s]",
            "velocity in the superficial femoral vein [cm/s]",
            (
                line(
                    trace.time[last][shown] - 142.0,
                    [velocity(float(one), "femoral", "compressed").value for one in flow[shown]],
                    "the twin, compressed",
                ),
            ),
            ((rest.value, "the twin at rest, peak"), (2.26 * rest.value, "published, peak")),
        ),
        {"ratio": ratio * float(np.hypot(peak.error / peak.value, rest.error / rest.value))},
    )


def row_12(seed: int) -> Outcome:
    """Calf at 50 mmHg for 12 s of every minute, sitting: peak velocity [cm/s]."""
    twin = scene.leg("sitting", seed)
    drive = scene.cycle(twin, dict.fromkeys(CALF, 50.0), 12.0, 60.0)
    trace = watch(twin, 180.0, drive, period=FINE)
    last = trace.between(120.0, 180.0)
    flow = femoral(trace)[last]
    peak = velocity(float(flow.max()), "femoral", "compressed")
    shown = slice(0, 2500, 6)
    return Outcome(
        {"peak": peak.value},
        Curves(
            "time from the start of a cycle [s]",
            "velocity in the femoral vein [cm/s]",
            (
                line(
                    trace.time[last][shown] - 120.0,
                    [velocity(float(one), "femoral", "compressed").value for one in flow[shown]],
                    "the twin",
                ),
            ),
            ((48.1, "published, peak"),),
        ),
        {"peak": peak.error},
    )


def squeeze(seed: int, chambers: tuple[int, ...], rise: float, posture: Posture) -> Trace:
    """Press chambers to 50 mmHg within `rise` [s] and keep them there, 30 s in all."""
    twin = scene.leg(posture, seed)
    return watch(twin, 30.0, scene.Prescribed(twin, scene.ramp(chambers, 50.0, rise)), period=1)


def row_15(seed: int) -> Outcome:
    """Peak flow by the time of rise, and blood moved by foot, calf and whole leg; supine."""
    runs = [squeeze(seed, CALF, rise, "supine") for rise in RISES]
    peaks = [float(run.outflow.max()) for run in runs]
    rest = float(watch(scene.leg("supine", seed), 1.0).outflow.mean())
    moved = {
        name: ejected(squeeze(seed, chambers, 0.3, "supine"), rest)
        for name, chambers in {"foot": FOOT, "calf": CALF, "leg": LEG}.items()
    }
    values = {name: one.value for name, one in moved.items()}
    return Outcome(
        {
            "wrong_order": float(np.sum(np.diff(peaks) >= 0.0)),
            "rapid_over_slow": peaks[0] / peaks[-1],
            "calf_over_foot": values["calf"] / values["foot"],
            "leg_over_calf": values["leg"] / values["calf"],
        },
        Curves(
            "time of rise to 50 mmHg [s]",
            "peak flow out of the leg [mL/s]",
            (line(RISES, peaks, "the twin"), line(RISES, peaks, points=True)),
            ((rest, "at rest"),),
            logarithmic=True,
        ),
    )


def arterial(seed: int, chambers: tuple[int, ...]) -> tuple[Floats, Floats, float]:
    """Rapid cycles at 120 mmHg, sitting: time [s], arterial inflow over that at rest, its mean."""
    twin = scene.leg("sitting", seed)
    fed = list(FOOT + CALF)
    rest = float(watch(twin, 10.0, scene.vent(twin)).inflow[:, fed].sum(axis=1).mean())
    drive = scene.cycle(twin, dict.fromkeys(chambers, 120.0), 3.0, 20.0)
    trace = watch(twin, 400.0, drive)
    inflow = trace.inflow[:, fed].sum(axis=1) / rest
    return trace.time, inflow, float(inflow[trace.between(300.0, 400.0)].mean())


def row_16(seed: int) -> Outcome:
    """More arterial inflow below the knee under foot and calf compression, sitting [%]."""
    runs = {name: arterial(seed, one) for name, one in {"foot": FOOT, "calf": CALF}.items()}
    return Outcome(
        {name: 100.0 * (mean - 1.0) for name, (_, _, mean) in runs.items()},
        Curves(
            "time from the first squeeze [s]",
            "arterial inflow over that at rest [-]",
            tuple(
                line(time[: 20 * 60 : 4], inflow[: 20 * 60 : 4], name)
                for name, (time, inflow, _) in runs.items()
            ),
            ((2.88, "calf, published mean"), (1.988, "foot, published mean")),
        ),
    )
