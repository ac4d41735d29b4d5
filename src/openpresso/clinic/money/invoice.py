"""Invoices: numbered without gaps, never changed once they are issued; see also `credit_note`.

Both kinds share one series a practice and year. The number is taken in the transaction that writes
the paper, while the practice is locked: a paper that is not written takes none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import ClashError, NotFoundError, RefusedError
from openpresso.clinic.money import letterhead, price
from openpresso.clinic.money.amount import tax_within
from openpresso.clinic.money.package import MONEY
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.store.base import Base, Cents, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.price import Price

DUE_DAYS: Final = 14
"""Days to pay."""
MOST_LINES: Final = 200
MOST_OF_ONE: Final = 1000
"""Largest quantity of a line."""


class Invoice(Owned, Base):
    """An invoice, or a credit note that takes one back in part or whole."""

    __tablename__ = "invoice"
    __table_args__ = (
        sa.UniqueConstraint("practice_id", "year", "number"),
        sa.Index("ix_invoice_client_id_issued_on", "client_id", "issued_on"),
        sa.Index("ix_invoice_practice_id_issued_on", "practice_id", "issued_on"),
    )

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    kind: orm.Mapped[Name]
    """`invoice` or `credit-note`."""
    year: orm.Mapped[int]
    number: orm.Mapped[int]
    """From 1, without gaps, in the practice and year."""
    issued_on: orm.Mapped[dt.date]
    issued_at: orm.Mapped[dt.datetime]
    issued_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    due_on: orm.Mapped[dt.date]
    currency: orm.Mapped[Name]
    language: orm.Mapped[Name]
    net: orm.Mapped[Cents]
    tax: orm.Mapped[Cents]
    gross: orm.Mapped[Cents]
    """What is asked for; below zero on a credit note."""
    corrects_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("invoice.id"), index=True)
    """The invoice that a credit note takes back."""
    reason: orm.Mapped[Note]
    recipient: orm.Mapped[dict[str, Any]]
    issuer: orm.Mapped[dict[str, Any]]
    synthetic: orm.Mapped[bool]

    @property
    def label(self) -> str:
        """The number as it is written: `2026-00017`."""
        return f"{self.year}-{self.number:05d}"


class InvoiceLine(Owned, Base):
    """One line, as the price list had it on the day of issue."""

    __tablename__ = "invoice_line"

    invoice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("invoice.id"), index=True)
    position: orm.Mapped[int]
    kind: orm.Mapped[Name]
    subject: orm.Mapped[Name]
    title: orm.Mapped[Name]
    quantity: orm.Mapped[int]
    unit: orm.Mapped[Cents]
    rate: orm.Mapped[int]
    """[basis points]"""
    net: orm.Mapped[Cents]
    tax: orm.Mapped[Cents]
    gross: orm.Mapped[Cents]
    price_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("price.id"))
    session_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("session.id"), index=True)
    appointment_id: orm.Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("appointment.id"), index=True
    )
    corrects_id: orm.Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("invoice_line.id"), index=True
    )
    """The line that a line of a credit note takes back."""


MAY_CHANGE: Final = frozenset({"client_id"})
"""What may change after issue: whose record it lies in, when two of one person are merged."""


def _unchanged(_mapper: object, _connection: object, row: Invoice | InvoiceLine) -> None:
    """Refuse a change of a paper that is issued."""
    state: orm.InstanceState[Any] = orm.attributes.instance_state(row)
    changed = {one.key for one in state.attrs if one.history.has_changes()} - MAY_CHANGE
    if changed:
        raise RefusedError(
            "an issued invoice is never changed",
            [f"{', '.join(sorted(changed))} would change; issue a credit note and a new invoice"],
            code="invoice-issued",
        )


for _table in (Invoice, InvoiceLine):
    sa.event.listen(_table, "before_update", _unchanged)


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be invoiced: a code of the price list, how many, and what it was for."""

    code: str
    quantity: int = 1
    session_id: int | None = None
    appointment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or credit note with its lines."""

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]


@action("invoice.issue", *MONEY)
def issue(desk: Desk, client_id: int, items: Sequence[Item], *, due_days: int = DUE_DAYS) -> Paper:
    """Issue an invoice at today's prices.

    Raises
    ------
    InputError
        If there is no item, or a quantity or the days to pay cannot be.
    NotFoundError
        If a code is not in today's price list.
    ClashError
        If a session is on an invoice already, or a package has paid for it.
    """
    client = desk.find(Client, client_id)
    _check(items, due_days)
    practice = locked_practice(desk)
    for item in items:
        _not_paid_for(desk, item)
    language = _language(client.language, practice.language)
    lines = [_line(price.on(desk, item.code, desk.today()), item, language) for item in items]
    return write(
        desk,
        practice,
        lines,
        client_id=client.id,
        kind="invoice",
        due_on=desk.today() + dt.timedelta(days=due_days),
        currency=practice.currency,
        language=language,
        corrects_id=None,
        reason="",
        recipient=_recipient(client),
        issuer=letterhead.snapshot(desk),
    )


def _language(*wanted: str) -> str:
    """Return the first language that the house has words in; `de-AT` is served by `de`."""
    for one in wanted:
        short = one.replace("_", "-").partition("-")[0].lower()
        if short in price.LANGUAGES:
            return short
    return price.LANGUAGES[0]


def _line(row: Price, item: Item, language: str) -> InvoiceLine:
    """Return a line at a price."""
    gross = row.cents * item.quantity
    tax = tax_within(gross, row.tax)
    return InvoiceLine(
        kind=row.kind,
        subject=row.subject,
        title=row.title[language],
        quantity=item.quantity,
        unit=row.cents,
        rate=row.tax,
        net=gross - tax,
        tax=tax,
        gross=gross,
        price_id=row.id,
        session_id=item.session_id,
        appointment_id=item.appointment_id,
        corrects_id=None,
    )


def _recipient(client: Client) -> dict[str, Any]:
    """Return what a paper says about the client: two identifiers and where it goes."""
    return {
        "name": client.name,
        "born": client.born.isoformat(),
        "number": client.number,
        "address": client.address,
    }


def _check(items: Sequence[Item], due_days: int) -> None:
    """Refuse what cannot be an invoice."""
    faults = {
        "items": (0 < len(items) <= MOST_LINES, f"{len(items)} lines; 1 to {MOST_LINES} can be"),
        "items.quantity": (
            all(0 < one.quantity <= MOST_OF_ONE for one in items),
            f"every quantity is from 1 to {MOST_OF_ONE}",
        ),
        "due_days": (0 <= due_days <= 365, f"{due_days} days to pay; allowed are 0 to 365"),
    }
    for field, (fine, message) in faults.items():
        if not fine:
            raise InputError.one(
                "invoice", "bad-invoice", message, path=field, hint="Correct the value."
            )


def _not_paid_for(desk: Desk, item: Item) -> None:
    """Refuse a session or an appointment that is paid for in another way already."""
    from openpresso.clinic.money.credit import CreditUse

    for name, key in (("session_id", item.session_id), ("appointment_id", item.appointment_id)):
        if key is None:
            continue
        use = desk.db.scalars(
            sa.select(CreditUse.id).where(
                CreditUse.practice_id == desk.practice_id,
                getattr(CreditUse, name) == key,
                CreditUse.given_back_on.is_(None),
            )
        ).first()
        billed = desk.db.scalars(
            sa.select(sa.func.coalesce(sa.func.sum(InvoiceLine.gross), 0)).where(
                InvoiceLine.practice_id == desk.practice_id, getattr(InvoiceLine, name) == key
            )
        ).one()
        if use is not None or billed > 0:
            by = "a package" if use is not None else "an invoice"
            raise ClashError(
                f"{name.removesuffix('_id')} {key} is paid for by {by} already",
                remedy="Take that back first: give the credit back, or cancel the invoice.",
            )


def locked_practice(desk: Desk) -> Practice:
    """Return the practice, locked: until this desk is done nobody else takes a number."""
    statement = sa.select(Practice).where(Practice.id == desk.here)
    return desk.db.scalars(statement.with_for_update(key_share=True)).one()


def write(
    desk: Desk,
    practice: Practice,
    lines: Sequence[InvoiceLine],
    **fields: Any,  # noqa: ANN401
) -> Paper:
    """Write a paper with the next number of the year."""
    year = desk.today().year
    last = desk.db.scalars(
        sa.select(sa.func.max(Invoice.number)).where(
            Invoice.practice_id == desk.practice_id, Invoice.year == year
        )
    ).one()
    invoice = desk.add(
        Invoice(
            year=year,
            number=(last or 0) + 1,
            issued_on=desk.today(),
            issued_at=desk.now(),
            issued_by=desk.staff_id,
            net=sum(one.net for one in lines),
            tax=sum(one.tax for one in lines),
            gross=sum(one.gross for one in lines),
            synthetic=practice.synthetic,
            **fields,
        )
    )
    for position, line in enumerate(lines, start=1):
        line.invoice_id, line.position = invoice.id, position
        desk.add(line)
    return Paper(invoice, tuple(lines))


def locked(desk: Desk, invoice_id: int) -> Invoice:
    """Return an invoice that nobody else can pay or correct until this desk is done."""
    statement = sa.select(Invoice).where(
        Invoice.practice_id == desk.practice_id, Invoice.id == invoice_id
    )
    found = desk.db.scalars(statement.with_for_update(key_share=True)).one_or_none()
    if found is None:
        raise NotFoundError(f"there is no invoice {invoice_id}", remedy="Look it up again.")
    desk.about(found.client_id)
    return found


def paper(desk: Desk, invoice: Invoice) -> Paper:
    """Return an invoice with its lines."""
    statement = sa.select(InvoiceLine).where(
        InvoiceLine.practice_id == desk.practice_id, InvoiceLine.invoice_id == invoice.id
    )
    return Paper(invoice, tuple(desk.db.scalars(statement.order_by(InvoiceLine.position))))


@action("invoice.read", *MONEY, kind="read")
def read(desk: Desk, invoice_id: int) -> Paper:
    """Return an invoice or credit note with its lines."""
    return paper(desk, desk.find(Invoice, invoice_id))


@action("invoice.list", *MONEY, kind="read")
def listed(desk: Desk, client_id: int) -> list[Invoice]:
    """Return the invoices and credit notes of a client, the newest first."""
    desk.find(Client, client_id)
    statement = sa.select(Invoice).where(
        Invoice.practice_id == desk.practice_id, Invoice.client_id == client_id
    )
    return desk.every(statement.order_by(Invoice.issued_on.desc(), Invoice.id.desc()))
