"""Retention by country, and what the rules say of a request: pure, without a database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.privacy.retention import SHIPPED, months_after, propose, retention
from openpresso.errors import InputError

TODAY = dt.date(2026, 3, 2)
CASE: dict[str, Any] = {
    "country": "DE",
    "identity": "proved",
    "basis": "consent",
    "claim": "none",
    "course_open": False,
    "last_treated": dt.date(2025, 6, 1),
    "last_paid": None,
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("case", "outcome", "rule"),
    [
        ({}, "erase", "nothing-in-the-way"),
        ({"identity": "unproved", "claim": "open"}, "refuse", "identity-unproved"),
        ({"course_open": True}, "refuse", "course-open"),
        ({"claim": "open"}, "restrict", "legal-claim"),
        ({"basis": "health-care"}, "restrict", "duty-to-keep"),
        ({"basis": "health-care", "country": "US"}, "restrict", "duty-unknown"),
        ({"basis": "health-care", "last_treated": None}, "erase", "nothing-in-the-way"),
        (
            {"basis": "health-care", "last_treated": dt.date(2016, 3, 1)},
            "erase",
            "nothing-in-the-way",
        ),
        ({"basis": "health-care", "last_treated": dt.date(2016, 3, 2)}, "restrict", "duty-to-keep"),
        ({"country": "US"}, "erase", "nothing-in-the-way"),
    ],
)
def test_each_case_has_its_outcome_and_its_rule(
    case: dict[str, Any], outcome: str, rule: str
) -> None:
    found = propose(retention(), **(CASE | case))
    assert (found.outcome, found.rule) == (outcome, rule)
    assert "GDPR" in found.reason


def test_a_restriction_says_until_when_and_by_which_law() -> None:
    found = propose(retention(), **(CASE | {"basis": "health-care"}))
    assert found.reason.endswith("Kept until 2035-06-01 by BGB § 630f(3).")


def test_invoices_stay_as_long_as_tax_law_wants_them() -> None:
    found = propose(retention(), **(CASE | {"last_paid": dt.date(2020, 1, 15)}))
    assert found.kept == (("accounting", dt.date(2028, 12, 31), "AO § 147(3)"),)
    assert not propose(retention(), **(CASE | {"last_paid": dt.date(2017, 12, 31)})).kept
    unknown = propose(retention(), **(CASE | {"last_paid": dt.date(2000, 1, 1), "country": "US"}))
    assert unknown.kept[0][1] is None


@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 600))
def test_a_month_later_is_the_same_day_or_the_last_one(day: dt.date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + dt.timedelta(days=1)).day == 1
    assert later.day <= day.day


def test_a_request_is_answered_within_a_month_and_with_more_time_within_three() -> None:
    assert retention().due(dt.date(2026, 1, 31)) == dt.date(2026, 2, 28)
    assert retention().due(dt.date(2026, 1, 31), extended=True) == dt.date(2026, 4, 30)


def test_the_last_rule_holds_always_and_each_period_is_there_once() -> None:
    rules = retention()
    assert rules.rules[-1].when == ()
    keys = [(one.country, one.record) for one in rules.periods]
    assert len(keys) == len(set(keys))
    assert all(one.mark == "memory" for one in rules.periods)


def test_a_wrong_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(SHIPPED.read_text("utf-8").replace("outcome: refuse", "outcome: forget", 1))
    with pytest.raises(InputError, match=r"retention\.yaml:\d+: rules\[0\]\.outcome"):
        retention(path)
    path.write_text(SHIPPED.read_text("utf-8").replace("years: 10,", "years: 10, month: 3,", 1))
    with pytest.raises(InputError, match="month"):
        retention(path)
