"""The judgement before a session: every check, met or not, from a situation and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from openpresso.clinic.sessions.rules import RULES
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.sessions.checklist import Check, Checklist
    from openpresso.clinic.sessions.rules import Situation

State = Literal["met", "not-met", "not-answered", "not-needed"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A check and how it came out.

    Parameters
    ----------
    check
        The check.
    state
        Whether it is met; `not-answered` for an asked one without an answer.
    reason
        What is wrong and what to do, in the language asked for; empty when it is met.
    """

    check: Check
    state: State
    reason: str = ""

    @property
    def refuses(self) -> bool:
        """Whether no session is prepared because of it."""
        return self.check.blocking and self.state in {"not-met", "not-answered"}

    def sentence(self, language: str) -> str:
        """Return what is missing and why, with the source."""
        said = self.reason or self.check.text.say(language)
        return f"{self.check.key}: {said} [{self.check.source}; {self.check.mark}]"


def judge(
    checklist: Checklist,
    situation: Situation,
    answers: Mapping[str, bool],
    language: str = "en",
) -> tuple[Judged, ...]:
    """Return every check of a checklist with its state.

    Parameters
    ----------
    checklist
        The checks.
    situation
        What is known.
    answers
        Answers by the key of the asked checks.
    language
        Of the reasons.

    Returns
    -------
    tuple[Judged, ...]
        In the order of the checklist.

    Raises
    ------
    InputError
        If an answer belongs to no asked check, or is neither yes nor no.
    """
    asked = [check.key for check in checklist.checks.values() if check.kind == "asked"]
    for key, answer in answers.items():
        if key not in asked or not isinstance(answer, bool):
            raise InputError.one(
                "session",
                "unknown-answer",
                f"{key!r}: {answer!r}; yes or no is the answer to one of {', '.join(asked)}",
                path=f"answers.{key}",
                hint="answer what the checklist asks.",
            )
    return tuple(_judge(check, situation, answers, language) for check in checklist.checks.values())


def _judge(
    check: Check,
    situation: Situation,
    answers: Mapping[str, bool],
    language: str,
) -> Judged:
    """Return one check with its state."""
    reason = check.reason.say(language)
    if check.kind == "asked":
        if check.when == "diabetes" and not situation.diabetes:
            return Judged(check, "not-needed")
        if check.key not in answers:
            return Judged(check, "not-answered")
        met = answers[check.key] == check.right
        return Judged(check, "met") if met else Judged(check, "not-met", reason)
    words = RULES[check.key](situation)
    if words is None:
        return Judged(check, "met")
    return Judged(check, "not-met", reason.format_map(words))
