"""The station: the computer of the treatment room, with its couches and its data folder."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from openpresso.errors import InputError
from openpresso.session import Leg
from openpresso.station.carebook import CareBook
from openpresso.station.clock import WallClock
from openpresso.station.couch import Couch
from openpresso.station.drivers import open_link
from openpresso.station.runner import PERIOD
from openpresso.station.workshop import Workshop, close_open_records

RECORDS: Final = "sessions"
CUFFS: Final = "cuffs"
LOCK: Final = "station.lock"
NUMBERS: Final = 31999
"""A station's number is between 1 and this; those above are for tools."""


class Station:
    """All couches of one room, in one process.

    It works without a console and without a database. Make it inside a running event loop.

    Parameters
    ----------
    cuffs
        The address of the cuff of each leg, for each couch by name.
    folder
        The station's own data: records, the book on its cuffs, keys. Made when missing.

    Raises
    ------
    InputError
        If an address cannot be understood, or another station uses the folder.
    """

    def __init__(self, cuffs: Mapping[str, Mapping[Leg, str]], folder: Path) -> None:
        """Open the folder and the lines."""
        self.folder = folder
        (folder / RECORDS).mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder)
        self.number = 1 + secrets.randbelow(NUMBERS)
        """Tells the cuffs which station holds their lease."""
        self.clock = WallClock()
        self.workshop = Workshop()
        self.care = CareBook(folder / CUFFS)
        self.closed_records: list[str] = []
        """Records that an earlier run left open and that were closed as interrupted."""
        self.couches: dict[str, Couch] = {}
        for name, addresses in cuffs.items():
            links = {
                leg: open_link(address, leg, self.clock.now, self.number)
                for leg, address in addresses.items()
            }
            self.couches[name] = Couch(
                name, links, addresses, self.records, self.workshop, self.care, self.clock
            )

    @property
    def records(self) -> Path:
        """Folder of the records."""
        return self.folder / RECORDS

    def vent(self, who: str) -> None:
        """Vent every cuff of the room at once."""
        for couch in self.couches.values():
            couch.vent(who)

    async def run(self) -> None:
        """Close what an earlier run left open, then tick until `close`.

        Couches are out of phase, so that they do not wait for each other.
        """
        self.closed_records = await self.workshop.do(close_open_records, self.records)
        gc.collect()
        gc.freeze()
        begin = self.clock.now() + PERIOD
        apart = PERIOD / max(len(self.couches), 1)
        try:
            async with asyncio.TaskGroup() as group:
                for index, couch in enumerate(self.couches.values()):
                    group.create_task(couch.run(begin + index * apart))
        finally:
            gc.unfreeze()

    async def close(self, who: str = "the station") -> None:
        """Vent, end and seal every record, let go of lines and folder."""
        for couch in self.couches.values():
            await couch.close(who)
        self.workshop.close()
        os.close(self._lock)


def _locked(folder: Path) -> int:
    """Take the folder for this process; return what holds it."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise InputError.one(
            "--folder",
            "folder-in-use",
            f"{folder} is used by another station",
            hint="stop that station, or give each its own folder.",
        ) from None
    return descriptor
