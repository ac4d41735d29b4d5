"""The snapshot of a couch: everything that a client shows, as the OpenAPI document has it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from openpresso.record.header import Expected
from openpresso.station.service.models import LegName


class View(BaseModel):
    """Base of the parts of a snapshot."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ProgramShown(View):
    """The program that is loaded."""

    name: str
    title: str
    duration: float
    """Of this session [s]."""
    ceiling: float
    """[mmHg]"""
    legs: Literal["both", "left", "right", "alternate"]
    client: str = ""
    """Identifier of whom it is for, as the record will have it."""
    expected: dict[LegName, Expected] = {}
    """What the twin expects on each leg that wears a cuff."""


class AlarmShown(View):
    """An open alarm."""

    id: str
    condition: str
    priority: str
    leg: LegName | None
    chamber: int | None
    text: str
    cause: str
    remedy: str
    value: float | None = None
    """What was measured, in the unit of the condition (docs/reference/alarms.md)."""
    limit: float | None = None
    """What it was measured against, in the same unit."""
    detail: str = ""
    """What the numbers do not say."""
    active: bool
    """The condition is true now; a latched alarm stays when it is over."""
    audio: bool
    """The sound is on."""
    acknowledged_by: str | None


class SeatShown(View):
    """The control seat."""

    holder: str | None
    silent_for: float
    """Since the holder's last heartbeat or command [s]."""


class IdentityShown(View):
    """Which cuff is at the other end of the line, as it says itself."""

    cuff: str
    """Catalog name of its type."""
    serial: str
    firmware: str
    n_chambers: int


class FaultShown(View):
    """A fault that the cuff's own guard reports."""

    name: str
    text: str


class CuffShown(View):
    """One cuff."""

    address: str
    identity: IdentityShown | None
    """`null` until it was read."""
    trouble: str
    """Why the last exchange failed, with the remedy; empty when all is well."""
    age: float | None
    """Since the newest readings arrived [s]; `null`: there are none."""
    pressures: list[float | None]
    """Of each chamber from distal to proximal [mmHg]; `null`: no valid reading."""
    set_points: list[float | None]
    """Of each chamber [mmHg]; `null`: vent and disable, 0: hold at zero, -1: sealed for a test."""
    stage: Literal["off", "checking", "fitting", "on"] | None = None
    """How far the cuff is in this session; `on`: its tests are passed. `null`: it has no part."""
    shares: list[float] = []
    """Share of the program that people let each chamber have: 0 skipped, below 1 softened."""
    pump: float | None
    """Mean duty, 0 to 1."""
    faults: list[FaultShown]
    fault_chamber: int
    """Chamber that the first fault means; 0: none, or the whole cuff."""
    ceiling: float | None
    """[mmHg]"""
    fit: dict[str, Any] | None
    """Result of the fit test."""
    used: bool | None
    """To be cleaned before the next person wears it; `null`: nobody looked yet."""


class TicksShown(View):
    """How punctual the station is."""

    count: int
    """Since the start of the station."""
    skipped: int
    """Left out because an earlier one came too late."""
    late_p50: float | None = None
    """Of the newest five minutes [ms], as the following."""
    late_p99: float | None = None
    late_p999: float | None = None
    late_max: float | None = None


class Snapshot(View):
    """Everything that a client shows of one couch.

    In the stream a member that is absent means the same as one that is `null`.
    """

    couch: str
    version: int
    """Grows with every change."""
    time: float
    """The station's own clock [s]; it says nothing of the hour."""
    state: Annotated[str, Field(examples=["running"])]
    """`empty`, or a state of a session: docs/reference/states.md."""
    program: ProgramShown | None
    program_time: float
    """Position in the program [s]; it stands still in a pause."""
    trim: float = 1.0
    """Share to which everything was trimmed down for comfort; 1: not."""
    phase: str
    cycle: int
    """From 1; 0 before the first."""
    outcome: Literal["delivered", "stopped", "faulted"] | None
    reason: str
    """Why the session ended; empty while it has not."""
    record: str | None
    """Name of the record: `GET /records/{name}`."""
    trouble: str
    """What went wrong beside the session, such as a report that could not be made."""
    allowed: list[str]
    """What the present state allows: `load`, or triggers of docs/reference/states.md."""
    alarms: list[AlarmShown]
    """The most urgent first."""
    seat: SeatShown
    cuffs: dict[LegName, CuffShown]
    ticks: TicksShown


class SnapshotEvent(View):
    """Data of the event `snapshot`: the first of every stream."""

    number: Literal[0]
    version: int
    age: dict[LegName, float | None]
    """Since the newest readings of each cuff [s]."""
    snapshot: Snapshot


class DeltaEvent(View):
    """Data of the event `delta`: what changed since the event before."""

    number: int
    """1, 2, 3, ... in this stream; a gap means that something was lost: connect again."""
    version: int
    age: dict[LegName, float | None]
    patch: dict[str, Any]
    """JSON merge patch (RFC 7396) on the snapshot as this stream has told it so far."""
