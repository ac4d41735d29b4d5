"""Money of one client: packages and their credits, invoices, payments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.money import credit, invoice, package, paper, payment, price, sale
from openpresso.clinic.people import client as clients
from openpresso.console.forms import entered
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, show
from openpresso.console.refused import require, told
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.credit import CreditUse
    from openpresso.clinic.money.invoice import Invoice
    from openpresso.clinic.money.package import Held
    from openpresso.clinic.money.package_rules import Return
    from openpresso.clinic.money.payment import Balance, Method
    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/clients"
Row = TypeVar("Row", package.Package, invoice.Invoice)
Text = Annotated[str, Form(max_length=400)]
METHODS: tuple[Method, ...] = ("card", "cash", "transfer")
EMPTY = {
    "package": "",
    "item": "",
    "quantity": "1",
    "amount": "",
    "method": "card",
    "received_on": "",
    "reference": "",
    "reason": "",
    "form": "",
}


@dataclass(frozen=True, slots=True)
class Bought:
    """A package as the page shows it."""

    held: Held
    uses: list[CreditUse]
    quote: Return | None
    """What it would be worth today; None when it was given back."""
    resting: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice or credit note as the page shows it."""

    invoice: Invoice
    balance: Balance


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form of the page that somebody has sent: the frame of every act.

    Parameters
    ----------
    visitor, client_id
        Who sent it, and about whom.
    name
        Which form; a refusal is shown in it.
    typed
        What was typed, shown again after a refusal.
    """

    visitor: Visitor
    client_id: int
    name: str
    typed: dict[str, str] = field(default_factory=dict)

    def act(
        self, do: Callable[[Desk], object], table: type[Row] | None = None, key: int = 0
    ) -> Response:
        """Do an act on a row of this client and lead back to the page; refused, show the form."""
        try:
            with self.visitor.desk() as desk:
                if table is not None:
                    _own(desk, table, key, self.client_id)
                do(desk)
        except OpenpressoError as error:
            values = self.typed | {"form": self.name}
            return _page(self.visitor, self.client_id, told(error), values)
        return RedirectResponse(f"/clients/{self.client_id}/money", 303)


@router.get(
    "/clients/{client_id}/money",
    **needs("invoice.list", "package.credits", "payment.balance", "price.list", "credit.uses"),
)
def money(visitor: Looking, client_id: Key) -> HTMLResponse:
    """Show the money of a client."""
    return _page(visitor, client_id)


@router.post("/clients/{client_id}/money/packages", **needs("package.buy"))
def sell(visitor: Looking, client_id: Key, package: Text = "") -> Response:
    """Sell a package; its invoice is issued with it."""
    form = Sheet(visitor, client_id, "package", {"package": package})
    return form.act(lambda desk: sale.buy(desk, client_id, package))


@router.post("/clients/{client_id}/money/packages/{package_id}/rest", **needs("package.freeze"))
def rest(visitor: Looking, client_id: Key, package_id: Key, reason: Text = "") -> Response:
    """Let a package rest for medical cause."""
    form = Sheet(visitor, client_id, f"package-{package_id}", {"reason": reason})
    return form.act(
        lambda desk: package.freeze(desk, package_id, reason=reason), package.Package, package_id
    )


@router.post("/clients/{client_id}/money/packages/{package_id}/go-on", **needs("package.unfreeze"))
def go_on(visitor: Looking, client_id: Key, package_id: Key) -> Response:
    """End the rest of a package."""
    form = Sheet(visitor, client_id, f"package-{package_id}")
    return form.act(lambda desk: package.unfreeze(desk, package_id), package.Package, package_id)


@router.post("/clients/{client_id}/money/packages/{package_id}/return", **needs("package.refund"))
def give_back(visitor: Looking, client_id: Key, package_id: Key, reason: Text = "") -> Response:
    """Take a package back by its own rules."""
    form = Sheet(visitor, client_id, f"package-{package_id}", {"reason": reason})
    return form.act(
        lambda desk: sale.give_back(desk, package_id, reason=reason), package.Package, package_id
    )


@router.post("/clients/{client_id}/money/invoices", **needs("invoice.issue"))
def bill(visitor: Looking, client_id: Key, item: Text = "", quantity: Text = "1") -> Response:
    """Issue an invoice at today's price."""
    form = Sheet(visitor, client_id, "invoice", {"item": item, "quantity": quantity})

    def act(desk: Desk) -> None:
        one = invoice.Item(item, entered.number(quantity, "quantity"))
        invoice.issue(desk, client_id, [one])

    return form.act(act)


