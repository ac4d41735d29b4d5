"""Programs of the practice's own: every version is kept, one of them is released."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import ChangedError, ClashError, RefusedError
from openpresso.clinic.people import text as texts
from openpresso.clinic.programs import draft, trial
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import Base, Editable, Name, Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.programs.trial import Trial

IS_RELEASED: Final = "state = 'released'"
"""Condition of the index that keeps one released version of a name."""
MOST_VERSIONS: Final = 500


class WrittenProgram(Editable, Base):
    """One version of a program that the practice has written. Its text never changes."""

    __tablename__ = "written_program"
    __table_args__ = (
        sa.UniqueConstraint("practice_id", "name", "number"),
        sa.Index(
            "uq_written_program_released",
            "practice_id",
            "name",
            unique=True,
            sqlite_where=sa.text(IS_RELEASED),
            postgresql_where=sa.text(IS_RELEASED),
        ),
    )

    name: orm.Mapped[Name]
    number: orm.Mapped[int]
    """Of the version, from 1."""
    title: orm.Mapped[Name]
    """As the text has it; the name where it has none yet."""
    text: orm.Mapped[str] = orm.mapped_column(sa.String(draft.LONGEST))
    """YAML."""
    state: orm.Mapped[Name]
    """`draft`, `released` or `retired`."""
    note: orm.Mapped[Note]
    """What was changed, in the words of whoever wrote it."""
    written_at: orm.Mapped[dt.datetime]
    written_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    released_at: orm.Mapped[dt.datetime | None]
    released_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    tried: orm.Mapped[list[Any]]
    """Cuffs with which the text passed on the twin before it was released."""
    retired_at: orm.Mapped[dt.datetime | None]
    retired_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    retired_why: orm.Mapped[Note]


@action("program.write", Role.CLINICIAN, Role.OWNER)
def write(desk: Desk, text: str, *, after: int = 0, note: str = "") -> WrittenProgram:
    """Keep a text as the next version of a program, as a draft; earlier ones stay as they are.

    Parameters
    ----------
    desk
        Who writes.
    text
        YAML; a draft may still be wrong, but it has a name. The number of the version is set.
    after
        Number of the version that the editor began with; 0 for a new program.
    note
        What was changed.

    Raises
    ------
    InputError
        If the text has no name of one's own, or is too long.
    ClashError
        If a new program has the name of another one.
    ChangedError
        If somebody else has written a newer version meanwhile.
    """
    text = draft.cleaned(text)
    name = draft.name_of(text)
    newest = _newest(desk, name)
    if newest is not None and not after:
        raise ClashError(
            f"there is a program {name} already",
            remedy="Give yours another name, or write the next version of that one.",
        )
    if newest is None and after:
        raise RefusedError(
            f"the name was changed to {name}",
            ("a version keeps the name of its program; begin a new program for another name",),
            code="other-name",
        )
    if newest is not None and newest.number != after:
        raise ChangedError(
            f"version {newest.number} of {name} was written meanwhile",
            remedy=f"Look at it first; yours began with version {after}. Nothing was overwritten.",
        )
    if newest is not None and newest.text == draft.numbered(text, newest.number):
        raise RefusedError(
            f"nothing was changed since version {newest.number}", code="nothing-changed"
        )
    number = after + 1
    text = draft.cleaned(draft.numbered(text, number))
    row = WrittenProgram(
        name=name,
        number=number,
        title=draft.title_of(text) or name,
        text=text,
        state="draft",
        note=texts.note(note, "program", "note"),
        written_at=desk.now(),
        written_by=desk.staff_id,
        released_at=None,
        released_by=None,
        tried=[],
        retired_at=None,
        retired_by=None,
        retired_why="",
    )
    try:
        return desk.add(row)
    except sa.exc.IntegrityError as error:
        raise ChangedError(
            f"another version of {name} was written at the same moment",
            remedy="Look at it first, then enter your change once more; nothing was overwritten.",
        ) from error


@action("program.release", Role.CLINICIAN)
def release(
    desk: Desk, program_id: int, version: int, trials: Mapping[str, Trial]
) -> WrittenProgram:
    """Let a version be used for clients; the one that was released before is retired with it.

    Parameters
    ----------
    desk
        The clinician's.
    program_id, version
        Which row, as it was read.
    trials
        What came of the trials on the twin, by the name of the cuff.

    Raises
    ------
    RefusedError
        If it is no draft, is for none of the practice's cuffs, has an error on one of them, or
        did not pass on the twin.
    ChangedError
        If somebody has changed it since it was read.
    """
    row = desk.find(WrittenProgram, program_id, version=version)
    if row.state != "draft":
        raise RefusedError(f"{row.name} version {row.number} is {row.state}", code="wrong-state")
    reasons = trial.missing(row.text, cuff_types(desk), trials)
    if reasons:
        raise RefusedError(
            f"{row.name} version {row.number} is not released", reasons, code="not-released"
        )
    before = _released(desk, row.name)
    if before is not None:
        _retire(desk, before, f"replaced by version {row.number}")
        desk.db.flush()
    row.state = "released"
    row.released_at, row.released_by = desk.now(), desk.staff_id
    row.tried = sorted(one.cuff for one in trials.values() if not one.trouble)
    return row


@action("program.retire", Role.CLINICIAN)
def retire(desk: Desk, program_id: int, version: int, why: str) -> WrittenProgram:
    """Let a version be used no more; sessions with it are not prepared any longer.

    Raises
    ------
    RefusedError
        If it is retired already.
    InputError
        If no reason is given.
    ChangedError
        If somebody has changed it since it was read.
    """
    row = desk.find(WrittenProgram, program_id, version=version)
    if row.state == "retired":
        raise RefusedError(f"{row.name} version {row.number} is retired", code="wrong-state")
    _retire(desk, row, texts.note(why, "program", "why", needed=True))
    return row


@action("program.read", *HOUSE, kind="read")
def find(desk: Desk, program_id: int) -> WrittenProgram:
    """Return a version of a program of the practice's own."""
    return desk.find(WrittenProgram, program_id)


