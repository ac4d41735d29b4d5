"""A practice with hours, rooms, cuff sets, trained people and clients, to book in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest

from openpresso.clinic.booking import book as booking
from openpresso.clinic.booking import hours, resource
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.desk import Desk
from openpresso.clinic.people import certificate, client

WEEK = {day: [(dt.time(8), dt.time(12)), (dt.time(13), dt.time(20))] for day in range(5)}
TUESDAY = dt.date(2026, 3, 3)


def furnish(clinic: Clinic, people: SimpleNamespace, clients: int = 3) -> SimpleNamespace:
    """Fill a practice; `place.rooms`, `place.sets`, `place.staff` and `place.clients` are keys."""
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, WEEK)
        rooms = [resource.add_room(desk, name).id for name in ("Blue", "Green")]
        sets = [
            resource.add_cuff_set(
                desk, name, "leg-8", left_serial=f"{name}-L", right_serial=f"{name}-R"
            ).id
            for name in ("Set 1", "Set 2")
        ]
        for staff in (people.technician, people.clinician):
            certificate.issue(desk, staff, "leg-8", expires_on=dt.date(2027, 3, 1))
    with clinic.desk(people.front_desk) as desk:
        keys = [
            client.register(
                desk,
                given=f"Ana{number}",
                family="Ruiz",
                born=dt.date(1971, 3, 4),
                email=f"ana{number}@example.org",
                contact="email",
            ).id
            for number in range(clients)
        ]
    return SimpleNamespace(
        rooms=rooms, sets=sets, staff=[people.technician, people.clinician], clients=keys
    )


@pytest.fixture(autouse=True)
def agreed(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Keys of clients who have agreed to be written to; a test adds to it."""
    keys: set[int] = set()

    def standing(_: Desk, client_id: int) -> dict[str, object]:
        return {"reminders": object()} if client_id in keys else {}

    monkeypatch.setattr(consent, "standing", standing, raising=False)
    return keys


@pytest.fixture
def place(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    return furnish(clinic, people)


@pytest.fixture
def book(
    place: SimpleNamespace, desk_of: Callable[..., AbstractContextManager[Desk]]
) -> Callable[..., Appointment]:
    """Book at a desk of its own: `book("10:00")`, with the first of each kind unless told."""

    def booked(
        time: str,
        *,
        day: dt.date = TUESDAY,
        minutes: int = 30,
        client: int = 0,
        staff: int = 0,
        room: int = 0,
        cuffs: int = 0,
        role: str = "front_desk",
        **how: Any,  # noqa: ANN401 -- what `book` takes
    ) -> Appointment:
        with desk_of(role) as desk:
            return booking.book(
                desk,
                place.clients[client],
                place.staff[staff],
                place.rooms[room],
                place.sets[cuffs],
                day,
                dt.time.fromisoformat(time),
                minutes,
                **how,
            )

    return booked
