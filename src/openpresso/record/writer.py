"""Puts bytes into the files of a record from a thread of its own.

The control path never waits for a disk: it hands over bytes and goes on. The thread writes what it
was given at once and asks the operating system to put it on the disk at least once a second. When
a write fails the thread keeps the reason and takes nothing more, so that no file gets a gap.
"""

from __future__ import annotations

import os
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SYNC_EVERY: Final = 0.5
"""Longest time between a write and the request to put it on the disk [s]."""
STALL: Final = 3.0
"""A disk that takes nothing for this long is a fault [s]."""
MOST_WAITING: Final = 4_000_000
"""Most bytes that may wait for the disk: more than ten minutes of two legs."""


class Disk:
    """Writes to open files, syncs in time, and keeps the first trouble instead of raising it.

    Parameters
    ----------
    files
        Name and file descriptor of each file, opened for appending.
    clock
        Monotonic clock [s].
    """

    def __init__(self, files: Mapping[str, int], clock: Callable[[], float]) -> None:
        """Start with nothing to sync."""
        self._files = dict(files)
        self._clock = clock
        self._unsynced: set[str] = set()
        self._synced = clock()
        self.trouble = ""

    def write(self, chunks: Mapping[str, bytes]) -> None:
        """Append to each named file."""
        for name, chunk in chunks.items():
            if self.trouble:
                return
            view = memoryview(chunk)
            try:
                while view:
                    view = view[os.write(self._files[name], view) :]
            except OSError as error:
                self.trouble = f"{name}: {error.strerror or error}"
            self._unsynced.add(name)

    def due(self) -> float | None:
        """Time until a sync is due [s], or `None` with nothing to sync."""
        if not self._unsynced or self.trouble:
            return None
        return max(SYNC_EVERY - (self._clock() - self._synced), 0.0)

    def sync(self) -> None:
        """Ask the operating system to put everything written on the disk."""
        for name in sorted(self._unsynced):
            try:
                os.fsync(self._files[name])
            except OSError as error:
                self.trouble = self.trouble or f"{name}: {error.strerror or error}"
        self._unsynced.clear()
        self._synced = self._clock()


class DirectWriter:
    """A `Disk` without a thread, for a session that nobody waits for.

    Faster than real time, handing bytes to a thread costs more than writing them.

    Parameters
    ----------
    disk
        Where the bytes go.
    """

    def __init__(self, disk: Disk) -> None:
        """Take the disk."""
        self._disk = disk

    def put(self, name: str, chunk: bytes) -> None:
        """Write bytes to a file, and sync when it is due; they are dropped after a trouble."""
        self._disk.write({name: chunk})
        due = self._disk.due()
        if due is not None and due <= 0.0:
            self._disk.sync()

    def settle(self, patience: float) -> bool:  # noqa: ARG002 -- nothing is ever waited for
        """Return whether everything is written, though not necessarily synced."""
        return not self._disk.trouble

    @property
    def trouble(self) -> str:
        """Why the files are not being written, or an empty text."""
        return self._disk.trouble

    def close(self) -> None:
        """Sync everything that was written."""
        self._disk.sync()


class Writer:
    """A `Disk` behind a thread.

    Parameters
    ----------
    disk
        Where the bytes go.
    clock
        Monotonic clock [s].
    """

    def __init__(self, disk: Disk, clock: Callable[[], float]) -> None:
        """Start the thread."""
        self._disk = disk
        self._clock = clock
        self._queue: SimpleQueue[tuple[str, bytes] | None] = SimpleQueue()
        self._taken = threading.Condition()
        self._put_bytes = 0
        self._done_bytes = 0
        self._waiting_since: float | None = None
        self._overrun = ""
        self._thread = threading.Thread(target=self._run, name="record-writer", daemon=True)
        self._thread.start()

    def put(self, name: str, chunk: bytes) -> None:
        """Hand over bytes for a file; they are dropped after a trouble."""
        if self._disk.trouble or self._overrun:
            return
        if self._put_bytes - self._done_bytes > MOST_WAITING:
            self._overrun = "the disk does not keep up with the session"
            return
        if self._waiting_since is None:
            self._waiting_since = self._clock()
        self._put_bytes += len(chunk)
        self._queue.put((name, chunk))

    def settle(self, patience: float) -> bool:
        """Give the thread up to `patience` [s] to write everything it was handed.

        Returns
        -------
        bool
            Whether everything is written, though not necessarily synced.
        """
        goal = self._put_bytes
        with self._taken:
            return self._taken.wait_for(
                lambda: self._done_bytes >= goal or bool(self._disk.trouble), patience
            )

    @property
    def trouble(self) -> str:
        """Why the files are not being written, or an empty text."""
        if self._disk.trouble or self._overrun:
            return self._disk.trouble or self._overrun
        since = self._waiting_since
        if since is not None and self._clock() - since > STALL:
            return f"the disk has taken nothing for {STALL:.0f} s"
        return ""

    def close(self) -> None:
        """Write and sync everything that was handed over and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        """Write until told to end."""
        going = True
        while going:
            try:
                first = self._queue.get(timeout=self._disk.due())
            except Empty:
                self._disk.sync()
                continue
            chunks, size, going = self._gather(first)
            self._disk.write(chunks)
            with self._taken:
                self._done_bytes += size
                if self._done_bytes >= self._put_bytes:
                    self._waiting_since = None
                self._taken.notify_all()
            due = self._disk.due()
            if not going or (due is not None and due <= 0.0):
                self._disk.sync()

    def _gather(self, first: tuple[str, bytes] | None) -> tuple[dict[str, bytes], int, bool]:
        """Return everything in the queue by file, its size, and whether to go on."""
        parts: dict[str, list[bytes]] = {}
        size = 0
        item = first
        while item is not None:
            name, chunk = item
            parts.setdefault(name, []).append(chunk)
            size += len(chunk)
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
        return {name: b"".join(chunks) for name, chunks in parts.items()}, size, item is not None
