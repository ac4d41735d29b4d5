"""One derived row for each course, kind and side: what the clinic's page reads.

It is written in the transaction of the measurement that changes it, and follows from the
measurements and the course alone: `rebuild` gives the same rows again.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.measures.kind import kind
from openpresso.clinic.measures.measurement import Measurement
from openpresso.clinic.outcomes.readings import error_of, gather, rows_of, values
from openpresso.clinic.outcomes.relapse import loss
from openpresso.clinic.outcomes.verdict import judge, sign
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import Base, Name, Owned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.measures.rater import Error
    from openpresso.clinic.outcomes.readings import Readings
    from openpresso.clinic.outcomes.relapse import Loss
    from openpresso.clinic.outcomes.verdict import Judged


SUMMED: Final = (
    "client_id", "course_id", "side", "ended_on", "verdict", "why", "change", "baseline", "first",
    "baselines", "sem",
)  # fmt: skip
"""Columns that are summed by client and group."""
LOST: Final = ("program", "indication", "kept_days", "lost_days", "side", "ended_on")
"""Columns that gains are counted by."""


class CourseOutcome(Owned, Base):
    """What became of one course by one kind of measurement on one side."""

    __tablename__ = "course_outcome"
    __table_args__ = (
        sa.UniqueConstraint("course_id", "kind", "side"),
        # The clinic's page is answered from these alone, in the order that it sums in.
        *(
            sa.Index(f"ix_course_outcome_by_{group}", "practice_id", "kind", group, *SUMMED)
            for group in ("program", "indication")
        ),
        sa.Index("ix_course_outcome_loss", "practice_id", "kind", "loss", *LOST),
        sa.Index("ix_course_outcome_client_id", "client_id"),
    )

    # The other indexes begin with the practice.
    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    course_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("course.id"))
    kind: orm.Mapped[Name]
    side: orm.Mapped[Name]
    indication: orm.Mapped[Name]
    program: orm.Mapped[Name]
    ended_on: orm.Mapped[dt.date | None]
    """Copied from the course, so that one index finds the rows of a period."""
    baseline: orm.Mapped[float | None]
    """Mean of the baselines [unit of the kind]."""
    baselines: orm.Mapped[int]
    """Days with a baseline."""
    first: orm.Mapped[float | None]
    """The first baseline, which may be the high one that the client came with."""
    end: orm.Mapped[float | None]
    ends: orm.Mapped[int]
    change: orm.Mapped[float | None]
    """End less baseline."""
    gain: orm.Mapped[float | None]
    """The change counted so that more is better."""
    srd: orm.Mapped[float | None]
    """Smallest real difference of the change."""
    sem: orm.Mapped[float | None]
    """Standard error of one reading [unit of the kind]."""
    verdict: orm.Mapped[Name]
    why: orm.Mapped[Name]
    loss: orm.Mapped[Name]
    """State of `relapse.Loss`."""
    kept_days: orm.Mapped[int]
    """Last day after the end at which the gain was still there [d]."""
    lost_days: orm.Mapped[int | None]
    """Day after the end by which it was lost [d]; None while it is kept."""
    follow_ups: orm.Mapped[list[Any]]
    """`[day after the end, value]` of each later visit."""


def refresh(desk: Desk, course_id: int, kind_key: str, side: str) -> None:
    """Bring the row of one course, kind and side up to date.

    Parameters
    ----------
    desk, course_id, kind_key, side
        Where, and which row.
    """
    from openpresso.clinic.courses.course import Course

    statement = sa.select(CourseOutcome).where(
        CourseOutcome.course_id == course_id,
        CourseOutcome.kind == kind_key,
        CourseOutcome.side == side,
        CourseOutcome.practice_id == desk.practice_id,
    )
    row = desk.db.scalars(statement).one_or_none()
    measured = rows_of(desk, course_id, kind_key, side)
    if not measured:
        if row is not None:
            desk.db.delete(row)
            desk.db.flush()
        return
    columns = _columns(desk, desk.find(Course, course_id), kind_key, side, measured)
    if row is None:
        desk.add(CourseOutcome(**columns))
        return
    for name, value in columns.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def course_changed(desk: Desk, course_id: int) -> None:
    """Bring all rows of a course up to date, after its program, indication or end has changed."""
    statement = (
        sa.select(Measurement.kind, Measurement.side)
        .where(Measurement.course_id == course_id, Measurement.practice_id == desk.practice_id)
        .distinct()
    )
    desk.db.flush()
    for kind_key, side in desk.db.execute(statement).all():
        refresh(desk, course_id, kind_key, side)


@action("outcomes.rebuild", Role.OWNER, Role.AUTOMATIC)
def rebuild(desk: Desk) -> int:
    """Make every derived row anew from the measurements; return how many there are."""
    here = CourseOutcome.practice_id == desk.practice_id
    for row in desk.db.scalars(sa.select(CourseOutcome).where(here)):
        desk.db.delete(row)
    desk.db.flush()
    statement = (
        sa.select(Measurement.course_id, Measurement.kind, Measurement.side)
        .where(
            Measurement.practice_id == desk.practice_id,
            Measurement.course_id.is_not(None),
            Measurement.void_reason == "",
        )
        .distinct()
        .order_by(Measurement.course_id, Measurement.kind, Measurement.side)
    )
    found = desk.db.execute(statement).all()
    for course_id, kind_key, side in found:
        if course_id is not None:
            refresh(desk, course_id, kind_key, side)
    return len(found)


def _columns(
    desk: Desk, course: Course, kind_key: str, side: str, measured: Sequence[Measurement]
) -> dict[str, Any]:
    """Return what the row holds."""
    measure, read = kind(kind_key), gather(desk, measured)
    error = error_of(desk, kind_key, measured, ("baseline", "end"))
    judged = judge(
        values(read.baselines),
        values(read.ends),
        direction=measure.direction,
        sem=error.sem,
        relative=error.relative,
        freedom=error.freedom,
    )
    afterwards = error_of(desk, kind_key, measured, ("end", "follow-up"))
    return {
        "client_id": course.client_id,
        "course_id": course.id,
        "kind": kind_key,
        "side": side,
        "indication": course.indication,
        "program": course.program,
        "ended_on": course.ended_on,
        "baseline": judged.baseline,
        "baselines": judged.baselines,
        "first": read.baselines[0][1] if read.baselines else None,
        "end": judged.end,
        "ends": judged.ends,
        "change": judged.change,
        "gain": judged.gain,
        "srd": judged.srd,
        "sem": error.at(judged.baseline) if judged.baseline is not None else None,
        "verdict": judged.verdict,
        "why": judged.why,
        **_loss_columns(judged, read, afterwards, sign(measure.direction)),
    }


def later(read: Readings) -> list[tuple[int, float]]:
    """Return the visits after the end: days since the last day of the end, and value."""
    if not read.ends:
        return []
    last = read.ends[-1][0]
    return [((day - last).days, value) for day, value in read.follow_ups if day > last]


def lost(judged: Judged, visits: Sequence[tuple[int, float]], error: Error, way: int) -> Loss:
    """Return what became of a gain after the end.

    A gain seen from one baseline may be chance, so nothing can be said to be lost of it.
    """
    srd_later = None
    if judged.end is not None and judged.baseline is not None:
        srd_later = error.real_difference(judged.baseline, judged.ends, 1)
    gain = judged.gain if judged.verdict == "better" else None
    return loss(gain, judged.srd, judged.end or 0.0, visits, way=way, srd_later=srd_later)


def _loss_columns(judged: Judged, read: Readings, error: Error, way: int) -> dict[str, Any]:
    """Return what the row holds about the time after the end."""
    visits = later(read)
    found = lost(judged, visits, error, way)
    return {
        "loss": found.state,
        "kept_days": int(found.after),
        "lost_days": int(found.before) if math.isfinite(found.before) else None,
        "follow_ups": [[day, value] for day, value in visits],
    }
