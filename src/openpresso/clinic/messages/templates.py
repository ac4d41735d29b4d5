"""Templates: the texts of messages in every language, and when they leave, as data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from openpresso.documents import load_document, validate
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from openpresso.clinic.messages.templates_file import TemplatesFile

Kind = Literal[
    "confirmation", "moved", "reminder", "cancelled", "waiting-list-offer", "follow-up-due"
]
SHIPPED: Final = Path(__file__).with_name("templates.yaml")
FALLBACK: Final = "en"
"""Language of a client whose own one has no texts."""


@dataclass(frozen=True, slots=True)
class Days:
    """How a language says days and times."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day_form: str
    time_form: str

    def day(self, moment: dt.datetime) -> str:
        """Return the day of a local moment, for example `Monday 2 March 2026`."""
        return self.day_form.format(
            weekday=self.weekdays[moment.weekday()],
            day=moment.day,
            month=self.months[moment.month - 1],
            year=moment.year,
        )

    def time(self, moment: dt.datetime) -> str:
        """Return the time of a local moment, for example `10:00`."""
        return self.time_form.format(hour=f"{moment.hour:02}", minute=f"{moment.minute:02}")


@dataclass(frozen=True, slots=True)
class Template:
    """One text in one language."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Templates:
    """All texts in all languages.

    Parameters
    ----------
    texts
        By kind and language.
    words
        By language.
    reminder_before
        How long before an appointment its reminder leaves.
    waits
        How long to wait after each failure; after one more the message is given up.
    stale
        A sender that has not reported for so long was stopped.
    """

    texts: Mapping[tuple[Kind, str], Template]
    words: Mapping[str, Days]
    reminder_before: dt.timedelta
    waits: tuple[dt.timedelta, ...]
    stale: dt.timedelta

    def language(self, wanted: str) -> str:
        """Return the language itself, or the fallback where it has no texts (`de-AT` is `de`)."""
        short = wanted.lower().partition("-")[0]
        return short if short in self.words else FALLBACK

    def written(
        self,
        kind: Kind,
        language: str,
        *,
        given: str,
        practice: str,
        at: dt.datetime,
        zone: ZoneInfo,
    ) -> tuple[str, str]:
        """Return subject and text of a message.

        Parameters
        ----------
        kind
            What it is about.
        language
            Of the client.
        given, practice
            Names; blanks and line ends in them become single blanks.
        at
            Moment it is about.
        zone
            Of the practice.
        """
        chosen = self.language(language)
        template, words = self.texts[kind, chosen], self.words[chosen]
        local = at.astimezone(zone)
        fields = {
            "given": " ".join(given.split()),
            "practice": " ".join(practice.split()),
            "day": words.day(local),
            "time": words.time(local),
        }
        return template.subject.format_map(fields), template.text.format_map(fields)


def load_templates(path: Path) -> Templates:
    """Read the texts of messages.

    Parameters
    ----------
    path
        A YAML file of the form of the shipped one.

    Raises
    ------
    InputError
        If the file has another form, or a text is missing in a language or given twice.
    """
    from openpresso.clinic.messages.templates_file import TemplatesFile  # pydantic only on reading

    content = validate(load_document(path), TemplatesFile)
    _complete(content, str(path))
    return Templates(
        MappingProxyType(
            {
                (entry.kind, entry.language): Template(entry.subject, entry.text)
                for entry in content.templates
            }
        ),
        MappingProxyType(
            {
                one.language: Days(tuple(one.weekdays), tuple(one.months), one.day, one.time)
                for one in content.languages
            }
        ),
        dt.timedelta(seconds=content.delivery.reminder_before.value),
        tuple(dt.timedelta(seconds=wait) for wait in content.delivery.waits.value),
        dt.timedelta(seconds=content.delivery.stale.value),
    )


def _complete(content: TemplatesFile, source: str) -> None:
    """Refuse texts that are missing in a language, given twice, or in an unknown language."""
    languages = [one.language for one in content.languages]
    pairs = [(one.kind, one.language) for one in content.templates]
    wanted = {(kind, language) for kind, _ in pairs for language in languages}
    wrong = {pair for pair in pairs if pairs.count(pair) > 1} | (wanted ^ set(pairs))
    if wrong or FALLBACK not in languages or len(set(languages)) != len(languages):
        kind, language = min(wrong, default=("language", FALLBACK))
        raise InputError.one(
            source,
            "incomplete-templates",
            f"{kind} in {language!r}: each kind has one text in each language, also {FALLBACK}",
            path="templates",
            hint="write the missing text, or remove the second one.",
        )


@lru_cache(maxsize=1)
def message_templates() -> Templates:
    """Return the shipped texts."""
    return load_templates(SHIPPED)
