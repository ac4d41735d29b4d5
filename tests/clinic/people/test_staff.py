"""Staff: the first owner, hired people, roles, the last owner, leaving."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic, found
from openpresso.clinic.errors import (
    ChangedError,
    ClashError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from openpresso.clinic.people import staff
from openpresso.errors import InputError


def test_the_clinic_itself_hires_the_first_owner_and_nobody_else(clinic: Clinic) -> None:
    with clinic.automatic() as desk:
        place = found(desk, "New", country="DE", zone="Europe/Berlin").id
    with pytest.raises(NotAllowedError, match="owner"), clinic.automatic(place) as desk:
        staff.hire(desk, given="Bo", family="Berg", login="bo", roles=["technician"])
    with clinic.automatic(place) as desk:
        boss = staff.hire(desk, given="Bo", family="Berg", login=" BO ", roles=["owner"])
    assert (boss.login, boss.roles, boss.password) == ("bo", ["owner"], "")
    with pytest.raises(NotAllowedError, match="hired by an owner"), clinic.automatic(place) as desk:
        staff.hire(desk, given="Al", family="Ahn", login="al", roles=["owner"])
    with clinic.desk(boss.id) as desk:
        staff.hire(desk, given="Al", family="Ahn", login="al", roles=["technician", "clinician"])
        assert [one.name for one in staff.everyone(desk)] == ["Al Ahn", "Bo Berg"]


def test_what_cannot_be_right_of_a_person_is_refused(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    good = {"given": "Bo", "family": "Berg", "login": "bo", "roles": ["technician"]}
    wrong: list[tuple[dict[str, object], str]] = [
        ({"login": "b"}, "bad-login"),
        ({"login": "bo berg"}, "bad-login"),
        ({"roles": []}, "no-role"),
        ({"roles": ["automatic"]}, "bad-choice"),
        ({"roles": ["king"]}, "bad-choice"),
        ({"email": "bo"}, "bad-email"),
        ({"given": "", "family": ""}, "no-name"),
    ]
    for fields, code in wrong:
        with pytest.raises(InputError) as e, clinic.desk(people.owner) as desk:
            staff.hire(desk, **(good | fields))  # type: ignore[arg-type]
        assert e.value.code == code
    taken = pytest.raises(ClashError, match="the login owner is taken")
    with taken, clinic.desk(people.owner) as desk:
        staff.hire(desk, **(good | {"login": "OWNER"}))  # type: ignore[arg-type]


def test_roles_change_from_the_next_act_on(clinic: Clinic, people: SimpleNamespace) -> None:
    with clinic.desk(people.owner) as desk:
        staff.change_roles(desk, people.technician, ["owner", "technician", "owner"])
    with clinic.desk(people.technician) as desk:
        changed = staff.change_roles(desk, people.auditor, ["auditor", "clinician"])
        assert changed.roles == ["auditor", "clinician"]


def test_the_last_owner_keeps_the_role_and_stays(clinic: Clinic, people: SimpleNamespace) -> None:
    with pytest.raises(RefusedError, match="last owner"), clinic.desk(people.owner) as desk:
        staff.change_roles(desk, people.owner, ["technician"])
    with pytest.raises(RefusedError, match="last owner"), clinic.desk(people.owner) as desk:
        staff.leave(desk, people.owner)
    with clinic.desk(people.owner) as desk:
        staff.change_roles(desk, people.clinician, ["clinician", "owner"])
        staff.leave(desk, people.owner)
    with pytest.raises(NotFoundError, match="nobody who works here"), clinic.desk(people.owner):
        pass
    with pytest.raises(RefusedError, match="last owner"), clinic.desk(people.clinician) as desk:
        staff.leave(desk, people.clinician)
    with clinic.desk(people.clinician) as desk:
        assert people.owner not in {one.id for one in staff.everyone(desk)}
        assert people.owner in {one.id for one in staff.everyone(desk, gone=True)}
        with pytest.raises(RefusedError, match="has left"):
            staff.change_roles(desk, people.owner, ["owner"])


def test_of_two_owners_who_edit_one_person_the_second_is_told(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        staff.change(desk, people.technician, 1, family="First")
    with pytest.raises(ChangedError), clinic.desk(people.owner) as desk:
        staff.change(desk, people.technician, 1, family="Second", email="t@example.org")
    with clinic.desk(people.owner, reading=True) as desk:
        kept = desk.find(staff.Staff, people.technician)
        assert (kept.family, kept.version) == ("First", 2)
        assert verify(desk.db).ok


def test_only_an_owner_hires(clinic: Clinic, people: SimpleNamespace) -> None:
    with (
        pytest.raises(NotAllowedError, match=r"staff.hire is for"),
        clinic.desk(people.clinician) as desk,
    ):
        staff.hire(desk, given="Bo", family="Berg", login="bo", roles=["technician"])
