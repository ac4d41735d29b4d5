"""A practice with a healthy client, a cuff set and trained people, made by its own actions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from openpresso.clinic.booking import resource
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.consent import text as consent_text
from openpresso.clinic.courses import course as courses
from openpresso.clinic.measures import measurement
from openpresso.clinic.people import certificate, client
from openpresso.clinic.screening import screening
from openpresso.clinic.screening.rules import Rules, current
from openpresso.clinic.sessions import checklist
from openpresso.clinic.sessions import session as sessions
from openpresso.clinic.sessions.aftercare import After
from tests.clinic.sessions.records import make_record

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from tests.clinic.conftest import Clock

ASKED = {
    check.key: check.right for check in checklist.shipped().checks.values() if check.kind == "asked"
}


def healthy(rules: Rules | None = None, **changed: object) -> dict[str, Any]:
    """Answers of somebody whom nothing speaks against, by key."""
    rules = rules or current()
    found: dict[str, Any] = {}
    for key, question in rules.questions.items():
        if question.least is None:
            continue
        keys = [f"{key}.left", f"{key}.right"] if question.per_leg else [key]
        found |= dict.fromkeys(keys, question.least)
    found |= {"age": 45, "sex": "male"}
    return {**found, **changed}


def answers(**changed: object) -> dict[str, Any]:
    """Answers before a session: the checklist's, and those of every session."""
    daily = {
        key: question.least
        for key, question in current().questions.items()
        if question.asked == "every-session"
        and key not in {"systolic", "diastolic", "pulse-rate", "pregnancy-warning"}
    }
    return {**ASKED, **daily, **changed}


def furnish(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    """Fill a practice up to an active course; keys are in what is returned."""
    with clinic.desk(people.owner) as desk:
        cuff_set = resource.add_cuff_set(
            desk, "Set 1", "leg-8", left_serial="L-1", right_serial="R-1"
        ).id
        certificate.issue(desk, people.technician, "leg-8", expires_on=dt.date(2029, 3, 1))
    with clinic.desk(people.front_desk) as desk:
        keys = [
            client.register(
                desk, given=name, family="Ruiz", born=dt.date(1981, 3, 4), sex="male"
            ).id
            for name in ("Ana", "Bea")
        ]
        for key in keys:
            agree(desk, key)
    with clinic.desk(people.technician) as desk:
        for key in keys:
            screening.answer(desk, key, healthy())
        opened = courses.open(
            desk, keys[0], "swelling", "heavy-legs", "leg-8",
            measure="heaviness", measure_side="none",
        )  # fmt: skip
        courses.begin(desk, opened.id)
    return SimpleNamespace(client=keys[0], other=keys[1], cuff_set=cuff_set, course=opened.id)


def agree(desk: Desk, client_id: int) -> None:
    for purpose in ("treatment", "health-data"):
        shown = consent_text.find(consent_text.current(), purpose).shown
        text = shown.texts["en"]
        consent.record(
            desk, client_id, purpose, "given", how="screen",
            text_sha256=consent_text.sha256(text),
        )  # fmt: skip


def take_pressure(desk: Desk, client_id: int, systolic: float = 124, diastolic: float = 78) -> None:
    detail = {"systolic": systolic, "diastolic": diastolic, "pulse": 70}
    measurement.take(desk, client_id, "blood-pressure", detail=detail)


def prepared(desk: Desk, place: SimpleNamespace, legs: str = "both") -> int:
    """Prepare a session with everything met; returns its key."""
    take_pressure(desk, place.client)
    resource.clean(desk, place.cuff_set)
    return sessions.prepare(desk, place.course, place.cuff_set, legs, answers()).id


def deliver(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, folder: Path
) -> int:
    """Play one session from its preparation to what comes after, with a short record."""
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
        sessions.begin(desk, key)
    record = make_record(folder / f"run-{key}", started=clock(), seconds=2.0)
    clock.pass_by(minutes=31)
    with clinic.desk(people.technician) as desk:
        sessions.link(desk, key, record)
        sessions.finish(desk, key, After("unchanged", 8, 0))
    return key
