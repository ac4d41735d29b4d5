"""The desk: one person's acts in one transaction, each allowed by a role and entered in the audit.

An action that an action calls is part of it: the outer one's roles decide and it is entered once.
"""

from __future__ import annotations

import functools
import inspect
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.exc import StaleDataError

from openpresso.clinic.audit import chain
from openpresso.clinic.audit.digest import changes
from openpresso.clinic.errors import (
    ChangedError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StoreError,
)
from openpresso.clinic.roles import ACTIONS, Action, Kind, Role
from openpresso.clinic.store.base import Base, Owned
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from openpresso.clinic.audit.chain import Pending

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=Base)


@dataclass(slots=True, eq=False)
class Desk:
    """Where one person acts: who, in which practice, when, and the transaction of the acts.

    Parameters
    ----------
    db
        Transaction that all acts share: all of them are written, or none.
    practice_id, zone
        The practice, and its time zone.
    staff_id
        Who acts; None for the clinic itself.
    roles
        What that person may be here.
    clock
        Returns the instant.
    reading
        Whether the desk only reads; an action that writes is refused here.
    speaks
        Language in which reasons are told here; empty for that of the practice.
    """

    db: orm.Session
    practice_id: int | None
    zone: ZoneInfo
    staff_id: int | None
    roles: frozenset[Role]
    clock: Callable[[], dt.datetime]
    reading: bool = False
    speaks: str = ""
    done: list[Pending] = field(default_factory=list)
    doing: Pending | None = None
    seen: set[Base] = field(default_factory=set)
    """Rows that were read or written: held, so that looking one up again asks no database."""

    @property
    def here(self) -> int:
        """Key of the practice; a desk without one, as for founding, has nothing to look at."""
        if self.practice_id is None:
            raise NotFoundError("this desk belongs to no practice")
        return self.practice_id

    def now(self) -> dt.datetime:
        """Return the instant, in UTC."""
        return self.clock()

    def today(self) -> dt.date:
        """Return the day where the practice is."""
        return self.clock().astimezone(self.zone).date()

    def day(self, moment: dt.datetime) -> dt.date:
        """Return the day of an instant where the practice is."""
        return moment.astimezone(self.zone).date()

    def add(self, row: Row) -> Row:
        """Write a new row of this practice and return it with its key."""
        if isinstance(row, Owned):
            row.practice_id = self.here
        self.db.add(row)
        self.db.flush()
        self.touch(row)
        return row

    def find(self, table: type[Row], key: int, *, version: int | None = None) -> Row:
        """Return a row of this practice.

        Parameters
        ----------
        table, key
            Which.
        version
            The version that the editor has read, of a row that people edit.

        Raises
        ------
        NotFoundError
            If this practice has no such row.
        ChangedError
            If the row has another version by now.
        """
        row = self.db.get(table, key) if abs(key) < LARGEST_KEY else None
        if row is None or (isinstance(row, Owned) and row.practice_id != self.practice_id):
            what = table.__tablename__.replace("_", " ")
            raise NotFoundError(
                f"there is no {what} {key}", remedy="Look it up again; it may have been removed."
            )
        if version is not None and getattr(row, "version", version) != version:
            raise ChangedError(
                f"the {table.__tablename__.replace('_', ' ')} was changed by somebody else",
                remedy="Read it again and enter your change once more; nothing was overwritten.",
            )
        self.touch(row)
        return row

    def every(self, statement: sa.Select[Row]) -> list[Row]:
        """Return all rows of a statement; the audit knows whose they are.

        The statement itself names the practice: `.where(Table.practice_id == desk.practice_id)`.
        """
        rows = list(self.db.scalars(statement))
        for row in rows:
            self.touch(row)
        return rows

    def about(self, client_id: int | None) -> None:
        """Say whose data the current act reads or writes, for the audit."""
        if client_id is not None and self.doing is not None:
            self.doing.clients.add(client_id)

    def touch(self, row: Base) -> None:
        """Say that the current act reads or writes a row, for the audit."""
        self.seen.add(row)
        self.about(row.id if row.__tablename__ == "client" else getattr(row, "client_id", None))  # type: ignore[attr-defined]


DOES: Final[dict[str, Callable[..., Any]]] = {}
"""The function of each action by its name: what the API is made of."""
LARGEST_KEY: Final = 2**63
"""No database counts so far."""
SEES_RESTRICTED: Final = frozenset({Role.CLINICIAN, Role.OWNER, Role.AUTOMATIC})
"""Who reads what is restricted, for legal reasons."""


