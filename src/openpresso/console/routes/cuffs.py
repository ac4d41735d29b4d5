"""Cuffs: the sets, their care and wear, the labels on them, and who is certified for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso import cuff as catalog
from openpresso.clinic.booking import resource, wear
from openpresso.clinic.booking.rules import booking_rules
from openpresso.clinic.people import certificate, staff
from openpresso.clinic.roles import CARE
from openpresso.console import cuff_care
from openpresso.console.drawings.code import code
from openpresso.console.forms import entered
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, render, show
from openpresso.console.refused import require, told
from openpresso.console.rights import may
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.certificate import Certificate
    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/cuffs"
FORM_ADD = ("name", "cuff_type", "left_serial", "right_serial", "room", "minutes", "calibrated_on")


@router.get(
    "/cuffs",
    **needs("cuff_set.list", "cuff_set.wear", "room.list", "staff.list", "certificate.list"),
)
def cuffs(visitor: Looking) -> HTMLResponse:
    """Show the cuff sets and the certificates."""
    return _page(visitor)


@router.post("/cuffs/{cuff_set_id}/clean", **needs("cuff_set.clean"))
def clean(visitor: Looking, cuff_set_id: Key) -> Response:
    """Enter that a set has just been cleaned."""
    with visitor.desk() as desk:
        resource.clean(desk, cuff_set_id)
    return RedirectResponse("/cuffs", 303)


@router.post("/cuffs", **needs("cuff_set.add"))
def add(
    visitor: Looking,
    name: Annotated[str, Form(max_length=200)] = "",
    cuff_type: Annotated[str, Form(max_length=200)] = "",
    left_serial: Annotated[str, Form(max_length=200)] = "",
    right_serial: Annotated[str, Form(max_length=200)] = "",
    room: Annotated[str, Form(max_length=20)] = "",
    minutes: Annotated[str, Form(max_length=20)] = "",
    calibrated_on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Add a cuff set."""
    try:
        with visitor.desk() as desk:
            resource.add_cuff_set(
                desk,
                name,
                cuff_type,
                left_serial=left_serial,
                right_serial=right_serial,
                room_id=entered.number_or_none(room, "room"),
                cleaning_minutes=entered.number_or_none(minutes, "minutes"),
                calibrated_on=entered.day_or_none(calibrated_on, "calibrated_on"),
            )
    except OpenpressoError as error:
        values = (name, cuff_type, left_serial, right_serial, room, minutes, calibrated_on)
        return _page(visitor, told(error), dict(zip(FORM_ADD, values, strict=True)))
    return RedirectResponse("/cuffs", 303)


@router.get("/cuffs/labels", **needs("cuff_set.list"))
def labels(request: Request, visitor: Looking, only: str = "") -> HTMLResponse:
    """Show the labels of all sets, or of one, to print and stick on the cuffs."""
    with visitor.desk(reading=True) as desk:
        sets = [one for one in resource.cuff_sets(desk) if only in {"", str(one.id)}]
        words = visitor.words(desk)
        codes = {one.id: code(_address(request, visitor, one.id)) for one in sets}
    return render("cuff_labels.html", words, sets=sets, codes=codes, theme="light")


@router.get("/cuffs/{cuff_set_id}", **needs("cuff_set.list", "cuff_set.wear", "cuff_set.troubles"))
def one_set(request: Request, visitor: Looking, cuff_set_id: Key) -> HTMLResponse:
    """Show a set: care, wear, leaks, trouble, label."""
    return _one(request, visitor, cuff_set_id)


@router.get("/cuffs/{cuff_set_id}/station", **needs("cuff_set.list"))
def at_station(request: Request, visitor: Looking, cuff_set_id: Key) -> Response:
    """Tell what the station knows of a set: a part of its page, as it may be silent."""
    if "hx-request" not in request.headers:
        return _one(request, visitor, cuff_set_id, ask=True)
    with visitor.desk(reading=True) as desk:
        resource.cuff_sets(desk)  # refuses whoever may not see cuffs
        found = desk.find(resource.CuffSet, cuff_set_id)
        serials = (found.left_serial, found.right_serial)
        words = visitor.words(desk)
    return render("cuff_care.html", words, told=_care(visitor, serials))


