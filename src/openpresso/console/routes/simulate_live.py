"""The live page of a simulation: the same page, driven by the twin, marked as a simulation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from openpresso.clinic.errors import NotFoundError
from openpresso.console.drawings.leg import TOP, WIDTH
from openpresso.console.forms.simulate import PACES
from openpresso.console.live_words import alarms, states, words_of
from openpresso.console.page import needs, show
from openpresso.console.routes.live import (
    by_script,
    check,
    drawings_of,
    problem,
    signals,
    status_of,
)
from openpresso.console.routes.simulate import owner_of
from openpresso.console.simulations import SIMULATIONS
from openpresso.console.visitor import Looking, me
from openpresso.errors import OpenpressoError
from openpresso.station.client.calls import StationError
from openpresso.station.training.drill import Drill, shipped
from openpresso.twin.faults import FAULTS

if TYPE_CHECKING:
    from openpresso.console.simulations import Simulation
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE: Final = "/simulate"
COUCH: Final = "1"
"""The one couch of every training station."""
Leg = Literal["left", "right"]


@router.get("/simulate/{key}", **needs("drill.enter"))
def live(visitor: Looking, key: str) -> HTMLResponse:
    """Show a simulation as the live page shows a room."""
    return _page(visitor, key)


@router.get("/simulate/{key}/live/stream", **needs("drill.enter"))
async def stream(visitor: Looking, key: str) -> Response:
    """Pass on what the training station tells."""
    one = await run_in_threadpool(_opened, visitor, key)
    return StreamingResponse(
        one.line.stream(COUCH),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.post("/simulate/{key}/live/beat", **needs("drill.enter"))
def beat(visitor: Looking, key: str) -> JSONResponse:
    """Hear that a browser still shows the page."""
    try:
        mine = _opened(visitor, key).line.beat(visitor.token, COUCH)
    except StationError as error:
        return problem(error)
    return JSONResponse({"mine": mine})


@router.post("/simulate/{key}/live/seat", **needs("drill.enter"))
def seat(
    request: Request,
    visitor: Looking,
    key: str,
    act: Annotated[Literal["take", "force", "leave"], Form()] = "take",
) -> Response:
    """Take the seat, take it over, or give it up."""
    try:
        one, name = _acting(visitor, key)
        if act == "leave":
            one.line.leave(visitor.token, COUCH)
        else:
            one.line.sit(visitor.token, COUCH, name, force=act == "force")
    except StationError as error:
        return _refused(request, visitor, key, error)
    return _done(request, key, mine=act != "leave")


@router.post("/simulate/{key}/live/do/{command}", **needs("drill.enter"))
def do(
    request: Request,
    visitor: Looking,
    key: str,
    command: str,
    leg: Annotated[Leg | None, Form()] = None,
    chamber: Annotated[int | None, Form(ge=1, le=64)] = None,
    share: Annotated[float | None, Form(ge=0, le=1)] = None,
    when: Annotated[Literal["cycle-end", "now"] | None, Form()] = None,
    chambers: Annotated[Literal["hold", "vent"] | None, Form()] = None,
    alarm: Annotated[str | None, Form(max_length=120)] = None,
    sure: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Command the simulated couch; what comes of it is told by the stream."""
    given = {
        "leg": leg,
        "chamber": chamber,
        "share": share,
        "when": when,
        "chambers": chambers,
        "alarm": alarm,
    }
    one, _ = _acting(visitor, key)
    try:
        check(command, given, sure)
        one.line.command(visitor.token, COUCH, command, given)
    except OpenpressoError as error:
        return _refused(request, visitor, key, error)
    return _done(request, key)


@router.post("/simulate/{key}/vent", **needs("drill.enter"))
def vent(request: Request, visitor: Looking, key: str) -> Response:
    """Press the STOP of a simulation: without the seat, and without asking the clinic."""
    _opened(visitor, key).vent()
    return _done(request, key)


