"""Payments: what was received or paid back, and what is still open of an invoice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.money.amount import shown
from openpresso.clinic.money.invoice import Invoice, locked
from openpresso.clinic.money.package import MONEY, reason_given
from openpresso.clinic.people.client import Client
from openpresso.clinic.store.base import LONGEST_NAME, Base, Cents, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

Method = Literal["cash", "card", "transfer"]
EARLIEST: Final = 366
"""Days that a payment can be entered later than it was received."""


class Payment(Owned, Base):
    """Money received for an invoice, or paid back."""

    __tablename__ = "payment"
    __table_args__ = (sa.Index("ix_payment_practice_id_received_on", "practice_id", "received_on"),)

    invoice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("invoice.id"), index=True)
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"), index=True)
    kind: orm.Mapped[Name]
    """`payment` or `refund`."""
    method: orm.Mapped[Name]
    cents: orm.Mapped[Cents]
    """Always above zero."""
    received_on: orm.Mapped[dt.date]
    entered_at: orm.Mapped[dt.datetime]
    entered_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    reference: orm.Mapped[Name]
    void_reason: orm.Mapped[Note]
    """Why the entry was a mistake; empty while it counts."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Where an invoice stands.

    Parameters
    ----------
    asked
        Total of the invoice [cents].
    credited
        Taken back by credit notes [cents].
    received, refunded
        Payments and repayments [cents].
    """

    asked: int
    credited: int
    received: int
    refunded: int

    @property
    def due(self) -> int:
        """What is asked for after credit notes [cents]."""
        return self.asked - self.credited

    @property
    def paid(self) -> int:
        """What the practice holds of the client's money [cents]."""
        return self.received - self.refunded

    @property
    def open(self) -> int:
        """What the client still owes [cents]."""
        return max(self.due - self.paid, 0)

    @property
    def owed_back(self) -> int:
        """What the practice owes the client [cents]."""
        return max(self.paid - self.due, 0)


def balance_of(desk: Desk, invoice: Invoice) -> Balance:
    """Return where an invoice stands; of a credit note, where the invoice it corrects does."""
    if invoice.corrects_id is not None:
        invoice = desk.find(Invoice, invoice.corrects_id)
    credited = desk.db.scalars(
        sa.select(sa.func.coalesce(sa.func.sum(-Invoice.gross), 0)).where(
            Invoice.practice_id == desk.practice_id, Invoice.corrects_id == invoice.id
        )
    ).one()
    sums = {"payment": 0, "refund": 0}
    rows = desk.db.execute(
        sa.select(Payment.kind, sa.func.sum(Payment.cents))
        .where(
            Payment.practice_id == desk.practice_id,
            Payment.invoice_id == invoice.id,
            Payment.void_reason == "",
        )
        .group_by(Payment.kind)
    )
    sums |= {kind: int(cents) for kind, cents in rows}
    return Balance(invoice.gross, int(credited), sums["payment"], sums["refund"])


@action("payment.record", *MONEY)
def receive(
    desk: Desk,
    invoice_id: int,
    *,
    cents: int,
    method: Method,
    received_on: dt.date | None = None,
    reference: str = "",
) -> Payment:
    """Record money received for an invoice, all or a part of what is open.

    Raises
    ------
    RefusedError
        If it is more than what is open.
    InputError
        If the amount, the method or the day cannot be.
    """
    invoice = locked(desk, invoice_id)
    balance = balance_of(desk, invoice)
    if cents > balance.open:
        raise RefusedError(
            "the payment is not recorded",
            [_too_much(cents, balance.open, invoice, "open")],
            code="over-payment",
        )
    return _enter(desk, invoice, "payment", cents, method, received_on, reference)


