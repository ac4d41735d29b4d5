"""After a crash: a record that was never closed is closed as interrupted, never resumed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpresso.errors import RecordError
from openpresso.record import folder as folders
from openpresso.record import journal, sealing, waveforms

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERRUPTED: Final = "interrupted"
"""Outcome of a session whose record was closed after a crash."""
REASON: Final = "the program that ran the session ended without closing the record"


def unclosed(root: Path | str) -> tuple[Path, ...]:
    """Return the folders below `root` whose record began and was never closed.

    Parameters
    ----------
    root
        Folder that holds the folders of records.

    Returns
    -------
    tuple[Path, ...]
        In order of name; a record that is being written now is among them.
    """
    return tuple(
        sorted(
            found.parent
            for found in Path(root).glob(f"*/{journal.FILE}")
            if not (found.parent / sealing.FILE).exists()
        )
    )


def recover(folder: Path | str) -> Path:
    """Close an open record.

    The journal is kept up to its last whole line and the waveforms up to their last whole block;
    what follows them is kept apart in files that end in `.torn`. A record that has its end mark
    already keeps its outcome, any other becomes `interrupted`. A closed record is left alone.

    Parameters
    ----------
    folder
        Folder of the record.

    Returns
    -------
    Path
        The same folder.

    Raises
    ------
    RecordError
        If there is no record, or it is still being written, or cannot be closed.
    """
    path = Path(folder)
    if (path / sealing.FILE).exists():
        return path
    try:
        descriptor = os.open(path / journal.FILE, os.O_RDWR | os.O_APPEND)
    except FileNotFoundError as error:
        message = f"{path}: there is no record to close: no session began in this folder"
        raise RecordError(
            message, code="not-a-record", remedy="name the folder of a record."
        ) from error
    except OSError as error:
        raise folders.refusal(path, error) from error
    try:
        folders.hold(descriptor, path)
        _close(path, descriptor)
    except OSError as error:
        message = f"{path}: the record could not be closed: {error.strerror or error}"
        raise RecordError(message, code="record-not-finished", remedy=folders.KEPT) from error
    finally:
        os.close(descriptor)
    return path


def _close(path: Path, descriptor: int) -> None:
    """Cut the torn tails, write the end mark where it is missing, and seal."""
    raw = (path / journal.FILE).read_bytes()
    entries, broken = journal.read(raw)
    if not entries or entries[0].kind != journal.BEGIN:
        message = f"{path / journal.FILE}: the begin mark is broken, so nothing can be trusted"
        raise RecordError(message, remedy="keep the folder; restore it from a copy.")
    if int(entries[0].data["schema"]) > sealing.SCHEMA:
        message = (
            f"{path / journal.FILE}: schema {entries[0].data['schema']} is newer than this "
            f"openpresso knows ({sealing.SCHEMA})"
        )
        raise RecordError(message, code="newer-schema", remedy="update openpresso to close it.")
    journal_cut = _cut(path / journal.FILE, raw, broken.offset if broken else len(raw))
    if entries[-1].kind == journal.END:
        sealing.seal(path)
        return
    waves, wave_cut, last = _cut_waveforms(path, entries[0].data)
    final = max([last, *(entry.time for entry in entries if entry.time is not None)])
    chain = journal.Chain(len(entries), entries[-1].digest)
    cut = {"journal_bytes_cut": journal_cut, "waveform_bytes_cut": wave_cut}
    end = sealing.ending(INTERRUPTED, REASON, {}, len(waves), hashlib.sha256(waves).hexdigest())
    lines = chain.line(final, journal.RECOVERED, None, cut)
    lines += chain.line(final, journal.END, None, end)
    os.write(descriptor, lines)
    os.fsync(descriptor)
    sealing.seal(path)


def _cut_waveforms(path: Path, begin: Mapping[str, Any]) -> tuple[bytes, int, float]:
    """Return the whole blocks, the number of bytes cut after them, and the last instant [s]."""
    legs = {leg: int(begin["legs"][leg]) for leg in begin["order"]}
    file = path / waveforms.FILE
    raw = file.read_bytes() if file.exists() else b""
    waves, tail = waveforms.read(raw, legs)
    start = waveforms.preamble(legs)
    if tail and tail.block == 0:
        cut = _cut(file, raw, 0)
        folders.replace(file, start)
        return start, cut, 0.0
    keep = tail.offset if tail else len(raw)
    cut = _cut(file, raw, keep)
    last = max((float(one.time[-1]) for one in waves.values() if len(one.time)), default=0.0)
    return raw[:keep], cut, last


def _cut(file: Path, raw: bytes, keep: int) -> int:
    """Cut a file after `keep` bytes, keeping the rest beside it; return how much was cut."""
    rest = raw[keep:]
    if rest:
        torn = file.with_name(file.name + sealing.TORN)
        folders.replace(torn, (torn.read_bytes() if torn.exists() else b"") + rest)
        with file.open("r+b") as stream:
            stream.truncate(keep)
            stream.flush()
            os.fsync(stream.fileno())
    return len(rest)
