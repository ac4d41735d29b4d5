"""Sessions: one delivery of a program to one client, from its preparation to what came after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.errors import ClashError, RefusedError
from openpresso.clinic.money import credit
from openpresso.clinic.roles import CARE
from openpresso.clinic.sessions import run as runs
from openpresso.clinic.sessions.aftercare import After
from openpresso.clinic.sessions.checklist import shipped
from openpresso.clinic.sessions.table import (
    GIVEN,
    HAS_RECORD,
    IS_RUNNING,
    IS_UNFINISHED,
    UNFINISHED,
    Session,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.sessions.judging import Judged

__all__ = [
    "GIVEN",
    "IS_RUNNING",
    "IS_UNFINISHED",
    "UNFINISHED",
    "Session",
    "abandon",
    "begin",
    "check",
    "find",
    "finish",
    "link",
    "of_client",
    "of_course",
    "open",
    "prepare",
]


@action("session.check", *CARE, kind="read")
def check(
    desk: Desk,
    course_id: int,
    cuff_set_id: int,
    legs: str,
    answers: Mapping[str, Any] | None = None,
) -> tuple[Judged, ...]:
    """Return every check of the checklist as it stands now, for the page that prepares."""
    from openpresso.clinic.sessions import preparation

    return preparation.consider(desk, course_id, cuff_set_id, legs, answers or {}).judged


@action("session.prepare", *CARE)
def prepare(
    desk: Desk,
    course_id: int,
    cuff_set_id: int,
    legs: str,
    answers: Mapping[str, Any],
    appointment_id: int | None = None,
) -> Session:
    """Prepare a session, if every blocking check is met.

    Parameters
    ----------
    desk
        Who prepares: the technician, whose certificate counts.
    course_id, cuff_set_id
        The course, and the cuffs that are used.
    legs
        `both`, `left`, `right` or `alternate`.
    answers
        By key: yes or no to each asked check, and what the screening asks at every session.
    appointment_id
        The appointment it belongs to; None for a client who came without one.

    Returns
    -------
    Session
        Prepared, with its program, its ceiling and its length.

    Raises
    ------
    RefusedError
        With every check that is missing, its reason and its source.
    InputError
        If an answer or the legs are none.
    NotFoundError
        If there is no such course, cuff set or appointment here.
    """
    from openpresso.clinic.sessions import preparation

    found = preparation.consider(desk, course_id, cuff_set_id, legs, answers)
    preparation.refuse(desk, found)
    preparation.check_appointment(desk, found.course, appointment_id)
    return desk.add(
        Session(
            client_id=found.course.client_id,
            course_id=course_id,
            appointment_id=appointment_id,
            technician_id=preparation.person(desk),
            cuff_set_id=cuff_set_id,
            program=found.course.program,
            legs=legs,
            minutes=found.minutes,
            ceiling=found.ceiling.value,
            ceiling_reason=found.ceiling.reason,
            state="prepared",
            prepared_at=desk.now(),
            started_at=None,
            ended_at=None,
            checks=found.data(),
            record_id="",
            record_hash="",
            delivered={},
            after={},
            comfort=[],
            end_reason="",
        )
    )


@action("session.begin", *CARE)
def begin(desk: Desk, session_id: int) -> Session:
    """Begin a prepared session; a preparation that is too old is made again.

    Raises
    ------
    RefusedError
        If it is not prepared, was prepared too long ago, something that was met is no longer, or
        another one runs with the same cuffs or client.
    """
    from openpresso.clinic.sessions import preparation

    session = _in(desk, session_id, "prepared")
    age = (desk.now() - session.prepared_at).total_seconds() / 60.0
    if age > shipped().prepared_for or desk.day(session.prepared_at) != desk.today():
        raise RefusedError(
            "the session does not begin",
            (f"prepared {age:.0f} min ago; that holds for {shipped().prepared_for:g} min, today",),
            code="prepared-too-long-ago",
        )
    if session.checks.get("version") != shipped().version:
        raise RefusedError(
            "the session does not begin",
            ("it was prepared by another version of the checklist: prepare it again",),
            code="prepared-otherwise",
        )
    found = preparation.consider(
        desk, session.course_id, session.cuff_set_id, session.legs, session.checks["answers"]
    )
    preparation.refuse(desk, found)
    if found.ceiling.value < session.ceiling:
        session.ceiling = found.ceiling.value
        session.ceiling_reason = found.ceiling.reason
    session.technician_id = preparation.person(desk)
    session.state = "running"
    session.started_at = desk.now()
    try:
        desk.db.flush()
    except sa.exc.IntegrityError as error:
        raise ClashError(
            "the cuffs or the client are in another session since a moment ago",
            code="in-use",
            remedy="Finish or abandon that one first.",
        ) from error
    return session


@action("session.link", *CARE)
def link(desk: Desk, session_id: int, folder: Path | str) -> Session:
    """Attach the record of the run to its session, by id and hash.

    Parameters
    ----------
    desk, session_id
        The session, begun or finished without a record.
    folder
        Folder of the closed record.

    Raises
    ------
    RefusedError
        If the record is broken, or of another client, program or day; or if the session has one.
    ClashError
        If the record belongs to another session.
    """
    from openpresso.clinic.people.client import Client

    session = _in(desk, session_id, *GIVEN)
    run = runs.read(folder)
    if session.record_hash == run.record_hash:
        return session
    if session.record_hash:
        raise RefusedError(
            "the session has a record", (f"record {session.record_id}",), code="has-a-record"
        )
    client = desk.find(Client, session.client_id)
    wrong = runs.foreign(
        run, program=session.program, client=client.number, started_at=session.started_at
    )
    if wrong:
        raise RefusedError("the record is of another session", wrong, code="foreign-record")
    _refuse_linked(desk, run.record_hash)
    differs = runs.deviations(
        run, legs=session.legs, ceiling=session.ceiling, minutes=session.minutes
    )
    session.record_id, session.record_hash = run.record_id, run.record_hash
    session.delivered = {**run.delivered, "deviations": differs}
    if session.state != "running":
        session.state = _outcome(run.delivered)
    try:
        desk.db.flush()
    except sa.exc.IntegrityError as error:
        raise _linked("another session") from error
    return session


@action("session.finish", *CARE)
def finish(desk: Desk, session_id: int, after: After, *, without_record: str = "") -> Session:
    """Finish a session: what was seen and said after it; one that was delivered uses a credit.

    Parameters
    ----------
    desk, session_id
        Which.
    after
        Skin, blood pressure, comfort, pain, note.
    without_record
        Why there is no record of the run; such a session is interrupted, never delivered, until
        its record is linked.

    Raises
    ------
    RefusedError
        If it does not run, or has neither a record nor a reason for having none.
    InputError
        If something of `after` cannot be.
    """
    session = _in(desk, session_id, "running")
    if not session.record_hash and not without_record.strip():
        raise RefusedError(
            "the session is not finished",
            ("link the record of the run first, or say why there is none",),
            code="no-record",
        )
    session.after = after.data(session.checks.get("blood_pressure"), shipped().rise)
    session.end_reason = without_record.strip()
    session.state = _outcome(session.delivered) if session.record_hash else "interrupted"
    session.ended_at = desk.now()
    if session.state == "delivered":
        credit.spend(desk, session.client_id, session_id=session.id, program=session.program)
    return session


@action("session.abandon", *CARE)
def abandon(desk: Desk, session_id: int, reason: str) -> Session:
    """Give up a session that was prepared or that was left running, with the reason.

    One that ran and has a record is finished, not abandoned: what was delivered stays counted.
    """
    from openpresso.clinic.courses.course import said

    session = _in(desk, session_id, *UNFINISHED)
    if session.record_hash:
        raise RefusedError(
            "the session has a record of what was delivered: finish it", code="has-a-record"
        )
    session.state = "abandoned"
    session.end_reason = said(reason)
    session.ended_at = desk.now()
    return session


@action("session.open", *CARE, kind="read")
def open(desk: Desk) -> list[Session]:  # noqa: A001 -- as the practice says it
    """Return the sessions that nobody has ended, also those that a crash left, oldest first."""
    # Sorted here: an order in the statement would lure the database to the index of all sessions.
    found = desk.every(
        sa.select(Session).where(
            Session.practice_id == desk.here, sa.text(f"session.{IS_UNFINISHED}")
        )
    )
    return sorted(found, key=lambda one: (one.prepared_at, one.id))


@action("session.read", *CARE, kind="read")
def find(desk: Desk, session_id: int) -> Session:
    """Return a session."""
    return desk.find(Session, session_id)


@action("session.list", *CARE, kind="read")
def of_course(desk: Desk, course_id: int) -> list[Session]:
    """Return the sessions of a course, in order."""
    return desk.every(
        sa.select(Session)
        .where(Session.practice_id == desk.here, Session.course_id == course_id)
        .order_by(Session.prepared_at, Session.id)
    )


@action("session.list-of-client", *CARE, kind="read")
def of_client(desk: Desk, client_id: int, limit: int = 50) -> list[Session]:
    """Return the last sessions of a client that were begun, the newest first."""
    return desk.every(
        sa.select(Session)
        .where(
            Session.practice_id == desk.here,
            Session.client_id == client_id,
            Session.started_at.is_not(None),
        )
        .order_by(Session.started_at.desc())
        .limit(limit)
    )


def _in(desk: Desk, session_id: int, *states: str) -> Session:
    """Return a session that is in one of some states."""
    session = desk.find(Session, session_id)
    if session.state not in states:
        raise RefusedError(
            f"session {session_id} is {session.state}",
            (f"it would have to be {' or '.join(states)}",),
            code="wrong-state",
        )
    return session


def _outcome(delivered: dict[str, Any]) -> str:
    """Return the state of a finished session by the outcome of its record."""
    return "delivered" if delivered.get("outcome") == "delivered" else "interrupted"


def _refuse_linked(desk: Desk, record_hash: str) -> None:
    """Refuse a record that another session has."""
    other = desk.db.scalar(
        sa.select(Session.id).where(
            Session.practice_id == desk.here,
            Session.record_hash == record_hash,
            sa.text(f"session.{HAS_RECORD}"),
        )
    )
    if other is not None:
        raise _linked(f"session {other}")


def _linked(where: str) -> ClashError:
    return ClashError(
        f"the record belongs to {where} already",
        code="record-linked",
        remedy="Choose the record of this session.",
    )
