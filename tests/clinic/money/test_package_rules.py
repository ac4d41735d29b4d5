"""The rules of packages, as properties and against a calendar walked day by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.money import package_file, package_rules
from openpresso.clinic.money.package_rules import Freeze, Terms
from openpresso.errors import InputError

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))
TERMS = st.builds(
    Terms,
    code=st.just("x"),
    title=st.just({"en": "X", "de": "X"}),
    sessions=st.integers(1, 40),
    months=st.none() | st.integers(1, 24),
    freeze_days=st.none() | st.integers(1, 400),
    late_hours=st.integers(0, 72),
    late_costs=st.sampled_from(["credit", "fee", "nothing"]),
    refund=st.booleans(),
    refund_used_at=st.sampled_from(["single-price", "package-price"]),
    refund_fee=st.integers(0, 5000),
    refund_fee_rate=st.integers(0, 10_000),
    refund_after_expiry=st.booleans(),
)


def rest(begins: dt.date, days: int | None) -> Freeze:
    return Freeze(begins, begins + dt.timedelta(days) if days is not None else None, "operation")


@given(
    terms=TERMS,
    price=st.integers(0, 200_000),
    paid_share=st.integers(0, 100),
    used=st.integers(0, 45),
    single=st.integers(0, 10_000),
    expired=st.booleans(),
)
def test_nobody_gets_back_more_than_was_paid_nor_more_than_the_price(
    terms: Terms, price: int, paid_share: int, used: int, single: int, *, expired: bool
) -> None:
    paid = price * paid_share // 100
    one = package_rules.refund(
        terms, price=price, paid=paid, used=used, single=single, expired=expired
    )
    assert 0 <= one.repaid <= paid
    assert 0 <= one.credit <= price
    assert one.credit + one.kept == price
    assert one.repaid == max(0, paid - one.kept)
    assert one.reasons


@given(
    terms=TERMS, price=st.integers(0, 200_000), used=st.integers(0, 39), single=st.integers(0, 9000)
)
def test_one_more_session_used_never_gives_more_back(
    terms: Terms, price: int, used: int, single: int
) -> None:
    terms = replace(terms, refund_fee=0, refund_fee_rate=0)
    before, after = (
        package_rules.refund(terms, price=price, paid=price, used=count, single=single).repaid
        for count in (used, used + 1)
    )
    assert after <= before


@pytest.mark.parametrize(
    ("used_at", "fee", "repaid"),
    [("package-price", 0, 22_500), ("single-price", 0, 21_000), ("package-price", 500, 22_000)],
)
def test_a_refund_by_hand(used_at: package_rules.UsedAt, fee: int, repaid: int) -> None:
    terms = Terms("course-8", {}, 8, refund_used_at=used_at, refund_fee=fee)
    one = package_rules.refund(terms, price=36_000, paid=36_000, used=3, single=5000)
    assert one.repaid == repaid  # 36,000 less 3 x 4,500, or less 3 x 5,000


@given(TERMS, DAYS, DAYS, st.lists(st.tuples(DAYS, st.integers(0, 90)), max_size=4), st.data())
def test_another_or_a_longer_rest_never_brings_the_expiry_forward(
    terms: Terms,
    bought: dt.date,
    on: dt.date,
    rests: list[tuple[dt.date, int]],
    data: st.DataObject,
) -> None:
    freezes = [rest(*one) for one in rests]
    before = package_rules.expiry(terms, bought, freezes, on)
    more = data.draw(st.tuples(DAYS, st.none() | st.integers(0, 90)))
    after = package_rules.expiry(terms, bought, [*freezes, rest(*more)], on)
    later = package_rules.expiry(terms, bought, [*freezes, rest(*more)], on + dt.timedelta(days=30))
    assert (before is None) == (after is None) == (terms.months is None)
    if before is not None and after is not None and later is not None:
        assert bought < before <= after <= later


@given(DAYS, st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(
    day: dt.date, months: int
) -> None:
    found = package_rules.months_after(day, months)
    walked = day.replace(day=1)
    for _ in range(months):
        walked = (walked + dt.timedelta(days=32)).replace(day=1)
    assert (found.year, found.month) == (walked.year, walked.month)
    assert found.day == day.day or (found + dt.timedelta(days=1)).day == 1


@given(TERMS, DAYS, DAYS, st.integers(0, 50), st.lists(st.tuples(DAYS, st.integers(0, 60))))
def test_credits_are_never_negative_and_a_package_that_is_not_usable_says_why(
    terms: Terms, bought: dt.date, on: dt.date, used: int, rests: list[tuple[dt.date, int]]
) -> None:
    one = package_rules.left(terms, bought, [rest(*each) for each in rests], used, None, on)
    assert 0 <= one.left <= one.total
    assert one.usable == (not one.reasons)
    assert not one.usable or one.left > 0


def test_a_package_is_valid_on_its_last_day_and_not_after() -> None:
    terms = Terms("x", {}, 5, months=6)
    bought = dt.date(2026, 8, 31)
    last = dt.date(2027, 2, 28)
    assert package_rules.left(terms, bought, (), 0, None, last).usable
    after = package_rules.left(terms, bought, (), 0, None, last + dt.timedelta(days=1))
    assert (after.left, after.reasons) == (0, ("it was valid until 2027-02-28",))


def test_a_package_that_rests_cannot_be_used_until_the_day_the_rest_ends() -> None:
    terms = Terms("x", {}, 5, months=6)
    freezes = [Freeze(dt.date(2026, 4, 1), dt.date(2026, 4, 11), "operation")]
    days = [dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 4, 10), dt.date(2026, 4, 11)]
    usable = [
        package_rules.left(terms, dt.date(2026, 3, 1), freezes, 0, None, day).usable for day in days
    ]
    assert usable == [True, False, False, True]
    assert package_rules.expiry(terms, dt.date(2026, 3, 1), freezes, days[-1]) == dt.date(
        2026, 9, 11
    )


@given(TERMS, st.integers(0, 200))
def test_a_cancel_is_late_only_within_the_hours_of_the_rule(terms: Terms, hours: int) -> None:
    starts = dt.datetime(2026, 3, 29, 9, tzinfo=dt.UTC)
    found = package_rules.late(terms, starts, starts - dt.timedelta(hours=hours))
    assert found == ("nothing" if hours >= terms.late_hours else terms.late_costs)


@given(st.integers(0, 500_000), st.integers(1, 60))
def test_the_values_of_all_uses_add_up_to_the_price(price: int, sessions: int) -> None:
    values = [package_rules.value_of_use(price, sessions, before) for before in range(sessions)]
    assert sum(values) == price
    assert max(values) - min(values) <= 1


def test_every_shipped_package_reads_and_comes_back_from_its_data_unchanged() -> None:
    shipped = package_file.templates()
    assert {"course-8", "sessions-5", "sessions-10"} <= set(shipped)
    for one in shipped.values():
        terms = package_file.terms_of(one)
        assert package_file.from_data(package_file.as_data(terms)) == terms
        assert one.price.source
        assert one.rules.source


def test_an_unknown_field_of_an_own_package_is_an_error_that_names_it() -> None:
    own = package_file.templates()["course-8"].model_dump(exclude={"price", "rules"})
    assert package_file.read(own).sessions == 8
    with pytest.raises(InputError, match="discount"):
        package_file.read({**own, "discount": 5})
    with pytest.raises(InputError, match="sessions"):
        package_file.read({**own, "sessions": 0})


def test_a_package_file_with_a_fault_names_file_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "packages.yaml"
    text = package_file.SHIPPED.read_text(encoding="utf-8").replace("months: 6", "months: 0", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"packages.yaml:\d+: packages\[0\].months"):
        package_file.templates(path)
