"""Labelled priors: what people hope for and the evidence does not know, cellulite above all.

Nothing here is computed from pressure, fluid or volume. Each prior is a change with a range, its
mark and source, and a time in which it is lost; whoever shows one shows its label.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.parameters import Parameter

LABEL: Final = "prior, not physics"
NORMAL_ENDS: Final = 1.645
"""Standard deviations from the middle to the ends of a range of 90 % [-]."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A change with its range; the range matters more than the middle."""

    low: float
    middle: float
    high: float
    unit: str
    label: str = LABEL


@dataclass(frozen=True, slots=True)
class Prior:
    """What a course (or a session) is thought to change."""

    name: str
    change: Parameter
    relapse: Parameter
    """Time in which two thirds of the change are lost [weeks]."""

    @property
    def label(self) -> str:
        """What has to stand beside every figure of it."""
        return f"{LABEL}; {self.change.mark}: {self.change.source}"

    def after(self, weeks: float) -> Guess:
        """Return what is left some weeks after the end: `d exp(-t/tau)`.

        The range is the widest: the largest change lost slowest, the smallest lost fastest.

        Parameters
        ----------
        weeks
            Since the last session [weeks].

        Raises
        ------
        InputError
            If the time is negative or not finite.
        """
        if not (math.isfinite(weeks) and weeks >= 0.0):
            raise InputError.one(
                "prior", "not-a-time", f"{weeks:g} weeks; 0 or more is allowed", path="weeks"
            )
        slowest, fastest = math.exp(-weeks / self.relapse.high), math.exp(-weeks / self.relapse.low)
        low, high = self.change.low, self.change.high
        return Guess(
            low=low * (slowest if low < 0.0 else fastest),
            middle=self.change.value * math.exp(-weeks / self.relapse.value),
            high=high * (slowest if high > 0.0 else fastest),
            unit=self.change.unit,
        )

    def drawn(self, people: int, seed: int, weeks: float = 0.0) -> NDArray[np.float64]:
        """Return changes of people drawn from the prior, some weeks after the end `(people,)`.

        Normal about the middle with the range as its 90 %, cut at the ends; the time of relapse is
        drawn evenly from its own range.
        """
        if people < 1:
            raise InputError.one(
                "prior", "not-a-number", f"{people} people; at least 1", path="people"
            )
        self.after(weeks)
        chance = np.random.default_rng(seed)
        low, high = self.change.low, self.change.high
        spread = (high - low) / (2.0 * NORMAL_ENDS)
        changes = np.clip(chance.normal(self.change.value, spread, people), low, high)
        times = chance.uniform(self.relapse.low, self.relapse.high, people)
        return np.asarray(changes * np.exp(-weeks / times))


def names() -> tuple[str, ...]:
    """Return the names of all priors."""
    return tuple(key for key in parameters.load("priors") if "." not in key)


def prior(name: str) -> Prior:
    """Return one prior.

    Raises
    ------
    InputError
        If there is no such prior.
    """
    if name not in names():
        raise InputError.one(
            "prior",
            "unknown-prior",
            f"{name!r} is no prior",
            path="name",
            hint=f"One of {', '.join(names())}.",
        )
    found = parameters.load("priors")
    return Prior(name, found[name], found[f"{name}.relapse"])
