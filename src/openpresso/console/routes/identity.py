"""Who a client is: changed by one editor at a time, and two entries of one person made one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.errors import ChangedError
from openpresso.clinic.people import client, duplicates, merge_look
from openpresso.console.forms.entered import Key
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.refused import require
from openpresso.console.rights import may
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.people.client import Client

router = APIRouter(include_in_schema=False)
HERE = "/clients"
FIELDS: Final = ("given", "family", "born", "sex", "phone", "email", "address", "language",
                 "contact", "note")  # fmt: skip
SHORTEST_REASON: Final = 10
"""Characters of a reason that says something."""


@router.get("/clients/{client_id}/change", **needs("client.change", "client.read"))
def form(visitor: Looking, client_id: Key) -> Response:
    """Show what is said of a client, to be changed."""
    return _form(visitor, client_id, NOTHING)


@router.post("/clients/{client_id}/change", **needs("client.change"))
def change(visitor: Looking, client_id: Key, typed: Filled) -> Response:
    """Change it, unless somebody else has meanwhile: then both are shown, and nothing is lost."""
    fields: Any = {name: typed.one(name) for name in FIELDS if name in typed.fields}
    try:
        with visitor.desk() as desk:
            client.change(desk, client_id, version(typed, "version"), **fields)
    except OpenpressoError as error:
        return _form(visitor, client_id, typed, error=error)
    return RedirectResponse(f"/clients/{client_id}", 303)


@router.get("/clients/{client_id}/duplicates", **needs("client.duplicates"))
def alike(visitor: Looking, client_id: Key) -> Response:
    """Show who may be the same person."""
    with visitor.desk(reading=True) as desk:
        found = client.find(desk, client_id)
        return show(
            "client_duplicates.html",
            visitor,
            desk,
            here=HERE,
            client=found,
            like=duplicates.of(desk, client_id),
            may_merge=may(desk, "client.merge"),
        )


@router.get("/clients/{client_id}/merge/{other_id}", **needs("client.compare", "client.merge"))
def look(visitor: Looking, client_id: Key, other_id: Key) -> Response:
    """Show two clients beside each other, and what goes where if they become one."""
    return _merge(visitor, client_id, other_id, NOTHING)


@router.post("/clients/{client_id}/merge/{other_id}", **needs("client.merge"))
def merge(visitor: Looking, client_id: Key, other_id: Key, typed: Filled) -> Response:
    """Make two clients one, once it was said that they are the same person."""
    keep = version(typed, "keep")
    gone = other_id if keep == client_id else client_id
    try:
        _sure(typed, keep, {client_id, other_id})
        with visitor.desk() as desk:
            duplicates.merge(
                desk,
                keep,
                gone,
                reason=typed.one("reason"),
                kept_version=version(typed, f"version-{keep}"),
                merged_version=version(typed, f"version-{gone}"),
            )
    except OpenpressoError as error:
        return _merge(visitor, client_id, other_id, typed, error=error)
    return RedirectResponse(f"/clients/{keep}", 303)


def version(typed: Typed, name: str) -> int:
    """Return a whole number of a hidden field; -1, which nothing has, for anything else."""
    text = typed.one(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1


def _sure(typed: Typed, keep: int, both: set[int]) -> None:
    """Refuse an act that was not said to be meant, or says not enough of why."""
    if keep not in both:
        raise _missing("keep", "it is not said which entry stays", "Choose one of the two.")
    if len(typed.one("reason")) < SHORTEST_REASON:
        message = f"a reason of {SHORTEST_REASON} characters or more is needed"
        raise _missing("reason", message, "Say how you know that they are one person.")
    if typed.one("sure") != "yes":
        message = "it is not confirmed that both are the same person"
        raise _missing("sure", message, "Compare the two, then confirm it.")


def _missing(path: str, message: str, hint: str) -> InputError:
    return InputError.one("merge", "not-confirmed", message, path=path, hint=hint)


def _form(
    visitor: Visitor, client_id: int, typed: Typed, *, error: OpenpressoError | None = None
) -> Response:
    with visitor.desk(reading=True) as desk:
        require(desk, "client.change")
        found = client.find(desk, client_id)
        known = {name: _said(found, name) for name in FIELDS}
        given = {name: typed.one(name, known[name]) for name in FIELDS}
        clash = isinstance(error, ChangedError)
        return show(
            "client_change.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            client=found,
            typed=Typed({name: (value,) for name, value in given.items()}),
            differs=[name for name in FIELDS if clash and given[name] != known[name]],
            known=known,
        )


def _said(found: Client, name: str) -> str:
    """Return a field as a form has it."""
    value = getattr(found, name)
    return value if isinstance(value, str) else str(value)


def _merge(
    visitor: Visitor,
    client_id: int,
    other_id: int,
    typed: Typed,
    *,
    error: OpenpressoError | None = None,
) -> Response:
    with visitor.desk(reading=True) as desk:
        found = merge_look.compare(desk, client_id, other_id)
        return show(
            "client_merge.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            client=found.one,
            pair=found,
            usual=min(client_id, other_id),
            possible=found.one.state == found.other.state == "active" and client_id != other_id,
            fields=[(name, _said(found.one, name), _said(found.other, name)) for name in FIELDS],
            typed=typed,
        )
