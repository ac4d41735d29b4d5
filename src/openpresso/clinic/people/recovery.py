"""Recovery codes: what opens the door in place of the second factor when the telephone is lost.

Ten are made at once and shown once; each opens the door once. Of each only the SHA-256 is kept:
with its 80 random bits nobody guesses one from it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import secrets
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.people.password import confirmed
from openpresso.clinic.people.sign_in_row import fingerprint
from openpresso.clinic.roles import PEOPLE
from openpresso.clinic.store.base import Base, Owned

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.staff import Staff

COUNT: Final = 10
"""Codes that are made at once [assumed]."""
CHARACTERS: Final = 16
"""Of a code, 5 bits each: 80 bits, far beyond guessing at five tries in a quarter of an hour."""
GROUP: Final = 4
"""Characters between two dashes."""


class RecoveryCode(Owned, Base):
    """One recovery code of one person."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.Index("ix_recovery_code_staff_id", "staff_id"),)

    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    code: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    """Fingerprint of the code."""
    made_at: orm.Mapped[dt.datetime]
    used_at: orm.Mapped[dt.datetime | None]
    """When it opened the door, or when newer codes took its place."""


@action("second-factor.recovery-codes", *PEOPLE)
def make(desk: Desk, password: str) -> tuple[str, ...]:
    """Return new recovery codes of one's own second factor; earlier ones count no more.

    Returns
    -------
    tuple[str, ...]
        Such as `K3JD-7Q2M-XW4B-PZ5A`; they are not kept and cannot be shown again.

    Raises
    ------
    SignInError
        If the password is not right.
    RefusedError
        If there is no second factor that they could stand for.
    """
    staff = confirmed(desk, password)
    if not staff.totp:
        raise RefusedError(
            "there is no second factor", ["Set one up first."], code="no-second-factor"
        )
    forget(desk, staff.id)
    made = [_new() for _ in range(COUNT)]
    for plain in made:
        desk.add(
            RecoveryCode(
                staff_id=staff.id,
                code=fingerprint(plain),
                made_at=desk.now(),
                used_at=None,
            )
        )
    return tuple(
        "-".join(plain[place : place + GROUP] for place in range(0, CHARACTERS, GROUP))
        for plain in made
    )


@action("second-factor.recovery-codes-left", *PEOPLE, kind="read")
def left(desk: Desk) -> int:
    """Return how many recovery codes of one's own still count."""
    return len(_usable(desk, desk.staff_id or 0))


def use(desk: Desk, staff: Staff, code: str) -> bool:
    """Return whether a text is a code of a person that still counts; it is used up then."""
    given = "".join(one for one in code.upper() if one.isalnum())
    if len(given) != CHARACTERS:
        return False
    wanted, found = fingerprint(given), None
    for one in _usable(desk, staff.id):
        if hmac.compare_digest(one.code, wanted):
            found = one
    if found is None:
        return False
    found.used_at = desk.now()
    return True


def forget(desk: Desk, staff_id: int) -> None:
    """Let no code of a person count any more."""
    for one in _usable(desk, staff_id):
        one.used_at = desk.now()


def _usable(desk: Desk, staff_id: int) -> list[RecoveryCode]:
    """Return the codes of a person that were not used."""
    return desk.every(
        sa.select(RecoveryCode).where(
            RecoveryCode.practice_id == desk.here,
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.used_at.is_(None),
        )
    )


def _new() -> str:
    return base64.b32encode(secrets.token_bytes(5 * CHARACTERS // 8)).decode()
