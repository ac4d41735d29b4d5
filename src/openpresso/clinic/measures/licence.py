"""Licences of instruments: the practice says that it holds one before the instrument is used."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.measures.kind import Measure, kind, kinds
from openpresso.clinic.roles import CARE, HOUSE, Role
from openpresso.clinic.store.base import Base, Name, Owned
from openpresso.errors import InputError


class InstrumentLicence(Owned, Base):
    """That the practice holds a licence of an instrument, as the owner has said."""

    __tablename__ = "instrument_licence"
    __table_args__ = (sa.Index("ix_instrument_licence_practice_id_kind", "practice_id", "kind"),)

    kind: orm.Mapped[Name]
    proof: orm.Mapped[Name]
    """Number or date of the licence."""
    staff_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    at: orm.Mapped[dt.datetime]
    ended_at: orm.Mapped[dt.datetime | None]


@action("licence.declare", Role.OWNER)
def declare(desk: Desk, kind_key: str, proof: str) -> InstrumentLicence:
    """Say that the practice holds a licence of an instrument.

    Parameters
    ----------
    desk
        The owner's.
    kind_key
        A kind that needs a licence.
    proof
        Number or date of the licence.
    """
    measure = kind(kind_key)
    if not measure.licensed:
        message = f"{kind_key} needs no licence"
        raise InputError.one("licence", "no-licence-needed", message, path="kind")
    if not proof.strip():
        message = "the number or the date of the licence is missing"
        raise InputError.one("licence", "missing-field", message, path="proof", hint="Enter it.")
    row = InstrumentLicence(
        kind=kind_key, proof=proof.strip(), staff_id=desk.staff_id, at=desk.now(), ended_at=None
    )
    return desk.add(row)


@action("licence.end", Role.OWNER)
def end(desk: Desk, licence_id: int) -> InstrumentLicence:
    """Say that a licence has ended: the instrument is not used any more, what was stays."""
    row = desk.find(InstrumentLicence, licence_id)
    row.ended_at = desk.now()
    return row


@action("licence.read", *HOUSE, kind="read")
def held(desk: Desk) -> list[InstrumentLicence]:
    """Return the licences that the practice holds now."""
    where = (
        InstrumentLicence.practice_id == desk.practice_id,
        InstrumentLicence.ended_at.is_(None),
    )
    return desk.every(sa.select(InstrumentLicence).where(*where))


@action("measurement.kinds", *CARE, kind="read")
def usable(desk: Desk) -> list[Measure]:
    """Return the kinds that can be measured here: all that need no licence, or have one."""
    licensed = {one.kind for one in held(desk)}
    return [one for one in kinds().values() if not one.licensed or one.key in licensed]


def need(desk: Desk, measure: Measure) -> None:
    """Refuse an instrument that the practice has no licence of.

    Raises
    ------
    RefusedError
        If it has none.
    """
    if not measure.licensed:
        return
    where = (
        InstrumentLicence.practice_id == desk.practice_id,
        InstrumentLicence.kind == measure.key,
        InstrumentLicence.ended_at.is_(None),
    )
    if desk.db.scalar(sa.select(InstrumentLicence.id).where(*where).limit(1)) is None:
        reason = "the owner says that the practice holds one; " + measure.licence
        message = f"{measure.key} is used with a licence only"
        raise RefusedError(message, (reason,), code="no-licence")
