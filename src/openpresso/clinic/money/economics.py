"""Cost and effect as pure functions: cost of a course, cost per kept responder, two ways compared.

Difference of costs and effects is called by four words only; a ratio is shown in the two quadrants
in which it means something. No quality-adjusted life years: a practice does not measure them.

Sources: net benefit instead of an interval of the ratio, which has the same value in opposite
quadrants and is biased in small samples: Stinnett 1996; Health Economics Resource Center, note on
uncertainty. Absolute counts with one denominator: Patient Information Forum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Word = Literal[
    "cheaper and better: take",
    "dearer and worse: leave",
    "dearer and better: your price per unit",
    "cheaper and worse",
    "cannot say",
]
LEAST: Final = 10
"""Clients of each way below which nothing is said."""
DRAWS: Final = 2000
SEED: Final = 20_260_322


@dataclass(frozen=True, slots=True)
class CostInputs:
    """What a course costs whom; money in cents, times in minutes.

    Parameters
    ----------
    technician
        Wage with all that comes on top [cents/h].
    technician_minutes
        Of one session, with preparing and cleaning [min].
    room
        Rent, heat and light of a room [cents/h].
    room_minutes
        Time that one session takes the room [min].
    device
        Price of console and cuffs [cents].
    device_sessions
        Sessions until they are replaced.
    consumables
        Liner, cleaning, laundry a session [cents].
    client_time
        What an hour of the client is worth to the client [cents/h].
    client_minutes
        Time that a session takes the client, without the way [min].
    travel
        Fare or fuel of one visit, there and back [cents].
    travel_minutes
        Time of one visit's way, there and back [min].
    """

    technician: float
    technician_minutes: float
    room: float
    room_minutes: float
    device: float
    device_sessions: float
    consumables: float
    client_time: float
    client_minutes: float
    travel: float
    travel_minutes: float


@dataclass(frozen=True, slots=True)
class CourseCost:
    """What a course costs, part by part [cents]."""

    technician: float
    room: float
    device: float
    consumables: float
    client_time: float
    travel: float

    @property
    def practice(self) -> float:
        """What it costs the practice [cents]."""
        return self.technician + self.room + self.device + self.consumables

    @property
    def client(self) -> float:
        """What it costs the client beside the price: time and travel [cents]."""
        return self.client_time + self.travel

    @property
    def total(self) -> float:
        """Both; the price is no part of it, for it only passes from one to the other [cents]."""
        return self.practice + self.client


def course_cost(sessions: float, inputs: CostInputs) -> CourseCost:
    """Return what a course costs.

    cost = sessions * (technician time + room + device depreciation + consumables)
    + client's time + travel, where the client's time includes the way.
    """
    visit_minutes = inputs.client_minutes + inputs.travel_minutes
    return CourseCost(
        technician=sessions * inputs.technician * inputs.technician_minutes / 60.0,
        room=sessions * inputs.room * inputs.room_minutes / 60.0,
        device=sessions * inputs.device / inputs.device_sessions,
        consumables=sessions * inputs.consumables,
        client_time=sessions * inputs.client_time * visit_minutes / 60.0,
        travel=sessions * inputs.travel,
    )


@dataclass(frozen=True, slots=True)
class KeptCost:
    """What one client cost who was better and still was at 12 weeks.

    Parameters
    ----------
    clients, kept, lost, missing
        All clients; those who kept it; those who did not; those nobody knows of.
    total
        Cost of all clients [cents].
    each
        `total / kept`; None when nobody kept it or too few were seen.
    best
        The same if all missing ones had kept it; None as above.
    why
        What has to be known with the figure, as sentences.
    """

    clients: int
    kept: int
    lost: int
    missing: int
    total: float
    each: float | None
    best: float | None
    why: tuple[str, ...]


def kept_cost(costs: Sequence[float], kept: int, lost: int) -> KeptCost:
    """Return the cost per kept responder: the cost of all clients over those who kept it.

    Missing follow-up counts as not kept (worst case); `best` counts it as kept.

    Parameters
    ----------
    costs
        Cost of each client, responder or not [cents].
    kept, lost
        Clients who kept a real change at 12 weeks, and who were seen then and did not.
    """
    clients = len(costs)
    missing = clients - kept - lost
    if missing < 0:
        raise ValueError(f"{kept} kept and {lost} lost of {clients} clients")
    total = math.fsum(costs)
    why = []
    if clients < LEAST:
        why.append(f"{clients} clients; nothing is said below {LEAST}")
    if kept == 0:
        why.append("nobody is known to have kept it, so there is nothing to divide by")
    if missing:
        why.append(f"{missing} of {clients} were not seen at 12 weeks and count as not kept")
    why.append("without a group to compare with, some would have improved anyway")
    said = clients >= LEAST and kept > 0
    return KeptCost(
        clients=clients,
        kept=kept,
        lost=lost,
        missing=missing,
        total=total,
        each=total / kept if said else None,
        best=total / (kept + missing) if said else None,
        why=tuple(why),
    )


def four_words(cost: float, effect: float) -> Word:
    """Return the word for a difference of costs and effects.

    Equal in one of the two counts for the other: as good and cheaper is taken, as good and dearer
    is left. Equal in both, or not a number, cannot be said.

    Parameters
    ----------
    cost, effect
        Of the one less of the other; a larger effect is better.
    """
    if math.isnan(cost) or math.isnan(effect) or (cost == 0.0 and effect == 0.0):
        return "cannot say"
    if cost <= 0.0 <= effect:
        return "cheaper and better: take"
    if cost >= 0.0 >= effect:
        return "dearer and worse: leave"
    if cost > 0.0:
        return "dearer and better: your price per unit"
    return "cheaper and worse"


def net_benefit(cost: float, effect: float, willingness: float) -> float:
    """Return what the difference is worth: willingness * effect - cost [cents]."""
    return willingness * effect - cost


@dataclass(frozen=True, slots=True)
class Plane:
    """Differences of cost and effect when the clients are drawn again: the cost-effect plane.

    Parameters
    ----------
    costs, effects
        Of each draw, shape `(n_draws,)`; costs in cents.
    """

    costs: NDArray[np.float64]
    effects: NDArray[np.float64]

    def shares(self) -> dict[Word, float]:
        """Return the share of the draws under each word."""
        words = [
            four_words(float(cost), float(effect))
            for cost, effect in zip(self.costs, self.effects, strict=True)
        ]
        every: tuple[Word, ...] = (
            "cheaper and better: take",
            "dearer and worse: leave",
            "dearer and better: your price per unit",
            "cheaper and worse",
            "cannot say",
        )
        return {word: words.count(word) / len(words) for word in every}

    def probability(self, willingness: Sequence[float]) -> tuple[float, ...]:
        """Return how often the one is worth more than the other, for each willingness to pay."""
        return tuple(
            float(np.mean(value * self.effects - self.costs > 0.0)) for value in willingness
        )

    def interval(self, willingness: float, level: float = 0.95) -> tuple[float, float]:
        """Return the percentile interval of the net benefit [cents]."""
        tail = 50.0 * (1.0 - level)
        benefit = willingness * self.effects - self.costs
        low, high = np.percentile(benefit, [tail, 100.0 - tail])
        return float(low), float(high)


def bootstrap(
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Plane:
    """Draw the clients of two ways again and again, cost and effect of a client kept together.

    Parameters
    ----------
    one, other
        Cost and effect of each client, shape `(n_clients, 2)`.
    draws, seed
        How often, and the seed: the same seed gives the same plane.
    """
    generator = np.random.default_rng(seed)
    means = []
    for rows in (one, other):
        chosen = generator.integers(0, len(rows), size=(draws, len(rows)))
        means.append(rows[chosen].mean(axis=1))
    difference = means[0] - means[1]
    return Plane(difference[:, 0].copy(), difference[:, 1].copy())


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways compared.

    Parameters
    ----------
    clients
        Of the one and of the other.
    cost, effect
        Mean of the one less mean of the other [cents], [unit of the effect].
    word
        One of the four words, or that nothing can be said.
    price
        Cost of one more unit of effect [cents/unit], only when dearer and better, or what is saved
        for one unit less, only when cheaper and worse; else None.
    willingness
        What the user would pay for one unit [cents/unit].
    benefit, interval
        Net benefit and its 95 % interval [cents].
    plane
        The draws; None when nothing can be said.
    curve
        Pairs of willingness and probability to be worth it.
    why
        What has to be known with the figures, as sentences.
    """

    clients: tuple[int, int]
    cost: float
    effect: float
    word: Word
    price: float | None
    willingness: float
    benefit: float | None
    interval: tuple[float, float] | None
    plane: Plane | None
    curve: tuple[tuple[float, float], ...]
    why: tuple[str, ...]


