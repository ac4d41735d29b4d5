"""Measurements: taken once, guarded at the entry, never changed and never deleted, only voided."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.measures import entry, girths, licence
from openpresso.clinic.measures.guard import Question, of_girths, of_value, settle
from openpresso.clinic.measures.kind import Measure, kind
from openpresso.clinic.measures.reading import Reading, read
from openpresso.clinic.roles import CARE
from openpresso.clinic.store.base import Base, Name, Note, Owned

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Measurement(Owned, Base):
    """One measurement of one client. What was entered stays; a wrong one is voided."""

    __tablename__ = "measurement"
    __table_args__ = (
        sa.Index("ix_measurement_client_id_kind_side_at", "client_id", "kind", "side", "at"),
        sa.Index("ix_measurement_course_id_kind_side_at", "course_id", "kind", "side", "at"),
        sa.Index("ix_measurement_session_id", "session_id"),
    )

    # No index on the practice alone: with millions of rows nothing is looked up by it.
    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    course_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("course.id"))
    session_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("session.id"))
    kind: orm.Mapped[Name]
    """Key of `kinds.yaml`."""
    side: orm.Mapped[Name]
    """`left`, `right`, `both` or `none`."""
    at: orm.Mapped[dt.datetime]
    rater_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    method: orm.Mapped[Name]
    value: orm.Mapped[float]
    """Headline value."""
    unit: orm.Mapped[Name]
    detail: orm.Mapped[dict[str, Any]]
    """What the value is made of, and under `confirmed` what was asked and said to be so."""
    purpose: orm.Mapped[Name]
    """`baseline`, `during`, `end`, `follow-up` or `other`."""
    void_reason: orm.Mapped[Note]
    """Why it does not count; empty: it does."""


@action("measurement.take", *CARE)
def take(
    desk: Desk,
    client_id: int,
    kind_key: str,
    *,
    side: str = "none",
    value: float | None = None,
    detail: Mapping[str, Any] | None = None,
    at: dt.datetime | None = None,
    rater_id: int | None = None,
    method: str = "",
    course_id: int | None = None,
    session_id: int | None = None,
    purpose: str | None = None,
    confirmed: Collection[str] = (),
) -> Measurement:
    """Enter one measurement.

    Parameters
    ----------
    desk, client_id
        Where, and of whom.
    kind_key, side
        What, and on which side.
    value, detail
        The value of kinds that are one number; what it is made of for the others.
    at, rater_id
        When and by whom it was taken; now, and by who enters it, if not given.
    method
        How, where the kind itself does not say it.
    course_id, session_id
        What it belongs to.
    purpose
        `baseline`, `during`, `end`, `follow-up` or `other`; if not given it follows from the
        course: before its first session, while it runs, at its end, after it.
    confirmed
        Keys of the questions that a person has said yes to; see `examine`.

    Raises
    ------
    InputError
        If it cannot be right, or a guard asks and nobody has confirmed: one diagnostic for each.
    NotFoundError
        If there is no such client, course, session or rater.
    RefusedError
        If the client is not active, or the instrument needs a licence.
    """
    made = _prepare(
        desk, client_id, kind_key, side, value, detail or {}, at or desk.now(), course_id, purpose
    )
    measure, reading, moment, why, questions = made
    said = settle(questions, confirmed)
    rater = _rater(desk, rater_id)
    _belongs(desk, session_id, client_id)
    row = desk.add(
        Measurement(
            client_id=client_id,
            course_id=course_id,
            session_id=session_id,
            kind=kind_key,
            side=side,
            at=moment,
            rater_id=rater,
            method=reading.method or entry.text(method, "method"),
            value=reading.value,
            unit=measure.unit,
            detail={**reading.detail, "confirmed": said} if said else reading.detail,
            purpose=why,
            void_reason="",
        )
    )
    _keep(desk, row)
    return row


@action("measurement.examine", *CARE, kind="read")
def examine(
    desk: Desk,
    client_id: int,
    kind_key: str,
    *,
    side: str = "none",
    value: float | None = None,
    detail: Mapping[str, Any] | None = None,
    at: dt.datetime | None = None,
    course_id: int | None = None,
    purpose: str | None = None,
) -> list[Question]:
    """Return what `take` would ask about an entry, without entering it."""
    return _prepare(
        desk, client_id, kind_key, side, value, detail or {}, at or desk.now(), course_id, purpose
    )[4]


@action("measurement.void", *CARE)
def void(desk: Desk, measurement_id: int, reason: str) -> Measurement:
    """Void a measurement that is wrong: it stays to be seen, and counts for nothing.

    Raises
    ------
    InputError
        If no reason is given.
    RefusedError
        If it is void already.
    """
    row = desk.find(Measurement, measurement_id)
    if row.void_reason:
        raise RefusedError("the measurement is void already", (row.void_reason,))
    row.void_reason = entry.text(reason, "reason", needed=True)
    _keep(desk, row)
    return row


@action("measurement.series", *CARE, kind="read")
def series(
    desk: Desk,
    client_id: int,
    kind_key: str,
    side: str = "none",
    course_id: int | None = None,
    *,
    void_too: bool = False,
) -> list[Measurement]:
    """Return the measurements of one kind and side, the oldest first.

    Parameters
    ----------
    desk, client_id, kind_key, side
        Where, of whom, what, on which side.
    course_id
        Of this course only.
    void_too
        Also those that do not count.
    """
    statement = _of(desk, client_id, kind_key, side).order_by(Measurement.at, Measurement.id)
    if course_id is not None:
        statement = statement.where(Measurement.course_id == course_id)
    if not void_too:
        statement = statement.where(Measurement.void_reason == "")
    desk.about(client_id)
    return desk.every(statement)


@action("measurement.latest", *CARE, kind="read")
def latest(desk: Desk, client_id: int, kind_key: str, side: str = "none") -> Measurement | None:
    """Return the last measurement of one kind and side that counts; None without one."""
    desk.about(client_id)
    return before(desk, client_id, kind_key, side, None)


def before(
    desk: Desk, client_id: int, kind_key: str, side: str, moment: dt.datetime | None
) -> Measurement | None:
    """Return the last measurement that counts before a moment; None without one."""
    statement = _of(desk, client_id, kind_key, side).where(Measurement.void_reason == "")
    if moment is not None:
        statement = statement.where(Measurement.at < moment)
    newest = statement.order_by(Measurement.at.desc(), Measurement.id.desc()).limit(1)
    return desk.db.scalars(newest).one_or_none()


def _of(desk: Desk, client_id: int, kind_key: str, side: str) -> sa.Select[Measurement]:
    return sa.select(Measurement).where(
        Measurement.practice_id == desk.practice_id,
        Measurement.client_id == client_id,
        Measurement.kind == kind_key,
        Measurement.side == side,
    )


def _prepare(
    desk: Desk,
    client_id: int,
    kind_key: str,
    side: str,
    value: float | None,
    detail: Mapping[str, Any],
    at: dt.datetime,
    course_id: int | None,
    purpose: str | None,
) -> tuple[Measure, Reading, dt.datetime, str, list[Question]]:
    """Return an entry, checked, with its purpose and what is to be asked about it."""
    from openpresso.clinic.measures import purposes
    from openpresso.clinic.people.client import Client

    client = desk.find(Client, client_id)
    if client.state != "active":
        raise RefusedError("nothing is measured of this client", (f"the client is {client.state}",))
    measure = kind(kind_key)
    licence.need(desk, measure)
    if side not in measure.sides:
        message = f"{side!r} is no side of {kind_key}; allowed are {', '.join(measure.sides)}"
        entry.refuse("bad-side", "side", message)
    moment = purposes.moment(desk, at, client.born)
    reading = read(measure, value, detail)
    why = purposes.purpose(desk, course_id, client_id, moment, purpose)
    if measure.scoring == "girths" and course_id is not None:
        _same_protocol(desk, course_id, girths.read(_plain(reading.detail)))
    return (
        measure,
        reading,
        moment,
        why,
        _questions(desk, client_id, measure, side, moment, reading),
    )


def _questions(
    desk: Desk, client_id: int, measure: Measure, side: str, at: dt.datetime, reading: Reading
) -> list[Question]:
    """Return what the guards ask about a reading, in the light of the readings before it."""
    last = before(desk, client_id, measure.key, side, at)
    days = (at - last.at).total_seconds() / 86_400.0 if last else 0.0
    asked = of_value(measure, reading.value, (last.value, days) if last else None)
    if measure.scoring != "girths":
        return asked
    opposite = before(desk, client_id, measure.key, "left" if side == "right" else "right", at)
    own, other = (girths.read(_plain(one.detail)) if one else None for one in (last, opposite))
    now = girths.read(_plain(reading.detail))
    return [*of_girths(now, own, other, side=side), *asked]


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return details without what the guards have added."""
    return {name: one for name, one in detail.items() if name != "confirmed"}


