"""What is kept about a client, table by table: what a copy holds and what an erasure does there.

The tables are data (`extent.yaml`). A table that refers to a client and is not in the file fails a
test: nobody can add one and forget the client's rights.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa

from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.people.client import Client
from openpresso.clinic.store.base import Base
from openpresso.documents import load_document, validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from openpresso.clinic.desk import Desk

SHIPPED: Final = Path(__file__).with_name("extent.yaml")
BATCH: Final = 500
EXEMPT: Final = frozenset({"audit_entry"})
"""The audit has keys and digests and nothing that a client has said; a copy lists its acts."""

Erase = Literal["delete", "blank", "keep"]


@dataclass(frozen=True, slots=True)
class Extent:
    """One table that holds something about clients.

    Parameters
    ----------
    table
        Its name.
    title
        What it holds, as a client reads it.
    key, through
        Column that says whose a row is; column that refers to the row which says it.
    record
        Kind of record, which decides how long it is kept.
    erase, blank
        What an erasure does with a row, and the columns that it overwrites with nothing.
    dated
        Column that says of which day a row is.
    hidden, summary
        Columns that are not copied, and those that the paper shows.
    why
        Reason for what an erasure does.
    """

    table: str
    title: str
    key: str
    through: str | None
    record: str
    erase: Erase
    blank: tuple[str, ...]
    dated: str | None
    hidden: tuple[str, ...]
    summary: tuple[str, ...]
    why: str


@lru_cache(maxsize=8)
def extents(path: Path = SHIPPED) -> Mapping[str, Extent]:
    """Return every table that holds something about clients, by name.

    Parameters
    ----------
    path
        A YAML file of the form of the shipped one.

    Raises
    ------
    InputError
        If the file is not of that form; it names line, value and what is allowed.
    """
    from openpresso.clinic.privacy.extent_file import ExtentFile  # pydantic only on reading

    content = validate(load_document(path), ExtentFile)
    return MappingProxyType(
        {
            name: Extent(
                name,
                one.title,
                one.key,
                one.through,
                one.record,
                one.erase,
                tuple(one.blank),
                one.dated,
                tuple(one.hidden),
                tuple(one.summary),
                one.why,
            )
            for name, one in content.tables.items()
        }
    )


def about_clients() -> frozenset[str]:
    """Return every table that refers to a client, or to a row that does."""
    found = {
        table.name
        for table in Base.metadata.sorted_tables
        if "client_id" in table.columns or table.name == Client.__tablename__
    }
    size = -1
    while size != len(found):
        size = len(found)
        found |= {
            table.name
            for table in Base.metadata.sorted_tables
            if {key.column.table.name for key in table.foreign_keys} & found
        }
    return frozenset(found - EXEMPT)


def in_order() -> list[type[Base]]:
    """Return the tables of the file that exist, those that others refer to first."""
    known = extents()
    by_name = {one.class_.__tablename__: one.class_ for one in Base.registry.mappers}
    return [by_name[one.name] for one in Base.metadata.sorted_tables if one.name in known]


def household(desk: Desk, client_id: int) -> list[int]:
    """Return the keys of a client and of all who were merged into it."""
    found, fresh = [client_id], [client_id]
    while fresh:
        fresh = list(
            desk.db.scalars(
                sa.select(Client.id)
                .where(Client.practice_id == desk.here, Client.merged_into.in_(fresh))
                .order_by(Client.id)
            )
        )
        found += fresh
    return found


def rows(desk: Desk, table: type[Base], clients: Sequence[int]) -> Iterator[Base]:
    """Yield the rows of a table that are about clients, by key; never by a scan of the table."""
    yield from desk.db.scalars(
        sa.select(table)
        .where(_whose(table, clients))
        .order_by(table.id)  # type: ignore[attr-defined]
        .execution_options(yield_per=BATCH)
    )


def last_day(desk: Desk, record: str, clients: Sequence[int]) -> dt.date | None:
    """Return the day of the last row of a kind of record; None without any."""
    found: list[dt.date] = []
    for table in in_order():
        one = extents()[table.__tablename__]
        if one.record != record or one.dated is None:
            continue
        last = desk.db.scalar(
            sa.select(sa.func.max(getattr(table, one.dated))).where(_whose(table, clients))
        )
        if last is not None:
            found.append(desk.day(last) if isinstance(last, dt.datetime) else last)
    return max(found, default=None)


def _whose(table: type[Base], clients: Sequence[int]) -> sa.ColumnElement[bool]:
    """Return the condition that a row is about one of the clients."""
    one = extents()[table.__tablename__]
    if one.through is None:
        return getattr(table, one.key).in_(clients)  # type: ignore[no-any-return]
    column = getattr(table, one.through)
    (reference,) = table.__table__.c[one.through].foreign_keys
    by_name = {each.class_.__tablename__: each.class_ for each in Base.registry.mappers}
    parent: type[Base] = by_name[reference.column.table.name]
    inner = sa.select(parent.id).where(_whose(parent, clients))  # type: ignore[attr-defined]
    return column.in_(inner)  # type: ignore[no-any-return]


def by_number(desk: Desk, number: str) -> int:
    """Return the key of the client with a number, such as `C-000123`.

    Raises
    ------
    NotFoundError
        If this practice has no such client.
    """
    found = desk.db.scalar(
        sa.select(Client.id).where(
            Client.practice_id == desk.here, Client.number == number.strip().upper()
        )
    )
    if found is None:
        raise NotFoundError(
            f"there is no client {number}", remedy="Clients have numbers such as C-000123."
        )
    return found
