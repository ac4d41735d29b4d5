"""The form of what actions take: a closed model of their parameters, each with its bounds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import types
import typing
from typing import Annotated, Any, Final, Literal, NotRequired, Required, cast

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)

from openpresso.clinic.store.base import Base
from openpresso.console.api import hints
from openpresso.console.api.bounds import (
    BOUNDS,
    DEEPEST,
    FIRST_DAY,
    HIGHEST,
    KEYS,
    LARGEST,
    LAST_DAY,
    LONGEST_TEXT,
    MOST_ITEMS,
    WHOLE,
)
from openpresso.console.api.given import CLOCK, MAPS, ROWS, SETS, UnplainError

if typing.TYPE_CHECKING:
    from collections.abc import Callable

CLOSED: Final = ConfigDict(extra="forbid")
"""Nothing beyond what is named is taken: no field of a row is set by accident."""
MISSING: Final = inspect.Parameter.empty


def _readable(text: str) -> str:
    """Refuse what no database keeps: the character zero, and halves of characters."""
    if "\0" in text or any(0xD800 <= ord(one) < 0xE000 for one in text):
        raise ValueError("it has a character that cannot be kept")
    return text


def _plain(value: object, level: int = 0) -> object:
    """Refuse free data that is too deep, too large or not plain."""
    if level > DEEPEST:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels")
    match value:
        case str():
            if len(value) > LONGEST_TEXT:
                raise ValueError(f"a text in it is longer than {LONGEST_TEXT} characters")
            _readable(value)
        case bool() | None:
            pass
        case int() | float():
            if not abs(value) <= HIGHEST:  # not-a-number is not, either
                raise ValueError("a number in it is too large")
        case list():
            for one in value:
                _plain(one, level + 1)
        case dict():
            for name, one in value.items():
                _readable(str(name))
                _plain(one, level + 1)
    return value


def _without_zone(value: dt.time) -> dt.time:
    if value.tzinfo is not None:
        raise ValueError("a time of day is that of the practice and has no offset")
    return value


def _within(value: dt.date) -> dt.date:
    day = value.date() if isinstance(value, dt.datetime) else value
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"it is not between {FIRST_DAY} and {LAST_DAY}")
    return value


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_readable)]
Free = Annotated[Any, AfterValidator(_plain)]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
PLAIN: Final[dict[Any, Any]] = {
    str: Text,
    float: Number,
    bool: bool,
    Any: Free,
    dt.date: Annotated[dt.date, AfterValidator(_within)],
    dt.datetime: Annotated[AwareDatetime, AfterValidator(_within)],
    dt.time: Annotated[
        dt.time,
        AfterValidator(_without_zone),
        WithJsonSchema({"type": "string", "pattern": CLOCK, "examples": ["10:30"]}),
    ],
    dt.timedelta: Annotated[
        dt.timedelta, Field(ge=dt.timedelta(minutes=1), le=dt.timedelta(days=1))
    ],
    type(None): None,
}


@dataclasses.dataclass(frozen=True, slots=True)
class KeyOf:
    """Mark of a number that is the key of a row.

    Parameters
    ----------
    table
        Name of the row's table.
    """

    table: str

    def __call__(self, value: int, info: ValidationInfo) -> int:
        """Keep the key for whoever looks whether it is of this practice."""
        if info.context is not None:
            info.context.append((self.table, value))
        return value


def table_of(name: str) -> str | None:
    """Return the table of a key by the name of its parameter; None for what is no key."""
    table = KEYS.get(name, name.removesuffix("_id") if name.endswith("_id") else "")
    return table if table in Base.metadata.tables else None


def form(kind: Any, name: str) -> Any:  # noqa: ANN401 -- annotations are of no one type
    """Return the form of one parameter.

    Parameters
    ----------
    kind
        Its type.
    name
        Its name: whole numbers have their bounds, and keys their table by it.

    Raises
    ------
    UnplainError
        If JSON cannot say it.
    """
    if kind is int:
        return _whole(name)
    if kind is Any or (isinstance(kind, type) and kind in PLAIN):
        return PLAIN[kind]
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Annotated, Required, NotRequired):
        return form(inside[0], name)
    if origin is Literal:
        return kind
    if origin in (typing.Union, types.UnionType):
        # A day may be written as text in the house; here it is a day.
        kept = [one for one in inside if not (one is str and dt.date in inside)]
        return typing.Union[tuple(form(one, name) for one in kept)]  # noqa: UP007
    if origin in MAPS:
        pair: Any = dict[form(inside[0], name), form(inside[1], name)]  # type: ignore[misc]
        return Annotated[pair, Field(max_length=MOST_ITEMS)]
    if origin is tuple and inside[-1:] != (...,):
        return tuple[tuple(form(one, name) for one in inside)]  # type: ignore[misc]
    if origin in ROWS or origin in SETS:
        row: Any = list[form(inside[0], name)]  # type: ignore[misc]
        return Annotated[row, Field(max_length=MOST_ITEMS)]
    if hints.is_dataclass_type(kind):
        return _built(kind)
    raise UnplainError(f"{name}: {kind} cannot be said in JSON")


def _whole(name: str) -> Any:  # noqa: ANN401
    table = table_of(name)
    if table is not None:
        return Annotated[int, Field(ge=1, le=HIGHEST), AfterValidator(KeyOf(table))]
    least, most = BOUNDS.get(name, WHOLE)
    return Annotated[int, Field(ge=least, le=most)]


def _built(kind: type) -> Any:  # noqa: ANN401
    """Return the form of a dataclass: its model, made into the dataclass."""
    model = _closed(
        kind.__name__,
        hints.summary(kind),
        hints.of_class(kind),
        hints.described(kind),
        {
            one.name: one.default if one.default is not dataclasses.MISSING else MISSING
            for one in dataclasses.fields(kind)
            if one.init
        },
        {
            one.name
            for one in dataclasses.fields(kind)
            if one.default is not dataclasses.MISSING
            or one.default_factory is not dataclasses.MISSING
        },
    )

    def build(found: BaseModel) -> object:
        return kind(**values(found))

    return Annotated[model, AfterValidator(build)]


def model(name: str, function: Callable[..., Any], omitted: frozenset[str]) -> type[BaseModel]:
    """Return the model of an action's parameters.

    Parameters
    ----------
    name
        Of the model.
    function
        The action.
    omitted
        Names of parameters that nobody outside gives.

    Raises
    ------
    UnplainError
        If one of them cannot be said in JSON.
    """
    found = hints.of_function(function)
    said = hints.described(inspect.unwrap(function))
    kinds: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    optional: set[str] = set()
    for one in list(inspect.signature(inspect.unwrap(function)).parameters.values())[1:]:
        if one.name in omitted:
            continue
        if one.kind is one.VAR_KEYWORD:
            terms = typing.get_args(found[one.name])[0]
            kinds |= hints.of_class(terms)
            optional |= set(cast("Any", terms).__optional_keys__)
            said = {**hints.described(terms), **said}
            continue
        kinds[one.name] = found[one.name]
        if one.default is not MISSING:
            optional.add(one.name)
            defaults[one.name] = one.default
    return _closed(name, "", kinds, said, dict.fromkeys(kinds, MISSING) | defaults, optional)


def _closed(
    name: str,
    text: str,
    kinds: dict[str, Any],
    said: dict[str, str],
    defaults: dict[str, Any],
    optional: set[str],
) -> type[BaseModel]:
    """Return a model that refuses unknown fields; a default is shown where it is plain."""
    fields: dict[str, Any] = {}
    for field, default in defaults.items():
        kept = Field(description=said.get(field) or None)
        if field in optional:
            plain = isinstance(default, str | int | float | bool)
            shown = {"default": default} if plain else {}
            kept = Field(
                default=None, description=said.get(field) or None, json_schema_extra=_shown(shown)
            )
        fields[field] = (form(kinds[field], field), kept)
    return create_model(name, __config__=CLOSED, __doc__=text or None, **fields)


def _shown(default: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """Return what writes the action's own default in the document, in place of ours."""

    def write(schema: dict[str, Any]) -> None:
        schema.pop("default", None)
        schema.update(default)

    return write


def values(found: BaseModel) -> dict[str, Any]:
    """Return what was given; what was not, the action's own defaults say."""
    return {name: getattr(found, name) for name in found.model_fields_set}
