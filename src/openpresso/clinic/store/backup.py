"""A backup: the whole database in one file, with what is needed to know that it is whole.

The file is a ZIP of `manifest.json` and the database: SQLite's own file, or pg_dump's custom form.
It restores on the kind of database that it came from.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from openpresso import __version__
from openpresso.clinic.audit.chain import START
from openpresso.clinic.errors import StoreError
from openpresso.clinic.privacy import erased
from openpresso.clinic.store import migrate, postgres
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND: Final = "openpresso backup"
SCHEMA: Final = 1
MANIFEST: Final = "manifest.json"
INSIDE: Final = {"sqlite": "clinic.sqlite", "postgresql": "clinic.dump"}
"""Name of the database in the file, by its kind."""
BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Parameters
    ----------
    kind, schema
        What the file is, and the version of its form.
    openpresso, made_at
        Who made it, and when, in UTC.
    database, tables
        `sqlite` or `postgresql`, and the version of the tables.
    entries, head
        How many entries the audit has, and the hash of the last: a seal.
    size, sha256
        Of the database inside [bytes].
    """

    kind: str
    schema: int
    openpresso: str
    made_at: str
    database: str
    tables: str
    entries: int
    head: str
    size: int
    sha256: str


def backup(engine: sa.Engine, path: Path, at: dt.datetime) -> Manifest:
    """Write a backup; others can work meanwhile, and it holds one moment.

    Parameters
    ----------
    engine
        The database.
    path
        A new file. The list of erased clients beside it is brought up to date.
    at
        The instant.

    Raises
    ------
    InputError
        If there is such a file.
    StoreError
        If the database cannot be read, the file cannot be written, or pg_dump is missing.
    """
    refuse_existing(path)
    kind = engine.dialect.name
    with _working(path) as folder:
        inside = folder / INSIDE[kind]
        try:
            entries, head = (_of_sqlite if kind == "sqlite" else _of_postgresql)(engine, inside)
        except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:
            raise StoreError(
                f"the database cannot be read: {error}",
                remedy="No backup was written. Look at the disk and the server.",
            ) from error
        manifest = Manifest(
            KIND,
            SCHEMA,
            __version__,
            at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            kind,
            migrate.current(engine),
            entries,
            head,
            inside.stat().st_size,
            digest(inside),
        )
        packed = folder / "packed"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            out.write(inside, inside.name)
        with packed.open("rb+") as stream:
            os.fsync(stream.fileno())
        packed.chmod(0o600)
        place(packed, path)
    gone = erased.gather(engine)
    erased.keep(path.parent / erased.NAME, gone)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises
    ------
    InputError
        If the file cannot be read or is no backup.
    """
    found = None
    try:
        with zipfile.ZipFile(path) as packed:
            found = _parsed(json.loads(packed.read(MANIFEST)))
    except FileNotFoundError as error:
        raise InputError.one(
            str(path), "missing-file", "there is no such file", hint="Name a backup."
        ) from error
    except OSError as error:
        raise InputError.one(
            str(path), "unreadable-file", f"cannot be read: {error.strerror}", hint="Name a backup."
        ) from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
        pass
    if found is None:
        raise InputError.one(
            str(path),
            "no-backup",
            "this is no backup of a clinic, or it is broken",
            hint="Take another copy; openpresso clinic backup writes them.",
        )
    if found.schema != SCHEMA:
        raise InputError.one(
            str(path), "newer-backup", f"the backup has form {found.schema}; {SCHEMA} is allowed",
            hint=f"Use openpresso {found.openpresso} or newer.",
        )  # fmt: skip
    return found


def _parsed(told: Any) -> Manifest | None:  # noqa: ANN401 -- whatever the file holds
    """Return the manifest that a file holds; None when it is none."""
    found = Manifest(**{field.name: told[field.name] for field in fields(Manifest)})
    good = found.kind == KIND and found.database in INSIDE and type(found.size) is int
    return found if good else None


def unpack(path: Path, manifest: Manifest, folder: Path) -> Path:
    """Write the database of a backup into a folder, and make sure that every byte is there.

    Raises
    ------
    InputError
        If the bytes are not those that the manifest tells of.
    """
    out = folder / INSIDE[manifest.database]
    try:
        with zipfile.ZipFile(path) as packed, packed.open(out.name) as stream, out.open("wb") as to:
            shutil.copyfileobj(stream, to, BLOCK)
        good = (out.stat().st_size, digest(out)) == (manifest.size, manifest.sha256)
    except (zipfile.BadZipFile, KeyError, EOFError):
        good = False
    if not good:
        raise InputError.one(
            str(path), "broken-backup", "the database inside is not as it was written",
            hint="Take another copy of the backup; nothing was restored.",
        )  # fmt: skip
    return out


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def refuse_existing(path: Path) -> None:
    """Refuse a file that is there already.

    Raises
    ------
    InputError
        If it is, or if its folder is not.
    """
    if path.exists() or path.is_symlink():
        raise InputError.one(
            str(path), "file-exists", "there is such a file, and nothing is overwritten",
            hint="Name a new file.",
        )  # fmt: skip
    if not path.parent.is_dir():
        raise InputError.one(
            str(path), "missing-folder", "its folder does not exist", hint="Make the folder first."
        )


def place(made: Path, path: Path) -> None:
    """Give a finished file its name, all at once, unless the name is taken.

    Raises
    ------
    InputError
        If somebody has taken the name meanwhile.
    """
    try:
        os.link(made, path)
    except FileExistsError:
        refuse_existing(path)
    except OSError:
        # A disk without hard links: look, then rename.
        refuse_existing(path)
        made.rename(path)


@contextmanager
def _working(path: Path) -> Iterator[Path]:
    """Yield a folder beside a file, on the same disk; a full disk leaves nothing behind."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}",
            code="not-written",
            remedy="Look at the disk and the folder; the database is as before.",
        ) from error


def _of_sqlite(engine: sa.Engine, path: Path) -> tuple[int, str]:
    """Copy a database page by page, also while others write; return the end of its audit."""
    with engine.execution_options(reading=True).connect() as connection:
        connection.rollback()
        source: Any = connection.connection.driver_connection
        copy = sqlite3.connect(path)
        try:
            source.backup(copy)
            # One file: the copy needs no write-ahead log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            return _head(copy.execute)
        finally:
            copy.close()


def _of_postgresql(engine: sa.Engine, path: Path) -> tuple[int, str]:
    """Dump a database at one snapshot; return the end of its audit in the same snapshot."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        end = _head(connection.exec_driver_sql)
        postgres.dump(engine.url, snapshot, path)
        return end


def _head(execute: Any) -> tuple[int, str]:  # noqa: ANN401 -- of a driver or of SQLAlchemy
    """Return the count and the hash at the end of the audit."""
    found = execute("SELECT count, hash FROM audit_head").fetchall()
    return (int(found[0][0]), str(found[0][1])) if found else (0, START)


__all__ = [
    "INSIDE", "KIND", "Manifest", "backup", "place", "read_manifest", "refuse_existing", "unpack",
]  # fmt: skip
