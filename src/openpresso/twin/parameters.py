"""The numbers that the twin rests on, as data: value, range, unit, mark and source of each."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from openpresso.errors import InputError

Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
"""How sure a number is: found in a public source; remembered from one; derived from found ones; an
engineer's estimate; assumed."""
FOLDER: Final = "parameters"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where libyaml is there."""


class Parameter(BaseModel):
    """One number of the physics."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    value: float
    low: float
    """Lower end of what is plausible, or of what was published."""
    high: float
    unit: str
    """`-` for none."""
    mark: Mark
    source: Annotated[str, Field(min_length=3)]
    """Paper, data sheet or reasoning."""
    note: str = ""

    @model_validator(mode="after")
    def _is_in_its_range(self) -> Parameter:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value:g} is outside of {self.low:g} to {self.high:g}")
        return self


def names() -> tuple[str, ...]:
    """Return the names of all sets of parameters."""
    found = (one.name for one in files(__package__).joinpath(FOLDER).iterdir())
    return tuple(sorted(one.removesuffix(".yaml") for one in found if one.endswith(".yaml")))


@functools.cache
def load(name: str) -> Mapping[str, Parameter]:
    """Return one set of parameters by name.

    Raises
    ------
    InputError
        If there is no such set.
    """
    if name not in names():
        raise InputError.one(
            name, "unknown-parameters", "no such set of parameters", hint=f"{', '.join(names())}."
        )
    text = files(__package__).joinpath(FOLDER, f"{name}.yaml").read_text(encoding="utf-8")
    entries = yaml.load(text, _LOADER)  # noqa: S506 -- both are safe loaders
    return MappingProxyType({key: Parameter(name=key, **entry) for key, entry in entries.items()})


def value(name: str, key: str) -> float:
    """Return one number of a set."""
    return load(name)[key].value
