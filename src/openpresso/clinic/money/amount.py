"""Amounts of money: whole cents, one rounding rule, shares that add up to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE: Final = 10_000
"""Basis points of the whole: 10,000 are 100 %."""
MOST: Final = 100_000_000
"""Largest single amount that can be entered [cents]; a slip of digits is more likely above it."""


def rounded(numerator: int, denominator: int) -> int:
    """Return a quotient in whole cents, halves away from zero.

    Rounding is symmetric, so that a credit note takes back exactly what the invoice stated.

    Parameters
    ----------
    numerator, denominator
        Whole numbers; the denominator is above zero.

    Returns
    -------
    int
        [cents]
    """
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def tax_within(gross: int, rate: int) -> int:
    """Return the tax that a price holds: gross * rate / (1 + rate), rounded per line.

    Parameters
    ----------
    gross
        Price with tax [cents].
    rate
        Rate of tax [basis points]; 1,900 is 19 %.

    Returns
    -------
    int
        Tax [cents]; the net price is the rest, so that net and tax always add up to the gross.
    """
    return rounded(gross * rate, WHOLE + rate)


def share(whole: int, rate: int) -> int:
    """Return a share of an amount; `rate` in basis points."""
    return rounded(whole * rate, WHOLE)


def split(whole: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount by weights, to the cent, so that the parts add up to the whole.

    The cents that remain after rounding down go to the largest remainders (Hamilton's method), and
    among equal remainders to the first.

    Parameters
    ----------
    whole
        Amount, not negative [cents].
    weights
        Not negative, their sum above zero.

    Returns
    -------
    tuple[int, ...]
        The parts in the order of the weights [cents]. No part is above its weight unless the whole
        is above the sum of the weights.
    """
    total = sum(weights)
    parts = [whole * weight // total for weight in weights]
    order = sorted(
        range(len(parts)), key=lambda one: (parts[one] * total - whole * weights[one], one)
    )
    for one in order[: whole - sum(parts)]:
        parts[one] += 1
    return tuple(parts)


def shown(cents: int, currency: str = "", language: str = "en") -> str:
    """Return an amount as it is written: `1,234.50 EUR`, in German `1.234,50 EUR`.

    Parameters
    ----------
    cents
        The amount.
    currency
        ISO 4217; none is written when empty.
    language
        `de` for point and comma in German use; anything else as in English.

    Returns
    -------
    str
        The amount with a true minus sign when negative.
    """
    units, rest = divmod(abs(cents), 100)
    text = f"{units:,}.{rest:02d}"
    if language.startswith("de"):
        text = text.translate(str.maketrans(",.", ".,"))
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{sign}{text} {currency}".strip()
