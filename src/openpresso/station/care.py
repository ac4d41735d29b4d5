"""The care of a cuff: what it counts and keeps itself, and the station's log of it.

The log of a cuff is `SERIAL.jsonl`, one line for what was done or found, only ever appended. A
line that a crash has cut off is passed over.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, Protocol, runtime_checkable
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from openpresso.session import JSON
from openpresso.station.calibration import Calibration

Kind = Literal["session", "fit-test", "cleaned", "calibrated"]
"""What a line of the log tells: a session was done, a fit test, a cleaning, a calibration."""

FEWEST_TESTS: Final = 6
"""With fewer fit tests nothing can be said about a trend."""
STUDENT: Final = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13,
    2.12, 2.11, 2.10, 2.09, 2.09,
)  # fmt: skip
"""97.5 % points of Student's t for 1, 2, ... degrees of freedom; beyond, the last one."""
NOTABLE: Final = 0.05
"""A leak that grows by less in 10 sessions is as good as steady [mmHg/s]."""


@dataclass(frozen=True, slots=True, eq=False)
class Care:
    """What a cuff keeps of its wear, its calibration and its cleaning."""

    powered: float
    """Time for which it had power [h]."""
    pumped: float
    """Time for which its pump ran [h]."""
    trips: int
    """Times that its guard vented it."""
    leases_lost: int
    late_ticks: int
    longest_tick: int
    """[us]"""
    requests: int
    bad_frames: int
    inlet_cycles: NDArray[np.int64]
    """Openings of each inlet valve, shape `(n_chambers,)`."""
    exhaust_cycles: NDArray[np.int64]
    """Closings of each exhaust valve, shape `(n_chambers,)`."""
    used: bool
    """Whether it was filled after its last cleaning."""
    cleaned_on: date | None
    calibrated_on: date | None
    calibrated_by: str
    calibrations: tuple[Calibration, ...]
    """Zero and span of each chamber's sensor."""

    def to_json(self) -> dict[str, JSON]:
        """Return it as JSON values."""
        return {
            "powered": self.powered,
            "pumped": self.pumped,
            "trips": self.trips,
            "leases_lost": self.leases_lost,
            "late_ticks": self.late_ticks,
            "longest_tick": self.longest_tick,
            "requests": self.requests,
            "bad_frames": self.bad_frames,
            "inlet_cycles": self.inlet_cycles.tolist(),
            "exhaust_cycles": self.exhaust_cycles.tolist(),
            "used": self.used,
            "cleaned_on": self.cleaned_on.isoformat() if self.cleaned_on else None,
            "calibrated_on": self.calibrated_on.isoformat() if self.calibrated_on else None,
            "calibrated_by": self.calibrated_by,
            "zeros": [one.zero for one in self.calibrations],
            "spans": [one.span for one in self.calibrations],
        }


@runtime_checkable
class Cared(Protocol):
    """A link to a cuff that keeps its care; a link that is not one has none to give."""

    async def care(self) -> Care:
        """Return the cuff's counters, calibration and cleaning."""

    async def calibrate(self, calibrations: Sequence[Calibration], who: str, on: date) -> None:
        """Write zero and span of every chamber; refused while a lease runs."""

    async def clean(self, on: date) -> None:
        """Note that the cuff was cleaned; refused while a lease runs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a care log."""

    kind: Kind
    at: str
    """Wall-clock time, ISO 8601; a label, not a clock."""
    who: str
    data: Mapping[str, JSON]

    def line(self) -> str:
        """Return it as a line of JSON."""
        value = {"at": self.at, "kind": self.kind, "who": self.who, **self.data}
        return json.dumps(value, ensure_ascii=False, allow_nan=False)


class CareLog:
    """The log of one cuff.

    Parameters
    ----------
    folder
        Folder of the station's logs; made when it is missing.
    serial
        Serial number of the cuff.
    """

    def __init__(self, folder: Path, serial: str) -> None:
        """Name the file; nothing is read or written."""
        # A serial number comes over a line: it names a file, never a folder.
        name = quote(serial, safe=" ").replace(".", "%2E") or "%00"
        self.path = folder / f"{name}.jsonl"

    def append(self, entry: Entry) -> None:
        """Write an entry, so that it outlasts a loss of power."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = entry.line().encode() + b"\n"
        with self.path.open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> tuple[Entry, ...]:
        """Return what was logged, oldest first, without lines that are broken."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        found = (_entry(line) for line in content.splitlines())
        return tuple(entry for entry in found if entry is not None)


