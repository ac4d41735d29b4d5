"""Words of the console in the languages that it speaks: English in the pages, others in `*.po`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
"""Languages that are complete, each by its own name."""
REGIONS: Final = {"en": "en_GB", "de": "de_DE"}
"""Whose dates and numbers a language has."""


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Return the translations of a language by the English text; empty for English."""
    found = resources.files("openpresso.console.words").joinpath(f"{language}.po")
    if not found.is_file():
        return {}
    with found.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.string}


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says texts, numbers and times.

    Parameters
    ----------
    language
        One of `LANGUAGES`.
    zone
        Time zone of the practice.
    """

    language: str
    zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        """Whose dates and numbers it has."""
        return Locale.parse(REGIONS[self.language])

    def text(self, english: str, **values: object) -> str:
        """Return a text in the language, with `{name}` replaced by values."""
        found = catalog(self.language).get(english, english)
        return found.format(**values) if values else found

    def many(self, one: str, more: str, n: int) -> str:
        """Return the text for one or for more, with `{n}` replaced by the number."""
        return self.text(one if n == 1 else more, n=self.number(n, 0))

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number with that many digits after the point."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return numbers.format_decimal(value, format=pattern, locale=self.locale)

    def money(self, cents: int, currency: str) -> str:
        """Return an amount of money."""
        return numbers.format_currency(cents / 100, currency, locale=self.locale)

    def day(self, day: dt.date) -> str:
        """Return a day, for example 2 Mar 2026."""
        return dates.format_date(day, "medium", locale=self.locale)

    def weekday(self, day: dt.date) -> str:
        """Return a day with its weekday, for example Monday, 2 March 2026."""
        return dates.format_date(day, "full", locale=self.locale)

    def clock(self, moment: dt.datetime) -> str:
        """Return the time of day where the practice is, for example 10:30."""
        return dates.format_time(moment, "short", tzinfo=self.zone, locale=self.locale)

    def moment(self, moment: dt.datetime) -> str:
        """Return day and time where the practice is."""
        local = moment.astimezone(self.zone)
        return f"{self.day(local.date())}, {self.clock(moment)}"


def chosen(wanted: str, accepted: str) -> str:
    """Return the language to speak: the person's own, else the browser's first that is known.

    Parameters
    ----------
    wanted
        What the person has chosen, empty without a choice.
    accepted
        The header `Accept-Language`.
    """
    if wanted in LANGUAGES:
        return wanted
    for part in accepted.split(","):
        tag = part.partition(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return "en"
