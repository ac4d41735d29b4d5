"""One session: handed over to the room, and what is linked and written down after it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from fastapi import APIRouter, Form
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from openpresso.clinic.booking import resource
from openpresso.clinic.courses import course as courses
from openpresso.clinic.errors import NotAllowedError, NotFoundError
from openpresso.clinic.people import client as clients
from openpresso.clinic.sessions import adverse_event, adverse_kind, comfort, handover
from openpresso.clinic.sessions import session as sessions
from openpresso.clinic.sessions.aftercare import After
from openpresso.console import run_record
from openpresso.console.drawings import delivery as delivery_drawing
from openpresso.console.forms.asked import decimal
from openpresso.console.forms.entered import Key, number
from openpresso.console.forms.typed import Filled, Typed
from openpresso.console.page import needs, show
from openpresso.console.room import room_of
from openpresso.console.visitor import Looking, me
from openpresso.errors import InputError, OpenpressoError
from openpresso.station.client.calls import StationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.sessions.aftercare import Skin
    from openpresso.clinic.sessions.session import Session
    from openpresso.console.drawings.delivery import DeliveryPicture
    from openpresso.console.room import Room
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE: Final = "/live"
NOTHING: Final = Typed({})


@router.get("/prepare/session/{session_id}", **needs("session.read"))
def session(visitor: Looking, session_id: Key) -> HTMLResponse:
    """Show a session: hand it over, and write down what was seen after it."""
    return _page(visitor, session_id)


@router.post("/prepare/session/{session_id}/hand-over", **needs("session.begin"))
def hand_over(
    visitor: Looking, session_id: Key, couch: Annotated[str, Form(max_length=60)]
) -> Response:
    """Begin the session and load it on a couch; nothing is energised by it.

    The clinic's transaction ends before the station rehearses: nobody waits for the twin.
    """
    room = _room(visitor)
    try:
        if not room.sits(visitor.token, couch):
            with visitor.desk(reading=True) as desk:
                sessions.find(desk, session_id)
                name = me(desk).name
            room.sit(visitor.token, couch, name)
        with visitor.desk() as desk:
            if sessions.find(desk, session_id).state == "prepared":
                sessions.begin(desk, session_id)
        with visitor.desk(reading=True) as desk:
            order = handover.hand_over(desk, session_id)
        room.load(visitor.token, couch, order, f"session {session_id}")
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _page(visitor, session_id, error=error)
    return RedirectResponse(f"{HERE}?couch={couch}", 303)


@router.post("/prepare/session/{session_id}/after", **needs("session.finish", "session.link"))
def after(visitor: Looking, session_id: Key, typed: Filled) -> Response:
    """Link the record of the run, and write down what was seen and said after it."""
    try:
        seen = After(
            cast("Skin", typed.one("skin")),
            number(typed.one("comfort"), "comfort"),
            number(typed.one("pain"), "pain"),
            _decimal(typed, "systolic"),
            _decimal(typed, "diastolic"),
            typed.one("note"),
        )
        reason = typed.one("without_record")
        record = typed.one("record") or ("" if reason else _own_record(visitor, session_id))
        with visitor.desk() as desk:
            if record:
                sessions.link(desk, session_id, run_record.folder(visitor.settings, record))
            sessions.finish(desk, session_id, seen, without_record="" if record else reason)
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _page(visitor, session_id, error=error, typed=typed)
    return RedirectResponse(f"/prepare/session/{session_id}", 303)


@router.post("/prepare/session/{session_id}/abandon", **needs("session.abandon"))
def abandon(visitor: Looking, session_id: Key, typed: Filled) -> Response:
    """Give the session up, with the reason."""
    try:
        with visitor.desk() as desk:
            sessions.abandon(desk, session_id, typed.one("reason"))
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _page(visitor, session_id, error=error, typed=typed)
    return RedirectResponse(f"/prepare/session/{session_id}", 303)


@router.post("/prepare/session/{session_id}/event", **needs("adverse-event.enter"))
def event(visitor: Looking, session_id: Key, typed: Filled) -> Response:
    """Enter an adverse event."""
    try:
        with visitor.desk() as desk:
            found = sessions.find(desk, session_id)
            adverse_event.enter(
                desk,
                found.client_id,
                typed.one("kind"),
                typed.one("severity"),
                typed.one("text"),
                actions=typed.one("actions"),
                session_id=session_id,
            )
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _page(visitor, session_id, error=error, typed=typed)
    return RedirectResponse(f"/prepare/session/{session_id}#events", 303)


@router.get("/prepare/session/{session_id}/report.pdf", **needs("session.read"))
def report(visitor: Looking, session_id: Key) -> Response:
    """Give the report of the run, as the station made it."""
    with visitor.desk(reading=True) as desk:
        record = sessions.find(desk, session_id).record_id
    near = run_record.reached(visitor.settings, record)
    if near is not None and (near / "report.pdf").is_file():
        return FileResponse(near / "report.pdf", media_type="application/pdf")
    if not record or not visitor.settings.station:
        raise NotFoundError("this session has no report", remedy="Link its record first.")
    try:
        content = _room(visitor).report(record)
    except StationError as error:
        if error.status == 404:
            raise NotFoundError(error.message, remedy=error.remedy) from error
        raise
    return Response(content, media_type="application/pdf")


def _room(visitor: Visitor) -> Room:
    return room_of(visitor.settings.station, visitor.settings.station_key)


def _page(
    visitor: Visitor,
    session_id: int,
    *,
    error: OpenpressoError | None = None,
    typed: Typed = NOTHING,
) -> HTMLResponse:
    """Show a session with what was typed."""
    with visitor.desk(reading=True) as desk:
        found = sessions.find(desk, session_id)
        client, course = clients.find(desk, found.client_id), courses.find(desk, found.course_id)
        couches, records, silent = _station(visitor, found, client.number)
        return show(
            "live_session.html",
            visitor,
            desk,
            HERE,
            status=_status(error),
            error=error,
            one=found,
            client=client,
            course=course,
            next_day=desk.today() + dt.timedelta(days=course.interval_days),
            couches=couches,
            records=records,
            silent=silent,
            strange=_strange(visitor, desk, found, couches),
            linkable=bool(visitor.settings.records),
            picture=_picture(visitor, found, course, records),
            frame=(delivery_drawing.WIDTH, delivery_drawing.HEIGHT),
            answers=comfort.of_session(desk, found.id),
            kinds=adverse_kind.shipped().values(),
            severities=list(adverse_kind.RANK),
            events=_events(desk, found),
            typed=_first(typed),
            tongue=visitor.words(desk).language,
        )


def _first(typed: Typed) -> Mapping[str, str]:
    """Return what was typed as the template takes it."""
    return {name: values[0] for name, values in typed.fields.items() if values}


def _events(desk: Desk, found: Session) -> list[adverse_event.AdverseEvent]:
    """Return the adverse events of a session."""
    return [
        one for one in adverse_event.of_client(desk, found.client_id) if one.session_id == found.id
    ]


def _station(
    visitor: Visitor, found: Session, client: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], StationError | None]:
    """Return the couches, and the records that can be this session's."""
    if not visitor.settings.station or found.state not in {"prepared", "running"}:
        return [], [], None
    room = _room(visitor)
    try:
        couches = room.couches()
        lines = room.records() if found.state == "running" else []
    except StationError as error:
        return [], [], error
    return couches, run_record.fitting(lines, found, client), None


