"""The alternatives: own prices, honest grades, the fair order, and no winner."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.money import alternatives
from openpresso.errors import InputError

INDICATIONS = st.sampled_from(alternatives.INDICATIONS)
PRICES = st.dictionaries(
    st.sampled_from(
        [(way.code, one.name) for way in alternatives.content().ways for one in way.prices]
    ),
    st.tuples(st.integers(0, 100_000), st.just("asked there")),
)


def names(kind: type) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def test_nothing_in_the_table_is_a_rank_or_a_winner() -> None:
    fields = names(alternatives.Row) | names(alternatives.Table) | names(alternatives.Priced)
    for word in ("rank", "winner", "best", "score", "recommend", "prefer", "place"):
        assert not any(word in field for field in fields)


@given(INDICATIONS, PRICES, st.integers(1, 104))
def test_no_price_changes_the_order_of_trying(
    indication: str, prices: dict[tuple[str, str], tuple[int, str]], weeks: int
) -> None:
    usual = alternatives.table(indication)
    own = alternatives.table(indication, prices=prices, weeks=weeks)
    assert [row.code for row in own.rows] == [row.code for row in usual.rows]
    assert [row.step for row in own.rows] == sorted(row.step for row in own.rows)


@given(INDICATIONS, PRICES, st.integers(1, 103))
def test_more_weeks_never_cost_less_money_or_time(
    indication: str, prices: dict[tuple[str, str], tuple[int, str]], weeks: int
) -> None:
    short, long = (
        alternatives.table(indication, prices=prices, weeks=count).rows
        for count in (weeks, weeks + 1)
    )
    for one, other in zip(short, long, strict=True):
        assert 0 <= one.cents <= other.cents
        assert 0 < one.hours < other.hours


def test_elevation_garment_and_exercise_come_first_and_what_is_paid_by_the_session_last() -> None:
    rows = alternatives.table("lymph-drainage").rows
    codes = [row.code for row in rows]
    assert codes[:4] == ["elevation", "compression-stockings", "walking", "swimming"]
    assert codes[-2:] == ["manual-lymph-drainage", "pressotherapy"]
    assert "CAG-00016N" in alternatives.table("swelling").order_source


@given(INDICATIONS)
def test_a_way_without_a_finding_for_the_indication_is_graded_unknown_or_as_habit(
    indication: str,
) -> None:
    for row in alternatives.table(indication).rows:
        assert row.found or row.grade == "U", row.code
        assert all(source and mark for _, mark, source in row.found)
        assert all(one.source for one in row.prices)


def test_pressotherapy_claims_nothing_for_cellulite_and_nothing_that_lasts() -> None:
    for indication in ("cellulite", "swelling", "lymph-drainage", "circulation", "diabetes"):
        row = alternatives.table(indication).rows[-1]
        assert (row.code, row.grade) == ("pressotherapy", "U")
        assert "lasts" in row.graded


def test_published_savings_are_called_what_they_are() -> None:
    claims = alternatives.table("lymph-drainage").claims
    assert [source for _, source, _ in claims] == ["Karaca-Mandic 2015"]
    assert all("regression to the mean" in careful for _, _, careful in claims)


def test_prices_by_hand_and_own_ones_are_marked_as_entered() -> None:
    prices = {("swimming", "ticket"): (650, "the pool in our street")}
    table = alternatives.table("swelling", weeks=27, prices=prices)
    rows = {row.code: row for row in table.rows}
    assert rows["swimming"].cents == 27 * 2 * 650
    assert rows["swimming"].prices[0].mark == "entered"
    assert rows["compression-stockings"].cents == 2 * 8000  # a pair lasts 26 weeks
    assert rows["self-massage"].cents == round(300 * 27 * 12 / 52)
    assert rows["walking"].hours == pytest.approx(27 * 2.5)
    assert any("enter your own" in note for note in table.notes)


def test_an_unknown_indication_or_time_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(InputError, match="'gout' is unknown; allowed are cellulite"):
        alternatives.table("gout")
    with pytest.raises(InputError, match="allowed are 1 to 520"):
        alternatives.table("sport", weeks=0)
