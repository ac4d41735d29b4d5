"""One row of every table, filled by the types of the columns alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from openpresso.clinic.audit.chain import Pending
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.store.base import Base, Plain

SPECIAL: dict[tuple[str, str], Any] = {
    ("staff", "roles"): ["owner"],
    ("opening", "date"): None,
    ("practice", "zone"): "Europe/Berlin",
    ("practice", "country"): "DE",
    ("client", "number"): "C-000001",
    ("client", "state"): "active",
    ("course", "state"): "finished",
}
"""What a column needs that its type does not say."""
MOMENT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def tables() -> list[type[Base]]:
    """Every mapped table, those that others refer to first."""
    by_name = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    return [by_name[table.name] for table in Base.metadata.sorted_tables]


def audited() -> list[type[Base]]:
    return [table for table in tables() if table.audited]


def value_of(column: sa.Column[Any], keys: Mapping[str, int], turn: int = 0) -> object:
    """A value that a column of this type can hold; each turn gives another one."""
    if turn == 0 and (column.table.name, column.name) in SPECIAL:
        return SPECIAL[column.table.name, column.name]
    place = list(column.table.columns).index(column)
    for key in column.foreign_keys:
        return keys.get(key.column.table.name) if turn == 0 else 987_000 + turn
    match column.type:
        case sa.Boolean():
            return turn % 2 == 0
        case sa.Integer():
            return 7 + turn
        case sa.Float():
            return 1.5 + turn
        case sa.LargeBinary():
            return b"x%d" % turn
        case sa.Date():
            return dt.date(2026, 3, 2) + dt.timedelta(days=place + 100 * turn)
        case sa.Time():
            return dt.time(9, turn)
        case Plain():
            return {"turn": turn}
        case sa.String(length=length):
            return f"x{turn}"[:length]
        case _:
            # Later columns are later, as in `starts` and `ends`.
            return MOMENT + dt.timedelta(hours=place + 100 * turn)


def one_of_each(clinic: Clinic) -> dict[str, int]:
    """Write one row of every audited table as an act would, and return the keys."""
    keys: dict[str, int] = {}
    with clinic.automatic() as desk:
        desk.doing = Pending("test.rows", None, None, desk.now())
        for table in audited():
            mapper = sa.inspect(table)
            whole = Base.metadata.tables[table.__tablename__]
            own = {c.key: whole.columns[c.columns[0].name] for c in mapper.column_attrs}
            version = mapper.version_id_col
            filled = {
                name: value_of(column, keys)
                for name, column in own.items()
                if not column.primary_key and column is not version
            }
            row = table(**filled)
            desk.db.add(row)
            desk.db.flush()
            keys[table.__tablename__] = row.id  # type: ignore[attr-defined]
        desk.db.flush()
        desk.doing.practice_id = keys["practice"]
        desk.done.append(desk.doing)
        desk.doing = None
    return keys
