"""The paper of an invoice: one self-contained HTML page, and the same as a PDF of A4 pages.

The invoice, its lines and the letterhead are shown as they were on the day of issue; what was paid
since is shown below the total, each payment with its day.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.money import invoice_words
from openpresso.clinic.money.amount import shown
from openpresso.clinic.money.invoice import Invoice, paper
from openpresso.clinic.money.package import MONEY
from openpresso.clinic.money.payment import Balance, Payment, balance_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.invoice import Paper


@action("invoice.print", *MONEY, kind="read")
def printed(desk: Desk, invoice_id: int) -> bytes:
    """Return an invoice or credit note as a PDF.

    Raises
    ------
    RecordError
        If WeasyPrint or the text library it needs is not installed.
    """
    from openpresso.record.pages import render_pdf

    return render_pdf(page(desk, invoice_id))


@action("invoice.page", *MONEY, kind="read")
def page(desk: Desk, invoice_id: int) -> str:
    """Return an invoice or credit note as a page of HTML that refers to nothing outside itself."""
    sheet = paper(desk, desk.find(Invoice, invoice_id))
    invoice = sheet.invoice
    corrected = desk.find(Invoice, invoice.corrects_id) if invoice.corrects_id else None
    payments = list(
        desk.db.scalars(
            sa.select(Payment)
            .where(
                Payment.practice_id == desk.practice_id,
                Payment.invoice_id == invoice.id,
                Payment.void_reason == "",
            )
            .order_by(Payment.received_on, Payment.id)
        )
    )
    return render(sheet, corrected, payments, balance_of(desk, invoice))


def render(
    sheet: Paper, corrected: Invoice | None, payments: Sequence[Payment], balance: Balance
) -> str:
    """Return the page; the same rows give the same page, byte for byte."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("openpresso.clinic.money"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("invoice.html.j2").render(
        _context(sheet, corrected, payments, balance)
    )


def _context(
    sheet: Paper, corrected: Invoice | None, payments: Sequence[Payment], balance: Balance
) -> dict[str, Any]:
    """Return everything that the template shows, as texts."""
    invoice, language = sheet.invoice, sheet.invoice.language
    words = invoice_words.words(language)

    def money(cents: int) -> str:
        return shown(cents, invoice.currency, language)

    def day(value: dt.date) -> str:
        return invoice_words.day(value, language)

    return {
        "language": language,
        "words": words,
        "invoice": invoice,
        "corrects": f"{corrected.label} {words.of} {day(corrected.issued_on)}" if corrected else "",
        "heading": words.invoice if invoice.kind == "invoice" else words.credit_note,
        "issued_on": day(invoice.issued_on),
        "due_on": day(invoice.due_on),
        "born": day(dt.date.fromisoformat(invoice.recipient["born"])),
        "lines": [
            {
                "position": line.position,
                "title": line.title,
                "quantity": line.quantity,
                "unit": shown(line.unit, "", language),
                "rate": invoice_words.rate(line.rate, language),
                "amount": shown(line.gross, "", language),
            }
            for line in sheet.lines
        ],
        "taxes": [
            (words.tax.format(rate=invoice_words.rate(rate, language)), money(tax))
            for rate, tax in taxes(sheet).items()
        ],
        "net": money(invoice.net),
        "total": money(invoice.gross),
        "standing": _standing(sheet, payments, balance, money, day),
        "settled": invoice.kind == "invoice" and not balance.open and not balance.owed_back,
        "to_pay": invoice.kind == "invoice" and balance.open > 0,
    }


def taxes(sheet: Paper) -> dict[int, int]:
    """Return the tax of a paper by rate [basis points: cents], the sums of its lines."""
    found: dict[int, int] = {}
    for line in sheet.lines:
        found[line.rate] = found.get(line.rate, 0) + line.tax
    return dict(sorted(found.items()))


def _standing(
    sheet: Paper,
    payments: Sequence[Payment],
    balance: Balance,
    money: Callable[[int], str],
    day: Callable[[dt.date], str],
) -> list[tuple[str, str]]:
    """Return what happened to an invoice since, as rows; a credit note has none."""
    if sheet.invoice.kind != "invoice":
        return []
    words = invoice_words.words(sheet.invoice.language)
    rows = [(words.credited, money(-balance.credited))] if balance.credited else []
    for one in payments:
        text = words.received if one.kind == "payment" else words.refunded
        sign = -1 if one.kind == "payment" else 1
        method = getattr(words, one.method)
        rows.append((text.format(day=day(one.received_on), method=method), money(sign * one.cents)))
    if balance.owed_back:
        rows.append((words.owed_back, money(balance.owed_back)))
    elif rows:
        rows.append((words.open, money(balance.open)))
    return rows
