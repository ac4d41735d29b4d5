"""Adverse events: what went wrong with a client, how bad, what was done, who looked at it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.roles import CARE, Role
from openpresso.clinic.sessions import adverse_kind
from openpresso.clinic.sessions.adverse_kind import RANK
from openpresso.clinic.sessions.session import Session
from openpresso.clinic.store.base import LONGEST_NOTE, Base, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

SERIOUS: Final = "serious"
EARLY: Final = dt.timedelta(minutes=5)
"""How far ahead of the clinic's clock an event may lie, for clocks that differ."""


class AdverseEvent(Owned, Base):
    """One adverse event. A serious one waits for a clinician's look before the next session."""

    __tablename__ = "adverse_event"
    __table_args__ = (
        sa.Index("ix_adverse_event_client_id_at", "client_id", "at"),
        sa.Index("ix_adverse_event_practice_id_at", "practice_id", "at"),
        sa.Index("ix_adverse_event_session_id", "session_id"),
    )

    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    session_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("session.id"))
    """Through it the record of the run; None for what happened between sessions."""
    at: orm.Mapped[dt.datetime]
    kind: orm.Mapped[Name]
    """Key of adverse_kinds.yaml."""
    severity: orm.Mapped[Name]
    text: orm.Mapped[Note]
    actions: orm.Mapped[Note]
    """What was done."""
    entered_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    reviewed_at: orm.Mapped[dt.datetime | None]
    reviewed_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    review: orm.Mapped[Note]
    """What the clinician decided."""

    @property
    def waits(self) -> bool:
        """Whether a clinician has to look at it before the next session."""
        return self.severity == SERIOUS and self.reviewed_at is None


@action("adverse-event.enter", *CARE)
def enter(
    desk: Desk,
    client_id: int,
    kind: str,
    severity: str,
    text: str,
    *,
    actions: str = "",
    session_id: int | None = None,
    at: dt.datetime | None = None,
) -> AdverseEvent:
    """Enter an adverse event.

    Parameters
    ----------
    desk, client_id
        Where, and to whom it happened.
    kind, severity
        Key of adverse_kinds.yaml; `mild`, `moderate` or `serious`.
    text, actions
        What happened, and what was done.
    session_id
        The session in which or after which it happened.
    at
        When; now if not given.

    Raises
    ------
    InputError
        If kind or severity are none, the severity is less than the kind allows, or the time lies
        ahead.
    RefusedError
        If the session was another client's.
    """
    from openpresso.clinic.people.client import Client

    found = adverse_kind.find(kind)
    _check(found.least, severity, text, actions)
    moment = at or desk.now()
    if moment > desk.now() + EARLY:
        raise _wrong("at", f"{moment.isoformat()} lies ahead")
    desk.find(Client, client_id)
    if session_id is not None and desk.find(Session, session_id).client_id != client_id:
        raise RefusedError("the session was another client's", (f"session {session_id}",))
    return desk.add(
        AdverseEvent(
            client_id=client_id,
            session_id=session_id,
            at=moment,
            kind=kind,
            severity=severity,
            text=text.strip(),
            actions=actions.strip(),
            entered_by=desk.staff_id,
            reviewed_at=None,
            reviewed_by=None,
            review="",
        )
    )


@action("adverse-event.review", Role.CLINICIAN)
def review(desk: Desk, adverse_event_id: int, decision: str) -> AdverseEvent:
    """Enter what a clinician decided after looking at an event; then the client may come again."""
    from openpresso.clinic.courses.course import said

    event = desk.find(AdverseEvent, adverse_event_id)
    if event.reviewed_at is not None:
        raise RefusedError("the event was reviewed before", (event.review,), code="reviewed")
    event.review = said(decision)
    event.reviewed_at, event.reviewed_by = desk.now(), desk.staff_id
    return event


@action("adverse-event.list", *CARE, kind="read")
def of_client(desk: Desk, client_id: int) -> list[AdverseEvent]:
    """Return the adverse events of a client, the newest first."""
    return events(desk, client_id)


@action("adverse-event.unreviewed", *CARE, kind="read")
def unreviewed(desk: Desk, days: int = 366) -> list[AdverseEvent]:
    """Return the serious events of some days past that wait for a clinician, oldest first."""
    return desk.every(
        sa.select(AdverseEvent)
        .where(
            AdverseEvent.practice_id == desk.here,
            AdverseEvent.at >= desk.now() - dt.timedelta(days=days),
            AdverseEvent.severity == SERIOUS,
            AdverseEvent.reviewed_at.is_(None),
        )
        .order_by(AdverseEvent.at, AdverseEvent.id)
    )


def events(desk: Desk, client_id: int) -> list[AdverseEvent]:
    """Return the adverse events of a client, the newest first; for actions of other rooms."""
    return desk.every(
        sa.select(AdverseEvent)
        .where(AdverseEvent.practice_id == desk.here, AdverseEvent.client_id == client_id)
        .order_by(AdverseEvent.at.desc(), AdverseEvent.id.desc())
    )


def waiting(desk: Desk, client_id: int) -> tuple[str, ...]:
    """Return the serious events of a client that no clinician has looked at, in words."""
    return tuple(
        f"{one.kind} on {desk.day(one.at)}" for one in events(desk, client_id) if one.waits
    )


def _check(least: str, severity: str, text: str, actions: str) -> None:
    """Refuse a severity that is none or too little, and texts that are too long."""
    if severity not in RANK:
        raise _wrong("severity", f"{severity!r}; allowed are {', '.join(RANK)}")
    if RANK[severity] < RANK[least]:
        raise _wrong("severity", f"{severity}; this kind is at least {least}")
    for name, value in (("text", text), ("actions", actions)):
        if len(value) > LONGEST_NOTE:
            raise _wrong(name, f"{len(value)} characters; at most {LONGEST_NOTE} are allowed")


def _wrong(field: str, message: str) -> InputError:
    return InputError.one("adverse event", "not-allowed", message, path=field, hint="correct it.")
