"""Clients: registered, changed by one editor at a time, read; two identifiers for every screen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack, get_args

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.people import birth, client_word, fold, text
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import LONGEST_NOTE, Base, Editable, Name, Note
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openpresso.clinic.desk import Desk

Sex = Literal["female", "male", "other", "unknown"]
Contact = Literal["email", "phone", "none"]
State = Literal["active", "restricted", "erased", "merged"]
WRITERS: Final = (Role.FRONT_DESK, Role.CLINICIAN)
"""Those who keep the identity and contact of clients."""


class Client(Editable, Base):
    """One client of the practice."""

    __tablename__ = "client"
    __table_args__ = (
        sa.UniqueConstraint("practice_id", "number"),
        sa.Index("ix_client_practice_id_born", "practice_id", "born"),
        sa.Index("ix_client_merged_into", "merged_into"),
    )

    number: orm.Mapped[Name]
    """`C-000123`, unique in the practice; never used again."""
    given: orm.Mapped[Name]
    family: orm.Mapped[Name]
    """Either may be empty: many people have one name only."""
    search: orm.Mapped[Note]
    """Folded names, to compare with; the words to look up by are in `client_word`."""
    born: orm.Mapped[dt.date]
    sex: orm.Mapped[Name]
    phone: orm.Mapped[Name]
    email: orm.Mapped[Name]
    address: orm.Mapped[Note]
    language: orm.Mapped[Name]
    """Of letters to the client, for example `en` or `pt-BR`."""
    contact: orm.Mapped[Name]
    """How the client wants to be written to: `email`, `phone` or `none`."""
    note: orm.Mapped[Note]
    state: orm.Mapped[Name]
    merged_into: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("client.id"))
    created_at: orm.Mapped[dt.datetime]

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}".strip()


class Fields(TypedDict, total=False):
    """What can be said of a client; each is as in `Client`."""

    given: str
    family: str
    born: dt.date | str
    sex: str
    phone: str
    email: str
    address: str
    language: str
    contact: str
    note: str


def identifiers(client: Client) -> str:
    """Return what tells a client from all others: name, date of birth and number.

    Every screen and paper about a client shows it, so that nobody is taken for another.
    """
    return f"{client.name or 'nameless'}, born {client.born.isoformat()}, {client.number}"


@action("client.register", *WRITERS)
def register(desk: Desk, **fields: Unpack[Fields]) -> Client:
    """Register a new client; `duplicates.like` says beforehand who it may be already.

    Parameters
    ----------
    desk
        Who registers.
    **fields
        `born`, and at least one of `given` and `family`; the rest may stay out.

    Raises
    ------
    InputError
        If a field is missing or cannot be right; it names the field.
    """
    if "born" not in fields:
        raise InputError.one("client", "missing", "it is missing", path="born")
    # The lock makes the next one who registers wait, so that no number is given twice.
    practice = desk.db.get_one(Practice, desk.here, with_for_update={"key_share": True})
    values: dict[str, Any] = {
        "given": "", "family": "", "sex": "unknown", "phone": "", "email": "", "address": "",
        "language": practice.language, "contact": "none", "note": "",
    }  # fmt: skip
    values |= _checked(fields, desk.today())
    client = Client(
        **_completed(values),
        number=_next_number(desk),
        state="active",
        merged_into=None,
        created_at=desk.now(),
    )
    desk.add(client)
    client_word.write(desk, client)
    return client


@action("client.change", *WRITERS)
def change(desk: Desk, client_id: int, version: int, **fields: Unpack[Fields]) -> Client:
    """Change what is said of a client.

    Parameters
    ----------
    desk
        Who changes it.
    client_id, version
        The client, and the version that the editor has read.
    **fields
        Only what changes.

    Raises
    ------
    NotFoundError
        If this practice has no such client.
    ChangedError
        If somebody else has changed the client since; nothing is overwritten.
    RefusedError
        If the client is restricted, erased or merged.
    InputError
        If a field cannot be right; it names the field.
    """
    client = desk.find(Client, client_id, version=version)
    refuse_unless_active(client)
    values = {name: getattr(client, name) for name in Fields.__annotations__}
    for name, value in _completed(values | _checked(fields, desk.today())).items():
        setattr(client, name, value)
    client_word.write(desk, client)
    return client


@action("client.read", *HOUSE, kind="read")
def find(desk: Desk, client_id: int) -> Client:
    """Read a client; one that was merged says into whom."""
    return desk.find(Client, client_id)


def active(desk: Desk, client_id: int) -> Client:
    """Return a client for whom something new may be done.

    Raises
    ------
    NotFoundError
        If this practice has no such client.
    RefusedError
        If the client is restricted, erased or merged.
    """
    client = desk.find(Client, client_id)
    refuse_unless_active(client)
    return client


def refuse_unless_active(client: Client) -> None:
    """Refuse a client for whom nothing new may be done.

    Raises
    ------
    RefusedError
        With what to do instead.
    """
    why = {
        "restricted": "Their data are kept and not used; the owner can lift the restriction.",
        "erased": "Their data were erased; register them anew if they come back.",
        "merged": f"They are the client with the key {client.merged_into}; go on there.",
    }.get(client.state)
    if why:
        raise RefusedError(f"{client.number} is {client.state}", [why], code=client.state)


def _next_number(desk: Desk) -> str:
    """Return the number after that of the newest client."""
    last = desk.db.scalar(
        sa.select(Client.number)
        .where(Client.practice_id == desk.here)
        .order_by(Client.id.desc())
        .limit(1)
    )
    return f"C-{int((last or 'C-0').removeprefix('C-')) + 1:06d}"


def _line(path: str) -> Callable[[str], str]:
    return lambda value: text.line(value, "client", path)


def _note(path: str) -> Callable[[str], str]:
    return lambda value: text.note(value, "client", path)


_CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "given": _line("given"),
    "family": _line("family"),
    "sex": lambda value: text.choice(value, "client", "sex", get_args(Sex)),
    "phone": lambda value: text.phone(value, "client", "phone"),
    "email": lambda value: text.email(value, "client", "email"),
    "address": _note("address"),
    "language": lambda value: text.language(value, "client", "language"),
    "contact": lambda value: text.choice(value, "client", "contact", get_args(Contact)),
    "note": _note("note"),
}


def _checked(fields: Fields, today: dt.date) -> dict[str, Any]:
    """Return the fields as they are kept."""
    given: dict[str, Any] = dict(fields)
    unknown = sorted(set(given) - set(Fields.__annotations__))
    if unknown:
        raise TypeError(f"a client has no {unknown[0]}")
    return {
        name: birth.checked(value, today) if name == "born" else _CHECKS[name](value)
        for name, value in given.items()
    }


def _completed(values: dict[str, Any]) -> dict[str, Any]:
    """Check what concerns several fields, and add the folded name."""
    given, family, contact = values["given"], values["family"], values["contact"]
    if not text.has_letter(given + family):
        raise InputError.one(
            "client",
            "no-name",
            "there is no letter in the names",
            path="family",
            hint="Write the name in any script.",
        )
    if contact != "none" and not values[contact]:
        raise InputError.one(
            "client",
            "no-address",
            f"the client is to be reached by {contact}, and there is none",
            path=contact,
            hint="Fill it in, or set contact to none.",
        )
    search = " ".join((*fold.words(family), *fold.words(given)))[:LONGEST_NOTE]
    return values | {"search": search}
