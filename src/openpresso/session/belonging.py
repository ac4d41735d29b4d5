"""Whether timelines and cuffs belong together: what a session refuses before it is made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.cuff.model import Cuff
    from openpresso.program.timeline import Timeline
    from openpresso.session.readings import Leg


def check(timelines: Mapping[Leg, Timeline], cuffs: Mapping[Leg, Cuff]) -> None:
    """Refuse timelines and cuffs that do not belong together.

    Parameters
    ----------
    timelines, cuffs
        The compiled program and the cuff of each leg.

    Raises
    ------
    InputError
        If there are none, one is for another cuff, or it holds what no cuff can do.
    """
    if not timelines:
        raise _bad("no-legs", "timelines", "no leg has a timeline; one or two must", "name a leg.")
    for leg, timeline in timelines.items():
        where = f"timelines.{leg}"
        cuff = cuffs.get(leg)
        if cuff is None:
            raise _bad("no-cuff", where, f"there is no {leg} cuff", "give the cuff of each leg.")
        points = np.asarray(timeline.set_points)
        if timeline.cuff != cuff.name or points.shape != (len(timeline.times), cuff.n_chambers):
            text = (
                f"compiled for {timeline.cuff} with set-points of shape {points.shape}; the "
                f"cuff is {cuff.name} with {cuff.n_chambers} chambers"
            )
            raise _bad("wrong-timeline", where, text, "compile the program for this cuff.")
        if np.any(np.isinf(points)) or np.any(points < 0.0):
            text = f"set-points go from {np.nanmin(points)} to {np.nanmax(points)} mmHg"
            raise _bad("bad-set-point", where, text, "0 mmHg and above, or NaN to vent.")
        times = np.asarray(timeline.times)
        whole = bool(np.all(np.isfinite(times))) and times[0] == 0.0 and times[-1] > 0.0
        if not whole or np.any(np.diff(times) < 0.0) or not math.isfinite(timeline.duration):
            text = "times must begin at 0, never fall and end above 0"
            raise _bad("bad-times", where, text, "compile the program again.")


def _bad(code: str, path: str, text: str, hint: str) -> InputError:
    """Return the error for a session that cannot be built."""
    return InputError.one("session", code, text, path=path, hint=hint)
