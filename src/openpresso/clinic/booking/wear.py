"""The wear of cuff sets: sessions, hours and trouble, from the clinic's own sessions.

What the cuffs count themselves only the station knows, and the clinic knows no station.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import sqlalchemy as sa
from pydantic import Field

from openpresso.clinic.booking.resource import CuffSet
from openpresso.clinic.booking.rules_file import FigureEntry
from openpresso.clinic.desk import action
from openpresso.clinic.roles import HOUSE
from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk

SHIPPED: Final = Path(__file__).with_name("wear.yaml")
DEVICE: Final = "device-fault"
"""Kind of adverse event that is about the cuffs and not about a client."""
MOST_TROUBLES: Final = 20
Due = Literal["never", "overdue", "soon", "good"]
"""Whether a set was never calibrated, is overdue, is due soon, or holds."""


class WearFile(FileModel):
    """The figures of care as a file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: int
    calibration: FigureEntry
    soon: FigureEntry
    window: FigureEntry


@dataclass(frozen=True, slots=True)
class Wear:
    """What a set was used for within the window.

    Parameters
    ----------
    sessions
        Delivered or interrupted.
    hours
        Length of these sessions as prepared [h].
    last
        When the last one began; None: there was none.
    """

    sessions: int = 0
    hours: float = 0.0
    last: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong with a set; it names no client.

    Parameters
    ----------
    at
        When.
    kind
        `interrupted`, `abandoned` or `device-fault`.
    text
        What was written down, as it was.
    """

    at: dt.datetime
    kind: str
    text: str


@lru_cache(maxsize=1)
def figures() -> WearFile:
    """Return the shipped figures."""
    return validate(load_document(SHIPPED), WearFile)


def calibration_due(calibrated_on: dt.date | None, today: dt.date) -> tuple[Due, dt.date | None]:
    """Return how a set's calibration stands, and the day until which it holds.

    Parameters
    ----------
    calibrated_on
        None: nobody has entered one.
    today
        The day.
    """
    if calibrated_on is None:
        return "never", None
    until = calibrated_on + dt.timedelta(seconds=figures().calibration.value)
    if today > until:
        return "overdue", until
    soon = dt.timedelta(seconds=figures().soon.value)
    return ("soon" if today > until - soon else "good"), until


@action("cuff_set.wear", *HOUSE, kind="read")
def wear(desk: Desk) -> Mapping[int, Wear]:
    """Return what each cuff set was used for within the window, by its key."""
    from openpresso.clinic.sessions.session import Session

    since = desk.now() - dt.timedelta(seconds=figures().window.value)
    sets = sa.select(CuffSet.id).where(CuffSet.practice_id == desk.here)
    found = desk.db.execute(
        sa.select(
            Session.cuff_set_id,
            sa.func.count(),
            sa.func.sum(Session.minutes),
            sa.func.max(Session.started_at),
        )
        .where(
            Session.cuff_set_id.in_(sets),
            Session.started_at >= since,
            Session.state.in_(("running", "delivered", "interrupted")),
        )
        .group_by(Session.cuff_set_id)
    )
    return {key: Wear(count, float(minutes) / 60.0, last) for key, count, minutes, last in found}


@action("cuff_set.troubles", *HOUSE, kind="read")
def troubles(desk: Desk, cuff_set_id: int) -> list[Trouble]:
    """Return what went wrong with a cuff set within the window, the newest first."""
    from openpresso.clinic.sessions.adverse_event import AdverseEvent
    from openpresso.clinic.sessions.session import Session

    desk.find(CuffSet, cuff_set_id)
    since = desk.now() - dt.timedelta(seconds=figures().window.value)
    used = (Session.cuff_set_id == cuff_set_id, Session.started_at >= since)
    ended = desk.db.execute(
        sa.select(Session.started_at, Session.state, Session.end_reason, Session.delivered)
        .where(*used, Session.state.in_(("interrupted", "abandoned")))
        .order_by(Session.started_at.desc())
        .limit(MOST_TROUBLES)
    )
    found = [
        Trouble(at, state, reason or str(delivered.get("reason", "")))
        for at, state, reason, delivered in ended
        if at is not None
    ]
    # Seen from the sessions of the set: there are far fewer of them than events of a practice.
    faults = desk.db.execute(
        sa.select(AdverseEvent.at, AdverseEvent.text)
        .join(Session, AdverseEvent.session_id == Session.id)
        .where(*used, AdverseEvent.kind == DEVICE)
        .order_by(AdverseEvent.at.desc())
        .limit(MOST_TROUBLES)
    )
    found += [Trouble(at, DEVICE, text) for at, text in faults]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_TROUBLES]