def compare(
    one: Sequence[tuple[float, float]],
    other: Sequence[tuple[float, float]],
    *,
    willingness: float,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Comparison:
    """Compare two ways by cost and effect of each client.

    Parameters
    ----------
    one, other
        `(cost [cents], effect)` of each client; a larger effect is better.
    willingness
        What the user would pay for one unit of effect [cents/unit].
    draws, seed
        As in `bootstrap`.
    """
    clients = (len(one), len(other))
    why = ["who got which was not drawn by lot: the clients themselves may differ"]
    if min(clients) < LEAST:
        why.insert(0, f"{clients[0]} and {clients[1]} clients; nothing is said below {LEAST}")
        nothing = math.nan
        return Comparison(
            clients, nothing, nothing, "cannot say", None, willingness, None, None, None, (),
            tuple(why),
        )  # fmt: skip
    arrays = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    cost, effect = (float(value) for value in arrays[0].mean(axis=0) - arrays[1].mean(axis=0))
    word = four_words(cost, effect)
    plane = bootstrap(*arrays, draws=draws, seed=seed)
    steps = [willingness * factor / 10.0 for factor in range(21)]
    has_price = word in {"dearer and better: your price per unit", "cheaper and worse"}
    return Comparison(
        clients=clients,
        cost=cost,
        effect=effect,
        word=word,
        price=cost / effect if has_price else None,
        willingness=willingness,
        benefit=net_benefit(cost, effect, willingness),
        interval=plane.interval(willingness),
        plane=plane,
        curve=tuple(zip(steps, plane.probability(steps), strict=True)),
        why=tuple(why),
    )


def with_reason(found: Comparison, why: str) -> Comparison:
    """Return a comparison with one more thing to be known with it."""
    return replace(found, why=(*found.why, why))
