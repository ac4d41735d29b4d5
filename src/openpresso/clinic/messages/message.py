"""Messages: the queue of what clients are told, and the rule who is told anything at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.consent import consent
from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.messages.sender import check_headers
from openpresso.clinic.messages.templates import message_templates
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import Base, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.messages.templates import Kind

State = Literal["queued", "sending", "sent", "failed", "withheld", "withdrawn", "unsure"]
PURPOSE: Final = "reminders"
"""The purpose of consent under which clients are written to."""
MOST_LISTED: Final = 200


class Message(Owned, Base):
    """One text to one client."""

    __tablename__ = "message"
    __table_args__ = (
        sa.Index("ix_message_practice_id_state_due_at", "practice_id", "state", "due_at"),
        sa.Index("ix_message_client_id_due_at", "client_id", "due_at"),
        sa.Index("ix_message_appointment_id", "appointment_id"),
    )

    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    client_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("client.id"))
    appointment_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("appointment.id"))
    kind: orm.Mapped[Name]
    asked: orm.Mapped[bool]
    """Whether the client asked for this very message; other ones need the consent."""
    channel: orm.Mapped[Name]
    """`email` or `sms`."""
    to: orm.Mapped[Name]
    subject: orm.Mapped[Name]
    text: orm.Mapped[Note]
    due_at: orm.Mapped[dt.datetime]
    useless_after: orm.Mapped[dt.datetime | None]
    """A reminder of yesterday's appointment is not sent."""
    state: orm.Mapped[Name]
    tries: orm.Mapped[int]
    claimed_at: orm.Mapped[dt.datetime | None]
    """When a worker took it to send it."""
    sent_at: orm.Mapped[dt.datetime | None]
    error: orm.Mapped[Note]
    """Why it failed, was withheld or waits for another try."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a client is to be told.

    Parameters
    ----------
    kind
        Which text.
    at
        Moment the text is about.
    due_at
        When it leaves; None for at once.
    useless_after
        Later it is not sent any more.
    asked
        Whether the client asked for it.
    """

    kind: Kind
    at: dt.datetime
    due_at: dt.datetime | None = None
    useless_after: dt.datetime | None = None
    asked: bool = False


def address(client: Client) -> tuple[str, str] | None:
    """Return channel and address by which a client wants to be written to; None for not at all."""
    if client.state != "active":
        return None
    if client.contact == "email" and client.email:
        return "email", client.email
    if client.contact == "phone" and client.phone:
        return "sms", client.phone
    return None


def agreed(desk: Desk, client_id: int) -> bool:
    """Return whether a client has agreed to be written to."""
    return PURPOSE in consent.standing(desk, client_id)


def queue(
    desk: Desk, client: Client, drafts: Sequence[Draft], appointment_id: int | None = None
) -> list[Message]:
    """Queue messages to a client, in the transaction of what they tell about.

    Nothing is queued without the client's consent to reminders, unless the client has asked for
    the message itself; and nothing by another way than the one the client has chosen.

    Parameters
    ----------
    desk
        Where the act happens.
    client
        Who is told.
    drafts
        What.
    appointment_id
        The appointment they are about.

    Returns
    -------
    list[Message]
        What was queued.
    """
    way = address(client)
    if way is None or not drafts or _unwritable(*way):
        return []
    may = all(one.asked for one in drafts) or agreed(desk, client.id)
    rows = [
        _row(desk, client, way, draft, appointment_id) for draft in drafts if may or draft.asked
    ]
    desk.db.add_all(rows)
    desk.db.flush()
    return rows


def withdraw(desk: Desk, appointment_id: int) -> None:
    """Take back what is queued about an appointment and has not left."""
    waiting = sa.select(Message).where(
        Message.practice_id == desk.practice_id,
        Message.appointment_id == appointment_id,
        Message.state == "queued",
    )
    for message in desk.every(waiting):
        message.state = "withdrawn"


@action("message.follow_up", Role.FRONT_DESK, Role.CLINICIAN, Role.TECHNICIAN, Role.AUTOMATIC)
def follow_up(desk: Desk, client_id: int, due_on: dt.date) -> list[Message]:
    """Queue the message that a follow-up visit is due from a day on; the action may be repeated.

    Returns
    -------
    list[Message]
        Empty without consent, or when the client was told of this day already.
    """
    client = desk.find(Client, client_id)
    noon = dt.datetime.combine(due_on, dt.time(12), desk.zone).astimezone(dt.UTC)
    late = noon + dt.timedelta(days=28)
    told = sa.select(Message.id).where(
        Message.practice_id == desk.practice_id,
        Message.client_id == client_id,
        Message.kind == "follow-up-due",
        Message.useless_after == late,
    )
    if desk.db.scalar(told) is not None:
        return []
    return queue(desk, client, [Draft("follow-up-due", noon, useless_after=late)])


@action("message.list", Role.FRONT_DESK, Role.OWNER, kind="read")
def outbox(desk: Desk, states: Iterable[State] = ("failed", "unsure")) -> list[Message]:
    """Return the newest messages in certain states, at most 200."""
    return desk.every(
        sa.select(Message)
        .where(Message.practice_id == desk.practice_id, Message.state.in_(list(states)))
        .order_by(Message.due_at.desc(), Message.id.desc())
        .limit(MOST_LISTED)
    )


@action("message.again", Role.FRONT_DESK, Role.OWNER)
def send_again(desk: Desk, message_id: int) -> Message:
    """Queue a message again that failed, or of which nobody knows whether it was sent."""
    message = desk.find(Message, message_id)
    if message.state not in {"failed", "unsure"}:
        raise RefusedError(
            f"message {message_id} is {message.state}; only failed and unsure ones are sent again"
        )
    message.state, message.tries, message.error = "queued", 0, ""
    message.due_at = desk.now()
    return message


def _unwritable(channel: str, to: str) -> bool:
    """Return whether an address could not be written to; a booking does not fail for that."""
    try:
        check_headers(channel, to, "")
    except InputError:
        return True
    return False


def _row(
    desk: Desk, client: Client, way: tuple[str, str], draft: Draft, appointment_id: int | None
) -> Message:
    """Return the row of a draft."""
    practice = desk.db.get_one(Practice, desk.practice_id)
    subject, text = message_templates().written(
        draft.kind,
        client.language or practice.language,
        given=client.given,
        practice=practice.name,
        at=draft.at,
        zone=desk.zone,
    )
    check_headers(*way, subject)
    return Message(
        practice_id=desk.practice_id,
        client_id=client.id,
        appointment_id=appointment_id,
        kind=draft.kind,
        asked=draft.asked,
        channel=way[0],
        to=way[1],
        subject=subject,
        text=text,
        due_at=draft.due_at or desk.now(),
        useless_after=draft.useless_after,
        state="queued",
        tries=0,
        claimed_at=None,
        sent_at=None,
        error="",
    )
