"""The trail as the auditor and the owner read it: what was done or read, by whom, and when.

Who may do what is in `people.permission`.

Pages go by key, newest first: the last line's number is where the next page begins, so that a page
deep in the trail costs no more than the first one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.seal import Seal
from openpresso.clinic.audit.seal import seal as _seal
from openpresso.clinic.audit.verify import Verdict, verify
from openpresso.clinic.desk import Desk, action
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import ACTIONS, Role
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_PAGE: Final = 500
"""Most lines of one page."""


@dataclass(frozen=True, slots=True)
class Line:
    """One act as it is read.

    Parameters
    ----------
    number
        Place in the chain.
    at
        When, in UTC.
    staff_id, who
        Who; None and `automatic` for the clinic itself.
    action, summary
        What, by name and in words.
    outcome
        `done`, or the code of the error that ended it.
    clients
        Keys of the clients whose data were read or written.
    rows
        Table and key of each row written.
    """

    number: int
    at: dt.datetime
    staff_id: int | None
    who: str
    action: str
    summary: str
    outcome: str
    clients: tuple[int, ...]
    rows: tuple[tuple[str, int], ...]


@action("audit.read-client", Role.AUDITOR, Role.OWNER, kind="read")
def of_client(
    desk: Desk, client_id: int, *, before: int | None = None, limit: int = 100, shared: bool = False
) -> list[Line]:
    """Return who did or read what of one client, newest first.

    Parameters
    ----------
    desk
        Where this is done.
    client_id
        The client.
    before
        Number of the last line of the page before.
    limit
        Lines of a page, 1 to 500.
    shared
        Also acts about several clients at once, such as a page of the day. It looks through every
        such act, which takes seconds in a large clinic.
    """
    desk.about(client_id)
    return lines_of_client(desk, client_id, before=before, limit=limit, shared=shared)


def lines_of_client(
    desk: Desk, client_id: int, *, before: int | None, limit: int, shared: bool
) -> list[Line]:
    """Return lines of one client, as `of_client`; for what other actions show of the trail."""
    mine: sa.ColumnElement[bool] = Entry.client_id == client_id
    if shared:
        mine |= Entry.client_id.is_(None) & _holds(desk, client_id)
    return _page(desk, mine, before, limit)


@action("audit.read-person", Role.AUDITOR, Role.OWNER, kind="read")
def of_person(
    desk: Desk, staff_id: int, *, before: int | None = None, limit: int = 100
) -> list[Line]:
    """Return what one person of the staff did or read, newest first; see `of_client`."""
    return _page(desk, Entry.staff_id == staff_id, before, limit)


@action("audit.read-day", Role.AUDITOR, Role.OWNER, kind="read")
def of_day(desk: Desk, day: dt.date, *, before: int | None = None, limit: int = 100) -> list[Line]:
    """Return what was done or read on one day where the practice is; see `of_client`."""
    begin = dt.datetime.combine(day, dt.time(), desk.zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), desk.zone)
    return _page(desk, (Entry.at >= begin) & (Entry.at < end), before, limit)


@action("audit.verify", Role.AUDITOR, Role.OWNER, kind="read")
def verified(desk: Desk, seals: Sequence[Seal] = ()) -> Verdict:
    """Compare the whole audit and every row of the database; see `audit.verify`."""
    with orm.Session(desk.db.get_bind()) as db:
        return verify(db, seals)


@action("audit.seal", Role.AUDITOR, Role.OWNER, kind="read")
def sealed(desk: Desk) -> Seal:
    """Return where the chain ends now, to be kept outside of the database."""
    return _seal(desk.db, desk.now())


def _holds(desk: Desk, client_id: int) -> sa.ColumnElement[bool]:
    """Return whether an entry about several clients is about this one."""
    if desk.db.get_bind().dialect.name == "postgresql":
        return Entry.clients.op("@>", is_comparison=True)([client_id])
    one = sa.func.json_each(Entry.clients).table_valued("value")
    return sa.select(sa.true()).select_from(one).where(one.c.value == client_id).exists()


def _page(desk: Desk, which: sa.ColumnElement[bool], before: int | None, limit: int) -> list[Line]:
    """Return one page of entries of this practice."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise InputError.one(
            str(limit), "out-of-range", f"{limit} lines; 1 to {LONGEST_PAGE} are allowed",
            path="limit", hint="read on with the last line's number.",
        )  # fmt: skip
    statement = sa.select(Entry).where(Entry.practice_id == desk.practice_id, which)
    if before is not None:
        statement = statement.where(Entry.id < before)
    found = list(desk.db.scalars(statement.order_by(Entry.id.desc()).limit(limit)))
    keys = {one.staff_id for one in found if one.staff_id is not None}
    people = {
        one.id: one.name for one in desk.db.scalars(sa.select(Staff).where(Staff.id.in_(keys)))
    }
    return [_line(one, people) for one in found]


def _line(entry: Entry, people: dict[int, str]) -> Line:
    act = ACTIONS.get(entry.action)
    return Line(
        entry.id,
        entry.at,
        entry.staff_id,
        people.get(entry.staff_id, "") if entry.staff_id is not None else Role.AUTOMATIC.value,
        entry.action,
        act.summary if act else "",
        entry.outcome,
        tuple(entry.clients),
        tuple((table, key) for table, key, _ in entry.rows),
    )
