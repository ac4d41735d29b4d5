"""The letterhead: what the papers of a practice say about the practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.money.package import MONEY
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import LONGEST_NAME, LONGEST_NOTE, Base, Editable, Name, Note
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk


class Letterhead(Editable, Base):
    """One row a practice; an invoice keeps what it said on the day of issue."""

    __tablename__ = "letterhead"
    __table_args__ = (sa.UniqueConstraint("practice_id"),)

    address: orm.Mapped[Note]
    """Lines of the address."""
    phone: orm.Mapped[Name]
    email: orm.Mapped[Name]
    tax_number: orm.Mapped[Name]
    bank: orm.Mapped[Note]
    """Account for transfers, as lines."""
    tax_note: orm.Mapped[Note]
    """A sentence under the sums, for example why no tax is charged; the owner answers for it."""


@action("letterhead.set", Role.OWNER)
def write(
    desk: Desk,
    *,
    address: str,
    phone: str = "",
    email: str = "",
    tax_number: str = "",
    bank: str = "",
    tax_note: str = "",
    version: int | None = None,
) -> Letterhead:
    """Set what papers say about the practice, from the next paper on.

    Raises
    ------
    InputError
        If a text is too long, or the address is missing.
    ChangedError
        If somebody else has changed it since `version` was read.
    """
    fields = {
        "address": address,
        "phone": phone,
        "email": email,
        "tax_number": tax_number,
        "bank": bank,
        "tax_note": tax_note,
    }
    for name, text in fields.items():
        most = LONGEST_NOTE if name in {"address", "bank", "tax_note"} else LONGEST_NAME
        least = 1 if name == "address" else 0
        if not least <= len(text.strip()) <= most:
            raise InputError.one(
                "letterhead",
                "bad-letterhead",
                f"{len(text.strip())} characters; allowed are {least} to {most}",
                path=name,
                hint="Shorten or complete the text.",
            )
    found = _row(desk)
    if found is None:
        return desk.add(Letterhead(**fields))
    row = desk.find(Letterhead, found.id, version=version)
    for name, text in fields.items():
        setattr(row, name, text)
    return row


@action("letterhead.read", *MONEY, kind="read")
def read(desk: Desk) -> Letterhead | None:
    """Return the letterhead, None when none was set yet."""
    return _row(desk)


def snapshot(desk: Desk) -> dict[str, Any]:
    """Return what a paper says about the practice today, as plain data."""
    practice, row = desk.db.get_one(Practice, desk.here), _row(desk)
    names = ("address", "phone", "email", "tax_number", "bank", "tax_note")
    return {"name": practice.name} | {name: getattr(row, name) if row else "" for name in names}


def _row(desk: Desk) -> Letterhead | None:
    statement = sa.select(Letterhead).where(Letterhead.practice_id == desk.practice_id)
    return desk.db.scalars(statement).one_or_none()
