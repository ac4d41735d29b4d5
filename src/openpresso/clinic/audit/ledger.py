"""What each row should be by the audit, kept on disk: memory stays flat in a large clinic."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final, Self

from openpresso.clinic.audit.digest import GONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MEMORY: Final = 64_000
"""Most memory that the ledger takes; the rest lies in a temporary file that has no name [kB]."""


class Ledger:
    """The last digest of every row by table and key; use as a context.

    It takes about 60 bytes a row in the folder for temporary files, and goes when it is closed.
    """

    def __init__(self) -> None:
        """Open an empty ledger."""
        # SQLite keeps a database without a name in a file that only this connection sees.
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.execute(f"PRAGMA cache_size = -{MEMORY}")
        self._store.execute("PRAGMA journal_mode = OFF")
        self._store.execute(
            "CREATE TABLE known (place INTEGER, key INTEGER, digest BLOB, "
            "PRIMARY KEY (place, key)) WITHOUT ROWID"
        )
        self._store.execute("BEGIN")
        self._places: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give back the temporary file."""
        self._store.close()

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables that are in it."""
        return frozenset(self._places)

    def note(self, rows: Iterable[Sequence[object]]) -> None:
        """Take `[table, key, digest]` of rows, in the order in which they were written.

        Raises
        ------
        ValueError, TypeError
            If one of them has another form.
        """
        self._store.executemany(
            "INSERT OR REPLACE INTO known VALUES (?, ?, ?)",
            [
                (self._place(str(table)), _number(key), _packed(str(value)))
                for table, key, value in rows
            ],
        )

    def of_table(self, table: str) -> Iterator[tuple[int, str]]:
        """Yield key and digest of each row of a table, by key; `GONE` for a row deleted."""
        found = self._store.execute(
            "SELECT key, digest FROM known WHERE place = ? ORDER BY key",
            (self._places.get(table, -1),),
        )
        for key, packed in found:
            yield key, packed.hex() or GONE

    def _place(self, table: str) -> int:
        return self._places.setdefault(table, len(self._places))


def _number(key: object) -> int:
    if not isinstance(key, int):
        raise TypeError(f"{key!r} is no key")
    return key


def _packed(value: str) -> bytes:
    """Return a digest in half the space."""
    return b"" if value == GONE else bytes.fromhex(value)
