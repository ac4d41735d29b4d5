"""The firmware at work: under MicroPython's unix port, with a cuff on a leg in software."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from openpresso import cuff
from openpresso.errors import InputError, OpenpressoError
from openpresso.twin import faults
from openpresso.twin.serving.staging import stage

BUILD: Final = 180.0
"""Longest time for the twin's kernels to be compiled, which the very first run does [s]."""
PATIENCE: Final = 10.0
"""Longest time for the rig to answer, or the firmware to start [s]."""
RESETS: Final = 2
"""Resets after which a firmware that has not started does not."""
TESTED: Final = "self-test: "
"""What the firmware says when its self-test is over begins so."""


class FirmwareError(OpenpressoError):
    """The firmware, or the rig round it, does not run."""

    default_code: ClassVar[str] = "firmware"


def micropython() -> Path | None:
    """Return MicroPython's unix port, or `None` when it is not installed."""
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    return Path(found) if found else None


class FirmwareProcess:
    """A cuff's real firmware on a serial line, with cuff and leg in software behind it.

    Use it as a context manager, or call `start` and `stop`.

    Parameters
    ----------
    cuff_name
        Catalog name of the cuff.
    serial
        Its serial number.
    seed
        Seed of sensor errors and noise.
    code
        Folder of the firmware's files; the checkout's own, as plain source, when not given.
    """

    def __init__(
        self,
        cuff_name: str = "leg-8",
        serial: str = "OP-0001",
        seed: int = 0,
        code: Path | None = None,
    ) -> None:
        self.cuff = cuff.load(cuff_name)
        self.serial = serial
        self.seed = seed
        self._code = code
        self._folder: Path | None = None
        self._rig: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._lock = threading.Lock()

    def start(self) -> Self:
        """Start the rig and the firmware; return when its self-test is over.

        Raises
        ------
        InputError
            If MicroPython or the firmware's folder is missing.
        FirmwareError
            If the firmware does not start.
        """
        program = micropython()
        if program is None:
            raise InputError.one(
                "micropython",
                "missing-micropython",
                "MicroPython's unix port is not installed",
                hint="`make setup` installs it on Linux x86-64; elsewhere use the twin's device.",
            )
        # The name of a socket has little room: a short folder of its own.
        folder = Path(tempfile.mkdtemp(prefix="openpresso-"))
        self._folder = folder
        if self._code is None:
            stage(folder / "code", self.cuff, self.serial)
        else:
            (folder / "code").symlink_to(self._code.resolve())
        main = "main.py" if (folder / "code" / "main.py").exists() else "main.mpy"
        trouble = (folder / "trouble").open("wb")
        self._rig = subprocess.Popen(
            [
                sys.executable, "-m", "openpresso.twin.rig.process",
                self.cuff.name, str(folder), str(self.seed), str(program), main,
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=trouble, text=True, bufsize=1,
        )  # fmt: skip
        trouble.close()
        self._listener = threading.Thread(target=self._listen, args=(self._rig,), daemon=True)
        self._listener.start()
        try:
            self._answer("start", BUILD)
            self.await_self_test(0)
        except OpenpressoError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End everything and take the serial line away."""
        if self._rig is not None:
            assert self._rig.stdin is not None
            with suppress(BrokenPipeError):
                self._rig.stdin.close()
            try:
                self._rig.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._rig.kill()
                self._rig.wait()
            assert self._listener is not None
            self._listener.join()
            assert self._rig.stdout is not None
            self._rig.stdout.close()
            self._rig = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def serial_path(self) -> str:
        """The serial line that a Modbus master opens; the same after `plug` and `reboot`."""
        return str(self._here() / "serial")

    @property
    def said(self) -> str:
        """What the firmware has said since the start."""
        log = self._here() / "log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    @property
    def tested(self) -> int:
        """How often the firmware has said how its self-test ended."""
        return self.said.count(TESTED)

    def true_pressures(self) -> NDArray[np.float64]:
        """Return the pressures in the chambers without sensor error [mmHg], `(n_chambers,)`."""
        return np.array(self._ask("pressures"))

    def state(self) -> dict[str, Any]:
        """Return how the rig is: `time` [s], `resets`, and whether it is `running`, `powered`."""
        state: dict[str, Any] = self._ask("state")
        return state

    def fault(self, name: str, chamber: int = 1) -> None:
        """Break the cuff.

        Parameters
        ----------
        name
            A fault of `openpresso.twin.faults`.
        chamber
            Where, from 1, distal.

        Raises
        ------
        InputError
            If there is no such fault or chamber.
        """
        faults.parse(f"{name}@0:{chamber}")
        if not 1 <= chamber <= self.cuff.n_chambers:
            raise InputError.one(
                "chamber",
                "missing-chamber",
                f"{self.cuff.name} has no chamber {chamber}",
                hint=f"give one from 1 to {self.cuff.n_chambers}.",
            )
        self._ask("fault", name=name, chamber=chamber)

    def mend(self) -> None:
        """Repair every fault; a cuff without power gets it back by `reboot`."""
        self._ask("mend")

    def kill(self) -> None:
        """Kill the firmware (SIGKILL); it stays dead until `reboot`."""
        self._ask("kill")

    def freeze(self) -> None:
        """Stop the firmware (SIGSTOP), as a chip that hangs; its watchdog starts it again."""
        self._ask("freeze")

    def reboot(self) -> None:
        """Take the power away and give it again; return when the self-test is over."""
        tested = self.tested
        self._ask("reboot")
        self.await_self_test(tested)

    def unplug(self) -> None:
        """Pull the serial cable: whoever has the line open finds it gone."""
        self._ask("unplug")

    def plug(self) -> None:
        """Put the serial cable back, under the same name."""
        self._ask("plug")

    def noise(self, data: bytes) -> None:
        """Let the firmware hear bytes that nobody sent."""
        self._ask("noise", bytes=data.hex())

    def press_stop(self, *, pressed: bool = True) -> None:
        """Press the cuff's stop button, or let it go."""
        self._ask("stop-button", pressed=pressed)

    def _here(self) -> Path:
        if self._folder is None:
            raise FirmwareError("the firmware was not started, or is stopped", remedy="start it.")
        return self._folder

    def _listen(self, rig: subprocess.Popen[str]) -> None:
        assert rig.stdout is not None
        for line in rig.stdout:
            self._answers.put(line)
        self._answers.put(None)

    def _ask(self, do: str, **what: object) -> Any:  # noqa: ANN401 (as JSON has it)
        self._here()
        assert self._rig is not None
        assert self._rig.stdin is not None
        with self._lock:
            try:
                self._rig.stdin.write(json.dumps({"do": do, **what}) + "\n")
            except BrokenPipeError:
                raise self._ended(do) from None
            return self._answer(do, PATIENCE)

    def _answer(self, do: str, patience: float) -> Any:  # noqa: ANN401 (as JSON has it)
        try:
            line = self._answers.get(timeout=patience)
        except queue.Empty:
            raise FirmwareError(f"the rig did not answer {do!r} within {patience:g} s") from None
        if line is None:
            raise self._ended(do)
        return json.loads(line)["answer"]

    def _ended(self, do: str) -> FirmwareError:
        trouble = (self._here() / "trouble").read_text("utf-8", "replace")
        return FirmwareError(f"the rig ended before {do!r} was done: {trouble or self.said}")

    def await_self_test(self, before: int = 0) -> None:
        """Wait until the firmware has said more than `before` times how its self-test ended.

        Raises
        ------
        FirmwareError
            If it does not.
        """
        end = time.monotonic() + PATIENCE
        resets = self.state()["resets"]
        while self.tested <= before:
            gone = self.state()["resets"] > resets + RESETS
            if time.monotonic() > end or gone:
                raise FirmwareError(f"the firmware does not start; it said: {self.said}")
            time.sleep(0.01)


__all__ = ["FirmwareError", "FirmwareProcess", "micropython"]
