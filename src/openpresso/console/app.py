"""The application: pages, borders, and what is said when something goes wrong."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

import openpresso
from openpresso.clinic.errors import NotAllowedError, NotFoundError
from openpresso.console.api import router as api
from openpresso.console.borders import Headers, OwnPages
from openpresso.console.limits import Limited
from openpresso.console.page import render
from openpresso.console.routes import (
    audit,
    body,
    booking,
    calendar,
    clients,
    consents,
    courses,
    cuffs,
    day_list,
    door,
    events,
    feeds,
    identity,
    integrations,
    live,
    measure,
    money,
    orders,
    outcomes,
    own_programs,
    photographs,
    preferences,
    prepare,
    privacy,
    program_preview,
    programs,
    screening,
    second_factor,
    session,
    simulate,
    simulate_live,
    staff,
    today,
    waiting,
)
from openpresso.console.visitor import ToTheDoor, language, theme
from openpresso.console.words import Words
from openpresso.errors import OpenpressoError
from openpresso.station.service.borders import Borders

if TYPE_CHECKING:
    from openpresso.clinic.clinic import Clinic
    from openpresso.console.settings import Settings

STATUS: dict[type[OpenpressoError], int] = {NotFoundError: 404, NotAllowedError: 403}
"""Status of an error; others are refusals, 409."""


def create_app(clinic: Clinic, settings: Settings) -> FastAPI:
    """Return the console's application.

    Parameters
    ----------
    clinic
        The open clinic.
    settings
        What the console is started with.

    Returns
    -------
    FastAPI
        An ASGI application.
    """
    app = FastAPI(
        title="openpresso console",
        version=openpresso.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.clinic = clinic
    app.state.settings = settings
    for module in (
        door,
        today,
        audit,
        cuffs,
        money,
        own_programs,
        program_preview,  # before programs, which takes every name
        programs,
        staff,
        simulate,
        simulate_live,
        live,
        prepare,
        session,
        outcomes,
        clients,
        consents,
        courses,
        measure,
        preferences,
        screening,
        identity,
        privacy,
        photographs,
        body,
        events,
        orders,
        second_factor,
        calendar,
        day_list,
        booking,
        waiting,
        feeds,
        integrations,
    ):
        app.include_router(module.router)
    folder = resources.files("openpresso.console").joinpath("static")
    app.mount("/static", StaticFiles(directory=str(folder)), name="static")
    api.install(app)
    app.add_exception_handler(ToTheDoor, _to_the_door)
    app.add_exception_handler(OpenpressoError, _told)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_middleware(GZipMiddleware, minimum_size=600)
    app.add_middleware(OwnPages)
    app.add_middleware(Borders, names=settings.names, limit=api.largest)
    app.add_middleware(Limited, limits=settings.limits, told=_too_often)
    app.add_middleware(
        Headers, station=settings.station, secure=settings.secure, defect=_unforeseen
    )
    return app


def _to_the_door(request: Request, error: Exception) -> Response:
    """Lead to the door; htmx is told to load it as a page."""
    assert isinstance(error, ToTheDoor)
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": error.path})
    return RedirectResponse(error.path, 303)


def _told(request: Request, error: Exception) -> Response:
    """Show what went wrong and what to do."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
    words = Words(language(request), ZoneInfo("UTC"))
    return render("trouble.html", words, status=status, error=error, theme=theme(request))


def _too_often(request: Request) -> Response:
    """Show that there were too many requests; nothing of this one was done."""
    told = OpenpressoError(
        "there were too many requests from here in a short time",
        remedy="Wait a minute, then try it once more. STOP works all the same.",
    )
    words = Words(language(request), ZoneInfo("UTC"))
    return render("trouble.html", words, status=429, error=told, theme=theme(request))


def _unforeseen(request: Request) -> Response:
    """Show that something broke, and nothing of what; the log of the server has it."""
    told = OpenpressoError(
        "something broke in the console that nobody foresaw",
        remedy="Go back and look whether it was done before you try again; tell the owner.",
    )
    words = Words(language(request), ZoneInfo("UTC"))
    return render("trouble.html", words, status=500, error=told, theme=theme(request))


def _not_understood(request: Request, error: Exception) -> Response:
    """Show that a request has no sense, as after a form that was changed by hand."""
    assert isinstance(error, RequestValidationError)
    names = ", ".join(str(one["loc"][-1]) for one in error.errors())
    told = OpenpressoError(f"this was not understood: {names}", remedy="Go back and try it again.")
    words = Words(language(request), ZoneInfo("UTC"))
    return render("trouble.html", words, status=422, error=told, theme=theme(request))
