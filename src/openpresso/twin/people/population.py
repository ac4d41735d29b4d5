"""People drawn at random: the spread of weight, height, girths, fat and traits between people."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from openpresso.errors import InputError
from openpresso.twin.parameters import value
from openpresso.twin.people import conditions
from openpresso.twin.people.conditions import Condition
from openpresso.twin.people.person import (
    Person,
    Sex,
    Traits,
    condition_traits,
    log_spread,
    person,
    sex_of,
    typical_fat,
    typical_girths,
    within,
)
from openpresso.twin.people.shape import SITES

SAMPLED: Final = ("compliance", "resistance", "inflow", "filtration", "lymph")
"""Traits that differ between people of one condition."""
TAILS: Final = 3.0
"""Standard deviations beyond which nobody is drawn."""
MOST: Final = 1_000_000


def sample(
    count: int, seed: int, *, sex: str | None = None, condition: str = "healthy"
) -> list[Person]:
    """Draw people; person k is the same however many are drawn.

    Parameters
    ----------
    count
        How many people.
    seed
        Seed of the sample; every person draws from a sequence of their own.
    sex
        `female` or `male`; both if it is not given.
    condition
        Name of the condition that all of them have.

    Returns
    -------
    list[Person]
        The people, in order.

    Raises
    ------
    InputError
        If count or seed is negative or no whole number, or sex or condition is unknown.
    """
    _whole("count", count, MOST)
    _whole("seed", seed, 2**63)
    who = None if sex is None else sex_of(sex, "sample")
    has = conditions.chosen(condition, "sample")
    return [draw(seed, number, sex=who, condition=has) for number in range(count)]


def draw(
    seed: int, number: int, *, sex: Sex | None = None, condition: Condition = "healthy"
) -> Person:
    """Draw one person of a sample.

    Height is normal, weight log-normal and correlated with it. A girth's logarithm is that which
    goes with the weight plus what weight does not explain; that part is correlated between sites.
    Fat and traits are log-normal with the published or estimated spread and mean.

    Parameters
    ----------
    seed
        Seed of the sample.
    number
        Place in it, from 0.
    sex
        Sex; drawn if it is not given.
    condition
        Condition.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    women = rng.random() < value("people", "share_of_women")
    drawn: Sex = "female" if women else "male"
    who = drawn if sex is None else sex
    z = np.clip(rng.standard_normal(4 + len(SITES) + len(SAMPLED)), -TAILS, TAILS)
    of_body, of_sites, of_traits = z[:4], z[4 : 4 + len(SITES)], z[4 + len(SITES) :]
    leak = rng.random()
    height, weight = _body(who, of_body[0], of_body[1])
    shared = math.sqrt(value("people", "sites_together"))
    girths = typical_girths(who, weight, condition)
    for site, own in zip(SITES, of_sites, strict=True):
        unexplained = math.sqrt(1.0 - value("people", f"{who}_{site}_with_weight") ** 2)
        z_site = shared * of_body[2] + math.sqrt(1.0 - shared * shared) * own
        girths[site] *= log_normal(log_spread(who, site) * unexplained, z_site)
    thicker = log_normal(unexplained_fat(who), of_body[3])
    fat = typical_fat(who, height, weight, condition)
    fat = within({site: one * thicker for site, one in fat.items()}, girths)
    made = person(
        sex=who, height=height, weight=weight, girths=girths, fat=fat, condition=condition,
        source=f"person {number} of sample {seed}",
    )  # fmt: skip
    traits = _leaking(condition_traits(condition), condition, leak)
    factors = {
        name: getattr(traits, name) * log_normal(spread(f"spread_{name}"), one)
        for name, one in zip(SAMPLED, of_traits, strict=True)
    }
    return dataclasses.replace(made, traits=dataclasses.replace(traits, **factors))


def spread(name: str) -> float:
    """Spread of a logarithm whose number has the relative spread `name` of people.yaml [-]."""
    return math.sqrt(math.log1p(value("people", name) ** 2))


def log_normal(spread: float, z: float) -> float:
    """Log-normal factor of mean 1: exp(s z - s^2 / 2), with s the logarithm's spread."""
    return math.exp(spread * float(z) - 0.5 * spread * spread)


def unexplained_fat(sex: Sex) -> float:
    """Spread of the logarithm of fat between people of the same build [-].

    The spread between all people less what the spread of the body mass index explains.
    """
    tall = value("people", f"{sex}_height_spread") / value("people", f"{sex}_height")
    heavy, with_height = log_spread(sex, "weight"), value("people", f"{sex}_weight_with_height")
    build = heavy**2 + 4.0 * tall**2 - 4.0 * with_height * heavy * tall
    explained = value("people", "fat_with_build") ** 2 * build
    return math.sqrt(max(spread("spread_fat") ** 2 - explained, 0.0))


def _whole(name: str, number: object, most: int) -> None:
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= most:
        return
    message = f"{number!r} is no {name}; allowed is a whole number from 0 to {most}"
    raise InputError.one("sample", f"bad-{name}", message, path=name, hint="correct it.")


def _body(sex: Sex, z_height: float, z_weight: float) -> tuple[float, float]:
    """Return height [cm] and weight [kg]."""
    height = value("people", f"{sex}_height")
    height += value("people", f"{sex}_height_spread") * float(z_height)
    together = value("people", f"{sex}_weight_with_height")
    z = together * z_height + math.sqrt(1.0 - together * together) * z_weight
    return height, value("people", f"{sex}_weight") * log_normal(log_spread(sex, "weight"), z)


def _leaking(traits: Traits, condition: Condition, share: float) -> Traits:
    """Return traits with a valve leak drawn evenly by ratio from the condition's range."""
    own = conditions.figures(condition).get("valve_leak")
    if own is None:
        return traits
    leak = own.low * (own.high / own.low) ** share
    return dataclasses.replace(traits, valve_leak=leak / value("veins", "valve_leak"))


__all__ = ["draw", "sample", "spread"]