@action("program.list", *HOUSE, kind="read")
def newest(desk: Desk) -> list[WrittenProgram]:
    """Return the newest version of each of the practice's own programs, by title."""
    last = (
        sa.select(WrittenProgram.name, sa.func.max(WrittenProgram.number).label("number"))
        .where(WrittenProgram.practice_id == desk.here)
        .group_by(WrittenProgram.name)
        .subquery()
    )
    found = desk.every(
        sa.select(WrittenProgram)
        .join(
            last,
            sa.and_(WrittenProgram.name == last.c.name, WrittenProgram.number == last.c.number),
        )
        .where(WrittenProgram.practice_id == desk.here)
    )
    return sorted(found, key=lambda one: (one.title, one.name))


@action("program.versions", *HOUSE, kind="read")
def versions(desk: Desk, name: str) -> list[WrittenProgram]:
    """Return the versions of a program, the newest first."""
    return desk.every(
        sa.select(WrittenProgram)
        .where(WrittenProgram.practice_id == desk.here, WrittenProgram.name == name)
        .order_by(WrittenProgram.number.desc())
        .limit(MOST_VERSIONS)
    )


def cuff_types(desk: Desk) -> list[str]:
    """Return the types of the cuffs that the practice has in use."""
    from openpresso.clinic.booking.resource import CuffSet

    return sorted(
        desk.db.scalars(
            sa.select(CuffSet.cuff_type)
            .where(CuffSet.practice_id == desk.here, CuffSet.active.is_(True))
            .distinct()
        )
    )


def _released(desk: Desk, name: str) -> WrittenProgram | None:
    """Return the released version of a program."""
    return desk.db.scalar(
        sa.select(WrittenProgram).where(
            WrittenProgram.practice_id == desk.here,
            WrittenProgram.name == name,
            sa.text(f"written_program.{IS_RELEASED}"),
        )
    )


def _newest(desk: Desk, name: str) -> WrittenProgram | None:
    """Return the newest version of a program."""
    return desk.db.scalar(
        sa.select(WrittenProgram)
        .where(WrittenProgram.practice_id == desk.here, WrittenProgram.name == name)
        .order_by(WrittenProgram.number.desc())
        .limit(1)
    )


def _retire(desk: Desk, row: WrittenProgram, why: str) -> None:
    """Set a version out of use."""
    row.state = "retired"
    row.retired_at, row.retired_by, row.retired_why = desk.now(), desk.staff_id, why
