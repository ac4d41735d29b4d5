"""Values in a form that only a hand has written: SQLite takes any text in a column of dates.

The program reads such a value as if nothing were wrong, so the digest agrees, but the database
sorts and compares it wrongly. PostgreSQL holds the form by itself.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.store.base import Moment, Plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import orm

_DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_TIME = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]"


def foreign(db: orm.Session, table: sa.Table) -> Iterator[str]:
    """Yield what is wrong with rows of a table that hold a value in a form not ours."""
    if db.get_bind().dialect.name != "sqlite":
        return
    for found in db.scalars(_statement(table)):
        yield f"{table.name} {found}: the row holds a value in a form that openpresso never writes"


@cache
def _statement(table: sa.Table) -> sa.Select[int]:
    """Return the statement that finds such rows, by key."""
    wrong = [clause for column in table.columns if (clause := _wrong(column)) is not None]
    key = next(iter(table.primary_key))
    return sa.select(key).where(sa.or_(*wrong)).order_by(key).limit(100)


def _wrong(column: sa.Column[object]) -> sa.ColumnElement[bool] | None:
    """Return the condition of a value in another form than ours."""
    form = sa.func.typeof(column)
    match column.type:
        case sa.Boolean():
            # Any number is true for the program, and only 1 for a condition.
            number = sa.type_coerce(column, sa.Integer)
            return sa.or_(number.not_in((0, 1)), form.not_in(("integer", "null")))
        case sa.Integer():
            return form.not_in(("integer", "null"))
        case sa.Float():
            return form.not_in(("real", "null"))
        case sa.LargeBinary():
            return form.not_in(("blob", "null"))
        case Moment():
            return _unlike(column, f"{_DATE} {_TIME}")
        case sa.Date():
            return _unlike(column, _DATE)
        case sa.Time():
            return _unlike(column, _TIME)
        case sa.String() | Plain():
            return form.not_in(("text", "null"))
        case _:
            return None


def _unlike(column: sa.Column[object], pattern: str) -> sa.ColumnElement[bool]:
    bare = sa.type_coerce(column, sa.String)
    return sa.or_(
        bare.op("NOT GLOB", is_comparison=True)(pattern),
        sa.func.typeof(column).not_in(("text", "null")),
    )
