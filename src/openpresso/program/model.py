"""What a program says: phases of cycles, their targets and times, and what is known about them.

A program is independent of who wears the cuff and of how many chambers the cuff has. Compiling it
for one cuff gives a `Timeline`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.cuff.model import Limb, Zone

PatternName = Literal["cumulative", "wave", "pulse", "pulse-and-hold"]
LegUse = Literal["together", "alternating", "one"]
Direction = Literal["distal-to-proximal", "proximal-to-distal", "zone-by-zone", "all-at-once"]
RestKind = Literal["fixed", "waits-for-refill"]
Mark = Literal["found", "memory", "derived"]
Grade = Literal["A", "B", "C", "D", "U"]
Permission = Literal["none", "doctor-leave", "medical-order"]

GRADES: Final[Mapping[Grade, str]] = MappingProxyType(
    {
        "A": "several randomised trials or a meta-analysis agree, with figures like these",
        "B": "one randomised trial with figures like these, or several that do not quite agree",
        "C": "a measured effect in people without randomisation: cohort, before-after, physiology",
        "D": "practice: a maker's setting, a device clearance or expert habit; effect not measured",
        "U": "unknown: nothing was found that shows that it works",
    }
)
"""Grade of evidence, best first, and what each grade means."""

PERMISSIONS: Final[Mapping[Permission, str]] = MappingProxyType(
    {
        "none": "the ordinary screening of the client is enough",
        "doctor-leave": "only with the leave of the client's doctor, recorded",
        "medical-order": "medical order only: a doctor ordered it for this client, recorded",
    }
)
"""Who must allow a program, beside the screening that every client passes."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """The same target in every chamber."""

    pressure: float
    """[mmHg]"""


@dataclass(frozen=True, slots=True)
class PerChamber:
    """A target for each chamber, from distal to proximal; `None` leaves a chamber vented."""

    pressures: tuple[float | None, ...]
    """[mmHg]"""


@dataclass(frozen=True, slots=True)
class Gradient:
    """A target that falls from distal to proximal by equal steps.

    The step is made smaller on a cuff with so many chambers that the last would get less than
    `minimum`: step = min(step, (distal - minimum) / (n - 1)).
    """

    distal: float
    """[mmHg]"""
    step: float
    """[mmHg]"""
    minimum: float
    """[mmHg]"""


@dataclass(frozen=True, slots=True)
class ByZone:
    """A target for each named zone; chambers of other zones stay vented."""

    pressures: tuple[tuple[Zone, float], ...]
    """[mmHg]"""


Target = Uniform | PerChamber | Gradient | ByZone
OrderEntry = int | str | tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Which chambers start one after another.

    Either a direction or a list of groups; `zone-by-zone` goes from distal to proximal with all
    chambers of a zone together. A group is a chamber number, a zone, or several of them;
    the chambers of one group start together. Chambers that no group names stay vented.
    """

    direction: Direction | None = "distal-to-proximal"
    groups: tuple[OrderEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Spacing:
    """How far apart the groups start.

    `overlap`: a group starts this long before the one before it is full [s].
    `stagger`: a group starts this long after the start of the one before it [s].
    `sweep`: from the first start to the last full this long, whatever the number of groups; without
    a rise it is shared by the air that each group takes [s].
    `starts`: the start of each group after the cycle's start [s].
    """

    kind: Literal["overlap", "stagger", "sweep", "starts"] = "overlap"
    times: tuple[float, ...] = (0.0,)


@dataclass(frozen=True, slots=True)
class Rest:
    """The time after the last chamber is released, and where the chambers rest."""

    time: float
    """[s]"""
    kind: RestKind = "fixed"
    """`waits-for-refill` asks for the vein's refill time; until it is measured, `time` is used."""
    level: Literal["vent", "zero", "gradient"] = "vent"
    """Vented and disabled, held at zero, or held low in proportion to the targets."""
    distal: float = 0.0
    """With level `gradient`: the pressure of the chamber with the highest target [mmHg]."""


@dataclass(frozen=True, slots=True)
class Pulses:
    """How often a chamber is pressed in its turn."""

    count: int = 1
    gap: float = 0.0
    """Time between two pulses [s]."""
    dip: float = 0.0
    """Share of the target kept between two pulses, 0 to below 1."""


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """A stretch of equal cycles."""

    name: str
    pattern: PatternName
    target: Target
    hold: float
    """Time at the target; its start and end are the pattern's [s]."""
    rest: Rest
    rise: float | None = None
    """Time from rest to the target [s]; 0 is a step; `None` shares the sweep by air."""
    release: float = 0.0
    """Time from the target to rest [s]; 0 opens the exhaust."""
    duration: float | None = None
    """[s]; `None` takes what the other phases leave of the program."""
    order: Order = Order()
    spacing: Spacing = Spacing()
    pulses: Pulses = Pulses()


@dataclass(frozen=True, slots=True)
class RampUp:
    """Lower targets in the first cycles of a session."""

    cycles: int
    """Number of cycles below the full target."""
    start: float
    """Share of the target in the first cycle, above 0 to 1."""

    def share(self, cycle: int) -> float:
        """Share of the target in cycle number `cycle`, counted from 0."""
        if cycle >= self.cycles:
            return 1.0
        return self.start + (1.0 - self.start) * cycle / self.cycles


@dataclass(frozen=True, slots=True)
class Fit:
    """The cuffs that a program was written for."""

    limbs: tuple[Limb, ...]
    fewest: int
    """Fewest chambers."""
    most: int
    """Most chambers."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from."""

    figures: str
    mark: Mark
    """`found` in a public source, from `memory` and not confirmed, or `derived` from the others."""
    citation: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about the effect, and what may be said about it."""

    grade: Grade
    finding: str
    claim: str
    """The most that may be said to a client."""
    unknown: tuple[str, ...]
    studied_dose: str = ""
    """The dose of the studies, where it is not the dose of the program."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is to be delivered, as data."""

    name: str
    version: int
    title: str
    purpose: str
    duration: float
    """[s]"""
    ceiling: float
    """Highest pressure the program ever asks for [mmHg]; nothing raises it."""
    legs: LegUse
    fit: Fit
    phases: tuple[PhasePlan, ...]
    evidence: Evidence
    sources: tuple[Source, ...]
    permission: Permission = "none"
    warnings: tuple[str, ...] = ()
    ramp_up: RampUp | None = None
    adaptations: tuple[str, ...] = ()
    """What was changed from the program as published, and why."""
    file: str = field(default="", compare=False)
    """File that the program was read from."""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Line in that file of each path."""

    def phase_duration(self, phase: PhasePlan) -> float:
        """Length of a phase [s]; an open one takes what the others leave."""
        if phase.duration is not None:
            return phase.duration
        return self.duration - sum(other.duration or 0.0 for other in self.phases)
