"""What a caller asks of the station, hears while it works, and gets at the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from openpresso.station.order import LegChoice

if TYPE_CHECKING:
    from openpresso.session.readings import Floats


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One session on twin cuffs."""

    program: str
    """Name in the catalog, or a file."""
    cuff: str = "leg-8"
    """Name in the catalog, or a file."""
    legs: LegChoice | None = None
    """Which limbs; without it as the program says."""
    ceiling: float | None = None
    """Highest pressure allowed [mmHg]; it only tightens that of program and cuff."""
    posture: Literal["supine", "elevated", "sitting"] = "supine"
    duration: float | None = None
    """Shorter than the program: as many whole cycles as fit in this time [s]."""
    realtime: bool = False
    seed: int = 0
    faults: tuple[str, ...] = ()
    """`NAME@TIME[:CHAMBER]`"""
    out: Path | None = None
    """Folder in which the record is made."""
    pdf: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """Where a session stands."""

    time: float
    """Position in the program [s]."""
    duration: float
    """[s]"""
    state: str
    phase: str
    cycle: int
    """Number of the cycle, from 1; 0 before the first."""
    pressures: dict[str, Floats]
    """Of each leg [mmHg], shape `(n_chambers,)`; NaN: no reading."""
    set_points: dict[str, Floats]
    """Of each leg [mmHg], shape `(n_chambers,)`; NaN: vented."""
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """How a session ended."""

    outcome: Literal["delivered", "stopped", "faulted"]
    reason: str
    program: str
    cuff: str
    legs: str
    wall_s: float
    """Time that the whole run took [s]."""
    first_tick_s: float
    """Time from the call to the first tick of the session [s]."""
    kernel_s: float
    """Part of it spent in the twin [s]."""
    peak_rss_mb: float
    """Largest memory of the process and its printer together [MB]."""
    hold_error_p95: float | None
    """95th percentile of |pressure - set-point| in hold, as measured [mmHg]."""
    hold_over_max: float | None
    """Most over the set-point in hold, as measured [mmHg]."""
    overshoot_max: float | None
    """Most over the set-point after a rise, as measured [mmHg]."""
    neighbour_rise_max: float | None
    """Most that a chamber in hold rose while a neighbour filled, as measured [mmHg]."""
    true: dict[str, float | None]
    """The same four against the twin's true pressure [mmHg]."""
    dose: dict[str, Any]
    record: Path
    report: Path | None

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


def _plain(value: Any) -> Any:  # noqa: ANN401 -- whatever a field holds
    if isinstance(value, Path):
        return str(value)
    return round(value, 3) if isinstance(value, float) else value
