"""The table of sessions: one delivery of a program to one client."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.store.base import Base, Editable, Name, Note

UNFINISHED: Final = ("prepared", "running")
"""States of a session that somebody still has to end."""
IS_UNFINISHED: Final = "state IN ('prepared', 'running')"
IS_RUNNING: Final = "state = 'running'"
HAS_RECORD: Final = "record_hash <> ''"
"""Conditions of indexes on a part of the table. A statement uses one only if it says the same in
the same words, so these are texts and no bound values."""
GIVEN: Final = ("running", "delivered", "interrupted")
"""States in which cuffs were on a leg."""


class Session(Editable, Base):
    """One session of one client."""

    __tablename__ = "session"
    __table_args__ = (
        sa.Index("ix_session_client_id_started_at", "client_id", "started_at"),
        sa.Index("ix_session_course_id_started_at", "course_id", "started_at"),
        sa.Index("ix_session_cuff_set_id_started_at", "cuff_set_id", "started_at"),
        sa.Index("ix_session_practice_id_prepared_at", "practice_id", "prepared_at"),
        sa.Index("ix_session_appointment_id", "appointment_id"),
        sa.Index(
            "ix_session_unfinished",
            "practice_id",
            "state",
            sqlite_where=sa.text(IS_UNFINISHED),
            postgresql_where=sa.text(IS_UNFINISHED),
        ),
        # Cuffs and clients are in one session at a time: kept by the database under every race.
        *(
            sa.Index(
                f"uq_session_running_{column}",
                column,
                unique=True,
                sqlite_where=sa.text(IS_RUNNING),
                postgresql_where=sa.text(IS_RUNNING),
            )
            for column in ("client_id", "cuff_set_id")
        ),
        # A record proves one session: the database itself refuses a second one.
        sa.Index(
            "uq_session_record_hash",
            "practice_id",
            "record_hash",
            unique=True,
            sqlite_where=sa.text(HAS_RECORD),
            postgresql_where=sa.text(HAS_RECORD),
        ),
    )

    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    course_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("course.id"))
    appointment_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("appointment.id"))
    technician_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    cuff_set_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("cuff_set.id"))
    program: orm.Mapped[Name]
    legs: orm.Mapped[Name]
    """`both`, `left`, `right` or `alternate`, as the record says it."""
    minutes: orm.Mapped[float]
    """Length as prepared [min]."""
    ceiling: orm.Mapped[float]
    """[mmHg]"""
    ceiling_reason: orm.Mapped[Note]
    """Who set it and why."""
    state: orm.Mapped[Name]
    prepared_at: orm.Mapped[dt.datetime]
    started_at: orm.Mapped[dt.datetime | None]
    ended_at: orm.Mapped[dt.datetime | None]
    checks: orm.Mapped[dict[str, Any]]
    """Version of the checklist, each check's state, the answers, the parts of the ceiling."""
    record_id: orm.Mapped[Name]
    """Of the linked record; empty before."""
    record_hash: orm.Mapped[Name]
    delivered: orm.Mapped[dict[str, Any]]
    """What the record says was delivered, and how that differs from what was prepared."""
    after: orm.Mapped[dict[str, Any]]
    """Skin, blood pressure, comfort, pain and note afterwards, and what they call for."""
    comfort: orm.Mapped[list[Any] | None]
    """What the client answered during it, in order; see `openpresso.clinic.sessions.comfort`."""
    end_reason: orm.Mapped[Note]
    """Why it was abandoned, or why there is no record of it."""
