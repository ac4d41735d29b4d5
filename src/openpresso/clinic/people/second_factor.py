"""The second factor: six digits that an application shows, new every half minute (RFC 6238)."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError, SignInError
from openpresso.clinic.people.password import confirmed
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.people.security import security
from openpresso.clinic.people.sign_in_row import end_all
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import PEOPLE, Role
from openpresso.clinic.store.base import Base, Name, Owned

if TYPE_CHECKING:
    import pyotp

    from openpresso.clinic.desk import Desk


class SecondFactor(Owned, Base):
    """What a person's second factor needs beside its secret."""

    __tablename__ = "second_factor"
    __table_args__ = (sa.UniqueConstraint("staff_id"),)

    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    offered: orm.Mapped[Name]
    """Secret that was shown and is not confirmed; empty otherwise."""
    offered_at: orm.Mapped[dt.datetime]
    last_step: orm.Mapped[int]
    """Half minute of the newest code that was used: that one and those before count no more."""


@action("second-factor.offer", *PEOPLE)
def offer(desk: Desk, password: str) -> str:
    """Return the address that an application reads as a picture; it counts once it is confirmed.

    Returns
    -------
    str
        `otpauth://totp/...`, with the secret in it: shown once, to this person only.

    Raises
    ------
    SignInError
        If the password is not right.
    """
    import pyotp

    staff = confirmed(desk, password)
    row = of(desk, staff) or desk.add(
        SecondFactor(staff_id=staff.id, offered="", offered_at=desk.now(), last_step=0)
    )
    row.offered, row.offered_at = pyotp.random_base32(), desk.now()
    practice = desk.db.get_one(Practice, desk.here)
    return _totp(row.offered).provisioning_uri(
        name=staff.login, issuer_name=f"openpresso {practice.name}"
    )


@action("second-factor.confirm", *PEOPLE)
def confirm(desk: Desk, code: str) -> None:
    """Let the offered second factor count, with a code that shows that the application has it.

    Raises
    ------
    RefusedError
        If none was offered lately.
    SignInError
        If the code is not right.
    """
    staff = desk.find(Staff, desk.staff_id or 0)
    row = of(desk, staff)
    if (
        row is None
        or not row.offered
        or desk.now() > row.offered_at + security().span("offer-minutes")
    ):
        raise RefusedError("no second factor was offered", ["Begin once more."], code="not-offered")
    step = step_of(row.offered, code, desk.now(), 0)
    if step is None:
        raise SignInError(
            "the code is not right",
            code="wrong-code",
            remedy="Take the next one; the clock of the telephone must be right.",
        )
    staff.totp, row.offered, row.last_step = row.offered, "", step


@action("second-factor.give-up", *PEOPLE)
def give_up(desk: Desk, password: str) -> None:
    """Do without one's second factor.

    Raises
    ------
    SignInError
        If the password is not right.
    """
    from openpresso.clinic.people import recovery

    staff = confirmed(desk, password)
    staff.totp = ""
    recovery.forget(desk, staff.id)


@action("second-factor.remove", Role.OWNER)
def remove(desk: Desk, staff_id: int) -> None:
    """Take the second factor of a person who has lost the telephone; the person is signed out."""
    from openpresso.clinic.people import recovery

    staff = desk.find(Staff, staff_id)
    staff.totp = ""
    recovery.forget(desk, staff.id)
    end_all(desk, staff.id, "second-factor-removed")


def of(desk: Desk, staff: Staff) -> SecondFactor | None:
    """Return the row of a person's second factor."""
    return desk.db.scalars(
        sa.select(SecondFactor).where(
            SecondFactor.practice_id == desk.here, SecondFactor.staff_id == staff.id
        )
    ).one_or_none()


def use(desk: Desk, staff: Staff, code: str) -> bool:
    """Return whether a code is right and new, or a recovery code; it is used up then."""
    from openpresso.clinic.people import recovery

    if recovery.use(desk, staff, code):
        return True
    row = of(desk, staff)
    step = step_of(staff.totp, code, desk.now(), row.last_step) if row else None
    if row is None or step is None:
        return False
    row.last_step = step
    return True


def step_of(secret: str, code: str, now: dt.datetime, after: int) -> int | None:
    """Return the half minute that a code belongs to, None when it is wrong or not after another.

    Parameters
    ----------
    secret, code
        Secret of the factor, and the digits that were given; spaces between them do not matter.
    now
        The clinic's clock, never the telephone's.
    after
        Half minute of the last code used.
    """
    figures, totp = security(), _totp(secret)
    given = "".join(code.split())
    this, reach = int(now.timestamp()) // figures["totp-step"], figures["totp-tolerance"]
    found = None
    for step in range(this - reach, this + reach + 1):
        same = hmac.compare_digest(totp.generate_otp(step).encode(), given.encode(errors="replace"))
        if same and step > after:
            found = step
    return found


def _totp(secret: str) -> pyotp.TOTP:
    import pyotp

    return pyotp.TOTP(secret, digits=security()["totp-digits"], interval=security()["totp-step"])
