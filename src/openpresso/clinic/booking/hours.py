"""Opening hours: per weekday in local time, with other hours on single days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.booking.local import edge
from openpresso.clinic.desk import action
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import LONGEST_NOTE, Base, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from openpresso.clinic.desk import Desk

    Hours = Sequence[tuple[dt.time, dt.time]]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Opening(Owned, Base):
    """From when to when the practice is open, on one weekday or on one date."""

    __tablename__ = "opening"
    __table_args__ = (
        sa.CheckConstraint("(weekday IS NULL) <> (date IS NULL)", name="one_kind_of_day"),
        sa.Index("ix_opening_practice_id_date", "practice_id", "date"),
    )

    weekday: orm.Mapped[int | None]
    """0 for Monday."""
    date: orm.Mapped[dt.date | None]
    """Hours of a date stand instead of those of its weekday."""
    opens: orm.Mapped[dt.time | None]
    closes: orm.Mapped[dt.time | None]
    closed: orm.Mapped[bool]
    """The whole day; then there are no times."""
    reason: orm.Mapped[Note]


_OPENINGS = sa.select(
    Opening.weekday, Opening.date, Opening.opens, Opening.closes, Opening.closed
).where(
    Opening.practice_id == sa.bindparam("practice"),
    sa.or_(
        Opening.date.is_(None),
        Opening.date.between(sa.bindparam("first"), sa.bindparam("last")),
    ),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A time without a break in which the practice is open."""

    opens: dt.datetime
    closes: dt.datetime

    def holds(self, starts: dt.datetime, ends: dt.datetime) -> bool:
        """Return whether an appointment lies within."""
        return self.opens <= starts and ends <= self.closes


@action("opening.set", Role.OWNER)
def set_week(desk: Desk, week: Mapping[int, Hours]) -> None:
    """Set the opening hours of the week.

    Parameters
    ----------
    desk
        Of the owner.
    week
        By weekday, 0 for Monday: each a sequence of local times from and to. A weekday that is
        not named is closed. Appointments that exist stay as they are.

    Raises
    ------
    InputError
        If a weekday or time cannot be, or times of one day overlap.
    """
    rows = [
        Opening(weekday=weekday, date=None, opens=opens, closes=closes, closed=False, reason="")
        for weekday, hours in sorted(week.items())
        for opens, closes in _checked(_weekday(weekday), hours)
    ]
    _replace(desk, Opening.weekday.is_not(None), rows)


@action("opening.except", Role.OWNER)
def except_on(desk: Desk, day: dt.date, hours: Hours, reason: str) -> None:
    """Set the hours of one date, instead of those of its weekday; none at all to close.

    Raises
    ------
    InputError
        If a time cannot be, or there is no reason.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_NOTE:
        raise InputError.one(
            str(day), "no-reason", "other hours need a reason, for example: public holiday"
        )
    rows = [
        Opening(weekday=None, date=day, opens=opens, closes=closes, closed=False, reason=reason)
        for opens, closes in _checked(str(day), hours)
    ] or [Opening(weekday=None, date=day, opens=None, closes=None, closed=True, reason=reason)]
    _replace(desk, Opening.date == day, rows)


@action("opening.restore", Role.OWNER)
def restore(desk: Desk, day: dt.date) -> None:
    """Take back the hours of one date: those of its weekday hold again."""
    _replace(desk, Opening.date == day, [])


@action("opening.read", *HOUSE, kind="read")
def read(desk: Desk, first: dt.date, last: dt.date) -> dict[dt.date, tuple[Interval, ...]]:
    """Return when the practice is open, by day."""
    return intervals(desk, first, last)


def intervals(desk: Desk, first: dt.date, last: dt.date) -> dict[dt.date, tuple[Interval, ...]]:
    """Return when the practice is open on each day from the first to the last, by one query."""
    rows = desk.db.execute(
        _OPENINGS, {"practice": desk.practice_id, "first": first, "last": last}
    ).all()
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return {day: open_on(desk.zone, day, rows) for day in days}


def open_on(zone: ZoneInfo, day: dt.date, rows: Iterable[Any]) -> tuple[Interval, ...]:
    """Return the intervals of a day, by its own rows or else those of its weekday."""
    rows = list(rows)
    own = [row for row in rows if row.date == day]
    chosen = own or [row for row in rows if row.weekday == day.weekday()]
    return tuple(
        sorted(
            (
                Interval(edge(zone, day, row.opens), edge(zone, day, row.closes, closing=True))
                for row in chosen
                if not row.closed
            ),
            key=lambda one: one.opens,
        )
    )


def said(zone: ZoneInfo, open_times: Sequence[Interval]) -> str:
    """Return opening hours as a text: `08:00-12:00, 14:00-18:00`, or `closed`."""
    return (
        ", ".join(
            f"{one.opens.astimezone(zone):%H:%M}-{one.closes.astimezone(zone):%H:%M}"
            for one in open_times
        )
        or "closed"
    )


def _weekday(number: int) -> str:
    """Return the name of a weekday, or refuse its number."""
    if number not in range(7):
        raise InputError.one(
            "opening hours", "out-of-range", f"weekday {number}; allowed is 0 (Monday) to 6"
        )
    return WEEKDAYS[number]


def _checked(where: str, hours: Hours) -> list[tuple[dt.time, dt.time]]:
    """Return hours in order, or refuse those that overlap or end before they begin."""
    ordered = sorted((opens, closes) for opens, closes in hours)
    before = None
    for opens, closes in ordered:
        if opens.tzinfo is not None or closes.tzinfo is not None:
            raise InputError.one(where, "zone-given", "opening hours are in the practice's time")
        if closes <= opens or (before is not None and opens < before):
            raise InputError.one(
                where,
                "bad-hours",
                f"{opens:%H:%M} to {closes:%H:%M}: hours end after they begin, before midnight, "
                "and do not overlap",
            )
        before = closes
    return ordered


def _replace(desk: Desk, which: sa.ColumnElement[bool], rows: list[Opening]) -> None:
    """Put new rows where others were."""
    old = desk.every(sa.select(Opening).where(Opening.practice_id == desk.practice_id, which))
    for row in old:
        desk.db.delete(row)
    for row in rows:
        desk.add(row)
