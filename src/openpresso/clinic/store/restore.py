"""A restore: into a new database, checked byte by byte and row by row, erasures done again."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.audit.seal import Seal
from openpresso.clinic.audit.verify import Verdict, verify
from openpresso.clinic.clinic import Clinic, utc_now
from openpresso.clinic.errors import StoreError
from openpresso.clinic.privacy import erased
from openpresso.clinic.store import migrate, postgres
from openpresso.clinic.store.backup import (
    Manifest,
    place,
    read_manifest,
    refuse_existing,
    unpack,
)
from openpresso.clinic.store.engine import connect
from openpresso.errors import InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done.

    Parameters
    ----------
    manifest
        Of the backup.
    verdict
        What the verification of the audit found; None when the tables must be migrated first.
    erased
        Numbers of the clients who were erased again.
    lists
        The lists of erased clients that were found.
    """

    manifest: Manifest
    verdict: Verdict | None
    erased: tuple[str, ...]
    lists: tuple[Path, ...]


def restore(
    path: Path,
    url: str,
    *,
    lists: Sequence[Path] = (),
    clock: Callable[[], dt.datetime] = utc_now,
) -> Restored:
    """Restore a backup into a new database.

    Parameters
    ----------
    path
        The backup.
    url
        A file of SQLite that does not exist, or an empty database of PostgreSQL.
    lists
        Lists of erased clients besides those in the folder of the backup and beside the database.
    clock
        Returns the instant.

    Returns
    -------
    Restored
        What was done. A verdict with findings means that the database was changed by hand before
        the backup was made; it is restored as it was.

    Raises
    ------
    InputError
        If the file is no backup, is broken, or the database is of another kind or not new.
    StoreError
        If the tables are newer than this openpresso, or the database cannot be written.
    """
    manifest = read_manifest(path)
    engine = connect(url)
    try:
        _refuse(engine, url, manifest)
        found = _lists(path, engine, lists)
        gone = [one for name in found for one in erased.read(name)]
        _write(path, manifest, engine)
        if migrate.current(engine) != migrate.newest():
            return Restored(manifest, None, (), found)
    finally:
        engine.dispose()
    clinic = Clinic(url, clock=clock)
    try:
        verdict = _verified(clinic, manifest)
        back = erased.again(clinic, gone)
        if back and verdict.ok:
            verdict = _verified(clinic, manifest)
        if back and (beside := erased.beside(clinic.engine)):
            erased.keep(beside, gone)
        return Restored(manifest, verdict, tuple(back), found)
    finally:
        clinic.close()


def _verified(clinic: Clinic, manifest: Manifest) -> Verdict:
    """Verify the audit; the entry at which the backup ended is where it says."""
    seal = Seal(manifest.entries, manifest.head, clinic.clock())
    with orm.Session(clinic.engine.execution_options(reading=True)) as db:
        return verify(db, [seal])


def _refuse(engine: sa.Engine, url: str, manifest: Manifest) -> None:
    """Refuse a database that is not new, of another kind, or too old for the tables."""
    if engine.dialect.name != manifest.database:
        raise InputError.one(
            url, "other-kind",
            f"the backup is of {manifest.database}; it restores on {manifest.database} alone",
            hint="Name a database of that kind.",
        )  # fmt: skip
    if manifest.tables and not migrate.known(manifest.tables):
        raise StoreError(
            f"the backup has tables of version {manifest.tables}, which this openpresso does not "
            "know",
            code="newer-tables",
            remedy=f"Use openpresso {manifest.openpresso} or newer; nothing was restored.",
        )
    if engine.dialect.name == "sqlite":
        file = Path(engine.url.database or "")
        for one in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
            refuse_existing(one)
        return
    try:
        tables = sa.inspect(engine).get_table_names()
    except sa.exc.OperationalError as error:
        raise StoreError(
            f"{url}: the database cannot be opened: {error.orig}",
            code="unreachable",
            remedy="Make an empty database first, for example: createdb clinic.",
        ) from error
    if tables:
        raise InputError.one(
            url, "not-empty", f"the database has tables ({tables[0]}), and nothing is overwritten",
            hint="Make an empty database, for example: createdb clinic.",
        )  # fmt: skip


def _write(path: Path, manifest: Manifest, engine: sa.Engine) -> None:
    """Write the database of a backup where it is to be."""
    is_sqlite = engine.dialect.name == "sqlite"
    beside = Path(engine.url.database or "").parent if is_sqlite else None
    try:
        with tempfile.TemporaryDirectory(prefix=".restore.", dir=beside) as folder:
            made = unpack(path, manifest, Path(folder))
            if is_sqlite:
                place(made, Path(engine.url.database or ""))
            else:
                postgres.load(engine.url, made)
    except OSError as error:
        raise StoreError(
            f"the backup cannot be restored: {error.strerror}",
            code="not-written",
            remedy="Nothing was restored. Look at the disk and the folder.",
        ) from error


def _lists(path: Path, engine: sa.Engine, lists: Sequence[Path]) -> tuple[Path, ...]:
    """Return the lists of erased clients that exist: those named, and those at hand."""
    for one in lists:
        if not one.is_file():
            raise InputError.one(
                str(one), "missing-file", "there is no such list", hint="Name a list, or none."
            )
    near = [path.parent / erased.NAME, erased.beside(engine)]
    return (*lists, *(one for one in near if one is not None and one.is_file()))
