"""What is kept of signing in: who is signed in until when, and the tries of each login."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.store.base import Base, Name, Owned

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a long random text: who reads the database cannot use it."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


class SignIn(Owned, Base):
    """One person signed in at one screen. It is not audited row by row; signing in and out is."""

    __tablename__ = "sign_in"
    __table_args__ = (sa.Index("ix_sign_in_staff_id_ended_at", "staff_id", "ended_at"),)
    audited: ClassVar[bool] = False

    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    token: orm.Mapped[str] = orm.mapped_column(sa.String(64), unique=True)
    """Fingerprint of the token that the screen holds."""
    created_at: orm.Mapped[dt.datetime]
    seen_at: orm.Mapped[dt.datetime]
    """When the person last did something, to half a minute."""
    expires_at: orm.Mapped[dt.datetime]
    """It ends then whatever happens."""
    locked_at: orm.Mapped[dt.datetime | None]
    """Since when the person has locked the screen; an idle one is locked without it."""
    tries: orm.Mapped[int]
    """Wrong tries to unlock it since the last right one."""
    ended_at: orm.Mapped[dt.datetime | None]
    end_reason: orm.Mapped[Name]


class SignInTry(Owned, Base):
    """One try to sign in with one login, whether there is such a login or not."""

    __tablename__ = "sign_in_try"
    __table_args__ = (sa.Index("ix_sign_in_try_lookup", "practice_id", "login", "at"),)
    audited: ClassVar[bool] = False

    login: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    """Fingerprint of what was given as the login: people type passwords there by mistake."""
    at: orm.Mapped[dt.datetime]
    good: orm.Mapped[bool]


def end(row: SignIn, now: dt.datetime, reason: str) -> None:
    """End a sign-in; its token is worth nothing from now on."""
    if row.ended_at is None:
        row.ended_at, row.end_reason = now, reason


def going_on(desk: Desk, staff_id: int) -> list[SignIn]:
    """Return the sign-ins of a person that have not ended."""
    return list(
        desk.db.scalars(
            sa.select(SignIn)
            .where(
                SignIn.practice_id == desk.here,
                SignIn.staff_id == staff_id,
                SignIn.ended_at.is_(None),
                SignIn.expires_at > desk.now(),
            )
            .order_by(SignIn.id)
        )
    )


def end_all(desk: Desk, staff_id: int, reason: str) -> int:
    """End all sign-ins of a person and return how many there were."""
    rows = going_on(desk, staff_id)
    for row in rows:
        end(row, desk.now(), reason)
    return len(rows)
