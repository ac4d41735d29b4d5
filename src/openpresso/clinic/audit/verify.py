"""Whether the chain is whole and every row is as the last act that wrote it left it.

Two passes, both in the order of keys and with flat memory: along the chain into a ledger on disk,
then table by table beside the ledger. What this cannot show is said in docs/explanation/audit.md:
who may write to the database can compute a new chain, unless a seal of the old one lies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from openpresso.clinic.audit.chain import START, Entry, Head
from openpresso.clinic.audit.digest import GONE, digest
from openpresso.clinic.audit.ledger import Ledger
from openpresso.clinic.audit.stored import foreign
from openpresso.clinic.store.base import Base

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import orm

    from openpresso.clinic.audit.seal import Seal

BATCH: Final = 2000
MOST_FINDINGS: Final = 100

UNREADABLE: Final = (ValueError, TypeError, AttributeError, sa.exc.DataError, sa.exc.StatementError)
"""What reading a value raises that cannot be of its column's type."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification found.

    Parameters
    ----------
    entries, rows
        How many entries and rows were compared.
    findings
        What does not agree, at most `MOST_FINDINGS`; empty when all is well.
    more
        How many findings there are beyond these.
    """

    entries: int
    rows: int
    findings: tuple[str, ...]
    more: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(slots=True)
class _Found:
    """The first findings, and how many more."""

    texts: list[str] = field(default_factory=list)
    more: int = 0

    def take(self, texts: Iterable[str]) -> None:
        for text in texts:
            if len(self.texts) < MOST_FINDINGS:
                self.texts.append(text)
            else:
                self.more += 1


@dataclass(slots=True)
class _Count:
    """How much was compared."""

    entries: int = 0
    rows: int = 0


def verify(db: orm.Session, seals: Sequence[Seal] = ()) -> Verdict:
    """Compare every entry with the one before, and every row with its last entry.

    Parameters
    ----------
    db
        A transaction. One that has not begun sees the database as it is at this moment; others
        can write meanwhile.
    seals
        Ends of the chain that were kept elsewhere.

    Returns
    -------
    Verdict
        What was compared and what does not agree.
    """
    if not db.in_transaction() and db.get_bind().dialect.name == "postgresql":
        # Every statement sees the same moment; in SQLite a transaction does so by itself.
        db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    found, count = _Found(), _Count()
    with Ledger() as ledger:
        found.take(_chain(db, ledger, seals, count))
        for table in sorted(_audited(), key=lambda one: one.__tablename__):
            found.take(_rows(db, table, ledger, count))
        names = {table.__tablename__ for table in _audited()}
        for name in sorted(ledger.tables - names):
            found.take([f"{name}: the audit knows rows of this table, which there is not"])
    return Verdict(count.entries, count.rows, tuple(found.texts), found.more)


def _audited() -> list[type[Base]]:
    """Return every table whose rows are in the audit."""
    tables: list[type[Base]] = [mapper.class_ for mapper in Base.registry.mappers]
    return [table for table in tables if table.audited]


def _read(db: orm.Session, table: type[Base]) -> Iterator[Mapping[str, Any]]:
    """Yield the columns of every row by name, in the order of keys."""
    columns = [getattr(table, one.key).label(one.key) for one in sa.inspect(table).column_attrs]
    statement = sa.select(*columns).order_by(table.id)  # type: ignore[attr-defined]
    for row in db.execute(statement, execution_options={"yield_per": BATCH}).mappings():
        yield dict(row)


def _chain(db: orm.Session, ledger: Ledger, seals: Sequence[Seal], count: _Count) -> Iterator[str]:
    """Yield what is broken in the chain; enter the digest that each row should have."""
    yield from foreign(db, Entry.__table__)  # type: ignore[arg-type]
    yield from foreign(db, Head.__table__)  # type: ignore[arg-type]
    sealed: dict[int, list[Seal]] = {}
    for seal in seals:
        sealed.setdefault(seal.count, []).append(seal)
    before = START
    try:
        for entry in _read(db, Entry):
            count.entries += 1
            yield from _entry(entry, count.entries, before)
            before = entry["hash"]
            for seal in sealed.pop(count.entries, ()):
                if seal.hash != before:
                    yield f"audit entry {entry['id']}: it is not the one that was sealed {seal.at}"
            try:
                ledger.note(entry["rows"])
            except (ValueError, TypeError):
                yield f"audit entry {entry['id']}: its rows cannot be read"
    except UNREADABLE as error:
        yield f"audit entries: a value cannot be read: {error}"
        return
    for number in sealed:
        if number:
            yield f"the end of the audit: {number} entries were sealed, {count.entries} are left"
    heads = [(head["id"], head["count"], head["hash"]) for head in _read(db, Head)]
    if heads != ([(1, count.entries, before)] if count.entries or heads else []):
        yield "the end of the audit: the last entries were removed, or the head was changed"


def _entry(entry: Mapping[str, Any], number: int, before: str) -> Iterator[str]:
    """Yield what is wrong with one entry."""
    if entry["id"] != number:
        yield f"audit entry {entry['id']}: it is the {number}. of the chain"
    if entry["before"] != before:
        yield f"audit entry {entry['id']}: the entry before it was changed or removed"
    if _digest({k: v for k, v in entry.items() if k not in {"id", "hash"}}) != entry["hash"]:
        yield f"audit entry {entry['id']}: it was changed after it was written"


def _rows(db: orm.Session, table: type[Base], ledger: Ledger, count: _Count) -> Iterator[str]:
    """Yield each row of a table that is not as its last entry says."""
    name = table.__tablename__
    yield from foreign(db, table.__table__)  # type: ignore[arg-type]
    known = ledger.of_table(name)
    expected = next(known, None)
    try:
        for row in _read(db, table):
            while expected and expected[0] < row["id"]:
                yield from _missing(name, expected)
                expected = next(known, None)
            count.rows += 1
            if not expected or expected[0] != row["id"] or expected[1] == GONE:
                yield f"{name} {row['id']}: the row was written past the audit"
            elif expected[1] != _digest(row):
                yield f"{name} {row['id']}: the row was changed past the audit"
            if expected and expected[0] == row["id"]:
                expected = next(known, None)
    except UNREADABLE as error:
        yield f"{name}: a value of the table cannot be read: {error}"
        return
    while expected:
        yield from _missing(name, expected)
        expected = next(known, None)


def _missing(name: str, expected: tuple[int, str]) -> Iterator[str]:
    """Yield that a row is missing, unless it was deleted by an act."""
    if expected[1] != GONE:
        yield f"{name} {expected[0]}: the row was removed past the audit"


def _digest(row: Mapping[str, Any]) -> str:
    """Return the digest of a row; of one that no digest can be made of, nothing."""
    try:
        return digest(row)
    except (ValueError, TypeError):
        return ""
