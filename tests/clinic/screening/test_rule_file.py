"""Files of rules: what is wrong in them is said with place, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from openpresso.clinic.screening.rule_table import question_table, rule_table
from openpresso.clinic.screening.rules import Rules, current, load_rules
from openpresso.errors import InputError

SMALL = """\
schema: 1
version: 7
published_on: "2026-01-31"
valid: {first: 365, monthly: 31}
legs: legs
groups:
  all: {en: "All", de: "Alle"}
questions:
  - key: legs
    group: all
    kind: choice
    options:
      both: {en: both, de: beide}
      left: {en: left, de: links}
      right: {en: right, de: rechts}
    least: both
    text: {en: "Legs?", de: "Beine?"}
  - key: fever
    group: all
    kind: yes-no
    least: false
    text: {en: "Fever?", de: "Fieber?"}
  - key: degrees
    group: all
    kind: number
    range: [30, 45]
    least: 36.5
    when: {question: fever, is: true}
    text: {en: "How much?", de: "Wie viel?"}
rules:
  - key: fever
    when: {question: fever, is: true}
    outcome: refuse
    blocking: true
    text: {en: "Fever.", de: "Fieber."}
    source: us
    mark: assumed
sources:
  us: {citation: "We"}
"""

NEXT = "\n    outcome"
RULE = "{question: fever, is: true}" + NEXT
ASKED = "{question: fever, is: true}\n    text"


def load(tmp_path: Path, text: str) -> Rules:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    return load_rules(path)


def test_a_small_file_of_rules_is_read(tmp_path: Path) -> None:
    rules = load(tmp_path, SMALL)
    assert (rules.version, rules.published_on.isoformat()) == (7, "2026-01-31")
    assert rules.rule("fever") is not None
    assert rules.rule("cold") is None


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        (RULE, "{question: fewer, is: true}" + NEXT,
         "unknown-question", "rules[0].when"),
        (ASKED, "{question: fewer, is: true}\n    text",
         "unknown-question", "questions[2].when"),
        ("- key: degrees", "- key: fever", "overlapping-key", "questions[2].key"),
        (RULE, "{question: degrees, above: 45}" + NEXT,
         "unreachable", "rules[0].when"),
        (ASKED, "{question: degrees, below: 30}\n    text",
         "unreachable", "questions[2].when"),
        (RULE, "{question: fever, is: false}" + NEXT,
         "least-is-judged", "rules[0].when"),
        (RULE, "{question: fever, missing: true}" + NEXT,
         "missing-in-rule", "rules[0].when"),
        (RULE, "{question: fever, above: 3}" + NEXT,
         "unsuited", "rules[0].when"),
        (RULE, "{question: legs, is: none}" + NEXT,
         "unsuited", "rules[0].when"),
        (RULE, "{question: fever, is: true, above: 3}" + NEXT,
         "condition", "rules[0].when"),
        (RULE, "{all: []}" + NEXT,
         "too-short", "rules[0].when.all"),
        ("outcome: refuse", "outcome: cap", "no-cap", "rules[0]"),
        ("outcome: refuse", "outcome: go", "not-allowed", "rules[0].outcome"),
        ("source: us", "source: them", "unknown-source", "rules[0].source"),
        ("mark: assumed", "mark: sure", "not-allowed", "rules[0].mark"),
        ("    mark: assumed", "    mark: assumed\n    eval: '1'", "unknown-field", "rules[0].eval"),
        ("least: 36.5", "least: 50", "bad-least", "questions[2]"),
        ("least: 36.5", "least: .nan", "bool-type", "questions[2].least"),
        ("range: [30, 45]", "range: [45, 30]", "bad-range", "questions[2]"),
        ("group: all\n    kind: yes-no", "group: any\n    kind: yes-no",
         "unknown-group", "questions[1]"),
        ("legs: legs", "legs: fever", "no-legs", "legs"),
        ('"2026-01-31"', '"2026-02-31"', "value-error", "published_on"),
        (', de: "Fieber."}', "}", "missing-field", "rules[0].text.de"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, code: str, path: str
) -> None:
    assert SMALL.count(old) == 1
    with pytest.raises(InputError) as caught:
        load(tmp_path, SMALL.replace(old, new))
    found = {(one.code, one.path): one for one in caught.value.diagnostics}
    assert (code, path) in found
    assert found[code, path].line is not None
    assert found[code, path].hint


def test_the_shipped_rules_have_every_text_in_both_languages() -> None:
    rules = current()
    texts = [one.text for one in rules.rules]
    texts += [one.text for one in rules.questions.values()]
    options = [words for one in rules.questions.values() for _, words in one.options]
    same = [one.en for one in (*texts, *options, *rules.groups.values()) if one.en == one.de]
    assert set(same) <= {"Person", "Diabetes?"}


def test_every_question_that_needs_an_answer_is_read_by_a_rule_or_another_question() -> None:
    rules = current()
    read = {name for name in rules.questions for text in [rule_table(rules)] if name in text}
    conditions = question_table(rules).split("\n")
    asked = {name for name in rules.questions if sum(name in line for line in conditions) > 1}
    unread = {
        name
        for name, one in rules.questions.items()
        if name not in read | asked and not one.optional
    }
    assert unread <= {"ankle-brachial-method", rules.legs}


def test_the_tables_have_a_row_for_each_rule_and_question() -> None:
    rules = current()
    for language in ("en", "de"):
        rows = rule_table(rules, language).splitlines()
        assert sum(row.startswith("| ") for row in rows) == len(rules.rules) + 1
        rows = question_table(rules, language).splitlines()
        assert sum(row.startswith("| ") for row in rows) == len(rules.questions) + 1
    table = rule_table(rules)
    assert "| pressure-very-high | systolic ≥ 180 or diastolic ≥ 110 | refuse, blocks |" in table
    assert "| 30 mmHg, one leg at a time |" in table