@router.post("/cuffs/{cuff_set_id}", **needs("cuff_set.change"))
def change(
    request: Request,
    visitor: Looking,
    cuff_set_id: Key,
    version: Annotated[int, Form()],
    minutes: Annotated[str, Form(max_length=20)] = "",
    calibrated_on: Annotated[str, Form(max_length=20)] = "",
    active: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Change a set."""
    try:
        with visitor.desk() as desk:
            resource.change_cuff_set(
                desk,
                cuff_set_id,
                version,
                active=bool(active),
                cleaning_minutes=entered.number_or_none(minutes, "minutes"),
                calibrated_on=entered.day_or_none(calibrated_on, "calibrated_on"),
            )
    except OpenpressoError as error:
        values = {"minutes": minutes, "calibrated_on": calibrated_on, "active": bool(active)}
        return _one(request, visitor, cuff_set_id, told(error), values)
    return RedirectResponse(f"/cuffs/{cuff_set_id}", 303)


def _page(
    visitor: Visitor, error: Told | None = None, values: dict[str, str] | None = None
) -> HTMLResponse:
    """Return the page of all sets; a form that was refused keeps what was typed."""
    with visitor.desk(reading=True) as desk:
        sets = resource.cuff_sets(desk, everything=True)
        rooms = resource.rooms(desk)
        return show(
            "cuffs.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            sets=sets,
            rooms=rooms,
            room_names={one.id: one.name for one in rooms},
            due={one.id: wear.calibration_due(one.calibrated_on, desk.today()) for one in sets},
            wears=wear.wear(desk),
            nothing=wear.Wear(),
            types=sorted({one.cuff_type for one in sets}),
            catalog=catalog.names(),
            certified=_certified(desk),
            usual_minutes=int(booking_rules().cleaning.total_seconds() // 60),
            may_clean=may(desk, "cuff_set.clean"),
            may_change=may(desk, "cuff_set.change"),
            typed=dict.fromkeys(FORM_ADD, "") | (values or {}),
        )


def _one(
    request: Request,
    visitor: Visitor,
    cuff_set_id: int,
    error: Told | None = None,
    values: dict[str, object] | None = None,
    *,
    ask: bool = False,
) -> HTMLResponse:
    """Return the page of one set; the station is only waited for where `ask` says so."""
    with visitor.desk(reading=True) as desk:
        if error is not None:
            require(desk, "cuff_set.change")
        troubles = wear.troubles(desk, cuff_set_id)
        found = desk.find(resource.CuffSet, cuff_set_id)
        kept = {
            "minutes": found.cleaning_minutes,
            "calibrated_on": found.calibrated_on or "",
            "active": found.active,
        }
        used = wear.wear(desk).get(cuff_set_id, wear.Wear())
        rooms = {one.id: one.name for one in resource.rooms(desk, everything=True)}
        serials = (found.left_serial, found.right_serial)
        return show(
            "cuff_set.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            set=found,
            room=rooms.get(found.room_id or 0, ""),
            due=wear.calibration_due(found.calibrated_on, desk.today()),
            wear=used,
            dirty=used.last is not None
            and (found.cleaned_at is None or used.last > found.cleaned_at),
            troubles=troubles,
            days=int(wear.figures().window.value // 86400),
            code=code(_address(request, visitor, cuff_set_id)),
            told=_care(visitor, serials) if ask else None,
            may_clean=may(desk, "cuff_set.clean"),
            may_change=may(desk, "cuff_set.change"),
            typed=kept | (values or {}),
        )


def _care(visitor: Visitor, serials: tuple[str, ...]) -> cuff_care.Told:
    """Return what the station knows of cuffs; nothing where no station is configured."""
    settings = visitor.settings
    if not settings.station:
        return cuff_care.Told()
    return cuff_care.care(settings.station, settings.station_key, serials)


def _address(request: Request, visitor: Visitor, cuff_set_id: int) -> str:
    """Return the address of a set's page as this browser reaches it."""
    scheme = "https" if visitor.settings.secure else request.url.scheme
    return f"{scheme}://{request.url.netloc}/cuffs/{cuff_set_id}"


def _certified(desk: Desk) -> list[tuple[str, dict[str, Certificate]]]:
    """Return who treats, with the certificate of each type of cuff that counts today."""
    treating = {role.value for role in CARE}
    today = desk.today()
    found = []
    for person in staff.everyone(desk):
        if treating & set(person.roles):
            counting: dict[str, Certificate] = {}
            for one in certificate.of_person(desk, person.id):
                withdrawn = one.withdrawn_on is not None and one.withdrawn_on <= today
                if one.issued_on <= today <= one.expires_on and not withdrawn:
                    kept = counting.get(one.cuff_type)
                    if kept is None or kept.expires_on < one.expires_on:
                        counting[one.cuff_type] = one
            found.append((person.name, counting))
    return found
