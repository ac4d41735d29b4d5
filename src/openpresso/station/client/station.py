"""The station, as a Python client sees it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

from openpresso.station.client.calls import PREPARING, Calls, given
from openpresso.station.client.couch import CouchClient
from openpresso.station.service.keys import LOCAL_FILE

URL: Final = "http://127.0.0.1:8100"
KEY_VARIABLE: Final = "OPENPRESSO_STATION_KEY"
FOLDER: Final = Path("station")


class StationClient:
    """One station.

    Parameters
    ----------
    url
        Where it listens.
    key
        A key of `openpresso station key add`. Without it the variable `OPENPRESSO_STATION_KEY`,
        then the file `local-key` in `folder`. Vents need none.
    folder
        The station's folder, when it is on this computer.
    """

    def __init__(self, url: str = URL, key: str | None = None, folder: Path = FOLDER) -> None:
        """Connect when something is asked for."""
        found = key or os.environ.get(KEY_VARIABLE) or _local_key(folder)
        self._calls = Calls(url, found)

    @property
    def url(self) -> str:
        """Where the station listens."""
        return self._calls.url

    def __enter__(self) -> Self:
        """Use the station for the time of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connections."""
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._calls.http.close()

    def health(self) -> dict[str, Any]:
        """Return that the station lives, its version and its own troubles; needs no key."""
        return self._calls.take("GET", "/health")

    def couches(self) -> list[dict[str, Any]]:
        """Return every couch with its legs, its state and the holder of its seat."""
        return self._calls.rows("GET", "/couches")

    def couch(self, name: str = "1") -> CouchClient:
        """Return one couch; whether there is one shows when it is asked for something."""
        return CouchClient(self._calls, name)

    def vent(self) -> dict[str, Any]:
        """EMERGENCY VENT of every couch; it needs no key and no seat."""
        return self._calls.take("POST", "/vent")

    def programs(self) -> list[dict[str, Any]]:
        """Return the programs of the station's catalog, in short."""
        return self._calls.rows("GET", "/programs", timeout=PREPARING)

    def check(
        self,
        program: str = "",
        *,
        text: str = "",
        couch: str | None = None,
        ceiling: float | str | None = None,
    ) -> dict[str, Any]:
        """Check a program without loading it.

        Parameters
        ----------
        program, text
            Name in the catalog, or a whole program as YAML.
        couch
            Check it against the cuffs of this couch.
        ceiling
            Highest pressure allowed [mmHg], or a text with its unit.

        Returns
        -------
        dict
            `correct`, `diagnostics`, and what the program is.
        """
        body = {"program": program, "text": text, "couch": couch, "ceiling": ceiling}
        return self._calls.take("POST", "/programs/check", given(body), timeout=PREPARING)

    def records(self) -> list[dict[str, Any]]:
        """Return every record of the station, in short, the newest first."""
        return self._calls.rows("GET", "/records", timeout=PREPARING)

    def record(self, name: str) -> dict[str, Any]:
        """Return the whole summary of a closed record."""
        return self._calls.take("GET", f"/records/{quote(name, safe='')}", timeout=PREPARING)

    def record_file(self, name: str, file: str) -> bytes:
        """Return a file of a record, such as `report.html`, `report.pdf` or `journal.jsonl`."""
        path = f"/records/{quote(name, safe='')}/{quote(file, safe='')}"
        return self._calls.request("GET", path).content


def _local_key(folder: Path) -> str | None:
    """Return the key that a station on this computer made for its owner."""
    try:
        return (folder / LOCAL_FILE).read_text("utf-8").strip()
    except OSError:
        return None
