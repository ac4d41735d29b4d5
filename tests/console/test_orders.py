"""Orders, goals and adverse events: entered by who may, and what was typed survives."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import orders
from openpresso.clinic.sessions import adverse_event
from tests.console.conftest import TestClient

ORDER = {"by": "Dr. Lang", "ceiling": "35", "margin": "20", "minutes": "25", "until": "2026-06-30",
         "program": "heavy-legs", "note": "start low"}  # fmt: skip


def state(clinic: Clinic, people: SimpleNamespace, key: int) -> courses.Course:
    with clinic.desk(people.technician, reading=True) as desk:
        return courses.find(desk, key)


def version(clinic: Clinic, people: SimpleNamespace, key: int) -> dict[str, str]:
    return {"version": str(state(clinic, people, key).version)}


def test_a_clinician_orders_pressure_minutes_and_until_when(
    clinic: Clinic, people: SimpleNamespace, clinician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/courses/{place.course}/order"
    assert 'name="ceiling"' in clinician.get(path).text
    answer = clinician.post(path, data=ORDER | version(clinic, people, place.course))
    assert answer.status_code == 303, answer.text
    found = state(clinic, people, place.course)
    assert (found.order["by"], found.order["ceiling"], found.minutes) == ("Dr. Lang", 35.0, 25.0)
    assert found.margin == 20.0
    page = clinician.get(f"/courses/{place.course}").text
    assert "Dr. Lang" in page
    assert "30 Jun 2026" in page
    assert "at most 35 mmHg" in page


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ceiling", "a lot", "is no number"),
        ("minutes", "900", "60 min are allowed"),
        ("until", "2020-01-01", "is not between today"),
        ("program", "no-such-program", "is not in the catalog"),
        ("by", " ", "characters"),
    ],
)
def test_an_order_that_cannot_be_right_is_shown_again_as_typed(
    clinic: Clinic,
    people: SimpleNamespace,
    clinician: TestClient,
    place: SimpleNamespace,
    name: str,
    value: str,
    said: str,
) -> None:
    data = ORDER | {name: value} | version(clinic, people, place.course)
    answer = clinician.post(f"/courses/{place.course}/order", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert "start low" in answer.text
    assert state(clinic, people, place.course).order == {}


def test_an_order_over_an_older_version_changes_nothing(
    clinic: Clinic, people: SimpleNamespace, clinician: TestClient, place: SimpleNamespace
) -> None:
    answer = clinician.post(f"/courses/{place.course}/order", data=ORDER | {"version": "0"})
    assert answer.status_code == 409
    assert "start low" in answer.text
    assert state(clinic, people, place.course).order == {}


def test_a_technician_orders_nothing(technician: TestClient, place: SimpleNamespace) -> None:
    path = f"/courses/{place.course}/order"
    assert path not in technician.get(f"/courses/{place.course}").text
    assert technician.get(path).status_code == 403
    assert technician.post(path, data=ORDER).status_code == 403


def test_an_order_holds_on_its_last_day_and_not_after_it() -> None:
    order = {"by": "Dr. Lang", "until": "2026-06-30"}
    assert orders.in_force(order, dt.date(2026, 6, 30)) == "Dr. Lang"
    assert orders.in_force(order, dt.date(2026, 7, 1)) == ""
    assert orders.in_force({"by": "Dr. Lang"}, dt.date(2036, 7, 1)) == "Dr. Lang"
    assert orders.in_force({}, dt.date(2026, 7, 1)) == ""


def test_a_goal_is_set_by_number_and_a_goal_in_words_is_judged(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/courses/{place.course}/goal"
    data = {"what": "heaviness/none", "change": "-2,5", "due": "2026-05-01", "text": ""}
    answer = technician.post(path, data=data | version(clinic, people, place.course))
    assert answer.status_code == 303, answer.text
    goal = state(clinic, people, place.course).goal_set
    assert goal is not None
    assert (goal.quantity, goal.change, goal.unit) == ("heaviness", -2.5, "points")
    words = {"what": "function/none", "due": "2026-05-01", "text": "walks 20 minutes"}
    technician.post(path, data=words | version(clinic, people, place.course))
    page = technician.get(f"/courses/{place.course}").text
    assert "The client has reached the goal" in page
    data = {"reached": "yes"} | version(clinic, people, place.course)
    assert technician.post(f"{path}/judge", data=data).status_code == 303
    goal = state(clinic, people, place.course).goal_set
    assert goal is not None
    assert goal.reached == "yes"


def test_a_goal_that_nobody_could_judge_is_shown_again_as_typed(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/courses/{place.course}/goal"
    for wrong in ({"due": "2020-01-01"}, {"change": "much"}, {"due": "soon"}, {"change": ""}):
        data = {"what": "heaviness/none", "change": "-2", "due": "2026-05-01", "text": "<less>"}
        data |= wrong | version(clinic, people, place.course)
        answer = technician.post(path, data=data)
        assert answer.status_code == 422, wrong
        assert "&lt;less&gt;" in answer.text
    assert state(clinic, people, place.course).goal == {}


def test_an_event_between_sessions_is_entered_and_a_clinician_looks_at_it(
    clinic: Clinic,
    people: SimpleNamespace,
    technician: TestClient,
    clinician: TestClient,
    place: SimpleNamespace,
) -> None:
    path = f"/clients/{place.client}/events"
    data = {"kind": "other", "severity": "serious", "text": "fell at home", "actions": ""}
    assert technician.post(path, data=data).status_code == 303
    assert "Decision after looking at it" not in technician.get(path).text
    assert f"{path}#event-" in technician.get(f"/clients/{place.client}").text
    with clinic.desk(people.technician, reading=True) as desk:
        (event,) = adverse_event.of_client(desk, place.client)
    other = f"/clients/{place.other}/events/{event.id}/review"
    assert clinician.post(other, data={"decision": "x"}).status_code == 404
    assert technician.post(f"{path}/{event.id}/review", data={"decision": "x"}).status_code == 403
    assert clinician.post(f"{path}/{event.id}/review", data={"decision": " "}).status_code == 422
    answer = clinician.post(f"{path}/{event.id}/review", data={"decision": "may come again"})
    assert answer.status_code == 303
    assert "may come again" in technician.get(path).text


def test_an_event_that_is_not_one_is_shown_again_as_typed(
    technician: TestClient, place: SimpleNamespace, elsewhere: SimpleNamespace
) -> None:
    data = {"kind": "other", "severity": "awful", "text": "<u>x</u>"}
    answer = technician.post(f"/clients/{place.client}/events", data=data)
    assert answer.status_code == 422
    assert "&lt;u&gt;x&lt;/u&gt;" in answer.text
    assert technician.get(f"/clients/{elsewhere.client}/events").status_code == 404
    assert technician.get(f"/courses/{elsewhere.course}/goal").status_code == 404
