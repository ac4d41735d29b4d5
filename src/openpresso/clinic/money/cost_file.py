"""The cost inputs as data: each with its unit, its mark and where it is from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from openpresso.clinic.money.package_file import Sourced, Title
from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel

SHIPPED: Final = Path(__file__).with_name("economics.yaml")

InputName = Literal[
    "technician", "technician_minutes", "room", "room_minutes", "device", "device_sessions",
    "consumables", "client_time", "client_minutes", "travel", "travel_minutes",
]  # fmt: skip


class CostInput(Sourced):
    """One figure."""

    name: InputName
    title: Title
    value: Annotated[float, Field(ge=0, le=1e9)]
    unit: Literal["cents/h", "min", "cents", "sessions"]


class CostFile(FileModel):
    """The file of the cost inputs."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    inputs: list[CostInput]


@cache
def defaults() -> dict[str, CostInput]:
    """Return the shipped inputs by name."""
    content = validate(load_document(SHIPPED), CostFile)
    return {one.name: one for one in content.inputs}
