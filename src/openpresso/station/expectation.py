"""What the twin expects of a program before it starts, in a few figures for each leg.

It is told, never obeyed: a preview that fails says why and stops nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from openpresso.cuff.model import Cuff
from openpresso.program.timeline import Timeline
from openpresso.record.header import Expected
from openpresso.session import Leg

if TYPE_CHECKING:
    from openpresso.twin.limb import Posture


TROUBLE = 500
"""Longest reason [characters]."""

log = logging.getLogger(__name__)


def expectations(
    timelines: Mapping[Leg, Timeline],
    cuffs: Mapping[Leg, Cuff],
    ceiling: float,
    posture: Posture,
) -> dict[Leg, Expected]:
    """Return what is expected on each leg; legs that get the same are computed once.

    Parameters
    ----------
    timelines, cuffs
        What is to be delivered, by what, on each leg.
    ceiling
        Highest pressure allowed [mmHg].
    posture
        Posture of the person.
    """
    found: dict[Leg, Expected] = {}
    for leg, timeline in timelines.items():
        alike = (
            other for other in found
            if cuffs[other] == cuffs[leg] and _same_dose(timelines[other], timeline)
        )  # fmt: skip
        before = next(alike, None)
        found[leg] = (
            _expected(timeline, cuffs[leg], ceiling, posture) if before is None else found[before]
        )
    return found


def _expected(timeline: Timeline, cuff: Cuff, ceiling: float, posture: Posture) -> Expected:
    """Return what is expected on one leg, or why that is not known."""
    try:
        from openpresso.twin.people.person import NOMINAL
        from openpresso.twin.preview.data import summary
        from openpresso.twin.preview.preview import preview
        from openpresso.twin.preview.words import who

        found = preview(timeline, cuff, NOMINAL, posture, ceiling)
        return Expected(person=who(NOMINAL), **summary(found))
    except Exception as error:  # a forecast must never stop a session
        log.warning("no preview of %s on %s", timeline.program, cuff.name, exc_info=True)
        return Expected(trouble=f"the preview failed: {error}"[:TROUBLE])


def _same_dose(one: Timeline, other: Timeline) -> bool:
    """Tell whether two legs get the same pressures as long, be it at other times."""
    return one.duration == other.duration and bool(np.allclose(_dose(one), _dose(other)))


def _dose(timeline: Timeline) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return highest set-point [mmHg] and its time integral [mmHg s] of each chamber."""
    points = timeline.set_points
    highest = np.nan_to_num(points).max(axis=0)
    steps = np.diff(timeline.times)[:, None]
    area = np.nansum(0.5 * (points[1:] + points[:-1]) * steps, axis=0)
    return np.stack((highest, area))
