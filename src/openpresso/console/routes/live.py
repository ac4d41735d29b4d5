"""The session of a treatment room: watched by everybody who treats, steered from one seat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from openpresso import cuff as cuffs
from openpresso.clinic.errors import NotAllowedError
from openpresso.clinic.people import client as clients
from openpresso.clinic.sessions import comfort as comforts
from openpresso.clinic.sessions import session as sessions
from openpresso.console.drawings.leg import TOP, WIDTH, Drawing, drawing
from openpresso.console.forms.entered import HIGHEST, number_or_none
from openpresso.console.live_words import alarms, states, words_of
from openpresso.console.page import OPEN, needs, render, show
from openpresso.console.room import COMMANDS, RAISING, Room, room_of
from openpresso.console.visitor import Looking, language, me, theme
from openpresso.console.words import Words
from openpresso.errors import InputError, OpenpressoError
from openpresso.session.alarm_table import load_alarms
from openpresso.station.client.calls import StationError

if TYPE_CHECKING:
    from openpresso.clinic.people.client import Client
    from openpresso.clinic.sessions.session import Session
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE: Final = "/live"
Leg = Literal["left", "right"]


@router.get("/stop", **needs(OPEN))
def stop(request: Request) -> HTMLResponse:
    """Show the stop and nothing else: no sign-in, no database, no script."""
    station = request.app.state.settings.station
    words = Words(language(request), ZoneInfo("UTC"))
    return render("live_stop.html", words, station=station, theme=theme(request))


@router.get("/live", **needs("session.open"))
def live(visitor: Looking, couch: str = "") -> HTMLResponse:
    """Show a couch, and the sessions that nobody has ended."""
    return _page(visitor, couch)


@router.get("/live/{couch}/stream", **needs("session.open"))
async def stream(visitor: Looking, couch: str) -> Response:
    """Pass on what the station tells, to somebody who may see it."""
    await run_in_threadpool(_allowed, visitor)
    return StreamingResponse(
        _room(visitor).stream(couch),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.post("/live/{couch}/beat", **needs("session.open"))
def beat(visitor: Looking, couch: str) -> JSONResponse:
    """Hear that a browser still shows the page.

    The clinic is not asked: a database that is away must not end a session, and a screen must not
    stay unlocked because it beats. Only a sign-in that took the seat as a technician is heard.
    """
    room = _room(visitor)
    try:
        mine = room.beat(visitor.token, couch)
    except StationError as error:
        return problem(error)
    return JSONResponse({"mine": mine})


@router.post("/live/{couch}/seat", **needs("session.open"))
def seat(
    request: Request,
    visitor: Looking,
    couch: str,
    act: Annotated[Literal["take", "force", "leave"], Form()] = "take",
) -> Response:
    """Take the seat, take it over, or give it up."""
    try:
        name = _allowed(visitor)
        room = _room(visitor)
        if act == "leave":
            room.leave(visitor.token, couch)
        else:
            room.sit(visitor.token, couch, name, force=act == "force")
    except OpenpressoError as error:
        return _refused(request, visitor, couch, error)
    return _done(request, couch, mine=act != "leave")


@router.post("/live/{couch}/do/{command}", **needs("session.open"))
def do(
    request: Request,
    visitor: Looking,
    couch: str,
    command: str,
    leg: Annotated[Leg | None, Form()] = None,
    chamber: Annotated[int | None, Form(ge=1, le=64)] = None,
    share: Annotated[float | None, Form(ge=0, le=1)] = None,
    when: Annotated[Literal["cycle-end", "now"] | None, Form()] = None,
    chambers: Annotated[Literal["hold", "vent"] | None, Form()] = None,
    alarm: Annotated[str | None, Form(max_length=120)] = None,
    sure: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Command the couch; what comes of it is told by the stream."""
    given = {
        "leg": leg,
        "chamber": chamber,
        "share": share,
        "when": when,
        "chambers": chambers,
        "alarm": alarm,
    }
    try:
        _allowed(visitor)
        check(command, given, sure)
        _room(visitor).command(visitor.token, couch, command, given)
    except OpenpressoError as error:
        return _refused(request, visitor, couch, error)
    return _done(request, couch)


