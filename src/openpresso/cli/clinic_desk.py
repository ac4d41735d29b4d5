"""How commands come to a clinic: an existing database, and a person who signs in."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.people.answer import SignedIn

Database = Annotated[
    str,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="OPENPRESSO_DATABASE",
        help="File of SQLite, or postgresql://name@host/clinic.",
    ),
]
Login = Annotated[
    str,
    typer.Option(
        "--login", metavar="LOGIN", help="Who acts; the password is asked for, or read from stdin."
    ),
]
HERE = "clinic.sqlite"
"""The database where none is named."""


def engine_of(url: str, *, new: bool = False) -> sa.Engine:
    """Return the engine of a database; a file that is not there is refused unless it is to be new.

    Raises
    ------
    InputError
        If the URL cannot be read, or the file does not exist.
    """
    from openpresso.clinic.store.engine import connect
    from openpresso.errors import InputError

    engine = connect(url)
    file = engine.url.database or ""
    # SQLite would make an empty file of a misspelt name.
    if not new and engine.dialect.name == "sqlite" and not Path(file).is_file():
        raise InputError.one(
            file,
            "missing-file",
            "there is no such database",
            hint="Check the name, or make one with: openpresso clinic new",
        )
    return engine


def name_of(engine: sa.Engine) -> str:
    """Return how a database is named in messages, without its password."""
    if engine.dialect.name == "sqlite":
        return engine.url.database or ""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=True)


@contextmanager
def opened(url: str) -> Iterator[Clinic]:
    """Open a clinic, and close it in the end."""
    from openpresso.clinic.clinic import Clinic

    engine_of(url).dispose()
    clinic = Clinic(url)
    try:
        yield clinic
    finally:
        clinic.close()


@contextmanager
def signed_in(clinic: Clinic, login: str) -> Iterator[SignedIn]:
    """Sign a person in for one command.

    Raises
    ------
    SignInError
        If it is not that person.
    """
    from openpresso.clinic.errors import SignInError
    from openpresso.clinic.people import screen, sign_in

    password = ask("Password")
    try:
        person = sign_in.enter(clinic, login, password)
    except SignInError as error:
        if error.code != "code-needed":
            raise
        person = sign_in.enter(clinic, login, password, ask("Code of the second factor"))
    try:
        yield person
    finally:
        screen.leave(clinic, person.token)


def ask(what: str) -> str:
    """Ask for a secret; where nobody can be asked, it is the next line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")