@router.get(
    "/clients/{client_id}/money/invoices/{invoice_id}.pdf", **needs("invoice.print", "invoice.list")
)
def printed(visitor: Looking, client_id: Key, invoice_id: Key) -> Response:
    """Return an invoice or credit note as a PDF."""
    with visitor.desk(reading=True) as desk:
        require(desk, "invoice.print")
        found = _own(desk, invoice.Invoice, invoice_id, client_id)
        content, name = paper.printed(desk, invoice_id), found.label
    plain = "".join(one if one.isascii() and one.isalnum() else "-" for one in name)
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{plain}.pdf"'},
    )


@router.post("/clients/{client_id}/money/invoices/{invoice_id}/payments", **needs("payment.record"))
def pay(
    visitor: Looking,
    client_id: Key,
    invoice_id: Key,
    amount: Text = "",
    method: Text = "card",
    received_on: Text = "",
    reference: Text = "",
) -> Response:
    """Record money received."""
    typed = {"amount": amount, "method": method, "received_on": received_on, "reference": reference}
    form = Sheet(visitor, client_id, f"pay-{invoice_id}", typed)
    return form.act(
        lambda desk: payment.receive(
            desk,
            invoice_id,
            cents=entered.cents(amount),
            method=cast("Method", method),
            received_on=entered.day_or_none(received_on, "received_on"),
            reference=reference,
        ),
        invoice.Invoice,
        invoice_id,
    )


@router.post("/clients/{client_id}/money/invoices/{invoice_id}/refunds", **needs("payment.refund"))
def pay_back(
    visitor: Looking,
    client_id: Key,
    invoice_id: Key,
    amount: Text = "",
    method: Text = "card",
    reference: Text = "",
) -> Response:
    """Record money paid back."""
    typed = {"amount": amount, "method": method, "reference": reference}
    form = Sheet(visitor, client_id, f"back-{invoice_id}", typed)
    return form.act(
        lambda desk: payment.pay_back(
            desk,
            invoice_id,
            cents=entered.cents(amount),
            method=cast("Method", method),
            reference=reference,
        ),
        invoice.Invoice,
        invoice_id,
    )


def _own(desk: Desk, table: type[Row], key: int, client_id: int) -> Row:
    """Return a row of this client; one of another client is answered as if there was none."""
    found = desk.find(table, key)
    if found.client_id != client_id:
        raise NotFoundError(f"this client has no {table.__tablename__} {key}")
    return found


def _page(
    visitor: Visitor,
    client_id: int,
    error: Told | None = None,
    values: dict[str, str] | None = None,
) -> HTMLResponse:
    """Return the page."""
    with visitor.desk(reading=True) as desk:
        require(desk, "invoice.list")
        client = clients.find(desk, client_id)
        bills = [
            Bill(one, payment.balance(desk, one.id)) for one in invoice.listed(desk, client_id)
        ]
        prices = price.listed(desk)
        return show(
            "money.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            client=client,
            packages=_packages(desk, client_id),
            bills=bills,
            open=sum(one.balance.open for one in bills if one.invoice.kind == "invoice"),
            offered=[one for one in prices if one.kind == "package"],
            prices=[one for one in prices if one.kind != "package"],
            title_of=_title(visitor.words(desk).language),
            methods=METHODS,
            typed=EMPTY | {"received_on": desk.today().isoformat()} | (values or {}),
        )


def _packages(desk: Desk, client_id: int) -> list[Bought]:
    """Return the packages of a client with what happened to their credits."""
    found = []
    for held in package.held(desk, client_id):
        gone = held.package.returned_on is not None
        found.append(
            Bought(
                held,
                credit.uses(desk, held.package.id),
                None if gone else sale.quote(desk, held.package.id),
                any(one.ends is None for one in held.package.rests),
            )
        )
    return found


def _title(language: str) -> Callable[[dict[str, str]], str]:
    """Return what takes a title in the language of the page, else in English."""
    return lambda titles: titles.get(language) or titles.get("en", "")
