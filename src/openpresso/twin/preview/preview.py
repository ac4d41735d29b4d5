"""What a program is expected to do to one leg, before anybody wears it; docs/how-to has the use.

The fast twin runs a cycle of every phase at full target; its means feed the slow one through the
session and the day after. All phases count by their duration. Nothing here is a promise: ranges
stand beside what has one, and `openpresso.twin.preview.words` says what is not known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff
from openpresso.errors import InputError
from openpresso.program.timeline import Timeline
from openpresso.twin import limb
from openpresso.twin.fluid.interstitium import figures
from openpresso.twin.limb import Posture
from openpresso.twin.people.person import NOMINAL, Person
from openpresso.twin.preview import change, cycle, parts
from openpresso.twin.preview.change import Course
from openpresso.twin.preview.cycle import Cycle
from openpresso.twin.preview.parts import Blood, Change, Reached, Segment

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What a program is expected to do to one leg."""

    program: str
    cuff: str
    limb: Literal["arm", "leg"]
    person: Person
    posture: Posture
    ceiling: float
    """[mmHg]"""
    duration: float
    """[s]"""
    threshold: float
    """Head that drives fluid along the limb [mmHg]."""
    radius: Floats
    """Of the leg under each chamber [cm], `(n_segments,)`."""
    segments: tuple[Segment, ...]
    blood: Blood
    change: Change
    cycles: tuple[Cycle, ...]
    """One for each phase."""
    heads: tuple[Floats, ...]
    """Pressure of free tissue fluid through each cycle [mmHg], `(n_instants, n_segments)`."""
    course: Course
    draws: int
    seed: int

    @property
    def presses(self) -> bool:
        """Whether the program presses with anything."""
        return any(one.presses for one in self.cycles)

    @property
    def reaches(self) -> Reached:
        """The most that any segment reaches of the head."""
        return max((one.reaches for one in self.segments), key=("no", "perhaps", "yes").index)

    def longest_phase(self) -> int:
        """Return the number of the phase that lasts longest."""
        return int(np.argmax([one.duration for one in self.cycles]))


def preview(
    timeline: Timeline,
    cuff: Cuff,
    person: Person = NOMINAL,
    posture: Posture = "supine",
    ceiling: float | None = None,
    *,
    draws: int = change.DRAWS,
    seed: int = change.SEED,
) -> Preview:
    """Return what a program is expected to do to one leg.

    Parameters
    ----------
    timeline
        The program, compiled for the cuff.
    cuff
        What is worn.
    person, posture
        By whom, and how.
    ceiling
        Highest pressure allowed [mmHg]; the cuff's own if it is not given.
    draws, seed
        How many legs are drawn beside the nominal one for the range of the change, and their seed.

    Raises
    ------
    InputError
        If the timeline is not one for this cuff, posture or ceiling make no sense, or there is no
        such leg.
    """
    limit = cuff.max_pressure if ceiling is None else ceiling
    _check(timeline, cuff, posture, limit, draws)
    leg = limb.under(cuff, posture, person)
    cycles = tuple(
        cycle.watched(
            cuff, leg, cycle.full_cycle(timeline, number), limit, one.name, one.end - one.start
        )
        for number, one in enumerate(timeline.phases)
    )
    course = change.expected(cuff, person, posture, cycles, draws=draws, seed=seed)
    heads = [parts.heads(one, person) for one in cycles]
    return Preview(
        program=timeline.program,
        cuff=cuff.name,
        limb="arm" if cuff.limb == "arm" else "leg",
        person=person,
        posture=posture,
        ceiling=limit,
        duration=timeline.duration,
        threshold=figures().threshold,
        radius=leg.radius,
        segments=parts.segments(cuff, cycles, heads, course),
        blood=parts.blood(cuff, person, leg, cycles, course),
        change=parts.changed(course),
        cycles=cycles,
        heads=tuple(one[1] for one in heads),
        course=course,
        draws=draws,
        seed=seed,
    )


def _check(timeline: Timeline, cuff: Cuff, posture: str, ceiling: float, draws: int) -> None:
    """Refuse what a preview cannot be made of."""
    wrong = {
        "timeline": (
            timeline.set_points.shape[1] != cuff.n_chambers or not timeline.phases,
            (
                f"a timeline of {timeline.set_points.shape[1]} chambers and {len(timeline.phases)} "
                f"phases; {cuff.name} has {cuff.n_chambers} chambers, and a phase is needed"
            ),
        ),
        "posture": (
            posture not in get_args(Posture),
            f"{posture!r} is no posture; allowed are {', '.join(get_args(Posture))}",
        ),
        "ceiling": (
            not (math.isfinite(ceiling) and 0.0 < ceiling <= 300.0),
            f"{ceiling:g} mmHg; more than 0 and at most 300 are allowed",
        ),
        "draws": (not 2 <= draws <= 1000, f"{draws} draws; 2 to 1000 are allowed"),
    }
    for path, (bad, message) in wrong.items():
        if bad:
            raise InputError.one(
                "preview", f"bad-{path}", message, path=path, hint=f"correct the {path}."
            )


__all__ = ["Preview", "preview"]
