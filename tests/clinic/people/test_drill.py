"""Drills: entered for oneself, seen by who certifies, needed where a rule says so."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import ChangedError, NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.people import certificate, drill
from openpresso.errors import InputError
from tests.clinic.conftest import Clock, make_people

NEXT_YEAR = dt.date(2027, 3, 1)


def done(
    desk: Desk, name: str = "lost-line", *, cuff: str = "leg-8", passed: bool = True
) -> drill.DrillDone:
    return drill.enter(desk, name, edition=1, cuff_type=cuff, passed=passed, figures={"n": 1})


def issue(desk: Desk, people: SimpleNamespace, cuff: str = "leg-8") -> certificate.Certificate:
    return certificate.issue(desk, people.technician, cuff, expires_on=NEXT_YEAR)


def test_a_drill_is_entered_for_the_person_at_the_desk_with_its_moment(
    clinic: Clinic, people: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(people.technician) as desk:
        done(desk, passed=False)
        clock.pass_by(minutes=5)
        done(desk)
    with clinic.desk(people.technician, reading=True) as desk:
        found = drill.of_person(desk, people.technician)
        assert [(one.staff_id, one.passed) for one in found] == [
            (people.technician, True),
            (people.technician, False),
        ]
        assert drill.find(desk, found[0].id).at == clock()


def test_those_who_certify_see_the_drills_of_others_and_nobody_else(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        key = done(desk).id
    with clinic.desk(people.clinician) as desk:
        other = done(desk).id
        assert drill.find(desk, key).drill == "lost-line"
    with clinic.desk(people.owner, reading=True) as desk:
        assert len(drill.of_person(desk, people.technician)) == 1
    with clinic.desk(people.technician, reading=True) as desk:
        with pytest.raises(NotAllowedError):
            drill.of_person(desk, people.clinician)
        with pytest.raises(NotAllowedError):
            drill.find(desk, other)
    for role in (people.front_desk, people.auditor):
        with clinic.desk(role) as desk, pytest.raises(NotAllowedError):
            done(desk)


def test_a_drill_of_another_practice_is_not_there(clinic: Clinic, people: SimpleNamespace) -> None:
    others = make_people(clinic, "Practice on the Hill")
    with clinic.desk(others.technician) as desk:
        key = done(desk).id
    with clinic.desk(people.owner, reading=True) as desk:
        with pytest.raises(NotFoundError):
            drill.find(desk, key)
        with pytest.raises(NotFoundError):
            drill.of_person(desk, others.technician)


@pytest.mark.parametrize(("name", "cuff"), [("", "leg-8"), ("Lost Line", "leg-8"), ("x", "8")])
def test_what_is_no_drill_or_no_cuff_is_refused(
    clinic: Clinic, people: SimpleNamespace, name: str, cuff: str
) -> None:
    with clinic.desk(people.technician) as desk, pytest.raises(InputError):
        done(desk, name, cuff=cuff)


def test_without_a_rule_a_certificate_needs_no_drill(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        assert issue(desk, people).drill == ""


def test_a_rule_refuses_a_certificate_until_the_drill_is_passed_with_that_cuff(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        drill.require(desk, "", ["lost-line", "stays-full"], 365)
    with clinic.desk(people.technician) as desk:
        done(desk)
        done(desk, "stays-full", passed=False)
        done(desk, "stays-full", cuff="leg-4")
    with clinic.desk(people.owner) as desk:
        with pytest.raises(RefusedError) as caught:
            issue(desk, people)
        assert caught.value.code == "drill-missing"
        assert list(caught.value.reasons) == [
            "stays-full: not passed with leg-8 within the last 365 days; it is done under Simulate"
        ]
        assert certificate.of_person(desk, people.technician) == []
    with clinic.desk(people.technician) as desk:
        done(desk, "stays-full")
    with clinic.desk(people.owner) as desk:
        assert issue(desk, people).drill == "lost-line, stays-full"


def test_a_drill_that_is_too_old_does_not_count(
    clinic: Clinic, people: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(people.owner) as desk:
        drill.require(desk, "leg-8", ["lost-line"], 30)
    with clinic.desk(people.technician) as desk:
        done(desk)
    clock.pass_by(days=30)
    with clinic.desk(people.owner) as desk:
        assert issue(desk, people).cuff_type == "leg-8"
    clock.pass_by(days=1)
    with clinic.desk(people.owner) as desk, pytest.raises(RefusedError, match="has not passed"):
        issue(desk, people)


def test_a_rule_for_one_type_of_cuff_stands_before_that_for_all(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        drill.require(desk, "", ["lost-line"], 365)
        drill.require(desk, "leg-4", [], 365)
        assert issue(desk, people, "leg-4").drill == ""
        with pytest.raises(RefusedError):
            issue(desk, people, "leg-12")


def test_a_rule_is_changed_by_who_has_seen_it_and_by_an_owner_only(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        seen = drill.require(desk, "", ["lost-line"], 365).version
    with clinic.desk(people.owner) as desk:
        drill.require(desk, "", ["lost-line"], 180, version=seen)
    with clinic.desk(people.owner) as desk, pytest.raises(ChangedError):
        drill.require(desk, "", [], 10, version=seen)
    with clinic.desk(people.owner) as desk, pytest.raises(InputError, match="days"):
        drill.require(desk, "", [], 0)
    with clinic.desk(people.clinician) as desk, pytest.raises(NotAllowedError):
        drill.require(desk, "", [], 365)
    with clinic.desk(people.technician, reading=True) as desk:
        assert [(one.drills, one.days) for one in drill.rules(desk)] == [(["lost-line"], 180)]