@action("payment.refund", *MONEY)
def pay_back(
    desk: Desk,
    invoice_id: int,
    *,
    cents: int,
    method: Method,
    paid_on: dt.date | None = None,
    reference: str = "",
) -> Payment:
    """Record money paid back; a credit note says before how much is owed back.

    Raises
    ------
    RefusedError
        If it is more than is owed back.
    """
    invoice = locked(desk, invoice_id)
    owed = balance_of(desk, invoice).owed_back
    if cents > owed:
        raise RefusedError(
            "the refund is not recorded",
            [_too_much(cents, owed, invoice, "owed back; a credit note says how much is")],
            code="over-refund",
        )
    return _enter(desk, invoice, "refund", cents, method, paid_on, reference)


def _too_much(cents: int, most: int, invoice: Invoice, what: str) -> str:
    """Return why an amount is not recorded."""
    amounts = f"{shown(cents, invoice.currency)} is more than {shown(most, invoice.currency)}"
    return f"{amounts}, which is what is {what}; invoice {invoice.label}"


@action("payment.void", *MONEY)
def void(desk: Desk, payment_id: int, *, reason: str) -> Payment:
    """Mark an entry as a mistake; it stays, with the reason, and no longer counts.

    Raises
    ------
    RefusedError
        If it is void already, or more was paid back, or would be paid, than is left without it.
    """
    payment = desk.find(Payment, payment_id)
    invoice = locked(desk, payment.invoice_id)
    desk.db.refresh(payment)
    balance = balance_of(desk, invoice)
    reasons = []
    if payment.void_reason:
        reasons.append("it is void already")
    elif payment.kind == "payment" and payment.cents > balance.paid:
        reasons.append("a part of it was paid back; void that entry first")
    elif payment.kind == "refund" and balance.paid + payment.cents > balance.asked:
        reasons.append("more would then be paid than was asked for; void the later payment first")
    if reasons:
        raise RefusedError("the entry is not voided", reasons)
    payment.void_reason = reason_given(reason, "payment")
    return payment


@action("payment.balance", *MONEY, kind="read")
def balance(desk: Desk, invoice_id: int) -> Balance:
    """Return where an invoice stands: asked, credited, received, refunded, open."""
    return balance_of(desk, desk.find(Invoice, invoice_id))


@action("payment.open", *MONEY, kind="read")
def open_of_client(desk: Desk, client_id: int) -> list[tuple[Invoice, Balance]]:
    """Return the invoices of a client on which something is open or owed back, the oldest first."""
    desk.find(Client, client_id)
    statement = sa.select(Invoice).where(
        Invoice.practice_id == desk.practice_id,
        Invoice.client_id == client_id,
        Invoice.kind == "invoice",
    )
    rows = desk.every(statement.order_by(Invoice.issued_on, Invoice.id))
    found = [(row, balance_of(desk, row)) for row in rows]
    return [(row, one) for row, one in found if one.open or one.owed_back]


def _enter(
    desk: Desk,
    invoice: Invoice,
    kind: Literal["payment", "refund"],
    cents: int,
    method: Method,
    day: dt.date | None,
    reference: str,
) -> Payment:
    """Write a payment that is allowed."""
    received, today = day or desk.today(), desk.today()
    faults = {
        "cents": (cents > 0, f"{cents} must be above 0 cents"),
        "method": (
            method in get_args(Method),
            f"{method!r} must be one of {', '.join(get_args(Method))}",
        ),
        "received_on": (
            today - dt.timedelta(days=EARLIEST) <= received <= today,
            f"{received} must not be in the future, and at most {EARLIEST} days ago",
        ),
        "reference": (
            len(reference) <= LONGEST_NAME,
            f"{len(reference)} characters; at most {LONGEST_NAME} can be",
        ),
    }
    for field, (fine, message) in faults.items():
        if not fine:
            raise InputError.one(
                "payment", "bad-payment", message, path=field, hint="Correct the value."
            )
    return desk.add(
        Payment(
            invoice_id=invoice.id,
            client_id=invoice.client_id,
            kind=kind,
            method=method,
            cents=cents,
            received_on=received,
            entered_at=desk.now(),
            entered_by=desk.staff_id,
            reference=reference,
            void_reason="",
        )
    )
