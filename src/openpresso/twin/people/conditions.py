"""Conditions of a limb as data: factors on a healthy person's figures, and figures of their own."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.parameters import Parameter
from openpresso.twin.people.shape import SITES, Site

Condition = Literal["healthy", "venous-insufficiency", "lymphoedema", "lipoedema", "after-sport"]
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)
SETS: Final = ("conditions", "fluid")
"""Sets of parameters with figures of conditions: of shape and veins, and of fluid."""
SWOLLEN: Final[frozenset[Condition]] = frozenset(
    {"venous-insufficiency", "lymphoedema", "lipoedema"}
)
"""Conditions in which a leg may weigh more than its share of the body."""
ALIASES: Final[dict[str, Condition]] = {
    "lymphedema": "lymphoedema",
    "lipedema": "lipoedema",
    "cvi": "venous-insufficiency",
    "normal": "healthy",
    "sport": "after-sport",
    "after-exercise": "after-sport",
}
"""Other words for conditions."""


def named(text: str) -> Condition | None:
    """Return the condition that a text names, if it names one."""
    word = "-".join(str(text).casefold().split())
    found = ALIASES.get(word, word)
    return next((one for one in CONDITIONS if one == found), None)


def chosen(text: str, source: str = "condition") -> Condition:
    """Return the condition that a text names.

    Raises
    ------
    InputError
        If it names none.
    """
    found = named(text)
    if found is None:
        near = difflib.get_close_matches(str(text).casefold(), [*CONDITIONS, *ALIASES], n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        message = f"{text!r} is no known condition; allowed are {', '.join(CONDITIONS)}"
        raise InputError.one(
            source, "unknown-condition", message, hint=f"{meant}Correct the name or leave it out."
        )
    return found


@functools.cache
def figures(condition: Condition) -> Mapping[str, Parameter]:
    """Return the figures of a condition by their plain names."""
    start = f"{condition}."
    return MappingProxyType(
        {
            key.removeprefix(start): one
            for name in SETS
            for key, one in parameters.load(name).items()
            if key.startswith(start)
        }
    )


def figure(condition: Condition, name: str, nominal: float) -> float:
    """Return a condition's own figure, or the nominal one if it has none.

    Parameters
    ----------
    condition
        The condition.
    name
        Name of the figure, for example `lag` [s] or `stiffness` [-].
    nominal
        The figure of a healthy limb, in the unit that the condition's figure has.
    """
    found = figures(condition).get(name)
    return nominal if found is None else found.value


def by_site(condition: Condition, name: str) -> dict[Site, float]:
    """Return a condition's factors on `girth` or `fat` at every site [-]."""
    own = figures(condition)
    found = {site: own.get(f"{name}_{site}", own.get(name)) for site in SITES}
    return {site: 1.0 if one is None else one.value for site, one in found.items()}


__all__ = [
    "CONDITIONS",
    "SWOLLEN",
    "Condition",
    "by_site",
    "chosen",
    "figure",
    "figures",
    "named",
]
