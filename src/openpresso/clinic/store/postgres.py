"""PostgreSQL's own programs that write a database into a file and back."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def dump(url: sa.URL, snapshot: str, path: Path) -> None:
    """Write a database as it was at a snapshot into a file of pg_dump's custom form.

    Raises
    ------
    StoreError
        If pg_dump is not on the path, or it fails.
    """
    _run(
        "pg_dump", url,
        "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
        f"--file={path}", f"--dbname={_without_password(url)}",
    )  # fmt: skip


def load(url: sa.URL, path: Path) -> None:
    """Read such a file into an empty database, all of it or nothing.

    Raises
    ------
    StoreError
        If pg_restore is not on the path, or it fails; the database is then as before.
    """
    _run(
        "pg_restore", url,
        "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        f"--dbname={_without_password(url)}", str(path),
    )  # fmt: skip


def _without_password(url: sa.URL) -> str:
    """Return the URL as the programs take it; anybody can read the arguments of a process."""
    bare = sa.URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    return bare.render_as_string(hide_password=False)


def _run(program: str, url: sa.URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreError(
            f"{program} is not on the path",
            code="no-program",
            remedy="Install PostgreSQL's client programs (on Debian: postgresql-client).",
        )
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    ended = subprocess.run(
        [found, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise StoreError(
            f"{program} ended with {ended.returncode}: {ended.stderr.strip()}",
            code="program-failed",
            remedy="Its version must not be older than the server's; nothing else was changed.",
        )
