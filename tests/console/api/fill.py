"""A row of every table of a practice, whatever tables there are, with marked secrets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.store.base import Base, Moment
from openpresso.console.api.private import PRIVATE

MARK = "hidden-value"
"""How every secret begins that is made here."""
KNOWN = {"opening.weekday": 1}
"""What a check of a table needs."""
START = dt.datetime(2031, 5, 5, 9, tzinfo=dt.UTC)


def fill(clinic: Clinic, practice: int) -> dict[str, int]:
    """Give a practice a row of every table that has none of it yet, past every rule.

    Returns
    -------
    dict
        Key of one row of each table.
    """
    found: dict[str, int] = {}
    with clinic.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if "practice_id" not in table.c or not table.c.practice_id.foreign_keys:
                continue
            key = connection.scalar(
                sa.select(table.c.id).where(table.c.practice_id == practice).limit(1)
            )
            if key is None:
                row = {
                    column.name: _value(column, practice, found)
                    for column in table.columns
                    if column.name != "id"
                }
                made = connection.execute(sa.insert(table).values(row)).inserted_primary_key
                key = made[0] if made else None
            found[table.name] = int(key or 0)
    return found


def _value(column: sa.Column[Any], practice: int, keys: dict[str, int]) -> object:
    if column.name == "practice_id":
        return practice
    for reference in column.foreign_keys:
        return None if column.nullable else keys[reference.column.table.name]
    if f"{column.table.name}.{column.name}" in PRIVATE and column.type.python_type is str:
        return f"{MARK}-{column.table.name}-{column.name}-{practice}"
    name = f"{column.table.name}.{column.name}"
    if name in KNOWN:
        return KNOWN[name]
    return None if column.nullable else _plain(column, practice)


def _plain(column: sa.Column[Any], practice: int) -> object:
    ends = column.name in {"ends", "busy_until"}
    if isinstance(column.type, Moment):
        return START + dt.timedelta(hours=1) if ends else START
    match column.type.python_type.__name__:
        case "str":
            return f"x{practice}"
        case "int":
            return 1
        case "float":
            return 1.0
        case "bool":
            return False
        case "date":
            return START.date()
        case "time":
            return dt.time(9)
    return {}
