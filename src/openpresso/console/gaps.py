"""What is missing for an appointment of today, before the client is in the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa

from openpresso.clinic.booking.resource import CuffSet
from openpresso.clinic.consent import consent
from openpresso.clinic.courses import progress
from openpresso.clinic.people import certificate
from openpresso.clinic.screening import screening
from openpresso.clinic.sessions.session import Session
from openpresso.console.rights import may

if TYPE_CHECKING:
    from openpresso.clinic.booking.appointment import Appointment
    from openpresso.clinic.booking.day import Entry
    from openpresso.clinic.desk import Desk

Kind = Literal[
    "screening-missing", "screening-expired", "screening-refer", "screening-refuse",
    "not-treatable", "consent", "pressure", "cuff", "certificate",
]  # fmt: skip
NEEDED: Final = ("treatment", "health-data")
"""Purposes without whose consent nobody is treated."""
WAITED_FOR: Final = ("booked", "arrived")
"""States of an appointment whose session is still to come."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing.

    Parameters
    ----------
    kind
        What.
    path
        Where it is mended; empty where this person cannot.
    """

    kind: Kind
    path: str = ""


def of(desk: Desk, entry: Entry) -> tuple[Gap, ...]:
    """Return what is missing for an appointment of today; nothing once it is over.

    Parameters
    ----------
    desk
        Who looks. Who does not treat learns whether the client may be treated, and no reason.
    entry
        One appointment of the day.
    """
    one = entry.appointment
    if one.state not in WAITED_FOR:
        return ()
    found = [*_screening(desk, one.client_id)]
    consents = consent.standing(desk, one.client_id)
    if any(purpose not in consents for purpose in NEEDED):
        found.append(Gap("consent", f"/clients/{one.client_id}#consents"))
    if may(desk, "measurement.latest") and progress.diastolic_today(desk, one.client_id) is None:
        found.append(Gap("pressure", f"/clients/{one.client_id}/measure/blood-pressure"))
    if unclean(desk, one):
        found.append(Gap("cuff"))
    if not certificate.trained(desk, one.staff_id, entry.cuff_type, desk.today()):
        found.append(Gap("certificate"))
    return tuple(found)


def _screening(desk: Desk, client_id: int) -> list[Gap]:
    """Return what the screening lacks; only those who treat learn what it is."""
    if not may(desk, "screening.read"):
        return [] if screening.treatable(desk, client_id) else [Gap("not-treatable")]
    outcome = screening.standing(desk, client_id, desk.today()).outcome
    form, result = f"/clients/{client_id}/screening", f"/clients/{client_id}/screening/result"
    known: dict[str, Gap] = {
        "missing": Gap("screening-missing", form),
        "expired": Gap("screening-expired", form),
        "refer": Gap("screening-refer", result),
        "refuse": Gap("screening-refuse", result),
    }
    return [known[outcome]] if outcome in known else []


def unclean(desk: Desk, appointment: Appointment) -> bool:
    """Return whether the cuff set of an appointment was worn since it was cleaned."""
    worn = desk.db.scalar(
        sa.select(sa.func.max(Session.started_at)).where(
            Session.practice_id == desk.here, Session.cuff_set_id == appointment.cuff_set_id
        )
    )
    cleaned = desk.find(CuffSet, appointment.cuff_set_id).cleaned_at
    return worn is not None and (cleaned is None or cleaned < worn)
