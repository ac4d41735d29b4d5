"""The rig: a controller's program between a cuff on a leg in software and a serial cable.

A process of its own (`python -m openpresso.twin.rig.process`), so that nothing else holds up the
physics. It is told what to do in lines of JSON on its standard input, answers on its standard
output, and ends, with all it started, when its standard input ends. Its user is
`openpresso.twin.rig.firmware`.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np

from openpresso import cuff
from openpresso.twin.rig.pneumatics import Pneumatics
from openpresso.twin.serving.cable import Cable

ASK: Final = ord("?")
"""The controller asks for the sensors: readings, then one word of flags."""
DRIVE: Final = ord("!")
"""The controller energises: `COMMAND` bytes follow; see `Pneumatics.drive`."""
COMMAND: Final = 8
MOST_CHAMBERS: Final = 24
PUMP_SENSED, STOP_PRESSED = 1, 2
"""Flags: the pump draws current; the loop of the stop button is open."""
PERIOD: Final = 0.02
"""Longest time for which the physics waits for a word [s]."""
REST: Final = 0.2
"""Time that a chip takes to start again after a reset [s]."""


class Rig:
    """Everything round one controller.

    Parameters
    ----------
    type_name
        Catalog name of the cuff.
    folder
        Where the sockets and the controller's flash are; the program is in `folder / "code"`.
    program
        Command that runs the controller's program.
    seed
        Seed of sensor errors and noise.
    """

    def __init__(self, type_name: str, folder: Path, program: list[str], seed: int) -> None:
        self.folder = folder
        self.air = Pneumatics(cuff.load(type_name), time.monotonic(), seed)
        self.cable = Cable(folder)
        self.resets = 0
        self.going = True
        self._program = program
        self._chip: subprocess.Popen[bytes] | None = None
        self._start_at: float | None = None
        self._line: socket.socket | None = None
        self._heard = bytearray()
        self._asked = bytearray()
        self._doors = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / "air"))
        self._listener.listen()
        self._doors.register(self._listener, selectors.EVENT_READ, self._admit)
        self._doors.register(self.cable.inside.near, selectors.EVENT_READ, self.cable.outwards)
        self._watch_outside()
        os.set_blocking(sys.stdin.fileno(), False)
        self._doors.register(sys.stdin.fileno(), selectors.EVENT_READ, self._obey)
        self._log = (folder / "log").open("ab", buffering=0)

    def run(self) -> None:
        """Work until the standard input ends."""
        self.power_on()
        try:
            while self.going:
                self._turn()
        finally:
            self.power_off()
            self.cable.close()

    def _turn(self) -> None:
        for key, _ in self._doors.select(PERIOD):
            key.data()
        now = time.monotonic()
        self.air.catch_up(now)
        if self.air.overdue(now):
            self._reset(now)
        if self._chip is not None and self._chip.poll() is not None:
            self._reset(now)
        if self._start_at is not None and now >= self._start_at:
            self.power_on()

    def _admit(self) -> None:
        self._hang_up()
        self._line, _ = self._listener.accept()
        self._line.settimeout(0.0)
        self._heard.clear()
        self.air.begin(time.monotonic())
        self._doors.register(self._line, selectors.EVENT_READ, self._hear)

    def _hear(self) -> None:
        """Take what the controller says; a socket that ends is a chip without power."""
        if self._line is None:
            # It was hung up after it had something to say.
            return
        try:
            data = self._line.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now = time.monotonic()
        if not data:
            self._hang_up()
            return
        self.air.hear(now)
        self._heard += data
        while self._heard:
            if self._heard[0] == ASK:
                del self._heard[0]
                self.air.catch_up(now)
                self._tell()
            elif self._heard[0] == DRIVE and len(self._heard) > COMMAND:
                self.air.catch_up(now)
                self.air.drive(bytes(self._heard[1 : COMMAND + 1]))
                del self._heard[: COMMAND + 1]
            elif self._heard[0] != DRIVE:
                raise ValueError(f"the controller said {self._heard[0]}, which means nothing here")
            else:
                break

    def _tell(self) -> None:
        words = np.zeros(MOST_CHAMBERS + 1, dtype="<i2")
        words[: self.air.n] = self.air.readings()
        pressed = STOP_PRESSED if self.air.stop_pressed else 0
        words[MOST_CHAMBERS] = pressed | (PUMP_SENSED if self.air.pump_runs else 0)
        assert self._line is not None
        with suppress(OSError):
            self._line.sendall(words.tobytes())

    def _hang_up(self) -> None:
        if self._line is not None:
            self._doors.unregister(self._line)
            self._line.close()
            self._line = None
        self.air.release()

    def _reset(self, now: float) -> None:
        """Do what the chip's watchdog does: take the outputs, and start it again."""
        self.kill()
        self.resets += 1
        self._start_at = now + REST

    def power_on(self) -> None:
        """Start the controller."""
        self._start_at = None
        environment = os.environ | {
            "MICROPYPATH": ".frozen",
            "OPENPRESSO_AIR": str(self.folder / "air"),
            "OPENPRESSO_LINE": str(self.folder / "line"),
            "OPENPRESSO_FLASH": str(self.folder / "flash"),
        }
        self._chip = subprocess.Popen(
            self._program, cwd=self.folder / "code", env=environment, stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=self._log,
        )  # fmt: skip

    def power_off(self) -> None:
        """Take the power away and leave it so."""
        self._start_at = None
        self.kill()

    def kill(self) -> None:
        """Kill the controller's program; nothing starts it again but `reboot`."""
        if self._chip is not None:
            self._chip.kill()
            self._chip.wait()
            self._chip = None
        self._hang_up()

    def _watch_outside(self) -> None:
        if self.cable.outside is not None:
            near = self.cable.outside.near
            self._doors.register(near, selectors.EVENT_READ, self.cable.inwards)

    def _unwatch_outside(self) -> None:
        if self.cable.outside is not None:
            self._doors.unregister(self.cable.outside.near)

    # What the user of the rig can ask for.

    def _obey(self) -> None:
        data = os.read(sys.stdin.fileno(), 65536)
        if not data:
            self.going = False
        self._asked += data
        while b"\n" in self._asked:
            line, _, rest = self._asked.partition(b"\n")
            self._asked = bytearray(rest)
            answer = self._answer(json.loads(line))
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.air.catch_up(time.monotonic())
        acts: dict[str, Callable[[dict[str, Any]], object]] = {
            "pressures": lambda _: self.air.pressures().tolist(),
            "fault": lambda said: self._fault(said["name"], said["chamber"]),
            "mend": lambda _: self._mend(),
            "kill": lambda _: self.power_off(),
            "freeze": lambda _: self._freeze(),
            "reboot": lambda _: self._reboot(),
            "unplug": lambda _: self._unplug(),
            "plug": lambda _: self._plug(),
            "noise": lambda said: self.cable.noise(bytes.fromhex(said["bytes"])),
            "stop-button": lambda said: self._press(said["pressed"]),
            "state": lambda _: self._state(),
        }
        return {"answer": acts[asked["do"]](asked)}

    def _state(self) -> dict[str, Any]:
        return {
            "time": self.air.time, "resets": self.resets, "running": self._chip is not None,
            "vented": self._line is None, "powered": self.air.powered,
        }  # fmt: skip

    def _fault(self, name: str, chamber: int) -> None:
        self.air.inject(name, chamber)
        self.cable.silent = self.air.mute
        if not self.air.powered:
            self.power_off()

    def _mend(self) -> None:
        self.air.mend()
        self.cable.silent = False

    def _freeze(self) -> None:
        if self._chip is not None:
            self._chip.send_signal(signal.SIGSTOP)

    def _reboot(self) -> None:
        self.power_off()
        self.air.switch(0, powered=True)
        self.power_on()

    def _unplug(self) -> None:
        self._unwatch_outside()
        self.cable.unplug()

    def _plug(self) -> None:
        self._unplug()
        self.cable.plug()
        self._watch_outside()

    def _press(self, pressed: bool) -> None:
        self.air.stop_pressed = pressed


def main() -> None:
    """Run the rig: cuff, folder, seed, then the command that runs the controller's program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        # Hardware does not wait for other programs; where it may, the rig does not either.
        os.nice(-10)
    type_name, folder, seed, *program = sys.argv[1:]
    rig = Rig(type_name, Path(folder), program, int(seed))
    sys.stdout.write('{"answer": "ready"}\n')
    sys.stdout.flush()
    rig.run()


if __name__ == "__main__":
    main()
