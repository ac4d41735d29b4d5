"""What a person entered, read strictly: every field named, every number in its range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_TEXT = 200
"""Characters of a text inside a measurement."""


def refuse(code: str, path: str, message: str, hint: str = "Correct the entry.") -> NoReturn:
    """Refuse what was entered.

    Parameters
    ----------
    code, path, message, hint
        Of the diagnostic; see `openpresso.errors.Diagnostic`.
    """
    raise InputError.one("measurement", code, message, path=path, hint=hint)


def only(entered: Mapping[str, Any], allowed: Sequence[str], path: str = "detail") -> None:
    """Refuse fields that nobody knows."""
    for name in entered:
        if name not in allowed:
            known = ", ".join(allowed) or "nothing"
            refuse("unknown-field", f"{path}.{name}", f"{name!r} is not known; allowed: {known}")


def number(value: object, path: str, low: float, high: float, *, whole: bool = False) -> float:
    """Return a number in its range.

    Parameters
    ----------
    value
        What was entered.
    path
        Where, for the message.
    low, high
        Smallest and largest value allowed.
    whole
        Whether only whole numbers are allowed.
    """
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or not low <= value <= high or (whole and value != int(value)):  # type: ignore[operator, call-overload]
        form = "a whole number" if whole else "a number"
        refuse(
            "out-of-range",
            path,
            f"{value!r} is out of range; allowed is {form} {low:g} to {high:g}",
        )
    return float(value) + 0.0  # type: ignore[arg-type]


def text(value: object, path: str, *, needed: bool = False) -> str:
    """Return a short text."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        refuse("bad-text", path, f"allowed is a text of at most {LONGEST_TEXT} characters")
    found = value.strip()
    if needed and not found:
        refuse("missing-field", path, "it is missing", "Enter it; it is the same in every reading.")
    return found


def answers(value: object, path: str, count: tuple[int, int], low: float, high: float) -> list[Any]:
    """Return a list of answers; None stands for one that was left out.

    Parameters
    ----------
    value, path
        What was entered, and where.
    count
        Fewest and most answers.
    low, high
        Range of each.
    """
    if not isinstance(value, list | tuple) or not count[0] <= len(value) <= count[1]:
        many = f"{count[0]}" if count[0] == count[1] else f"{count[0]} to {count[1]}"
        got = f"{len(value)} are given" if isinstance(value, list | tuple) else "no list is given"
        refuse("wrong-count", path, f"{got}; allowed are {many} answers")
    return [
        None if one is None else number(one, f"{path}[{index}]", low, high)
        for index, one in enumerate(value)
    ]
