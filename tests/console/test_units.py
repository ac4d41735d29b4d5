"""Units: everything is kept in mmHg and cm; a screen shows what it has chosen."""

from __future__ import annotations

from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.console.words import Words
from tests.console.conftest import TestClient

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "pressure", "length"),
    [
        (Words("en", BERLIN), "60 mmHg", "40 cm"),
        (Words("de", BERLIN), "60 mmHg", "40 cm"),
        (Words("en", BERLIN, "kPa", "in"), "8.0 kPa", "15.7 in"),
        (Words("de", BERLIN, "kPa", "in"), "8,0 kPa", "15,7 in"),
        (Words("de", BERLIN, "kPa"), "8,0 kPa", "40 cm"),
    ],
)
def test_a_value_is_shown_in_the_unit_chosen(words: Words, pressure: str, length: str) -> None:
    assert words.pressure(60) == pressure
    assert words.length(40) == length


def test_units_that_are_not_chosen_stay_as_they_are() -> None:
    words = Words("en", BERLIN, "kPa", "in")
    assert [words.unit(one) for one in ("mmHg", "cm", "mL", "s")] == ["kPa", "in", "mL", "s"]
    # The kilopascal and the inch by their definitions.
    assert words.converted(101.325 / 0.133322387415, "mmHg") == pytest.approx(101.325)
    assert words.converted(2.54, "cm") == pytest.approx(1.0)


def test_a_screen_remembers_its_units_and_takes_no_others(technician: TestClient) -> None:
    technician.post("/settings/screen", data={"language": "en", "pressure": "kPa", "length": "in"})
    page = technician.get("/settings").text
    assert '<option value="kPa" selected>' in page
    assert '<option value="in" selected>' in page
    technician.post("/settings/screen", data={"language": "en", "pressure": "psi", "length": "li"})
    page = technician.get("/settings").text
    assert '<option value="mmHg" selected>' in page
    assert '<option value="cm" selected>' in page


def test_pressures_of_programs_and_courses_are_shown_in_kilopascal(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.clinician) as desk:
        courses.order(desk, place.course, "Dr. Ruiz", ceiling=45)
    assert "45 mmHg" in technician.get(f"/courses/{place.course}").text
    technician.post("/settings/screen", data={"language": "en", "pressure": "kPa"})
    page = technician.get(f"/courses/{place.course}").text
    assert "6.0 kPa" in page
    assert "45 mmHg" not in page
    assert "8.0 kPa" in technician.get("/programs").text
