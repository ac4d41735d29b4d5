"""Before two clients are made one: both beside each other, and which rows would move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.duplicates import STAY
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import Base

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk


UNSEEN: Final = frozenset({"client_word", "audit_entry"})
"""Tables that say nothing to who compares: words to look up by, and the audit."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much there is of one kind of record.

    Parameters
    ----------
    table
        Its name, as `privacy/extent.yaml` has it.
    one, other
        Rows of either client.
    stays
        Why those of the merged client stay with it; empty when they move.
    """

    table: str
    one: int
    other: int
    stays: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clients as a clinician compares them."""

    one: Client
    other: Client
    counts: tuple[Counted, ...]


@action("client.compare", Role.CLINICIAN, kind="read")
def compare(desk: Desk, one_id: int, other_id: int) -> Pair:
    """Return two clients, and how many rows of each table either of them has.

    Parameters
    ----------
    desk
        The clinician's.
    one_id, other_id
        The two.
    """
    one, other = desk.find(Client, one_id), desk.find(Client, other_id)
    found = []
    for mapper in sorted(Base.registry.mappers, key=lambda each: str(each.local_table)):
        table: Any = mapper.class_
        if "client_id" not in mapper.columns or table.__tablename__ in UNSEEN:
            continue
        found_of = desk.db.execute(
            sa.select(table.client_id, sa.func.count())
            .where(table.practice_id == desk.here, table.client_id.in_((one_id, other_id)))
            .group_by(table.client_id)
        )
        rows: dict[int, int] = dict(found_of.all())
        if rows:
            why = STAY.get(table.__tablename__, "")
            name = table.__tablename__
            found.append(Counted(name, rows.get(one_id, 0), rows.get(other_id, 0), why))
    return Pair(one, other, tuple(found))
