"""Looking clients up: by the beginnings of names, number, telephone, date of birth."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import SEES_RESTRICTED, action
from openpresso.clinic.people import birth, fold
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.client_word import ClientWord
from openpresso.clinic.roles import HOUSE
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

MOST: Final = 20
"""Clients that a search returns; more than fit on a screen help nobody."""
MOST_WORDS: Final = 6
ENOUGH: Final = 500
"""Clients who share the beginning of a word, from which it does not matter how many they are."""
_NUMBER: Final = re.compile(r"[cC]-?(\d{1,12})|(\d{1,5})")
_DIALLED: Final = re.compile(r"[+\d][\d\s()/.-]{5,}")
_END: Final = "\U0010ffff"
"""No character comes after it, and no name has it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; what is empty does not matter.

    Parameters
    ----------
    names
        Folded beginnings of names; the client has them all.
    number, phone
        Number as it is kept; digits that stay when a number is dialled from elsewhere.
    born
        Date of birth.
    """

    names: tuple[str, ...] = ()
    number: str = ""
    phone: str = ""
    born: dt.date | None = None


def understood(text: str) -> Wanted:
    """Return what a text looks for: `rui ana`, `C-123`, `0151 2345678`, `ruiz 1971-03-04`."""
    if _DIALLED.fullmatch(text.strip()) and _date(text.strip()) is None:
        return Wanted(phone=fold.digits(text))
    names: list[str] = []
    number, born = "", None
    for part in text.split():
        day = _date(part)
        numbered = _NUMBER.fullmatch(part)
        if day is not None:
            born = day
        elif numbered:
            number = f"C-{int(numbered[1] or numbered[2]):06d}"
        else:
            names += fold.words(part)
    return Wanted(tuple(dict.fromkeys(names))[:MOST_WORDS], number, "", born)


@action("client.search", *HOUSE, kind="read")
def look_up(desk: Desk, text: str) -> list[Client]:
    """Look clients up by what somebody says or types.

    Parameters
    ----------
    desk
        Who looks.
    text
        Beginnings of names in any order and script, a number, a telephone number, a date of birth.

    Returns
    -------
    list[Client]
        At most `MOST`, by family and given name. Merged and erased clients are not found, and
        restricted ones by nobody who may not read them.
    """
    wanted = understood(text)
    if len(wanted.names) > 1:
        wanted = replace(wanted, names=_rarest_first(desk, wanted.names))
    statement = _statement(desk.here, wanted)
    if statement is None:
        return []
    # A client whose two names begin alike comes twice.
    found = {client.id: client for client in desk.db.scalars(statement)}
    shown = (
        one for one in found.values() if one.state != "restricted" or desk.roles & SEES_RESTRICTED
    )
    clients = list(shown)[:MOST]
    for client in clients:
        desk.touch(client)
    return sorted(clients, key=lambda one: (one.search, one.id))


def _rarest_first(desk: Desk, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the beginnings, those first that few clients have; nobody is counted beyond a few."""

    def shared(word: str) -> int:
        some = (
            sa.select(ClientWord.id)
            .where(
                ClientWord.practice_id == desk.here,
                ClientWord.kind == "name",
                ClientWord.word.between(word, word + _END),
            )
            .limit(ENOUGH)
            .subquery()
        )
        return desk.db.scalar(sa.select(sa.func.count()).select_from(some)) or 0

    return tuple(sorted(names, key=shared))


def findable(practice_id: int) -> sa.Select[Client]:
    """Return the query of all clients of a practice but those merged or erased."""
    return sa.select(Client).where(
        Client.practice_id == practice_id, Client.state.in_(("active", "restricted"))
    )


def _statement(practice_id: int, wanted: Wanted) -> sa.Select[Client] | None:
    """Return the query that begins with what the fewest clients share, and walks one index."""
    statement = findable(practice_id)
    names = wanted.names
    if wanted.number or wanted.phone:
        kind, word = (
            ("number", fold.fold(wanted.number)) if wanted.number else ("phone", wanted.phone)
        )
        first = orm.aliased(ClientWord)
        statement = statement.join(first, first.client_id == Client.id).where(
            first.practice_id == practice_id, first.kind == kind, first.word == word
        )
    elif wanted.born is not None:
        statement = statement.where(Client.born == wanted.born)
    elif names:
        first = orm.aliased(ClientWord)
        statement = (
            statement.join(first, first.client_id == Client.id)
            .where(
                first.practice_id == practice_id,
                first.kind == "name",
                first.word.between(names[0], names[0] + _END),
            )
            .order_by(first.word, first.client_id)
        )
        names = names[1:]
    else:
        return None
    if wanted.born is not None:
        statement = statement.where(Client.born == wanted.born)
    for word in names:
        other = orm.aliased(ClientWord)
        statement = statement.where(
            sa.exists().where(
                other.client_id == Client.id,
                other.kind == "name",
                other.word.between(word, word + _END),
            )
        )
    return statement.limit(3 * MOST)


def _date(text: str) -> dt.date | None:
    try:
        return birth.read(text)
    except InputError:
        return None
