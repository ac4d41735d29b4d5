"""Backups restore, row by row, on the kind of database that they came from."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import StoreError
from openpresso.clinic.people import client as clients
from openpresso.clinic.privacy import erased, erasure
from openpresso.clinic.store import postgres
from openpresso.clinic.store.backup import MANIFEST, backup, read_manifest
from openpresso.clinic.store.base import Base
from openpresso.clinic.store.engine import connect
from openpresso.clinic.store.restore import restore
from openpresso.errors import InputError
from tests.clinic.audit.rows import one_of_each
from tests.clinic.audit.test_verify import UNPROVEN
from tests.clinic.conftest import Clock

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
BORN = dt.date(1971, 3, 4)
Desks = Callable[..., Any]


@pytest.fixture
def fresh(url: str, tmp_path: Path) -> Iterator[str]:
    """Where a restore can go: a new file, or an empty database of the same server."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored.sqlite'}"
        return
    engine = connect(url)
    name = f"{engine.url.database}_restored"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    yield engine.url.set(drivername="postgresql", database=name).render_as_string(
        hide_password=False
    )
    engine.dispose()


def rows_of(url: str) -> dict[str, list[Any]]:
    engine = connect(url)
    with engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(table.select().order_by("id"))]
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return found


def test_every_row_of_every_table_comes_back(
    clinic: Clinic, url: str, fresh: str, tmp_path: Path
) -> None:
    one_of_each(clinic)
    before = rows_of(url)
    manifest = backup(clinic.engine, tmp_path / "b.zip", AT)
    done = restore(tmp_path / "b.zip", fresh)
    assert rows_of(fresh) == before
    assert all(before[name] for name in before if name not in UNPROVEN)
    assert done.verdict is not None
    assert done.verdict.ok, done.verdict.findings
    assert done.manifest == manifest
    assert manifest.entries == done.verdict.entries
    assert read_manifest(tmp_path / "b.zip").database == clinic.engine.dialect.name
    assert sorted(path.name for path in tmp_path.glob(".*")) == []
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0


def test_work_goes_on_in_what_was_restored(
    clinic: Clinic, fresh: str, tmp_path: Path, people: SimpleNamespace, clock: Clock
) -> None:
    backup(clinic.engine, tmp_path / "b.zip", AT)
    restore(tmp_path / "b.zip", fresh)
    again = Clinic(fresh, clock=clock)
    with again.desk(people.front_desk) as desk:
        assert clients.register(desk, given="Ana", family="Ruiz", born=BORN).number == "C-000001"
    again.close()


def test_a_client_erased_after_the_backup_does_not_come_back(
    clinic: Clinic, desk_of: Desks, fresh: str, tmp_path: Path
) -> None:
    with desk_of("front_desk") as desk:
        ana = clients.register(desk, given="Ana", family="Ruiz", born=BORN).id
        clients.register(desk, given="Ben", family="Stone", born=BORN)
    backup(clinic.engine, tmp_path / "old.zip", AT)
    with desk_of("owner") as desk:
        one = erasure.request(desk, ana, basis="consent")
        erasure.decide(desk, one.id, one.version)
    backup(clinic.engine, tmp_path / "new.zip", AT)
    done = restore(tmp_path / "old.zip", fresh)
    assert done.erased == ("C-000001",)
    assert done.lists == (tmp_path / erased.NAME,)
    assert done.verdict is not None
    assert done.verdict.ok, done.verdict.findings
    after = str(rows_of(fresh))
    assert "Ruiz" not in after
    assert "Stone" in after


@pytest.mark.usefixtures("people")
def test_a_backup_of_a_changed_database_is_restored_and_told(
    clinic: Clinic, fresh: str, tmp_path: Path
) -> None:
    with clinic.engine.begin() as connection:
        connection.execute(sa.text("UPDATE staff SET family = 'x' WHERE id = 1"))
    backup(clinic.engine, tmp_path / "b.zip", AT)
    verdict = restore(tmp_path / "b.zip", fresh).verdict
    assert verdict is not None
    assert verdict.findings == ("staff 1: the row was changed past the audit",)


