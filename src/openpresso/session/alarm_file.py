"""The form of an alarm table as a file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openpresso.documents.fields import Duration, FileModel

Text = Annotated[str, Field(min_length=1, max_length=400)]
Rank = Literal["high", "medium", "low"]
StateName = Literal[
    "idle", "checking", "fitting", "ready", "running", "pausing", "paused", "ending", "done",
    "stopped", "faulted",
]  # fmt: skip


class SignalEntry(FileModel):
    """How one priority looks and sounds."""

    priority: Rank
    colour: Text
    flash_hz: Annotated[float, Field(ge=0, le=3)]
    flash_duty: Annotated[float, Field(gt=0, le=1)]
    pulses: Annotated[int, Field(ge=1, le=20)]
    burst_gap: Duration


class EscalationEntry(FileModel):
    """To what priority an alarm rises that nobody acknowledges."""

    priority: Rank
    after: Duration


class ConditionEntry(FileModel):
    """One alarm condition."""

    condition: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
    priority: Rank
    latching: bool
    delay: Annotated[Duration, Field(ge=0)]
    response: Literal["vent", "end", "inform"]
    watched: Literal["always"] | list[StateName]
    unit: Literal["", "mmHg", "s", "mmHg/s"]
    text: Text
    cause: Text
    remedy: Text
    escalates: EscalationEntry | None = None


class AlarmFile(FileModel):
    """An alarm table."""

    version: int
    signals: list[SignalEntry]
    conditions: list[ConditionEntry]