def _entry(line: bytes) -> Entry | None:
    """Return a line as an entry, or `None` when it is not one."""
    try:
        value = json.loads(line)
        kind, at, who = value.pop("kind"), value.pop("at"), value.pop("who")
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    return Entry(kind, str(at), str(who), value)


def fit_test_entry(at: str, who: str, leaks: Sequence[float]) -> Entry:
    """Return the entry of a fit test.

    Parameters
    ----------
    at, who
        When, and who turned the cuff on.
    leaks
        Leak rate of each chamber [mmHg/s]; NaN where it was not measured.
    """
    rates: list[JSON] = [round(rate, 4) if math.isfinite(rate) else None for rate in leaks]
    return Entry("fit-test", at, who, {"leaks": rates})


@dataclass(frozen=True, slots=True)
class Trend:
    """How the leak rate of one chamber goes, over its fit tests."""

    chamber: int
    tests: int
    last: float
    """Leak rate in the last fit test [mmHg/s]."""
    slope: float
    """Change in 10 sessions [mmHg/s]; NaN: too few fit tests."""
    error: float
    """Standard error of the slope [mmHg/s]."""
    verdict: str
    """In plain words."""


def trend(entries: Iterable[Entry]) -> tuple[Trend, ...]:
    """Return the trend of every chamber's leak rate.

    A straight line by least squares over the number of the fit test, of which every session has
    one; it rises or falls when its slope differs from zero by Student's t at 95 %, and by more than
    `NOTABLE`.

    Parameters
    ----------
    entries
        The log of one cuff, oldest first.

    Returns
    -------
    tuple[Trend, ...]
        One for each chamber, from the first.
    """
    rows = [one.data.get("leaks") for one in entries if one.kind == "fit-test"]
    tests = [row for row in rows if isinstance(row, list)]
    width = max((len(row) for row in tests), default=0)
    return tuple(
        _trend(
            i + 1,
            [
                (number, float(row[i]))
                for number, row in enumerate(tests)
                if i < len(row) and isinstance(row[i], int | float)
            ],
        )
        for i in range(width)
    )


def _trend(chamber: int, points: list[tuple[int, float]]) -> Trend:
    """Return the trend of one chamber."""
    last = points[-1][1] if points else math.nan
    count = len(points)
    if count < FEWEST_TESTS:
        verdict = f"too few fit tests to tell: {count} of at least {FEWEST_TESTS}"
        return Trend(chamber, count, last, math.nan, math.nan, verdict)
    at, leak = np.array(points).T
    spread = at - at.mean()
    square = float(spread @ spread)
    slope = float(spread @ leak) / square
    rest = leak - leak.mean() - slope * spread
    error = math.sqrt(float(rest @ rest) / (count - 2) / square)
    doubt = STUDENT[min(count - 2, len(STUDENT)) - 1] * error
    slope, error, doubt = 10.0 * slope, 10.0 * error, 10.0 * doubt
    if abs(slope) <= max(doubt, NOTABLE):
        verdict = "steady"
    elif slope > 0.0:
        verdict = "rises: look at the hose, its connectors and the seam"
    else:
        verdict = "falls"
    return Trend(chamber, count, last, slope, error, verdict)


def to_clean(entries: Sequence[Entry], *, used: bool) -> str:
    """Return why a cuff has to be cleaned before the next client, or an empty text.

    Parameters
    ----------
    entries
        The log of the cuff, oldest first.
    used
        Whether the cuff itself says that it was used since it was cleaned.
    """
    for entry in reversed(entries):
        if entry.kind == "cleaned":
            break
        if entry.kind == "session":
            return f"a session was done with it on {entry.at[:10]}, and no cleaning was noted since"
    if used:
        return "it was filled after its last cleaning"
    return ""
