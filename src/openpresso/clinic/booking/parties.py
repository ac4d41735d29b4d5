"""Parties: the client, technician, room and cuff set of an appointment, and whether each may."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.booking.overlap import Held
from openpresso.clinic.booking.resource import CuffSet, Room
from openpresso.clinic.courses.course import Course
from openpresso.clinic.errors import NotAllowedError, RefusedError
from openpresso.clinic.people.certificate import Certificate
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import CARE, Role

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

OVER = frozenset({"finished", "stopped"})
"""States of a course for which nothing new is booked."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who and what meets in an appointment."""

    client: Client
    staff: Staff
    room: Room
    cuff_set: CuffSet

    def held(self, starts: dt.datetime, minutes: int, appointment_id: int | None = None) -> Held:
        """Return what an appointment of some minutes [min] would hold."""
        ends = starts + dt.timedelta(minutes=minutes)
        return Held(
            self.client.id,
            self.staff.id,
            self.room.id,
            self.cuff_set.id,
            starts,
            ends,
            ends + dt.timedelta(minutes=self.cuff_set.cleaning_minutes),
            appointment_id,
        )


_FOUR = (
    sa.select(Client, Staff, Room, CuffSet)
    .join(Staff, (Staff.practice_id == Client.practice_id) & (Staff.id == sa.bindparam("staff")))
    .join(Room, (Room.practice_id == Client.practice_id) & (Room.id == sa.bindparam("room")))
    .join(
        CuffSet,
        (CuffSet.practice_id == Client.practice_id) & (CuffSet.id == sa.bindparam("cuff_set")),
    )
    .where(Client.practice_id == sa.bindparam("practice"), Client.id == sa.bindparam("client"))
)


def find(desk: Desk, client_id: int, staff_id: int, room_id: int, cuff_set_id: int) -> Parties:
    """Return the four by one query.

    Raises
    ------
    NotFoundError
        If the practice lacks one of them.
    """
    values = {
        "practice": desk.practice_id,
        "client": client_id,
        "staff": staff_id,
        "room": room_id,
        "cuff_set": cuff_set_id,
    }
    row = desk.db.execute(_FOUR, values).one_or_none()
    if row is None:
        return Parties(
            desk.find(Client, client_id),
            desk.find(Staff, staff_id),
            desk.find(Room, room_id),
            desk.find(CuffSet, cuff_set_id),
        )
    desk.about(client_id)
    return Parties(*row)


def trained(desk: Desk, staff: Staff, cuff_type: str, days: set[dt.date]) -> set[dt.date]:
    """Return on which of some days a person holds a certificate that counts, by one query.

    The rule is that of `people.certificate.trained`.
    """
    rows = desk.db.execute(
        _CERTIFICATES, {"practice": desk.practice_id, "staff": staff.id, "cuff_type": cuff_type}
    ).all()
    return {
        day
        for day in days
        for issued, expires, withdrawn in rows
        if issued <= day <= expires and (withdrawn is None or withdrawn > day)
    }


_CERTIFICATES = sa.select(
    Certificate.issued_on, Certificate.expires_on, Certificate.withdrawn_on
).where(
    Certificate.practice_id == sa.bindparam("practice"),
    Certificate.staff_id == sa.bindparam("staff"),
    Certificate.cuff_type == sa.bindparam("cuff_type"),
)


def refuse_others(desk: Desk, staff_id: int) -> None:
    """Refuse a technician who books for somebody else.

    Raises
    ------
    NotAllowedError
        If the only role that may book here is that of a technician.
    """
    if not desk.roles & {Role.CLINICIAN, Role.FRONT_DESK, Role.OWNER, Role.AUTOMATIC} and (
        staff_id != desk.staff_id
    ):
        raise NotAllowedError(
            "a technician books for himself or herself",
            remedy="The front desk books for others.",
        )


def refuse_unfit(
    desk: Desk, parties: Parties, days: set[dt.date], course_id: int | None = None
) -> None:
    """Refuse an appointment in which one of the four may not take part; say every reason.

    Raises
    ------
    RefusedError
        With code `cannot-be-booked`.
    NotFoundError
        If there is no such course.
    """
    client, staff, room, cuff_set = parties.client, parties.staff, parties.room, parties.cuff_set
    reasons = []
    if client.state != "active":
        reasons.append(f"the client {client.number} is {client.state}")
    if not staff.active:
        reasons.append(f"{staff.name} has left")
    elif not {role.value for role in CARE} & set(staff.roles):
        reasons.append(f"{staff.name} does not treat; choose a technician")
    else:
        reasons += [
            f"{staff.name} has no certificate for {cuff_set.cuff_type} that is valid on {day}"
            for day in sorted(days - trained(desk, staff, cuff_set.cuff_type, days))
        ]
    reasons += [
        f"the {what} {one.name} is out of use"
        for what, one in (("room", room), ("cuff set", cuff_set))
        if not one.active
    ]
    if cuff_set.room_id not in {None, room.id}:
        reasons.append(f"the cuff set {cuff_set.name} stays in another room")
    if course_id is not None:
        reasons += _course_reasons(desk, parties, course_id)
    if reasons:
        raise RefusedError("this cannot be booked:", reasons, code="cannot-be-booked")


def _course_reasons(desk: Desk, parties: Parties, course_id: int) -> list[str]:
    """Return why an appointment cannot belong to a course."""
    course = desk.find(Course, course_id)
    reasons = []
    if course.client_id != parties.client.id:
        reasons.append(f"course {course_id} is another client's")
    if course.state in OVER:
        reasons.append(f"course {course_id} is {course.state}")
    if course.cuff != parties.cuff_set.cuff_type:
        reasons.append(
            f"course {course_id} is for {course.cuff}; {parties.cuff_set.name} is a set of "
            f"{parties.cuff_set.cuff_type}"
        )
    return reasons
