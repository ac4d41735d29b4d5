"""A PostgreSQL of one's own for tests and benches: started in a new folder, gone afterwards.

`python -m scripts.postgres` starts one, prints its URL and waits for Enter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from openpresso.clinic.store.engine import connect

MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of its own is made in it
"""A disk in memory, where there is one."""
PATIENCE = 60
"""Longest that the server may take to start or stop [s]."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Parameters
    ----------
    folder
        Where its socket and its data are; nobody reaches it otherwise.
    """

    folder: Path

    def url(self, database: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database as a copy of another and return its URL."""
        self._do(f"CREATE DATABASE {database} TEMPLATE {template}")
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still in it."""
        self._do(f"DROP DATABASE {database} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        outside = connect(self.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
        with outside.connect() as connection:
            connection.execute(sa.text(statement))
        outside.dispose()


def program(name: str) -> str | None:
    """Return where a program of PostgreSQL lies; Debian keeps the server's off the path."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or (str(beside[0]) if beside else None)


def memory() -> Path | None:
    """Return the disk in memory, or None where there is none."""
    return MEMORY if MEMORY.is_dir() else None


@contextmanager
def server(*, safe: bool = False) -> Iterator[Server | None]:
    """Start a server and stop it afterwards.

    Parameters
    ----------
    safe
        Whether it waits for the disk, as a real one does; tests do without.

    Yields
    ------
    Server or None
        None where PostgreSQL is not installed.
    """
    initdb, control = program("initdb"), program("pg_ctl")
    if initdb is None or control is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="openpresso-", dir=None if safe else memory()))
    folder.chmod(0o777)
    data = folder / "data"
    _as_postgres(initdb, "-D", str(data), "-A", "trust", "-U", "postgres", "-N")
    options = f"-c listen_addresses='' -k {folder} -c max_connections=60" + (" -F" * (not safe))
    _as_postgres(control, "-D", str(data), "-o", options, "-w", "-l", f"{folder}/log", "start")
    try:
        yield Server(folder)
    finally:
        _as_postgres(control, "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(*command: str) -> None:
    """Run a command; as the user postgres where this is root, which the server refuses."""
    before = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*before, *command], check=True, capture_output=True, cwd="/", timeout=PATIENCE)


def main() -> None:
    """Start one and wait."""
    with server() as found:
        if found is None:
            raise SystemExit("PostgreSQL is not installed; on Debian: apt-get install postgresql")
        print(found.create("clinic"))
        input("Enter ends it. ")


if __name__ == "__main__":
    main()
