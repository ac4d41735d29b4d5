"""The file form of a program: strict pydantic models, and the JSON Schema they publish."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from openpresso.cuff.model import Limb, Zone
from openpresso.documents.fields import Duration, FileModel, Pressure
from openpresso.program.model import (
    Direction,
    Grade,
    LegUse,
    Mark,
    PatternName,
    Permission,
)

LONGEST = 4 * 3600.0
"""Longest program [s]."""

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Time = Annotated[Duration, Field(ge=0.0, le=LONGEST)]
SomeTime = Annotated[Duration, Field(gt=0.0, le=LONGEST)]
HoldTime = Annotated[Duration, Field(ge=0.1, le=LONGEST)]
TargetPressure = Annotated[Pressure, Field(ge=0.0, le=300.0)]
SomePressure = Annotated[Pressure, Field(gt=0.0, le=300.0)]


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "pressure"
    kinds = ((list, "list"), (tuple, "list"), (dict, "mapping"), (int, "number"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "text")


def _target_kind(value: object) -> str:
    kind = _kind(value)
    if kind == "mapping":
        return "ZonesForm" if isinstance(value, dict) and "zones" in value else "GradientForm"
    return "list" if kind == "list" else "pressure"


def _chamber_kind(value: object) -> str:
    return "vent" if value == "vent" else "pressure"


def _order_kind(value: object) -> str:
    return "list" if _kind(value) == "list" else "direction"


def _entry_kind(value: object) -> str:
    kind = _kind(value)
    return kind if kind in {"list", "number"} else "zone"


def _rest_kind(value: object) -> str:
    return "RestForm" if _kind(value) == "mapping" else "time"


class GradientForm(FileModel):
    """A target that falls from distal to proximal by equal steps."""

    distal: SomePressure
    """Target of the most distal chamber."""
    step: TargetPressure
    """How much lower each next chamber is."""
    minimum: TargetPressure
    """The most proximal chamber gets at least this: the step is made smaller where needed."""


class ZonesForm(FileModel):
    """A target for each named zone; the others stay vented."""

    zones: Annotated[dict[Zone, TargetPressure], Field(min_length=1)]


ChamberTarget = Annotated[
    Annotated[TargetPressure, Tag("pressure")] | Annotated[Literal["vent"], Tag("vent")],
    Discriminator(_chamber_kind),
]
TargetForm = Annotated[
    Annotated[TargetPressure, Tag("pressure")]
    | Annotated[list[ChamberTarget], Field(min_length=1, max_length=64), Tag("list")]
    | Annotated[GradientForm, Tag("GradientForm")]
    | Annotated[ZonesForm, Tag("ZonesForm")],
    Discriminator(_target_kind),
]
Number = Annotated[int, Field(ge=1, le=64)]
Single = Annotated[
    Annotated[Number, Tag("number")] | Annotated[Zone, Tag("zone")], Discriminator(_entry_kind)
]
Entry = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[Zone, Tag("zone")]
    | Annotated[list[Single], Field(min_length=1, max_length=64), Tag("list")],
    Discriminator(_entry_kind),
]
OrderForm = Annotated[
    Annotated[Direction, Tag("direction")]
    | Annotated[list[Entry], Field(min_length=1, max_length=64), Tag("list")],
    Discriminator(_order_kind),
]


class GradientLevelForm(FileModel):
    """Chambers rest at a low pressure, in proportion to their targets."""

    gradient: SomePressure
    """Rest pressure of the chamber with the highest target."""


class RestForm(FileModel):
    """The time between the last release and the next cycle."""

    time: SomeTime
    """How long; with `waits_for_refill` how long while the refill cannot be measured."""
    waits_for_refill: bool = False
    """Whether the rest should last as long as the veins take to refill."""
    level: Annotated[
        Annotated[Literal["vent", "zero"], Tag("text")]
        | Annotated[GradientLevelForm, Tag("GradientLevelForm")],
        Discriminator(lambda value: "GradientLevelForm" if _kind(value) == "mapping" else "text"),
    ] = "vent"
    """Vented and disabled, held at zero, or held low."""


class PulsesForm(FileModel):
    """How often a chamber is pressed in its turn."""

    count: Annotated[int, Field(ge=1, le=20)]
    gap: Time = 0.0
    """Time between two pulses."""
    dip: Annotated[float, Field(ge=0.0, lt=1.0, strict=False)] = 0.0
    """Share of the target kept between two pulses."""


class PhaseForm(FileModel):
    """A stretch of equal cycles."""

    name: Name
    duration: SomeTime | None = None
    """How long the cycles are repeated; one phase may leave it out and take what is left."""
    pattern: PatternName
    """How the chambers of a cycle follow one another."""
    target: TargetForm
    """One pressure, a list from distal to proximal, a gradient, or a mapping of zones."""
    order: OrderForm = "distal-to-proximal"
    """A direction, or a list of chamber numbers, zones and groups of them."""
    rise: Time | None = None
    """Time from rest to the target; 0 s is a step: as fast as the cuff can. With a sweep it may be
    left out: the sweep is then shared by the air that each chamber takes."""
    hold: HoldTime
    """Time at the target; in cumulative patterns counted from the last chamber's rise."""
    release: Time = 0.0
    """Time from the target to rest; 0 s opens the exhaust."""
    overlap: Time | None = None
    """A chamber starts this long before the turn of the one before it ends; the default is 0 s."""
    stagger: Time | None = None
    """A chamber starts this long after the start of the one before it."""
    sweep: SomeTime | None = None
    """From the first start to the last full, for any number of chambers."""
    starts: Annotated[list[Time], Field(min_length=1, max_length=64)] | None = None
    """Start of each group after the start of the cycle."""
    pulses: PulsesForm | None = None
    rest: Annotated[
        Annotated[SomeTime, Tag("time")] | Annotated[RestForm, Tag("RestForm")],
        Discriminator(_rest_kind),
    ]
    """Time between the last release and the next cycle; every cycle rests."""

    @model_validator(mode="after")
    def _one_spacing(self) -> PhaseForm:
        given = [
            name
            for name in ("overlap", "stagger", "sweep", "starts")
            if getattr(self, name) is not None
        ]
        if len(given) > 1:
            raise PydanticCustomError(
                "spacing",
                "{message}",
                {
                    "code": "spacing-twice",
                    "message": f"{' and '.join(given)} say the same thing in different ways",
                    "hint": "keep one of them.",
                },
            )
        return self


