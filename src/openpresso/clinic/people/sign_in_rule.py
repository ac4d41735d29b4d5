"""What a practice sets for signing in: after how many idle minutes a screen is locked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.people.security import security
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import Base, Editable
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

MOST_IDLE: Final = 60
"""Most minutes that a practice can set [assumed]."""


class SignInRule(Editable, Base):
    """The rule of one practice; without it the figure of `security.yaml` counts."""

    __tablename__ = "sign_in_rule"
    __table_args__ = (sa.UniqueConstraint("practice_id"),)

    idle_minutes: orm.Mapped[int]


@action("sign-in.rule", *HOUSE, kind="read")
def idle_minutes(desk: Desk) -> int:
    """Return after how many idle minutes a screen is locked [min]."""
    return int(idle(desk).total_seconds() // 60)


@action("sign-in.set-rule", Role.OWNER)
def set_idle_minutes(desk: Desk, minutes: int) -> None:
    """Set after how many idle minutes a screen is locked [min].

    Raises
    ------
    InputError
        Unless it is 1 to `MOST_IDLE`.
    """
    if not 1 <= minutes <= MOST_IDLE:
        raise InputError.one(
            "sign_in",
            "out-of-range",
            f"{minutes} is out of range; allowed are 1 to {MOST_IDLE} minutes",
            path="idle_minutes",
            hint="Ten are usual.",
        )
    row = _row(desk)
    if row is None:
        desk.add(SignInRule(idle_minutes=minutes))
    else:
        row.idle_minutes = minutes


def idle(desk: Desk) -> dt.timedelta:
    """Return how long a screen may be idle."""
    row = _row(desk)
    return dt.timedelta(minutes=row.idle_minutes) if row else security().span("idle-minutes")


def _row(desk: Desk) -> SignInRule | None:
    return desk.db.scalars(
        sa.select(SignInRule).where(SignInRule.practice_id == desk.here)
    ).one_or_none()
