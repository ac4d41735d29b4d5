"""A practice with something of everything, made by its own actions, for requests at random."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from types import SimpleNamespace

from PIL import Image

from openpresso.clinic.booking import book, feed, hours, waiting
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.consent import text as consent_text
from openpresso.clinic.desk import Desk
from openpresso.clinic.measures import measurement, photograph
from openpresso.clinic.measures.vault import Vault, make_key_file, read_key_file
from openpresso.clinic.money import invoice, letterhead, package, price, sale
from openpresso.clinic.people import password, pin, second_factor
from openpresso.clinic.privacy import erasure
from openpresso.clinic.sessions import adverse_event
from tests.clinic.conftest import Clock
from tests.clinic.courses.world import deliver
from tests.console.conftest import SECRET

OPEN = [(dt.time(8), dt.time(18))]


def furnish_all(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, folder: Path
) -> Vault:
    """Fill a practice, and return the vault of its photographs."""
    make_key_file(folder / "practice.key")
    vault = Vault(folder / "vault", read_key_file(folder / "practice.key"))
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, dict.fromkeys(range(7), OPEN))
        letterhead.write(desk, address="Park Lane 1, Berlin", tax_number="12/345/67890")
        price.enter(
            desk, "single", cents=4900, title={"en": "Session", "de": "Sitzung"}, tax=1900,
            kind="session", subject="heavy-legs",
        )  # fmt: skip
        package.offer(desk, "sessions-5", cents=23_500, tax=1900)
        password.reset(desk, people.auditor)
    deliver(clinic, people, place, clock, folder)
    with clinic.desk(people.technician) as desk:
        _care(desk, people, place, vault)
    with clinic.desk(people.front_desk) as desk:
        invoice.issue(desk, place.client, [invoice.Item("single")])
        sale.buy(desk, place.client, "sessions-5")
        erasure.request(desk, place.other, basis="consent")
    with clinic.desk(people.clinician) as desk:
        pin.change(desk, SECRET, "482913")
        second_factor.offer(desk, SECRET)
    return vault


def _care(desk: Desk, people: SimpleNamespace, place: SimpleNamespace, vault: Vault) -> None:
    """Book, measure and take a picture."""
    feed.make(desk, people.technician)
    for day in (3, 4):
        book.book(
            desk, place.client, people.technician, place.room, place.cuff_set,
            dt.date(2026, 3, day), dt.time(11), 30,
        )  # fmt: skip
    waiting.add(desk, place.other, "leg-8", 30)
    for value in (6.0, 5.0):
        measurement.take(desk, place.client, "heaviness", value=value)
    adverse_event.enter(desk, place.client, "pressure-marks", "mild", "for a minute")
    shown = consent_text.find(consent_text.current(), "photographs").shown.texts["en"]
    consent.record(
        desk, place.client, "photographs", "given", how="screen",
        text_sha256=consent_text.sha256(shown),
    )  # fmt: skip
    photograph.add(desk, vault, place.client, picture(), "front")


def picture() -> bytes:
    """Return a small photograph."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 120, 90)).save(out, "JPEG")
    return out.getvalue()
