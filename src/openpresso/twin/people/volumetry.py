"""How the volume of a limb is measured: tape, water and perometer, each with its error."""

from __future__ import annotations

import difflib
import math
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openpresso.errors import InputError
from openpresso.twin.parameters import value
from openpresso.twin.people.person import Person
from openpresso.twin.people.shape import SITES, Site, along, cones, heights

Method = Literal["tape", "water", "perometer"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
Floats = NDArray[np.float64]


def levels(person: Person, *, spacing: float | None = None, to: Site = "thigh") -> Floats:
    """Return the levels at which a tape is laid, from the ankle up [cm].

    Parameters
    ----------
    person
        The person.
    spacing
        Distance between levels [cm]; that of the protocol in volumetry.yaml if it is not given.
    to
        The site at which measuring ends.
    """
    step = value("volumetry", "tape_spacing") if spacing is None else spacing
    if not (math.isfinite(step) and step > 0.0):
        message = f"{step!r} is no distance between levels; allowed is more than 0 cm"
        raise InputError.one("levels", "bad-spacing", message, hint="2 to 12 cm are usual.")
    first, last = heights(person.height)[[0, SITES.index(to)]]
    return np.append(np.arange(first, last - 1e-6, step), last)


def girths_at(person: Person, levels: ArrayLike) -> Floats:
    """Girths of a person's leg at levels above the sole [cm]."""
    return along(person.girths, person.height, levels)


def tape(
    girths: ArrayLike,
    levels: ArrayLike,
    rng: np.random.Generator | None = None,
    *,
    noise: float | None = None,
) -> float:
    """Volume that a tape gives, as truncated cones [mL].

    Parameters
    ----------
    girths, levels
        True girths and their levels [cm], shape `(n_levels,)`.
    rng
        Draws the error at every level; none gives the volume without error.
    noise
        Standard deviation of a girth [cm]; that of volumetry.yaml if it is not given.
    """
    read = np.asarray(girths, dtype=float)
    if rng is not None:
        read = read + rng.normal(0.0, _noise(noise), read.shape)
    return cones(np.maximum(read, 0.0), levels)


def tape_error(girths: ArrayLike, levels: ArrayLike, *, noise: float | None = None) -> float:
    """Return the standard error of a tape's volume [mL], to the first order in the noise.

    s_V = s (sum (dV/dC_i)^2)^0.5 with dV/dC_i = sum of L (2 C_i + C_j) / (12 pi) over both cones.
    """
    girth, length = np.asarray(girths, dtype=float), np.diff(np.asarray(levels, dtype=float))
    slope = np.zeros_like(girth)
    slope[:-1] += length * (2.0 * girth[:-1] + girth[1:])
    slope[1:] += length * (2.0 * girth[1:] + girth[:-1])
    return float(_noise(noise) * np.linalg.norm(slope / (12.0 * math.pi)))


def water(volume: float, rng: np.random.Generator | None = None) -> float:
    """Volume that displaced water gives [mL]."""
    return _relative(volume, "water_error", rng)


def perometer(
    person: Person, rng: np.random.Generator | None = None, *, to: Site = "thigh"
) -> float:
    """Volume that an optoelectronic frame gives [mL]: circular discs from ankle to `to`."""
    at = levels(person, spacing=value("volumetry", "perometer_spacing"), to=to)
    area = girths_at(person, at) ** 2 / (4.0 * math.pi)
    seen = float(np.sum(0.5 * (area[1:] + area[:-1]) * np.diff(at)))
    return _relative(seen, "perometer_error", rng)


def measure(
    person: Person,
    method: str,
    rng: np.random.Generator | None = None,
    *,
    to: Site = "thigh",
) -> float:
    """Volume of a person's leg from the ankle to a site, as a method gives it [mL].

    Parameters
    ----------
    person
        The person, as swollen as they are now.
    method
        `tape`, `water` or `perometer`.
    rng
        Draws the error; none gives the volume without error.
    to
        The site at which measuring ends.
    """
    chosen = _method(method)
    if chosen == "perometer":
        return perometer(person, rng, to=to)
    at = levels(person, to=to)
    girth = girths_at(person, at)
    return tape(girth, at, rng) if chosen == "tape" else water(tape(girth, at), rng)


def error(person: Person, method: str, *, to: Site = "thigh") -> float:
    """Return the standard error of `measure` [mL]."""
    chosen = _method(method)
    if chosen == "tape":
        at = levels(person, to=to)
        return tape_error(girths_at(person, at), at)
    return measure(person, method, to=to) * value("volumetry", f"{chosen}_error")


def smallest_difference(error: float) -> float:
    """Smallest difference of two measurements that is real with 95 % confidence.

    1.96 sqrt(2) SEM.

    Parameters
    ----------
    error
        Standard error of one measurement (SEM), in any unit.
    """
    return 1.96 * math.sqrt(2.0) * error


def _relative(volume: float, name: str, rng: np.random.Generator | None) -> float:
    return volume if rng is None else volume * (1.0 + rng.normal(0.0, value("volumetry", name)))


def _noise(given: float | None) -> float:
    return value("volumetry", "tape_noise") if given is None else given


def _method(text: str) -> Method:
    found = next((one for one in METHODS if one == text), None)
    if found is None:
        near = difflib.get_close_matches(str(text), METHODS, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        message = f"{text!r} is no method; allowed are {', '.join(METHODS)}"
        raise InputError.one("measure", "unknown-method", message, hint=f"{meant}Correct it.")
    return found


__all__ = [
    "METHODS", "Method", "error", "girths_at", "levels", "measure", "perometer",
    "smallest_difference", "tape", "tape_error", "water",
]  # fmt: skip
