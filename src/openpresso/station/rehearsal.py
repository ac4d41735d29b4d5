"""The trial before a person wears it: a program starts only after it passed on the twin."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from openpresso.cuff.model import Cuff
from openpresso.errors import Diagnostic, InputError
from openpresso.law.registers import FAULTS
from openpresso.program.timeline import Timeline
from openpresso.record import quality
from openpresso.session import Leg
from openpresso.twin.limb import Posture
from openpresso.twin.twin import Twin

PERIOD = 0.05
"""Period at which set-points are written [s]."""
TICKS = 10
"""Ticks of the law in a period."""
LIMITS = {
    "hold_error_p95": 2.0,
    "hold_over_max": 3.0,
    "overshoot_max": 3.0,
    "neighbour_rise_max": 3.0,
}
"""Largest values of `openpresso.record.quality` with which a program may start [mmHg]."""
SEED = 0
"""The rehearsal's sensors are always the same, so that its verdict is."""


def rehearse(
    timelines: Mapping[Leg, Timeline],
    cuffs: Mapping[Leg, Cuff],
    ceiling: float,
    posture: Posture,
) -> None:
    """Try one full cycle of every phase on a twin of these cuffs, under this ceiling.

    Legs that get the same from the same kind of cuff are tried as one.

    Parameters
    ----------
    timelines, cuffs
        What is to be delivered, by what, on each leg.
    ceiling
        Highest pressure allowed [mmHg].
    posture
        Posture of the person.

    Raises
    ------
    InputError
        If a cuff's guard trips or a pressure goes too far over its set-point.
    """
    lead = next(iter(timelines.values()))
    alike = all(
        cuffs[leg] == next(iter(cuffs.values()))
        and np.array_equal(one.times, lead.times)
        and np.array_equal(one.set_points, lead.set_points, equal_nan=True)
        for leg, one in timelines.items()
    )
    if alike:
        timelines = dict([next(iter(timelines.items()))])
        cuffs = {leg: cuffs[leg] for leg in timelines}
    for phase in lead.phases:
        twin = Twin(list(cuffs.values()), posture, SEED)
        starts = lead.cycles[(lead.cycles >= phase.start) & (lead.cycles < phase.end)]
        if not len(starts):
            continue
        end = phase.end if len(starts) == 1 else starts[-1]
        begin = starts[-1] if len(starts) == 1 else starts[-2]
        found = _try(twin, timelines, ceiling, float(begin), float(end))
        if found is not None:
            raise InputError(lead.program, [_diagnostic(found, phase.name)])


def _try(
    twin: Twin, timelines: Mapping[Leg, Timeline], ceiling: float, begin: float, end: float
) -> str | None:
    """Run the twin through a stretch of the timelines; say what went wrong."""
    times = np.arange(begin, end, PERIOD)
    most = max(cuff.n_chambers for cuff in twin.cuffs)
    asked = np.full((len(times), len(timelines), most), np.nan)
    for index, one in enumerate(timelines.values()):
        chambers = twin.cuffs[index].n_chambers
        asked[:, index, :chambers] = [one.at(time) for time in times.tolist()]
    pressures = twin.follow(asked, ceiling, TICKS)
    for index, leg in enumerate(timelines):
        state = twin.read(index)
        if state.faults:
            texts = [text for bit, _, text in FAULTS if state.faults >> bit & 1]
            return f"the {leg} cuff tripped at chamber {state.fault_chamber}: {texts[0]}"
    parts = [(i, slice(cuff.n_chambers)) for i, cuff in enumerate(twin.cuffs)]
    found = quality((times, asked[:, i, own], pressures[:, i, own]) for i, own in parts)
    for name, limit in LIMITS.items():
        value = getattr(found, name)
        if value is not None and value > limit:
            words = name.replace("_", " ")
            return f"its {words} was {value:.1f} mmHg, at most {limit:.0f} mmHg is allowed"
    return None


def _diagnostic(found: str, phase: str) -> Diagnostic:
    return Diagnostic(
        "error",
        "rehearsal-failed",
        f"phases[{phase}]",
        f"on the twin {found}",
        "slow its rise, lower its target, or choose another cuff.",
    )
