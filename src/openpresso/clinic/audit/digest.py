"""The digest of a row: what it holds, in one canonical text, hashed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from openpresso.clinic.store.base import Base

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import orm

GONE = "gone"
"""Digest of a row that was deleted."""


def _text(value: object) -> object:
    """Return a value as JSON has it, the same for every database."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value


def digest(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a row's columns, by name, in hexadecimal digits.

    A column that holds nothing is left out, so that a later version can add one and what was
    written before still agrees.
    """
    text = json.dumps(
        {name: _text(value) for name, value in values.items() if value is not None},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def of_row(row: Base) -> str:
    """Return the digest of a row as the program holds it."""
    mapper = sa.inspect(row).mapper
    return digest({column.key: getattr(row, column.key) for column in mapper.column_attrs})


def changes(db: orm.Session) -> dict[tuple[str, int], str]:
    """Return the digest of every audited row that a flush has just written, by table and key."""
    found: dict[tuple[str, int], str] = {}
    for row in (*db.new, *db.dirty):
        if isinstance(row, Base) and row.audited and (row in db.new or db.is_modified(row)):
            found[row.__tablename__, row.id] = of_row(row)  # type: ignore[attr-defined]
    for row in db.deleted:
        if isinstance(row, Base) and row.audited:
            found[row.__tablename__, row.id] = GONE  # type: ignore[attr-defined]
    return found
