"""Processes that the tests start, and waiting for them without guessing."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

T = TypeVar("T")

MAIN: Final = (sys.executable, "-c", "from openpresso.cli.app import main; main()")
BEGIN: Final = 100.0
"""Longest time to the first line: the very first run compiles the twin's kernels [s]."""
PATIENCE: Final = 60.0
"""Longest time for anything that is not bounded by the product itself [s]."""
POLL: Final = 0.1
"""Time between two looks that may be late [s]."""
CLOSE: Final = 0.02
"""Time between two looks that tell when something happened [s]."""


@contextlib.contextmanager
def turn(lock: Path) -> Iterator[None]:
    """Do heavy work, such as starting a process, while no other test does.

    Others are in the middle of a session in real time, and a computer that runs one treatment room
    has to run several here.
    """
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def prompt(process: int = 0, *, children: bool = False) -> None:
    """Let a process, or this thread, run as soon as it wants to, where the system allows it.

    The rooms of several tests share one computer with their own beginnings and reports; a real room
    has one for itself. Where the system does not allow it, the tests need a computer that is not
    busy.

    Parameters
    ----------
    process
        Number of the process; 0: this thread.
    children
        Also what it starts from now on.
    """
    policy = os.SCHED_RR if children else os.SCHED_RR | os.SCHED_RESET_ON_FORK
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(process, policy, os.sched_param(1))


def until(
    look: Callable[[], T], within: float = PATIENCE, what: str = "", every: float = POLL
) -> T:
    """Return the first true thing that is seen.

    Parameters
    ----------
    look
        Returns what is waited for, or something false.
    within
        Longest time [s].
    what
        What is waited for, for the message.
    every
        Time between two looks [s].
    """
    end = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < end, f"not within {within:g} s: {what or look}"
        time.sleep(every)
    return found


def always(look: Callable[[], object], lasting: float, what: str = "") -> None:
    """See that something is true for as long as this [s]."""
    end = time.monotonic() + lasting
    while time.monotonic() < end:
        assert look(), f"no longer true: {what or look}"
        time.sleep(POLL)


class Process:
    """A command line of openpresso as a process of its own; its first line says what it serves.

    Parameters
    ----------
    arguments
        After `openpresso`.
    log
        File for what it says on standard error.
    environment
        Variables beside those of the tests.
    """

    def __init__(
        self, arguments: list[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        with log.open("ab") as said:
            self.popen = subprocess.Popen(
                [*MAIN, *arguments],
                stdout=subprocess.PIPE,
                stderr=said,
                env=os.environ | dict(environment or {}),
            )
        try:
            self.ready = self._first_line()
            prompt(self.pid)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self.popen.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process alone."""
        self.popen.send_signal(number)

    def kill(self) -> None:
        """Kill it as the system does when memory is short: nothing is closed."""
        self.popen.kill()
        self.popen.wait(PATIENCE)

    def end(self) -> int:
        """End it as a service is ended; return its exit code."""
        self.popen.terminate()
        return self.popen.wait(PATIENCE)

    def close(self) -> None:
        """End it at once: what it would still do, such as a report, is of no use any more."""
        if self.popen.poll() is None:
            self.kill()
        if self.popen.stdout:
            self.popen.stdout.close()

    def _first_line(self) -> dict[str, Any]:
        assert self.popen.stdout is not None
        came, _, _ = select.select([self.popen.stdout], [], [], BEGIN)
        line = self.popen.stdout.readline() if came else b""
        if not line.startswith(b"{"):
            raise AssertionError(f"it did not begin: {line!r} {self.log.read_text('utf-8')}")
        ready: dict[str, Any] = json.loads(line)
        return ready
