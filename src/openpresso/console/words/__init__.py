"""Words of the console in the languages that it speaks: English in the pages, others in `*.po`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from openpresso.units import TABLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from openpresso.units import Kind

LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
"""Languages that are complete, each by its own name."""
REGIONS: Final = {"en": "en_GB", "de": "de_DE"}
"""Whose dates and numbers a language has."""
PRESSURES: Final = ("mmHg", "kPa")
LENGTHS: Final = ("cm", "in")
"""Units that a screen can show, the one that everything is kept in first."""
FINER: Final = frozenset({"kPa", "in"})
"""Units that need a digit more after the point to say the same."""


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Return the translations of a language by the English text; empty for English."""
    found = resources.files("openpresso.console.words").joinpath(f"{language}.po")
    if not found.is_file():
        return {}
    with found.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says texts, numbers and times.

    Parameters
    ----------
    language
        One of `LANGUAGES`.
    zone
        Time zone of the practice.
    pressures, lengths
        Units in which pressures and lengths are shown, of `PRESSURES` and `LENGTHS`.
    """

    language: str
    zone: ZoneInfo
    pressures: str = PRESSURES[0]
    lengths: str = LENGTHS[0]

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

    def unit(self, kept: str) -> str:
        """Return the unit in which values are shown that are kept in mmHg, cm or another unit."""
        return {PRESSURES[0]: self.pressures, LENGTHS[0]: self.lengths}.get(kept, kept)

    def converted(self, value: float, kept: str) -> float:
        """Return a value that is kept in mmHg or cm in the unit in which it is shown."""
        kind: Kind = "pressure" if kept in PRESSURES else "length"
        factors = TABLES[kind].factors
        return value * factors[kept] / factors[self.unit(kept)]

    def figure(self, value: float, kept: str, digits: int = 0) -> str:
        """Return a value that is kept in mmHg or cm in the unit shown, without the unit's name."""
        shown = self.unit(kept)
        return self.number(self.converted(value, kept), digits + (shown in FINER))

    def pressure(self, value: float, digits: int = 0) -> str:
        """Return a pressure [mmHg] with its unit, for example 45 mmHg or 6.0 kPa."""
        return f"{self.figure(value, PRESSURES[0], digits)} {self.pressures}"

    def length(self, value: float, digits: int = 0) -> str:
        """Return a length [cm] with its unit, for example 40 cm or 15.7 in."""
        return f"{self.figure(value, LENGTHS[0], digits)} {self.lengths}"

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
