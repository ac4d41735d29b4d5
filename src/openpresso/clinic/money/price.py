"""The price list: what something costs from a day on. A new price is a new row, never a change."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.money.amount import MOST, WHOLE
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import LONGEST_NAME, Base, Cents, Name, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk

Kind = Literal["session", "package", "late-cancel", "measurement", "other"]
"""What a price is for."""
LANGUAGES: Final = ("en", "de")
"""Languages that every title has."""
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Price(Owned, Base):
    """What one thing costs from a day on; until a later row of the same code."""

    __tablename__ = "price"
    __table_args__ = (sa.Index("ix_price_practice_id_code", "practice_id", "code", "valid_from"),)

    code: orm.Mapped[Name]
    kind: orm.Mapped[Name]
    subject: orm.Mapped[Name]
    """The program, package or kind of measurement that it is for; empty for all of the kind."""
    title: orm.Mapped[dict[str, Any]]
    """By language."""
    cents: orm.Mapped[Cents]
    """With tax."""
    tax: orm.Mapped[int]
    """Rate of the tax that the price holds [basis points]."""
    valid_from: orm.Mapped[dt.date]
    offered: orm.Mapped[bool]
    """False from the day on which it is no longer offered."""
    set_at: orm.Mapped[dt.datetime]
    set_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))


@action("price.set", Role.OWNER)
def enter(
    desk: Desk,
    code: str,
    *,
    cents: int,
    title: Mapping[str, str],
    tax: int,
    kind: Kind,
    subject: str = "",
    valid_from: dt.date | None = None,
    offered: bool = True,
) -> Price:
    """Set what something costs from a day on.

    Parameters
    ----------
    code
        Stable name, lower case with dashes: `session`, `course-8`.
    cents
        Price with tax [cents].
    title
        What it is called on an invoice, by language.
    tax
        Rate of the tax that the price holds [basis points].
    kind, subject
        What it is for.
    valid_from
        First day, today when not given. A price of a past day is never changed.
    offered
        False to stop offering it from that day on.

    Raises
    ------
    InputError
        If the code, a title, the amount, the rate, the kind or the day cannot be.
    """
    begins = valid_from or desk.today()
    _check(code, cents, title, tax, kind, subject)
    if begins < desk.today():
        raise InputError.one(
            "price",
            "past-day",
            f"{begins} is over; a price begins today or later",
            path="valid_from",
            hint="What was sold in the past keeps its price; a credit note corrects an invoice.",
        )
    return desk.add(
        Price(
            code=code,
            kind=kind,
            subject=subject,
            title={language: title[language] for language in LANGUAGES},
            cents=cents,
            tax=tax,
            valid_from=begins,
            offered=offered,
            set_at=desk.now(),
            set_by=desk.staff_id,
        )
    )


@action("price.list", Role.FRONT_DESK, Role.OWNER, kind="read")
def listed(desk: Desk, on: dt.date | None = None) -> list[Price]:
    """Return what is offered on a day, today when not given, one row a code."""
    rows = _valid(desk, on or desk.today())
    return [row for row in rows if row.offered]


@action("price.history", Role.FRONT_DESK, Role.OWNER, kind="read")
def history(desk: Desk, code: str) -> list[Price]:
    """Return every price that a code has had or will have, the first first."""
    statement = sa.select(Price).where(Price.practice_id == desk.practice_id, Price.code == code)
    return desk.every(statement.order_by(Price.valid_from, Price.id))


def on(desk: Desk, code: str, day: dt.date) -> Price:
    """Return the price of a code on a day.

    Raises
    ------
    NotFoundError
        If it has none then, or is not offered.
    """
    statement = sa.select(Price).where(
        Price.practice_id == desk.practice_id, Price.code == code, Price.valid_from <= day
    )
    newest = statement.order_by(Price.valid_from.desc(), Price.id.desc()).limit(1)
    found = desk.db.scalars(newest).one_or_none()
    if found is None or not found.offered:
        raise NotFoundError(
            f"nothing with the code {code!r} is offered on {day}",
            remedy="See the price list; the owner can add a price.",
        )
    return found


def for_what(desk: Desk, kind: Kind, subject: str, day: dt.date) -> Price | None:
    """Return the price of a kind of thing on a day: of this one, else of all of the kind."""
    rows = [row for row in _valid(desk, day) if row.offered and row.kind == kind]
    for wanted in (subject, ""):
        matching = [row for row in rows if row.subject == wanted]
        if matching:
            return min(matching, key=lambda row: row.code)
    return None


def _valid(desk: Desk, day: dt.date) -> list[Price]:
    """Return the row of each code that holds on a day, by code."""
    statement = sa.select(Price).where(
        Price.practice_id == desk.practice_id, Price.valid_from <= day
    )
    newest: dict[str, Price] = {}
    # A price entered twice for one day was corrected before it held: the later entry counts.
    for row in desk.every(statement.order_by(Price.valid_from, Price.id)):
        newest[row.code] = row
    return [newest[code] for code in sorted(newest)]


def _check(
    code: str, cents: int, title: Mapping[str, str], tax: int, kind: str, subject: str
) -> None:
    """Refuse a price that cannot be."""
    faults = {
        "code": (
            bool(_CODE.fullmatch(code)) and len(code) <= LONGEST_NAME,
            f"{code!r} must be lower-case letters and digits with dashes, for example course-8",
        ),
        "cents": (0 <= cents <= MOST, f"{cents} must be from 0 to {MOST} cents"),
        "tax": (0 <= tax <= WHOLE, f"{tax} must be from 0 to {WHOLE} basis points; 1900 is 19 %"),
        "kind": (kind in get_args(Kind), f"{kind!r} must be one of {', '.join(get_args(Kind))}"),
        "subject": (len(subject) <= LONGEST_NAME, f"must have at most {LONGEST_NAME} characters"),
        "title": (
            all(0 < len(title.get(one, "").strip()) <= LONGEST_NAME for one in LANGUAGES),
            f"needs a text in each of {', '.join(LANGUAGES)}, at most {LONGEST_NAME} characters",
        ),
    }
    for field, (fine, message) in faults.items():
        if not fine:
            raise InputError.one(
                "price", "bad-price", message, path=field, hint="Correct the value."
            )
