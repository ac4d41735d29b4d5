"""The screening as a form: what is asked, what is kept, and the result with its sources."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import client
from openpresso.clinic.screening import screening
from openpresso.clinic.screening.condition import Compare
from openpresso.clinic.screening.rules import current
from tests.clinic.courses.world import healthy
from tests.console.conftest import TestClient


def typed(**changed: Any) -> dict[str, str]:  # noqa: ANN401 -- answers of any kind
    """Answers of somebody healthy, as a form sends them."""
    found = {}
    for key, value in healthy(**changed).items():
        if key in {"age", "sex"}:
            continue
        found[key] = (
            {True: "yes", False: "no"}[value]
            if isinstance(value, bool)
            else (f"{value:g}" if isinstance(value, float | int) else str(value))
        )
    return found


def newcomer(clinic: Clinic, people: SimpleNamespace) -> int:
    with clinic.desk(people.front_desk) as desk:
        return client.register(desk, given="Cem", family="Óz", born="1981-03-04", sex="male").id


def test_everything_is_asked_of_a_new_client(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    text = technician.get(f"/clients/{newcomer(clinic, people)}/screening").text
    for key, question in current().by_answer.items():
        if question.key not in {"age", "sex"}:
            assert f'name="{key}"' in text, key
    assert text.count("<legend>") > 30


def test_answers_are_kept_and_lead_to_the_result(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    key = newcomer(clinic, people)
    answer = technician.post(f"/clients/{key}/screening", data=typed())
    assert answer.status_code == 303, answer.text
    assert "may be treated" in technician.get(answer.headers["location"]).text
    with clinic.desk(people.technician, reading=True) as desk:
        assert screening.standing(desk, key, desk.today()).treatable


def test_open_questions_are_shown_again_with_all_that_was_answered(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    key = newcomer(clinic, people)
    given = typed(medicines="ramipril <5 mg>")
    del given["heart-failure"]
    answer = technician.post(f"/clients/{key}/screening", data=given)
    assert answer.status_code == 422
    assert "1 question is open." in answer.text
    assert "ramipril &lt;5 mg&gt;" in answer.text
    assert re.search(r'name="can-say-stop" value="yes" checked', answer.text)
    with clinic.desk(people.technician, reading=True) as desk:
        assert screening.history(desk, key) == []
    kept = technician.post(f"/clients/{key}/screening", data={**given, "open": "yes"})
    assert kept.status_code == 303
    assert "answers are missing" in technician.get(kept.headers["location"]).text


def test_a_conditional_question_is_asked_once_its_condition_holds(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    path = f"/clients/{newcomer(clinic, people)}/screening/asked"
    assert "nyha" not in technician.post(path, data={"heart-failure": "no"}).json()
    assert "nyha" in technician.post(path, data={"heart-failure": "yes"}).json()


def test_an_answer_to_a_question_that_does_not_apply_is_not_kept(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    key = newcomer(clinic, people)
    technician.post(f"/clients/{key}/screening", data={**typed(), "nyha": "iv"})
    with clinic.desk(people.technician, reading=True) as desk:
        assert "nyha" not in screening.history(desk, key)[0].answers


def test_an_answer_out_of_its_range_names_the_question_and_loses_nothing(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    key = newcomer(clinic, people)
    answer = technician.post(f"/clients/{key}/screening", data=typed() | {"systolic": "12o"})
    assert answer.status_code == 422
    assert "systolic" in answer.text
    assert 'value="12o"' in answer.text


def test_later_only_what_is_due_is_asked(technician: TestClient, place: SimpleNamespace) -> None:
    text = technician.get(f"/clients/{place.client}/screening").text
    assert 'name="can-say-stop"' in text
    assert 'name="heart-failure"' not in text or "data-when" in text
    assert 'name="cancer-active"' not in text
    assert "Only what is due is asked" in text
    whole = technician.get(f"/clients/{place.client}/screening?whole=1").text
    assert 'name="heart-failure"' in whole


def test_a_contraindication_is_refused_with_its_source(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    key = newcomer(clinic, people)
    given = typed() | {"heart-failure": "yes", "nyha": "iv", "heart-decompensated": "yes",
                       "doctor-heart": "no"}  # fmt: skip
    answer = technician.post(f"/clients/{key}/screening", data=given)
    assert answer.status_code == 303, answer.text
    text = technician.get(answer.headers["location"]).text
    assert "not to be treated" in text
    assert "Source:" in text
    assert "not to be treated" in technician.get(f"/clients/{key}").text


def test_a_clinician_overrides_a_soft_rule_of_somebody_elses_screening(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, clinician: TestClient
) -> None:
    key = newcomer(clinic, people)
    soft, asked = next(
        (rule, rule.when.question)
        for rule in current().rules
        if isinstance(rule.when, Compare)
        and not rule.blocking
        and rule.outcome == "refer"
        and (rule.when.relation, rule.when.values) == ("is", (True,))
    )
    technician.post(f"/clients/{key}/screening", data=typed() | {asked: "yes"})
    page = clinician.get(f"/clients/{key}/screening/result").text
    assert "Override this rule" in page
    assert "Override this rule" not in technician.get(f"/clients/{key}/screening/result").text
    number = page.partition('name="screening" value="')[2].partition('"')[0]
    data = {"screening": number, "rule": soft.key, "leg": "", "reason": "too short"}
    path = f"/clients/{key}/screening/override"
    answer = clinician.post(path, data=data)
    assert answer.status_code == 422
    assert "too short" in answer.text
    data["reason"] = "Her cardiologist has seen her this morning and agrees."
    assert clinician.post(path, data=data).status_code == 303
    assert "overridden" in clinician.get(f"/clients/{key}/screening/result").text
    assert technician.post(path, data=data).status_code == 403


def test_the_front_desk_sees_no_answers(front_desk: TestClient, place: SimpleNamespace) -> None:
    assert front_desk.get(f"/clients/{place.client}/screening").status_code == 403
    assert front_desk.get(f"/clients/{place.client}/screening/result").status_code == 403


def test_a_woman_is_asked_what_her_own_data_call_for(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient
) -> None:
    with clinic.desk(people.front_desk) as desk:
        key = client.register(desk, given="Eda", family="Öz", born="1991-03-04", sex="female").id
    path = f"/clients/{key}/screening"
    asked = re.search(r'data-asked="([^"]*)"', technician.get(path).text)
    assert asked is not None
    assert "pregnant" in asked[1].split()
    assert "pregnant" in technician.post(f"{path}/asked", data={"whole": "1"}).json()
    without = typed()
    del without["pregnant"]
    refused = technician.post(path, data={"whole": "1", **without})
    assert refused.status_code == 422
    assert "1 question is open." in refused.text
    kept = technician.post(path, data={"whole": "1", **typed(pregnant=False)})
    assert kept.status_code == 303, kept.text
    assert "may be treated" in technician.get(kept.headers["location"]).text
