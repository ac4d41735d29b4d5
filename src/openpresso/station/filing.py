"""Where the record of a session on cuffs is begun, and under which name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from openpresso.record import Recorder
from openpresso.session import Identity, Leg
from openpresso.station.preparation import Prepared

TWIN: Final = "twin"
"""Firmware whose name begins so moves no air."""


def begin_record(
    prepared: Prepared,
    identities: Mapping[Leg, Identity],
    folder: Path,
    couch: str,
    who: str,
    begin: float,
) -> Recorder:
    """Begin the record of a session in a new folder.

    Parameters
    ----------
    prepared
        The program that is to be delivered.
    identities
        What the cuffs said they are.
    folder
        Folder in which records are made.
    couch
        Name of the couch.
    who
        Who turned the first cuff on.
    begin
        Instant on the station's clock [s].

    Raises
    ------
    RecordError
        If no record can be made.
    """
    header = prepared.header(_device(identities)) | {
        "operator": who,
        "identities": {
            leg: {
                "type": one.cuff,
                "serial": one.serial,
                "firmware": one.firmware,
                "n_chambers": one.n_chambers,
            }
            for leg, one in identities.items()
        },
    }
    stamp = str(header["started_at"])[:19].replace("-", "").replace(":", "").replace("T", "-")
    chambers: dict[str, int] = {leg: one.n_chambers for leg, one in prepared.cuffs.items()}
    path = _unused(folder / f"{stamp}-{couch}-{prepared.program.name}")
    return Recorder(path, header, chambers, begin=begin)


def _device(identities: Mapping[Leg, Identity]) -> Literal["twin", "cuff"]:
    named = [one.firmware for one in identities.values()]
    return "twin" if named and all(one.startswith(TWIN) for one in named) else "cuff"


def _unused(folder: Path) -> Path:
    """Return a name that no other record has."""
    number = 1
    found = folder
    while found.exists():
        number += 1
        found = folder.with_name(f"{folder.name}-{number}")
    return found
