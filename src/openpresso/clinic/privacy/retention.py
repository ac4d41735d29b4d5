"""How long records are kept by country, and what follows for a request to erase: rules as data."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from openpresso.documents import load_document, validate

if TYPE_CHECKING:
    from openpresso.clinic.privacy.retention_file import PeriodEntry, RetentionFile, RuleEntry

SHIPPED: Final = Path(__file__).with_name("retention.yaml")

Outcome = Literal["erase", "restrict", "refuse"]
Identity = Literal["proved", "unproved"]
Basis = Literal["health-care", "consent"]
"""Why the data are held: treatment by a professional who must keep secrets, or consent (a spa)."""
Claim = Literal["open", "none"]


@dataclass(frozen=True, slots=True)
class Period:
    """How long one kind of record is kept in one country; fields as in `retention.yaml`."""

    country: str
    record: str
    years: int
    counted: str
    law: str
    mark: str
    source: str
    note: str

    def until(self, last: dt.date) -> dt.date:
        """Return the last day on which a record is kept whose last entry is of a day."""
        end = dt.date(last.year, 12, 31) if self.counted == "end-of-year" else last
        return months_after(end, 12 * self.years)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the decision; fields as in `retention.yaml`."""

    name: str
    when: tuple[tuple[str, frozenset[str]], ...]
    outcome: Outcome
    reason: str
    law: str
    mark: str
    source: str

    def holds(self, facts: dict[str, str]) -> bool:
        """Whether the rule is about a case with these facts."""
        return all(facts[name] in allowed for name, allowed in self.when)


@dataclass(frozen=True, slots=True)
class Retention:
    """Retention by country, and the rules of the decision, the first that holds decides."""

    version: str
    months: int
    extension: int
    periods: tuple[Period, ...]
    rules: tuple[Rule, ...]

    def period(self, country: str, record: str) -> Period | None:
        """Return how long a kind of record is kept in a country; None where it is not known."""
        found = (one for one in self.periods if (one.country, one.record) == (country, record))
        return next(found, None)

    def due(self, received: dt.date, *, extended: bool = False) -> dt.date:
        """Return the day by which a request is answered."""
        return months_after(received, self.months + (self.extension if extended else 0))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rules say of a request.

    Parameters
    ----------
    outcome, rule
        What is to be done, by which rule.
    reason
        Why, with the law, as the client is told.
    kept
        What stays although the rest is erased: kind of record, last day, law.
    """

    outcome: Outcome
    rule: str
    reason: str
    kept: tuple[tuple[str, dt.date | None, str], ...] = ()


@lru_cache(maxsize=8)
def retention(path: Path = SHIPPED) -> Retention:
    """Return the rules of a file of the form of the shipped one.

    Raises
    ------
    InputError
        If the file is not of that form; it names line, value and what is allowed.
    """
    from openpresso.clinic.privacy.retention_file import RetentionFile  # pydantic only on reading

    content: RetentionFile = validate(load_document(path), RetentionFile)
    return Retention(
        content.version,
        content.answer.months,
        content.answer.extension,
        tuple(_period(one) for one in content.periods),
        tuple(_rule(one) for one in content.rules),
    )


def propose(
    rules: Retention,
    *,
    country: str,
    identity: Identity,
    basis: Basis,
    claim: Claim,
    course_open: bool,
    last_treated: dt.date | None,
    last_paid: dt.date | None,
    today: dt.date,
) -> Proposal:
    """Return what the rules say of a request to erase.

    Parameters
    ----------
    rules
        Retention and rules.
    country
        Of the practice, ISO 3166.
    identity, basis, claim, course_open
        Whether it is proved who asks, why data are held, whether a legal claim or a course is open.
    last_treated, last_paid
        Day of the last entry of the health record, and of the last invoice; None without any.
    today
        The day of the decision.
    """
    health = rules.period(country, "health-record")
    record = _standing(health, last_treated, today)
    facts = {
        "identity": identity,
        "basis": basis,
        "claim": claim,
        "course": "open" if course_open else "none",
        "record": record,
    }
    rule = next(one for one in rules.rules if one.holds(facts))
    reason = f"{rule.reason} ({rule.law})"
    if rule.outcome == "restrict" and health and last_treated and record == "kept":
        reason += f" Kept until {health.until(last_treated)} by {health.law}."
    kept: list[tuple[str, dt.date | None, str]] = []
    if rule.outcome == "erase" and last_paid is not None:
        period = rules.period(country, "accounting")
        if period is None:
            kept.append(("accounting", None, "not known for this country; look it up"))
        elif period.until(last_paid) >= today:
            kept.append(("accounting", period.until(last_paid), period.law))
    return Proposal(rule.outcome, rule.name, reason, tuple(kept))


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def _standing(period: Period | None, last: dt.date | None, today: dt.date) -> str:
    """Return whether a record must be kept today: `kept`, `over`, `none` or `unknown`."""
    if last is None:
        return "none"
    if period is None:
        return "unknown"
    return "kept" if period.until(last) >= today else "over"


def _period(one: PeriodEntry) -> Period:
    return Period(
        one.country, one.record, one.years, one.counted, one.law, one.mark, one.source, one.note
    )


def _rule(one: RuleEntry) -> Rule:
    when = tuple((name, frozenset(allowed)) for name, allowed in one.when.items())
    return Rule(one.name, when, one.outcome, one.reason, one.law, one.mark, one.source)
