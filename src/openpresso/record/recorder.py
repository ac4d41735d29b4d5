"""The recorder: takes frames and events from the control path and never holds it up."""

from __future__ import annotations

import hashlib
import time as clocks
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpresso.errors import RecordError
from openpresso.record import folder as folders
from openpresso.record import journal, sealing, waveforms
from openpresso.record.writer import DirectWriter, Disk, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

NOTE_EVERY: Final = 60.0
"""Time between two notes of the waveform log's digest in the journal [s]."""
PATIENCE: Final = 0.002
"""Longest time a finished second waits for its write before the control path goes on [s]."""


class Recorder:
    """Writes the record of one session while it runs.

    The begin mark with the header is on the disk before the constructor returns; from then on
    nothing raises until `close`. Bytes go through a thread: a finished second of waveforms is
    handed over at once and given `PATIENCE` to reach the operating system, so that a killed process
    loses at most the second it was in, and a slow disk never holds up a stop.

    Parameters
    ----------
    folder
        Folder of the record; made if missing, refused if not empty.
    header
        Fields of `openpresso.record.header.Header`.
    legs
        Each leg and its number of chambers.
    clock
        Monotonic clock of the computer [s]: it times the writes to the disk, never the session.
    begin
        The session's own clock at the start of the record [s].
    threaded
        Write through a thread, so that no stop waits for the disk; without it, for a session on a
        twin faster than real time, each second is written at once.

    Raises
    ------
    InputError
        If the header is not as it must be.
    RecordError
        If the folder cannot take a record.
    """

    def __init__(
        self,
        folder: Path | str,
        header: Mapping[str, object],
        legs: Mapping[str, int],
        clock: Callable[[], float] = clocks.monotonic,
        *,
        begin: float = 0.0,
        threaded: bool = True,
    ) -> None:
        """Open the record and write its begin mark."""
        from openpresso.record.header import check

        self.folder = Path(folder)
        self._chain = journal.Chain()
        opening = sealing.opening(check(header), legs)
        start = waveforms.preamble(legs)
        self._files = folders.begin(
            self.folder, self._chain.line(begin, journal.BEGIN, None, opening), start
        )
        disk = Disk(self._files.descriptors, clock)
        self._writer = Writer(disk, clock) if threaded else DirectWriter(disk)
        self._legs = {
            leg: waveforms.LegBuffer(number, chambers)
            for number, (leg, chambers) in enumerate(legs.items())
        }
        self._final = list(self._legs.values())[-1]
        self._full = False
        self._waves = hashlib.sha256(start)
        self._wave_bytes = len(start)
        self._noted = begin
        self._fault = ""
        self._last = begin
        self._closed = False

    @property
    def trouble(self) -> str:
        """Why the record is not being kept, or an empty text."""
        return self._fault or self._writer.trouble

    @property
    def healthy(self) -> bool:
        """Whether everything recorded so far is or is about to be on the disk."""
        return not self.trouble

    def event(self, time: float, kind: str, leg: str | None, data: Mapping[str, object]) -> None:
        """Record what happened.

        Parameters
        ----------
        time
            The session's monotonic clock [s].
        kind
            What happened, in kebab-case.
        leg
            The leg that it is about, or `None` for the session.
        data
            Details.
        """
        if self._closed:
            return
        try:
            made = self._chain.line(time, kind, leg, data)
        except (TypeError, ValueError, RecursionError) as error:
            self._fault = self._fault or f"event {kind!r} cannot be written: {error}"
            return
        self._last = max(self._last, time)
        self._writer.put(journal.FILE, made)
        if any(one.count and time - one.first >= waveforms.SPAN for one in self._legs.values()):
            self._flush(time)

    def frame(
        self,
        time: float,
        leg: str,
        set_points: ArrayLike,
        pressures: ArrayLike,
        duty: ArrayLike,
    ) -> None:
        """Record one tick of one leg.

        Parameters
        ----------
        time
            The session's monotonic clock [s].
        leg
            Which leg.
        set_points
            [mmHg], shape `(n_chambers,)`; NaN = vent and disable.
        pressures
            [mmHg], shape `(n_chambers,)`; NaN = no valid reading.
        duty
            Share of the time that each inlet was open, 0 to 1, shape `(n_chambers,)`.
        """
        if self._closed:
            return
        try:
            buffer = self._legs[leg]
            if self._full and (time > self._last or buffer.count == waveforms.FRAMES):
                self._flush(self._last)
            self._last = time
            if buffer.add(time, set_points, pressures, duty):
                self._full = True
                if buffer is self._final:
                    self._flush(time)
        except (KeyError, TypeError, ValueError) as error:
            self._fault = self._fault or f"a frame of leg {leg!r} does not fit: {error}"

    def close(self, outcome: str, reason: str, quality: Mapping[str, object]) -> Path:
        """End the record and seal it: Parquet, dose, and `session.json` with every digest.

        Parameters
        ----------
        outcome
            `delivered`, `stopped` or `faulted`.
        reason
            Why the session ended, for people.
        quality
            What the station measured beyond the record, for example against the twin's true
            pressure; kept as given.

        Returns
        -------
        Path
            The folder of the record.

        Raises
        ------
        RecordError
            If the record could not be finished; what was written until then is kept.
        """
        if self._closed:
            return self.folder
        self.end(outcome, reason, quality)
        sealing.seal(self.folder)
        return self.folder

    def end(self, outcome: str, reason: str, quality: Mapping[str, object]) -> None:
        """Write the end mark and let go of the files; `openpresso.record.sealing.seal` remains.

        For a control loop that cannot wait for the sealing; see `close`.
        """
        if self._closed:
            return
        self._flush(self._last)
        ending = sealing.ending(outcome, reason, quality, self._wave_bytes, self._waves.hexdigest())
        self.event(self._last, journal.END, None, ending)
        self._closed = True
        self._writer.close()
        self._files.close()
        trouble = self.trouble
        if trouble:
            message = f"{self.folder}: the record could not be finished: {trouble}"
            raise RecordError(message, code="record-not-finished", remedy=folders.KEPT)

    def _flush(self, time: float) -> None:
        """Hand over the gathered frames of every leg and note the digest when it is due.

        The legs are handed over together, after the last of them in the tick or at the next tick.
        """
        self._full = False
        blocks = b"".join(one.block() for one in self._legs.values())
        self._last = max(self._last, time)
        if blocks:
            self._waves.update(blocks)
            self._wave_bytes += len(blocks)
            self._writer.put(waveforms.FILE, blocks)
        if time - self._noted >= NOTE_EVERY:
            self._noted = time
            note = {"bytes": self._wave_bytes, "sha256": self._waves.hexdigest()}
            self._writer.put(journal.FILE, self._chain.line(time, journal.WAVEFORMS, None, note))
        self._writer.settle(PATIENCE)
