"""Whether a person can be: what is refused, with the reason and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from openpresso.errors import Diagnostic
from openpresso.twin.parameters import load, value
from openpresso.twin.people.conditions import SWOLLEN, Condition
from openpresso.twin.people.shape import SITES, Site, between

_CHECK: Final = "check the number and its unit."
_RISING: Final[tuple[Site, ...]] = ("ankle", "calf", "thigh")
"""Sites whose girths rise in every leg that is not swollen out of shape."""


def leg_volume(sex: str, girths: Mapping[Site, float], stature: float) -> float:
    """Volume of a leg with its foot [mL]: truncated cones from ankle to thigh, and the foot.

    The foot is that of its sex (PMC2953309), scaled by the square of the ankle's girth.
    """
    return between(girths, stature, "ankle", "thigh") + foot_volume(sex, girths["ankle"])


def foot_volume(sex: str, ankle: float) -> float:
    """Volume of a foot with an ankle of this girth [mL]."""
    thicker = ankle / value("people", f"{sex}_ankle")
    return value("people", f"{sex}_foot") * thicker * thicker


def body(sex: str, height: float, weight: float) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a height [cm] and a weight [kg]."""
    found = [
        *_number("height", height, f"{sex}_height", "cm"),
        *_number("weight", weight, f"{sex}_weight", "kg"),
    ]
    return tuple(found) or tuple(_build(height, weight))


def measures(name: str, sites: Mapping[Site, float], sex: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with given `girths` or `fat` [cm], each alone."""
    found: list[Diagnostic] = []
    for site, one in sites.items():
        path = f"{name}.{site}"
        if site not in SITES:
            message = f"{site!r} is no site; allowed are {', '.join(SITES)}"
            found.append(Diagnostic("error", "unknown-site", path, message, "correct the name."))
        elif name == "girths":
            found.extend(_number(path, one, f"{sex}_{site}", "cm"))
        elif not (_is_number(one) and one > 0.0):
            message = f"{one!r} is no thickness of fat; allowed is more than 0 cm"
            found.append(Diagnostic("error", "implausible-fat", path, message, _CHECK))
    return tuple(found)


def limb(
    sex: str,
    stature: float,
    weight: float,
    girths: Mapping[Site, float],
    fat: Mapping[Site, float],
    condition: Condition,
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a limb as a whole: its order, its fat and its weight.

    In lymphoedema an ankle may be thicker than the calf or the thigh; in no other condition.
    """
    order = () if condition == "lymphoedema" else _order(girths)
    return (*order, *_fat(girths, fat), *_share(sex, stature, weight, girths, condition))


def _is_number(one: object) -> bool:
    return isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1e9


def _number(path: str, one: float, name: str, unit: str) -> Iterator[Diagnostic]:
    """Report what is no number, or outside of what is accepted."""
    bounds = load("people")[name]
    if _is_number(one) and bounds.low <= one <= bounds.high:
        return
    shown = f"{one:g} {unit}" if _is_number(one) else repr(one)
    message = f"{shown} is not accepted; allowed is {bounds.low:g} to {bounds.high:g} {unit}"
    code = f"implausible-{path.partition('.')[0].removesuffix('s')}"
    yield Diagnostic("error", code, path, message, _CHECK)


def _build(height: float, weight: float) -> Iterator[Diagnostic]:
    """Report a height and a weight that do not go together."""
    index = weight / (height / 100.0) ** 2
    least, most = (value("people", f"build_{end}") for end in ("least", "most"))
    if not least <= index <= most:
        message = (
            f"{weight:g} kg at {height:g} cm is a body mass index of {index:.1f}; "
            f"allowed is {least:g} to {most:g}"
        )
        yield Diagnostic("error", "implausible-build", "weight", message, _CHECK)


def _order(girths: Mapping[Site, float]) -> Iterator[Diagnostic]:
    """Report an ankle that is not the thinnest, and a thigh that is not the thickest."""
    for thin, thick in pairwise(_RISING):
        if girths[thin] >= girths[thick]:
            message = (
                f"{girths[thin]:.1f} cm at the {thin} is not less than "
                f"{girths[thick]:.1f} cm at the {thick}; that is allowed in lymphoedema alone"
            )
            hint = "check both girths, or give the one that was filled in."
            yield Diagnostic("error", "girth-order", f"girths.{thin}", message, hint)


def _fat(girths: Mapping[Site, float], fat: Mapping[Site, float]) -> Iterator[Diagnostic]:
    """Report fat that leaves no room for muscle and bone."""
    for site in SITES:
        most = value("people", "fat_most") * girths[site] / (2.0 * math.pi)
        if not fat[site] <= most:
            message = (
                f"{fat[site]:.2f} cm of fat is too thick for a girth of {girths[site]:.1f} cm; "
                f"allowed is {most:.2f} cm, {value('people', 'fat_most'):.0%} of the radius"
            )
            yield Diagnostic("error", "fat-too-thick", f"fat.{site}", message, _CHECK)


def _share(
    sex: str, stature: float, weight: float, girths: Mapping[Site, float], condition: Condition
) -> Iterator[Diagnostic]:
    """Report a leg that is too heavy or too light for the body."""
    litres = leg_volume(sex, girths, stature) / 1000.0
    share = litres * value("people", "density") / weight
    least = value("people", "leg_least")
    most = value("people", "leg_most_swollen" if condition in SWOLLEN else "leg_most")
    if not least <= share <= most:
        heavy = share > most
        message = (
            f"a leg of these girths has {litres:.1f} L, {share:.0%} of {weight:g} kg; "
            f"allowed is {least:.0%} to {most:.0%}"
        )
        code = "leg-too-heavy" if heavy else "leg-too-light"
        yield Diagnostic("error", code, "girths", message, "check girths and weight.")


__all__ = ["body", "foot_volume", "leg_volume", "limb", "measures"]
