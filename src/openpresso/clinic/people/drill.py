"""Drills on the twin: who passed which, and which a certificate needs."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import ChangedError, NotAllowedError, RefusedError
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import CARE, Role
from openpresso.clinic.store.base import Base, Editable, Name, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpresso.clinic.desk import Desk

TRAINEES: Final = (*CARE, Role.OWNER)
TEACHERS: Final = frozenset({Role.OWNER, Role.CLINICIAN})
"""Those who see the drills of others: they issue certificates."""
KEY: Final = re.compile(r"[a-z]+(-[a-z]+)*")
"""The form of the name of a drill, as in the file of drills."""
CUFF_TYPE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
LONGEST: Final = 1826
"""Longest time for which a drill may count [days]; five years."""


class DrillDone(Owned, Base):
    """One drill that somebody finished, passed or not."""

    __tablename__ = "drill"
    __table_args__ = (sa.Index("ix_drill_staff_id_at", "staff_id", "at"),)

    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    drill: orm.Mapped[Name]
    """Key of the drill."""
    edition: orm.Mapped[int]
    """Version of the drill."""
    cuff_type: orm.Mapped[Name]
    at: orm.Mapped[dt.datetime]
    passed: orm.Mapped[bool]
    figures: orm.Mapped[dict[str, Any]]
    """What became of each expectation, with times [s]."""


class DrillRule(Editable, Base):
    """Which drills a certificate needs: for one type of cuff, or for all without a rule of theirs.

    Without a rule none is needed.
    """

    __tablename__ = "drill_rule"
    __table_args__ = (sa.UniqueConstraint("practice_id", "cuff_type"),)

    cuff_type: orm.Mapped[Name]
    """Empty: every type that has no rule of its own."""
    drills: orm.Mapped[list[Any]]
    """Keys of drills that must be passed with this type of cuff; none: nothing is needed."""
    days: orm.Mapped[int]
    """A drill that was passed longer ago does not count [days]."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a certificate needs of drills, and what of it is there."""

    needed: tuple[str, ...]
    passed: dict[str, dt.date]
    """Day on which each that counts was passed last; also those that are not needed."""
    days: int
    """For how long a drill counts; 0: nothing is needed [days]."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that are needed and not passed, or too long ago."""
        return tuple(one for one in self.needed if one not in self.passed)


@action("drill.enter", *TRAINEES)
def enter(
    desk: Desk,
    drill: str,
    *,
    edition: int,
    cuff_type: str,
    passed: bool,
    figures: Mapping[str, Any],
) -> DrillDone:
    """Enter a drill that the person at the desk has finished; nobody enters one for another.

    Raises
    ------
    RefusedError
        If nobody is at the desk.
    InputError
        If drill or cuff cannot be right.
    """
    if desk.staff_id is None:
        raise RefusedError("a person does a drill")
    _check_name(drill)
    _check_cuff(cuff_type)
    return desk.add(
        DrillDone(
            staff_id=desk.staff_id,
            drill=drill,
            edition=edition,
            cuff_type=cuff_type,
            at=desk.now(),
            passed=passed,
            figures=dict(figures),
        )
    )


@action("drill.list", *TRAINEES, kind="read")
def of_person(desk: Desk, staff_id: int) -> list[DrillDone]:
    """Return the drills of a person, the newest first; those of others only for who certifies.

    Raises
    ------
    NotAllowedError
        If they are another person's.
    """
    staff = desk.find(Staff, staff_id)
    _may_see(desk, staff.id)
    return desk.every(
        sa.select(DrillDone)
        .where(DrillDone.practice_id == desk.here, DrillDone.staff_id == staff.id)
        .order_by(DrillDone.at.desc(), DrillDone.id.desc())
    )


@action("drill.read", *TRAINEES, kind="read")
def find(desk: Desk, drill_id: int) -> DrillDone:
    """Return one drill; that of another person only for who certifies.

    Raises
    ------
    NotFoundError
        If there is none here.
    NotAllowedError
        If it is another person's.
    """
    found = desk.find(DrillDone, drill_id)
    _may_see(desk, found.staff_id)
    return found


