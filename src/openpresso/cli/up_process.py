"""A child of `openpresso up`: a verb of openpresso as a process of its own, with a log."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAIN: Final = (sys.executable, "-c", "from openpresso.cli.app import main; main()")
BEGIN: Final = 240.0
"""Longest time to the first line: on a new computer the twins' kernels are compiled first [s]."""
END: Final = 20.0
"""Longest time to end in good order; the station closes its record meanwhile [s]."""
LOOK: Final = 0.2
"""Time between two looks [s]."""


class ChildError(OpenpressoError):
    """A process that is needed did not begin, or ended by itself."""

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "child-ended"


class Child:
    """A verb of openpresso as a process; Ctrl-C reaches the parent alone, which ends it.

    Parameters
    ----------
    name
        What it is called in messages: `the station`.
    arguments
        After `openpresso`.
    log
        File for what it says on standard error.
    """

    def __init__(self, name: str, arguments: Sequence[str], log: Path) -> None:
        """Start it; `first_line` waits until it serves."""
        self.name = name
        self.log = log
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [*MAIN, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
                # What it says must come at once, and in no colours.
                env=os.environ | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
            )

    @property
    def pid(self) -> int:
        """Return its number."""
        return self._process.pid

    def first_line(self, stopped: Callable[[float], bool]) -> str:
        """Return the first line that it prints.

        Parameters
        ----------
        stopped
            Waits so long [s] for the end of everything, and tells whether it came.

        Returns
        -------
        str
            Empty if the end came first.

        Raises
        ------
        ChildError
            If it ends before, or prints nothing in time.
        """
        stream = self._process.stdout
        assert stream is not None
        until = time.monotonic() + BEGIN
        while not select.select([stream], [], [], 0.0)[0]:
            if stopped(LOOK):
                return ""
            if time.monotonic() > until:
                raise self._error(f"{self.name} did not begin within {BEGIN:.0f} s")
        line = stream.readline().decode("utf-8", "replace").strip()
        if not line:
            self._process.wait(END)
            raise self._error(f"{self.name} did not begin")
        return line

    def check(self) -> None:
        """Make sure that it runs.

        Raises
        ------
        ChildError
            If it has ended.
        """
        code = self._process.poll()
        if code is not None:
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            raise self._error(f"{self.name} ended by itself, {how}")

    def end(self) -> str:
        """End it in good order, or at once when it does not; return what went wrong."""
        told = ""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                told = f"{self.name} did not end within {END:.0f} s and was killed"
        if self._process.stdout:
            self._process.stdout.close()
        return told

    def _error(self, message: str) -> ChildError:
        """Return an error that repeats the last thing the child said."""
        said = ""
        with contextlib.suppress(OSError):
            said = self.log.read_text("utf-8", "replace").strip()
        last = "\n".join(said.splitlines()[-4:])
        remedy = f"All that it said is in {self.log}."
        return ChildError(f"{message}:\n{last}" if last else message, remedy=remedy)
