"""Credit notes: what takes an issued invoice back, in part or whole, line by line to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.money.amount import split, tax_within
from openpresso.clinic.money.invoice import (
    Invoice,
    InvoiceLine,
    locked,
    locked_practice,
    paper,
    write,
)
from openpresso.clinic.money.package import MONEY, reason_given

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.invoice import Paper


@action("invoice.credit", *MONEY)
def credit(desk: Desk, invoice_id: int, *, reason: str, cents: int | None = None) -> Paper:
    """Take an invoice back by a credit note: all that is left of it, or an amount.

    Parameters
    ----------
    invoice_id
        The invoice.
    reason
        Why, as the credit note says it.
    cents
        Amount with tax, split over the lines by what is left of each; all of it when not given.

    Raises
    ------
    RefusedError
        If it is a credit note, or less than that is left.
    """
    invoice = locked(desk, invoice_id)
    text = reason_given(reason, "credit note")
    before = paper(desk, invoice)
    taken = _taken_back(desk, invoice.id)
    rest = [line.gross - taken.get(line.id, 0) for line in before.lines]
    amount = sum(rest) if cents is None else cents
    if invoice.kind != "invoice" or not 0 < amount <= sum(rest):
        raise RefusedError(
            "the credit note cannot be issued",
            [
                f"{invoice.label} is a credit note itself"
                if invoice.kind != "invoice"
                else f"{amount} cents; from 1 to {sum(rest)} are left of {invoice.label}"
            ],
        )
    if amount == sum(rest):
        _not_sold(desk, invoice)
    lines = [
        _taking_back(line, taken.get(line.id, 0), part)
        for line, part in zip(before.lines, split(amount, rest), strict=True)
        if part
    ]
    return write(
        desk,
        locked_practice(desk),
        lines,
        client_id=invoice.client_id,
        kind="credit-note",
        due_on=desk.today(),
        currency=invoice.currency,
        language=invoice.language,
        corrects_id=invoice.id,
        reason=text,
        recipient=invoice.recipient,
        issuer=invoice.issuer,
    )


def _not_sold(desk: Desk, invoice: Invoice) -> None:
    """Refuse to take all of an invoice back while the package that it sold can still be used."""
    from openpresso.clinic.money.sale import of_invoice

    sold = of_invoice(desk, invoice.id)
    if sold is not None and sold.returned_on is None:
        raise RefusedError(
            "the credit note cannot be issued",
            [f"{invoice.label} sold package {sold.id}: take the package back, by its rules"],
        )


def _taking_back(line: InvoiceLine, before: int, part: int) -> InvoiceLine:
    """Return the line of a credit note that takes back a part of a line.

    The tax follows the sum taken back so far, so that the taxes of all parts add up to the line's.
    """
    tax = tax_within(before + part, line.rate) - tax_within(before, line.rate)
    return InvoiceLine(
        kind=line.kind,
        subject=line.subject,
        title=line.title,
        quantity=1,
        unit=-part,
        rate=line.rate,
        net=-(part - tax),
        tax=-tax,
        gross=-part,
        price_id=line.price_id,
        session_id=line.session_id,
        appointment_id=line.appointment_id,
        corrects_id=line.id,
    )


def _taken_back(desk: Desk, invoice_id: int) -> dict[int, int]:
    """Return what credit notes have taken back of each line of an invoice [cents]."""
    statement = (
        sa.select(InvoiceLine.corrects_id, sa.func.sum(-InvoiceLine.gross))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(Invoice.practice_id == desk.practice_id, Invoice.corrects_id == invoice_id)
        .group_by(InvoiceLine.corrects_id)
    )
    return {line: int(cents) for line, cents in desk.db.execute(statement) if line is not None}
