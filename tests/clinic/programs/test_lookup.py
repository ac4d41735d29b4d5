"""Courses and sessions find the catalog's programs and the practice's own by one lookup."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from openpresso import program as programs
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import progress
from openpresso.clinic.programs import lookup, written
from openpresso.clinic.sessions import handover
from openpresso.clinic.sessions import session as sessions
from openpresso.errors import InputError
from tests.clinic.conftest import make_people
from tests.clinic.courses.world import answers, prepared
from tests.clinic.programs.test_written import TEXT, release, write


def open_course(clinic: Clinic, people: SimpleNamespace, client: int) -> int:
    with clinic.desk(people.technician) as desk:
        key = courses.open(
            desk, client, "swelling", "own-evening", "leg-8",
            measure="heaviness", measure_side="none",
        ).id  # fmt: skip
        courses.begin(desk, key)
    return key


def test_the_catalog_is_found_and_a_name_that_nobody_has_is_refused(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.technician, reading=True) as desk:
        assert lookup.to_use(desk, "heavy-legs") == programs.load("heavy-legs")
        for name in ("none-such", "own-none", "../schema"):
            with pytest.raises(InputError) as found:
                lookup.to_use(desk, name)
            assert found.value.code == "missing-program"
        assert lookup.title(desk, "own-none") == "own-none"


def test_a_draft_is_read_about_but_not_prescribed(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    write(clinic, people.clinician)
    with clinic.desk(people.technician) as desk:
        assert lookup.to_read(desk, "own-evening").name == "own-evening"
        assert lookup.released(desk) == []
    with pytest.raises(InputError, match="not released"):
        open_course(clinic, people, place.other)


def test_a_released_program_goes_from_the_course_to_the_station(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    release(clinic, people.clinician, write(clinic, people.clinician))
    place.course = open_course(clinic, people, place.client)
    with clinic.desk(people.technician) as desk:
        assert [one.name for one in lookup.released(desk)] == ["own-evening"]
        assert progress.ceiling(desk, place.course).value == 60.0
        key = prepared(desk, place)
        assert sessions.find(desk, key).program == "own-evening"
        found = json.loads(handover.hand_over(desk, key).text)
    assert (found["name"], found["version"]) == ("own-evening", 1)
    assert found["phases"] == programs.to_data(programs.load("heavy-legs"))["phases"]


def test_the_next_session_gets_the_version_that_is_released_by_then(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    release(clinic, people.clinician, write(clinic, people.clinician))
    place.course = open_course(clinic, people, place.client)
    newer = write(clinic, people.clinician, TEXT.replace("hold: 8 s", "hold: 9 s"), after=1)
    with clinic.desk(people.technician, reading=True) as desk:
        assert lookup.to_use(desk, "own-evening").version == 1
    release(clinic, people.clinician, newer)
    with clinic.desk(people.technician, reading=True) as desk:
        assert lookup.to_use(desk, "own-evening").version == 2


def test_a_retired_program_is_not_delivered_any_more_but_its_course_is_still_read(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    key = write(clinic, people.clinician)
    release(clinic, people.clinician, key)
    place.course = open_course(clinic, people, place.client)
    with clinic.desk(people.technician) as desk:
        session = prepared(desk, place)
    with clinic.desk(people.clinician) as desk:
        written.retire(desk, key, written.find(desk, key).version, "too strong")
    with clinic.desk(people.technician) as desk:
        assert progress.ceiling(desk, place.course).value == 60.0
        assert lookup.title(desk, "own-evening") == "Heavy legs"
        judged = sessions.check(desk, place.course, place.cuff_set, "both", answers())
        assert any("retired" in one.reason for one in judged if one.refuses)
        with pytest.raises(InputError, match="retired"):
            handover.hand_over(desk, session)


@pytest.mark.usefixtures("place")
def test_a_program_of_another_practice_is_not_found(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    release(clinic, people.clinician, write(clinic, people.clinician))
    others = make_people(clinic, "Practice on the Hill")
    with clinic.desk(others.technician, reading=True) as desk, pytest.raises(InputError):
        lookup.to_use(desk, "own-evening")
