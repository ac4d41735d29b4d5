"""The form of what actions give: rows by their public columns, dataclasses by their fields."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import enum
import math
import types
import typing
from collections import abc
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Literal, cast

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
    create_model,
)
from pydantic.fields import FieldInfo
from sqlalchemy import orm

from openpresso.clinic.store.base import Base
from openpresso.console.api import hints
from openpresso.console.api.private import shown


class UnplainError(TypeError):
    """A type that has no plain form; its action cannot be offered as it is."""


CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"
Clock = Annotated[
    dt.time,
    WithJsonSchema({"type": "string", "pattern": CLOCK, "examples": ["10:30:00"]}),
]
"""A time of day where the practice is. It has no offset, so it is no `time` of JSON Schema."""
Picture = Annotated[
    bytes,
    PlainSerializer(lambda content: base64.b64encode(content).decode(), return_type=str),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
Numbers = Annotated[list[float], BeforeValidator(lambda values: np.asarray(values).tolist())]
PLAIN: Final[dict[Any, Any]] = {
    one: one for one in (str, int, float, bool, Decimal, dt.date, dt.datetime, dt.timedelta)
} | {dt.time: Clock, bytes: Picture, Any: Any, object: Any, None: None, type(None): None}
Known = Annotated[
    float | None, BeforeValidator(lambda value: value if math.isfinite(value) else None)
]
"""A number, or null where the clinic says not-a-number, which JSON cannot."""
UNKNOWN: Final = frozenset({"Comparison.cost", "Comparison.effect"})
"""Fields that hold not-a-number when there is too little to say."""
ROWS: Final = (list, tuple, abc.Sequence, abc.Iterable, abc.Collection)
SETS: Final = (set, frozenset, abc.Set)
MAPS: Final = (dict, abc.Mapping)
VIEW: Final = ConfigDict(from_attributes=True, extra="forbid")

_names: dict[str, type] = {}


def form(kind: Any) -> Any:  # noqa: ANN401 -- annotations are of no one type
    """Return the plain form of a type.

    Raises
    ------
    UnplainError
        If it has none.
    """
    if kind in (None, Any) or (isinstance(kind, type) and kind in PLAIN):
        return PLAIN[kind]
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return form(inside[0])
    if origin is Literal:
        return kind
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(form(one) for one in inside)]  # noqa: UP007 -- made of a tuple
    if origin in MAPS:
        return dict[form(inside[0]), form(inside[1])]  # type: ignore[misc]
    if origin in SETS:
        return Annotated[list[form(inside[0])], BeforeValidator(sorted)]  # type: ignore[misc]
    if origin is tuple and inside[-1:] != (...,):
        return tuple[tuple(form(one) for one in inside)]  # type: ignore[misc]
    if origin in ROWS:
        return list[form(inside[0])]  # type: ignore[misc]
    if origin is np.ndarray:
        return Numbers
    if isinstance(kind, type):
        return _of_class(kind)
    raise UnplainError(f"{kind} has no plain form")


def _of_class(kind: type) -> Any:  # noqa: ANN401
    if issubclass(kind, enum.Enum | BaseModel):
        return kind
    if issubclass(kind, Base):
        return view(kind)
    if dataclasses.is_dataclass(kind):
        return view(kind)
    raise UnplainError(f"{kind.__module__}.{kind.__qualname__} has no plain form")


@cache
def view(kind: type) -> type[BaseModel]:
    """Return the model of a row or a dataclass: what is public of it, and what it works out."""
    found = hints.of_class(kind)
    said = hints.described(kind)
    if issubclass(kind, Base):
        names = [one.key for one in kind.__table__.columns if shown(kind.__tablename__, one.key)]
    else:
        names = [
            one.name
            for one in dataclasses.fields(cast("Any", kind))
            if not one.name.startswith("_")
        ]
    fields = {
        name: (_form_of(kind, name, found[name]), _field(said.get(name, ""))) for name in names
    }
    fields |= {name: one for name, one in _worked_out(kind).items() if name not in fields}
    text = hints.summary(kind)
    return create_model(_name(kind), __config__=VIEW, __doc__=text, **fields)  # type: ignore[call-overload,no-any-return]


def _form_of(owner: type, name: str, kind: Any) -> Any:  # noqa: ANN401
    """Return the form of what a column or a field holds."""
    if f"{owner.__name__}.{name}" in UNKNOWN:
        return Known
    return form(typing.get_args(kind)[0] if typing.get_origin(kind) is orm.Mapped else kind)


def _worked_out(kind: type) -> dict[str, tuple[Any, FieldInfo]]:
    """Return the properties of a class that have a plain form."""
    found = {}
    for base in kind.__mro__:
        for name, one in vars(base).items():
            if isinstance(one, property) and one.fget is not None and not name.startswith("_"):
                try:
                    answer = form(hints.of_function(one.fget).get("return", UnplainError))
                except UnplainError:
                    continue
                found[name] = (answer, _field(hints.summary(one.fget)))
    return found


def _field(text: str) -> FieldInfo:
    return FieldInfo(description=text or None)


def _name(kind: type) -> str:
    """Return a name in the document: the class's, with its module's before it where it is taken."""
    name = kind.__name__
    if _names.setdefault(name, kind) is not kind:
        name = kind.__module__.rpartition(".")[2].title().replace("_", "") + name
        _names[name] = kind
    return name
