"""The list of erased clients, kept outside of the database, so that no backup brings one back.

A line has the number of a client and a hash of the row's key, number and founding moment: enough
to find the same row in an older backup, and nothing about the person. The list is derived from the
database: every backup and every erasure brings it up to date, and nothing is ever taken off it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.errors import StoreError
from openpresso.clinic.people.client import Client
from openpresso.clinic.privacy.erase import erase
from openpresso.clinic.privacy.erasure import kept_now
from openpresso.clinic.roles import Role
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpresso.clinic.clinic import Clinic

NAME: Final = "erased.jsonl"
"""Name of the list in a folder of backups."""
_COLUMNS: Final = (Client.practice_id, Client.id, Client.number, Client.created_at)


@dataclass(frozen=True, slots=True, order=True)
class Erased:
    """One erased client.

    Parameters
    ----------
    number
        As in `Client.number`.
    hash
        Of practice, key, number and founding moment of the row.
    """

    number: str
    hash: str


def line(practice_id: int, key: int, number: str, created_at: dt.datetime) -> Erased:
    """Return the line of a client, from four columns of its row."""
    told = [practice_id, key, number, created_at.astimezone(dt.UTC).isoformat()]
    return Erased(number, hashlib.sha256(json.dumps(told).encode()).hexdigest())


def gather(engine: sa.Engine) -> list[Erased]:
    """Return the line of every client that a database knows to be erased.

    It reads no other columns than a line needs, so that it reads older tables too.
    """
    with engine.execution_options(reading=True).connect() as connection:
        if not sa.inspect(connection).has_table(Client.__tablename__):
            return []
        found = connection.execute(sa.select(*_COLUMNS).where(Client.state == "erased"))
        return [line(*row) for row in found]


def read(path: Path) -> list[Erased]:
    """Read a list; one that does not exist is empty.

    Raises
    ------
    InputError
        If the file cannot be read, or a line of it is none.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.one(
            str(path), "unreadable-file", f"cannot be read: {error}", hint="Check who may read it."
        ) from error
    found = []
    for place, text in enumerate(lines, 1):
        try:
            one = _parsed(json.loads(text))
        except (ValueError, KeyError, TypeError):
            one = None
        if one is None:
            raise InputError.one(
                str(path), "no-erasure", "this is no line of a list of erased clients", line=place,
                hint="Take the list from another copy; without it erased clients come back.",
            )  # fmt: skip
        found.append(one)
    return found


def _parsed(told: Any) -> Erased | None:  # noqa: ANN401 -- whatever the file holds
    """Return what a line says; None when it says nothing of an erasure."""
    number, mark = told["number"], told["hash"]
    good = isinstance(number, str) and re.fullmatch("[0-9a-f]{64}", mark)
    return Erased(number, mark) if good else None


def keep(path: Path, erased: Iterable[Erased]) -> int:
    """Add clients to a list; returns how many it has then.

    Raises
    ------
    StoreError
        If the list cannot be written; the old one is then as before.
    """
    every = sorted({*read(path), *erased})
    fresh = path.with_name(f"{path.name}.new")
    text = "".join(f"{json.dumps({'number': e.number, 'hash': e.hash})}\n" for e in every)
    try:
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path}: the list of erased clients cannot be written: {error.strerror}",
            code="no-erasure-list",
            remedy="Without it an old backup brings erased clients back. Mend it and run a backup.",
        ) from error
    return len(every)


def beside(engine: sa.Engine) -> Path | None:
    """Return where the list of a database lies: beside its file; None for a server."""
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return None
    return Path(f"{engine.url.database}.{NAME}")


def again(clinic: Clinic, erased: Sequence[Erased]) -> list[str]:
    """Erase again the clients of a list that an older backup has brought back; returns numbers."""
    with orm.Session(clinic.engine.execution_options(reading=True)) as db:
        numbers = {one.number for one in erased}
        known = set(erased)
        back = [
            (row.practice_id, row.id)
            for start in range(0, len(numbers), 500)
            for row in db.execute(
                sa.select(*_COLUMNS)
                .where(Client.number.in_(sorted(numbers)[start : start + 500]))
                .where(Client.state != "erased")
            )
            if line(*row) in known
        ]
    done = []
    for practice, key in back:
        with clinic.automatic(practice) as desk:
            done.append(erase_again(desk, key))
    return done


@action("client.erase-again", Role.AUTOMATIC)
def erase_again(desk: Desk, client_id: int) -> str:
    """Erase a client whom an older backup has brought back; returns the number."""
    client = desk.find(Client, client_id)
    erase(desk, client_id, keep=kept_now(desk, client_id))
    return client.number
