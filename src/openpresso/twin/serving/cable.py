"""A serial cable in software: two pseudo-terminals and what passes between them."""

from __future__ import annotations

import os
import tty
from contextlib import suppress
from pathlib import Path
from typing import Final

CHUNK: Final = 4096


class Plug:
    """One end of a cable: a pseudo-terminal under a name that stays.

    Parameters
    ----------
    name
        Path of the link to the terminal; made here, taken away by `close`.
    """

    def __init__(self, name: Path) -> None:
        self.name = name
        # The far side is held open here, or the near one would report a hang-up before its user
        # came.
        self.near, self._far = os.openpty()
        tty.setraw(self._far)
        os.set_blocking(self.near, False)
        name.unlink(missing_ok=True)
        name.symlink_to(os.ttyname(self._far))

    def take(self) -> bytes:
        """Return what the user of this end has written."""
        with suppress(BlockingIOError):
            return os.read(self.near, CHUNK)
        return b""

    def give(self, data: bytes) -> None:
        """Let the user of this end read `data`; what finds no room is lost, as on a wire."""
        with suppress(BlockingIOError):
            os.write(self.near, data)

    def close(self) -> None:
        """Pull this end out: its user finds the line gone."""
        self.name.unlink(missing_ok=True)
        os.close(self.near)
        os.close(self._far)


class Cable:
    """The cable from the cuff's controller to whoever masters the line.

    Parameters
    ----------
    folder
        Where the names of the two ends are made: `line` for the cuff, `serial` for the master.
    """

    def __init__(self, folder: Path) -> None:
        self._name = folder / "serial"
        self.inside = Plug(folder / "line")
        self.outside: Plug | None = Plug(self._name)
        self.silent = False
        """Whether nothing passes although the cable is in place."""

    def outwards(self) -> None:
        """Pass on what the cuff has written."""
        data = self.inside.take()
        if self.outside is not None and not self.silent:
            self.outside.give(data)

    def inwards(self) -> None:
        """Pass on what the master has written."""
        data = self.outside.take() if self.outside is not None else b""
        if not self.silent:
            self.inside.give(data)

    def noise(self, data: bytes) -> None:
        """Let the cuff hear bytes that nobody sent."""
        self.inside.give(data)

    def unplug(self) -> None:
        """Pull the cable out at the master's end; `plug` puts it back under the same name."""
        if self.outside is not None:
            self.outside.close()
            self.outside = None

    def plug(self) -> None:
        """Put the cable back in."""
        if self.outside is None:
            self.outside = Plug(self._name)

    def close(self) -> None:
        """Take the whole cable away."""
        self.unplug()
        self.inside.close()