@router.post("/live/{couch}/comfort", **needs("session.comfort"))
def comfort(
    request: Request,
    visitor: Looking,
    couch: str,
    session: Annotated[int, Form(ge=1, le=HIGHEST)],
    feeling: Annotated[str, Form(max_length=20)],
    leg: Annotated[Literal["both", "left", "right"], Form()] = "both",
    score: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Keep what the client said of the pressure; what is too strong is softened next."""
    try:
        place = _room(visitor).snapshot(couch)["program_time"]
        with visitor.desk() as desk:
            comforts.answer(
                desk,
                session,
                feeling,
                leg,
                score=number_or_none(score, "score"),
                program_time=place,
            )
    except OpenpressoError as error:
        return _refused(request, visitor, couch, error)
    return _done(request, couch, feeling=feeling)


def check(command: str, given: dict[str, Any], sure: str) -> None:
    """Refuse what is no command, lacks something, or was not meant twice."""
    if command not in COMMANDS:
        raise InputError.one("live", "unknown-command", f"{command!r} is no command", hint="none.")
    missing = [
        name
        for name in COMMANDS[command]
        if given[name] is None and name not in {"when", "chambers"}
    ]
    if missing:
        raise InputError.one(
            "live", "missing", f"{command} needs {', '.join(missing)}", hint="choose one."
        )
    if command in RAISING and sure != "yes":
        raise InputError.one(
            "live",
            "not-sure",
            "a pressure may rise after this, so it takes a second act",
            hint="tick the box, or press the button twice.",
        )


def _allowed(visitor: Visitor) -> str:
    """Return the name of somebody who may treat; the clinic decides and writes it down.

    Raises
    ------
    NotAllowedError
        If the person may not.
    """
    with visitor.desk(reading=True) as desk:
        sessions.open(desk)
        return me(desk).name


def _room(visitor: Visitor) -> Room:
    """Return the line to the room."""
    return room_of(visitor.settings.station, visitor.settings.station_key)


def _page(
    visitor: Visitor, couch: str, *, error: OpenpressoError | None = None, status: int = 200
) -> HTMLResponse:
    """Show the page; a station that does not answer is said, not hidden."""
    with visitor.desk(reading=True) as desk:
        unfinished = [(one, clients.find(desk, one.client_id)) for one in sessions.open(desk)]
        found, couches, silent = _look(visitor, couch)
        current = _current(found, unfinished)
        words = visitor.words(desk)
        return show(
            "live.html",
            visitor,
            desk,
            HERE,
            status=status,
            error=error,
            silent=silent,
            unfinished=unfinished,
            couches=couches,
            now=found,
            drawings=drawings_of(found),
            size=(WIDTH, TOP + 1.0),
            mine=bool(found) and _room(visitor).sits(visitor.token, found["couch"]),
            current=current,
            asked=bool(current and current[0].comfort),
            states=states(words),
            alarms=alarms(words),
            data=json.dumps(
                {
                    "words": words_of(words),
                    "states": states(words),
                    "alarms": alarms(words),
                    "signals": signals(),
                    "language": words.language,
                }
            ),
        )


def _look(
    visitor: Visitor, couch: str
) -> tuple[dict[str, Any], list[dict[str, Any]], StationError | None]:
    """Return a couch as it is, all couches, and why there are none."""
    if not visitor.settings.station:
        return {}, [], None
    try:
        couches = _room(visitor).couches()
        names = [one["name"] for one in couches]
        if not names:
            return {}, [], None
        return _room(visitor).snapshot(couch if couch in names else names[0]), couches, None
    except StationError as error:
        return {}, [], error


def _current(
    found: dict[str, Any], unfinished: list[tuple[Session, Client]]
) -> tuple[Session, Client] | None:
    """Return the session of the clinic that a couch delivers, with its client.

    A client is in one running session at most, so the number that the station has says which.
    """
    whom = (found.get("program") or {}).get("client")
    return next(
        (
            (one, client)
            for one, client in unfinished
            if one.state == "running" and client.number == whom
        ),
        None,
    )


def drawings_of(found: dict[str, Any]) -> dict[str, Drawing]:
    """Return the legs of a couch whose cuffs are known, right first: it lies on the left side."""
    kinds = {
        leg: one["identity"]["cuff"]
        for leg, one in found.get("cuffs", {}).items()
        if one.get("identity")
    }
    known = set(cuffs.names())
    return {
        leg: drawing(cuffs.load(kinds[leg]), leg)
        for leg in ("right", "left")
        if kinds.get(leg) in known
    }


def signals() -> dict[str, dict[str, Any]]:
    """Return how each priority of alarm looks and sounds, from the station's table."""
    return {
        key: {
            "flash": one.flash_hz,
            "pulses": one.pulses,
            "gap": one.burst_gap,
        }
        for key, one in load_alarms().signals.items()
    }


def by_script(request: Request) -> bool:
    """Tell whether a script asks, which wants JSON, or a form, which wants a page."""
    return "application/json" in request.headers.get("accept", "")


def _done(request: Request, couch: str, **told: object) -> Response:
    """Answer that a command was taken."""
    if by_script(request):
        return JSONResponse({"done": True, **told})
    return RedirectResponse(f"{HERE}?couch={couch}", 303)


def _refused(request: Request, visitor: Visitor, couch: str, error: OpenpressoError) -> Response:
    """Answer why not."""
    if by_script(request):
        return problem(error)
    return _page(visitor, couch, error=error, status=status_of(error))


def problem(error: OpenpressoError) -> JSONResponse:
    """Return a refusal for a script."""
    body = {"code": error.code, "message": error.message, "remedy": error.remedy}
    return JSONResponse(body, status_of(error))


def status_of(error: OpenpressoError) -> int:
    """Return the status of a refusal."""
    if isinstance(error, NotAllowedError):
        return 403
    return 422 if isinstance(error, InputError) else 409
