"""Photographs: encrypted files, each client with a key of its own that can be erased."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.errors import NotFoundError, RefusedError, StoreError
from openpresso.clinic.measures.entry import refuse, text
from openpresso.clinic.measures.picture import clean
from openpresso.clinic.measures.vault import new_names
from openpresso.clinic.roles import CARE, Role
from openpresso.clinic.store.base import Base, Name, Note, Owned

if TYPE_CHECKING:
    from openpresso.clinic.measures.vault import Vault

PURPOSE = "photographs"
"""Consent that a photograph needs."""
VIEWS = ("front", "back", "left", "right", "detail")


class ClientKey(Owned, Base):
    """The key of one client's photographs, wrapped by the practice's; empty once it is erased."""

    __tablename__ = "client_key"
    __table_args__ = (sa.UniqueConstraint("client_id"),)

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    wrapped: orm.Mapped[Name]
    made_at: orm.Mapped[dt.datetime]
    erased_at: orm.Mapped[dt.datetime | None]


class Photograph(Owned, Base):
    """One photograph; the picture itself lies in the vault."""

    __tablename__ = "photograph"
    __table_args__ = (sa.Index("ix_photograph_client_id_at", "client_id", "at"),)

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    course_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("course.id"))
    staff_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    at: orm.Mapped[dt.datetime]
    view: orm.Mapped[Name]
    """`front`, `back`, `left`, `right` or `detail`."""
    file: orm.Mapped[Name]
    small: orm.Mapped[Name]
    """Names in the vault."""
    sha256: orm.Mapped[Name]
    """Of the encrypted file."""
    removed_at: orm.Mapped[dt.datetime | None]
    removed_reason: orm.Mapped[Note | None]
    """Why this one was taken away; its files are removed, the row stays and says so."""


@action("photograph.add", *CARE)
def add(
    desk: Desk,
    vault: Vault,
    client_id: int,
    content: bytes,
    view: str,
    *,
    course_id: int | None = None,
    at: dt.datetime | None = None,
) -> Photograph:
    """Keep a photograph of a client who has consented to it.

    Parameters
    ----------
    desk, vault, client_id
        Where, in which vault, and of whom.
    content
        A file of JPEG, PNG or WebP; what it carries along is removed.
    view
        `front`, `back`, `left`, `right` or `detail`.
    course_id, at
        What it belongs to, and when it was taken; now if not given.

    Raises
    ------
    RefusedError
        If there is no consent, or the client's key was erased.
    InputError
        If it is no picture, or too large.
    """
    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.measures.purposes import moment
    from openpresso.clinic.people.client import Client

    client = desk.find(Client, client_id)
    _consented(desk, client_id)
    if view not in VIEWS:
        refuse("bad-view", "view", f"{view!r}; allowed are {', '.join(VIEWS)}")
    if course_id is not None and desk.find(Course, course_id).client_id != client_id:
        refuse("other-client", "course_id", f"course {course_id} is of another client")
    taken = moment(desk, at or desk.now(), client.born)
    picture, small = clean(content)
    key = _key(desk, vault, client_id)
    names = new_names()
    _removed_if_undone(desk, vault, names)
    bound = _bound(desk, client_id)
    sealed = vault.write(names[0], picture, key.wrapped, bound)
    vault.write(names[1], small, key.wrapped, bound)
    return desk.add(
        Photograph(
            client_id=client_id,
            course_id=course_id,
            staff_id=desk.staff_id,
            at=taken,
            view=view,
            file=names[0],
            small=names[1],
            sha256=hashlib.sha256(sealed).hexdigest(),
            removed_at=None,
            removed_reason=None,
        )
    )


@action("photograph.read", *CARE, kind="read")
def picture(desk: Desk, vault: Vault, photograph_id: int, *, small: bool = False) -> bytes:
    """Return a photograph as JPEG, or its small copy.

    Raises
    ------
    NotFoundError
        If there is none, it was taken away, or the client's key was erased.
    StoreError
        If the file is not there or was changed.
    """
    row = desk.find(Photograph, photograph_id)
    key = _key_of(desk, row.client_id)
    if key is None or not key.wrapped or row.removed_at is not None:
        raise NotFoundError(f"the photograph {photograph_id} was erased", code="erased")
    name = row.small if small else row.file
    if not small and hashlib.sha256(vault.sealed(name)).hexdigest() != row.sha256:
        raise StoreError(
            f"the picture {name} is not the one that was kept",
            code="picture-changed",
            remedy="Restore it from the backup.",
        )
    return vault.read(name, key.wrapped, _bound(desk, row.client_id))


@action("photograph.list", *CARE, kind="read")
def photographs(desk: Desk, client_id: int) -> list[Photograph]:
    """Return the photographs of a client, the oldest first, without the pictures.

    Those of clients who were merged into this one are among them; they keep their own key.
    """
    from openpresso.clinic.people.duplicates import gone_into

    everybody = [client_id, *(one.id for one in gone_into(desk, client_id))]
    where = (Photograph.practice_id == desk.practice_id, Photograph.client_id.in_(everybody))
    desk.about(client_id)
    return desk.every(sa.select(Photograph).where(*where).order_by(Photograph.at, Photograph.id))


@action("photograph.remove", Role.OWNER, Role.CLINICIAN)
def take_away(desk: Desk, vault: Vault, photograph_id: int, reason: str) -> Photograph:
    """Take one photograph away: its files go once this is written, the row stays with the reason.

    Raises
    ------
    RefusedError
        If it was taken away before.
    InputError
        If no reason is given.
    """
    row = desk.find(Photograph, photograph_id)
    if row.removed_at is not None:
        raise RefusedError("the photograph was taken away before", (row.removed_reason or "",))
    row.removed_reason = text(reason, "reason", needed=True)
    row.removed_at = desk.now()
    names = (row.file, row.small)

    def written(_session: orm.Session) -> None:
        for name in names:
            vault.remove(name)

    sa.event.listen(desk.db, "after_commit", written, once=True)
    return row


@action("photograph.forget", Role.OWNER, Role.CLINICIAN)
def forget(desk: Desk, client_id: int) -> bool:
    """Erase the key of a client's photographs: no copy of them can be read any more.

    Returns
    -------
    bool
        Whether there was a key.
    """
    key = _key_of(desk, client_id)
    desk.about(client_id)
    if key is None or not key.wrapped:
        return False
    key.wrapped = ""
    key.erased_at = desk.now()
    return True


def _consented(desk: Desk, client_id: int) -> None:
    """Refuse a photograph without the client's consent."""
    from openpresso.clinic.consent import consent

    if PURPOSE not in consent.standing(desk, client_id):
        raise RefusedError(
            "no photograph is taken without consent",
            (f"the client has not consented to {PURPOSE!r}, or has withdrawn it",),
            code="no-consent",
        )


def _bound(desk: Desk, client_id: int) -> str:
    """Return what a client's key is bound to."""
    return f"practice {desk.here} client {client_id}"


def _key_of(desk: Desk, client_id: int) -> ClientKey | None:
    where = (ClientKey.practice_id == desk.practice_id, ClientKey.client_id == client_id)
    return desk.db.scalars(sa.select(ClientKey).where(*where)).one_or_none()


def _key(desk: Desk, vault: Vault, client_id: int) -> ClientKey:
    """Return the key of a client; the first photograph makes it."""
    key = _key_of(desk, client_id)
    if key is None:
        wrapped = vault.new_client_key(_bound(desk, client_id))
        row = ClientKey(client_id=client_id, wrapped=wrapped, made_at=desk.now(), erased_at=None)
        return desk.add(row)
    if not key.wrapped:
        raise RefusedError(
            "the photographs of this client were erased, and no new ones are kept", code="erased"
        )
    return key


def _removed_if_undone(desk: Desk, vault: Vault, names: tuple[str, str]) -> None:
    """Remove the files again if the transaction is not written after all."""

    def undone(_session: orm.Session) -> None:
        for name in names:
            vault.remove(name)

    sa.event.listen(desk.db, "after_rollback", undone, once=True)
