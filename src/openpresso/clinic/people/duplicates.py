"""Clients who may be the same person: listed when somebody is registered, merged by a clinician."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.people import birth, client_word, fold, text
from openpresso.clinic.people.client import WRITERS, Client, identifiers, refuse_unless_active
from openpresso.clinic.people.client_word import ClientWord
from openpresso.clinic.people.likeness import Likeness, Person, compare
from openpresso.clinic.people.search import findable
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import Base, Note, Owned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.clinic.desk import Desk

MOST: Final = 100
"""Clients that one reason can bring in to be compared."""
STAY: Final = {
    "audit_entry": "the audit is never changed",
    "client_word": "the words are made anew",
    "client_key": "photographs are sealed to the client they were taken of, and so is their key",
    "photograph": "as client_key; the pages of the kept client look at `gone_into` too",
}
"""Tables whose rows stay with a merged client, and why."""


class Merge(Owned, Base):
    """That two clients were found to be one: who decided it, why, and which rows moved."""

    __tablename__ = "client_merge"
    __table_args__ = (sa.Index("ix_client_merge_client_id", "client_id"),)

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    """The client that was kept."""
    merged_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    at: orm.Mapped[dt.datetime]
    reason: orm.Mapped[Note]
    moved: orm.Mapped[list[Any]]
    """`[table, key]` of each row that belonged to the merged client."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client who may be the person that is looked at."""

    client: Client
    likeness: Likeness


@action("client.like", *WRITERS, kind="read")
def like(
    desk: Desk,
    *,
    given: str = "",
    family: str = "",
    born: dt.date | str,
    phone: str = "",
    email: str = "",
) -> list[Candidate]:
    """Return clients who may be the person that is about to be registered, likeliest first."""
    person = Person(given, family, birth.checked(born, desk.today()), phone, email)
    return _candidates(desk, person, apart_from=None)


@action("client.duplicates", *WRITERS, kind="read")
def of(desk: Desk, client_id: int) -> list[Candidate]:
    """Return clients who may be the same person as a client, likeliest first."""
    client = desk.find(Client, client_id)
    return _candidates(desk, _person(client), apart_from=client.id)


@action("client.merge", Role.CLINICIAN)
def merge(
    desk: Desk,
    kept_id: int,
    merged_id: int,
    *,
    reason: str,
    kept_version: int | None = None,
    merged_version: int | None = None,
) -> Merge:
    """Make two clients one: every row of the one becomes the other's, and the one points there.

    What is said of the kept client stays as it is. Rows that came to the merged client meanwhile
    are moved by merging once more.

    Parameters
    ----------
    desk
        The clinician's.
    kept_id, merged_id
        Who stays, and who is merged into that client.
    reason
        Why they are the same person.
    kept_version, merged_version
        The versions that the clinician has compared.

    Raises
    ------
    RefusedError
        If both are one, either is restricted, erased or merged elsewhere, or a row of both can
        only be there once.
    ChangedError
        If somebody has changed one of them since.
    """
    kept = desk.find(Client, kept_id, version=kept_version)
    merged = desk.find(Client, merged_id, version=merged_version)
    why = text.note(reason, "merge", "reason", needed=True)
    if kept.id == merged.id:
        raise RefusedError("a client cannot be merged with itself", code="same-client")
    refuse_unless_active(kept)
    if merged.merged_into != kept.id:
        refuse_unless_active(merged)
    if desk.staff_id is None:
        raise RefusedError("a person decides that two clients are one")
    try:
        moved = _move(desk, merged.id, kept.id)
    except sa.exc.IntegrityError as error:
        raise RefusedError(
            f"{identifiers(merged)} and {identifiers(kept)} cannot be merged",
            [f"Something can only be there once for a client, and both have it: {error.orig}"],
            code="merge-clash",
        ) from error
    merged.state, merged.merged_into = "merged", kept.id
    for earlier in gone_into(desk, merged.id):
        earlier.merged_into = kept.id
    client_word.write(desk, merged)
    return desk.add(
        Merge(
            client_id=kept.id,
            merged_id=merged.id,
            staff_id=desk.staff_id,
            at=desk.now(),
            reason=why,
            moved=moved,
        )
    )


def gone_into(desk: Desk, client_id: int) -> list[Client]:
    """Return the clients that were merged into a client: copies and erasure span them too."""
    return desk.every(
        sa.select(Client)
        .where(Client.practice_id == desk.here, Client.merged_into == client_id)
        .order_by(Client.id)
    )


def _move(desk: Desk, merged_id: int, kept_id: int) -> list[list[Any]]:
    """Give every row of one client to the other, whatever room it is of; return which."""
    moved = []
    for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.local_table)):
        table: Any = mapper.class_
        if "client_id" not in mapper.columns or table.__tablename__ in STAY:
            continue
        for row in desk.every(
            sa.select(table).where(table.practice_id == desk.here, table.client_id == merged_id)
        ):
            row.client_id = kept_id
            moved.append([table.__tablename__, row.id])
    desk.db.flush()
    return moved


def _person(client: Client) -> Person:
    return Person(client.given, client.family, client.born, client.phone, client.email)


def _candidates(desk: Desk, person: Person, apart_from: int | None) -> list[Candidate]:
    """Return who may be a person; each reason is looked up by an index."""
    found: dict[int, Candidate] = {}
    for statement in _statements(desk.here, person):
        for client in desk.db.scalars(statement.limit(MOST)):
            likeness = compare(person, _person(client))
            if likeness.reasons and client.id != apart_from:
                found[client.id] = Candidate(client, likeness)
    for one in found.values():
        desk.touch(one.client)
    return sorted(
        found.values(),
        key=lambda one: (-one.likeness.probable, -len(one.likeness.reasons), one.client.id),
    )


def _statements(practice_id: int, person: Person) -> Iterator[sa.Select[Client]]:
    """Yield the queries that bring in everybody who may be a person."""
    here = findable(practice_id)

    def having(kind: str, word: str) -> sa.ColumnElement[bool]:
        # A list of keys, not a question to each client: the index of the words is walked, once.
        return Client.id.in_(
            sa.select(ClientWord.client_id).where(
                ClientWord.practice_id == practice_id,
                ClientWord.kind == kind,
                ClientWord.word == word,
            )
        )

    yield here.where(Client.born == person.born)
    names = fold.words(f"{person.given} {person.family}")
    yield here.where(Client.born.in_(_slips(person.born)), *(having("name", one) for one in names))
    if person.phone:
        yield here.where(having("phone", fold.digits(person.phone)))
    if person.email:
        yield here.where(having("email", fold.fold(person.email)))


def _slips(born: dt.date) -> list[dt.date]:
    """Return the dates that one slip makes of a date: day and month swapped, one other figure."""
    figures = born.strftime("%Y%m%d")
    texts = {figures[:4] + figures[6:] + figures[4:6]}
    texts |= {
        figures[:place] + other + figures[place + 1 :]
        for place in range(len(figures))
        for other in "0123456789"
    }
    days = set()
    for one in texts - {figures}:
        try:
            days.add(dt.date(int(one[:4]), int(one[4:6]), int(one[6:])))
        except ValueError:
            continue
    return sorted(days)
