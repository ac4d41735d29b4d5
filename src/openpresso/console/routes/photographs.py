"""Photographs of a client: taken with consent, shown, compared, taken away again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.consent import consent
from openpresso.clinic.courses import course as courses
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.measures import photograph
from openpresso.clinic.measures.photograph import PURPOSE, VIEWS
from openpresso.clinic.measures.picture import LARGEST
from openpresso.clinic.people import client
from openpresso.console import vault as vaults
from openpresso.console.forms.entered import Key
from openpresso.console.forms.typed import MOST_FIELDS, NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.rights import may
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.measures.photograph import Photograph

router = APIRouter(include_in_schema=False)
HERE = "/clients"
ROOM_FOR_FIELDS: Final = 100_000
"""Bytes of a body beside the picture itself."""
UPLOADS: Final = "/photographs/new"
"""How the address of an upload ends; no other takes a body of more than the usual size."""


def largest(path: str) -> int:
    """Return the largest body of a path [bytes]; only an upload may be large."""
    from openpresso.station.service.borders import BODY_LIMIT

    return LARGEST + ROOM_FOR_FIELDS if path.endswith(UPLOADS) else BODY_LIMIT


async def _sent(request: Request) -> tuple[Typed, bytes]:
    """Return the fields of an upload, and its picture; the name of the file is not looked at."""
    content = b""
    found: dict[str, list[str]] = {}
    try:
        async with request.form(max_fields=MOST_FIELDS, max_files=1) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read() if name == "picture" else b""
                else:
                    found.setdefault(name, []).append(value)
    except MultiPartException:
        content = b""
    return Typed({name: tuple(values) for name, values in found.items()}), content


Sent = Annotated[tuple[Typed, bytes], Depends(_sent)]


@router.get("/clients/{client_id}/photographs", **needs("photograph.list"))
def listed(visitor: Looking, client_id: Key) -> Response:
    """Show the photographs of a client, and the form for another one."""
    return _page(visitor, client_id, NOTHING)


@router.post("/clients/{client_id}/photographs/new", **needs("photograph.add"))
def add(visitor: Looking, client_id: Key, sent: Sent) -> Response:
    """Keep a photograph."""
    typed, content = sent
    course = typed.one("course")
    try:
        vault = vaults.needed(visitor.settings)
        if not content:
            raise InputError.one(
                "photograph", "no-picture", "no picture was sent", path="picture",
                hint="Choose a photograph of JPEG, PNG or WebP.",
            )  # fmt: skip
        with visitor.desk() as desk:
            photograph.add(
                desk,
                vault,
                client_id,
                content,
                typed.one("view"),
                course_id=int(course) if course.isdecimal() and len(course) < 16 else None,
            )
    except OpenpressoError as error:
        return _page(visitor, client_id, typed, error=error)
    return RedirectResponse(f"/clients/{client_id}/photographs", 303)


@router.get("/clients/{client_id}/photographs/compare", **needs("photograph.list"))
def compare(
    visitor: Looking, client_id: Key, view: str = "", one: str = "", other: str = ""
) -> Response:
    """Show two photographs of one view beside each other: the first and the last if not said."""
    with visitor.desk(reading=True) as desk:
        kept = _kept(desk, client_id)
        views = [name for name in VIEWS if sum(each.view == name for each in kept) > 1]
        chosen = view if view in views else next(iter(views), "")
        same = [each for each in kept if each.view == chosen]
        pair = [_chosen(same, one, 0), _chosen(same, other, -1)] if same else []
        return show(
            "photographs_compare.html",
            visitor,
            desk,
            here=HERE,
            client=client.find(desk, client_id),
            views=views,
            view=chosen,
            same=same,
            pair=pair,
            days=(pair[1].at - pair[0].at).days if pair else 0,
            ready=vaults.vault_of(visitor.settings) is not None,
        )


@router.get("/photographs/{photograph_id}/picture", **needs("photograph.read"))
def picture(visitor: Looking, photograph_id: Key) -> Response:
    """Return a photograph."""
    return _picture(visitor, photograph_id, small=False)


@router.get("/photographs/{photograph_id}/small", **needs("photograph.read"))
def small(visitor: Looking, photograph_id: Key) -> Response:
    """Return its small copy."""
    return _picture(visitor, photograph_id, small=True)


@router.post(
    "/clients/{client_id}/photographs/{photograph_id}/remove", **needs("photograph.remove")
)
def remove(visitor: Looking, client_id: Key, photograph_id: Key, typed: Filled) -> Response:
    """Take a photograph away, with the reason."""
    try:
        vault = vaults.needed(visitor.settings)
        with visitor.desk() as desk:
            _of(desk, client_id, photograph_id)
            photograph.take_away(desk, vault, photograph_id, typed.one("reason"))
    except OpenpressoError as error:
        return _page(visitor, client_id, typed, error=error, removing=photograph_id)
    return RedirectResponse(f"/clients/{client_id}/photographs", 303)


def _of(desk: Desk, client_id: int, photograph_id: int) -> None:
    """Refuse a photograph of another client."""
    if all(one.id != photograph_id for one in photograph.photographs(desk, client_id)):
        raise NotFoundError("there is no such photograph", remedy="Look the client up again.")


def _kept(desk: Desk, client_id: int) -> list[Photograph]:
    """Return the photographs of a client that were not taken away, the oldest first."""
    return [one for one in photograph.photographs(desk, client_id) if one.removed_at is None]


def _chosen(same: list[Photograph], wanted: str, usual: int) -> Photograph:
    return next((one for one in same if str(one.id) == wanted), same[usual])


def _picture(visitor: Visitor, photograph_id: int, *, small: bool) -> Response:
    with visitor.desk(reading=True) as desk:
        vault = vaults.needed(visitor.settings)
        content = photograph.picture(desk, vault, photograph_id, small=small)
    name = f'inline; filename="photograph-{photograph_id}.jpg"'
    return Response(content, media_type="image/jpeg", headers={"content-disposition": name})


def _page(
    visitor: Visitor,
    client_id: int,
    typed: Typed,
    *,
    error: OpenpressoError | None = None,
    removing: int = 0,
) -> Response:
    with visitor.desk(reading=True) as desk:
        every = photograph.photographs(desk, client_id)
        given = consent.decisions(desk, client_id).get(PURPOSE)
        return show(
            "photographs.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            typed=typed,
            removing=removing,
            client=client.find(desk, client_id),
            photographs=[one for one in every if one.removed_at is None][::-1],
            removed=[one for one in every if one.removed_at is not None][::-1],
            courses=courses.of_client(desk, client_id),
            views=VIEWS,
            agreed=given is not None and given.valid,
            ready=vaults.vault_of(visitor.settings) is not None,
            megabytes=LARGEST // 1_000_000,
            may={name: may(desk, name) for name in ("photograph.remove", "consent.record")},
        )
