"""The writer: bytes reach the disk in time and trouble never raises."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from openpresso.record.writer import MOST_WAITING, STALL, SYNC_EVERY, Disk, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    path = tmp_path / "file"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    yield path, descriptor
    os.close(descriptor)


def test_a_sync_is_due_within_the_second(file: tuple[Path, int]) -> None:
    clock = Clock()
    disk = Disk({"a": file[1]}, clock)
    assert disk.due() is None
    disk.write({"a": b"x"})
    assert disk.due() == pytest.approx(SYNC_EVERY)
    clock.now += SYNC_EVERY
    assert disk.due() == 0.0
    disk.sync()
    assert disk.due() is None
    assert SYNC_EVERY <= 1.0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_failed_write_is_kept_as_trouble(
    file: tuple[Path, int], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    disk = Disk({"a": file[1]}, Clock())

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)
    disk.write({"a": b"x"})
    monkeypatch.undo()
    assert disk.trouble == f"a: {os.strerror(number)}"
    disk.write({"a": b"after"})
    assert file[0].read_bytes() == b""


def test_a_failed_sync_is_kept_as_trouble(
    file: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk({"a": file[1]}, Clock())
    disk.write({"a": b"x"})

    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    disk.sync()
    assert "a: " in disk.trouble


def test_what_is_handed_over_is_written_in_order(file: tuple[Path, int]) -> None:
    clock = Clock()
    writer = Writer(Disk({"a": file[1]}, clock), clock)
    for n in range(200):
        writer.put("a", b"%d," % n)
    assert writer.settle(10.0)
    assert file[0].read_bytes() == b"".join(b"%d," % n for n in range(200))
    writer.close()
    assert writer.trouble == ""


class Stuck(Disk):
    """A disk that takes nothing until it is let go."""

    def __init__(self, clock: Clock) -> None:
        super().__init__({}, clock)
        import threading

        self.gate = threading.Event()

    def write(self, chunks: object) -> None:
        del chunks
        self.gate.wait(20.0)


def test_a_disk_that_takes_nothing_is_trouble_and_holds_nobody_up() -> None:
    clock = Clock()
    disk = Stuck(clock)
    writer = Writer(disk, clock)
    writer.put("a", b"x")
    assert not writer.settle(0.0)
    assert writer.trouble == ""
    clock.now += STALL + 0.1
    assert "taken nothing" in writer.trouble
    disk.gate.set()
    assert writer.settle(10.0)
    writer.close()
    assert writer.trouble == ""


def test_more_than_fits_in_memory_is_trouble() -> None:
    clock = Clock()
    disk = Stuck(clock)
    writer = Writer(disk, clock)
    for _ in range(3):
        writer.put("a", b"x" * (MOST_WAITING // 2 + 1))
    writer.put("a", b"x")
    assert "keep up" in writer.trouble
    disk.gate.set()
    writer.close()
