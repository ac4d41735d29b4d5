"""A copy of all that is kept about one client: JSON, a table of measurements, a paper, photographs.

The form of the JSON is in `docs/reference/client-copy.md`; `version` changes with it.
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from openpresso.clinic.audit.trail import LONGEST_PAGE, lines_of_client
from openpresso.clinic.desk import action
from openpresso.clinic.errors import NotFoundError, RefusedError
from openpresso.clinic.measures import photograph
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.privacy.extent import EXEMPT, Extent, extents, household, in_order, rows
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import Base
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.measures.vault import Vault

KIND: Final = "openpresso copy of one client"
VERSION: Final = 1
MEASUREMENTS: Final = "measurement"
COLUMNS: Final = ("at", "kind", "side", "value", "unit", "method", "purpose", "void_reason")
"""Columns of the table of measurements, in this order."""
WELCOME: Final = """This is a copy of all that {practice} keeps about {client}, made {at}.

summary.pdf        the same in short, to read
client.json        everything, for a program: tables, rows, and who read or changed them when
measurements.csv   the measurements as a table
photographs/       your photographs, where there are any
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """All that is kept about one client.

    Parameters
    ----------
    number
        Of the client.
    content
        What `client.json` holds.
    photographs
        Name and bytes of each photograph, decrypted.
    """

    number: str
    content: Mapping[str, Any]
    photographs: tuple[tuple[str, bytes], ...] = ()


@action("client.copy", Role.OWNER, Role.CLINICIAN, kind="read")
def of_client(desk: Desk, client_id: int, *, vault: Vault | None = None) -> Copy:
    """Return all that is kept about a client.

    Parameters
    ----------
    desk
        Where this is done.
    client_id
        The client.
    vault
        Where the photographs are; without it the copy has none.

    Raises
    ------
    NotFoundError
        If this practice has no such client.
    RefusedError
        If the client was erased, or merged into another one.
    """
    client = desk.find(Client, client_id)
    if client.state in {"erased", "merged"}:
        raise RefusedError(
            f"{client.number} is {client.state}",
            [
                "Nothing is left to copy."
                if client.state == "erased"
                else f"Copy the client with the key {client.merged_into}."
            ],
            code=client.state,
        )
    clients = household(desk, client_id)
    practice = desk.db.get_one(Practice, desk.here)
    content = {
        "kind": KIND,
        "version": VERSION,
        "made_at": desk.now().isoformat(timespec="seconds"),
        "synthetic": practice.synthetic,
        "practice": {"name": practice.name, "country": practice.country, "zone": practice.zone},
        "client": client.number,
        "tables": {
            table.__tablename__: _table(desk, table, clients)
            for table in in_order()
            if table.__tablename__ not in EXEMPT
        },
        "acts": [act for key in clients for act in _acts(desk, key)],
    }
    return Copy(client.number, content, tuple(_photographs(desk, vault, clients)))


def write(copy: Copy, path: Path) -> Path:
    """Write a copy as one ZIP file; what is there already is never overwritten.

    Raises
    ------
    InputError
        If there is such a file, or it cannot be written.
    """
    from openpresso.clinic.privacy.paper import pdf

    name, made = copy.number, copy.content["made_at"]
    welcome = WELCOME.format(practice=copy.content["practice"]["name"], client=name, at=made)
    files = [
        ("READ-ME.txt", welcome.encode()),
        ("client.json", json.dumps(copy.content, indent=2, ensure_ascii=False).encode()),
        ("measurements.csv", measurements(copy).encode("utf-8-sig")),
        ("summary.pdf", pdf(copy)),
        *((f"photographs/{picture}", content) for picture, content in copy.photographs),
    ]
    try:
        with path.open("xb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
            # A copy holds health data: for the one who made it alone.
            path.chmod(0o600)
            for inside, content in files:
                out.writestr(inside, content)
    except FileExistsError as error:
        raise InputError.one(
            str(path), "file-exists", "there is such a file, and nothing is overwritten",
            hint="Name a new file.",
        ) from error  # fmt: skip
    except OSError as error:
        path.unlink(missing_ok=True)
        raise InputError.one(
            str(path), "not-written", f"cannot be written: {error.strerror}",
            hint="Check the folder and the disk.",
        ) from error  # fmt: skip
    return path


def measurements(copy: Copy) -> str:
    """Return the measurements as CSV; cells that a table program would compute are quoted."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in copy.content["tables"].get(MEASUREMENTS, {"rows": []})["rows"]:
        table.writerow([_cell(row.get(name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> object:
    """Return a cell; a text that begins like a formula gets a mark that it is a text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _table(desk: Desk, table: type[Base], clients: list[int]) -> dict[str, Any]:
    """Return title and rows of one table."""
    one: Extent = extents()[table.__tablename__]
    names = [
        attribute.key
        for attribute in sa.inspect(table).column_attrs
        if attribute.key not in {*one.hidden, "practice_id"}
    ]
    found = [
        {name: plain(getattr(row, name)) for name in names} for row in rows(desk, table, clients)
    ]
    return {"title": one.title, "rows": found}


def _acts(desk: Desk, client_id: int) -> list[dict[str, str]]:
    """Return what was done or read of a client and when, and not by whom, oldest first.

    The client may know when and for what the data were used; the names of the staff are theirs.
    """
    found: list[dict[str, str]] = []
    before: int | None = None
    while page := lines_of_client(desk, client_id, before=before, limit=LONGEST_PAGE, shared=True):
        before = page[-1].number
        found += (
            {
                "at": line.at.isoformat(timespec="seconds"),
                "act": line.action,
                "summary": line.summary,
                "outcome": line.outcome,
            }
            for line in page
        )
    return found[::-1]


def _photographs(
    desk: Desk, vault: Vault | None, clients: list[int]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each photograph, decrypted; none whose key was erased."""
    if vault is None:
        return
    for key in clients:
        for one in photograph.photographs(desk, key):
            try:
                content = photograph.picture(desk, vault, one.id)
            except NotFoundError:
                continue
            yield f"{desk.day(one.at)} {one.view} {one.id}.jpg", content


def plain(value: object) -> object:
    """Return a value as JSON has it."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
