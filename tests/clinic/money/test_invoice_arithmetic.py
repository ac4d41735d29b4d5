"""The arithmetic of invoices and credit notes, without a database."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.money import credit_note, invoice, payment
from openpresso.clinic.money.amount import MOST, split
from openpresso.clinic.money.credit_note import _taking_back
from openpresso.clinic.money.invoice import Item, _line
from openpresso.clinic.money.price import Price
from tests.clinic.money.conftest import House

LINES = st.lists(
    st.tuples(st.integers(0, 100_000), st.integers(1, 50), st.sampled_from([0, 700, 1900, 2500])),
    min_size=1,
    max_size=8,
)


def lines_of(rows: list[tuple[int, int, int]]) -> list[invoice.InvoiceLine]:
    found = []
    for number, (cents, quantity, rate) in enumerate(rows):
        row = Price(
            id=number, kind="other", subject="", title={"en": "x", "de": "x"}, cents=cents, tax=rate
        )
        line = _line(row, Item("x", quantity), "en")
        line.id = number
        found.append(line)
    return found


@given(LINES)
def test_the_parts_of_an_invoice_add_up_to_its_total(rows: list[tuple[int, int, int]]) -> None:
    lines = lines_of(rows)
    total = sum(cents * quantity for cents, quantity, _ in rows)
    assert sum(line.gross for line in lines) == total
    assert sum(line.net for line in lines) + sum(line.tax for line in lines) == total
    for line in lines:
        assert line.gross == line.unit * line.quantity == line.net + line.tax
        # Half up: the exact tax is within half a cent, by whole numbers.
        exact = line.gross * line.rate
        assert abs(2 * (line.tax * (10_000 + line.rate) - exact)) <= 10_000 + line.rate


@given(LINES, st.lists(st.integers(1, 2_000_000), max_size=6))
def test_credit_notes_in_parts_take_back_every_line_and_tax_to_the_cent(
    rows: list[tuple[int, int, int]], amounts: list[int]
) -> None:
    lines = lines_of(rows)
    taken = [0] * len(lines)
    taxes, nets = [0] * len(lines), [0] * len(lines)
    for amount in [*amounts, MOST]:
        rest = [line.gross - gone for line, gone in zip(lines, taken, strict=True)]
        amount = min(amount, sum(rest))  # noqa: PLW2901 -- what is left at most
        if amount == 0:
            break
        for index, part in enumerate(split(amount, rest)):
            back = _taking_back(lines[index], taken[index], part)
            assert back.gross == back.net + back.tax == -part
            assert back.tax <= 0
            taken[index] += part
            taxes[index] -= back.tax
            nets[index] -= back.net
    assert taken == [line.gross for line in lines]
    assert taxes == [line.tax for line in lines]
    assert nets == [line.net for line in lines]


@pytest.mark.parametrize("seed", [1, 2])
def test_no_order_of_payments_refunds_credits_and_mistakes_pays_back_more_than_was_paid(
    clinic: Clinic, house: House, people: SimpleNamespace, seed: int
) -> None:
    ana = house.client()
    with clinic.desk(people.front_desk) as desk:
        bill = invoice.issue(desk, ana, [Item("session", 3), Item("late-fee")]).invoice.id
    draw, refused, entered = random.Random(seed), 0, []
    with clinic.desk(people.front_desk) as desk:
        for _ in range(60):
            cents = draw.randrange(1, 9000)
            act = draw.choice(["pay", "pay", "back", "back", "credit", "void"])
            try:
                match act:
                    case "pay":
                        entered.append(payment.receive(desk, bill, cents=cents, method="card").id)
                    case "back":
                        entered.append(payment.pay_back(desk, bill, cents=cents, method="cash").id)
                    case "credit":
                        credit_note.credit(desk, bill, reason="goodwill", cents=cents // 4 + 1)
                    case "void" if entered:
                        payment.void(desk, draw.choice(entered), reason="mistake")
            except RefusedError:
                refused += 1
            one = payment.balance(desk, bill)
            assert 0 <= one.refunded <= one.received
            assert 0 <= one.credited <= one.asked
            assert 0 <= one.paid <= one.asked
            assert one.open == 0 or one.owed_back == 0
            assert one.due - one.paid == one.open - one.owed_back
    assert 0 < refused < 60
