"""Questions of a screening, and the answers that they accept."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from openpresso.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.screening.condition import Condition
    from openpresso.clinic.words import Words

Value = bool | float | str
"""An answer: yes or no, a number, the key of a choice, or a text."""
Answers = dict[str, Value]
"""Answers by key; of a question per leg by `key.left` and `key.right`."""
Language = Literal["en", "de"]
Kind = Literal["yes-no", "number", "choice", "text"]
Asked = Literal["first", "monthly", "every-session"]
Leg = Literal["left", "right"]

LEGS: Final[tuple[Leg, ...]] = ("left", "right")
LONGEST_TEXT: Final = 1000
"""Characters of the longest answer in words."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Parameters
    ----------
    key
        Stable name.
    group
        Key of the group that it is shown in.
    text
        What is asked.
    kind
        Form of the answer.
    asked
        In the first screening only, monthly, or at every session.
    least
        The answer of least concern; None for a text, which no rule reads.
    unit, lowest, highest
        Of a number.
    options
        Of a choice, by key, from least to most concern.
    per_leg
        Whether each leg has its own answer.
    optional
        Whether it may stay open.
    when
        When it is asked; None is always.
    """

    key: str
    group: str
    text: Words
    kind: Kind
    asked: Asked
    least: Value | None
    unit: str = ""
    lowest: float = 0.0
    highest: float = 0.0
    options: tuple[tuple[str, Words], ...] = ()
    per_leg: bool = False
    optional: bool = False
    when: Condition | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of its answers."""
        return tuple(f"{self.key}.{leg}" for leg in LEGS) if self.per_leg else (self.key,)

    @property
    def allowed(self) -> str:
        """What may be answered, in words."""
        if self.kind == "yes-no":
            return "true or false"
        if self.kind == "number":
            return f"a number from {self.lowest:g} to {self.highest:g} {self.unit}".rstrip()
        if self.kind == "choice":
            return "one of " + ", ".join(key for key, _ in self.options)
        return f"a text of at most {LONGEST_TEXT} characters"

    def accepts(self, value: object) -> bool:
        """Whether a value is an answer to this question."""
        if self.kind == "yes-no":
            return isinstance(value, bool)
        if self.kind == "number":
            return (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and math.isfinite(value)
                and self.lowest <= value <= self.highest
            )
        if self.kind == "choice":
            return isinstance(value, str) and value in {key for key, _ in self.options}
        return isinstance(value, str) and len(value) <= LONGEST_TEXT and "\0" not in value


def read_answers(questions: Mapping[str, Question], given: Mapping[str, Any]) -> Answers:
    """Return answers as they are kept: known keys, values that the questions accept.

    Parameters
    ----------
    questions
        The questionnaire, by key of the answer.
    given
        What was answered; None stands for no answer and is left out.

    Raises
    ------
    InputError
        With one diagnostic for each answer that is unknown or out of its range.
    """
    found: list[Diagnostic] = []
    answers: Answers = {}
    for key, value in given.items():
        question = questions.get(key)
        if question is None:
            near = difflib.get_close_matches(str(key), questions, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else "leave it out."
            message = f"{str(key)[:80]!r} is not a question of this questionnaire"
            found.append(Diagnostic("error", "unknown-question", str(key)[:80], message, hint))
        elif value is None:
            continue
        elif not question.accepts(value):
            message = f"{str(value)[:60]!r} is no answer; allowed is {question.allowed}"
            found.append(
                Diagnostic("error", "no-answer", key, message, "correct it or leave it out.")
            )
        else:
            answers[key] = float(value) if question.kind == "number" else value
    if found:
        raise InputError("answers", found)
    return answers
