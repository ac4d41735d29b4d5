"""The report of a course: what it says, in which language, and what it never says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import openpresso.clinic.money.credit  # noqa: F401 -- brings its table
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import report, report_rows, report_words
from openpresso.clinic.courses.goal import Goal
from openpresso.clinic.courses.report_chart import chart
from openpresso.clinic.errors import NotAllowedError
from openpresso.clinic.measures import measurement
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.sessions import adverse_event
from openpresso.errors import InputError
from tests.clinic.courses.world import deliver

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

DAY = dt.date(2026, 3, 2)


def play(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, folder: Path
) -> None:
    """A course of two sessions with baselines, ends, a goal and an adverse event."""

    def feel(value: float, purpose: str) -> None:
        with clinic.desk(people.technician) as desk:
            measurement.take(
                desk, place.client, "heaviness", value=value, course_id=place.course,
                purpose=purpose,
            )  # fmt: skip

    with clinic.desk(people.technician) as desk:
        made = courses.open(
            desk, place.client, "swelling", "heavy-legs", "leg-8", planned=2,
            measure="heaviness", measure_side="none",
            goal=Goal("heaviness", DAY + dt.timedelta(days=90), -3.0, "points"),
        )  # fmt: skip
        place.course = made.id
    for value in (8, 8):
        feel(value, "baseline")
        clock.pass_by(days=1)
    with clinic.desk(people.technician) as desk:
        courses.begin(desk, place.course)
    keys = []
    for _ in range(2):
        keys.append(deliver(clinic, people, place, clock, folder))
        clock.pass_by(days=7)
    with clinic.desk(people.technician) as desk:
        adverse_event.enter(
            desk, place.client, "pressure-marks", "mild", "at the <knee>", session_id=keys[-1],
            at=clock() - dt.timedelta(days=7),
        )  # fmt: skip
        courses.finish(desk, place.course)
    for value in (2, 2):
        feel(value, "end")
        clock.pass_by(days=1)


def test_a_course_is_reported_from_who_to_what_follows(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    play(clinic, people, place, clock, tmp_path)
    with clinic.desk(people.technician, reading=True) as desk:
        page = report.page(desk, place.course)
        assert page == report.page(desk, place.course)
    for text in (
        "Ana Ruiz, born 1981-03-04, C-000001",
        "Swollen or heavy legs: Heavy legs",
        "2 sessions, one in 7 days, 30 min each",
        "Evidence grade B.",
        "we measure whether yours do",
        ">Better</span>",
        "Goal reached.",
        "2 of 2 delivered, 0 interrupted, 0 left, 0 due days passed without a visit.",
        "124/78 → –",
        "Pressure marks",
        "at the &lt;knee&gt;",
        "Follow-up after 52 weeks",
        "No trial of 30 minutes once a week for eight weeks was found",
        "Nobody was treated: every session.",
    ):
        assert text in page, text
    assert page.count("Not a certified medical device.") == 1
    assert "Synthetic" not in page
    assert "http" not in page


def test_it_speaks_the_language_of_the_practice_and_says_that_its_people_are_made_up(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        practice = desk.db.get_one(Practice, desk.here)
        desk.db.expunge(practice)
        practice.language, practice.synthetic = "de", True
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk.db, "get_one", lambda *_: practice)
            page = report.page(desk, place.course, paper="Letter")
    assert "Kein zertifiziertes Medizinprodukt." in page
    assert "Synthetisch: diese Person ist erfunden." in page
    assert "size: letter" in page
    assert "Es wurde nichts gemessen, also kann niemand sagen, ob es geholfen hat." in page
    assert "0 von 8 durchgeführt" in page
    assert "Not a certified" not in page


def test_it_is_not_for_the_front_desk_and_papers_are_two(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with pytest.raises(NotAllowedError), clinic.desk(people.front_desk, reading=True) as desk:
        report.page(desk, place.course)
    with (
        pytest.raises(InputError, match="A4, Letter"),
        clinic.desk(people.technician, reading=True) as desk,
    ):
        report.page(desk, place.course, paper="A5")  # type: ignore[arg-type]


def test_it_becomes_a_pdf(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> None:
    with clinic.desk(people.technician, reading=True) as desk:
        made = report.printed(desk, place.course)
    assert made.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("target", "change", "verdict", "provisional", "said"),
    [
        (-300.0, -350.0, "better", False, "goal_reached"),
        (-300.0, -350.0, "no clear change", False, "goal_unsure"),
        (-300.0, -350.0, "cannot say", False, "goal_unsure"),
        (-300.0, -250.0, "better", False, "goal_missed"),
        (2.0, 3.0, "better", False, "goal_reached"),
        (2.0, 1.0, "better", False, "goal_missed"),
        (-300.0, None, "cannot say", False, "goal_open"),
        (-300.0, -350.0, "cannot say", True, "goal_open"),
    ],
)
def test_a_goal_counts_as_reached_only_beyond_the_error_of_measurement(
    target: float, change: float | None, verdict: str, provisional: bool, said: str
) -> None:
    goal = Goal("girths", DAY, target, "mL", "left")
    found = SimpleNamespace(change=change, verdict=verdict, provisional=provisional)
    assert report_rows._reached(goal, found) == said  # type: ignore[arg-type]


def test_both_languages_say_everything_and_write_numbers_their_own_way() -> None:
    english, german = report_words.language("en-GB"), report_words.language("de")
    assert set(english.words) == set(german.words)
    assert english.number(-1.25, 2) == "−1.25"
    assert german.number(1.25, 2, sign=True) == "+1,25"
    assert english.number(7.0, 2) == "7"
    assert english.number(-300.0, 2) == "−300"
    assert (english.day(DAY), german.day(DAY)) == ("2026-03-02", "02.03.2026")
    assert english.number(None) == "–"


def test_a_chart_needs_two_days_and_draws_each_of_them() -> None:
    days = [(DAY + dt.timedelta(days=n), 7.0 - n) for n in range(4)]
    assert chart(days[:1], [], 7.0, 1.0, "heaviness", str) == ""
    drawn = chart(days, [DAY], 7.0, 1.0, "heaviness", str)
    assert drawn.count("<circle") == 4
    assert drawn.count("<rect") == 1
