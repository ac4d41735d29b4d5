"""Programs by name, wherever they come from: the catalog, or the practice's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso import program as programs
from openpresso.clinic.programs import draft
from openpresso.clinic.programs.written import WrittenProgram, _newest, _released
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.program.model import Program


@dataclass(frozen=True, slots=True)
class Choice:
    """A program that can be prescribed."""

    name: str
    title: str
    own: bool
    """Whether the practice has written it."""


@cache
def catalog(name: str) -> Program:
    """Return a program of the catalog, read once; pages about courses ask for it often.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in programs.names():
        raise _missing(name, "is not in the catalog", "choose one of the catalog, or write it.")
    return programs.load(name)


def to_use(desk: Desk, name: str) -> Program:
    """Return a program that may be prescribed and delivered: the catalog's, or a released one.

    Raises
    ------
    InputError
        If there is none of this name, or none of its versions is released.
    """
    if not draft.is_own(name):
        return catalog(name)
    row = _released(desk, name)
    if row is None:
        newest = _newest(desk, name)
        state = f"is a {newest.state} version" if newest else "was never written here"
        raise _missing(
            name, f"{state}: it is not released", "let a clinician release it, or choose another."
        )
    return draft.program(row.text)


def to_read(desk: Desk, name: str) -> Program:
    """Return a program to read about: the released version, else the newest that is a program.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if not draft.is_own(name):
        return catalog(name)
    row = _released(desk, name) or _newest(desk, name)
    if row is None:
        raise _missing(name, "was never written here", "look for its name under programs.")
    return draft.program(row.text)


def title(desk: Desk, name: str) -> str:
    """Return the title of a program; its name where nothing of it is left."""
    try:
        return to_read(desk, name).title
    except InputError:
        return name


def released(desk: Desk) -> list[Choice]:
    """Return the practice's own programs that may be prescribed, by title."""
    found = desk.db.execute(
        sa.select(WrittenProgram.name, WrittenProgram.title)
        .where(WrittenProgram.practice_id == desk.here, WrittenProgram.state == "released")
        .order_by(WrittenProgram.title)
    )
    return [Choice(name, said, own=True) for name, said in found]


def _missing(name: str, what: str, hint: str) -> InputError:
    return InputError.one(
        "program", "missing-program", f"{name[:80]!r} {what}", path="program", hint=hint
    )