def test_nothing_is_overwritten(clinic: Clinic, url: str, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    backup(clinic.engine, path, AT)
    content = path.read_bytes()
    with pytest.raises(InputError, match="nothing is overwritten"):
        backup(clinic.engine, path, AT)
    with pytest.raises(InputError, match="nothing is overwritten"):
        restore(path, url)
    assert path.read_bytes() == content


def test_a_backup_restores_on_no_other_kind(clinic: Clinic, tmp_path: Path) -> None:
    backup(clinic.engine, tmp_path / "b.zip", AT)
    is_sqlite = clinic.engine.dialect.name == "sqlite"
    other = "postgresql://postgres@/none" if is_sqlite else str(tmp_path / "x.sqlite")
    with pytest.raises(InputError, match="restores on"):
        restore(tmp_path / "b.zip", other)
    assert not (tmp_path / "x.sqlite").exists()


@pytest.mark.parametrize("damage", ["byte", "cut", "text", "manifest", "other", "missing"])
def test_a_broken_backup_is_refused_and_nothing_is_restored(
    clinic: Clinic, fresh: str, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "b.zip"
    backup(clinic.engine, path, AT)
    content = bytearray(path.read_bytes())
    if damage == "byte":
        content[len(content) // 2] ^= 1
    elif damage == "cut":
        del content[len(content) // 2 :]
    elif damage == "text":
        content = bytearray(b"hello")
    path.write_bytes(content)
    if damage in {"manifest", "other"}:
        repack(path, {"sha256": "0" * 64} if damage == "manifest" else {"kind": "other"})
    if damage == "missing":
        path.unlink()
    with pytest.raises(InputError) as told:
        restore(path, fresh)
    assert told.value.code in {"broken-backup", "no-backup", "missing-file"}
    if fresh.startswith("sqlite"):
        assert not (tmp_path / "restored.sqlite").exists()
    else:
        engine = connect(fresh)
        assert sa.inspect(engine).get_table_names() == []
        engine.dispose()
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def repack(path: Path, changes: dict[str, Any]) -> None:
    """Change the manifest of a backup."""
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    files[MANIFEST] = json.dumps(json.loads(files[MANIFEST]) | changes).encode()
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)


def test_a_backup_of_newer_tables_or_form_is_refused(
    clinic: Clinic, fresh: str, tmp_path: Path
) -> None:
    path = tmp_path / "b.zip"
    backup(clinic.engine, path, AT)
    repack(path, {"tables": "ffff"})
    with pytest.raises(StoreError) as told:
        restore(path, fresh)
    assert told.value.code == "newer-tables"
    repack(path, {"schema": 2})
    with pytest.raises(InputError, match="form 2"):
        restore(path, fresh)


def test_a_database_that_another_one_writes_is_copied_at_one_moment(
    clinic: Clinic, desk_of: Desks, fresh: str, tmp_path: Path
) -> None:
    with desk_of("front_desk") as desk:
        clients.register(desk, given="Ana", family="Ruiz", born=BORN)
        # Not written yet, so it is not in the backup.
        backup(clinic.engine, tmp_path / "b.zip", AT)
    done = restore(tmp_path / "b.zip", fresh)
    assert done.verdict is not None
    assert done.verdict.ok
    assert rows_of(fresh)["client"] == []


@pytest.mark.usefixtures("clinic")
def test_a_missing_program_of_postgresql_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    url = sa.make_url("postgresql://name:secret@host/clinic")
    with pytest.raises(StoreError, match="pg_dump is not on the path"):
        postgres.dump(url, "x", tmp_path / "x")
    assert "secret" not in postgres._without_password(url)


def test_a_folder_that_is_not_there_and_a_full_disk_leave_nothing(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="does not exist"):
        backup(clinic.engine, tmp_path / "nowhere" / "b.zip", AT)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("openpresso.clinic.store.backup.zipfile.ZipFile", full)
    with pytest.raises(StoreError, match="No space left on device"):
        backup(clinic.engine, tmp_path / "b.zip", AT)
    assert not (tmp_path / "b.zip").exists()
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


@pytest.mark.usefixtures("people")
def test_the_copy_of_sqlite_is_one_file_that_any_sqlite_opens(
    clinic: Clinic, tmp_path: Path
) -> None:
    if clinic.engine.dialect.name != "sqlite":
        pytest.skip("of SQLite alone")
    backup(clinic.engine, tmp_path / "b.zip", AT)
    with zipfile.ZipFile(tmp_path / "b.zip") as packed:
        packed.extract("clinic.sqlite", tmp_path / "out")
    with sqlite3.connect(tmp_path / "out" / "clinic.sqlite") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("SELECT count(*) FROM staff").fetchone() == (5,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    raw.close()