def _same_protocol(desk: Desk, course_id: int, now: girths.Girths) -> None:
    """Refuse girths of another protocol than the first ones of the course."""
    statement = (
        sa.select(Measurement)
        .where(
            Measurement.practice_id == desk.practice_id,
            Measurement.course_id == course_id,
            Measurement.kind == "girths",
            Measurement.void_reason == "",
        )
        .order_by(Measurement.at, Measurement.id)
        .limit(1)
    )
    first = desk.db.scalars(statement).one_or_none()
    if first is None:
        return
    changed = girths.same_protocol(girths.read(_plain(first.detail)), now)
    if changed:
        hint = "Measure at the same heights; another protocol needs another course."
        entry.refuse("protocol-changed", "detail.points", changed, hint)


def _rater(desk: Desk, rater_id: int | None) -> int | None:
    """Return who has measured; a person of this practice, by default who enters it."""
    from openpresso.clinic.people.staff import Staff

    return desk.staff_id if rater_id is None else desk.find(Staff, rater_id).id


def _belongs(desk: Desk, session_id: int | None, client_id: int) -> None:
    """Refuse a session of somebody else."""
    from openpresso.clinic.sessions.session import Session

    if session_id is not None and desk.find(Session, session_id).client_id != client_id:
        entry.refuse("other-client", "session_id", f"session {session_id} is of another client")


def _keep(desk: Desk, row: Measurement) -> None:
    """Bring what is kept of the course's outcome up to date, in the same transaction."""
    from openpresso.clinic.outcomes import kept  # it reads the table above

    if row.course_id is not None:
        desk.db.flush()
        kept.refresh(desk, row.course_id, row.kind, row.side)
