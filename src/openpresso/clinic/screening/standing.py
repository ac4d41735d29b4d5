"""How a client stands by a screening that was made on another day, maybe by older rules."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpresso.clinic.screening.decision import Decision, Reason, decide
from openpresso.clinic.screening.rules import STRICTNESS, TREATABLE, Caps, Outcome, strictest
from openpresso.clinic.words import Words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from openpresso.clinic.screening.rules import Rules
    from openpresso.clinic.screening.screening import Override, Screening

CHECKLIST: Final = "openpresso: how screenings are kept"
"""Source of the reasons that no rule gives."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands by the last screening.

    Parameters
    ----------
    outcome
        `go`, `cap`, `expired`, `missing`, `refer` or `refuse`; only the first two allow a session.
    caps
        The tightest limits.
    expires_on
        Last day on which the screening counts; None without one.
    reasons
        Every rule that holds, also overridden ones, and why the screening does not count.
    screening_id
        The screening; None without one.
    missing
        Keys of answers that are needed and not there.
    redo
        Whether today's rules would decide otherwise, so that the screening should be made again.
    """

    outcome: Outcome
    caps: Caps
    expires_on: dt.date | None
    reasons: tuple[Reason, ...]
    screening_id: int | None
    missing: tuple[str, ...] = ()
    redo: bool = False

    @property
    def treatable(self) -> bool:
        """Whether a session is allowed."""
        return self.outcome in TREATABLE


def of_screening(
    screening: Screening | None,
    overrides: Collection[Override],
    on: dt.date,
    rules: Rules,
    language: str,
) -> Standing:
    """Return how a client stands.

    Parameters
    ----------
    screening, overrides
        The newest screening and its overrides; None without one.
    on
        The day.
    rules
        The rules of today.
    language
        Language of the reasons.
    """
    if screening is None:
        words = Words("There is no screening yet.", "Es gibt noch keine Befragung.")
        reason = dataclasses.replace(_reason("no-screening", "missing", words), language=language)
        return Standing("missing", Caps(), None, (reason,), None)
    kept = Decision.from_data(screening.decision)
    decision = kept.overriding(
        lambda one: _covers(overrides, one) and (on == kept.on or not _of_the_day(rules, one))
    )
    reasons, outcome = list(decision.reasons), decision.outcome
    if on > screening.expires_on:
        reasons.append(_expired(screening.expires_on))
        outcome = strictest(outcome, "expired")
    redo = _otherwise(screening, kept, rules)
    if redo is not None:
        reasons.append(_changed(screening.rules, rules.version, stricter=redo))
        outcome = strictest(outcome, "expired") if redo else outcome
    return Standing(
        outcome,
        decision.caps,
        screening.expires_on,
        tuple(dataclasses.replace(one, language=language) for one in reasons),
        screening.id,
        decision.missing,
        redo is not None,
    )


def combined(
    decision: Decision,
    screening: Screening | None,
    overrides: Collection[Override],
    rules: Rules,
    today: dt.date,
) -> Decision:
    """Return today's decision with the overrides that still cover it, and `expired` when it is.

    An override covers a reason that the same answers give. One about what is asked at every
    session covers the day of the override only. What a screening refused for good stands until
    the next screening: a no at the couch does not take back a yes to, say, a thrombosis.
    """
    if screening is None:
        return decision
    kept = {(one.rule, one.leg): one for one in Decision.from_data(screening.decision).reasons}
    stand = _not_taken_back(decision, kept.values(), rules)
    decision = dataclasses.replace(
        decision,
        outcome=strictest(decision.outcome, *(one.outcome for one in stand)),
        reasons=(*decision.reasons, *stand),
    )

    def covered(one: Reason) -> bool:
        same = kept.get((one.rule, one.leg))
        if same is None or same.answers != one.answers or not _covers(overrides, one):
            return False
        return all(screening.answered_on[key] == str(today) for key in _of_the_day(rules, one))

    decision = decision.overriding(covered)
    if today <= decision.expires_on:
        return decision
    return dataclasses.replace(
        decision,
        outcome=strictest(decision.outcome, "expired"),
        reasons=(*decision.reasons, _expired(decision.expires_on)),
    )


def _not_taken_back(decision: Decision, kept: Iterable[Reason], rules: Rules) -> tuple[Reason, ...]:
    """Return what a screening refused for a yes or no of its day, and today's answers do not."""
    today = {(one.rule, one.leg) for one in decision.reasons}
    return tuple(
        one
        for one in kept
        if one.blocking
        and one.outcome not in TREATABLE
        and (one.rule, one.leg) not in today
        and any(isinstance(dict(one.answers)[key], bool) for key in _of_the_day(rules, one))
    )


def _of_the_day(rules: Rules, reason: Reason) -> list[str]:
    """Return the keys of a reason's answers that are asked at every session."""
    known = ((key, rules.by_answer.get(key)) for key, _ in reason.answers)
    return [key for key, question in known if question and question.asked == "every-session"]


def _covers(overrides: Collection[Override], reason: Reason) -> bool:
    return any((one.rule, one.leg) == (reason.rule, reason.leg) for one in overrides)


def _otherwise(screening: Screening, kept: Decision, rules: Rules) -> bool | None:
    """Return whether other rules are stricter to the same answers; None if they say the same."""
    if screening.rules == rules.version:
        return None
    answers = {
        key: value
        for key, value in screening.answers.items()
        if (question := rules.by_answer.get(key)) is not None and question.accepts(value)
    }
    new = decide(rules, answers, kept.on)
    if (new.outcome, new.caps) == (kept.outcome, kept.caps):
        return None
    looser = STRICTNESS.index(new.outcome) <= STRICTNESS.index(kept.outcome)
    return not (looser and kept.caps.as_tight_as(new.caps))


def _reason(key: str, outcome: Outcome, words: Words, *, blocking: bool = True) -> Reason:
    return Reason(key, "", outcome, blocking, Caps(), words, CHECKLIST, "assumed")


def _expired(day: dt.date) -> Reason:
    words = Words(
        f"The answers were valid until {day.isoformat()}: ask again what is due.",
        f"Die Antworten galten bis {day.isoformat()}: Fälliges neu fragen.",
    )
    return _reason("expired", "expired", words)


def _changed(old: int, new: int, *, stricter: bool) -> Reason:
    words = Words(
        f"Screened by rules {old}; rules {new} would decide otherwise: screen again.",
        f"Befragt nach Regeln {old}; Regeln {new} würden anders entscheiden: neu befragen.",
    )
    return _reason("rules-changed", "expired", words, blocking=stricter)