def _own_record(visitor: Visitor, session_id: int) -> str:
    """Return the one record that can be this session's; nothing where there are none or several."""
    if not (visitor.settings.records and visitor.settings.station):
        return ""
    with visitor.desk(reading=True) as desk:
        found = sessions.find(desk, session_id)
        client = clients.find(desk, found.client_id).number
    if found.record_hash:
        return ""
    _, records, _ = _station(visitor, found, client)
    return str(records[0]["name"]) if len(records) == 1 else ""


def _picture(
    visitor: Visitor, found: Session, course: Course, records: list[dict[str, Any]]
) -> DeliveryPicture | None:
    """Return delivered against planned, of the linked record or the one that will be."""
    record = found.record_id or (records[0]["name"] if len(records) == 1 else "")
    near = run_record.reached(visitor.settings, record)
    if near is None:
        return None
    try:
        plan = delivery_drawing.Plan(
            found.program, course.cuff, found.ceiling, found.legs, found.minutes
        )
        return delivery_drawing.picture(near, plan)
    except OpenpressoError:
        # What is wrong with a record is said when it is linked; the page itself stands without it.
        return None


def _strange(
    visitor: Visitor, desk: Desk, found: Session, couches: list[dict[str, Any]]
) -> list[str]:
    """Return cuffs at the couches that are not those of the session's set, as `couch: serial`.

    What the clinic knows of cleaning and calibration is about the cuffs of the set.
    """
    sets = {one.id: one for one in resource.cuff_sets(desk, everything=True)}
    ours = sets[found.cuff_set_id]
    room = _room(visitor)
    strange = []
    for couch in couches:
        try:
            cuffs = room.snapshot(couch["name"])["cuffs"]
        except StationError:
            continue
        for leg, meant in (("left", ours.left_serial), ("right", ours.right_serial)):
            known = (cuffs.get(leg) or {}).get("identity")
            if known and known["serial"] != meant:
                strange.append(f"{couch['name']}: {known['serial']}")
    return strange


def _decimal(typed: Typed, name: str) -> float | None:
    """Return a number of a form; None where nothing was typed."""
    text = typed.one(name)
    return decimal(name, text) if text else None


def _status(error: OpenpressoError | None) -> int:
    """Return the status of a page that may say an error."""
    if error is None:
        return 200
    return 422 if isinstance(error, InputError) else 409
