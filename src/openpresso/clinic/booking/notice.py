"""Notices: what a client is told about an appointment, queued with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpresso.clinic.messages.message import Draft, queue, withdraw
from openpresso.clinic.messages.templates import message_templates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.clinic.booking.appointment import Appointment
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.client import Client


def booked(
    desk: Desk, client: Client, appointments: Iterable[Appointment], *, asked: bool = False
) -> None:
    """Queue a confirmation now and a reminder before, of each appointment."""
    for one in appointments:
        confirmation = Draft("confirmation", one.starts, useless_after=one.starts, asked=asked)
        queue(desk, client, [confirmation, *_reminder(desk, one)], one.id)


def moved(desk: Desk, client: Client, appointment: Appointment) -> None:
    """Take back what was queued, and tell the new time."""
    withdraw(desk, appointment.id)
    new = Draft("moved", appointment.starts, useless_after=appointment.starts)
    queue(desk, client, [new, *_reminder(desk, appointment)], appointment.id)


def cancelled(desk: Desk, client: Client, appointment: Appointment) -> None:
    """Take back what was queued, and tell that the appointment is cancelled."""
    withdraw(desk, appointment.id)
    gone = Draft("cancelled", appointment.starts, useless_after=appointment.starts)
    queue(desk, client, [gone], appointment.id)


def _reminder(desk: Desk, appointment: Appointment) -> list[Draft]:
    """Return the reminder of an appointment, none when its time has passed."""
    due = appointment.starts - message_templates().reminder_before
    if due <= desk.now():
        return []
    return [Draft("reminder", appointment.starts, due, useless_after=appointment.starts)]
