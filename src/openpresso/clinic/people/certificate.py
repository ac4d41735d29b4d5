"""Certificates: who is trained for which type of cuff, and until when."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.people import drill as drills
from openpresso.clinic.people import text
from openpresso.clinic.people.staff import Staff, person
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import LONGEST_NAME, Base, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

ISSUERS: Final = (Role.OWNER, Role.CLINICIAN)
CUFF_TYPE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""The form of the name of a cuff, as in the file of a cuff."""


class Certificate(Owned, Base):
    """That one person may start one type of cuff, from a day to a day, both included."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.Index("ix_certificate_staff_id_cuff_type", "staff_id", "cuff_type"),
        sa.Index("ix_certificate_practice_id_expires_on", "practice_id", "expires_on"),
    )

    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    cuff_type: orm.Mapped[Name]
    issued_on: orm.Mapped[dt.date]
    expires_on: orm.Mapped[dt.date]
    drill: orm.Mapped[Name]
    """Exercise on the twin that was passed; may be empty."""
    issued_by: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    withdrawn_on: orm.Mapped[dt.date | None]
    """From this day on it does not count."""
    reason: orm.Mapped[Note]
    """Why it was withdrawn."""


@action("certificate.issue", *ISSUERS)
def issue(
    desk: Desk,
    staff_id: int,
    cuff_type: str,
    *,
    expires_on: dt.date,
    issued_on: dt.date | None = None,
    drill: str = "",
) -> Certificate:
    """Certify that somebody is trained for a type of cuff.

    Parameters
    ----------
    desk
        Who certifies.
    staff_id, cuff_type
        Who is trained, and for which type of cuff.
    expires_on
        Last day it counts.
    issued_on
        First day it counts; today by default, never later.
    drill
        Exercise that was passed, if one was; without it those that the practice's rule needs.

    Raises
    ------
    NotFoundError
        If nobody here has that key.
    RefusedError
        If the person has left, or has not passed a drill that the practice's rule needs.
    InputError
        If the cuff or the days cannot be right.
    """
    staff = person(desk, staff_id)
    if not staff.active:
        raise RefusedError(f"{staff.name} has left", code="left")
    start = issued_on or desk.today()
    if not CUFF_TYPE.fullmatch(cuff_type):
        raise _wrong("cuff_type", f"{cuff_type!r} is no type of cuff; one is, for example, leg-8")
    if start > desk.today():
        raise _wrong("issued_on", f"{start} is after today, {desk.today()}")
    if expires_on < start:
        raise _wrong("expires_on", f"{expires_on} is before it begins, {start}")
    if desk.staff_id is None:
        raise RefusedError("a person issues a certificate")
    needed = _passed(desk, staff, cuff_type)
    return desk.add(
        Certificate(
            staff_id=staff.id,
            cuff_type=cuff_type,
            issued_on=start,
            expires_on=expires_on,
            drill=text.line(drill or needed, "certificate", "drill"),
            issued_by=desk.staff_id,
            withdrawn_on=None,
            reason="",
        )
    )


@action("certificate.withdraw", *ISSUERS)
def withdraw(desk: Desk, certificate_id: int, reason: str) -> Certificate:
    """Withdraw a certificate from today on, with the reason.

    Raises
    ------
    NotFoundError
        If there is no such certificate here.
    RefusedError
        If it was withdrawn before.
    InputError
        If there is no reason.
    """
    one = desk.find(Certificate, certificate_id)
    if one.withdrawn_on is not None:
        raise RefusedError(f"the certificate was withdrawn on {one.withdrawn_on}", code="withdrawn")
    one.reason = text.note(reason, "certificate", "reason", needed=True)
    one.withdrawn_on = desk.today()
    return one


@action("certificate.list", *HOUSE, kind="read")
def of_person(desk: Desk, staff_id: int) -> list[Certificate]:
    """Return all certificates of a person, the newest first."""
    staff = desk.find(Staff, staff_id)
    return desk.every(
        sa.select(Certificate)
        .where(Certificate.practice_id == desk.here, Certificate.staff_id == staff.id)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )


@action("certificate.ending", *HOUSE, Role.AUTOMATIC, kind="read")
def ending(desk: Desk, days: int = 30) -> list[Certificate]:
    """Return certificates that end within some days and that no later one replaces.

    Parameters
    ----------
    desk
        Who asks.
    days
        How far to look, today included; those that ended in the same time past are in it too.
    """
    today = desk.today()
    later = orm.aliased(Certificate)
    replaced = (
        sa.select(later.id)
        .where(
            later.practice_id == desk.here,
            later.staff_id == Certificate.staff_id,
            later.cuff_type == Certificate.cuff_type,
            later.expires_on > Certificate.expires_on,
            later.withdrawn_on.is_(None),
        )
        .exists()
    )
    span = dt.timedelta(days=days)
    return desk.every(
        sa.select(Certificate)
        .join(Staff, Staff.id == Certificate.staff_id)
        .where(
            Certificate.practice_id == desk.here,
            Certificate.expires_on.between(today - span, today + span),
            Certificate.withdrawn_on.is_(None),
            Staff.active.is_(True),
            ~replaced,
        )
        .order_by(Certificate.expires_on, Certificate.id)
    )


def trained(desk: Desk, staff_id: int, cuff_type: str, on: dt.date) -> bool:
    """Return whether a person holds a certificate for a type of cuff that counts on a day."""
    found = desk.db.scalar(
        sa.select(Certificate.id)
        .join(Staff, Staff.id == Certificate.staff_id)
        .where(
            Certificate.practice_id == desk.here,
            Certificate.staff_id == staff_id,
            Certificate.cuff_type == cuff_type,
            Certificate.issued_on <= on,
            Certificate.expires_on >= on,
            sa.or_(Certificate.withdrawn_on.is_(None), Certificate.withdrawn_on > on),
            Staff.active.is_(True),
        )
        .limit(1)
    )
    return found is not None


def _passed(desk: Desk, staff: Staff, cuff_type: str) -> str:
    """Return the drills that a certificate needs, or refuse it without them.

    Raises
    ------
    RefusedError
        With a reason for each that is missing.
    """
    found = drills.standing(desk, staff.id, cuff_type, desk.today())
    if found.missing:
        raise RefusedError(
            f"{staff.name} has not passed every drill that a certificate for {cuff_type} needs",
            [
                f"{one}: not passed with {cuff_type} within the last {found.days} days;"
                " it is done under Simulate"
                for one in found.missing
            ],
            code="drill-missing",
        )
    return ", ".join(found.needed)[:LONGEST_NAME]


def _wrong(path: str, message: str) -> InputError:
    return InputError.one(
        "certificate", "bad-certificate", message, path=path, hint="Correct it and try again."
    )
