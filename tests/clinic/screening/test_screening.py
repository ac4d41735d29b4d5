"""Screenings in the clinic: kept, read, overridden, expired, judged by newer rules."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Protocol

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.clinic import found as found_practice
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.people import client as clients
from openpresso.clinic.roles import ACTIONS
from openpresso.clinic.screening import screening
from openpresso.clinic.screening.condition import Compare
from openpresso.clinic.screening.questionnaire import Value
from openpresso.clinic.screening.rules import Caps, Rule, Rules, current
from openpresso.clinic.screening.standing import Standing
from openpresso.errors import InputError

RULES = current()
LEAST = {key: value for key, value in RULES.least.items() if key not in {"age", "sex"}}
TODAY = {key: LEAST[key] for key in LEAST if RULES.by_answer[key].asked == "every-session"}
HIGH = LEAST | {"systolic": 165.0, "doctor-pressure": False}
SOFT = LEAST | {"kidney-failure": True}
REASON = "Seen by her nephrologist on Friday, who wants it."

DeskOf = Callable[..., AbstractContextManager[Desk]]


class Clock(Protocol):
    def __call__(self) -> dt.datetime: ...
    def pass_by(self, **units: float) -> None: ...


@pytest.fixture
def client_id(desk_of: DeskOf) -> int:
    with desk_of("clinician") as desk:
        row = clients.register(
            desk, given="Ana", family="Ruiz", born=dt.date(1990, 3, 4), sex="female"
        )
        return row.id


def screened(
    desk_of: DeskOf,
    client_id: int,
    answers: Mapping[str, Value],
    *,
    role: str = "technician",
    whole: bool = True,
    rules: Rules | None = None,
) -> int:
    with desk_of(role) as desk:
        return screening.answer(desk, client_id, answers, whole=whole, rules=rules).id


@contextmanager
def looking(clinic: Clinic, people: SimpleNamespace) -> Iterator[Desk]:
    with clinic.automatic(people.practice, reading=True) as desk:
        yield desk


def standing_of(
    clinic: Clinic,
    people: SimpleNamespace,
    client_id: int,
    on: dt.date | None = None,
    *,
    rules: Rules | None = None,
) -> Standing:
    with looking(clinic, people) as desk:
        return screening.standing(desk, client_id, on or desk.today(), rules=rules)


def test_without_a_screening_a_client_is_not_treated(
    clinic: Clinic, people: SimpleNamespace, client_id: int
) -> None:
    found = standing_of(clinic, people, client_id)
    assert (found.outcome, found.screening_id, found.treatable) == ("missing", None, False)
    assert found.reasons[0].text == "There is no screening yet."


def test_a_screening_keeps_answers_version_trace_and_who_asked(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    answers = LEAST | {"pregnant": True}
    key = screened(desk_of, client_id, answers)
    found = standing_of(clinic, people, client_id)
    assert (found.outcome, found.caps, found.screening_id) == ("cap", Caps(20.0), key)
    assert [(one.rule, one.mark, one.blocking) for one in found.reasons] == [
        ("pregnant-low", "found", True)
    ]
    assert found.reasons[0].answers == (("pregnant", True),)
    with desk_of("clinician", reading=True) as desk:
        (row,) = screening.history(desk, client_id)
    assert (row.rules, row.staff_id, row.outcome) == (RULES.version, people.technician, "cap")
    assert row.answers["age"] == 35
    assert row.answers["sex"] == "female"
    with looking(clinic, people) as desk:
        entries = desk.db.scalars(sa.select(Entry).where(Entry.client_id == client_id)).all()
        assert {one.action for one in entries} >= {"screening.answer", "screening.read"}
        assert screening.said(desk, client_id, "pregnant") is True
        assert screening.said(desk, client_id, "cancer-cleared-by") is None


def test_an_unknown_answer_is_refused_and_nothing_is_kept(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    with pytest.raises(InputError, match="sistolic"):
        screened(desk_of, client_id, LEAST | {"sistolic": 120.0})
    assert standing_of(clinic, people, client_id).screening_id is None


def test_the_front_desk_learns_only_whether_somebody_may_be_treated(
    desk_of: DeskOf, client_id: int
) -> None:
    screened(desk_of, client_id, LEAST)
    with desk_of("front_desk", reading=True) as desk:
        assert screening.treatable(desk, client_id) is True
    for role in ("front_desk", "owner", "auditor"):
        with pytest.raises(NotAllowedError), desk_of(role) as desk:
            screening.history(desk, client_id)
        with pytest.raises(NotAllowedError), desk_of(role) as desk:
            screening.answer(desk, client_id, LEAST)


def test_a_clinician_overrides_a_soft_rule_of_somebody_elses_screening(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    key = screened(desk_of, client_id, SOFT)
    assert standing_of(clinic, people, client_id).outcome == "refer"
    with desk_of("clinician") as desk:
        row = screening.override(desk, key, "kidney-failure", f"  {REASON} ")
        assert row.reason == REASON
    found = standing_of(clinic, people, client_id)
    assert found.outcome == "go"
    assert [one.overridden for one in found.reasons] == [True]
    with desk_of("clinician") as desk:
        assert screening.daily(desk, client_id, TODAY).outcome == "go"


@pytest.mark.parametrize("role", ["technician", "owner", "front_desk", "auditor"])
def test_nobody_else_overrides(desk_of: DeskOf, client_id: int, role: str) -> None:
    key = screened(desk_of, client_id, SOFT)
    with pytest.raises(NotAllowedError), desk_of(role) as desk:
        screening.override(desk, key, "kidney-failure", REASON)


def test_who_screened_does_not_override(desk_of: DeskOf, client_id: int) -> None:
    key = screened(desk_of, client_id, SOFT, role="clinician")
    with pytest.raises(NotAllowedError, match="who screened"), desk_of("clinician") as desk:
        screening.override(desk, key, "kidney-failure", REASON)


@pytest.mark.parametrize(
    ("answers", "rule", "reason", "error", "text"),
    [
        (LEAST | {"groin-swelling": True}, "groin-swelling", REASON, RefusedError, "blocks"),
        (LEAST | {"thrombosis-ever": True}, "thrombosis-ever", REASON, RefusedError, "limits"),
        (SOFT, "kidney-failure", "because", InputError, "7 characters"),
        (SOFT, "kidney-failure", " " * 30, InputError, "0 characters"),
        (SOFT, "cirrhosis", REASON, InputError, "its reasons are kidney-failure"),
    ],
)
def test_what_cannot_be_overridden_is_refused_with_why(
    desk_of: DeskOf,
    client_id: int,
    answers: dict[str, Value],
    rule: str,
    reason: str,
    error: type[Exception],
    text: str,
) -> None:
    key = screened(desk_of, client_id, answers)
    with pytest.raises(error, match=text), desk_of("clinician") as desk:
        screening.override(desk, key, rule, reason)


def test_an_override_is_of_the_newest_screening_and_once(desk_of: DeskOf, client_id: int) -> None:
    old = screened(desk_of, client_id, SOFT)
    new = screened(desk_of, client_id, SOFT)
    with pytest.raises(RefusedError, match="newer"), desk_of("clinician") as desk:
        screening.override(desk, old, "kidney-failure", REASON)
    with desk_of("clinician") as desk:
        screening.override(desk, new, "kidney-failure", REASON)
        with pytest.raises(RefusedError, match="already"):
            screening.override(desk, new, "kidney-failure", REASON)


def test_an_override_about_todays_blood_pressure_ends_with_the_day(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int, clock: Clock
) -> None:
    key = screened(desk_of, client_id, HIGH)
    with desk_of("clinician") as desk:
        screening.override(desk, key, "pressure-high-note", REASON)
    high = TODAY | {"systolic": 165.0}
    assert standing_of(clinic, people, client_id).outcome == "cap"
    with looking(clinic, people) as desk:
        assert screening.daily(desk, client_id, high).outcome == "cap"
        other = screening.daily(desk, client_id, TODAY | {"systolic": 170.0})
        assert other.outcome == "refer"
    clock.pass_by(days=1)
    assert standing_of(clinic, people, client_id).outcome == "refer"
    with looking(clinic, people) as desk:
        assert screening.daily(desk, client_id, high).outcome == "refer"
        assert screening.daily(desk, client_id, TODAY).outcome == "go"


def test_a_whole_screening_expires_after_a_year_and_says_so(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int, clock: Clock
) -> None:
    screened(desk_of, client_id, LEAST)
    last = clock().date() + dt.timedelta(days=365)
    assert standing_of(clinic, people, client_id, last).outcome == "go"
    after = standing_of(clinic, people, client_id, last + dt.timedelta(days=1))
    assert after.outcome == "expired"
    assert last.isoformat() in after.reasons[-1].text
    clock.pass_by(days=366)
    with looking(clinic, people) as desk:
        assert screening.daily(desk, client_id, TODAY).outcome == "expired"


def test_feet_in_diabetes_are_due_monthly_and_asking_them_alone_is_enough(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int, clock: Clock
) -> None:
    screened(desk_of, client_id, LEAST | {"diabetes": True})
    first = clock().date()
    clock.pass_by(days=32)
    assert standing_of(clinic, people, client_id).outcome == "expired"
    feet: dict[str, Value] = {"monofilament": 8.0, "foot-check": "sound"}
    screened(desk_of, client_id, TODAY | feet, whole=False)
    found = standing_of(clinic, people, client_id)
    assert found.outcome == "go"
    assert found.expires_on == clock().date() + dt.timedelta(days=31)
    for _ in range(11):
        clock.pass_by(days=31)
        screened(desk_of, client_id, TODAY | feet, whole=False)
    assert standing_of(clinic, people, client_id).expires_on == first + dt.timedelta(days=365)
    assert standing_of(clinic, people, client_id).outcome == "expired"


def test_a_part_of_a_screening_needs_one_before_and_todays_questions(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    with pytest.raises(RefusedError, match="no screening"):
        screened(desk_of, client_id, TODAY, whole=False)
    screened(desk_of, client_id, LEAST)
    screened(desk_of, client_id, {"varices": True, "doctor-varices": True}, whole=False)
    found = standing_of(clinic, people, client_id)
    assert found.outcome == "missing"
    assert set(found.missing) == {
        key
        for key in TODAY
        if not RULES.by_answer[key].optional and RULES.by_answer[key].when is None
    }


def test_the_day_asks_its_questions_and_can_only_add_to_the_screening(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    screened(desk_of, client_id, LEAST | {"thrombosis-ever": True})
    with looking(clinic, people) as desk:
        plain = screening.daily(desk, client_id, TODAY)
        assert (plain.outcome, plain.caps) == ("cap", Caps(40.0))
        swollen = screening.daily(desk, client_id, TODAY | {"groin-swelling": True})
        assert swollen.outcome == "refuse"
        assert "groin" in next(one for one in swollen.reasons if one.blocking).text
        nothing = screening.daily(desk, client_id, {})
        assert nothing.outcome == "missing"
        assert {"groin-swelling", "systolic", "skin-today"} <= set(nothing.missing)
        with pytest.raises(InputError):
            screening.daily(desk, client_id, TODAY | {"systolic": "high"})


def test_a_no_at_the_couch_takes_back_no_refusal_of_a_screening(
    desk_of: DeskOf, client_id: int, clock: Clock
) -> None:
    screened(desk_of, client_id, LEAST | {"thrombosis-now": True})
    for _ in range(2):
        with desk_of("technician", reading=True) as desk:
            decision = screening.daily(desk, client_id, TODAY)
        assert decision.outcome == "refuse"
        assert [one.rule for one in decision.reasons] == ["thrombosis-now"]
        clock.pass_by(days=7)
    screened(desk_of, client_id, LEAST)
    with desk_of("technician", reading=True) as desk:
        assert screening.daily(desk, client_id, TODAY).outcome == "go"


def test_the_day_without_any_screening_is_missing_the_rest(
    clinic: Clinic, people: SimpleNamespace, client_id: int
) -> None:
    with looking(clinic, people) as desk:
        assert screening.daily(desk, client_id, TODAY).outcome == "missing"


def newer(*rules: Rule, without: str = "") -> Rules:
    kept = tuple(one for one in RULES.rules if one.key != without)
    return dataclasses.replace(RULES, version=RULES.version + 1, rules=(*kept, *rules))


def stricter_about(question: str) -> Rule:
    first = RULES.rules[0]
    condition = Compare(question, "is", (True,))
    return dataclasses.replace(first, key="new", when=condition, outcome="refer", blocking=False)


def test_newer_rules_that_say_the_same_leave_a_screening_alone(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    screened(desk_of, client_id, LEAST)
    found = standing_of(clinic, people, client_id, rules=newer(stricter_about("varices")))
    assert (found.outcome, found.redo, found.reasons) == ("go", False, ())


def test_newer_rules_that_are_stricter_to_the_same_answers_ask_for_a_new_screening(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    key = screened(desk_of, client_id, LEAST | {"varices": True})
    rules = newer(stricter_about("varices"))
    found = standing_of(clinic, people, client_id, rules=rules)
    assert (found.outcome, found.redo, found.screening_id) == ("expired", True, key)
    assert found.reasons[-1].rule == "rules-changed"
    screened(desk_of, client_id, LEAST | {"varices": True}, rules=rules)
    found = standing_of(clinic, people, client_id, rules=rules)
    assert (found.outcome, found.redo) == ("refer", False)


def test_newer_rules_that_are_milder_tell_and_change_nothing(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    screened(desk_of, client_id, LEAST | {"thrombosis-ever": True})
    found = standing_of(clinic, people, client_id, rules=newer(without="thrombosis-ever"))
    assert (found.outcome, found.redo, found.caps) == ("cap", True, Caps(40.0))


def test_another_practice_knows_nothing_of_the_client(
    clinic: Clinic, desk_of: DeskOf, client_id: int
) -> None:
    screened(desk_of, client_id, SOFT)
    with clinic.automatic() as desk:
        other = found_practice(
            desk, "Elsewhere", country="FR", zone="Europe/Paris", language="de"
        ).id
    with clinic.automatic(other, reading=True) as desk:
        standing = screening.standing(desk, client_id, desk.today())
        assert standing.screening_id is None
        assert standing.reasons[0].text == "Es gibt noch keine Befragung."
        with pytest.raises(NotFoundError):
            screening.daily(desk, client_id, TODAY)


def test_what_is_looked_up_about_a_client_is_found_by_the_client(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    screened(desk_of, client_id, LEAST)
    seen: list[tuple[str, tuple[object, ...]]] = []
    with looking(clinic, people) as desk:
        connection = desk.db.connection()
        sa.event.listen(
            connection, "before_cursor_execute", lambda *args: seen.append((args[2], args[3]))
        )
        screening.standing(desk, client_id, desk.today())
        looked = [one for one in seen if "FROM screening" in one[0]]
        assert len(looked) == len(seen) == 2
        if connection.dialect.name == "sqlite":
            for statement, values in looked:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                text = " ".join(str(row) for row in plan)
                assert "SEARCH" in text
                assert "client_id=? AND practice_id=?" in text or "screening_id=?" in text
                assert "TEMP B-TREE" not in text or "override" in text


def test_the_audit_agrees_with_every_row_of_screening_and_override(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    answers = SOFT | {"diabetes": True, "monofilament": 5.5, "ankle-brachial-index.left": 1.05}
    key = screened(desk_of, client_id, answers)
    with desk_of("clinician") as desk:
        screening.override(desk, key, "kidney-failure", REASON)
    with looking(clinic, people) as desk:
        verdict = verify(desk.db)
    assert verdict.ok, verdict.findings


def test_each_action_is_for_its_own_roles() -> None:
    mine = {name: one for name, one in ACTIONS.items() if name.startswith("screening.")}
    assert {name: sorted(mine[name].roles) for name in mine} == {
        "screening.answer": ["clinician", "technician"],
        "screening.read": ["clinician", "technician"],
        "screening.override": ["clinician"],
        "screening.outcome": ["clinician", "front-desk", "owner", "technician"],
    }
