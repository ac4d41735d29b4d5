"""The clinic: a database that is opened, and the desks at which people act."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic import rooms
from openpresso.clinic.audit import chain
from openpresso.clinic.desk import Desk, action, settled
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import Role
from openpresso.clinic.store import migrate
from openpresso.clinic.store.engine import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

rooms.every()


WHO: Final = (
    sa.select(Practice.id, Practice.zone, Staff.roles)
    .join(Practice, Practice.id == Staff.practice_id)
    .where(Staff.id == sa.bindparam("staff_id"), Staff.active)
)
"""Where somebody works, and in which roles."""


def utc_now() -> dt.datetime:
    """Return the instant by the computer's clock, in UTC."""
    return dt.datetime.now(dt.UTC)


class Clinic:
    """An open clinic.

    Parameters
    ----------
    url
        A file of SQLite or a URL of PostgreSQL; see `store.engine.connect`.
    clock
        Returns the instant; the computer's clock by default.

    Raises
    ------
    InputError
        If the URL cannot be read.
    StoreError
        If the database has no clinic in it, or one of another version of openpresso.
    """

    def __init__(self, url: str, *, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """Connect, and make sure that the tables are those that this version knows."""
        self.engine = connect(url)
        self.clock = clock
        try:
            # As text the URL hides its password.
            migrate.check(self.engine, str(self.engine.url))
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def desk(self, staff_id: int, *, reading: bool = False) -> Iterator[Desk]:
        """Open a desk for a person: everything done there is written together, or not at all.

        Parameters
        ----------
        staff_id
            Who acts.
        reading
            For acts that only read: others can write meanwhile.

        Yields
        ------
        Desk
            The desk; every action takes it as its first argument.

        Raises
        ------
        NotFoundError
            If there is no such person, or the person has left.
        """
        db = self._transaction(reading=reading)
        try:
            found = db.execute(WHO, {"staff_id": staff_id}).one_or_none()
        except BaseException:
            db.close()
            raise
        if found is None:
            db.close()
            raise NotFoundError(f"nobody who works here has the number {staff_id}")
        practice, zone, roles = found
        held = frozenset(Role(name) for name in roles)
        with self._settled(
            Desk(db, practice, ZoneInfo(zone), staff_id, held, self.clock, reading=reading)
        ) as desk:
            yield desk

    @contextmanager
    def automatic(self, practice_id: int | None = None, *, reading: bool = False) -> Iterator[Desk]:
        """Open a desk for the clinic itself: founding, reminders, expiry; see `desk`."""
        db = self._transaction(reading=reading)
        practice = db.get(Practice, practice_id) if practice_id is not None else None
        if practice_id is not None and practice is None:
            db.close()
            raise NotFoundError(f"there is no practice {practice_id}")
        zone = ZoneInfo(practice.zone if practice else "UTC")
        roles = frozenset({Role.AUTOMATIC})
        with self._settled(
            Desk(db, practice_id, zone, None, roles, self.clock, reading=reading)
        ) as desk:
            yield desk

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def _transaction(self, *, reading: bool) -> orm.Session:
        """Return a transaction that has not begun."""
        engine = self.engine.execution_options(reading=True) if reading else self.engine
        return orm.Session(engine, expire_on_commit=False)

    @contextmanager
    def _settled(self, desk: Desk) -> Iterator[Desk]:
        """Run a desk; what a reading or failed desk did is entered in a transaction of its own."""
        try:
            with settled(desk, chain.enter):
                yield desk
        except BaseException:
            # The reason of the failure matters more than an entry that cannot be written either.
            with suppress(sa.exc.SQLAlchemyError):
                self._enter(desk)
            raise
        self._enter(desk)

    def _enter(self, desk: Desk) -> None:
        """Enter what a desk did and has not entered yet."""
        if desk.done:
            with self._transaction(reading=False) as db, db.begin():
                chain.enter(db, desk.done)


@action("practice.found", Role.AUTOMATIC)
def found(
    desk: Desk,
    name: str,
    *,
    country: str,
    zone: str,
    language: str = "en",
    currency: str = "EUR",
    synthetic: bool = False,
) -> Practice:
    """Make a new practice in the database; its first person comes with `people.staff`."""
    practice = Practice(
        name=name,
        country=country,
        zone=zone,
        language=language,
        currency=currency,
        synthetic=synthetic,
    )
    return desk.add(practice)
