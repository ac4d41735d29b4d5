"""Every module of the clinic that has tables or actions: what migrations and permissions span."""

from __future__ import annotations

from importlib import import_module
from typing import Final

MODULES: Final = (
    "audit.chain",
    "audit.trail",
    "people.practice",
    "people.client",
    "people.client_word",
    "people.search",
    "people.duplicates",
    "people.staff",
    "people.certificate",
    "people.password",
    "people.pin",
    "people.second_factor",
    "people.screen",
    "people.sign_in",
    "people.sign_in_rule",
    "people.permission",
    "screening.screening",
    "consent.consent",
    "courses.course",
    "courses.progress",
    "courses.report",
    "sessions.session",
    "sessions.handover",
    "sessions.adverse_event",
    "booking.resource",
    "booking.hours",
    "booking.appointment",
    "booking.book",
    "booking.settle",
    "booking.search",
    "booking.day",
    "booking.waiting",
    "booking.feed",
    "messages.message",
    "messages.deliver",
    "measures.measurement",
    "measures.rater",
    "measures.licence",
    "measures.photograph",
    "outcomes.client",
    "outcomes.clinic",
    "outcomes.modelled",
    "outcomes.kept",
    "money.price",
    "money.package",
    "money.sale",
    "money.credit",
    "money.credit_note",
    "money.invoice",
    "money.letterhead",
    "money.payment",
    "money.paper",
    "money.revenue",
    "money.worth",
    "privacy.copy",
    "privacy.erase",
    "privacy.erased",
    "privacy.erasure",
    "demo.delivery",
)


def every() -> None:
    """Import them all."""
    for name in MODULES:
        import_module(f"openpresso.clinic.{name}")
