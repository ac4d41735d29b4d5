"""The checklist: what each check needs, one by one, and what is said when it is not met."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.sessions import checklist
from openpresso.clinic.sessions.judging import judge
from openpresso.clinic.sessions.rules import RULES, Situation
from openpresso.errors import InputError

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
LIST = checklist.shipped()
ASKED = {check.key: check.right for check in LIST.checks.values() if check.kind == "asked"}
READY = Situation(
    course_state="active",
    program="heavy-legs",
    permission="none",
    ordered_by="",
    legs="both",
    outcome="go",
    why=(),
    gaps=(),
    unanswered=(),
    one_leg_only=False,
    screened_legs="both",
    systolic=124.0,
    diastolic=78.0,
    course_cuff="leg-8",
    set_cuff="leg-8",
    set_active=True,
    cleaned_at=NOW,
    used_at=NOW - dt.timedelta(hours=1),
    running=None,
    trained=True,
    consents=frozenset({"treatment", "health-data"}),
    unfit=(),
    events=(),
    baselines_missing=0,
    diabetes=True,
)

SPOILT: dict[str, tuple[dict[str, Any], str]] = {
    "course-active": ({"course_state": "paused"}, "the course is paused"),
    "screening": ({"outcome": "refer", "why": ("wound [x]",)}, r"refer\. wound \[x\]"),
    "every-session": ({"unanswered": ("skin-today",)}, "skin-today"),
    "legs-allowed": ({"one_leg_only": True}, "choose one leg"),
    "blood-pressure": ({"systolic": None, "diastolic": None}, "measure the blood pressure today"),
    "cuff-type": ({"set_cuff": "leg-12"}, "a leg-12, the course needs a leg-8"),
    "cuff-clean": ({"cleaned_at": NOW - dt.timedelta(hours=2)}, "not cleaned"),
    "cuff-free": ({"running": 17}, "session 17 still runs"),
    "trained": ({"trained": False}, "no valid certificate for leg-8"),
    "consent": ({"consents": frozenset({"treatment"})}, "no consent to: health-data"),
    "program-allowed": ({"permission": "medical-order"}, "medical order only"),
    "program-fits": ({"unfit": ("too many chambers",)}, "too many chambers"),
    "events-reviewed": ({"events": ("chest-pain on 2026-03-01",)}, "chest-pain on 2026-03-01"),
    "baseline": ({"baselines_missing": 2}, "2 baseline measurements are missing"),
}


def refused(situation: Situation, answers: dict[str, bool]) -> dict[str, str]:
    found = judge(LIST, situation, answers)
    return {one.check.key: one.sentence("en") for one in found if one.refuses}


def test_with_every_check_met_nothing_refuses() -> None:
    assert refused(READY, ASKED) == {}


def test_every_rule_has_a_case_that_spoils_it() -> None:
    assert set(SPOILT) == set(RULES)


@pytest.mark.parametrize("key", sorted(SPOILT))
def test_each_automatic_check_fails_alone_with_its_reason(key: str) -> None:
    changes, said = SPOILT[key]
    found = judge(LIST, replace(READY, **changes), ASKED)
    failed = [one for one in found if one.state == "not-met"]
    assert [one.check.key for one in failed] == [key]
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(failed[0].reason)
    assert failed[0].refuses == (key != "baseline")


@pytest.mark.parametrize("key", sorted(ASKED))
def test_each_asked_check_refuses_without_its_answer_and_with_the_wrong_one(key: str) -> None:
    without = {name: answer for name, answer in ASKED.items() if name != key}
    wrong = {**ASKED, key: not ASKED[key]}
    for answers in (without, wrong):
        found = refused(READY, answers)
        assert list(found) == [key]
        assert LIST.checks[key].source in found[key]


def test_everything_missing_is_listed_at_once() -> None:
    spoilt = READY
    for changes, _ in SPOILT.values():
        spoilt = replace(spoilt, **changes)
    assert set(refused(spoilt, {})) == set(LIST.checks) - {"baseline"}


def test_the_foot_is_asked_about_only_where_diabetes_is_possible() -> None:
    answers = {key: answer for key, answer in ASKED.items() if key != "foot"}
    assert list(refused(READY, answers)) == ["foot"]
    assert refused(replace(READY, diabetes=False), answers) == {}


def test_a_screening_that_lacks_todays_answers_only_is_not_said_to_be_missing() -> None:
    today = replace(READY, outcome="missing", unanswered=("groin-swelling", "skin-today"))
    assert list(refused(today, ASKED)) == ["every-session"]
    expired = replace(today, why=("valid until 2026-01-01",))
    assert list(refused(expired, ASKED)) == ["screening", "every-session"]


def test_without_a_screening_its_gaps_are_named() -> None:
    none = replace(READY, outcome="missing", why=("no screening yet",), gaps=("age", "diabetes"))
    assert list(refused(none, ASKED)) == ["screening"]
    assert "no screening yet; age; diabetes" in refused(none, ASKED)["screening"]


@pytest.mark.parametrize(
    ("screened", "legs", "ok"),
    [
        ("both", "left", True),
        ("left", "left", True),
        ("left", "right", False),
        ("right", "both", False),
        ("", "both", True),
    ],
)
def test_a_leg_that_was_not_screened_is_not_treated(screened: str, legs: str, ok: bool) -> None:
    situation = replace(READY, screened_legs=screened, legs=legs)  # type: ignore[arg-type]
    assert (refused(situation, ASKED) == {}) == ok


@given(st.sets(st.sampled_from(sorted(SPOILT))), st.sets(st.sampled_from(sorted(ASKED))))
def test_a_session_is_refused_exactly_for_what_is_spoilt_or_unanswered(
    spoilt: set[str], unanswered: set[str]
) -> None:
    situation = READY
    for key in spoilt:
        situation = replace(situation, **SPOILT[key][0])
    answers = {key: answer for key, answer in ASKED.items() if key not in unanswered}
    assert set(refused(situation, answers)) == (spoilt | unanswered) - {"baseline"}


def test_reasons_come_in_the_language_asked_for() -> None:
    found = judge(LIST, replace(READY, trained=False), ASKED, "de")
    said = [one.sentence("de") for one in found if one.refuses]
    assert said[0].startswith("trained: kein gültiger Nachweis für leg-8 [")


@pytest.mark.parametrize("answers", [{"screening": True}, {"weather": True}, {"liner": "yes"}])
def test_an_answer_to_nothing_is_refused(answers: dict[str, bool]) -> None:
    with pytest.raises(InputError, match="is the answer to one of"):
        judge(LIST, READY, {**ASKED, **answers})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "  - key: trained\n    kind: automatic",
            "  - key: trayned\n    kind: automatic",
            "trayned",
        ),
        ("    right: true\n", "", "asked check has its right answer"),
        ("  - key: liner\n", "  - key: elevated\n", "given twice"),
        ("    mark: memory\n", "    mark: certain\n", "certain"),
    ],
)
def test_a_checklist_that_contradicts_itself_is_refused(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    path = tmp_path / "checklist.yaml"
    text = checklist.SHIPPED.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(InputError, match=said):
        checklist.load(path)


def test_a_checklist_without_a_rule_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checklist.yaml"
    text = checklist.SHIPPED.read_text("utf-8")
    path.write_text(text[: text.index("  - key: baseline")], "utf-8")
    with pytest.raises(InputError, match="without baseline"):
        checklist.load(path)
