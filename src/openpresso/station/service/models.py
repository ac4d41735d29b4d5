"""What callers send, and the short answers; what is not here is refused."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from openpresso.errors import InputError
from openpresso.station.order import Order
from openpresso.station.service.problems import DiagnosticView
from openpresso.units import Kind, parse

TEXT_LIMIT: Final = 2000
"""Longest note [characters]."""
PROGRAM_LIMIT: Final = 200_000
"""Longest program as YAML [characters]."""


class Body(BaseModel):
    """Base of what callers send."""

    # Strict: true is not 1, and "3" is not a chamber.
    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Answer(BaseModel):
    """Base of what callers get."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


def _quantity(kind: Kind, unit: str, most: float, examples: list[Any]) -> Any:  # noqa: ANN401
    """Return a field type: a number in the default unit, or a text with its unit."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return parse(value, kind)
        except InputError as error:
            found = error.diagnostics[0]
            context = {"code": found.code, "message": found.message, "hint": found.hint}
            raise PydanticCustomError(kind, "{message}", context) from None

    schema = {
        "anyOf": [
            {"type": "number", "minimum": 0.0, "maximum": most},
            {"type": "string", "maxLength": 40},
        ],
        "description": f"A number in {unit}, or a text with its unit.",
        "examples": examples,
    }
    return Annotated[float, BeforeValidator(read), Field(ge=0.0, le=most), WithJsonSchema(schema)]


Pressure: Any = _quantity("pressure", "mmHg", 300.0, [60, "60 mmHg", "8 kPa"])
"""A pressure [mmHg]."""
Duration: Any = _quantity("duration", "s", 86_400.0, [120, "2 min"])
"""A duration [s]."""
LegName = Literal["left", "right"]


def _whole(value: object) -> object:
    """Return a number without fraction as an integer: in JSON 3.0 is one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Chamber = Annotated[
    int,
    # Before the validator, so that the document has the bounds too.
    Field(ge=1, le=64, description="Chamber, from 1 at the distal end."),
    BeforeValidator(_whole),
]
Text = Annotated[str, Field(max_length=TEXT_LIMIT)]
ProgramName = Annotated[str, Field(min_length=1, max_length=80, examples=["gradient-drainage"])]
ProgramText = Annotated[str, Field(min_length=1, max_length=PROGRAM_LIMIT)]


class SeatTake(Body):
    """Who wants the control seat."""

    name: Annotated[str, Field(min_length=1, max_length=60, examples=["Ana"])]
    """Who sits there; it stands in the record."""
    force: bool = False
    """Take it from somebody else who has it."""


class SeatToken(Answer):
    """The control seat, taken."""

    token: str
    """To be sent as `Openpresso-Seat` with every command."""
    beat_every: Annotated[float, Field(examples=[2.0])]
    """Send a heartbeat this often [s]."""


class ProgramBody(Body):
    """A program, by its name or as a text."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["program"]}, {"required": ["text"]}]}
    )

    program: ProgramName = ""
    """Name in the catalog; without it `text` is needed."""
    text: ProgramText = ""
    """A whole program as YAML, in place of a name."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.program) != bool(self.text):
            return self
        code = "program-or-text"
        raise PydanticCustomError(
            code,
            "{message}",
            {
                "code": code,
                "message": "either program or text is needed, and not both",
                "hint": 'for example {"program": "gradient-drainage"}.',
            },
        )


class ProgramCheck(ProgramBody):
    """A program to check."""

    couch: str | None = None
    """Check it against the cuffs of this couch; without it the program alone is checked."""
    ceiling: Pressure | None = None
    """Highest pressure allowed; it only tightens that of program and cuff."""


class ProgramVerdict(Answer):
    """What a check found."""

    correct: bool
    """No diagnostic is an error."""
    name: str | None
    title: str | None
    duration: float | None
    """[s]"""
    cuffs: list[str]
    """The types of cuff against which it was checked."""
    diagnostics: list[DiagnosticView]