class RampUpForm(FileModel):
    """Lower targets in the first cycles of a session."""

    cycles: Annotated[int, Field(ge=1, le=50)]
    start: Annotated[float, Field(gt=0.0, le=1.0, strict=False)]
    """Share of the target in the first cycle."""


class FitForm(FileModel):
    """The cuffs that the program was written for."""

    limbs: Annotated[list[Limb], Field(min_length=1)]
    chambers: Annotated[list[Number], Field(min_length=2, max_length=2)]
    """Fewest and most chambers."""


class SourceForm(FileModel):
    """Where figures come from."""

    figures: Text
    mark: Mark
    """`found` in a public source, from `memory` and not confirmed, or `derived`."""
    citation: Text
    address: Line | None = None

    @model_validator(mode="after")
    def _found_somewhere(self) -> SourceForm:
        if self.mark == "found" and self.address is None:
            raise PydanticCustomError(
                "address",
                "{message}",
                {
                    "code": "address-missing",
                    "message": "the mark 'found' needs the address where it was found",
                    "hint": "add 'address: ...', or mark it 'memory'.",
                },
            )
        return self


class EvidenceForm(FileModel):
    """What is known about the effect."""

    grade: Grade
    """A to D and U, as `openpresso.program.GRADES` explains."""
    finding: Text
    claim: Text
    """The most that may be said to a client."""
    unknown: Annotated[list[Text], Field(min_length=1)]
    """What is not known."""
    studied_dose: Text | None = None
    """The dose that was studied, where it is not this program's."""


class ProgramForm(FileModel):
    """A program file."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    """Version of the file form."""
    name: Name
    version: Annotated[int, Field(ge=1)]
    """Version of this program; raise it when a figure changes."""
    title: Line
    purpose: Text
    permission: Permission = "none"
    """Who must allow it beside the ordinary screening."""
    warnings: list[Text] = Field(default_factory=list)
    duration: SomeTime
    """Length of a session."""
    ceiling: SomePressure
    """Highest pressure the program ever asks for."""
    legs: LegUse
    fits: FitForm
    ramp_up: RampUpForm | None = None
    phases: Annotated[list[PhaseForm], Field(min_length=1, max_length=50)]
    evidence: EvidenceForm
    sources: Annotated[list[SourceForm], Field(min_length=1)]
    adaptations: list[Text] = Field(default_factory=list)
    """What was changed from the program as published, and why."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a program file.

    Returns
    -------
    dict
        JSON Schema, draft 2020-12.
    """
    schema = ProgramForm.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://openpresso.org/schema/program-1.json",
        **schema,
        "title": "openpresso program, schema 1",
    }
