"""When each chamber is pressed within one cycle: a table of small pure functions.

A pattern sees only the starts of its groups and the times of one stroke, and gives the strokes of
every group as instants after the start of the cycle. It knows nothing of pressures or cuffs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from openpresso.program.model import PatternName, Pulses


@dataclass(frozen=True, slots=True)
class Stroke:
    """One press of a chamber, as instants after the start of the cycle [s]."""

    start: float
    """The set-point leaves rest."""
    full: float
    """The set-point is at the target."""
    leave: float
    """The set-point leaves the target."""
    empty: float
    """The set-point is at rest again."""
    before: float = 0.0
    """Share of the target kept before the stroke."""
    after: float = 0.0
    """Share of the target kept after the stroke."""

    def later(self, delay: float) -> Stroke:
        """Return the same stroke `delay` [s] later."""
        return Stroke(
            self.start + delay,
            self.full + delay,
            self.leave + delay,
            self.empty + delay,
            self.before,
            self.after,
        )


@dataclass(frozen=True, slots=True)
class Beat:
    """The times that a pattern works with."""

    starts: tuple[float, ...]
    """Start of each group after the start of the cycle, shape `(n_groups,)` [s]."""
    rises: tuple[float, ...]
    """Time from rest to the target of each group, shape `(n_groups,)` [s]."""
    hold: float
    """[s]"""
    release: float
    """[s]"""
    pulses: Pulses

    def turns(self, pattern: Pattern) -> tuple[float, ...]:
        """Time from the start of each group until the next one's turn, at overlap 0 [s]."""
        return tuple(pattern.turn(self, rise) for rise in self.rises)

    def pulse(self, rise: float) -> float:
        """Time from the start of one pulse to the start of the next [s]."""
        return rise + self.hold + self.release + self.pulses.gap


Strokes = tuple[tuple[Stroke, ...], ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """How the groups of a cycle follow one another."""

    text: str
    """What it does, in one line."""
    turn: Callable[[Beat, float], float]
    """Time from the start of a group with this rise until the next one's turn [s]."""
    strokes: Callable[[Beat], Strokes]
    """Strokes of each group, shape `(n_groups,)`."""


def _rise(beat: Beat, rise: float) -> float:  # noqa: ARG001 -- a turn sees the whole beat
    return rise


def _all_pulses(beat: Beat, rise: float) -> float:
    return beat.pulses.count * beat.pulse(rise) - beat.pulses.gap


def _until_held(beat: Beat, rise: float) -> float:
    return (beat.pulses.count - 1) * beat.pulse(rise) + rise


def _cumulative(beat: Beat) -> Strokes:
    full = [start + rise for start, rise in _groups(beat)]
    leave = max(full) + beat.hold
    return tuple(
        (Stroke(start, start + rise, leave, leave + beat.release),) for start, rise in _groups(beat)
    )


def _wave(beat: Beat) -> Strokes:
    return tuple((_stroke(beat, start, rise),) for start, rise in _groups(beat))


def _pulse(beat: Beat) -> Strokes:
    return tuple(_train(beat, start, rise) for start, rise in _groups(beat))


def _pulse_and_hold(beat: Beat) -> Strokes:
    trains = _pulse(beat)
    leave = max(train[-1].full for train in trains) + beat.hold
    return tuple(
        (*pulses, Stroke(last.start, last.full, leave, leave + beat.release, last.before))
        for *pulses, last in trains
    )


def _groups(beat: Beat) -> Iterator[tuple[float, float]]:
    return zip(beat.starts, beat.rises, strict=True)


def _stroke(beat: Beat, start: float, rise: float) -> Stroke:
    full = start + rise
    return Stroke(start, full, full + beat.hold, full + beat.hold + beat.release)


def _train(beat: Beat, start: float, rise: float) -> tuple[Stroke, ...]:
    """Return the pulses of one group; between two of them the dip is kept."""
    last = beat.pulses.count - 1
    dip = beat.pulses.dip
    return tuple(
        replace(
            _stroke(beat, start + number * beat.pulse(rise), rise),
            before=dip if number > 0 else 0.0,
            after=dip if number < last else 0.0,
        )
        for number in range(beat.pulses.count)
    )


PATTERNS: Final[Mapping[PatternName, Pattern]] = MappingProxyType(
    {
        "cumulative": Pattern(
            "each chamber is held until the last is full, then all are released together",
            _rise,
            _cumulative,
        ),
        "wave": Pattern(
            "each chamber is pressed once and released by itself, so the pressure travels",
            _rise,
            _wave,
        ),
        "pulse": Pattern(
            "each group is pressed several times, then it is the next group's turn",
            _all_pulses,
            _pulse,
        ),
        "pulse-and-hold": Pattern(
            "each group is pressed several times and then held until the last is full",
            _until_held,
            _pulse_and_hold,
        ),
    }
)
"""Every pattern by its name in a program."""