def action(
    name: str, *roles: Role, kind: Kind = "write"
) -> Callable[[Callable[Concatenate[Desk, P], R]], Callable[Concatenate[Desk, P], R]]:
    """Make a function something that people do in a clinic.

    Parameters
    ----------
    name
        `noun.verb`, unique.
    roles
        Who may do it.
    kind
        `read` for an action that writes nothing.

    Returns
    -------
    Callable
        Decorator of a function whose first argument is the desk.
    """

    def decorate(
        function: Callable[Concatenate[Desk, P], R],
    ) -> Callable[Concatenate[Desk, P], R]:
        if name in ACTIONS:
            raise ValueError(f"two actions have the name {name}")
        summary = (inspect.getdoc(function) or "").partition("\n")[0]
        one = ACTIONS[name] = Action(name, kind, frozenset(roles), summary)

        @functools.wraps(function)
        def act(desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if desk.doing is not None:
                return function(desk, *args, **kwargs)
            desk.doing = chain.Pending(name, desk.staff_id, desk.practice_id, desk.now())
            try:
                _allow(desk, one)
                with _told():
                    result = function(desk, *args, **kwargs)
                    desk.db.flush()
                    if one.kind == "read":
                        _close_off(desk)
            except OpenpressoError as error:
                desk.doing.outcome = error.code
                raise
            finally:
                desk.done.append(desk.doing)
                desk.doing = None
            return result

        DOES[name] = act
        return act

    return decorate


def _allow(desk: Desk, one: Action) -> None:
    """Refuse an action that the desk's roles do not hold, or that writes at a reading desk."""
    if not desk.roles & one.roles:
        allowed = ", ".join(sorted(role.value for role in one.roles))
        mine = ", ".join(sorted(role.value for role in desk.roles)) or "nobody"
        raise NotAllowedError(
            f"{one.name} is for {allowed}; you are {mine}",
            remedy="Ask one of them, or the owner for the role.",
        )
    if desk.reading and one.kind == "write":
        raise RefusedError(f"{one.name} writes, and this desk only reads")


def _close_off(desk: Desk) -> None:
    """Refuse to show one client whose record is restricted, but to those who must see it.

    What may still be written about such a client, as withdrawing a consent, each action says.
    """
    clients = desk.doing.clients if desk.doing is not None else set()
    if len(clients) != 1 or desk.roles & SEES_RESTRICTED:
        return
    client = Base.metadata.tables["client"]
    state = desk.db.connection().scalar(sa.select(client.c.state).where(client.c.id.in_(clients)))
    if state == "restricted":
        raise NotAllowedError(
            "the record of this client is restricted",
            code="restricted",
            remedy="Ask a clinician or the owner; they can read it and lift the restriction.",
        )


@contextmanager
def _told() -> Iterator[None]:
    """Say in the clinic's words what the database could not do; nothing is written then."""
    try:
        yield
    except StaleDataError as error:
        raise ChangedError(
            "somebody else has changed the same row at the same time",
            remedy="Read it again and enter your change once more; nothing was overwritten.",
        ) from error
    except sa.exc.DataError as error:
        raise InputError.one(
            "row",
            "does-not-fit",
            "a text or number is longer or larger than the table can keep",
            hint="Shorten it; nothing of this was written.",
        ) from error
    except sa.exc.OperationalError as error:
        raise StoreError(
            f"the database could not do it: {error.orig}",
            code="not-written",
            remedy="Nothing of this was written. Look at the disk and the server, then try again.",
        ) from error


def watch(desk: Desk) -> None:
    """Enter every row that the desk's transaction writes in the act that wrote it."""

    def written(db: orm.Session, _context: orm.UOWTransaction) -> None:
        found = changes(db)
        if not found:
            return
        if desk.doing is None:
            raise RuntimeError(f"{sorted(found)} were written outside of an action")
        desk.doing.rows.update(found)
        for row in (*db.new, *db.dirty, *db.deleted):
            desk.touch(row)

    def guarded(state: orm.ORMExecuteState) -> None:
        if (state.is_update or state.is_delete or state.is_insert) and not (
            state.execution_options.get("unaudited", False)
        ):
            raise RuntimeError("rows are changed one by one, so that the audit knows each of them")

    sa.event.listen(desk.db, "after_flush", written)
    sa.event.listen(desk.db, "do_orm_execute", guarded)


@contextmanager
def settled(desk: Desk, enter: Callable[[orm.Session, list[Pending]], None]) -> Iterator[Desk]:
    """Run a desk's acts: all of them and their entries are written together, or none.

    Parameters
    ----------
    desk
        The desk, its transaction open.
    enter
        Writes entries of the audit in a transaction. Acts that failed are entered alone.
    """
    watch(desk)
    try:
        yield desk
        with _told():
            desk.db.flush()
            if not desk.reading:
                enter(desk.db, desk.done)
            desk.db.commit()
        if not desk.reading:
            desk.done = []
    except BaseException:
        desk.db.rollback()
        desk.done = [one for one in desk.done if one.outcome != "done"]
        raise
    finally:
        desk.db.close()
