"""How a session went, told by its journal: states, the time that counts, cycles, alarms.

The engine's lines are kept as it wrote them; this module knows only the few that a record is read
by: `state` (with the state entered), `cycle-start` and `cuff-checked` (with the cuff's identity).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpresso.record.journal import Entry

STATE: Final = "state"
CYCLE: Final = "cycle-start"
CHECKED: Final = "cuff-checked"
DELIVERING: Final = frozenset({"running", "pausing"})
"""States in which the program advances."""


@dataclass(frozen=True, slots=True)
class Course:
    """The states of a session and what follows from them."""

    states: tuple[tuple[float, str], ...]
    """Instant [s] and state entered, in order."""
    end: float
    """Last instant of the record [s]."""

    @property
    def window(self) -> tuple[float, float] | None:
        """First and last instant that count as treatment [s]: from the start of the program on.

        The fit test before it does not count; the way down after it does, because the leg feels
        it. `None` when the journal names no state, an empty window when the program never ran.
        """
        if not self.states:
            return None
        started = [time for time, state in self.states if state in DELIVERING]
        return (started[0], self.end) if started else (math.inf, -math.inf)

    @property
    def minutes(self) -> float | None:
        """Time in which the program advanced [min], pauses left out; `None` without states."""
        if not self.states:
            return None
        ends = [time for time, _ in self.states[1:]] + [self.end]
        return (
            sum(
                stop - start
                for (start, state), stop in zip(self.states, ends, strict=True)
                if state in DELIVERING
            )
            / 60.0
        )


def course(entries: Sequence[Entry]) -> Course:
    """Return how a session went.

    Parameters
    ----------
    entries
        The journal.

    Returns
    -------
    Course
        States in order and the last instant.
    """
    states = tuple(
        (entry.time, str(entry.data.get("state", "")))
        for entry in entries
        if entry.kind == STATE and entry.time is not None
    )
    times = [entry.time for entry in entries if entry.time is not None]
    return Course(states, max(times, default=0.0))


def cycles(entries: Iterable[Entry], leg: str) -> tuple[float, ...]:
    """Return the instants at which a leg's cycles began [s]."""
    return tuple(
        entry.time
        for entry in entries
        if entry.kind == CYCLE and entry.leg in (leg, None) and entry.time is not None
    )


def identity(entries: Iterable[Entry], leg: str) -> dict[str, str]:
    """Return what a leg's cuff said about itself when it was last checked; empty if never."""
    said = [entry.data for entry in entries if entry.kind == CHECKED and entry.leg == leg]
    last = said[-1] if said else {}
    return {key: str(value) for key, value in last.items() if value}
