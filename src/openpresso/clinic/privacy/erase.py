"""An erasure carried out: what goes, what is overwritten with nothing, what stays and why.

The client's row stays as an empty place with its number, so that the log of the cuffs, which
device safety wants, still says that somebody wore them, and not who.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from openpresso.clinic.measures import photograph
from openpresso.clinic.measures.photograph import Photograph
from openpresso.clinic.measures.vault import NAME as VAULT_NAME
from openpresso.clinic.people.client import Client
from openpresso.clinic.privacy.extent import extents, household, in_order, rows
from openpresso.clinic.store.base import Base, Moment, Plain

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy import orm

    from openpresso.clinic.desk import Desk

NOBODY: Final = dt.date(1, 1, 1)
"""Date of birth of an erased client, where the column must hold a day."""


def erase(desk: Desk, client_id: int, *, keep: Collection[str] = ()) -> dict[str, int]:
    """Erase a client and all who were merged into it; what is erased already stays so.

    Parameters
    ----------
    desk
        Where this is done, within an action.
    client_id
        The client.
    keep
        Kinds of record that a law wants kept as they are, for example `accounting`.

    Returns
    -------
    dict[str, int]
        Rows deleted or overwritten, by table.
    """
    clients = household(desk, client_id)
    done: dict[str, int] = {}
    going: list[list[Base]] = []
    for table in in_order():
        one = extents()[table.__tablename__]
        if one.erase == "keep" or one.record in keep:
            continue
        found = list(rows(desk, table, clients))
        done[one.table] = len(found)
        if one.erase == "delete":
            going.append(found)
            continue
        for row in found:
            blank(row, one.blank)
    for key in clients:
        # Those merged into it too: an older backup may hold them from before they were merged.
        desk.db.get_one(Client, key).state = "erased"
        photograph.forget(desk, key)
    # What refers to rows that go is overwritten first, and what is referred to goes last.
    desk.db.flush()
    for found in reversed(going):
        # A row may refer to an older one of its table, as a credit note does to its invoice.
        for row in reversed(found):
            desk.db.delete(row)
            desk.db.flush()
    return {table: count for table, count in done.items() if count}


def remove_photographs(desk: Desk, client_id: int, folder: Path) -> None:
    """Remove the files of a client's photographs once the transaction is written."""
    clients = household(desk, client_id)
    rows_of = sa.select(Photograph.file, Photograph.small).where(Photograph.client_id.in_(clients))
    names = [name for pair in desk.db.execute(rows_of) for name in pair]

    def written(_session: orm.Session) -> None:
        for name in names:
            if VAULT_NAME.fullmatch(name):
                (folder / name).unlink(missing_ok=True)

    sa.event.listen(desk.db, "after_commit", written, once=True)


def blank(row: Base, columns: Collection[str]) -> None:
    """Overwrite columns of a row with nothing."""
    table: Any = row.__table__
    for name in columns:
        setattr(row, name, nothing(table.c[name], getattr(row, name)))


def nothing(column: sa.Column[Any], old: object) -> object:
    """Return what a column holds when it holds nothing."""
    if column.nullable:
        return None
    match column.type:
        case Plain():
            return [] if isinstance(old, list) else {}
        case Moment():
            return dt.datetime(1, 1, 1, tzinfo=dt.UTC)
        case sa.Date():
            return NOBODY
        case sa.Boolean():
            return False
        case sa.Integer():
            return 0
        case sa.Float():
            return 0.0
        case sa.LargeBinary():
            return b""
        case _:
            return ""
