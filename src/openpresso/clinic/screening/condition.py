"""Conditions on answers: comparisons joined by all, any, not and counts; nothing is ever run.

An answer that is not there makes a comparison unknown, neither true nor false (Kleene's strong
three-valued logic), so one more answer never turns a rule that holds into one that does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, assert_never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from openpresso.clinic.screening.questionnaire import Value

Relation = Literal["is", "at_least", "at_most", "below", "above", "missing"]
NUMERIC: Final[tuple[Relation, ...]] = ("at_least", "at_most", "below", "above")
"""Relations of numbers."""


@dataclass(frozen=True, slots=True)
class Compare:
    """One answer against a value.

    Parameters
    ----------
    question
        Key of the question.
    relation
        How it is compared; `is` is true for any of several values.
    values
        What with; empty for `missing`.
    """

    question: str
    relation: Relation
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """Every one of several conditions."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several conditions."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    of: Condition


@dataclass(frozen=True, slots=True)
class Count:
    """At least so many of several conditions."""

    least: int
    of: tuple[Condition, ...]


Condition = Compare | All | AnyOf | Not | Count


def holds(condition: Condition, answer: Callable[[str], Value | None]) -> bool | None:
    """Return whether a condition is true; None while answers are missing that decide it.

    Parameters
    ----------
    condition
        The condition.
    answer
        Gives the answer to a question by its key, or None.
    """
    match condition:
        case Compare():
            return _compare(condition, answer(condition.question))
        case All(parts):
            return _every(holds(part, answer) for part in parts)
        case AnyOf(parts):
            contrary = _every(_contrary(holds(part, answer)) for part in parts)
            return _contrary(contrary)
        case Not(part):
            return _contrary(holds(part, answer))
        case Count(least, parts):
            found = [holds(part, answer) for part in parts]
            if found.count(True) >= least:
                return True
            return False if found.count(True) + found.count(None) < least else None
        case _:
            assert_never(condition)


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Yield every comparison in a condition."""
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from comparisons(part)
        case All(parts) | AnyOf(parts) | Count(_, parts):
            for part in parts:
                yield from comparisons(part)
        case _:
            assert_never(condition)


def _every(found: Iterable[bool | None]) -> bool | None:
    """Return false if one is false, else unknown if one is unknown, else true."""
    known = list(found)
    if False in known:
        return False
    return None if None in known else True


def _contrary(found: bool | None) -> bool | None:
    return None if found is None else not found


def _compare(one: Compare, value: Value | None) -> bool | None:
    if one.relation == "missing":
        return value is None
    if value is None:
        return None
    if one.relation == "is":
        # 1 == True in Python: an answer of another kind is never equal.
        return any(value == other and type(value) is type(other) for other in one.values)
    limit = one.values[0]
    if isinstance(value, str) or isinstance(limit, str):
        return False
    if one.relation == "at_least":
        return value >= limit
    if one.relation == "at_most":
        return value <= limit
    return value < limit if one.relation == "below" else value > limit
