"""Outcomes: counts with those who are missing, sentences, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.measures import measurement
from openpresso.clinic.outcomes.clinic import Group
from openpresso.console.routes.outcomes import parts
from tests.clinic.conftest import Clock

Visit = Callable[[str], TestClient]


def group(better: int, same: int, worse: int, unknown: int, missing: int) -> Group:
    legs = better + same + worse + unknown
    verdicts = {
        "better": better,
        "no clear change": same,
        "worse": worse,
        "cannot say": unknown,
    }
    return Group("a", legs, legs, legs, verdicts, missing, None, None, "", (), None, None, None, ())  # type: ignore[arg-type]


def test_the_parts_of_a_bar_are_all_results_and_the_missing_are_their_own() -> None:
    found = parts(group(3, 4, 1, 5, 2), 13)
    assert [one.count for one in found] == [3, 4, 1, 3, 2]
    assert sum(one.count for one in found) == 13
    assert found[-1].look == "missing"
    assert sum(one.width for one in found) == pytest.approx(600.0, abs=0.1)


def test_a_clinic_without_results_has_no_bars() -> None:
    assert all(one.width == 0.0 for one in parts(group(0, 0, 0, 0, 0), 0))


@pytest.fixture
def ended(
    clinic: Clinic, clock: Clock, people: SimpleNamespace, place: SimpleNamespace
) -> SimpleNamespace:
    """A course that has ended without a reading at its end."""
    with clinic.desk(people.technician) as desk:
        measurement.take(desk, place.client, "heaviness", value=6.0, course_id=place.course)
    clock.pass_by(days=70)
    with clinic.desk(people.technician) as desk:
        courses.stop(desk, place.course, "moved away")
    return place


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("role", "costs"), [("owner", True), ("clinician", False)])
def test_owner_and_clinician_see_outcomes_and_the_owner_costs(
    visit: Visit, role: str, *, costs: bool
) -> None:
    text = visit(role).get("/outcomes").text
    assert "What else can be done" in text
    assert "There is no winner here" in text
    assert ("Revenue by room and hour" in text) == costs
    assert " style=" not in text


@pytest.mark.parametrize("role", ["technician", "front_desk", "auditor"])
def test_others_see_no_outcomes(visit: Visit, role: str) -> None:
    assert visit(role).get("/outcomes").status_code == 403


@pytest.mark.usefixtures("ended")
def test_who_was_not_measured_at_the_end_is_counted_and_said(visit: Visit) -> None:
    text = visit("owner").get("/outcomes?kind=heaviness").text
    assert "heavy-legs" in text
    assert "1 of 1 were not measured at the end" in text
    assert "What a kept gain cost" in text
    by = visit("clinician").get("/outcomes?kind=heaviness&by=indication").text
    assert "swelling: 1 of 1" in by


def test_a_day_or_kind_that_is_none_is_said_and_stays(clinician: TestClient) -> None:
    answer = clinician.get("/outcomes", params={"since": '"><b>'})
    assert answer.status_code == 422
    assert 'value="&#34;&gt;&lt;b&gt;"' in answer.text
    assert clinician.get("/outcomes?kind=none-such").status_code == 422
