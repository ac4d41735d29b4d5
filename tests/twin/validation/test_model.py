"""The rows: complete, frozen in form, and judged by the rule that each states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from openpresso.errors import InputError
from openpresso.twin.validation.model import Quantity, Row, chosen, remarks, rows

NUMBERS = {row.number for row in rows()}
QUANTITIES = [(row, quantity) for row in rows() for quantity in row.quantities]
HELD_OUT = {"7", "12", "19", "23", "25", "28", "30", "31"}


def quantity(**changed: object) -> Quantity:
    fields = {
        "name": "flow", "what": "a flow", "unit": "mL/s", "rule": "near", "published": 10.0,
        "share": 0.3, "reason": "as all",
    }  # fmt: skip
    return Quantity.model_validate(fields | changed)


def test_there_are_more_than_twenty_rows_and_none_is_there_twice() -> None:
    assert len(rows()) >= 20
    assert len(NUMBERS) == len(rows())


def test_the_rows_that_are_held_out_are_all_there() -> None:
    assert {row.number for row in rows() if row.use == "H"} == HELD_OUT


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_every_row_says_where_it_comes_from_and_names_its_quantities_once(row: Row) -> None:
    assert len({one.name for one in row.quantities}) == len(row.quantities)
    assert row.source
    assert row.mark


@pytest.mark.parametrize(
    ("row", "one"), QUANTITIES, ids=[f"{row.number}-{one.name}" for row, one in QUANTITIES]
)
def test_what_is_published_would_itself_pass(row: Row, one: Quantity) -> None:
    if one.rule == "near":
        assert one.holds(one.published), row.number
        assert one.tolerance > 0.0


def test_haemodynamics_are_allowed_thirty_percent_or_the_spread_and_swelling_fifty() -> None:
    by_number = {row.number: row for row in rows()}
    for number, share in {"10": 0.3, "16": 0.3, "19": 0.3, "21": 0.5, "28": 0.5, "31": 0.5}.items():
        for one in by_number[number].quantities:
            assert one.tolerance == pytest.approx(
                max(share * abs(one.published), (one.high or one.published) - one.published)
            )


@given(st.floats(-100.0, 100.0))
def test_a_near_value_passes_within_the_larger_of_share_and_spread(ours: float) -> None:
    one = quantity(low=2.0, high=13.0, spread="range")
    assert one.tolerance == 8.0
    assert one.holds(ours) == (abs(ours - 10.0) <= 8.0)


@given(st.floats(-100.0, 100.0))
def test_limits_have_a_side(ours: float) -> None:
    assert quantity(rule="above", slack=1.0).holds(ours) == (ours - 10.0 > -4.0 + 1.0)
    assert quantity(rule="above", slack=1.0, share=None).holds(ours) == (ours > 9.0)
    assert quantity(rule="below", slack=1.0, share=None).holds(ours) == (ours <= 11.0)


def test_a_value_that_is_only_reported_is_not_judged() -> None:
    assert quantity(rule="report").holds(1e9) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"low": 5.0},
        {"low": 11.0, "high": 12.0, "spread": "SD"},
        {"share": None},
        {"rule": "above"},
        {"reason": ""},
        {"tolerance": 3.0},
    ],
)
def test_a_quantity_that_is_not_complete_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        quantity(**changed)


def test_a_row_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(InputError, match="'99' is not a row; allowed are 1, 2, 3"):
        chosen(["99"])


def test_rows_are_chosen_in_the_order_of_the_file() -> None:
    assert [row.number for row in chosen(["35", "1"])] == ["1", "35"]
    assert chosen([]) == rows()


def test_remarks_belong_to_rows() -> None:
    assert set(remarks()) <= NUMBERS
