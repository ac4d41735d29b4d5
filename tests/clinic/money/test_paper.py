"""The paper of an invoice: two identifiers, both languages, synthetic mark, same rows same page."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import ChangedError
from openpresso.clinic.money import (
    credit_note,
    invoice,
    invoice_words,
    letterhead,
    paper,
    payment,
    sale,
)
from openpresso.clinic.money.invoice import Item
from openpresso.clinic.people.practice import Practice
from openpresso.errors import InputError
from tests.clinic.conftest import Clock
from tests.clinic.money.conftest import House, past_the_roles

ADDRESS = "Parkweg 3\n10115 Berlin"


def write_letterhead(clinic: Clinic, people: SimpleNamespace) -> None:
    with clinic.desk(people.owner) as desk:
        letterhead.write(
            desk,
            address=ADDRESS,
            phone="+49 30 1234",
            email="desk@example.org",
            tax_number="11/222/33333",
            bank="IBAN DE00 0000 0000 0000 0000 00\nExample Bank",
        )


def test_an_english_invoice_shows_identifiers_sums_payments_and_what_is_open(
    clinic: Clinic, house: House, people: SimpleNamespace
) -> None:
    write_letterhead(clinic, people)
    ana = house.client("Ana <b>", language="en")
    with clinic.desk(people.front_desk) as desk:
        bill = invoice.issue(desk, ana, [Item("session", 2), Item("late-fee")]).invoice
        payment.receive(desk, bill.id, cents=4000, method="card")
        page = paper.page(desk, bill.id)
        assert page == paper.page(desk, bill.id)
    for text in (
        "Invoice 2026-00001",
        "Ana &lt;b&gt; Ruiz",
        "born 4 March 1971",
        "C-000001",
        "125.00 EUR",
        "Tax at 19 %",
        "15.97 EUR",
        "Received on 2 March 2026, card",
        "85.00 EUR",
        "16 March 2026",
        "IBAN DE00",
        "11/222/33333",
        "Session of pressotherapy",
    ):
        assert text in page, text
    assert "Synthetic" not in page
    assert "http" not in page


def test_a_german_credit_note_names_the_invoice_it_takes_back_and_a_synthetic_practice_says_so(
    clinic: Clinic, house: House, people: SimpleNamespace
) -> None:
    with past_the_roles(clinic, people.practice) as desk:
        desk.db.get_one(Practice, people.practice).synthetic = True
    ana = house.client(language="de-AT")
    with clinic.desk(people.front_desk) as desk:
        bill = sale.buy(desk, ana, "course-8").paper.invoice
        note = credit_note.credit(desk, bill.id, reason="zu viel berechnet", cents=1000).invoice
        page = paper.page(desk, note.id)
        settled = paper.page(desk, bill.id)
    for text in (
        "Gutschrift (Storno) 2026-00002",
        "Storniert Rechnung 2026-00001 vom 02.03.2026",
        "zu viel berechnet",
        "\N{MINUS SIGN}10,00 EUR",
        "Kur mit 8 Sitzungen",
        "geboren 04.03.1971",
        "Synthetisch",
    ):
        assert text in page, text
    assert "Durch Gutschrift storniert" in settled
    assert "350,00 EUR" in settled


def test_an_invoice_keeps_the_letterhead_of_its_day(
    clinic: Clinic, house: House, people: SimpleNamespace
) -> None:
    write_letterhead(clinic, people)
    ana = house.client()
    with clinic.desk(people.front_desk) as desk:
        bill = invoice.issue(desk, ana, [Item("session")]).invoice.id
    with clinic.desk(people.owner) as desk:
        row = letterhead.read(desk)
        assert row is not None
        letterhead.write(desk, address="Moved 1", version=row.version)
        with pytest.raises(ChangedError):
            letterhead.write(desk, address="Moved 2", version=row.version - 1)
        with pytest.raises(InputError, match="0 characters; allowed are 1 to"):
            letterhead.write(desk, address=" ")
    with clinic.desk(people.front_desk) as desk:
        page = paper.page(desk, bill)
    assert "Parkweg 3" in page
    assert "Moved" not in page


def test_the_pdf_is_one_page_of_a4(
    clinic: Clinic, house: House, people: SimpleNamespace, url: str, clock: Clock
) -> None:
    if url.startswith("postgresql"):
        pytest.skip("the PDF does not depend on the database")
    ana = house.client()
    clock.pass_by(days=1)
    with clinic.desk(people.front_desk) as desk:
        bill = invoice.issue(desk, ana, [Item("session")]).invoice.id
        made = paper.printed(desk, bill)
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") <= 1


def test_days_and_rates_are_written_as_the_language_does() -> None:
    day = dt.date(2026, 3, 2)
    assert invoice_words.day(day, "en") == "2 March 2026"
    assert invoice_words.day(day, "de") == "02.03.2026"
    assert [invoice_words.rate(one, "de") for one in (0, 550, 1900)] == ["0 %", "5,5 %", "19 %"]
