"""Addresses of the API: one for each operation, the document, and a page to read it."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError
from sqlalchemy.exc import StatementError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount, Route

from openpresso.clinic.measures.picture import LARGEST
from openpresso.clinic.people import integration
from openpresso.console.api import problems, reading
from openpresso.console.api.document import ROOT, document
from openpresso.console.api.operation import JSON, SENT, Operation, names, operation
from openpresso.console.api.request import read, token_of
from openpresso.console.page import OPEN, needs
from openpresso.console.routes import photographs
from openpresso.console.vault import needed, vault_of
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

    from openpresso.console.settings import Settings

LOG = logging.getLogger(__name__)
METHODS: Final = ("GET", "POST")
LOOK: Final = f"{ROOT}/openapi.json lists every path and method."


class ActionRoute(Route):
    """The address of an action; what it needs is the action itself.

    Parameters
    ----------
    name
        Of the action.
    """

    def __init__(self, name: str) -> None:
        """Take calls of both methods: which one it is says the operation."""
        path = "/" + name.replace(".", "/")
        super().__init__(path, _called(name), methods=[*METHODS, "PUT", "PATCH", "DELETE"])
        self.openapi_extra = needs(name)["openapi_extra"]


class OpenRoute(Route):
    """An address that nobody needs a token for."""

    openapi_extra: Final = needs(OPEN)["openapi_extra"]


@cache
def mounted() -> Mount:
    """Return all addresses of the API; an operation is made when it is first called."""
    return Mount(
        ROOT,
        routes=[
            OpenRoute("/openapi.json", _document),
            OpenRoute("/", reading.page),
            *(ActionRoute(name) for name in names()),
            OpenRoute("/{rest:path}", _nowhere, methods=[*METHODS, "PUT", "PATCH", "DELETE"]),
        ],
    )


def largest(path: str) -> int:
    """Return the largest body of a path [bytes]: a picture may be as large here as on a page."""
    return LARGEST if path == f"{ROOT}/photograph/add" else photographs.largest(path)


def install(app: FastAPI) -> None:
    """Give an application the API, and its document as the application's own."""
    app.router.routes.append(mounted())
    app.openapi = document  # type: ignore[method-assign]


async def _document(_request: Request) -> Response:
    """Give the OpenAPI document."""
    content = await run_in_threadpool(reading.text)
    return Response(content, media_type="application/json")


async def _nowhere(request: Request) -> Response:
    """Say that there is nothing here."""
    detail = f"there is nothing at {request.url.path[:200]}"
    return problems.problem(404, "no-such-operation", detail, LOOK)


def _called(name: str) -> Any:  # noqa: ANN401 -- starlette takes any function of a request
    """Return what answers calls of an action."""

    async def answer(request: Request) -> Response:
        one = operation(name)
        if request.method != one.method and (request.method, one.method) != ("HEAD", "GET"):
            detail = f"{name} is called with {one.method}"
            headers = {"Allow": one.method}
            return problems.problem(405, "method-not-allowed", detail, LOOK, headers=headers)
        try:
            # Without a token nothing is read: it is refused whatever it holds.
            wanted = one.method == "POST" and token_of(request.headers)
            body = await request.body() if wanted else b""
        except HTTPException as error:
            return problems.problem(error.status_code, "content-too-large", str(error.detail))
        return await run_in_threadpool(_done, request, one, body)

    return answer


def _refuse_kind(one: Operation, request: Request) -> None:
    """Refuse a body of another type than the operation takes."""
    allowed = SENT[one.action.name][1] if one.sends else (JSON,)
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if one.method == "POST" and found not in allowed and (found or one.sends):
        raise problems.BodyError(f"{one.action.name} takes {' or '.join(allowed)}", remedy=LOOK)


def _done(request: Request, one: Operation, body: bytes) -> Response:
    """Do an operation for whoever holds the token, or say why not."""
    state = request.app.state
    try:
        with integration.desk(
            state.clinic,
            token_of(request.headers),
            practice=state.settings.practice,
            reading=one.action.kind == "read",
        ) as desk:
            if not desk.roles & one.action.roles:
                one.function(desk)  # it refuses, and the audit knows
            _refuse_kind(one, request)
            values, keys = read(one, request.query_params.multi_items(), body)
            one.look_up(desk, keys)
            if one.sends:
                values[one.sends] = body
            content = one.run(desk, values | _supplied(one, state.settings))
    except OpenpressoError as error:
        return problems.of(error)
    except ValidationError as error:
        return problems.not_understood(error)
    except Exception as error:
        if isinstance(error, StatementError):
            error.hide_parameters = True  # what people typed stays out of the log
        LOG.exception("%s failed", one.action.name)
        detail = "something broke that nobody foresaw; the log of the console has it"
        return problems.problem(500, "internal-error", detail, "Look whether it was done.")
    return Response(content, 200 if one.media else 204, media_type=one.media or None)


def _supplied(one: Operation, settings: Settings) -> dict[str, Any]:
    """Return the parameters that the console fills in."""
    if "vault" not in one.supplied:
        return {}
    if one.action.name == "erasure.decide":
        found = vault_of(settings)
        return {"vault": found.folder if found else None}
    if one.action.name == "client.copy":
        return {"vault": vault_of(settings)}
    return {"vault": needed(settings)}
