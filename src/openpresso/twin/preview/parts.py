"""The parts of a preview: pressures and fluid under each chamber, blood, and volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff
from openpresso.twin import measures
from openpresso.twin.fluid.interstitium import condition_figures, figures
from openpresso.twin.limb import INFLOW, SUPERFICIAL_SHARE, Limb
from openpresso.twin.measures import Measured
from openpresso.twin.parameters import load
from openpresso.twin.people.person import Person
from openpresso.twin.people.plausible import leg_volume
from openpresso.twin.preview import change, cycle
from openpresso.twin.preview.change import Course, Range
from openpresso.twin.preview.cycle import Cycle

Floats = NDArray[np.float64]
Reached = Literal["yes", "perhaps", "no"]
"""Whether a limit is passed at both ends of a range, at one, or at none."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressure over the session and at its highest [mmHg]."""

    mean: float
    peak: float


@dataclass(frozen=True, slots=True)
class Segment:
    """What a program does under one chamber."""

    number: int
    zone: str
    wanted: float
    """Highest set-point [mmHg]; 0 where the chamber is always vented."""
    skin: Pressed
    fat: Pressed
    muscle: Pressed
    head: Range
    """Highest pressure of free tissue fluid above rest [mmHg]."""
    reaches: Reached
    """Whether it passes the head that drives fluid along the limb."""
    held: float
    """Longest time in a cycle for which it does, at the middle of the range [s]."""
    change: float
    """Of the tissue's volume over the session [mL]."""


@dataclass(frozen=True, slots=True)
class Blood:
    """What a program does to venous blood."""

    ejected: Measured
    """Pressed out of the limb in a cycle, mean of the phases [mL]."""
    peak: Measured | None
    """Highest velocity in the femoral vein as ultrasound would read it [cm/s]; none for an arm."""
    rest: Measured | None
    """The same at rest."""
    kept_out: float
    """Out of the limb at the session's end, and back within minutes [mL]."""


@dataclass(frozen=True, slots=True)
class Change:
    """Expected change of the volume under the cuff, without blood [mL]."""

    volume: float
    """Before the session."""
    session: Range
    """From before the session to its end."""
    without: Range
    """Over the same time in the same posture without a cuff."""
    effect: Range
    """Difference of the two at the session's end."""
    hour: Range
    """What is left of the difference an hour later."""
    day: Range
    """The same a day later."""


def heads(one: Cycle, person: Person) -> tuple[Floats, Floats, Floats]:
    """Return the free fluid's pressure at the low end, the middle and the high end [mmHg]."""
    own, middle = load("fluid"), condition_figures(person.condition)
    lag, share = (own[f"{person.condition}.{name}"] for name in ("lag", "share"))
    lags = np.array([[lag.high], [middle["lag"]], [lag.low]])
    shares = np.array([[share.low], [middle["share"]], [share.high]])
    found = cycle.free_fluid(one, lags, shares)
    return found[:, 0], found[:, 1], found[:, 2]


def segments(
    cuff: Cuff,
    cycles: Sequence[Cycle],
    heads: Sequence[tuple[Floats, Floats, Floats]],
    course: Course,
) -> tuple[Segment, ...]:
    """Return what happens under each chamber: means by duration, and the highest of all phases."""
    weights = np.array([one.duration for one in cycles]) / sum(one.duration for one in cycles)
    limit = figures().threshold
    highest = [
        np.max([head[end].max(axis=0) for head in heads], axis=0) for end in range(len(heads[0]))
    ]
    held = np.max(
        [cycle.longest(head[1] > limit, one.time) for one, head in zip(cycles, heads, strict=True)],
        axis=0,
    )
    wanted = np.max([np.nan_to_num(one.wanted).max(axis=0) for one in cycles], axis=0)
    pressed = {
        name: (
            weights @ [_over(getattr(one, name), one.time) for one in cycles],
            np.max([getattr(one, name).max(axis=0) for one in cycles], axis=0),
        )
        for name in ("skin", "fat", "muscle")
    }
    found = []
    for index, chamber in enumerate(cuff.chambers):
        skin, fat, muscle = (
            Pressed(float(mean[index]), float(peak[index])) for mean, peak in pressed.values()
        )
        low, middle, high = (float(one[index]) for one in highest)
        found.append(
            Segment(
                number=chamber.number,
                zone=chamber.zone,
                wanted=float(wanted[index]),
                skin=skin,
                fat=fat,
                muscle=muscle,
                head=Range(low, middle, high),
                reaches="yes" if low > limit else "perhaps" if high > limit else "no",
                held=float(held[index]),
                change=float(course.by_segment[index]),
            )
        )
    return tuple(found)


def _over(curve: Floats, time: Floats) -> Floats:
    """Return the mean of a curve over its cycle, `(n_segments,)`."""
    return np.asarray(np.diff(time, prepend=0.0) / time[-1] @ curve)


def blood(cuff: Cuff, person: Person, leg: Limb, cycles: Sequence[Cycle], course: Course) -> Blood:
    """Return what is moved and how fast; the rest of the leg adds its flow at rest."""
    pressing = [one for one in cycles if one.presses]
    lasts = sum(one.duration for one in pressing)
    moved = sum(one.averages.ejected * one.duration / lasts for one in pressing)
    error = moved * measures.figure("volume_error")
    kept = course.blood if pressing else 0.0
    ejected = Measured(moved, error, "mL")
    if cuff.limb == "arm":
        return Blood(ejected, None, None, kept)
    beside = max(leg_volume(person.sex, person.girths, person.height) - float(leg.volume.sum()), 0)
    through = beside * INFLOW * person.traits.inflow * (1.0 - SUPERFICIAL_SHARE)
    calm = float(np.mean([one.rest_flow for one in cycles]))
    highest = max((float(one.flow.max()) for one in pressing), default=calm)
    state: measures.State = "compressed" if pressing else "rest"
    return Blood(
        ejected=ejected,
        peak=measures.velocity(highest + through, "femoral", state),
        rest=measures.velocity(calm + through, "femoral", "rest"),
        kept_out=kept,
    )


def changed(course: Course) -> Change:
    """Return what a course of hours says of the volume."""
    effect = course.effect()
    return Change(
        volume=course.volume,
        session=change.ranged(course.session[1]),
        without=change.ranged(course.without[1]),
        effect=change.ranged(effect[1]),
        hour=change.ranged(effect[course.at(1.0)]),
        day=change.ranged(effect[course.at(24.0)]),
    )


__all__ = [
    "Blood",
    "Change",
    "Pressed",
    "Reached",
    "Segment",
    "blood",
    "changed",
    "heads",
    "segments",
]
