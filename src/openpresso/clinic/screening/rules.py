"""Rules of a screening as data: questions, what follows from answers, and where it is from."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from openpresso.documents import load_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.screening.condition import Condition
    from openpresso.clinic.screening.questionnaire import Asked, Question, Value
    from openpresso.clinic.words import Words

Outcome = Literal["go", "cap", "expired", "missing", "refer", "refuse"]
STRICTNESS: Final[tuple[Outcome, ...]] = ("go", "cap", "expired", "missing", "refer", "refuse")
"""Outcomes from the loosest to the strictest; only the first two allow a session."""
TREATABLE: Final[frozenset[Outcome]] = frozenset({"go", "cap"})
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]


def strictest(*outcomes: Outcome) -> Outcome:
    """Return the strictest of several outcomes; `go` of none."""
    return max(outcomes, key=STRICTNESS.index, default="go")


@dataclass(frozen=True, slots=True)
class Caps:
    """How far a session may go; None is no limit from the screening.

    Parameters
    ----------
    pressure
        Highest pressure [mmHg].
    minutes
        Longest session [min].
    legs
        `one` for one leg at a time.
    """

    pressure: float | None = None
    minutes: float | None = None
    legs: Literal["both", "one"] | None = None

    def tightened(self, other: Caps) -> Caps:
        """Return the tightest of each."""
        return Caps(
            _least(self.pressure, other.pressure),
            _least(self.minutes, other.minutes),
            "one" if "one" in {self.legs, other.legs} else self.legs or other.legs,
        )

    def as_tight_as(self, other: Caps) -> bool:
        """Whether nothing here is looser than in another."""
        return self.tightened(other) == self


def _least(one: float | None, other: float | None) -> float | None:
    return min((value for value in (one, other) if value is not None), default=None)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is from."""

    citation: str
    address: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Parameters
    ----------
    key
        Stable name.
    when
        When it holds.
    outcome
        What follows.
    blocking
        Whether nobody may override it; a soft one a clinician may.
    caps
        Limits that follow as well; they stay when the rule is overridden.
    text
        What to tell.
    source, mark
        Key of the source, and how sure the rule and its figures are.
    note
        What of it the source does not say.
    """

    key: str
    when: Condition
    outcome: Outcome
    blocking: bool
    caps: Caps
    text: Words
    source: str
    mark: Mark
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """A version of the questionnaire and its rules.

    Parameters
    ----------
    version, published_on
        Which, and since when.
    valid
        Days that answers are valid, by how often they are asked; every session: that day.
    legs
        Key of the question that says which legs are treated.
    groups
        Titles of the groups of questions, in their order.
    questions
        By key of the question, in their order.
    rules, sources
        The rules, and the sources by key.
    """

    version: int
    published_on: dt.date
    valid: Mapping[Asked, int]
    legs: str
    groups: Mapping[str, Words]
    questions: Mapping[str, Question]
    rules: tuple[Rule, ...]
    sources: Mapping[str, Source]
    by_answer: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    """Questions by the key of each of their answers."""

    def __post_init__(self) -> None:
        by_answer = {key: one for one in self.questions.values() for key in one.keys}
        object.__setattr__(self, "by_answer", by_answer)

    @property
    def least(self) -> dict[str, Value]:
        """The answer of least concern to every question that rules read: a go, for examples."""
        known = ((key, one.least) for key, one in self.by_answer.items())
        return {key: value for key, value in known if value is not None}

    def rule(self, key: str) -> Rule | None:
        """Return a rule by its key."""
        return next((one for one in self.rules if one.key == key), None)


def load_rules(path: Path | str) -> Rules:
    """Read rules from a file.

    Raises
    ------
    InputError
        With a diagnostic for everything that is wrong.
    """
    from openpresso.clinic.screening.rule_file import read_rules  # pydantic only on reading

    path = Path(path)
    return read_rules(load_document(path, source=path.name))


@functools.cache
def current() -> Rules:
    """Return the rules that openpresso ships."""
    return load_rules(str(resources.files("openpresso.clinic.screening") / "rules.yaml"))
