"""Field types for the pydantic models at the file edges: quantities as texts with units.

`Pressure` reads `"45 mmHg"` into 45.0 and shows in a published JSON Schema as a text with a
pattern and examples. `FileModel` is the base of every file model: strict, immutable, unknown
fields are errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from openpresso.errors import InputError
from openpresso.units import TABLES, Kind, parse, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


class FileModel(BaseModel):
    """Base of the models of files."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def _reader(kind: Kind) -> Callable[[object], float]:
    """Return the function that reads a quantity, with pydantic's way to say what is wrong."""

    def read(value: object) -> float:
        try:
            return parse(value, kind)
        except InputError as error:
            found = error.diagnostics[0]
            raise PydanticCustomError(
                kind,
                "{message}",
                {"code": found.code, "message": found.message, "hint": found.hint},
            ) from None

    return read


def _schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema of a quantity."""
    table = TABLES[kind]
    units = "|".join(re.escape(unit).replace(r"\ ", " ") for unit in table.factors)
    return {
        "type": "string",
        "description": f"A {kind} with its unit.",
        "pattern": rf"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*({units})\s*$",
        "examples": list(table.examples),
    }


Pressure = Annotated[
    float, BeforeValidator(_reader("pressure")), WithJsonSchema(_schema("pressure"))
]
"""A pressure with its unit, read into [mmHg]."""
Duration = Annotated[
    float, BeforeValidator(_reader("duration")), WithJsonSchema(_schema("duration"))
]
"""A duration with its unit, read into [s]."""
Volume = Annotated[float, BeforeValidator(_reader("volume")), WithJsonSchema(_schema("volume"))]
"""A volume with its unit, read into [mL]."""
Length = Annotated[float, BeforeValidator(_reader("length")), WithJsonSchema(_schema("length"))]
"""A length with its unit, read into [cm]."""
Flow = Annotated[float, BeforeValidator(_reader("flow")), WithJsonSchema(_schema("flow"))]
"""A flow with its unit, read into [mL/s]."""
Rate = Annotated[float, BeforeValidator(_reader("rate")), WithJsonSchema(_schema("rate"))]
"""A rate of pressure with its unit, read into [mmHg/s]."""
Compliance = Annotated[
    float, BeforeValidator(_reader("compliance")), WithJsonSchema(_schema("compliance"))
]
"""A compliance with its unit, read into [mL/mmHg]."""
Conductance = Annotated[
    float, BeforeValidator(_reader("conductance")), WithJsonSchema(_schema("conductance"))
]
"""A sonic conductance with its unit, read into [dm3/(s bar)]."""


@dataclass(frozen=True, slots=True)
class Within:
    """The range a quantity must be in, as metadata: `Annotated[Pressure, Within(...)]`.

    Parameters
    ----------
    kind
        Kind of the quantity, whose default unit the bounds are in.
    least, most
        Smallest and largest value allowed.
    """

    kind: Kind
    least: float
    most: float

    def check(self, value: float) -> float:
        """Return the value, or raise pydantic's error that names value and range."""
        if self.least <= value <= self.most:
            return value
        code, template = "out-of-range", "{message}"
        raise PydanticCustomError(
            code,
            template,
            {
                "code": code,
                "message": f"{render(value, self.kind)} is out of range; allowed is {self.text}",
                "hint": "correct the value or its unit.",
            },
        )

    @property
    def text(self) -> str:
        """The range as text: `0 mmHg to 300 mmHg`."""
        return f"{render(self.least, self.kind)} to {render(self.most, self.kind)}"

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Check after the quantity is read."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say the range in the published schema."""
        shown = handler(schema)
        shown["$comment"] = f"Allowed is {self.text}."
        return shown