@router.get("/simulate/{key}/told", **needs("drill.enter"))
def told(visitor: Looking, key: str) -> JSONResponse:
    """Tell what the client says, how fast time runs, and whether it is over."""
    try:
        one = _opened(visitor, key)
        found = one.ask("told")
    except OpenpressoError as error:
        refused = problem(error)
        refused.status_code = 404 if isinstance(error, NotFoundError) else refused.status_code
        return refused
    if one.scenario.drill:
        # What breaks is for the trainee to find.
        found["thrown"] = []
    return JSONResponse(found)


@router.post("/simulate/{key}/pace", **needs("drill.enter"))
def pace(
    request: Request, visitor: Looking, key: str, pace: Annotated[float, Form(ge=1, le=20)]
) -> Response:
    """Choose how fast time runs in a free simulation."""
    one, _ = _acting(visitor, key)
    one.ask("pace", pace=pace)
    return _done(request, key)


@router.post("/simulate/{key}/fault", **needs("drill.enter"))
def fault(
    request: Request,
    visitor: Looking,
    key: str,
    name: Annotated[str, Form(max_length=40)],
    leg: Annotated[Leg, Form()] = "left",
    chamber: Annotated[int, Form(ge=1, le=64)] = 1,
) -> Response:
    """Throw a fault in; a drill brings its own."""
    one, _ = _acting(visitor, key)
    try:
        if not one.scenario.drill:
            one.ask("fault", name=name, leg=leg, chamber=chamber)
    except OpenpressoError as error:
        return _refused(request, visitor, key, error)
    return _done(request, key)


def _opened(visitor: Visitor, key: str) -> Simulation:
    """Return a simulation that this sign-in has opened; the clinic is asked about strangers only.

    Raises
    ------
    NotFoundError
        If it has not, or the simulation has ended.
    ToTheDoor
        If nobody has signed in.
    """
    one = SIMULATIONS.known(key)
    if one is not None and visitor.token in one.tokens:
        return one
    with visitor.desk(reading=True) as desk:
        owner_of(visitor, desk)
    raise SIMULATIONS.unknown()


def _acting(visitor: Visitor, key: str) -> tuple[Simulation, str]:
    """Return a simulation and the name of its owner, who is at the desk.

    Raises
    ------
    NotFoundError
        If it is somebody else's.
    """
    with visitor.desk(reading=True) as desk:
        owner, name = owner_of(visitor, desk), me(desk).name
    one = SIMULATIONS.find(key)
    if one.owner != owner:
        raise SIMULATIONS.unknown()
    one.tokens.add(visitor.token)
    return one, name


def _page(
    visitor: Visitor, key: str, *, error: OpenpressoError | None = None, status: int = 200
) -> HTMLResponse:
    """Show the page."""
    one, _ = _acting(visitor, key)
    found = one.line.snapshot(COUCH)
    answer = one.ask("told")
    drill: Drill | None = shipped().get(one.scenario.drill)
    with visitor.desk(reading=True) as desk:
        words = visitor.words(desk)
        return show(
            "simulate_live.html",
            visitor,
            desk,
            HERE,
            status=status,
            error=error,
            one=one,
            drill=drill,
            story=drill.story.say(words.language) if drill else "",
            questions=_questions(drill, words.language),
            told=answer,
            now=found,
            drawings=drawings_of(found),
            size=(WIDTH, TOP + 1.0),
            mine=one.line.sits(visitor.token, COUCH),
            states=states(words),
            alarms=alarms(words),
            paces=PACES,
            faults={name: said for name, (said, _) in FAULTS.items()},
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


def _questions(drill: Drill | None, language: str) -> list[dict[str, Any]]:
    """Return what is asked at the end of a drill, in one language."""
    return [
        {
            "key": one.key,
            "text": one.text.say(language),
            "answers": [(answer.key, answer.text.say(language)) for answer in one.answers],
        }
        for one in (drill.questions if drill else ())
    ]


def _done(request: Request, key: str, **more: object) -> Response:
    """Answer that it was done."""
    if by_script(request):
        return JSONResponse({"done": True, **more})
    return RedirectResponse(f"{HERE}/{key}", 303)


def _refused(request: Request, visitor: Visitor, key: str, error: OpenpressoError) -> Response:
    """Answer why not."""
    if by_script(request):
        return problem(error)
    return _page(visitor, key, error=error, status=status_of(error))
