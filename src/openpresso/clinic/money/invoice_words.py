"""The words, days and rates of invoices, in each language of the house."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel

SHIPPED: Final = Path(__file__).with_name("invoice_words.yaml")
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Words(FileModel):
    """What an invoice says in one language; `{rate}`, `{day}` and `{method}` are filled in."""

    invoice: Text
    credit_note: Text
    of: Text
    corrects: Text
    reason: Text
    number: Text
    issued_on: Text
    due_on: Text
    client: Text
    born: Text
    position: Text
    title: Text
    quantity: Text
    unit: Text
    rate: Text
    amount: Text
    net: Text
    tax: Text
    total: Text
    credited: Text
    received: Text
    refunded: Text
    open: Text
    owed_back: Text
    settled: Text
    transfer_to: Text
    tax_number: Text
    synthetic: Text
    page: Text
    pages: Text
    cash: Text
    card: Text
    transfer: Text
    with_tax: Text


class WordsFile(FileModel):
    """The file of the words."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    languages: dict[Literal["en", "de"], Words]


@cache
def words(language: str) -> Words:
    """Return the words of a language, those of English where it has none."""
    content = validate(load_document(SHIPPED), WordsFile)
    return content.languages["de" if language.startswith("de") else "en"]


def day(value: dt.date, language: str) -> str:
    """Return a day as it is written: `2 March 2026`, in German `02.03.2026`."""
    if language.startswith("de"):
        return f"{value:%d.%m.%Y}"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
"""Spelled out here, so that no paper depends on the locale of a computer."""


def rate(basis_points: int, language: str) -> str:
    """Return a rate as it is written: `19 %`, `5.5 %`, in German `5,5 %`."""
    whole, rest = divmod(basis_points, 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    point = "," if language.startswith("de") else "."
    return f"{text.replace('.', point)} %"
