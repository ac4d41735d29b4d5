"""The seal: where the chain ended at a moment, kept outside of the database.

The chain alone does not show that somebody who may write to the database has computed all of it
anew. A seal on paper, or with somebody else, does: the entry that it names can no longer change.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from openpresso.clinic.audit.chain import START, Head
from openpresso.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import orm

KIND = "openpresso audit seal"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Seal:
    """The end of the chain at a moment.

    Parameters
    ----------
    count, hash
        How many entries there were, and the hash of the last.
    at
        When.
    """

    count: int
    hash: str
    at: dt.datetime

    def text(self) -> str:
        """Return the seal as it is kept: one line of JSON."""
        return json.dumps(
            {
                "kind": KIND,
                "schema": SCHEMA,
                "count": self.count,
                "hash": self.hash,
                "at": self.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            }
        )


def seal(db: orm.Session, at: dt.datetime) -> Seal:
    """Return the seal of the chain as it is now."""
    head = db.execute(sa.select(Head.count, Head.hash)).one_or_none()
    if head is None:
        return Seal(0, START, at)
    count, end = head
    return Seal(count, end, at)


def read_seal(path: Path) -> Seal:
    """Read a seal.

    Raises
    ------
    InputError
        If the file cannot be read or holds no seal.
    """
    try:
        one = _parsed(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise InputError.one(
            str(path),
            "unreadable-file",
            f"cannot be read: {error.strerror}",
            hint="name a file that openpresso audit seal has written.",
        ) from error
    except (ValueError, KeyError, TypeError):
        one = None
    if one is None:
        raise InputError.one(
            str(path),
            "no-seal",
            "this is no seal of an audit",
            hint="name a file that openpresso audit seal has written.",
        )
    return one


def _parsed(told: Any) -> Seal | None:  # noqa: ANN401 -- whatever the file holds
    """Return the seal that a file holds; None when it is no seal."""
    one = Seal(told["count"], told["hash"], dt.datetime.fromisoformat(told["at"]))
    good = (
        (told["kind"], told["schema"]) == (KIND, SCHEMA)
        and type(one.count) is int
        and one.count >= 0
        and re.fullmatch("[0-9a-f]{64}", one.hash)
    )
    return one if good else None
