"""Delivery: what is due leaves the house, once, and what fails is tried again or given up.

A message is claimed in a transaction of its own before it is sent, and a worker that dies in
between leaves it `unsure`, for a person to look at: better one reminder too few than two. Several
workers can run at once; on PostgreSQL each skips what another one is looking at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.messages.message import Message, address, agreed
from openpresso.clinic.messages.sender import Letter, SendError, check_headers
from openpresso.clinic.messages.templates import message_templates
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.roles import Role
from openpresso.errors import InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.messages.message import State
    from openpresso.clinic.messages.sender import Sender

LONGEST_ERROR: Final = 500
DOMAIN: Final = "openpresso.invalid"
"""Right-hand side of message ids; `.invalid` is never anybody's (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one message."""

    message_id: int
    error: SendError | None


def deliver(
    clinic: Clinic,
    senders: Mapping[str, Sender],
    now: dt.datetime | None = None,
    *,
    practice_id: int | None = None,
    most: int = 1000,
) -> Counter[State]:
    """Send every message that is due.

    Parameters
    ----------
    clinic
        The clinic.
    senders
        By channel, `email` or `sms`; messages of other channels wait.
    now
        What is due by then is sent; the clinic's clock by default.
    practice_id
        One practice; all of them by default.
    most
        Messages of one practice in one run.

    Returns
    -------
    collections.Counter
        How many messages came into which state; one that is to be tried again counts as `queued`.
    """
    moment = now or clinic.clock()
    counts: Counter[State] = Counter()
    for practice in [practice_id] if practice_id is not None else _practices(clinic):
        report: Report | None = None
        for number in range(most + 1):
            with clinic.automatic(practice) as desk:
                if number == 0:
                    counts["unsure"] += give_up_stale(desk, moment)
                if report is not None:
                    counts[settle(desk, report, moment)] += 1
                message, withheld = (
                    claim(desk, sorted(senders), moment) if number < most else (None, 0)
                )
                counts["withheld"] += withheld
            if message is None:
                break
            report = _send(senders[message.channel], message)
    return +counts


def _practices(clinic: Clinic) -> list[int]:
    """Return the keys of all practices."""
    with clinic.automatic(reading=True) as desk:
        return list(desk.db.scalars(sa.select(Practice.id).order_by(Practice.id)))


def _send(sender: Sender, message: Message) -> Report:
    """Send one message, outside of any transaction."""
    try:
        check_headers(message.channel, message.to, message.subject)
        sender.send(
            Letter(
                message.to,
                message.subject,
                message.text,
                f"<message-{message.practice_id}-{message.id}@{DOMAIN}>",
            )
        )
    except SendError as error:
        return Report(message.id, error)
    except InputError as error:
        return Report(message.id, SendError(error.message, "never"))
    except Exception as error:  # noqa: BLE001 - a sender from elsewhere may raise anything
        return Report(message.id, SendError(f"{type(error).__name__}: {error}", "unsure"))
    return Report(message.id, None)


@action("message.claim", Role.AUTOMATIC)
def claim(desk: Desk, channels: list[str], now: dt.datetime) -> tuple[Message | None, int]:
    """Take the next message that is due, so that no other worker takes it.

    What may not be sent any more is withheld on the way: the consent was withdrawn, the client
    left or wants no letters, or it is too late.

    Returns
    -------
    tuple[Message | None, int]
        The message, None when nothing is due; and how many were withheld.
    """
    due = (
        sa.select(Message)
        .where(
            Message.practice_id == desk.practice_id,
            Message.state == "queued",
            Message.due_at <= now,
            sa.or_(Message.channel.in_(channels), Message.useless_after <= now),
        )
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    withheld = 0
    while (message := desk.db.scalars(due).first()) is not None:
        desk.touch(message)
        message.error = _why_not(desk, message, now)
        if not message.error:
            message.state, message.claimed_at = "sending", now
            message.tries += 1
            desk.db.flush()
            return message, withheld
        message.state = "withheld"
        withheld += 1
        desk.db.flush()
    return None, withheld


@action("message.settle", Role.AUTOMATIC)
def settle(desk: Desk, report: Report, now: dt.datetime) -> State:
    """Enter what came of a message that was claimed."""
    message = desk.find(Message, report.message_id)
    state = _after(message, report.error, now)
    message.state, message.claimed_at = state, None
    message.error = report.error.message[:LONGEST_ERROR] if report.error else ""
    if report.error is None:
        message.sent_at = now
    return state


@action("message.stale", Role.AUTOMATIC)
def give_up_stale(desk: Desk, now: dt.datetime) -> int:
    """Enter as unsure what a worker took and never reported on; return how many."""
    stale = desk.every(
        sa.select(Message)
        .where(
            Message.practice_id == desk.practice_id,
            Message.state == "sending",
            Message.claimed_at < now - message_templates().stale,
        )
        .with_for_update(skip_locked=True)
    )
    for message in stale:
        message.state = "unsure"
        message.error = "the worker stopped while sending; it may have left or not"
    return len(stale)


def _after(message: Message, error: SendError | None, now: dt.datetime) -> State:
    """Return the state after a try; set the next one where there is one."""
    if error is None:
        return "sent"
    if error.failure == "unsure":
        return "unsure"
    waits = message_templates().waits
    if error.failure == "never" or message.tries > len(waits):
        return "failed"
    message.due_at = now + waits[message.tries - 1]
    return "queued"


def _why_not(desk: Desk, message: Message, now: dt.datetime) -> str:
    """Return why a message may not leave now, empty when it may; it follows a new address."""
    if message.useless_after is not None and message.useless_after <= now:
        return "it was too late to send it"
    if message.client_id is None:
        return ""
    client = desk.find(Client, message.client_id)
    way = address(client)
    if way is None or way[0] != message.channel:
        return "the client does not want to be written to this way any more"
    if not message.asked and not agreed(desk, client.id):
        return "the client has not agreed to be written to"
    message.to = way[1]
    return ""
