"""`openpresso twin serve` as a process of its own, and masters that speak to it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, Self

import httpx
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.client.base import ModbusBaseSyncClient
from pymodbus.exceptions import ModbusException

MAIN: Final = (sys.executable, "-c", "from openpresso.cli.app import main; main()")
BEGIN: Final = 100.0
"""Longest time to the first line: the very first run compiles the twin's kernels [s]."""
PATIENCE: Final = 10.0
"""Longest time for anything else [s]."""
ALL: Final = (0xFF, 0xFFFF)
"""Every chamber enabled."""
COMMANDS, STATE, RESET, VENT = 200, 100, 600, 601


class Served:
    """A running `openpresso twin serve`."""

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
        self.process = process
        self.cuffs: list[dict[str, Any]] = ready["cuffs"]
        self.page: str = ready["page"]

    def port(self, cuff: int = 0) -> int:
        return int(self.cuffs[cuff]["tcp"].rsplit(":", 1)[1])

    def serial(self, cuff: int = 0) -> str:
        return str(self.cuffs[cuff]["rtu"]).removeprefix("modbus:rtu://")

    def state(self, cuff: int = 0) -> dict[str, Any]:
        """Return what the page knows of a cuff."""
        shown: dict[str, Any] = self.get("/state").json()
        cuffs: list[dict[str, Any]] = shown["cuffs"]
        return cuffs[cuff]

    def post(self, path: str, **body: object) -> httpx.Response:
        """Let the page do something to the first cuff."""
        return httpx.post(f"{self.page}/cuffs/1/{path}", json=body, timeout=PATIENCE)

    def get(self, path: str) -> httpx.Response:
        """Ask the page for something."""
        return httpx.get(f"{self.page}{path}", timeout=PATIENCE)

    def end(self) -> tuple[int, str]:
        """End it as a service is ended; return exit code and what it said on standard error."""
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said


def serving(*arguments: str) -> AbstractContextManager[Served]:
    """Serve twins with these options, and no longer than the context."""
    return beginning("twin", "serve", *arguments, "--page", "127.0.0.1:0", "--json")


@contextmanager
def beginning(*arguments: str) -> Iterator[Served]:
    """Run a command line that says in one line of JSON what it serves."""
    command = [*MAIN, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            came, _, _ = select.select([process.stdout], [], [], BEGIN)
            line = process.stdout.readline() if came else ""
            if not line.startswith("{"):
                process.kill()
                raise AssertionError(f"it did not begin: {line}{process.communicate()[1]}")
            yield Served(process, json.loads(line))
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()


def until(condition: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Wait until a condition holds; return how long it took [s]."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, f"not within {patience} s"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def tcp(port: int) -> Iterator[ModbusTcpClient]:
    """Connect a master by TCP."""
    client = ModbusTcpClient("127.0.0.1", port=port, timeout=1.0, retries=0)
    assert client.connect()  # type: ignore[no-untyped-call]
    try:
        yield client
    finally:
        client.close()  # type: ignore[no-untyped-call]


@contextmanager
def rtu(path: str) -> Iterator[ModbusSerialClient]:
    """Connect a master by a serial line."""
    client = ModbusSerialClient(
        path, framer=FramerType.RTU, baudrate=115200, timeout=1.0, retries=0
    )
    assert client.connect()
    try:
        yield client
    finally:
        client.close()  # type: ignore[no-untyped-call]


class Holding:
    """A station that holds a pressure in every chamber, from a thread of its own.

    Parameters
    ----------
    master
        Its line; nobody else may use it meanwhile.
    pressure
        Set-point of every chamber [mmHg].
    station
        Its number.
    """

    def __init__(self, master: ModbusBaseSyncClient, pressure: float, station: int = 7) -> None:
        points = [round(100 * pressure)] * 24
        self._values = [station, 10000, *ALL, *points]
        self._master = master
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._hold)
        self.refused = 0
        self.unanswered = 0

    def __enter__(self) -> Self:
        assert not self._master.write_registers(RESET, [1]).isError()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Fall silent, without a word."""
        self._end.set()
        self._thread.join()

    def _hold(self) -> None:
        while not self._end.wait(0.05):
            try:
                answer = self._master.readwrite_registers(
                    read_address=STATE, read_count=88, address=COMMANDS, values=self._values
                )
            except ModbusException:
                self.unanswered += 1
                continue
            self.refused += answer.isError()


def pull(descriptor: int, count: int, patience: float = 1.0) -> bytes:
    """Read what comes on a descriptor, at most `count` bytes."""
    got = b""
    end = time.monotonic() + patience
    while len(got) < count and (left := end - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            got += os.read(descriptor, count - len(got))
    return got


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end."""
    return subprocess.run(
        [*MAIN, *arguments], capture_output=True, text=True, check=False, timeout=BEGIN
    )
