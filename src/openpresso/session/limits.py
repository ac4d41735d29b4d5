"""Limits: the ceiling of a cuff, who set it and why. A limit can tighten it, never loosen it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.cuff.model import Cuff
    from openpresso.program.timeline import Timeline
    from openpresso.session.readings import Floats

TRIP_MARGIN: Final = 5.0
"""A chamber this far over its ceiling for two consecutive readings vents the session [mmHg]."""
SETTLE_TIME: Final = 3.0
"""After a ceiling was tightened, chambers have this long to come down to it [s]."""
RESUME_RATE: Final = 10.0
"""Set-points rise at most this fast after a resume or a restored chamber [mmHg/s]."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An upper bound of the set-points, and whose it is."""

    value: float
    """[mmHg]"""
    who: str
    """Who set it: `program`, `cuff`, `client`, a person's name."""
    why: str

    def __post_init__(self) -> None:
        """Refuse a bound that bounds nothing."""
        if not (math.isfinite(self.value) and self.value >= 0.0):
            raise InputError.one(
                "session",
                "bad-limit",
                f"a limit of {self.value} mmHg set by {self.who} ({self.why}) is not a pressure; "
                "a finite value of at least 0 mmHg is allowed",
                path="ceiling",
                hint="give the limit as a pressure, for example 60 mmHg.",
            )

    def __str__(self) -> str:
        """Return the limit with its owner and reason."""
        return f"{self.value:.1f} mmHg, set by {self.who} ({self.why})"


class Limits:
    """All limits of one cuff; the smallest binds, chamber by chamber.

    Parameters
    ----------
    cuff
        The cuff: its hard limit and the limit of each chamber.
    timeline
        The compiled program: its own highest set-point is the program's limit.
    others
        Limits of the client, of an order, of the house.
    """

    __slots__ = ("_chambers", "_limits", "hard")

    def __init__(self, cuff: Cuff, timeline: Timeline, others: Iterable[Limit] = ()) -> None:
        """Collect the limits."""
        peak = float(np.nanmax(timeline.set_points, initial=0.0))
        self._limits = [
            Limit(peak, "program", f"highest set-point of {timeline.program}"),
            Limit(
                max(cuff.max_pressure - TRIP_MARGIN, 0.0),
                "cuff",
                f"hard limit of {cuff.name}, {cuff.max_pressure:.0f} mmHg, less room to regulate",
            ),
            *others,
        ]
        self._chambers = np.array([chamber.limit for chamber in cuff.chambers], dtype=np.float64)
        self.hard = float(cuff.max_pressure)
        """Hard limit of the cuff: one reading above it vents the session [mmHg]."""

    def add(self, limit: Limit) -> bool:
        """Add a limit; return whether it tightens the ceiling. It can never loosen it."""
        tighter = limit.value < self.binding.value
        self._limits.append(limit)
        return tighter

    @property
    def binding(self) -> Limit:
        """The smallest limit of the whole cuff."""
        return min(self._limits, key=lambda limit: limit.value)

    @property
    def all(self) -> tuple[Limit, ...]:
        """Every limit of the whole cuff, in the order in which they were set."""
        return tuple(self._limits)

    def ceiling(self) -> Floats:
        """Return the ceiling of every chamber [mmHg], shape `(n_chambers,)`."""
        return np.minimum(self._chambers, self.binding.value)

    def binding_at(self, chamber: int) -> Limit:
        """Return the smallest limit of one chamber, numbered from 1."""
        own = Limit(float(self._chambers[chamber - 1]), "cuff", f"limit of chamber {chamber}")
        return min(self.binding, own, key=lambda limit: limit.value)
