"""What sets of parameters, people and conditions rest on: every source, with its marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.parameters import Mark, Parameter
from openpresso.twin.people import conditions
from openpresso.twin.people.person import Person, condition_traits

MARKS: Final[tuple[Mark, ...]] = get_args(Mark)
"""From sure to unsure."""

Rests = str | Parameter | Mapping[str, Parameter] | Person
"""A set by name, a condition by name, one parameter, a set, or a person."""


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """One source, and what rests on it."""

    source: str
    marks: tuple[Mark, ...]
    """How sure the figures are that rest on it, the surest first."""
    parameters: tuple[str, ...]
    """Names of the figures, sorted."""

    def text(self) -> str:
        """Return the source, its marks and its figures in one line."""
        return f"{self.source} [{', '.join(self.marks)}]: {', '.join(self.parameters)}"


def citations(*sets: Rests) -> list[Citation]:
    """Return every source that sets of parameters, people or conditions rest on.

    Parameters
    ----------
    sets
        Names of sets (`veins`), names of conditions (`lymphoedema`), parameters, or people.

    Returns
    -------
    list[Citation]
        One entry for each source, the surest mark first and then by the alphabet.

    Raises
    ------
    InputError
        If a name is neither a set nor a condition.
    """
    found: dict[str, set[tuple[Mark, str]]] = {}
    for one in (each for some in sets for each in _figures(some)):
        found.setdefault(one.source.strip(), set()).add((one.mark, one.name))
    entries = [
        Citation(
            source,
            tuple(mark for mark in MARKS if any(mark == known for known, _ in rests)),
            tuple(sorted({name for _, name in rests})),
        )
        for source, rests in found.items()
    ]
    return sorted(entries, key=lambda one: (MARKS.index(one.marks[0]), one.source.casefold()))


def _figures(one: Rests) -> Iterable[Parameter]:
    """Return the parameters behind a set, a condition, a person or a parameter."""
    if isinstance(one, Parameter):
        return (one,)
    if isinstance(one, Person):
        return _of_person(one)
    if not isinstance(one, str):
        return one.values()
    if one in conditions.CONDITIONS:
        return conditions.figures(conditions.chosen(one)).values()
    if one in parameters.names():
        return parameters.load(one).values()
    known = (*parameters.names(), *conditions.CONDITIONS)
    message = f"{one!r} is neither a set of parameters nor a condition"
    raise InputError.one("citations", "unknown-parameters", message, hint=f"{', '.join(known)}.")


def _of_person(person: Person) -> Iterator[Parameter]:
    """Yield what a person rests on: their sex's measures, their condition, the sampled spreads."""
    sampled = person.traits != condition_traits(person.condition)
    for name, one in parameters.load("people").items():
        start = name.partition("_")[0]
        if start in {"female", "male"} - {person.sex}:
            continue
        if start == "spread" and not sampled:
            continue
        yield one
    yield from conditions.figures(person.condition).values()


__all__ = ["Citation", "citations"]
