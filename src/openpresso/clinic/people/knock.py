"""Knocking: every try to sign in is counted before it is looked at, and too many lock the login."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.errors import SignInError
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.people.security import security
from openpresso.clinic.people.sign_in_row import SignInTry, fingerprint
from openpresso.clinic.people.staff import Staff, login_of

if TYPE_CHECKING:
    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.desk import Desk


@dataclass(frozen=True, slots=True)
class Knock:
    """One try that was counted and is not decided yet.

    Parameters
    ----------
    practice_id
        Where.
    staff_id
        Whose login it is; None when it is nobody's.
    known
        Hash of the password; empty when nothing can be right.
    try_id
        Row of the try; None while the login is locked, for such a try is not counted.
    locked_until
        Until when the login is locked, if it is.
    """

    practice_id: int
    staff_id: int | None
    known: str
    try_id: int | None
    locked_until: dt.datetime | None


def knock(clinic: Clinic, login: str, practice: int | None) -> Knock | None:
    """Count a try; return None when there is no such practice.

    Raises
    ------
    SignInError
        `which-practice` when none is named and there are several.
    """
    place = _practice(clinic, practice)
    if place is None:
        return None
    with clinic.automatic(place) as desk:
        # Tries at the same moment stand in line here, so that none is overlooked.
        desk.db.get_one(Practice, place, with_for_update={"key_share": True})
        until = _locked_until(desk, login)
        staff = desk.db.scalars(
            sa.select(Staff).where(
                Staff.practice_id == place,
                Staff.login == login_of(login),
                Staff.active.is_(True),
            )
        ).one_or_none()
        row = None
        if until is None:
            row = desk.add(SignInTry(login=_mark(login), at=desk.now(), good=False))
        known = staff.password if staff and until is None else ""
        return Knock(place, staff.id if staff else None, known, row.id if row else None, until)


def locked_out(clinic: Clinic, knock: Knock) -> SignInError:
    """Return what a locked login is answered."""
    left = (knock.locked_until or clinic.clock()) - clinic.clock()
    minutes = max(1, -(-left // dt.timedelta(minutes=1)))
    return SignInError(
        "there were too many wrong tries with this login",
        code="locked-out",
        remedy=f"Wait {minutes} min, or ask the owner for a code to set a new password.",
    )


def _locked_until(desk: Desk, login: str) -> dt.datetime | None:
    """Return until when a login is locked: wrong tries in a row, within the span, are too many."""
    span, most = security().span("lock-minutes"), security()["lock-tries"]
    tries = desk.db.scalars(
        sa.select(SignInTry)
        .where(
            SignInTry.practice_id == desk.here,
            SignInTry.login == _mark(login),
            SignInTry.at > desk.now() - span,
        )
        .order_by(SignInTry.at.desc(), SignInTry.id.desc())
        .limit(most)
    ).all()
    if len(tries) < most or any(one.good for one in tries):
        return None
    return tries[-1].at + span


def _mark(login: str) -> str:
    return fingerprint(login_of(login))


def _practice(clinic: Clinic, practice: int | None) -> int | None:
    """Return the practice that is meant, None when there is no such one."""
    with clinic.automatic(reading=True) as desk:
        if practice is not None:
            return desk.db.scalar(sa.select(Practice.id).where(Practice.id == practice))
        found = desk.db.scalars(sa.select(Practice.id).order_by(Practice.id).limit(2)).all()
    if len(found) > 1:
        raise SignInError(
            "there are several practices here",
            code="which-practice",
            remedy="Say in which one to sign in.",
        )
    return found[0] if found else None
