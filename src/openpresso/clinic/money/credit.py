"""Credits used: one row for each session or late cancel that a package pays for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import ClashError
from openpresso.clinic.money import package_rules
from openpresso.clinic.money.package import MONEY, locked, next_usable, reason_given
from openpresso.clinic.store.base import Base, Cents, Name, Note, Owned

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.package import Package
    from openpresso.clinic.money.package_rules import LateCancel


class CreditUse(Owned, Base):
    """One credit of a package, used; a session or an appointment uses one at most."""

    __tablename__ = "credit_use"
    __table_args__ = (
        sa.UniqueConstraint("session_id"),
        sa.UniqueConstraint("appointment_id"),
        sa.Index("ix_credit_use_practice_id_used_on", "practice_id", "used_on"),
    )

    package_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("package.id"), index=True)
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"), index=True)
    """Who used it, also after a transfer."""
    kind: orm.Mapped[Name]
    """`session` or `late-cancel`."""
    session_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("session.id"))
    appointment_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("appointment.id"))
    """Of a late cancel."""
    program: orm.Mapped[Name]
    value: orm.Mapped[Cents]
    """Its part of the package's price, for revenue; the parts add up to the price."""
    used_on: orm.Mapped[dt.date]
    used_at: orm.Mapped[dt.datetime]
    given_back_on: orm.Mapped[dt.date | None]
    """When it was entered by mistake and taken back; the row stays."""
    give_back_reason: orm.Mapped[Note]


def used(desk: Desk, package_id: int) -> int:
    """Return how many credits of a package are used: its rows, counted."""
    statement = sa.select(sa.func.count()).where(*_that_count(desk, package_id))
    return desk.db.scalars(statement.select_from(CreditUse)).one()


def last_used_on(desk: Desk, package_id: int) -> dt.date | None:
    """Return the last day on which a credit of a package was used."""
    statement = sa.select(sa.func.max(CreditUse.used_on)).where(*_that_count(desk, package_id))
    return desk.db.scalars(statement).one()


def _that_count(desk: Desk, package_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the condition of the uses of a package that count."""
    return (
        CreditUse.practice_id == desk.practice_id,
        CreditUse.package_id == package_id,
        CreditUse.given_back_on.is_(None),
    )


@action("credit.use", *MONEY)
def spend(
    desk: Desk, client_id: int, *, session_id: int, program: str, on: dt.date | None = None
) -> CreditUse | None:
    """Use a credit for a delivered session; the package that expires first pays.

    It is called when a session is delivered, and is part of that act.

    Parameters
    ----------
    desk
        Where the session is closed.
    client_id, session_id, program
        Who had which session with which program.
    on
        Day of the session, today when not given.

    Returns
    -------
    CreditUse | None
        The use; None when no package pays for it, so that the session is to be invoiced. A session
        that a credit was used for already gets the same use again, or None if it was given back.
    """
    before = _of(desk, CreditUse.session_id == session_id)
    if before is not None:
        return before if before.given_back_on is None else None
    day = on or desk.today()
    package = next_usable(desk, client_id, program, day)
    if package is None:
        return None
    return _use(desk, package, client_id, day, session_id=session_id, program=program)


@action("credit.late-cancel", *MONEY)
def cancel_late(
    desk: Desk,
    client_id: int,
    *,
    appointment_id: int,
    program: str,
    starts: dt.datetime,
    cancelled_at: dt.datetime | None = None,
) -> LateCancel:
    """Apply the rule of a late cancel, or of a client who did not come.

    It is called when an appointment is cancelled, and is part of that act.

    Parameters
    ----------
    desk
        Where it is cancelled.
    client_id, appointment_id, program
        Who cancelled what.
    starts
        When it was to begin.
    cancelled_at
        When it was cancelled, now when not given; `starts` for a client who did not come.

    Returns
    -------
    str
        `credit`: one was used. `fee`: the late-cancel fee is to be invoiced; so too for a client
        without a usable package. `nothing`: it was early enough, or the rule asks for nothing.
    """
    before = _of(desk, CreditUse.appointment_id == appointment_id)
    if before is not None:
        return "credit" if before.given_back_on is None else "nothing"
    package = next_usable(desk, client_id, program, desk.today())
    terms = package.terms if package else package_rules.WITHOUT_PACKAGE
    costs = package_rules.late(terms, starts, cancelled_at or desk.now())
    if costs == "credit" and package is not None:
        _use(desk, package, client_id, desk.today(), appointment_id=appointment_id, program=program)
    return costs


def _use(
    desk: Desk,
    package: Package,
    client_id: int,
    day: dt.date,
    *,
    program: str,
    session_id: int | None = None,
    appointment_id: int | None = None,
) -> CreditUse:
    """Use one credit of a package that is locked and has one left."""
    before = used(desk, package.id)
    use = CreditUse(
        package_id=package.id,
        client_id=client_id,
        kind="session" if session_id is not None else "late-cancel",
        session_id=session_id,
        appointment_id=appointment_id,
        program=program,
        value=package_rules.value_of_use(package.cents, package.terms.sessions, before),
        used_on=day,
        used_at=desk.now(),
        given_back_on=None,
        give_back_reason="",
    )
    try:
        return desk.add(use)
    except sa.exc.IntegrityError as error:
        raise ClashError("a credit was used for it at the same moment by somebody else") from error


def _of(desk: Desk, condition: sa.ColumnElement[bool]) -> CreditUse | None:
    """Return the use of a session or appointment."""
    statement = sa.select(CreditUse).where(CreditUse.practice_id == desk.practice_id, condition)
    return desk.db.scalars(statement).one_or_none()


@action("credit.give-back", *MONEY)
def give_back(desk: Desk, use_id: int, *, reason: str) -> CreditUse:
    """Give back a credit that was used by mistake; the row and the reason stay.

    Raises
    ------
    ClashError
        If it was given back already.
    """
    use = desk.find(CreditUse, use_id)
    locked(desk, use.package_id)
    desk.db.refresh(use)
    if use.given_back_on is not None:
        raise ClashError(f"this credit was given back on {use.given_back_on}")
    use.given_back_on, use.give_back_reason = desk.today(), reason_given(reason, "credit")
    return use


@action("credit.uses", *MONEY, kind="read")
def uses(desk: Desk, package_id: int) -> list[CreditUse]:
    """Return what the credits of a package were used for, the first first."""
    statement = sa.select(CreditUse).where(
        CreditUse.practice_id == desk.practice_id, CreditUse.package_id == package_id
    )
    return desk.every(statement.order_by(CreditUse.used_at, CreditUse.id))
