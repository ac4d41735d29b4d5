"""Disk full, killed, half-way migrations, wrong files: a clear error, and nothing lost."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import StoreError
from openpresso.clinic.people import client as clients
from openpresso.clinic.people.client import Client
from openpresso.clinic.store import migrate
from openpresso.clinic.store.engine import connect
from openpresso.errors import InputError, OpenpressoError
from tests.clinic.conftest import Clock

Desks = Callable[..., Any]

WRITER = textwrap.dedent(
    """
    import datetime as dt, sys
    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.people import client
    url, staff, count, note, commit = sys.argv[1:]
    clinic = Clinic(url, clock=lambda: dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC))
    with clinic.desk(int(staff)) as desk:
        for number in range(int(count)):
            client.register(desk, given="Half", family=f"Written{number}", born="1971-03-04",
                            note="n" * int(note))
            print(number, flush=True)
        if commit == "no":
            sys.stdin.read()
    print("written", flush=True)
    """
)


def writer(
    url: str,
    staff: int,
    count: int,
    *,
    note: int = 0,
    commit: str = "no",
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """A process that registers clients in one desk, and waits before it commits."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(staff), str(count), str(note), commit],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, preexec_fn=before,  # noqa: PLW1509 -- the parent has no threads
    )  # fmt: skip


def whole(clinic: Clinic, expected: int) -> None:
    """Nothing half-written: as many clients as before, and the audit agrees with every row."""
    with orm.Session(clinic.engine.execution_options(reading=True)) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Client)) == expected
        verdict = verify(db)
    assert verdict.ok, verdict.findings


@pytest.mark.parametrize("seed", range(2))
def test_a_process_killed_in_the_middle_of_a_transaction_leaves_nothing_of_it(
    clinic: Clinic, url: str, people: SimpleNamespace, seed: int
) -> None:
    rows = random.Random(seed).randrange(1, 100)
    process = writer(url, people.front_desk, 100)
    for _ in range(rows):
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    whole(clinic, 0)
    with clinic.desk(people.front_desk) as desk:
        assert clients.register(desk, given="A", family="B", born="1971-03-04").number == "C-000001"
    whole(clinic, 1)


@pytest.mark.usefixtures("people")
def many(desk_of: Desks) -> None:
    with desk_of("front_desk") as desk:
        for number in range(400):
            clients.register(
                desk, given="A", family=f"B{number}", born="1971-03-04", note="n" * 9000
            )


def test_a_full_disk_is_told_and_nothing_is_written(clinic: Clinic, desk_of: Desks) -> None:
    if clinic.engine.dialect.name != "sqlite":
        pytest.skip("the disk of a server is not ours to fill")
    clinic.close()

    def small(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 3}")

    sa.event.listen(clinic.engine, "connect", small)
    with pytest.raises(StoreError, match="full"):
        many(desk_of)
    sa.event.remove(clinic.engine, "connect", small)
    clinic.close()
    whole(clinic, 0)


def test_a_file_that_may_not_grow_is_told_and_nothing_is_written(
    clinic: Clinic, url: str, people: SimpleNamespace
) -> None:
    if clinic.engine.dialect.name != "sqlite":
        pytest.skip("the disk of a server is not ours to fill")
    size = Path(str(clinic.engine.url.database)).stat().st_size

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    process = writer(
        url, people.front_desk, 100, note=9000, commit="yes", before=limited
    )  # fmt: skip
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "written" not in out
    assert "StoreError" in errors.splitlines()[-2] + errors.splitlines()[-1], errors[-2000:]
    whole(clinic, 0)


def test_a_database_of_a_newer_schema_is_refused_and_not_touched(
    clinic: Clinic, url: str, clock: Clock
) -> None:
    version(clinic.engine, "ffff")
    for refused in (lambda: Clinic(url, clock=clock), lambda: migrate.migrate(clinic.engine)):
        with pytest.raises(StoreError) as told:
            refused()
        assert told.value.code == "newer-tables"
        assert "ffff" in told.value.message
    assert migrate.current(clinic.engine) == "ffff"


