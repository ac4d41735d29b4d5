"""Conditions: comparisons joined by all, any, not and counts, with answers that are not there."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.screening.condition import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    Not,
    comparisons,
    holds,
)

QUESTIONS = ("p", "q", "r")
LEAVES = st.sampled_from([Compare(key, "is", (True,)) for key in QUESTIONS])
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda of: All(tuple(of))),
        st.lists(inner, min_size=1, max_size=3).map(lambda of: AnyOf(tuple(of))),
        inner.map(Not),
        st.tuples(st.integers(1, 3), st.lists(inner, min_size=1, max_size=3)).map(
            lambda pair: Count(pair[0], tuple(pair[1]))
        ),
    ),
    max_leaves=8,
)
PARTLY = st.dictionaries(st.sampled_from(QUESTIONS), st.booleans())


def plainly(condition: Condition, answers: dict[str, bool]) -> bool:
    """Two-valued logic, written anew, for answers that are all there."""
    if isinstance(condition, Compare):
        return answers[condition.question]
    if isinstance(condition, Not):
        return not plainly(condition.of, answers)
    parts = [plainly(part, answers) for part in condition.of]
    if isinstance(condition, All):
        return all(parts)
    return any(parts) if isinstance(condition, AnyOf) else sum(parts) >= condition.least


@given(CONDITIONS, st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_with_every_answer_it_is_plain_logic(
    condition: Condition, values: tuple[bool, bool, bool]
) -> None:
    answers = dict(zip(QUESTIONS, values, strict=True))
    assert holds(condition, answers.get) is plainly(condition, answers)


@given(CONDITIONS, PARTLY)
def test_what_is_decided_with_some_answers_stays_so_with_all_of_them(
    condition: Condition, answers: dict[str, bool]
) -> None:
    found = holds(condition, answers.get)
    open_ones = [key for key in QUESTIONS if key not in answers]
    for rest in itertools.product((True, False), repeat=len(open_ones)):
        whole = answers | dict(zip(open_ones, rest, strict=True))
        assert found is None or found is plainly(condition, whole)


def test_a_number_is_compared_and_its_limit_belongs_to_at_least_and_at_most() -> None:
    def compare(relation: str, value: float) -> bool | None:
        return holds(Compare("q", relation, (0.6,)), {"q": value}.get)  # type: ignore[arg-type]

    assert [compare(one, 0.6) for one in ("at_least", "at_most", "below", "above")] == [
        True,
        True,
        False,
        False,
    ]
    assert compare("below", 0.59) is True
    assert compare("above", 0.61) is True


def test_one_is_not_yes_and_a_text_is_not_a_number() -> None:
    assert holds(Compare("q", "is", (True,)), {"q": 1.0}.get) is False
    assert holds(Compare("q", "below", (5.0,)), {"q": "4"}.get) is False


def test_missing_is_true_only_without_an_answer() -> None:
    missing = Compare("q", "missing")
    assert holds(missing, {"q": False}.get) is False
    assert holds(missing, lambda _: None) is True


def test_every_comparison_of_a_condition_is_listed() -> None:
    p, q = Compare("p", "is", (True,)), Compare("q", "missing")
    whole = All((p, Not(AnyOf((q, Count(1, (p,)))))))
    assert list(comparisons(whole)) == [p, q, p]
