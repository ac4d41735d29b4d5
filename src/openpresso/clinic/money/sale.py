"""The sale of a package and giving it back: package, invoice and credit note in one act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.money import (
    credit_note,
    invoice,
    package,
    package_file,
    package_rules,
    payment,
    price,
)
from openpresso.clinic.money.credit import used
from openpresso.clinic.money.package import MONEY, Package
from openpresso.clinic.people.client import Client
from openpresso.clinic.roles import Role

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.invoice import Paper
    from openpresso.clinic.money.package_rules import Return


@dataclass(frozen=True, slots=True)
class Sale:
    """A package that was sold, and its invoice."""

    package: Package
    paper: Paper


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A package that was given back: what it was worth, and the credit note if there is one.

    What is owed back is paid by `payment.refund`, so that the till knows how.
    """

    package: Package
    worth: Return
    credit_note: Paper | None


@action("package.buy", *MONEY)
def buy(desk: Desk, client_id: int, code: str) -> Sale:
    """Sell a package at today's price and issue its invoice.

    Raises
    ------
    NotFoundError
        If no such package is offered today.
    RefusedError
        If the client's record is restricted, erased or merged.
    """
    client = desk.find(Client, client_id)
    if client.state != "active":
        raise RefusedError("nothing is sold", [f"this client's record is {client.state}"])
    today = desk.today()
    row, terms = price.on(desk, code, today), package.terms_on(desk, code, today)
    single = price.for_what(desk, "session", next(iter(terms.programs), ""), today)
    paper = invoice.issue(desk, client_id, [invoice.Item(code)])
    sold = desk.add(
        Package(
            client_id=client_id,
            template=package_file.as_data(terms),
            cents=row.cents,
            # Without a price for one session, used ones can only count at the package's price.
            single=single.cents if single else row.cents // terms.sessions,
            bought_on=today,
            expires_on=package_rules.expiry(terms, today, (), today),
            freezes=[],
            transfers=[],
            invoice_id=paper.invoice.id,
            returned_on=None,
            return_reason="",
        )
    )
    return Sale(sold, paper)


@action("package.refund-quote", *MONEY, kind="read")
def quote(desk: Desk, package_id: int) -> Return:
    """Return what a package would be worth if it was given back today; nothing is written."""
    return _worth(desk, desk.find(Package, package_id))


@action("package.refund", *MONEY)
def give_back(desk: Desk, package_id: int, *, reason: str) -> GivenBack:
    """Take a package back by its own rules, with a credit note for what is not used.

    Raises
    ------
    RefusedError
        If nothing comes back by its rules, or it was given back already.
    """
    row = package.locked(desk, package_id)
    text = package.reason_given(reason, "package")
    if row.returned_on is not None:
        raise RefusedError("the package is not taken back", [f"it was, on {row.returned_on}"])
    worth = _worth(desk, row)
    if worth.credit == 0:
        raise RefusedError("the package is not taken back", list(worth.reasons))
    row.returned_on, row.return_reason = desk.today(), text
    note = None
    if row.invoice_id is not None:
        note = credit_note.credit(desk, row.invoice_id, reason=text, cents=worth.credit)
    return GivenBack(row, worth, note)


@action("package.annul", Role.OWNER)
def annul(desk: Desk, package_id: int, *, reason: str) -> GivenBack:
    """Take a package back against its rules, for goodwill or a mistake: nothing is kept."""
    row = package.locked(desk, package_id)
    text = package.reason_given(reason, "package")
    if row.returned_on is not None:
        raise RefusedError("the package is not taken back", [f"it was, on {row.returned_on}"])
    worth = _worth(desk, row)
    row.returned_on, row.return_reason = desk.today(), text
    note = credit_note.credit(desk, row.invoice_id, reason=text) if row.invoice_id else None
    all_of_it = package_rules.Return(row.cents, worth.repaid + worth.kept, 0, (text,))
    return GivenBack(row, all_of_it, note)


def _worth(desk: Desk, row: Package) -> Return:
    """Return what a package is worth today by its own rules."""
    today = desk.today()
    expires = package_rules.expiry(row.terms, row.bought_on, row.rests, today)
    bill = desk.db.get(invoice.Invoice, row.invoice_id) if row.invoice_id is not None else None
    paid = payment.balance_of(desk, bill).paid if bill is not None else row.cents
    return package_rules.refund(
        row.terms,
        price=row.cents,
        paid=paid,
        used=used(desk, row.id),
        single=row.single,
        expired=expires is not None and today > expires,
    )


def of_invoice(desk: Desk, invoice_id: int) -> Package | None:
    """Return the package that an invoice sold, None when it sold none."""
    statement = sa.select(Package).where(
        Package.practice_id == desk.practice_id, Package.invoice_id == invoice_id
    )
    return desk.db.scalars(statement).one_or_none()
