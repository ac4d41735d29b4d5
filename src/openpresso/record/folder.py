"""The folder of a record: opened once, locked while it is written, changed only as a whole."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpresso.errors import RecordError
from openpresso.record import journal, waveforms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NEEDED: Final = 32_000_000
"""Free space that a record may need [bytes]: twice that of the longest session."""
KEPT: Final = (
    "make room or choose another disk; what was written until then is kept in that folder and is "
    "closed as interrupted at the next start."
)
"""What to do when a record could not be finished."""

_APPEND: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class OpenFiles:
    """The files of a record that is being written, by name."""

    descriptors: Mapping[str, int]

    def close(self) -> None:
        """Close every file; the lock goes with the journal."""
        for descriptor in self.descriptors.values():
            os.close(descriptor)


def begin(folder: Path, first_line: bytes, preamble: bytes) -> OpenFiles:
    """Make the folder of a new record, with its begin mark on the disk.

    The journal appears under its name only when its first line is whole, so a folder without one
    never began.

    Parameters
    ----------
    folder
        The folder; made if missing.
    first_line
        The begin mark.
    preamble
        Start of the waveform log.

    Returns
    -------
    OpenFiles
        The journal, locked, and the waveform log.

    Raises
    ------
    RecordError
        If the folder is not empty, cannot be written, or has no room.
    """
    opened: dict[str, int] = {}
    early = folder / f"{journal.FILE}.new"
    fresh = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _require_room(folder)
        opened[journal.FILE] = os.open(early, _APPEND, 0o644)
        _put(opened[journal.FILE], first_line)
        opened[waveforms.FILE] = os.open(folder / waveforms.FILE, _APPEND, 0o644)
        _put(opened[waveforms.FILE], preamble)
        hold(opened[journal.FILE], folder)
        early.rename(folder / journal.FILE)
        sync_folder(folder)
    except OSError as error:
        OpenFiles(opened).close()
        for made in (early, folder / waveforms.FILE):
            with contextlib.suppress(OSError):
                made.unlink()
        if fresh:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise refusal(folder, error) from error
    return OpenFiles(opened)


def _require_room(folder: Path) -> None:
    """Refuse a folder that holds something or has no room."""
    if any(folder.iterdir()):
        message = f"{folder}: the folder is not empty; a record needs a folder of its own"
        raise RecordError(
            message, code="folder-not-empty", remedy="name a new folder; nothing was changed."
        )
    if shutil.disk_usage(folder).free < NEEDED:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def hold(descriptor: int, folder: Path) -> None:
    """Lock an open journal for as long as it is open.

    Raises
    ------
    RecordError
        If another process is writing the record.
    """
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"{folder}: the record is still being written"
        raise RecordError(
            message, code="record-in-use", remedy="wait until its session has ended."
        ) from error


def refusal(folder: Path, error: OSError) -> RecordError:
    """Return the clear message for a folder that cannot take a record."""
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        return RecordError(
            f"{folder}: no room for a record: {reason}; {NEEDED / 1e6:.0f} MB must be free",
            code="disk-full",
            remedy="make room or name a folder on another disk; nothing was lost.",
        )
    if error.errno in _CLOSED:
        return RecordError(
            f"{folder}: the folder cannot be written: {reason}",
            code="folder-read-only",
            remedy="name a folder that you may write; nothing was changed.",
        )
    return RecordError(
        f"{folder}: the folder cannot be used: {reason}",
        code="folder-unusable",
        remedy="name a new folder inside an existing one; nothing was changed.",
    )


def replace(path: Path, content: bytes) -> None:
    """Put a file in place as a whole: either its old content stays or all of the new is there."""
    early = path.with_name(f"{path.name}.new")
    with early.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    early.replace(path)
    sync_folder(path.parent)


def settle(early: Path, path: Path) -> None:
    """Put a finished file under its name, on the disk."""
    descriptor = os.open(early, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    early.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put the folder's own entries on the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put(descriptor: int, content: bytes) -> None:
    """Write all of the content and wait until it is on the disk."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)
