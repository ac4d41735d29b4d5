"""The chain of entries: each holds the hash of the one before, the head holds the last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.audit.digest import digest
from openpresso.clinic.store.base import Base, Key, Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

START = "0" * 64
"""What the first entry holds as the hash of the one before."""


class Entry(Base):
    """One act: who, when, on whose data, how it ended, and the digest of each row it wrote."""

    __tablename__ = "audit_entry"
    audited = False

    id: orm.Mapped[Key]
    at: orm.Mapped[dt.datetime]
    practice_id: orm.Mapped[int | None]
    staff_id: orm.Mapped[int | None]
    action: orm.Mapped[Name]
    outcome: orm.Mapped[Name]
    """`done`, or the code of the error that ended it."""
    client_id: orm.Mapped[int | None]
    """The client, when there is one only."""
    clients: orm.Mapped[list[Any]]
    """Keys of all clients whose data were read or written, sorted."""
    rows: orm.Mapped[list[Any]]
    """`[table, key, digest]` of each row written, sorted."""
    before: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    hash: orm.Mapped[str] = orm.mapped_column(sa.String(64))

    __table_args__ = (
        sa.Index("ix_audit_entry_practice_id_at", "practice_id", "at"),
        sa.Index("ix_audit_entry_client_id_at", "client_id", "at"),
        sa.Index("ix_audit_entry_staff_id_id", "staff_id", "id"),
    )


class Head(Base):
    """The end of the chain: how many entries there are, and the hash of the last."""

    __tablename__ = "audit_head"
    audited = False

    id: orm.Mapped[Key]
    count: orm.Mapped[int]
    hash: orm.Mapped[str] = orm.mapped_column(sa.String(64))


HEAD: Final = sa.select(Head.count, Head.hash).with_for_update()
INSERT: Final = sa.insert(Entry)
MOVE: Final = sa.update(Head).values(count=sa.bindparam("count"), hash=sa.bindparam("hash"))
BEGIN: Final = sa.insert(Head).values(id=1)


@dataclass(slots=True, eq=False)
class Pending:
    """An act that is not entered yet."""

    action: str
    staff_id: int | None
    practice_id: int | None
    at: dt.datetime
    outcome: str = "done"
    clients: set[int] = field(default_factory=set)
    rows: dict[tuple[str, int], str] = field(default_factory=dict)


def hashed(values: Mapping[str, Any]) -> str:
    """Return the hash of an entry: of all its columns but the hash itself and the key."""
    return digest({name: value for name, value in values.items() if name not in {"id", "hash"}})


def enter(db: orm.Session, acts: Iterable[Pending]) -> None:
    """Append acts to the chain, in this transaction; others wait at the head until it ends."""
    acts = list(acts)
    if not acts:
        return
    # Rows of the audit itself are known to no desk: they are written without the unit of work.
    connection = db.connection()
    head = connection.execute(HEAD).one_or_none()
    last: int = head[0] if head else 0
    before: str = head[1] if head else START
    entries = []
    for place, act in enumerate(acts, last + 1):
        clients = sorted(act.clients)
        entry = {
            # Its place in the chain; a counter of the database would leave gaps after a rollback.
            "id": place,
            "at": act.at,
            "practice_id": act.practice_id,
            "staff_id": act.staff_id,
            "action": act.action,
            "outcome": act.outcome,
            "client_id": clients[0] if len(clients) == 1 else None,
            "clients": clients,
            "rows": [[*key, value] for key, value in sorted(act.rows.items())],
            "before": before,
        }
        before = entry["hash"] = hashed(entry)
        entries.append(entry)
    connection.execute(INSERT, entries)
    new = {"count": last + len(entries), "hash": before}
    connection.execute(MOVE if head else BEGIN, new)
