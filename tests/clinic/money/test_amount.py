"""Whole cents, one rounding rule, shares that add up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.money import amount

CENTS = st.integers(-10_000_000, 10_000_000)
RATES = st.integers(0, amount.WHOLE)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_rounding_agrees_with_decimal_half_up(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    near = abs(exact - exact.to_integral_value(ROUND_HALF_UP))
    if near.quantize(Decimal("1e-12")) == Decimal("0.5"):
        exact = Decimal(numerator * 2) / (2 * denominator)
    assert amount.rounded(numerator, denominator) == int(exact.to_integral_value(ROUND_HALF_UP))


@given(CENTS, RATES)
def test_tax_is_the_nearest_cent_and_turns_sign_with_the_price(gross: int, rate: int) -> None:
    tax = amount.tax_within(gross, rate)
    exact = Fraction(gross * rate, amount.WHOLE + rate)
    assert abs(tax - exact) <= Fraction(1, 2)
    assert amount.tax_within(-gross, rate) == -tax
    assert abs(tax) <= abs(gross)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [(11_900, 1900, 1900), (4500, 1900, 718), (100, 700, 7), (1, 1900, 0), (3, 10_000, 2)],
)
def test_tax_of_known_prices(gross: int, rate: int, tax: int) -> None:
    assert amount.tax_within(gross, rate) == tax


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any))
def test_a_split_adds_up_and_no_part_is_a_cent_off_its_share(
    whole: int, weights: list[int]
) -> None:
    parts = amount.split(whole, weights)
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(whole * weight, sum(weights))) < 1
    if whole <= sum(weights):
        assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize(
    ("cents", "language", "text"),
    [
        (123_450, "en", "1,234.50 EUR"),
        (123_450, "de", "1.234,50 EUR"),
        (-5, "de-AT", "\N{MINUS SIGN}0,05 EUR"),
        (0, "en", "0.00 EUR"),
    ],
)
def test_amounts_are_written_as_the_language_does(cents: int, language: str, text: str) -> None:
    assert amount.shown(cents, "EUR", language) == text
