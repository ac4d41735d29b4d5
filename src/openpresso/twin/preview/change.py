"""What a session changes in the volume of a leg: with it and without it, until the next day.

The middle is the leg at the nominal figures. The range is that of a small seeded set of draws:
each uncertain figure from its own range (half of the draws below its value and half above, evenly
by ratio, stratified), times the spread between people. Every drawn leg has the measured volume
before the session, for that can be known and its lymphatics cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.twin import parameters
from openpresso.twin.averages import Averages
from openpresso.twin.fluid import balance, days, interstitium, loads
from openpresso.twin.fluid import state as fluid
from openpresso.twin.fluid.interstitium import Array, Tissue
from openpresso.twin.fluid.loads import Load
from openpresso.twin.limb import Posture, under
from openpresso.twin.parameters import Parameter
from openpresso.twin.people.population import spread
from openpresso.twin.preview.cycle import Cycle, free_fluid

if TYPE_CHECKING:
    from openpresso.cuff.model import Cuff
    from openpresso.twin.fluid.state import State
    from openpresso.twin.people.person import Person

DRAWS: Final = 96
SEED: Final = 7
HOUR: Final = 18.0
"""When a session begins, in hours after falling asleep (assumed)."""
OEDEMA: Final = frozenset({"lymphoedema", "venous-insufficiency"})
"""Conditions whose added girth is fluid; that of others is fat or muscle."""
DRAWN: Final = (
    "fluid_share", "filtration", "lymph", "capillary", "posture_buffer", "massage_gain",
)  # fmt: skip
"""Figures of `parameters/fluid.yaml` that are drawn for every condition."""
DRAWN_BY_CONDITION: Final = ("bound", "lag", "share", "conductivity")
"""Those that are drawn from the condition's own block."""
ENDS: Final = (5.0, 95.0)
"""Percentiles of the draws that a range goes from and to."""
_PACE: Final = 10.0
"""Longest step between sessions [min]."""
_FINE, _COARSE, _FINE_UNTIL = 0.25, 1.0, 3.0
"""Pieces of the time after a session [h], and until when they are fine [h]."""


@dataclass(frozen=True, slots=True)
class Range:
    """An expected value with its range."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A leg through a session and the day after it; draws come first, the nominal leg before all.

    Volumes are those of the tissue, without blood.
    """

    hours: Array
    """Since the session's begin [h], `(n_instants,)`."""
    session: Array
    """Change since then with the session [mL], `(n_instants, 1 + n_draws)`."""
    without: Array
    """The same for a leg that stays in the same posture without a cuff [mL]."""
    by_segment: Array
    """Change of each segment at the session's end, of the nominal leg [mL], `(n_segments,)`."""
    volume: float
    """Of the limb under the cuff before [mL]."""
    blood: float
    """Venous blood kept out at the session's end [mL]."""

    def effect(self) -> Array:
        """Return what the session changes against none [mL], `(n_instants, 1 + n_draws)`."""
        return np.asarray(self.session - self.without)

    def at(self, hour: float) -> int:
        """Return the index of the instant nearest to some hours after the session's end."""
        return int(np.argmin(np.abs(self.hours - self.end - hour)))

    @property
    def end(self) -> float:
        """When the session ends [h]."""
        return float(self.hours[np.flatnonzero(self.hours)[0]]) if len(self.hours) > 1 else 0.0


def ranged(values: Array) -> Range:
    """Return the range of draws whose first is the nominal one; it always holds the middle."""
    low, high = np.percentile(values, ENDS)
    middle = float(values[0])
    return Range(min(float(low), middle), middle, max(float(high), middle))


