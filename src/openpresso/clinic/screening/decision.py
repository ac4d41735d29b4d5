"""What follows from answers: the strictest outcome, the tightest caps, and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from openpresso.clinic.screening.condition import comparisons, holds
from openpresso.clinic.screening.questionnaire import LEGS, read_answers
from openpresso.clinic.screening.rules import Caps, Outcome, strictest
from openpresso.clinic.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from openpresso.clinic.screening.condition import Condition
    from openpresso.clinic.screening.questionnaire import Answers, Leg, Question, Value
    from openpresso.clinic.screening.rules import Mark, Rule, Rules


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that holds.

    Parameters
    ----------
    rule
        Its key.
    leg
        The leg whose answers did it; empty when they are not about one leg.
    outcome, blocking, caps
        What follows, and whether nobody may override it.
    words
        What to tell, in each language.
    source, mark
        Where the rule is from, and how sure it is.
    answers
        The answers that did it: key and value.
    overridden
        Whether a clinician has overridden it.
    language
        Language of `text`.
    """

    rule: str
    leg: str
    outcome: Outcome
    blocking: bool
    caps: Caps
    words: Words
    source: str
    mark: Mark
    answers: tuple[tuple[str, Value], ...] = ()
    overridden: bool = False
    language: str = "en"

    @property
    def text(self) -> str:
        """What to tell."""
        return self.words.say(self.language)

    def data(self) -> dict[str, Any]:
        """Return it as plain data, as it is kept."""
        return {
            **dataclasses.asdict(self),
            "answers": [list(pair) for pair in self.answers],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Reason:
        """Return a reason that was kept."""
        parts = {
            "caps": Caps(**data["caps"]),
            "words": Words(**data["words"]),
            "answers": tuple((key, value) for key, value in data["answers"]),
        }
        return cls(**{**data, **parts})


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say to a set of answers.

    Parameters
    ----------
    outcome
        `go`, `cap` (with limits), `missing` (answers are), `refer`, `refuse`; `expired` where the
        answers are too old.
    caps
        The tightest of each limit.
    reasons
        Every rule that holds, with the answers that did it.
    missing
        Keys of answers that are needed and not there.
    on, expires_on
        The day, and the last day on which the answers are valid.
    version
        Of the rules.
    """

    outcome: Outcome
    caps: Caps
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    on: dt.date
    expires_on: dt.date
    version: int

    def overriding(self, overridden: Callable[[Reason], bool]) -> Decision:
        """Return the decision with soft reasons overridden; their caps stay.

        Parameters
        ----------
        overridden
            Whether a reason is. A blocking one never is, whatever this says.
        """
        reasons = tuple(
            dataclasses.replace(one, overridden=not one.blocking and overridden(one))
            for one in self.reasons
        )
        return dataclasses.replace(self, reasons=reasons, outcome=_outcome(reasons, self.missing))

    def data(self) -> dict[str, Any]:
        """Return it as plain data, as it is kept."""
        return {
            "outcome": self.outcome,
            "caps": dataclasses.asdict(self.caps),
            "reasons": [one.data() for one in self.reasons],
            "missing": list(self.missing),
            "on": self.on.isoformat(),
            "expires_on": self.expires_on.isoformat(),
            "version": self.version,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Decision:
        """Return a decision that was kept."""
        return cls(
            cast("Outcome", data["outcome"]),
            Caps(**data["caps"]),
            tuple(Reason.from_data(one) for one in data["reasons"]),
            tuple(data["missing"]),
            dt.date.fromisoformat(data["on"]),
            dt.date.fromisoformat(data["expires_on"]),
            data["version"],
        )


def decide(
    rules: Rules,
    answers: Mapping[str, Any],
    on: dt.date,
    *,
    answered_on: Mapping[str, dt.date] | None = None,
) -> Decision:
    """Return what the rules say to answers. It is a checklist's answer: a person decides.

    Parameters
    ----------
    rules
        The rules.
    answers
        By key of the answer; None is no answer.
    on
        The day.
    answered_on
        Day of each answer that was given earlier.

    Raises
    ------
    InputError
        If an answer is unknown or out of its range.
    """
    known = read_answers(rules.by_answer, answers)
    reasons = tuple(one for rule in rules.rules for one in _applied(rules, rule, known))
    missing = tuple(key for key, _ in needed(rules, known) if key not in known)
    caps = Caps()
    for one in reasons:
        caps = caps.tightened(one.caps)
    days = [
        (answered_on or {}).get(key, on) + dt.timedelta(days=rules.valid[question.asked])
        for key, question in needed(rules, known)
        if question.asked != "every-session"
    ]
    expires_on = min(days, default=on)
    outcome = _outcome(reasons, missing)
    return Decision(outcome, caps, reasons, missing, on, expires_on, rules.version)


def needed(rules: Rules, answers: Answers) -> Iterator[tuple[str, Question]]:
    """Yield key and question of each answer that is needed, given the answers so far."""
    treated = answers.get(rules.legs, "both")
    for question in rules.questions.values():
        if question.optional:
            continue
        for leg in LEGS if question.per_leg else (None,):
            if leg is not None and treated not in {"both", leg}:
                continue
            if asked(rules, question, answers, leg):
                yield (f"{question.key}.{leg}" if leg else question.key), question


def asked(rules: Rules, question: Question, answers: Answers, leg: Leg | None) -> bool:
    """Whether the answers so far make a question one to ask."""
    if question.when is None:
        return True
    legs = (leg,) if leg else legs_of(rules, question.when)
    return any(holds(question.when, reader(rules, answers, one)) is True for one in legs)


def legs_of(rules: Rules, condition: Condition) -> tuple[Leg | None, ...]:
    """Return each leg for which a condition is to be looked at, or None once."""
    about_legs = any(rules.questions[one.question].per_leg for one in comparisons(condition))
    return LEGS if about_legs else (None,)


def reader(rules: Rules, answers: Answers, leg: Leg | None) -> Callable[[str], Value | None]:
    """Return what gives the answer to a question, for a leg where the question has legs."""

    def answer(key: str) -> Value | None:
        return answers.get(f"{key}.{leg}" if rules.questions[key].per_leg else key)

    return answer


def _applied(rules: Rules, rule: Rule, answers: Answers) -> Iterator[Reason]:
    """Yield a reason for each leg, or once, for which a rule holds."""
    for leg in legs_of(rules, rule.when):
        answer = reader(rules, answers, leg)
        if holds(rule.when, answer) is not True:
            continue
        did: dict[str, Value] = {}
        for one in comparisons(rule.when):
            value = answer(one.question)
            if value is not None and holds(one, answer):
                per_leg = rules.questions[one.question].per_leg
                did[f"{one.question}.{leg}" if per_leg else one.question] = value
        source = rules.sources[rule.source]
        yield Reason(
            rule.key,
            leg or "",
            rule.outcome,
            rule.blocking,
            rule.caps,
            rule.text,
            " ".join(part for part in (source.citation, source.address) if part),
            rule.mark,
            tuple(did.items()),
        )


def _outcome(reasons: tuple[Reason, ...], missing: tuple[str, ...]) -> Outcome:
    """Return the strictest outcome of reasons; caps stay when a reason is overridden."""
    found: list[Outcome] = ["missing"] if missing else []
    for one in reasons:
        if not one.overridden:
            found.append(one.outcome)
        if one.caps != Caps():
            found.append("cap")
    return strictest(*found)