@action("drill.require", Role.OWNER)
def require(
    desk: Desk,
    cuff_type: str,
    drills: Iterable[str],
    days: int,
    *,
    version: int | None = None,
) -> DrillRule:
    """Say which drills a certificate needs, and how recent; none: nothing is needed.

    Parameters
    ----------
    desk
        The owner's.
    cuff_type
        Type of cuff; empty for all that have no rule of their own.
    drills
        Keys of drills that must be passed with that type of cuff.
    days
        For how long a passed drill counts, 1 to `LONGEST` [days].
    version
        That was seen, to change a rule; a rule that nobody saw has none.

    Raises
    ------
    InputError
        If a name or the days cannot be right.
    ChangedError
        If somebody else has changed the rule since.
    """
    names = sorted(set(drills))
    for name in names:
        _check_name(name)
    if cuff_type:
        _check_cuff(cuff_type)
    if not 1 <= days <= LONGEST:
        message = f"{days} days; 1 to {LONGEST} are allowed"
        raise InputError.one("drill rule", "bad-days", message, path="days", hint="For example 365")
    rule = _rule(desk, cuff_type)
    if rule is None:
        return desk.add(DrillRule(cuff_type=cuff_type, drills=names, days=days))
    if version is not None and rule.version != version:
        raise ChangedError("somebody else has changed this rule", remedy="Look at it again.")
    rule.drills, rule.days = names, days
    return rule


@action("drill.rules", *TRAINEES, kind="read")
def rules(desk: Desk) -> list[DrillRule]:
    """Return all rules; that for every type of cuff comes first."""
    return desk.every(
        sa.select(DrillRule)
        .where(DrillRule.practice_id == desk.here)
        .order_by(DrillRule.cuff_type, DrillRule.id)
    )


def standing(desk: Desk, staff_id: int, cuff_type: str, on: dt.date) -> Standing:
    """Return what a certificate for a type of cuff needs of a person's drills on a day.

    Parameters
    ----------
    desk
        Who asks.
    staff_id, cuff_type
        Who is to be certified, and for which type of cuff.
    on
        The day.
    """
    rule = _rule(desk, cuff_type) or _rule(desk, "")
    days = rule.days if rule is not None else 0
    # One day more on the left: a day of the practice does not begin with that of UTC.
    since = dt.datetime.combine(on - dt.timedelta(days=(days or LONGEST) + 1), dt.time(), dt.UTC)
    found = desk.db.scalars(
        sa.select(DrillDone)
        .where(
            DrillDone.practice_id == desk.here,
            DrillDone.staff_id == staff_id,
            DrillDone.cuff_type == cuff_type,
            DrillDone.passed.is_(True),
            DrillDone.at >= since,
        )
        .order_by(DrillDone.at)
    )
    passed = {one.drill: desk.day(one.at) for one in found}
    oldest = on - dt.timedelta(days=days or LONGEST)
    return Standing(
        needed=tuple(rule.drills) if rule is not None else (),
        passed={name: day for name, day in passed.items() if oldest <= day <= on},
        days=days,
    )


def _rule(desk: Desk, cuff_type: str) -> DrillRule | None:
    return desk.db.scalar(
        sa.select(DrillRule).where(
            DrillRule.practice_id == desk.here, DrillRule.cuff_type == cuff_type
        )
    )


def _may_see(desk: Desk, staff_id: int) -> None:
    if staff_id != desk.staff_id and not TEACHERS & desk.roles:
        raise NotAllowedError(
            "these drills are another person's", remedy="Ask who issues certificates here."
        )


def _check_name(drill: str) -> None:
    if not KEY.fullmatch(drill) or len(drill) > 40:
        raise InputError.one(
            "drill", "bad-drill", f"{drill[:60]!r} is no drill", path="drill", hint="Choose one."
        )


def _check_cuff(cuff_type: str) -> None:
    if not CUFF_TYPE.fullmatch(cuff_type):
        message = f"{cuff_type[:60]!r} is no type of cuff; one is, for example, leg-8"
        raise InputError.one("drill", "bad-cuff", message, path="cuff_type", hint="Choose one.")
