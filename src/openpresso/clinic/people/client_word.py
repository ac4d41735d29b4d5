"""The words by which a client is found: folded, kept in order by an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.people import fold
from openpresso.clinic.store.base import LONGEST_NAME, Base, Owned

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.client import Client

Kind = Literal["name", "number", "phone", "email"]

BY_CODE_POINT = sa.String(LONGEST_NAME).with_variant(
    sa.String(LONGEST_NAME, collation="C"), "postgresql"
)
"""Text that both databases order by code point, so that an index serves the beginning of a word."""


class ClientWord(Owned, Base):
    """One word of one client."""

    __tablename__ = "client_word"
    __table_args__ = (
        sa.UniqueConstraint("client_id", "kind", "word"),
        sa.Index("ix_client_word_lookup", "practice_id", "kind", "word", "client_id"),
    )

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    word: orm.Mapped[str] = orm.mapped_column(BY_CODE_POINT)


def of(client: Client) -> frozenset[tuple[str, str]]:
    """Return kind and word of all by which a client is found; none once merged or erased."""
    if client.state in {"merged", "erased"}:
        return frozenset()
    found = {("name", word) for word in fold.name_words(client.given, client.family)}
    found.add(("number", fold.fold(client.number)))
    if client.phone:
        found.add(("phone", fold.digits(client.phone)))
    if client.email:
        found.add(("email", fold.fold(client.email)[:LONGEST_NAME]))
    return frozenset(found)


def write(desk: Desk, client: Client) -> None:
    """Bring the words of a client in line with what the client's row says."""
    wanted = of(client)
    rows = desk.every(
        sa.select(ClientWord).where(
            ClientWord.practice_id == desk.here, ClientWord.client_id == client.id
        )
    )
    for row in rows:
        if (row.kind, row.word) not in wanted:
            desk.db.delete(row)
    known = {(row.kind, row.word) for row in rows}
    desk.db.add_all(
        ClientWord(practice_id=desk.here, client_id=client.id, kind=kind, word=word)
        for kind, word in sorted(wanted - known)
    )
    desk.db.flush()
