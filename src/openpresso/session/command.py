"""What the session says: the command to each cuff and the events for the journal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpresso.session.readings import Floats, Leg

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What an event may carry: JSON values without NaN and infinity."""

SEAL: Final = -1.0
"""Set-point that closes both valves of a chamber, for the leak test [mmHg]."""


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """What the station writes to one cuff in this tick."""

    set_points: Floats
    """Set-points [mmHg], shape `(n_chambers,)`, read-only. NaN: vent and disable; 0: hold at zero;
    `SEAL`: keep both valves closed."""
    ceiling: float
    """Ceiling [mmHg]; the cuff's own guard trips a little above it."""
    renew: bool
    """Renew the lease of the cuff's outputs."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line for the journal."""

    time: float
    """Monotonic instant of the step that tells it [s]."""
    kind: str
    """Kebab-case: `state`, `command`, `cycle-start`, `phase-start`, `alarm-raised`, `limit`, ..."""
    leg: Leg | None
    data: Mapping[str, JSON]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The session's answer to one tick."""

    state: str
    commands: dict[Leg, Command]
    events: tuple[Event, ...]
    program_time: float
    """Position in the program [s]; stands still in a pause."""
    generation: int = 0
    """Grows with each pause and stop: a writer drops a step older than `Session.generation`."""


def as_json(value: float) -> float | None:
    """Return a number that JSON can carry: rounded to 1/1000, `None` when it is not finite."""
    return round(float(value), 3) if math.isfinite(value) else None


def clock(seconds: float) -> str:
    """Return a time in the program as minutes and seconds: `12:30`."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
