"""What is asked before a session, and the answers as a form sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from openpresso.clinic.screening.rules import current
from openpresso.clinic.sessions.checklist import shipped
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.screening.questionnaire import Question

MEASURED: Final = frozenset({"systolic", "diastolic", "pulse-rate"})
"""Questions of every session that today's blood pressure answers."""


def daily(*, pregnant: bool) -> list[Question]:
    """Return what is asked at every session; blood pressure is measured instead."""
    questions = current().questions.values()
    return [
        one
        for one in questions
        if one.asked == "every-session"
        and one.key not in MEASURED
        and (pregnant or one.group != "pregnancy")
    ]


def answers(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers of a form, as the checklist and the screening take them."""
    found: dict[str, Any] = {}
    for key in shipped().asked:
        if form.get(f"check.{key}") in {"yes", "no"}:
            found[key] = form[f"check.{key}"] == "yes"
    for question in daily(pregnant=True):
        for name in _names(question):
            said = form.get(f"daily.{name}", "")
            if said:
                found[name] = _said(question, said)
    return found


def _names(question: Question) -> list[str]:
    """Return the keys under which a question is answered."""
    sides = ("left", "right") if question.per_leg else ()
    return [f"{question.key}.{side}" for side in sides] or [question.key]


def _said(question: Question, text: str) -> bool | float | str:
    """Return an answer in the form of its question."""
    if question.kind == "yes-no":
        return text == "yes"
    return decimal(question.key, text) if question.kind == "number" else text


def decimal(name: str, text: str) -> float:
    """Return a number of a form; a comma is a point.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InputError.one(
            "session",
            "not-allowed",
            f"{text[:40]!r} is not a number",
            path=name,
            hint="correct it.",
        ) from None
