"""A disk that is full: the session ends in a controlled way, and no stop waits for it."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openpresso.station.client import StationError
from tests.integration.room import (
    Cuff,
    Room,
    Station,
    conditions,
    holding,
    nothing_resumes,
    reached,
    run,
    steering,
    vents,
)

STOP = 0.5
"""Longest time from an emergency vent to falling pressures [s]."""
MEBIBYTE = 1 << 20


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of 40 MB."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Fill a disk to the last byte."""
    with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(MEBIBYTE))
    with (folder / "rest").open("wb", buffering=0) as rest, contextlib.suppress(OSError):
        while True:
            rest.write(b"0")


def ends_by_itself(station: Station, cuff: Cuff, spoil: Callable[[], None]) -> None:
    with steering(station):
        run(station)
        holding(cuff)
        spoil()
        ending = station.until(lambda now: now["state"] != "running", 10.0, "the station notices")
        noticed = time.monotonic()
        assert ending["state"] in {"ending", "faulted"}
        # A controlled end lets the set-points down over three seconds first.
        vents(cuff, noticed + 3.0)
        over = station.until(lambda now: now["outcome"], what="the session is over")
        assert over["outcome"] == "faulted"
        assert conditions(over) == {"recorder-failed"}
        assert over["reason"].startswith("the record cannot be written (")
        assert any(word in over["reason"] for word in ("No space left", "File too large"))
        nothing_resumes(station, cuff)
        station.until(lambda now: "the record could not be finished" in now["trouble"])


def test_a_disk_that_is_full_ends_the_session_and_says_so(room: Room) -> None:
    disk = room.enter(small_disk(room.folder / "disk"))
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address, folder=disk / "station")
    ends_by_itself(station, cuff, lambda: fill(disk))


def test_a_file_that_may_not_grow_ends_the_session_and_says_so(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address)

    def spoil() -> None:
        largest = max(path.stat().st_size for path in records(station))
        resource.prlimit(station.process.pid, resource.RLIMIT_FSIZE, (largest, largest))

    ends_by_itself(station, cuff, spoil)


def records(station: Station) -> list[Path]:
    return [path for path in (station.folder / "sessions").glob("*/*") if path.is_file()]


def test_a_full_disk_does_not_delay_an_emergency_vent(room: Room) -> None:
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address)
    with steering(station):
        run(station)
        holding(cuff)
        resource.prlimit(station.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        began = time.monotonic()
        station.couch.vent()
        answered = time.monotonic() - began
        vents(cuff, began)
        over = station.until(lambda now: now["outcome"])
        assert over["outcome"] == "stopped"
        assert over["reason"].startswith("emergency vent by ")
        assert answered < STOP
        nothing_resumes(station, cuff)


def test_a_session_does_not_begin_on_a_disk_without_room(room: Room) -> None:
    disk = room.enter(small_disk(room.folder / "disk"))
    (cuff,) = room.twins("calf-3")
    station = room.station(cuff.address, folder=disk / "station")
    fill(disk)
    with steering(station):
        station.until(reached)
        station.load()
        with pytest.raises(StationError, match="no room for a record") as refused:
            station.couch.turn_on("left")
        assert refused.value.code == "disk-full"
        assert list((station.folder / "sessions").iterdir()) == []
