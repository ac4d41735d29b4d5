"""What is wrong with a file of screening rules beyond its form."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

from openpresso.clinic.screening.condition import NUMERIC, Compare, comparisons, holds
from openpresso.clinic.screening.rules import Caps
from openpresso.errors import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from openpresso.clinic.screening.condition import Condition
    from openpresso.clinic.screening.questionnaire import Question, Value
    from openpresso.clinic.screening.rules import Rules

MOST_TRIES: Final = 200_000
"""Most combinations of answers that are tried to make a condition true."""


def problems(rules: Rules, questions: Sequence[Question]) -> tuple[Diagnostic, ...]:
    """Return what is wrong with rules.

    Parameters
    ----------
    rules
        The rules.
    questions
        Every question of the file, also those whose key is there twice.
    """
    found = [
        *_twice("questions", [one.key for one in questions]),
        *_twice("rules", [one.key for one in rules.rules]),
    ]
    for number, question in enumerate(questions):
        path = f"questions[{number}]"
        found += [_error(code, path, text) for code, text in _question(rules, question)]
        if question.when is not None:
            found += _condition(rules, question.when, f"{path}.when", in_rule=False)
    for number, rule in enumerate(rules.rules):
        path = f"rules[{number}]"
        found += _condition(rules, rule.when, f"{path}.when", in_rule=True)
        if rule.outcome == "cap" and rule.caps == Caps():
            found.append(_error("no-cap", path, f"{rule.key!r} caps nothing; add 'caps'"))
        if rule.source not in rules.sources:
            text = f"{rule.source!r} is not one of the sources"
            found.append(_error("unknown-source", f"{path}.source", text))
    found += _unused(rules)
    legs = rules.questions.get(rules.legs)
    if legs is None or {key for key, _ in legs.options} != {"both", "left", "right"}:
        text = f"{rules.legs!r} must be a choice of both, left and right"
        found.append(_error("no-legs", "legs", text))
    return tuple(found)


def witness(questions: Mapping[str, Question], condition: Condition) -> dict[str, Value] | None:
    """Return answers, by question, that make a condition true; None if nothing does.

    Raises
    ------
    ValueError
        If there are too many combinations to try.
    """
    compared: dict[str, list[Compare]] = {}
    for one in comparisons(condition):
        compared.setdefault(one.question, []).append(one)
    choices = [_candidates(questions[key], ones) for key, ones in compared.items()]
    if math.prod(map(len, choices)) > MOST_TRIES:
        raise ValueError(f"more than {MOST_TRIES} combinations")
    for values in itertools.product(*choices):
        answers = {key: value for key, value in zip(compared, values, strict=True) if value != ""}
        if holds(condition, answers.get):
            return answers
    return None


def _candidates(question: Question, compared: Iterable[Compare]) -> list[Value]:
    """Return answers of which every comparison takes every side; an empty text is no answer."""
    compared = list(compared)
    values: list[Value] = [""] if any(one.relation == "missing" for one in compared) else []
    if question.kind == "yes-no":
        return [*values, True, False]
    if question.kind == "choice":
        return [*values, *(key for key, _ in question.options)]
    if question.kind == "text":
        return [*values, "text"]
    limits = {float(v) for one in compared for v in one.values if not isinstance(v, str)}
    near = {limit + step for limit in limits for step in (-1e-6, 0.0, 1e-6)}
    ends = {question.lowest, question.highest}
    inside = sorted(one for one in near | ends if question.lowest <= one <= question.highest)
    return [*values, *inside]


def _question(rules: Rules, question: Question) -> Iterator[tuple[str, str]]:
    """Yield code and text of what is wrong with a question itself."""
    if question.group not in rules.groups:
        yield "unknown-group", f"{question.group!r} is not one of the groups"
    if (question.kind == "number") is not (question.lowest < question.highest):
        yield "bad-range", "a number has 'range: [lowest, highest]', and nothing else has"
    if (question.kind == "choice") is not (len(question.options) >= 2):
        yield "bad-options", "a choice has two 'options' or more, and nothing else has any"
    if question.kind == "text":
        if question.least is not None:
            yield "bad-least", "no rule reads a text; leave 'least' out"
    elif not question.accepts(question.least):
        yield "bad-least", f"'least' is {question.least!r}; allowed is {question.allowed}"


def _condition(
    rules: Rules, condition: Condition, path: str, *, in_rule: bool
) -> Iterator[Diagnostic]:
    """Yield what is wrong with a condition of a rule or of a question."""
    sound = True
    for one in comparisons(condition):
        question = rules.questions.get(one.question)
        text = (
            f"{one.question!r} is not one of the questions"
            if question is None
            else _unsuited(question, one)
        )
        if text:
            sound = False
            yield _error("unknown-question" if question is None else "unsuited", path, text)
        elif in_rule and one.relation == "missing":
            text = f"{one.question!r}: a rule judges answers; ask for a missing one with its 'when'"
            yield _error("missing-in-rule", path, text)
    if not sound:
        return
    if witness(rules.questions, condition) is None:
        yield _error("unreachable", path, "no answers make this true")
    least = {key: one.least for key, one in rules.questions.items()}
    if in_rule and holds(condition, least.get):
        yield _error("least-is-judged", path, "the answers of least concern make this true")


def _unsuited(question: Question, one: Compare) -> str:
    """Return why a comparison does not suit its question; empty when it does."""
    if one.relation == "missing":
        return ""
    if one.relation in NUMERIC:
        return "" if question.kind == "number" else f"{question.key!r} is not a number"
    if question.kind == "number":
        return f"{question.key!r} is a number: compare it with {', '.join(NUMERIC)}"
    wrong = [value for value in one.values if not question.accepts(value)]
    if question.kind == "text" or wrong:
        return f"{question.key!r} is never {wrong or one.values}; allowed is {question.allowed}"
    return ""


def _twice(path: str, keys: Sequence[str]) -> Iterator[Diagnostic]:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            text = f"the key {key!r} is there twice; each is used once"
            yield _error("overlapping-key", f"{path}[{number}].key", text)


def _unused(rules: Rules) -> Iterator[Diagnostic]:
    used = {one.source for one in rules.rules}
    for key in rules.sources:
        if key not in used:
            text, hint = f"no rule is from {key!r}", "remove it."
            yield Diagnostic("warning", "unused-source", f"sources.{key}", text, hint)


def _error(code: str, path: str, text: str) -> Diagnostic:
    return Diagnostic("error", code, path, text, "correct it; the shipped rules show the form.")
