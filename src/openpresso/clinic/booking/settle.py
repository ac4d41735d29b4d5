"""What becomes of an appointment: arrived, done, missed, cancelled, cancelled late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpresso.clinic.booking import notice, parties, waiting
from openpresso.clinic.booking.appointment import STATES, Appointment
from openpresso.clinic.booking.rules import booking_rules
from openpresso.clinic.courses.course import Course
from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.money import credit
from openpresso.clinic.people.client import Client
from openpresso.clinic.roles import HOUSE
from openpresso.clinic.store.base import LONGEST_NOTE
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.booking.appointment import Step
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.package_rules import LateCancel


@dataclass(frozen=True, slots=True)
class Settled:
    """An appointment that did not take place.

    Parameters
    ----------
    appointment
        In its new state.
    costs
        What the client pays for it: a credit, which is used, a fee, which is to be invoiced, or
        nothing.
    """

    appointment: Appointment
    costs: LateCancel


@action("appointment.cancel", *HOUSE)
def cancel(
    desk: Desk, appointment_id: int, version: int, reason: str, *, by_practice: bool = False
) -> Settled:
    """Cancel an appointment; its time is offered to those who wait.

    Parameters
    ----------
    desk
        Who enters it.
    appointment_id, version
        Which, and the version that was read.
    reason
        Why; nothing about health belongs there.
    by_practice
        The practice cancels, not the client: then it is never late.

    Returns
    -------
    Settled
        The appointment, `late-cancelled` when less time is left than the rules ask for, else
        `cancelled`; and what it costs.

    Raises
    ------
    ChangedError
        If somebody else has changed it since.
    RefusedError
        If its state does not allow it.
    InputError
        If there is no reason.
    """
    row = desk.find(Appointment, appointment_id, version=version)
    parties.refuse_others(desk, row.staff_id)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_NOTE:
        raise InputError.one("cancel", "no-reason", "a cancellation needs a reason", path="reason")
    late = row.starts - desk.now() < booking_rules().late_cancel and not by_practice
    _step(desk, row, "cancel-late" if late or row.state == "arrived" else "cancel", reason)
    owed = row.state == "late-cancelled" and not by_practice
    costs = _charge(desk, row, desk.now()) if owed else "nothing"
    notice.cancelled(desk, desk.find(Client, row.client_id), row)
    waiting.offer(desk, waiting.Slot.of(row))
    return Settled(row, costs)


@action("appointment.arrive", *HOUSE)
def arrive(desk: Desk, appointment_id: int, *, version: int | None = None) -> Appointment:
    """Enter that the client is here; only on the day of the appointment."""
    row = desk.find(Appointment, appointment_id, version=version)
    if desk.day(row.starts) != desk.today():
        raise RefusedError(
            f"appointment {row.id} is on {desk.day(row.starts)}, not today", code="another-day"
        )
    return _step(desk, row, "arrive")


@action("appointment.return", *HOUSE)
def take_back(desk: Desk, appointment_id: int, *, version: int | None = None) -> Appointment:
    """Take back an arrival that was entered by mistake."""
    return _step(desk, desk.find(Appointment, appointment_id, version=version), "return")


@action("appointment.finish", *HOUSE)
def finish(desk: Desk, appointment_id: int, *, version: int | None = None) -> Appointment:
    """Enter that an appointment has taken place; not before its day."""
    row = desk.find(Appointment, appointment_id, version=version)
    if desk.day(row.starts) > desk.today():
        raise RefusedError(
            f"appointment {row.id} is on {desk.day(row.starts)}, not yet", code="another-day"
        )
    return _step(desk, row, "finish")


@action("appointment.miss", *HOUSE)
def miss(desk: Desk, appointment_id: int, *, version: int | None = None) -> Settled:
    """Enter that the client did not come, and charge what it costs; not before the begin."""
    row = desk.find(Appointment, appointment_id, version=version)
    if desk.now() < row.starts:
        when = row.starts.astimezone(desk.zone)
        raise RefusedError(
            f"appointment {row.id} begins on {when:%Y-%m-%d at %H:%M}; nobody has missed it yet",
            code="not-yet",
        )
    _step(desk, row, "miss")
    return Settled(row, _charge(desk, row, row.starts))


def _charge(desk: Desk, row: Appointment, at: dt.datetime) -> LateCancel:
    """Take what the client's package asks for who cancels late or does not come; return it."""
    program = desk.find(Course, row.course_id).program if row.course_id is not None else ""
    return credit.cancel_late(
        desk,
        row.client_id,
        appointment_id=row.id,
        program=program,
        starts=row.starts,
        cancelled_at=at,
    )


def _step(desk: Desk, row: Appointment, step: Step, reason: str = "") -> Appointment:
    """Bring an appointment to its next state by the table of states."""
    new = next((to for (state, by), to in STATES.items() if (state, by) == (row.state, step)), None)
    if new is None:
        allowed = sorted(by for state, by in STATES if state == row.state)
        raise RefusedError(
            f"appointment {row.id} is {row.state}; "
            + (f"it can {', '.join(allowed)}" if allowed else "nothing can be done with it"),
            code="wrong-state",
        )
    row.state, row.changed_at, row.reason = new, desk.now(), reason
    desk.db.flush()
    return row


def late_after(appointment: Appointment) -> dt.datetime:
    """Return from when on cancelling an appointment is late."""
    return appointment.starts - booking_rules().late_cancel
