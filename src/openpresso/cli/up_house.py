"""The three processes of `openpresso up`: twins, station and console, from begin to end."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openpresso.cli.up_process import LOOK, Child, ChildError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

HOST: Final = "127.0.0.1"
CUFF: Final = "leg-8"
SERIALS: Final = ("leg-8-A-L", "leg-8-A-R")
"""Those of a cuff set of the made-up clinic, so that it knows the cuffs of the room."""
ANSWER: Final = 60.0
"""Longest time until every cuff and the console answer [s]."""
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""A terminal that is closed ends everything, too."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen; 0: a free one. What is taken is replaced by a free one."""

    console: int
    station: int
    twins: int


class _End:
    """What ends everything, as something to wait for."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self._before = {number: signal.signal(number, self._take) for number in SIGNALS}

    def within(self, seconds: float) -> bool:
        """Wait at most so long [s], and tell whether it came."""
        return self._came.wait(seconds)

    def forget(self) -> None:
        """Let signals do what they did before."""
        for number, before in self._before.items():
            signal.signal(number, before)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self._came.set()


def serve_house(folder: Path, clinic: Path, ports: Ports, *, as_json: bool) -> None:
    """Start everything, say how to sign in, wait for the end, and end everything.

    Parameters
    ----------
    folder
        For the station's records and for logs.
    clinic
        File of the made-up clinic.
    ports
        Where to listen.
    as_json
        Whether a program reads the output.

    Raises
    ------
    ChildError
        If a process does not begin, or ends by itself; the others are ended then.
    """
    house: list[Child] = []
    end = _End()
    try:
        ready = _begin(house, folder, clinic, ports, end.within)
        if ready:
            _say(ready, as_json=as_json)
        while not end.within(LOOK):
            for child in house:
                child.check()
    finally:
        # The station comes first: it vents the cuffs while they still answer.
        for child in sorted(house, key=lambda one: one.name != "the station"):
            told = child.end()
            if told:
                print(f"openpresso: {told}", file=sys.stderr, flush=True)
        end.forget()


def _begin(
    house: list[Child], folder: Path, clinic: Path, ports: Ports, stopped: Callable[[float], bool]
) -> dict[str, Any]:
    """Start one after the other; return what they say of themselves, empty if the end came."""

    def child(name: str, *arguments: str) -> str:
        _tell(f"starting {name}")
        log = folder / f"{name.removeprefix('the ')}.log"
        one = Child(name, arguments, log)
        house.append(one)
        return one.first_line(stopped)

    said = child(
        "the twins", "twin", "serve", "--cuff", CUFF, "--cuff", CUFF,
        "--serial", SERIALS[0], "--serial", SERIALS[1],
        "--tcp", f"{HOST}:{free(ports.twins, 2)}", "--page", f"{HOST}:{free(8101)}",
        "--state", str(folder / "twins.json"), "--json",
    )  # fmt: skip
    if not said:
        return {}
    twins = json.loads(said)
    left, right = (one["tcp"] for one in twins["cuffs"])
    said = child(
        "the station", "station", "serve", "--cuff", f"left={left}", "--cuff", f"right={right}",
        "--listen", f"{HOST}:{free(ports.station)}", "--folder", str(folder / "station"),
        "--json",
    )  # fmt: skip
    if not said:
        return {}
    station = json.loads(said)
    said = child(
        "the console", "console", "serve", "--clinic", str(clinic),
        "--station", station["url"], "--station-key-file", station["key"],
        "--records", station["records"], *_photographs(folder),
        "--host", HOST, "--port", str(free(ports.console)),
    )  # fmt: skip
    if not said:
        return {}
    ready = {
        "console": said.split()[-1],
        "station": station["url"],
        "twins": twins["page"],
        "processes": {one.name.removeprefix("the "): one.pid for one in house},
    }
    _tell("waiting until both cuffs and the console answer")
    until = time.monotonic() + ANSWER
    while not _answers(ready, folder):
        if stopped(LOOK):
            return {}
        for one in house:
            one.check()
        if time.monotonic() > until:
            raise ChildError(
                f"cuffs and console did not all answer within {ANSWER:.0f} s",
                code="no-answer",
                remedy=f"What they said is in {folder}/*.log.",
            )
    return ready


def _photographs(folder: Path) -> tuple[str, ...]:
    """Return where photographs lie; their key is made when it is missing."""
    from openpresso.clinic.measures.vault import make_key_file

    vault, key = folder / "photographs", folder / "photographs.key"
    vault.mkdir(exist_ok=True)
    if not key.exists():
        make_key_file(key)
    return "--vault", str(vault), "--vault-key-file", str(key)


def free(port: int, count: int = 1) -> int:
    """Return the port if nobody listens on it and on the next ones, else 0: a free one."""
    for number in range(port, port + count) if port else ():
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((HOST, number))
                one.listen()
            except OSError:
                return 0
    return port


def _answers(ready: dict[str, Any], folder: Path) -> bool:
    """Tell whether the console shows its door and the station hears both cuffs."""
    import httpx

    from openpresso.station.client import StationClient
    from openpresso.station.client.calls import StationError

    try:
        door = httpx.get(f"{ready['console']}/sign-in", timeout=5.0, trust_env=False)
        with StationClient(ready["station"], folder=folder / "station") as client:
            cuffs = client.couch("1").snapshot()["cuffs"].values()
    except (httpx.HTTPError, StationError):
        return False
    return door.is_success and all(one["identity"] and not one["trouble"] for one in cuffs)


def _tell(what: str) -> None:
    """Say what happens, on a line that is not part of the output."""
    print(f"{what} ...", file=sys.stderr, flush=True)


def _say(ready: dict[str, Any], *, as_json: bool) -> None:
    """Say where and how to sign in."""
    from openpresso.clinic.demo.house import PASSWORD, STAFF

    logins = [login for _, _, login, _ in STAFF]
    if as_json:
        print(json.dumps(ready | {"logins": logins, "password": PASSWORD}), flush=True)
        return
    names = f"{', '.join(logins[:-1])} or {logins[-1]}"
    where = f"openpresso is open at {ready['console']}"
    print(f"{where} - sign in as {names} with {PASSWORD} - Ctrl-C ends it", flush=True)