class ProgramView(Answer):
    """A program of the catalog."""

    name: str
    title: str
    purpose: str
    duration: float
    """[s]"""
    ceiling: float
    """[mmHg]"""
    legs: str
    grade: str
    """Grade of the evidence."""
    permission: str
    """Who must allow it."""


class OrderBody(ProgramBody):
    """What is to be delivered, to whom."""

    ceiling: Pressure | None = None
    """Highest pressure allowed; it only tightens that of program and cuff."""
    legs: Literal["both", "left", "right", "alternate"] | None = None
    """Which limbs; without it as the program says."""
    posture: Literal["supine", "elevated", "sitting"] = "supine"
    duration: Duration | None = None
    """Shorter than the program: it ends with the last cycle that is whole."""
    client: Text = ""
    """Identifier, not a name, unless the person agreed."""
    order: Text = ""
    """Who ordered the treatment, where an order is needed."""
    note: Text = ""

    def as_order(self) -> Order:
        """Return the order as the couch takes it."""
        return Order(**self.model_dump())


class TurnOn(Body):
    """Which cuff to turn on."""

    leg: LegName


class Pause(Body):
    """How to pause."""

    when: Literal["cycle-end", "now"] = "cycle-end"
    """`cycle-end`: go on to the end of the cycle, then vent. `now`: stand still at once."""
    chambers: Literal["hold", "vent"] = "vent"
    """With `now`: hold the pressures for a short time, or vent."""


class OneChamber(Body):
    """One chamber."""

    leg: LegName
    chamber: Chamber


class Soften(OneChamber):
    """A softer chamber."""

    share: Annotated[float, Field(ge=0.0, le=1.0, examples=[0.8])]
    """Share of the program's set-points."""


class Trim(Body):
    """Everything softer."""

    share: Annotated[float, Field(gt=0.0, le=1.0, examples=[0.9])]
    """Share of the program's set-points, at most the present one."""


class Tighten(Body):
    """A lower ceiling for one cuff."""

    leg: LegName
    value: Pressure
    why: Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]
    """For the record."""


class Acknowledge(Body):
    """An alarm that somebody has seen."""

    alarm: Annotated[str, Field(min_length=1, max_length=120, examples=["leak-1"])]


class Cleaned(Body):
    """A cuff that was cleaned."""

    leg: LegName


class Accepted(Answer):
    """A command was taken; what comes of it is told by the stream."""

    accepted: Literal[True] = True
    version: int
    """Version of the couch's snapshot in which the command is known."""


class Vented(Answer):
    """The vent commands were handed to the wire."""

    accepted: Literal[True] = True
    couches: dict[str, int]
    """Each couch, with the version of its snapshot in which the vent is known."""


class CouchView(Answer):
    """A couch, in short."""

    name: str
    legs: list[LegName]
    state: str
    holder: str | None
    """Who has the control seat."""


class Health(Answer):
    """The station lives."""

    status: Literal["ok"] = "ok"
    version: str
    """Version of openpresso."""
    couches: int
    trouble: str
    """What is wrong with the station itself; empty when nothing is."""


class RecordLine(Answer):
    """A record, in short."""

    name: str
    started_at: str
    program: str
    client: str = ""
    """Identifier of the person, as the order named it; empty without one."""
    outcome: str
    """`delivered`, `stopped`, `faulted`, `interrupted`, or the code of why it cannot be read."""
    files: list[str]


class TrendView(Answer):
    """How the leak of one chamber goes, over its fit tests."""

    chamber: int
    tests: int
    verdict: str


class CareLine(Answer):
    """One line of the station's log of a cuff."""

    at: str
    kind: str
    who: str
    data: dict[str, Any]


class CareView(Answer):
    """The care of a cuff."""

    cuff: str
    serial: str
    kept: dict[str, Any] | None
    """What the cuff keeps itself: hours, cycles, calibration."""
    to_clean: str
    """Why it is to be cleaned before the next person wears it; empty: it is clean."""
    trends: list[TrendView]
    log: list[CareLine]
    """The newest lines, the newest last."""
