"""One course: its page, its steps, its report."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from tests.console.conftest import TestClient


def state(clinic: Clinic, people: SimpleNamespace, key: int) -> courses.Course:
    with clinic.desk(people.technician, reading=True) as desk:
        return courses.find(desk, key)


def test_the_page_shows_plan_evidence_and_what_is_next(
    technician: TestClient, place: SimpleNamespace
) -> None:
    text = technician.get(f"/courses/{place.course}").text
    for part in ("heavy-legs", "Grade ", "Ana Ruiz", "4 Mar 1981", "What it needs", "Session 1"):
        assert part in text
    assert f"/prepare/course/{place.course}" in text
    assert f"/courses/{place.course}/report.pdf" in text


def test_a_course_is_paused_with_a_reason_and_resumed(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/courses/{place.course}"
    version = str(state(clinic, people, place.course).version)
    answer = technician.post(f"{path}/pause", data={"version": version, "reason": "on holiday"})
    assert answer.status_code == 303
    assert state(clinic, people, place.course).state == "paused"
    assert "on holiday" in technician.get(path).text
    version = str(state(clinic, people, place.course).version)
    assert technician.post(f"{path}/resume", data={"version": version}).status_code == 303
    assert state(clinic, people, place.course).state == "active"


def test_what_somebody_else_has_changed_is_not_overwritten_and_the_reason_stays(
    technician: TestClient, place: SimpleNamespace
) -> None:
    data = {"version": "0", "reason": "moves away"}
    answer = technician.post(f"/courses/{place.course}/stop", data=data)
    assert answer.status_code == 409
    assert "moves away" in answer.text
    assert "changed by somebody else" in answer.text


def test_a_course_with_sessions_left_is_not_finished(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    version = str(state(clinic, people, place.course).version)
    answer = technician.post(f"/courses/{place.course}/finish", data={"version": version})
    assert answer.status_code == 409
    assert "sessions are left" in answer.text


@pytest.mark.parametrize("sessions", ["", "two", "1.5", "900"])
def test_a_number_of_sessions_that_cannot_be_is_told(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace,
    sessions: str,
) -> None:  # fmt: skip
    version = str(state(clinic, people, place.course).version)
    data = {"version": version, "sessions": sessions, "reason": "it helps"}
    answer = technician.post(f"/courses/{place.course}/extend", data=data)
    assert answer.status_code == 422
    assert "it helps" in answer.text


def test_the_report_is_a_pdf(technician: TestClient, place: SimpleNamespace) -> None:
    answer = technician.get(f"/courses/{place.course}/report.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_those_who_do_not_treat_see_no_course(
    front_desk: TestClient, owner: TestClient, place: SimpleNamespace
) -> None:
    for browser in (front_desk, owner):
        assert browser.get(f"/courses/{place.course}").status_code == 403
        assert browser.get(f"/courses/{place.course}/report.pdf").status_code == 403


def test_a_course_is_opened_by_a_template_and_begun(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/clients/{place.other}/courses/new"
    assert "Open the course" in technician.get(path).text
    data = {"what": "swelling/heavy-legs", "cuff": "leg-8", "template": "weekly-eight"}
    answer = technician.post(path, data=data)
    assert answer.status_code == 303, answer.text
    key = int(answer.headers["location"].rpartition("/")[2])
    assert state(clinic, people, key).state == "planned"
    version = str(state(clinic, people, key).version)
    assert technician.post(f"/courses/{key}/begin", data={"version": version}).status_code == 303
    assert state(clinic, people, key).state == "active"


def test_a_program_that_does_not_exist_opens_no_course_and_keeps_the_choice(
    technician: TestClient, front_desk: TestClient, place: SimpleNamespace
) -> None:
    path = f"/clients/{place.other}/courses/new"
    answer = technician.post(path, data={"what": "swelling/none", "cuff": "leg-8"})
    assert answer.status_code == 422
    assert front_desk.get(path).status_code == 403


def test_to_go_on_after_the_end_a_new_course_is_opened_like_the_old_one(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    version = str(state(clinic, people, place.course).version)
    data = {"version": version, "reason": "moves away"}
    technician.post(f"/courses/{place.course}/stop", data=data)
    way = f"/clients/{place.client}/courses/new?like={place.course}"
    assert way in technician.get(f"/courses/{place.course}").text
    page = technician.get(way).text
    assert 'value="swelling/heavy-legs" required checked' in page
    assert "checked" not in technician.get(f"/clients/{place.other}/courses/new?like=1").text