def expected(
    cuff: Cuff,
    person: Person,
    posture: Posture,
    cycles: Sequence[Cycle],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Course:
    """Return what a session does to a leg, with draws of what is not known.

    Parameters
    ----------
    cuff, person, posture
        What is worn, by whom, and how.
    cycles
        One for each phase, with its duration.
    draws
        How many beside the nominal leg.
    seed
        Of the draws.
    """
    factors = _factors(person, draws, seed)
    tissue, volume = _tissue(cuff, person, factors)
    day = [(one.hours, _shifted(days.load_of(tissue, one), factors)) for one in days.ORDINARY_DAY]
    lasting = loads.blended(day)
    tissue = balance.sustaining(tissue, lasting, volume)
    start = balance.settled(tissue, lasting)
    minutes = sum(one.duration for one in cycles) / 60.0
    pressing = [
        (one.duration / 60.0, _shifted(_under(tissue, one, posture), factors)) for one in cycles
    ]
    resting = [(minutes, _shifted(loads.resting(tissue, posture), factors))]
    hours = [0.0, minutes / 60.0, *(minutes / 60.0 + after for after, _ in _later(minutes))]
    later = [
        (60.0 * span.hours, _shifted(days.load_of(tissue, span), factors))
        for _, span in _later(minutes)
    ]
    paths = [_through(tissue, start, first, later) for first in (pressing, resting)]
    with_it, without = (np.array([one.fluid.sum(axis=-1) for one in path]) for path in paths)
    ended = paths[0][1]
    return Course(
        hours=np.array(hours),
        session=with_it - with_it[0],
        without=without - without[0],
        by_segment=(ended.fluid - start.fluid)[0],
        volume=float(volume[0].sum()),
        blood=float(ended.emptied[0]),
    )


def _through(
    tissue: Tissue, state: State, session: list[tuple[float, Load]], later: list[tuple[float, Load]]
) -> list[State]:
    """Return the states before a session, after it, and after each later span."""
    longest = float(fluid.longest_step(tissue))
    reached = [state]
    for minutes, load in session:
        state, _ = fluid.advance(tissue, state, load, minutes, min(fluid.STEP, longest))
    reached.append(state)
    for minutes, load in later:
        state, _ = fluid.advance(tissue, state, load, minutes, min(_PACE, longest))
        reached.append(state)
    return reached


def _later(minutes: float) -> list[tuple[float, days.Span]]:
    """Return the ordinary day that follows in pieces, with their ends [h]."""
    clock, left, found, after = HOUR + minutes / 60.0, 24.0, [], 0.0
    while left > 1e-9:
        span, rest = _span_at(clock % 24.0)
        piece = _FINE if after < _FINE_UNTIL - 1e-9 else _COARSE
        hours = min(rest, left, piece - (after + 1e-9) % piece + 1e-9)
        after, clock, left = after + hours, clock + hours, left - hours
        found.append((after, replace(span, hours=hours)))
    return found


def _span_at(clock: float) -> tuple[days.Span, float]:
    """Return what is done at an hour of the ordinary day, and for how long still [h]."""
    end = 0.0
    for span in days.ORDINARY_DAY:
        end += span.hours
        if clock < end - 1e-9:
            return span, end - clock
    return days.ORDINARY_DAY[0], days.ORDINARY_DAY[0].hours


def _under(tissue: Tissue, cycle: Cycle, posture: Posture) -> Load:
    """Return the load of a cycle; what drives free fluid on is read from the cycle itself.

    A worn sleeve that presses with nothing is left out: nothing is promised of it.
    """
    if not cycle.presses:
        return loads.resting(tissue, posture)
    averages: Averages = cycle.averages
    load = loads.under_cuff(tissue, averages, posture, cycle.calm)
    limit = interstitium.figures().threshold
    head = free_fluid(cycle, np.asarray(tissue.lag), np.asarray(tissue.share))
    steps = np.diff(cycle.time, prepend=0.0) / cycle.time[-1]
    drive = np.tensordot(steps, np.maximum(head - limit, 0.0), axes=1)
    zero = np.zeros(tissue.shape)
    return replace(load, drive=zero + drive)


def _shifted(load: Load, factors: dict[str, Array]) -> Load:
    """Return a load with the drawn figures that act on it and not on the tissue."""
    return replace(
        load,
        capillary=load.capillary * factors["posture_buffer"],
        massage=load.massage * factors["massage_gain"],
    )


def _tissue(cuff: Cuff, person: Person, factors: dict[str, Array]) -> tuple[Tissue, Array]:
    """Return the tissue of every draw, and the volume it is measured at `(1 + n, n_segments)`."""
    standing = under(cuff, "standing", person)
    dry = standing.living if person.condition in OEDEMA else standing.volume
    one = interstitium.tissue_under(
        cuff,
        replace(standing, volume=dry),
        person.condition,
        filtration=person.traits.filtration,
        lymph=person.traits.lymph,
    )
    more = (factors["capillary"] - 1.0) * parameters.value("fluid", "capillary")
    drawn = replace(
        one,
        fluid=one.fluid * factors["fluid_share"],
        filtration=one.filtration * factors["filtration"],
        diffusion=one.diffusion * factors["filtration"] * factors["lymph"],
        lymph=one.lymph * factors["lymph"],
        capillary=one.capillary + more,
        bound=np.minimum(one.bound * factors["bound"], 0.9),
        lag=one.lag * factors["lag"],
        share=np.minimum(one.share * factors["share"], 1.0),
        conductivity=one.conductivity * factors["conductivity"],
    )
    return drawn, np.broadcast_to(standing.volume, drawn.shape)


def _factors(person: Person, draws: int, seed: int) -> dict[str, Array]:
    """Return factors on the figures, `(1 + n, 1)`; those of the nominal leg are 1."""
    chance = np.random.default_rng(seed)
    found = parameters.load("fluid")
    factors: dict[str, Array] = {}
    own = {name: f"{person.condition}.{name}" for name in DRAWN_BY_CONDITION}
    for name in (*DRAWN, *DRAWN_BY_CONDITION):
        figure = found[own.get(name, name)]
        drawn = drawn_from(figure, _even(chance, draws))
        if name in {"filtration", "lymph"}:
            sigma = spread(f"spread_{name}")
            drawn = drawn * np.exp(sigma * np.clip(chance.standard_normal(draws), -2.0, 2.0))
        ratio = drawn / figure.value if figure.value else np.ones(draws)
        factors[name] = np.append(1.0, ratio)[:, None]
    return factors


def drawn_from(figure: Parameter, even: Array) -> Array:
    """Return values of a figure: half of them below its value, half above, evenly by ratio.

    Parameters
    ----------
    figure
        The figure, above 0.
    even
        Numbers from 0 to 1, `(n,)`.
    """
    low, middle, high = figure.low, figure.value, figure.high
    if not low > 0.0:
        return np.asarray(np.interp(even, (0.0, 0.5, 1.0), (low, middle, high)))
    return np.asarray(np.exp(np.interp(even, (0.0, 0.5, 1.0), np.log((low, middle, high)))))


def _even(chance: np.random.Generator, count: int) -> Array:
    """Return numbers from 0 to 1, one from each of equal parts, shuffled."""
    return np.asarray((chance.permutation(count) + chance.random(count)) / max(count, 1))


__all__ = ["DRAWN", "DRAWS", "SEED", "Course", "Range", "expected", "ranged"]