def version(engine: sa.Engine, number: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{number}')")  # noqa: S608


STEP = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = {name!r}, {before!r}
def upgrade():
    op.create_table({name!r}, sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO step1 VALUES ({number})")
    {more}
def downgrade():
    {less}
    op.drop_table({name!r})
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Migrations of three steps, the last of which fails after it has begun."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrate.__file__).with_name("migrations"), folder)
    for old in (folder / "versions").glob("*.py"):
        old.unlink()
    (folder / "versions").mkdir(exist_ok=True)
    before = None
    for number in (1, 2, 3):
        name = f"step{number}"
        more = "op.execute('SELECT nonsense FROM nowhere')" if number == 3 else "pass"
        less = "op.execute('SELECT nonsense FROM nowhere')" if number == 1 else "pass"
        text = STEP.format(name=name, before=before, number=number, more=more, less=less)
        (folder / "versions" / f"{name}.py").write_text(text)
        before = name
    return folder


def test_a_migration_that_fails_half_way_leaves_version_and_tables_as_before(
    clinic: Clinic, scripts: Path
) -> None:
    engine = clinic.engine
    migrate.migrate(engine, migrate.NOTHING)
    tables = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    with pytest.raises(StoreError, match="nowhere") as told:
        migrate.migrate(engine, scripts=scripts)
    assert told.value.code == "migration-failed"
    assert migrate.current(engine) == ""
    assert set(sa.inspect(engine).get_table_names()) - {"alembic_version"} == tables
    migrate.migrate(engine, "step2", scripts=scripts)
    assert migrate.current(engine) == "step2"
    for target in ("head", "base"):
        with pytest.raises(StoreError, match="Nothing was changed"):
            migrate.migrate(engine, target, scripts=scripts)
        assert migrate.current(engine) == "step2"
        made = set(sa.inspect(engine).get_table_names()) - tables - {"alembic_version"}
        assert made == {"step1", "step2"}
        with engine.connect() as connection:
            assert list(connection.scalars(sa.text("SELECT id FROM step1 ORDER BY id"))) == [1, 2]


def refused(url: str) -> OpenpressoError:
    with pytest.raises(OpenpressoError) as told:
        Clinic(url)
    assert isinstance(told.value, StoreError | InputError)
    return told.value


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    error = refused("postgresql://openpresso:secret@127.0.0.1:1/clinic")
    assert error.code == "unreachable"
    assert "secret" not in str(error)
    assert "the server runs" in error.remedy


def test_a_file_that_is_no_database_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite"
    path.write_text("Dear client,\n" * 200)
    error = refused(str(path))
    assert error.code == "unreachable"
    assert "not a database" in error.message
    assert path.read_text() == "Dear client,\n" * 200


def test_a_folder_and_a_url_of_something_else_are_told(tmp_path: Path) -> None:
    assert refused(str(tmp_path)).code == "unreachable"
    assert refused(str(tmp_path / "nowhere" / "clinic.sqlite")).code == "unreachable"
    assert refused("mysql://root@localhost/clinic").code == "unknown-database"


@pytest.mark.usefixtures("people")
def test_a_broken_database_is_told(clinic: Clinic) -> None:
    if clinic.engine.dialect.name != "sqlite":
        pytest.skip("of SQLite alone")
    path = Path(str(clinic.engine.url.database))
    clinic.close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    assert refused(str(path)).code == "unreachable"


@pytest.mark.usefixtures("tmp_path")
def test_a_file_that_may_not_be_written_is_told_and_read(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    if clinic.engine.dialect.name != "sqlite":
        pytest.skip("of SQLite alone")
    file = Path(str(clinic.engine.url.database))
    clinic.close()
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    before = file.read_bytes()
    # The superuser may write any file, so SQLite itself is told not to.
    locked = Clinic.__new__(Clinic)
    locked.engine, locked.clock = connect(f"sqlite:///file:{file}?mode=ro&uri=true"), clinic.clock
    told = pytest.raises(StoreError, match="readonly")
    with told, locked.desk(people.front_desk) as desk:
        clients.register(desk, given="A", family="B", born="1971-03-04")
    locked.close()
    assert file.read_bytes() == before
    whole(clinic, 0)
