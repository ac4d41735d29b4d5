"""Appointments: the table, their states, and the database's own refusal of overlaps."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.store.base import Base, Editable, Name, Note

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Literal["booked", "arrived", "done", "cancelled", "late-cancelled", "missed"]
Step = Literal["arrive", "return", "finish", "cancel", "cancel-late", "miss"]

STATES: Final[Mapping[tuple[State, Step], State]] = MappingProxyType({
    ("booked", "arrive"): "arrived",
    ("booked", "finish"): "done",
    ("booked", "cancel"): "cancelled",
    ("booked", "cancel-late"): "late-cancelled",
    ("booked", "miss"): "missed",
    ("arrived", "return"): "booked",
    ("arrived", "finish"): "done",
    ("arrived", "cancel-late"): "late-cancelled",
})  # fmt: skip
"""Which step leads from which state to which; every other step is refused. `return` takes back
an arrival that was entered for the wrong client; who leaves after arriving cancels late."""
LIVE: Final[tuple[State, ...]] = ("booked", "arrived", "done")
"""States in which an appointment holds its client, technician, room and cuff set."""
SPAN: Final = dt.timedelta(hours=6)
"""No appointment holds anything for longer, cleaning included: who looks for overlaps need not
look further back. The database keeps it."""


class Appointment(Editable, Base):
    """A client, a technician, a room and a cuff set at one time."""

    __tablename__ = "appointment"
    __table_args__ = (
        sa.CheckConstraint("starts < ends AND ends <= busy_until", name="times_in_order"),
        sa.Index("ix_appointment_practice_id_starts", "practice_id", "starts"),
        sa.Index("ix_appointment_client_id_starts", "client_id", "starts"),
        sa.Index("ix_appointment_staff_id_starts", "staff_id", "starts"),
        sa.Index("ix_appointment_room_id_starts", "room_id", "starts"),
        sa.Index("ix_appointment_cuff_set_id_starts", "cuff_set_id", "starts"),
        sa.Index("ix_appointment_course_id", "course_id"),
    )

    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    course_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("course.id"))
    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    room_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("room.id"))
    cuff_set_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("cuff_set.id"))
    starts: orm.Mapped[dt.datetime]
    ends: orm.Mapped[dt.datetime]
    """Client and technician are held until then."""
    busy_until: orm.Mapped[dt.datetime]
    """Room and cuff set are held until then: the cleaning after."""
    state: orm.Mapped[Name]
    changed_at: orm.Mapped[dt.datetime]
    """When it was booked, moved or changed its state."""
    override: orm.Mapped[Note]
    """Why the owner allowed it outside the opening hours; empty within them."""
    reason: orm.Mapped[Note]
    """Why it was cancelled; empty unless it was."""
    note: orm.Mapped[Note]

    @property
    def live(self) -> bool:
        """Whether it holds its time."""
        return self.state in LIVE


HELD: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "client": ("client_id", "ends"),
    "technician": ("staff_id", "ends"),
    "room": ("room_id", "busy_until"),
    "cuff set": ("cuff_set_id", "busy_until"),
})  # fmt: skip
"""What an appointment holds: its column, and until when."""


def constraint(what: str) -> str:
    """Return the name of the constraint that keeps two appointments from holding one thing."""
    return f"ex_appointment_{HELD[what][0]}"
