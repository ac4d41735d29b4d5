"""A station as a process: it begins, says where it is, and vents when it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

from openpresso.errors import InputError
from openpresso.station.service.keys import Keys
from openpresso.station.service.server import listen, serving
from openpresso.station.station import Station

if TYPE_CHECKING:
    from openpresso.session import Leg

LEGS: Final[dict[str, Leg]] = {"left": "left", "right": "right"}
TOLD: Final = 0.5
"""Watching clients have this long to hear that the station stops [s]."""
_COUCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    cuffs: dict[str, dict[Leg, str]]
    """Address of the cuff of each leg, for each couch."""
    host: str
    port: int
    folder: Path
    names: tuple[str, ...]

    @classmethod
    def of(cls, cuffs: Sequence[str], where: str, folder: Path, names: Sequence[str]) -> Self:
        """Read the options.

        Raises
        ------
        InputError
            If one of them is not understood.
        """
        found: dict[str, dict[Leg, str]] = {}
        for text in cuffs:
            couch, leg, address = _cuff(text)
            if leg in found.setdefault(couch, {}):
                message = f"couch {couch} has two {leg} cuffs"
                hint = "name another couch: --cuff 2/left=ADDRESS."
                raise InputError.one("--cuff", "cuff-twice", message, hint=hint)
            found[couch][leg] = address
        host, port = _host_and_port(where)
        return cls(found, host, port, folder, tuple(names))


def _cuff(text: str) -> tuple[str, Leg, str]:
    """Return couch, leg and address of `[COUCH/]LEG=ADDRESS`."""
    place, _, address = text.partition("=")
    couch, _, leg = place.rpartition("/")
    couch = couch or "1"
    if leg not in LEGS or not address or not _COUCH.fullmatch(couch):
        raise InputError.one(
            "--cuff",
            "bad-cuff",
            f"{text!r} is not [COUCH/]LEG=ADDRESS with the leg left or right",
            hint="for example --cuff left=modbus:tcp://127.0.0.1:1502, or --cuff 2/left=... for a "
            "second couch.",
        )
    return couch, LEGS[leg], address


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise InputError.one(
            "--listen",
            "bad-listen",
            f"{text!r} is not HOST:PORT with a port from 0 to 65535",
            hint="for example 127.0.0.1:8100, or 0.0.0.0:8100 for other computers too.",
        )
    return host, int(port)


def serve_station(wanted: Wanted, *, as_json: bool) -> int:
    """Serve until SIGINT or SIGTERM, then vent, close the records and return the exit code."""
    _raise_limit_of_files()
    return asyncio.run(_serve(wanted, as_json=as_json))


async def _serve(wanted: Wanted, *, as_json: bool) -> int:
    keys = Keys(wanted.folder)
    listener = listen(wanted.host, wanted.port)
    try:
        station = Station(wanted.cuffs, wanted.folder)
    except BaseException:
        listener.close()
        raise
    stop = asyncio.Event()

    def stopped(number: signal.Signals) -> None:
        # First the cuffs; all else can wait.
        station.vent(f"the station, told to stop ({number.name})")
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped, number)
    names = [*wanted.names, wanted.host]
    running = asyncio.create_task(station.run())
    waiting = asyncio.create_task(stop.wait())
    try:
        async with serving(station, keys, listener, names) as url:
            _say(wanted, url, keys.local(), station, as_json=as_json)
            await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(TOLD)
    finally:
        waiting.cancel()
        if not stop.is_set():
            station.vent("the station, after a defect of its own")
        await station.close()
        await asyncio.gather(running, return_exceptions=True)
    if stop.is_set():
        return 0
    running.result()
    return 1


def _say(wanted: Wanted, url: str, key: Path, station: Station, *, as_json: bool) -> None:
    """Say where the station is, for a program or for a person."""
    if as_json:
        ready: dict[str, Any] = {
            "url": url,
            "couches": wanted.cuffs,
            "key": str(key),
            "records": str(station.records),
        }
        print(json.dumps(ready), flush=True)
        return
    screen = Console(file=sys.stdout, highlight=False, markup=False, soft_wrap=True)
    screen.print(Text.assemble(("openpresso station", "bold"), "  ", (url, "bold cyan")))
    table = Table.grid(padding=(0, 2))
    for couch, cuffs in wanted.cuffs.items():
        for index, (leg, address) in enumerate(cuffs.items()):
            table.add_row("" if index else f"  couch {couch}", leg, address)
    table.add_row("  key", "technician", str(key))
    table.add_row("  records", "", str(station.records))
    screen.print(table)
    words = "Ctrl-C vents every cuff and stops. Not a certified medical device."
    screen.print(words, style="dim")
    sys.stdout.flush()


def _raise_limit_of_files() -> None:
    """Let many idle connections not keep a vent from being heard."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    gc.collect()
