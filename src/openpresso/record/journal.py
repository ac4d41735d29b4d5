"""The journal: what happened, one canonical JSON line an event, each linked to the one before.

A line holds `seq`, `time` [s, the session's monotonic clock], `kind`, `leg`, `data`, `prev` (the
digest of the line before) and `hash` (SHA-256 of the canonical line without `hash`). The first line
is the begin mark with the whole header, the last line of a closed record is the end mark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openpresso.record import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "journal.jsonl"
"""Name of the journal in a record's folder."""
BEGIN: Final = "record-begin"
"""Kind of the first line."""
END: Final = "record-end"
"""Kind of the last line."""
WAVEFORMS: Final = "record-waveforms"
"""Kind of the lines that note how far the waveform log is and its running digest."""
RECOVERED: Final = "record-recovered"
"""Kind of the line that says what a recovery found and cut."""

FIELDS: Final = frozenset({"seq", "time", "kind", "leg", "data", "prev", "hash"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal."""

    seq: int
    """Number of the line, from 0."""
    time: float | None
    """The session's monotonic clock [s]."""
    kind: str
    leg: str | None
    data: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a journal stops being whole."""

    offset: int
    """First byte that is not part of a whole line."""
    line: int
    """Number of that line, from 1."""
    reason: str


class Chain:
    """Makes the next line of a journal.

    Parameters
    ----------
    seq
        Number of the next line.
    previous
        Digest of the line before it.
    """

    __slots__ = ("previous", "seq")

    def __init__(self, seq: int = 0, previous: str = canonical.GENESIS) -> None:
        """Start at the first line, or where another chain ended."""
        self.seq = seq
        self.previous = previous

    def line(self, time: float, kind: str, leg: str | None, data: Mapping[str, object]) -> bytes:
        """Return the next line, with its line end.

        Parameters
        ----------
        time
            The session's monotonic clock [s].
        kind
            What happened, in kebab-case.
        leg
            The leg that it is about, or `None`.
        data
            Details; what JSON does not know is converted by `canonical.plain`.

        Returns
        -------
        bytes
            One line of canonical JSON.
        """
        content = {
            "seq": self.seq,
            "time": canonical.plain(float(time)),
            "kind": str(kind),
            "leg": None if leg is None else str(leg),
            "data": canonical.plain(data),
            "prev": self.previous,
        }
        found = canonical.digest(content)
        content["hash"] = found
        made = canonical.line(content) + b"\n"
        self.previous = found
        self.seq += 1
        return made


def read(raw: bytes) -> tuple[tuple[Entry, ...], Break | None]:
    """Return the whole lines from the start of a journal, and where they end if not at its end.

    Parameters
    ----------
    raw
        Content of the journal.

    Returns
    -------
    tuple[tuple[Entry, ...], Break | None]
        The entries before the first fault, and the fault.
    """
    entries: list[Entry] = []
    previous, offset = canonical.GENESIS, 0
    while offset < len(raw):
        stop = raw.find(b"\n", offset)
        number = len(entries) + 1
        if stop < 0:
            return tuple(entries), Break(offset, number, "the last line is cut")
        found = _entry(raw[offset:stop], len(entries), previous)
        if isinstance(found, str):
            return tuple(entries), Break(offset, number, found)
        entries.append(found)
        previous, offset = found.digest, stop + 1
    return tuple(entries), None


def _entry(raw: bytes, seq: int, previous: str) -> Entry | str:
    """Return the entry of a line, or what is wrong with the line."""
    try:
        content = json.loads(raw)
        if not isinstance(content, dict) or content.keys() != FIELDS:
            return "the line is not an entry of a journal"
        if canonical.line(content) != raw:
            return "the line is not written as openpresso writes it"
        noted = content.pop("hash")
        if canonical.digest(content) != noted:
            return "the line does not match its own hash"
    except (ValueError, RecursionError):
        return "the line is not JSON"
    if content["prev"] != previous:
        return "the line does not follow the line before it"
    if content["seq"] != seq:
        return f"the line is number {content['seq']} where {seq} is due"
    return Entry(seq, content["time"], content["kind"], content["leg"], content["data"], noted)
