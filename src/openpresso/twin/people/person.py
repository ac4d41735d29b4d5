"""A person as the twin needs one: sex, height, weight, girths, fat, condition and traits."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final, Literal, cast, get_args

from openpresso.errors import Diagnostic, InputError
from openpresso.twin.parameters import value
from openpresso.twin.people import conditions, plausible
from openpresso.twin.people.conditions import Condition
from openpresso.twin.people.shape import SITES, Site

Sex = Literal["female", "male"]
SEXES: Final[tuple[Sex, ...]] = get_args(Sex)
SEX_WORDS: Final[dict[str, Sex]] = {
    "female": "female", "woman": "female", "f": "female",
    "male": "male", "man": "male", "m": "male",
}  # fmt: skip
"""Words for a sex."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Factors on the figures of a nominal limb [-]; a condition's own factors are in them."""

    compliance: float = 1.0
    """Of the veins above their resting volume."""
    resistance: float = 1.0
    """Of the veins along the limb."""
    inflow: float = 1.0
    """Arterial inflow at rest."""
    filtration: float = 1.0
    """Capillary filtration."""
    lymph: float = 1.0
    """Lymph flow."""
    capacity: float = 1.0
    """Venous volume at rest and when full."""
    valve_leak: float = 1.0
    """Backward conductance of the venous valves."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person; made by `person`, which fills in and checks."""

    sex: Sex
    height: float
    """[cm]"""
    weight: float
    """[kg]"""
    girths: Mapping[Site, float]
    """Girths of the leg as it is, swollen or not [cm]."""
    fat: Mapping[Site, float]
    """Thickness of subcutaneous fat [cm]."""
    condition: Condition = "healthy"
    traits: Traits = field(default_factory=Traits)


def person(
    *,
    sex: str,
    height: float | None = None,
    weight: float | None = None,
    girths: Mapping[Site, float] | None = None,
    fat: float | Mapping[Site, float] | None = None,
    condition: str = "healthy",
    source: str = "person",
) -> Person:
    """Return a person, with what is not given filled in.

    Girths follow weight as C = Cm (W / Wm)^b with b = r sC / sW, from means, spreads s (of the
    logarithm) and correlations r of 260 women and 247 men. Fat follows the body mass index. A
    condition scales what is filled in, never what is given.

    Parameters
    ----------
    sex
        `female` or `male`.
    height
        [cm]; the mean of the sex if it is not given.
    weight
        [kg]; the same.
    girths
        Girths by site [cm].
    fat
        Thickness of subcutaneous fat by site, or that at the calf, with the other sites in
        proportion [cm].
    condition
        Name of a condition.
    source
        Name of the argument or file, for messages.

    Raises
    ------
    InputError
        If there can be no such person; it names every reason.
    """
    who = sex_of(sex, source)
    has = conditions.chosen(condition, source)
    height = value("people", f"{who}_height") if height is None else height
    weight = value("people", f"{who}_weight") if weight is None else weight
    given_girths = dict(girths or {})
    _refuse(
        source,
        plausible.body(who, height, weight) + plausible.measures("girths", given_girths, who),
    )
    all_girths = {**typical_girths(who, weight, has), **given_girths}
    given_fat = {**fat} if isinstance(fat, Mapping) else {} if fat is None else {"calf": fat}
    _refuse(source, plausible.measures("fat", cast("dict[Site, float]", given_fat), who))
    all_fat = typical_fat(who, height, weight, has)
    if fat is not None and not isinstance(fat, Mapping):
        all_fat = {site: one * fat / all_fat["calf"] for site, one in all_fat.items()}
    all_fat = {**within(all_fat, all_girths), **cast("dict[Site, float]", given_fat)}
    _refuse(source, plausible.limb(who, height, weight, all_girths, all_fat, has))
    return Person(
        who, float(height), float(weight), all_girths, all_fat, has, condition_traits(has)
    )


def sex_of(text: object, source: str = "person") -> Sex:
    """Return the sex that a text names.

    Raises
    ------
    InputError
        If it names none.
    """
    word = str(text).casefold()
    found = SEX_WORDS.get(word)
    if found is None:
        near = difflib.get_close_matches(word, SEX_WORDS, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        message = f"{text!r} is no sex for which there are measures; allowed are female, male"
        hint = f"{meant}Name the one whose legs are nearer, and give the girths."
        raise InputError.one(source, "unknown-sex", message, path="sex", hint=hint)
    return found


def log_spread(sex: Sex, name: str) -> float:
    """Spread of the logarithm of a weight or girth between people of one sex [-]."""
    relative = value("people", f"{sex}_{name}_spread") / value("people", f"{sex}_{name}")
    return math.sqrt(math.log1p(relative * relative))


def typical_girths(sex: Sex, weight: float, condition: Condition) -> dict[Site, float]:
    """Girths that go with a weight and a condition [cm]."""
    ratio = weight / value("people", f"{sex}_weight")
    scaled = conditions.by_site(condition, "girth")
    found: dict[Site, float] = {}
    for site in SITES:
        power = value("people", f"{sex}_{site}_with_weight")
        power *= log_spread(sex, site) / log_spread(sex, "weight")
        found[site] = value("people", f"{sex}_{site}") * ratio**power * scaled[site]
    return found


def typical_fat(sex: Sex, height: float, weight: float, condition: Condition) -> dict[Site, float]:
    """Thickness of fat that goes with a height, a weight and a condition [cm]."""
    usual = value("people", f"{sex}_weight") / value("people", f"{sex}_height") ** 2
    build = (weight / height**2 / usual) ** value("people", "fat_with_build")
    scaled = conditions.by_site(condition, "fat")
    return {site: value("people", f"{sex}_fat_{site}") * build * scaled[site] for site in SITES}


def swelling(person: Person) -> dict[Site, float]:
    """Share of each girth that a condition added, over the girth without it [-].

    No more than the condition's factor, and than the girth has above that of a healthy person of
    this weight.
    """
    factor = conditions.by_site(person.condition, "girth")
    usual = typical_girths(person.sex, person.weight, "healthy")
    return {site: min(factor[site], max(person.girths[site] / usual[site], 1.0)) for site in SITES}


def within(fat: Mapping[Site, float], girths: Mapping[Site, float]) -> dict[Site, float]:
    """Return filled-in fat, no thicker than leaves room for muscle and bone [cm]."""
    most = value("people", "fat_filled_most") / (2.0 * math.pi)
    return {site: min(fat[site], most * girths[site]) for site in SITES}


def condition_traits(condition: Condition) -> Traits:
    """Return the factors of a condition."""
    own = conditions.figures(condition)
    found = {one.name: own[one.name].value for one in fields(Traits) if one.name in own}
    if "valve_leak" in found:
        found["valve_leak"] /= value("veins", "valve_leak")
    return Traits(**found)


def _refuse(source: str, found: tuple[Diagnostic, ...]) -> None:
    if found:
        raise InputError(source, found)


NOMINAL: Final = person(sex="female")
"""The woman whose girths are those of the cuffs' files: the mean of 260, 60.6 kg and 164.9 cm."""

__all__ = [
    "NOMINAL",
    "SEXES",
    "Condition",
    "Person",
    "Sex",
    "Site",
    "Traits",
    "condition_traits",
    "person",
    "sex_of",
    "swelling",
]
