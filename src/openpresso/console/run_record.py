"""The record of a session's run: which one it is, its folder, its report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.clinic.sessions.session import Session
    from openpresso.console.settings import Settings

EARLY: Final = dt.timedelta(minutes=5)
"""A run whose record began this long before its session, by clocks that differ, may be its own."""
MOST: Final = 20
"""Records that are offered."""


def fitting(lines: Iterable[dict[str, Any]], session: Session, client: str) -> list[dict[str, Any]]:
    """Return the closed records that can be a session's, the newest first.

    Parameters
    ----------
    lines
        The station's records in short.
    session
        The session, begun.
    client
        Number of its client.
    """
    return [one for one in lines if _fits(one, session, client)][:MOST]


def _fits(line: dict[str, Any], session: Session, client: str) -> bool:
    if line["program"] != session.program or line.get("client") != client:
        return False
    if session.started_at is None or "session.json" not in line["files"]:
        return False
    try:
        began = dt.datetime.fromisoformat(line["started_at"])
    except ValueError:
        return False
    return began >= session.started_at - EARLY


def folder(settings: Settings, record: str) -> Path:
    """Return the folder of a record of the station.

    Raises
    ------
    InputError
        If the console reaches no records, or the name leads elsewhere.
    """
    if not settings.records or Path(record).name != record or record in {"", ".", ".."}:
        raise InputError.one(
            "session", "no-such-record", f"{record!r} is no record here", hint="choose one."
        )
    return Path(settings.records) / record


def reached(settings: Settings, record: str) -> Path | None:
    """Return the folder of a record that lies there, else None."""
    if not settings.records or not record:
        return None
    try:
        found = folder(settings, record)
    except InputError:
        return None
    return found if found.is_dir() else None
