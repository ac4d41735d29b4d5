"""Raters: how well each person measures, from repeated readings, and the error that follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.measures.error import from_repeats, smallest_real_difference
from openpresso.clinic.measures.kind import Measure, kind
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import CARE, Role
from openpresso.clinic.store.base import Base, Name, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

WANTED = 10
"""Readings that a check of a rater asks for."""


class RaterCheck(Owned, Base):
    """Repeated readings of one limb by one rater, and the error that they show."""

    __tablename__ = "rater_check"
    __table_args__ = (sa.Index("ix_rater_check_rater_id_kind_at", "rater_id", "kind", "at"),)

    rater_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    kind: orm.Mapped[Name]
    at: orm.Mapped[dt.datetime]
    values: orm.Mapped[list[Any]]
    apart: orm.Mapped[bool]
    """Whether each reading was taken on a day of its own."""
    sem: orm.Mapped[float]
    """Standard error of one reading [unit of the kind, or share of the mean]."""
    low: orm.Mapped[float]
    high: orm.Mapped[float]
    """95 % interval of the error."""
    relative: orm.Mapped[bool]
    accepted: orm.Mapped[bool | None]
    """Whether the error is small enough for a rater; None: the kind has no such rule."""


@dataclass(frozen=True, slots=True)
class Error:
    """The error of one reading, as it is used.

    Parameters
    ----------
    sem
        Standard error [unit of the kind, or share of the value when relative]; None: unknown.
    kind
        `own` from the rater's check, `default` otherwise.
    relative
        Whether it is a share of the value.
    n
        Readings that it comes from; 0 for a default.
    source
        Where it comes from, in a sentence.
    freedom
        Degrees of freedom; None: taken as known.
    """

    sem: float | None
    kind: Literal["own", "default"]
    relative: bool
    n: int
    source: str
    freedom: int | None = None

    def at(self, level: float) -> float | None:
        """Return the standard error at a value [unit of the kind]."""
        return self.sem * abs(level) if self.relative and self.sem is not None else self.sem

    def real_difference(self, level: float, before: int = 1, after: int = 1) -> float | None:
        """Return the smallest real difference of two means at a value; None: unknown."""
        sem = self.at(level)
        if sem is None:
            return None
        return smallest_real_difference(sem, before, after, freedom=self.freedom)


@action("rater.check", *CARE)
def check(
    desk: Desk,
    kind_key: str,
    values: Sequence[float],
    *,
    rater_id: int | None = None,
    days: Sequence[dt.date] = (),
) -> RaterCheck:
    """Enter repeated readings of one limb by one rater; ten are asked for.

    Parameters
    ----------
    desk, kind_key
        Where, and what was measured.
    values
        The readings, marks on the skin removed in between; volumes for girths [mL].
    rater_id
        Who measured; who enters it if not given.
    days
        The day of each reading; empty: all at one sitting. Readings of one sitting do not show
        how the limb and the landmark differ from day to day, so they cannot make the error
        smaller than the usual one of `kinds.yaml`.

    Raises
    ------
    InputError
        If there are fewer than three readings, or not one day for each.
    """
    measure = kind(kind_key)
    if days and len(days) != len(values):
        message = f"{len(days)} days for {len(values)} readings; allowed is one for each, or none"
        raise InputError.one("rater", "wrong-count", message, path="days")
    who = desk.staff_id if rater_id is None else desk.find(Staff, rater_id).id
    if who is None:
        raise InputError.one("rater", "missing-field", "nobody is named", path="rater_id")
    found = from_repeats(values, relative=measure.error.relative)
    return desk.add(
        RaterCheck(
            rater_id=who,
            kind=kind_key,
            at=desk.now(),
            values=[float(one) for one in values],
            apart=bool(days) and len(set(days)) == len(days),
            sem=found.sem,
            low=found.low,
            high=found.high,
            relative=measure.error.relative,
            accepted=found.accepted,
        )
    )


@action("rater.read", *CARE, Role.OWNER, kind="read")
def checks(desk: Desk, rater_id: int) -> list[RaterCheck]:
    """Return the checks of a rater, the newest first."""
    where = (RaterCheck.practice_id == desk.practice_id, RaterCheck.rater_id == rater_id)
    return desk.every(sa.select(RaterCheck).where(*where).order_by(RaterCheck.at.desc()))


def error(
    desk: Desk, kind_key: str, rater_id: int | None, *, before: dt.datetime | None = None
) -> Error:
    """Return the error of one reading.

    Parameters
    ----------
    desk, kind_key
        Where, and what is measured.
    rater_id
        Who measures; None where raters change.
    before
        As it was known at a moment, so that a past outcome stays as it was told.
    """
    measure = kind(kind_key)
    if rater_id is None:
        return _default(measure, same=False)
    statement = sa.select(RaterCheck).where(
        RaterCheck.practice_id == desk.practice_id,
        RaterCheck.rater_id == rater_id,
        RaterCheck.kind == kind_key,
    )
    if before is not None:
        statement = statement.where(RaterCheck.at < before)
    newest = statement.order_by(RaterCheck.at.desc(), RaterCheck.id.desc()).limit(1)
    row = desk.db.scalars(newest).one_or_none()
    return _default(measure, same=True) if row is None else _own(measure, row)


def _default(measure: Measure, *, same: bool) -> Error:
    usual = measure.error
    sem = usual.same if same else usual.other
    return Error(sem, "default", usual.relative, 0, f"{usual.mark}: {usual.source}")


def _own(measure: Measure, row: RaterCheck) -> Error:
    """Return a rater's own error, no smaller than the usual one if it is of one sitting."""
    n, usual = len(row.values), measure.error.same
    shown = f"{100 * row.sem:.2f} %" if row.relative else f"{row.sem:.3g} {measure.unit}"
    told = f"{n} repeats of one limb: {shown}"
    if not row.apart and usual is not None and usual > row.sem:
        source = f"{told} at one sitting; from day to day the usual error is kept"
        return Error(usual, "own", row.relative, n, source)
    return Error(row.sem, "own", row.relative, n, told, n - 1)
