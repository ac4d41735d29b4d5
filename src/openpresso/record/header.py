"""What the station must say about a session before the first tick: the header of a record."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from openpresso.documents import Document, validate
from openpresso.record import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

Leg = Literal["left", "right"]
Text = Annotated[str, Field(max_length=2000)]


class _Part(BaseModel):
    """Base: unknown fields are refused, nothing changes afterwards."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Girth(_Part):
    """A girth measured at one place before and after the session."""

    leg: Leg
    place: Text
    """Where on the limb, for example `20 cm above the sole`."""
    before: float | None = Field(default=None, gt=0.0)
    """[cm]"""
    after: float | None = Field(default=None, gt=0.0)
    """[cm]"""


class CuffIdentity(_Part):
    """What a cuff said about itself when it was turned on."""

    type: Text
    serial: Text
    firmware: Text = ""
    n_chambers: int = Field(ge=1, le=64)


class Expected(_Part):
    """What the twin expects of a program on one leg before it begins; told, never obeyed."""

    person: Text = ""
    """Whose leg the twin has: the mean of the people it was made from, not this client."""
    skin_peak: float | None = None
    """Highest pressure on the skin [mmHg]; all figures are `null` where there is a trouble."""
    muscle_peak: float | None = None
    """Highest pressure in the muscle [mmHg]."""
    ejected: float | None = None
    """Blood moved out of the limb in a cycle [mL]."""
    head_peak: float | None = None
    """Highest pressure of free tissue fluid above rest [mmHg]."""
    head_reached: Literal["yes", "perhaps", "no"] | None = None
    """Whether it passes the head that drives fluid along the limb, 30 mmHg."""
    change_low: float | None = None
    """Change of the fluid under the cuff from begin to end, low end of its range [mL]."""
    change: float | None = None
    """The same at the nominal figures [mL]; less than 0: the limb loses fluid."""
    change_high: float | None = None
    """High end of the range [mL]."""
    trouble: Text = ""
    """Why there is nothing; empty when there is. It stops no session."""


class Header(_Part):
    """Who, what and when of one session.

    `program` and `cuffs` are whole snapshots, so that a record can be read without the catalog of
    its day; `snapshot` makes them.
    """

    started_at: Text
    """UTC, ISO 8601 with `Z`: a label for people, never used to compute."""
    device: Literal["twin", "cuff"]
    """Whether the air went into a twin or into a real cuff."""
    program: dict[str, Any]
    """The program's whole content: at least `name`."""
    cuffs: dict[Leg, dict[str, Any]] = Field(min_length=1)
    """Each leg's cuff: at least `name` and `chambers`."""
    ceiling: float = Field(gt=0.0)
    """Highest pressure allowed in this session [mmHg]."""
    ceiling_reason: Text = ""
    """Who set the ceiling and why, for example `program`, `client: diastolic 70 mmHg`."""
    posture: Literal["supine", "elevated", "sitting"] = "supine"
    legs: Literal["both", "left", "right", "alternate"] = "both"
    """How the legs take turns."""
    planned: float | None = Field(default=None, gt=0.0)
    """Length of the program as compiled [s]."""
    session: Text = ""
    """Identifier of the session."""
    operator: Text = ""
    client: Text = ""
    """Identifier, not a name, unless the client agreed."""
    goal: Text = ""
    """Functional goal of the course."""
    order: Text = ""
    """Who ordered the treatment, where an order is needed."""
    note: Text = ""
    girths: tuple[Girth, ...] = ()
    expected: dict[Leg, Expected] = Field(default_factory=dict)
    """What the twin expected, where it was asked."""
    identities: dict[Leg, CuffIdentity] = Field(default_factory=dict)
    seed: int | None = None
    """Seed of the twin."""
    faults: tuple[Text, ...] = ()
    """Faults injected into the twin, as given: `leak@300:4`."""
    software: dict[str, Text] = Field(default_factory=dict)
    """Versions beyond those the recorder notes itself."""

    @field_validator("started_at")
    @classmethod
    def _utc(cls, value: str) -> str:
        """Refuse a time that is not ISO 8601 in UTC."""
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.utcoffset() != dt.timedelta(0):
            allowed = "a time in UTC such as 2026-11-22T09:30:00Z is allowed"
            message = f"{value!r} is not one; {allowed}"
            raise ValueError(message)
        return value

    @field_validator("program")
    @classmethod
    def _named_program(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse a program without a name."""
        if not isinstance(value.get("name"), str):
            message = "a program snapshot needs its 'name'"
            raise ValueError(message)  # noqa: TRY004 -- pydantic reports ValueError
        return value

    @field_validator("cuffs")
    @classmethod
    def _whole_cuffs(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Refuse a cuff without name or chambers."""
        for leg, cuff in value.items():
            if not isinstance(cuff.get("name"), str) or not cuff.get("chambers"):
                message = f"the cuff snapshot of {leg} needs its 'name' and its 'chambers'"
                raise ValueError(message)
        return value


def check(header: Mapping[str, object]) -> dict[str, Any]:
    """Return a header as plain data with every field filled in.

    Parameters
    ----------
    header
        Fields of `Header`.

    Returns
    -------
    dict[str, Any]
        Plain values only.

    Raises
    ------
    InputError
        If a field is missing, unknown or not allowed.
    """
    data = canonical.plain(header)
    found: dict[str, Any] = validate(Document("session header", data), Header).model_dump(
        mode="json"
    )
    return found


def snapshot(thing: object) -> dict[str, Any]:
    """Return a program or a cuff as plain data.

    Parameters
    ----------
    thing
        A dataclass. Fields left out of its comparison, such as the file it was read from, are left
        out here too: they say where it was found, not what it is.

    Returns
    -------
    dict[str, Any]
        Plain values only.
    """
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type):
        message = f"a snapshot is made of a dataclass, not of {type(thing).__name__}"
        raise TypeError(message)
    return {
        field.name: canonical.plain(getattr(thing, field.name))
        for field in dataclasses.fields(thing)
        if field.compare
    }
