"""Whether the files of a record, each true to its digest, tell the same session."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.errors import Diagnostic
from openpresso.record import journal, parquet, sealing, waveforms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpresso.record.journal import Entry

HINT: Final = "a file was exchanged; restore the whole record from a copy."


def contradictions(path: Path, summary: Mapping[str, Any]) -> list[Diagnostic]:
    """Return where the files of a record contradict one another.

    Parameters
    ----------
    path
        Folder of the record, every file of which matches its digest.
    summary
        Content of `session.json`.

    Returns
    -------
    list[Diagnostic]
        At most one finding, the first.
    """
    entries, broken = journal.read((path / journal.FILE).read_bytes())
    if broken or not entries or entries[-1].kind != journal.END:
        return [_fault(journal.FILE, "it does not end with an end mark")]
    begin, end = entries[0].data, entries[-1].data
    for what, told, noted in (
        ("header", begin.get("header"), summary["header"]),
        ("outcome", end.get("outcome"), summary["outcome"]),
        ("reason", end.get("reason"), summary["reason"]),
        ("last hash", entries[-1].digest, summary["journal"]["last"]),
    ):
        if told != noted:
            return [_fault(sealing.FILE, f"its {what} is not that of the journal")]
    raw = (path / waveforms.FILE).read_bytes()
    wrong = _wrong_note(entries, raw)
    if wrong is not None:
        message = f"it is not the log whose digest the journal noted in line {wrong.seq + 1}"
        return [_fault(waveforms.FILE, message)]
    waves, tail = waveforms.read(raw, sealing.sizes(summary["legs"]))
    if tail:
        return [_fault(waveforms.FILE, f"{tail.reason} (byte {tail.offset})")]
    for leg, one in waves.items():
        other = parquet.read(path / parquet.FILE, leg, one.pressures.shape[1])
        same = np.array_equal(one.time, other.time)
        if not same or not np.array_equal(waveforms.encode(one), waveforms.encode(other)):
            return [_fault(parquet.FILE, f"its {leg} leg is not that of the waveform log")]
    return []


def _wrong_note(entries: tuple[Entry, ...], raw: bytes) -> Entry | None:
    """Return the first line whose note of the waveform log does not match the log."""
    running, at = hashlib.sha256(), 0
    for entry in entries:
        note = entry.data.get("waveforms") if entry.kind == journal.END else entry.data
        if entry.kind not in {journal.WAVEFORMS, journal.END} or not note:
            continue
        running.update(raw[at : note["bytes"]])
        at = note["bytes"]
        short = entry.kind == journal.END and at != len(raw)
        if short or running.hexdigest() != note["sha256"]:
            return entry
    return None


def _fault(path: str, message: str) -> Diagnostic:
    """Return an error about a file of the record."""
    return Diagnostic("error", "record-contradicts-itself", path, message, HINT)
