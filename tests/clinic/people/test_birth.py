"""Dates of birth: what can be one, and the age they give."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.people import birth
from openpresso.errors import InputError

TODAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize("text", ["1971-03-04", "4.3.1971", "04.03.1971", " 1971-3-4 "])
def test_a_date_is_read_in_two_orders(text: str) -> None:
    assert birth.read(text) == dt.date(1971, 3, 4)


@pytest.mark.parametrize(
    "text", ["1971-02-30", "31.4.1971", "1971-13-01", "3/4/1971", "", "0000-01-01"]
)
def test_a_day_that_is_in_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no date") as e:
        birth.checked(text, TODAY)
    assert e.value.code == "bad-date"


def test_nobody_is_born_tomorrow_or_older_than_125_years() -> None:
    assert birth.checked(TODAY, TODAY) == TODAY
    assert birth.checked(dt.date(1900, 3, 3), TODAY) == dt.date(1900, 3, 3)
    with pytest.raises(InputError, match="2026-03-03 is after today") as e:
        birth.checked(dt.date(2026, 3, 3), TODAY)
    assert e.value.code == "born-in-future"
    with pytest.raises(InputError, match="more than 125 years ago") as e:
        birth.checked(dt.date(1900, 3, 2), TODAY)
    assert e.value.code == "born-too-early"


def test_an_instant_is_no_date_of_birth() -> None:
    with pytest.raises(InputError, match="is no date"):
        birth.checked(dt.datetime(1971, 3, 4, tzinfo=dt.UTC), TODAY)


def test_one_born_on_29_february_is_older_on_1_march() -> None:
    born = dt.date(2004, 2, 29)
    assert birth.age(born, dt.date(2026, 2, 28)) == 21
    assert birth.age(born, dt.date(2026, 3, 1)) == 22


@given(st.dates(dt.date(1901, 1, 1), TODAY))
def test_age_is_the_number_of_birthdays_passed(born: dt.date) -> None:
    birthdays = sum(
        (year, born.month, born.day) <= (TODAY.year, TODAY.month, TODAY.day)
        for year in range(born.year + 1, TODAY.year + 1)
    )
    assert birth.age(born, TODAY) == birthdays
