"""The questions and rules of a screening as Markdown, for the documentation and for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from openpresso.clinic.screening.condition import All, AnyOf, Compare, Condition, Count, Not

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.clinic.screening.rules import Caps, Rules

_SIGNS = {"at_least": "≥", "at_most": "≤", "below": "<", "above": ">"}


def rule_table(rules: Rules, language: str = "en") -> str:
    """Return the rules of a screening as a table in Markdown.

    Parameters
    ----------
    rules
        The rules.
    language
        `en` or `de`, of what is told.

    Returns
    -------
    str
        One row a rule: key, when, outcome, limits, what is told, source and mark; then the
        sources.
    """
    head = (
        f"Rules {rules.version}, published {rules.published_on.isoformat()}.",
        "",
        "| rule | when | outcome | limits | what is told | source | mark |",
        "|---|---|---|---|---|---|---|",
    )
    rows = [
        _row(
            one.key,
            in_words(one.when),
            f"{one.outcome}{', blocks' if one.blocking else ''}",
            caps_in_words(one.caps),
            " ".join(part for part in (one.text.say(language), one.note) if part),
            one.source,
            one.mark,
        )
        for one in rules.rules
    ]
    sources = [
        f"- `{key}`: {' '.join(part for part in (one.citation, one.address) if part)}"
        for key, one in rules.sources.items()
    ]
    return "\n".join((*head, *rows, "", *sources, ""))


def question_table(rules: Rules, language: str = "en") -> str:
    """Return the questions of a screening as a table in Markdown; see `rule_table`."""
    head = (
        "| question | text | answer | asked | when |",
        "|---|---|---|---|---|",
    )
    rows = [
        _row(
            one.key + (" (each leg)" if one.per_leg else ""),
            one.text.say(language),
            one.allowed,
            one.asked + (", may stay open" if one.optional else ""),
            in_words(one.when) if one.when else "",
        )
        for one in rules.questions.values()
    ]
    return "\n".join((*head, *rows, ""))


def in_words(condition: Condition, *, inner: bool = False) -> str:
    """Return a condition in words: `systolic ≥ 180 or diastolic ≥ 110`."""
    match condition:
        case Compare():
            return _comparison(condition)
        case Not(part):
            return f"not ({in_words(part)})"
        case All(parts):
            text = " and ".join(in_words(part, inner=True) for part in parts)
        case AnyOf(parts):
            text = " or ".join(in_words(part, inner=True) for part in parts)
        case Count(least, parts):
            return f"{least} or more of: {', '.join(in_words(part) for part in parts)}"
        case _:
            assert_never(condition)
    return f"({text})" if inner else text


def caps_in_words(caps: Caps) -> str:
    """Return limits in words: `20 mmHg, 20 min, one leg at a time`."""
    return ", ".join(_caps(caps))


def _caps(caps: Caps) -> Iterator[str]:
    if caps.pressure is not None:
        yield f"{caps.pressure:g} mmHg"
    if caps.minutes is not None:
        yield f"{caps.minutes:g} min"
    if caps.legs == "one":
        yield "one leg at a time"


def _comparison(one: Compare) -> str:
    if one.relation == "missing":
        return f"{one.question} is not answered"
    if one.relation == "is":
        words = {True: "yes", False: "no"}
        values = [words[value] if isinstance(value, bool) else str(value) for value in one.values]
        return f"{one.question} is {' or '.join(values)}"
    return f"{one.question} {_SIGNS[one.relation]} {one.values[0]:g}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
