"""One operation: an action of the register with its address, what it takes and what it gives."""

from __future__ import annotations

import inspect
import logging
import typing
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, TypeAdapter

from openpresso.clinic import rooms
from openpresso.clinic.audit.chain import Pending
from openpresso.clinic.desk import DOES
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.roles import ACTIONS, Action
from openpresso.clinic.store.base import Base
from openpresso.console.api import given, hints, left_out, taken
from openpresso.console.api.given import UnplainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from openpresso.clinic.desk import Desk

LOG = logging.getLogger(__name__)
JSON: Final = "application/json"
MEDIA: Final = {
    "course.print": "application/pdf",
    "invoice.print": "application/pdf",
    "photograph.read": "image/jpeg",
}
"""What an action gives as a file."""
SENT: Final = {"photograph.add": ("content", ("image/jpeg", "image/png", "image/webp"))}
"""Parameter of an action that is the body itself, and its types; the others are in the query."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An action as programs call it.

    Parameters
    ----------
    action
        Of the register.
    function
        What does it.
    takes
        Model of its parameters.
    gives
        Form of its answer; None for a file, or nothing.
    media
        Type of its answer; empty for nothing.
    supplied
        Parameters that the console fills in.
    """

    action: Action
    function: Callable[..., Any]
    takes: type[BaseModel]
    gives: TypeAdapter[Any] | None
    media: str
    supplied: frozenset[str]

    @property
    def path(self) -> str:
        """Where it is, within the API."""
        return "/" + self.action.name.replace(".", "/")

    @property
    def method(self) -> Literal["GET", "POST"]:
        """GET for what reads and whose parameters fit a query."""
        flat = all(_flat(one.annotation) for one in self.takes.model_fields.values())
        return "GET" if self.action.kind == "read" and flat else "POST"

    @property
    def in_query(self) -> bool:
        """Whether its parameters are in the query."""
        return self.method == "GET" or self.action.name in SENT

    @property
    def sends(self) -> str:
        """Parameter that is the body itself; empty for JSON."""
        return SENT[self.action.name][0] if self.action.name in SENT else ""

    def look_up(self, desk: Desk, keys: Iterable[tuple[str, int]]) -> None:
        """Refuse a key of a row that this practice has not; the audit knows of the try.

        It is done before the action, whatever the action would do with the key itself.

        Parameters
        ----------
        desk
            Whose practice it is; its roles allow the action.
        keys
            Table and key of each row that a request names.

        Raises
        ------
        NotFoundError
            If there is no such row here.
        """
        tables = rows()
        try:
            for table, key in keys:
                desk.find(tables[table], key)
        except NotFoundError as error:
            who = (desk.staff_id, desk.practice_id, desk.now())
            desk.done.append(Pending(self.action.name, *who, outcome=error.code))
            raise

    def run(self, desk: Desk, values: Mapping[str, Any]) -> bytes:
        """Do the action at a desk, and return what it gives."""
        answer = self.function(desk, **values)
        if self.gives is None:
            return answer if isinstance(answer, bytes) else b""
        return self.gives.dump_json(self.gives.validate_python(answer))


@cache
def rows() -> dict[str, type[Base]]:
    """Return the class of each table."""
    return {one.class_.__tablename__: one.class_ for one in Base.registry.mappers}


def _flat(kind: Any) -> bool:  # noqa: ANN401 -- annotations are of no one type
    """Return whether a parameter fits a query: a value, or a list of values."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _flat(inside[0])
    if origin is list:
        return _flat(inside[0])
    if origin is Literal:
        return True
    if inside:
        return origin not in (dict, tuple) and all(_flat(one) for one in inside)
    return kind is not Any and not (isinstance(kind, type) and issubclass(kind, BaseModel))


@cache
def operation(name: str) -> Operation:
    """Return the operation of an action; it is made when it is first asked for.

    Raises
    ------
    UnplainError
        If what it takes or gives has no plain form.
    """
    function = DOES[name]
    words = "".join(part.title() for part in name.replace("_", "-").replace(".", "-").split("-"))
    body = SENT[name][0] if name in SENT else ""
    takes = taken.model(f"{words}Request", function, left_out.omitted(name) | {body})
    answer = hints.of_function(function)["return"]
    media = MEDIA.get(name, JSON)
    gives = None
    if answer in (None, type(None)):
        media = ""
    elif media == JSON:
        gives = TypeAdapter(given.form(answer))
    known = inspect.signature(inspect.unwrap(function)).parameters
    supplied = frozenset(known) & left_out.SUPPLIED
    return Operation(ACTIONS[name], function, takes, gives, media, supplied)


@cache
def operations() -> tuple[Operation, ...]:
    """Return every operation, by name."""
    found = []
    for name in names():
        try:
            found.append(operation(name))
        except (UnplainError, NameError):
            # The page that does it works all the same; a test finds what the API has forgotten.
            LOG.exception("the API cannot offer %s", name)
    return tuple(found)


def names() -> list[str]:
    """Return the names of the actions that the API offers."""
    rooms.every()
    return [name for name in sorted(ACTIONS) if not left_out.reason(name)]
