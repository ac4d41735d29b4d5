"""The connection: SQLite with a write-ahead log by default, PostgreSQL by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from openpresso.errors import InputError

PATIENCE = 30.0
"""How long a writer waits for another one before it gives up [s]."""


def connect(url: str) -> sa.Engine:
    """Return an engine for a database.

    Parameters
    ----------
    url
        A file (`clinic.sqlite`), or a URL: `sqlite:///clinic.sqlite`,
        `postgresql://name:password@host/clinic`.

    Returns
    -------
    sqlalchemy.Engine
        Nothing is opened yet.

    Raises
    ------
    InputError
        If the URL cannot be read, or names neither of the two databases.
    """
    try:
        found = sa.engine.make_url(url if "://" in url else f"sqlite:///{Path(url)}")
    except sa.exc.ArgumentError:
        found = None
    backend = found.get_backend_name() if found is not None else ""
    if found is not None and backend == "sqlite" and found.database not in {None, "", ":memory:"}:
        return _sqlite(found)
    if found is not None and backend == "postgresql":
        return sa.create_engine(found.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise InputError.one(
        url,
        "unknown-database",
        "the database is a file of SQLite or a URL that begins with postgresql://",
        hint="For example: clinic.sqlite, or postgresql://openpresso@localhost/clinic.",
    )


def _sqlite(url: sa.URL) -> sa.Engine:
    """Return an engine whose transactions are SQLite's own, and whose writers queue up."""
    engine = sa.create_engine(url, connect_args={"timeout": PATIENCE, "check_same_thread": False})

    def opened(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    def begun(connection: sa.Connection) -> None:
        # A writer takes its place before it reads, so that no reader must be turned back.
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    sa.event.listen(engine, "connect", opened)
    sa.event.listen(engine, "begin", begun)
    return engine
