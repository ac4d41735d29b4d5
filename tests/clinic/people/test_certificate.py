"""Certificates: who is trained for which type of cuff, and until when."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.people import certificate, staff
from openpresso.errors import InputError

TODAY = dt.date(2026, 3, 2)
NEXT_YEAR = dt.date(2027, 3, 1)
DAY = dt.timedelta(days=1)


def test_a_certificate_counts_from_its_first_to_its_last_day_and_for_its_cuff_only(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        certificate.issue(
            desk, people.technician, "leg-8", expires_on=NEXT_YEAR, drill="stop-drill"
        )
    with clinic.desk(people.technician, reading=True) as desk:
        held = [
            certificate.trained(desk, people.technician, cuff, day)
            for cuff, day in (
                ("leg-8", TODAY - DAY),
                ("leg-8", TODAY),
                ("leg-8", NEXT_YEAR),
                ("leg-8", NEXT_YEAR + DAY),
                ("leg-4", TODAY),
            )
        ]
        assert held == [False, True, True, False, False]
        assert not certificate.trained(desk, people.owner, "leg-8", TODAY)
        assert [one.drill for one in certificate.of_person(desk, people.technician)] == [
            "stop-drill"
        ]


def test_a_withdrawn_certificate_counts_no_more_from_that_day(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.clinician) as desk:
        one = certificate.issue(
            desk, people.technician, "leg-8", expires_on=NEXT_YEAR, issued_on=TODAY - 9 * DAY
        )
        with pytest.raises(InputError, match="empty"):
            certificate.withdraw(desk, one.id, " ")
    with clinic.desk(people.owner) as desk:
        key = certificate.of_person(desk, people.technician)[0].id
        assert certificate.withdraw(desk, key, "skipped the skin check").withdrawn_on == TODAY
        assert certificate.trained(desk, people.technician, "leg-8", TODAY - DAY)
        assert not certificate.trained(desk, people.technician, "leg-8", TODAY)
        with pytest.raises(RefusedError, match="was withdrawn"):
            certificate.withdraw(desk, key, "again")


def test_who_has_left_is_trained_for_nothing(clinic: Clinic, people: SimpleNamespace) -> None:
    with clinic.desk(people.owner) as desk:
        certificate.issue(desk, people.technician, "leg-8", expires_on=NEXT_YEAR)
        staff.leave(desk, people.technician)
        assert not certificate.trained(desk, people.technician, "leg-8", TODAY)
        with pytest.raises(RefusedError, match="has left"):
            certificate.issue(desk, people.technician, "leg-8", expires_on=NEXT_YEAR)


def test_certificates_that_end_soon_are_listed_unless_a_later_one_replaces_them(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        for cuff, days in (
            ("leg-8", 10),
            ("leg-4", 10),
            ("leg-4", 300),
            ("leg-6", 31),
            ("arm-4", 0),
        ):
            certificate.issue(desk, people.technician, cuff, expires_on=TODAY + days * DAY)
        gone = certificate.issue(desk, people.clinician, "leg-8", expires_on=TODAY + DAY)
        certificate.withdraw(desk, gone.id, "wrong person")
    with clinic.automatic(people.practice, reading=True) as desk:
        assert [one.cuff_type for one in certificate.ending(desk)] == ["arm-4", "leg-8"]
        assert [one.cuff_type for one in certificate.ending(desk, days=31)] == [
            "arm-4",
            "leg-8",
            "leg-6",
        ]


def test_a_certificate_needs_a_cuff_and_days_that_can_be_right(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        for cuff, issued, expires in (
            ("Leg 8", TODAY, NEXT_YEAR),
            ("leg-8", TODAY + DAY, NEXT_YEAR),
            ("leg-8", TODAY, TODAY - DAY),
        ):
            with pytest.raises(InputError, match="certificate"):
                certificate.issue(
                    desk, people.technician, cuff, issued_on=issued, expires_on=expires
                )
        with pytest.raises(NotFoundError):
            certificate.issue(desk, 999, "leg-8", expires_on=NEXT_YEAR)
    with pytest.raises(NotAllowedError), clinic.desk(people.technician) as desk:
        certificate.issue(desk, people.technician, "leg-8", expires_on=NEXT_YEAR)
