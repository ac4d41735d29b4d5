"""Reading a closed record: its header, its events, its dose, and its waveforms when asked for."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from openpresso.errors import RecordError
from openpresso.record import journal, parquet, sealing, verify
from openpresso.record.course import Course, course, cycles
from openpresso.record.dose import ChamberDose, Dose, LegDose
from openpresso.record.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.record.journal import Entry
    from openpresso.record.waveforms import Waveforms


@dataclass(frozen=True)
class Record:
    """What was delivered in one session.

    The header and the dose are read at once; events and waveforms when they are first asked for,
    each checked against its digest.
    """

    folder: Path
    header: Mapping[str, Any]
    """Who, what and when: the fields of `openpresso.record.header.Header`."""
    software: Mapping[str, str]
    legs: Mapping[str, int]
    """Each leg and its number of chambers."""
    outcome: str
    """`delivered`, `stopped`, `faulted` or `interrupted`."""
    reason: str
    begin: float
    """The session's clock at the start of the record [s]."""
    end: float
    """The session's clock at its end [s]."""
    dose: Dose
    quality: Quality
    """As measured from the waveforms."""
    reported: Mapping[str, Any]
    """What the station measured beyond the record."""
    digest: str
    """SHA-256 of the summary, which holds those of all files."""
    summary: Mapping[str, Any]
    """The whole of `session.json`."""

    @functools.cached_property
    def events(self) -> tuple[Entry, ...]:
        """Every line of the journal."""
        entries, _ = journal.read(self._content(journal.FILE))
        return entries

    @functools.cached_property
    def course(self) -> Course:
        """The states of the session."""
        return course(self.events)

    def cycles(self, leg: str) -> tuple[float, ...]:
        """Return the instants at which a leg's cycles began [s]."""
        return cycles(self.events, leg)

    def waveforms(self, leg: str) -> Waveforms:
        """Return what a leg was to get and what it got.

        Parameters
        ----------
        leg
            One of `legs`.

        Returns
        -------
        Waveforms
            Arrays of all frames of this leg.

        Raises
        ------
        RecordError
            If there is no such leg, or the file is not the one recorded.
        """
        if leg not in self.legs:
            message = f"{self.folder}: there is no leg {leg!r}; there are {', '.join(self.legs)}"
            raise RecordError(message, code="unknown-leg", remedy="name one of these.")
        return self._waveforms[leg]

    @functools.cached_property
    def _waveforms(self) -> Mapping[str, Waveforms]:
        """Return the waveforms of every leg."""
        self._content(parquet.FILE)
        file = self.folder / parquet.FILE
        return {leg: parquet.read(file, leg, chambers) for leg, chambers in self.legs.items()}

    def _content(self, name: str) -> bytes:
        """Return a file's bytes, which must be those recorded."""
        try:
            raw = (self.folder / name).read_bytes()
        except OSError as error:
            message = f"{self.folder / name}: cannot be read: {error.strerror or error}"
            raise RecordError(message, code="missing-file", remedy=verify.RESTORE) from error
        if hashlib.sha256(raw).hexdigest() != self.summary["files"][name]["sha256"]:
            message = f"{self.folder / name}: the file is not the one that was recorded"
            raise RecordError(message, code="changed-file", remedy=verify.RESTORE)
        return raw


def open_record(folder: Path | str) -> Record:
    """Open a closed record.

    Parameters
    ----------
    folder
        Folder of the record.

    Returns
    -------
    Record
        The record.

    Raises
    ------
    RecordError
        If there is none, it was never closed, it was changed, or it is of a newer schema.
    """
    path = Path(folder)
    if not (path / sealing.FILE).exists():
        fault = verify.verify(path)[0]
        raise RecordError(fault.text(str(path)), code=fault.code)
    summary = verify.read_summary(path)
    if summary.fault:
        raise RecordError(summary.fault.text(str(path)), code=summary.fault.code)
    data = summary.data
    return Record(
        folder=path,
        header=MappingProxyType(data["header"]),
        software=MappingProxyType(data["software"]),
        legs=MappingProxyType(sealing.sizes(data["legs"])),
        outcome=data["outcome"],
        reason=data["reason"],
        begin=data["begin"],
        end=data["end"],
        dose={leg: _leg_dose(one) for leg, one in data["dose"].items()},
        quality=Quality(**data["quality"]["measured"]),
        reported=MappingProxyType(data["quality"]["reported"]),
        digest=data["digest"],
        summary=MappingProxyType(data),
    )


def _leg_dose(data: Mapping[str, Any]) -> LegDose:
    """Return the dose of a leg from its plain form."""
    rest = {key: value for key, value in data.items() if key != "chambers"}
    return LegDose(chambers=tuple(ChamberDose(**one) for one in data["chambers"]), **rest)
