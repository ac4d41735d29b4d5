"""What served cuffs keep without power, in one JSON file: counters, calibration, cleaning."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from openpresso.errors import InputError
from openpresso.twin.serving.device import TwinDevice

VERSION: Final = 1
"""Version of the file."""


class KeptFile:
    """The file in which cuffs keep what they keep, by serial number.

    Parameters
    ----------
    path
        The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        """Read the file, if there is one.

        Raises
        ------
        InputError
            If it is no such file.
        """
        self.path = path
        self._cuffs: dict[str, Any] = {}
        if not path.exists():
            if not path.parent.is_dir():
                raise self._bad(f"there is no folder {path.parent}", "Make the folder first.")
            return
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            version, cuffs = content["version"], dict(content["cuffs"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._bad(f"it is no file of kept counters: {error}") from error
        if version != VERSION:
            raise self._bad(f"its version is {version!r}, this openpresso reads {VERSION}")
        self._cuffs = cuffs

    def give(self, devices: Iterable[TwinDevice]) -> None:
        """Give every cuff what it kept.

        Raises
        ------
        InputError
            If the file says something else of it.
        """
        for device in devices:
            kept = self._cuffs.get(device.serial)
            if kept is None:
                continue
            try:
                device.keep(kept)
            except (ValueError, TypeError, AttributeError) as error:
                raise self._bad(f"cuffs.{device.serial}: {error}") from error

    def take(self, devices: Iterable[TwinDevice]) -> None:
        """Write down what the cuffs keep now; a reader finds the old file or the new one."""
        for device in devices:
            self._cuffs[device.serial] = device.kept()
            device.changed = 0
        part = self.path.with_name(self.path.name + ".part")
        content = {"version": VERSION, "cuffs": self._cuffs}
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        os.replace(part, self.path)  # noqa: PTH105  # as atomic, and said so

    def _bad(
        self, message: str, hint: str = "Move the file away to begin a new one."
    ) -> InputError:
        return InputError.one(str(self.path), "bad-state", message, hint=hint)
