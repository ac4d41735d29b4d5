"""Money of one client: packages, invoices with their PDF, payments."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.money import invoice, letterhead, package, payment, price

Visit = Callable[[str], TestClient]


@pytest.fixture
def shop(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> SimpleNamespace:
    """A session costs 48 EUR, a course of eight 360 EUR."""
    with clinic.desk(people.owner) as desk:
        letterhead.write(desk, address="Park 1, 10115 Berlin", tax_number="12/345")
        price.enter(
            desk,
            "session-30",
            cents=4800,
            title={"en": "Session <30>", "de": "Sitzung"},
            tax=1900,
            kind="session",
        )
        package.offer(desk, "course-8", cents=36000, tax=1900)
    place.path = f"/clients/{place.client}/money"
    return place


@pytest.mark.parametrize("role", ["technician", "clinician", "auditor"])
def test_money_is_for_front_desk_and_owner(visit: Visit, shop: SimpleNamespace, role: str) -> None:
    browser = visit(role)
    assert browser.get(shop.path).status_code == 403
    assert browser.post(f"{shop.path}/packages", data={"package": "course-8"}).status_code == 403


def test_the_owner_sees_the_money_with_escaped_titles(
    owner: TestClient, shop: SimpleNamespace
) -> None:
    text = owner.get(shop.path).text
    assert "Session &lt;30&gt;" in text
    assert "Nothing is open" in text


def test_a_package_is_sold_paid_in_two_parts_and_printed(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace, shop: SimpleNamespace
) -> None:
    sold = front_desk.post(f"{shop.path}/packages", data={"package": "course-8"})
    assert sold.status_code == 303
    with clinic.desk(people.owner) as desk:
        bill = invoice.listed(desk, shop.client)[0]
        assert package.held(desk, shop.client)[0].left.left == 8
    pay = f"{shop.path}/invoices/{bill.id}/payments"
    form = {"amount": "100,50", "method": "cash", "received_on": "2026-03-02"}
    assert front_desk.post(pay, data=form).status_code == 303
    too_much = front_desk.post(pay, data=form | {"amount": "999", "reference": "till 7"})
    assert too_much.status_code == 409
    assert 'value="till 7"' in too_much.text
    assert front_desk.post(pay, data=form | {"amount": "much"}).status_code == 422
    with clinic.desk(people.owner) as desk:
        assert payment.balance(desk, bill.id).open == 25950
    printed = front_desk.get(f"{shop.path}/invoices/{bill.id}.pdf")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")


def test_a_package_rests_goes_on_and_is_given_back(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace, shop: SimpleNamespace
) -> None:
    front_desk.post(f"{shop.path}/packages", data={"package": "course-8"})
    with clinic.desk(people.owner) as desk:
        key = package.held(desk, shop.client)[0].package.id
    refused = front_desk.post(f"{shop.path}/packages/{key}/rest", data={"reason": "x"})
    assert refused.status_code in {409, 422}
    assert 'value="x"' in refused.text
    rests = front_desk.post(f"{shop.path}/packages/{key}/rest", data={"reason": "an operation"})
    assert rests.status_code == 303
    assert "End the rest" in front_desk.get(shop.path).text
    assert front_desk.post(f"{shop.path}/packages/{key}/go-on").status_code == 303
    back = front_desk.post(f"{shop.path}/packages/{key}/return", data={"reason": "moves away"})
    assert back.status_code == 303
    with clinic.desk(people.owner) as desk:
        assert package.held(desk, shop.client)[0].package.returned_on is not None
        assert {one.kind for one in invoice.listed(desk, shop.client)} == {"invoice", "credit-note"}


def test_an_invoice_is_issued_for_some_sessions(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace, shop: SimpleNamespace
) -> None:
    form = {"item": "session-30", "quantity": "2"}
    assert front_desk.post(f"{shop.path}/invoices", data=form).status_code == 303
    with clinic.desk(people.owner) as desk:
        assert invoice.listed(desk, shop.client)[0].gross == 9600
    wrong = front_desk.post(f"{shop.path}/invoices", data=form | {"quantity": "two"})
    assert wrong.status_code == 422
    assert 'value="two"' in wrong.text


def test_rows_of_another_client_are_not_found(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace, shop: SimpleNamespace
) -> None:
    front_desk.post(f"{shop.path}/packages", data={"package": "course-8"})
    with clinic.desk(people.owner) as desk:
        bill = invoice.listed(desk, shop.client)[0].id
        key = package.held(desk, shop.client)[0].package.id
    others = f"/clients/{shop.other}/money"
    assert front_desk.get(f"{others}/invoices/{bill}.pdf").status_code == 404
    form = {"amount": "1", "method": "cash"}
    assert front_desk.post(f"{others}/invoices/{bill}/payments", data=form).status_code == 404
    gone = front_desk.post(f"{others}/packages/{key}/return", data={"reason": "moves"})
    assert gone.status_code == 404


@pytest.mark.usefixtures("shop")
def test_a_client_of_another_practice_is_not_found(
    front_desk: TestClient, elsewhere: SimpleNamespace
) -> None:
    assert front_desk.get(f"/clients/{elsewhere.client}/money").status_code == 404
