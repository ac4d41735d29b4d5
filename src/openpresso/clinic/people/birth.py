"""Dates of birth: read, checked to be possible, and the age they give."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from openpresso.errors import InputError

OLDEST: Final = 125
"""Years that nobody living has passed; the longest documented life is 122 years [memory]."""
_ORDERS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
)


def read(value: str, where: str = "client", path: str = "born") -> dt.date:
    """Return the date that a text says, as 1971-03-04 or 4.3.1971.

    Raises
    ------
    InputError
        `bad-date` for another form, or a day that is in no calendar.
    """
    for order in _ORDERS:
        found = order.fullmatch(value.strip())
        if found is None:
            continue
        try:
            return dt.date(*(int(found[part]) for part in ("year", "month", "day")))
        except ValueError:
            break
    raise InputError.one(
        where,
        "bad-date",
        f"{value!r} is no date; write it as 1971-03-04 or 4.3.1971",
        path=path,
        hint="Look at the day and the month once more.",
    )


def checked(born: dt.date | str, today: dt.date) -> dt.date:
    """Return a date of birth that can be one.

    Parameters
    ----------
    born
        The date, or a text of it.
    today
        The day where the practice is.

    Raises
    ------
    InputError
        `bad-date`, `born-in-future` or `born-too-early`.
    """
    day = read(born) if isinstance(born, str) else born
    if isinstance(day, dt.datetime) or not isinstance(day, dt.date):
        raise InputError.one("client", "bad-date", f"{born!r} is no date", path="born")
    if day > today:
        raise InputError.one(
            "client",
            "born-in-future",
            f"{day} is after today, {today}",
            path="born",
            hint="Look at the year once more.",
        )
    if age(day, today) > OLDEST:
        raise InputError.one(
            "client",
            "born-too-early",
            f"{day} is more than {OLDEST} years ago",
            path="born",
            hint="Look at the year once more.",
        )
    return day


def age(born: dt.date, on: dt.date) -> int:
    """Return the full years of age on a day; one born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
