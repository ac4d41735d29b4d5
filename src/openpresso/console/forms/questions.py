"""The questionnaire as a form: which questions are shown, and what was answered to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openpresso.clinic.screening import screening
from openpresso.clinic.screening.decision import asked
from openpresso.clinic.screening.questionnaire import LEGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.screening.questionnaire import Leg, Question
    from openpresso.clinic.screening.rules import Rules
    from openpresso.clinic.screening.screening import Screening
    from openpresso.console.forms.typed import Typed

KNOWN: Final = frozenset({"age", "sex"})
"""Questions that the client's own data answer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One question of the form.

    Parameters
    ----------
    question
        The question.
    legs
        Each leg with the key of its answer; one without a leg for most questions.
    before
        The last answer by its key, to be told beside the question.
    """

    question: Question
    legs: tuple[tuple[str, str], ...]
    before: Mapping[str, Any]


def shown(
    rules: Rules, before: Screening | None, today: dt.date, *, whole: bool
) -> dict[str, list[Shown]]:
    """Return the questions of the form by their groups.

    Parameters
    ----------
    rules
        The questionnaire.
    before
        The last screening; None without one.
    today
        The day.
    whole
        Whether all is asked, or only what is due: what every session asks, what is too old, and
        what was never answered.
    """
    last = dict(before.answers) if before else {}
    fresh = set() if whole or before is None else _fresh(rules, before, today)
    found: dict[str, list[Shown]] = {}
    for question in rules.questions.values():
        if question.key in KNOWN:
            continue
        keys = (
            [(leg, f"{question.key}.{leg}") for leg in LEGS]
            if question.per_leg
            else [("", question.key)]
        )
        due = tuple((leg, key) for leg, key in keys if key not in fresh)
        if due and not (question.optional and not whole and before is not None):
            known = {key: last[key] for _, key in due if key in last}
            found.setdefault(question.group, []).append(Shown(question, due, known))
    return found


def _fresh(rules: Rules, before: Screening, today: dt.date) -> set[str]:
    """Return the keys of answers that still hold."""
    found = set()
    for key in screening.carried_over(rules, before):
        days = rules.valid[rules.by_answer[key].asked]
        given = dt.date.fromisoformat(before.answered_on[key])
        if given + dt.timedelta(days=days) >= today:
            found.add(key)
    return found


def answers(rules: Rules, typed: Typed) -> dict[str, Any]:
    """Return what was answered, as the clinic reads it; what was left open is not in it."""
    found: dict[str, Any] = {}
    for key, question in rules.by_answer.items():
        text = typed.one(key)
        if not text:
            continue
        if question.kind == "yes-no":
            found[key] = {"yes": True, "no": False}.get(text, text)
        elif question.kind == "number":
            found[key] = typed.number(key)
        else:
            found[key] = text
    return found


def applicable(rules: Rules, given: Mapping[str, Any]) -> set[str]:
    """Return the keys of answers that are asked for, given the answers so far."""
    treated = given.get(rules.legs, "both")
    known = dict(given)
    found = set()
    for key, question in rules.by_answer.items():
        leg: Leg | None = None
        if question.per_leg:
            leg = "left" if key.endswith(".left") else "right"
            if treated not in {"both", leg}:
                continue
        if asked(rules, question, known, leg):
            found.add(key)
    return found
