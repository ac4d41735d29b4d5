"""What goes wrong, as every caller gets it: problem details after RFC 9457, never a traceback."""

from __future__ import annotations

import http
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from openpresso.errors import Diagnostic, InputError, OpenpressoError, RecordError
from openpresso.session import CommandRefusedError
from openpresso.station.drivers.failure import LineError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE: Final = "application/problem+json"
_TITLES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
LOG = logging.getLogger(__name__)


class ServiceError(OpenpressoError):
    """A request that the service itself refuses.

    Parameters
    ----------
    status
        HTTP status.
    code, message, remedy
        As every error of openpresso.
    """

    def __init__(self, status: int, code: str, message: str, remedy: str) -> None:
        """Keep the status."""
        super().__init__(message, code=code, remedy=remedy)
        self.status = status


class DiagnosticView(BaseModel):
    """One finding about what was sent."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    severity: str
    code: str
    path: str
    """Place inside the input, such as `phases[0].target`."""
    message: str
    hint: str
    line: int | None

    @classmethod
    def of(cls, found: Diagnostic) -> DiagnosticView:
        """Return the view of a diagnostic."""
        return cls(
            severity=found.severity,
            code=found.code,
            path=found.path,
            message=found.message,
            hint=found.hint,
            line=found.line,
        )


class Problem(BaseModel):
    """Why a request was refused, after RFC 9457."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    type: Annotated[str, Field(examples=["about:blank"])]
    title: Annotated[str, Field(examples=["Conflict"])]
    status: Annotated[int, Field(examples=[409])]
    code: Annotated[str, Field(examples=["command-refused"])]
    """Stable name of what is wrong, in kebab-case."""
    detail: str
    """What is wrong, for people."""
    remedy: str
    """What to do about it, for people."""
    diagnostics: list[DiagnosticView]
    """Every finding about the input; empty for other problems."""


class ProblemResponse(JSONResponse):
    """A problem as `application/problem+json`."""

    media_type = MEDIA_TYPE


def title_of(status: int) -> str:
    """Return the phrase of a status after RFC 9110, the same with every version of Python."""
    return _TITLES.get(status) or http.HTTPStatus(status).phrase


def response(
    status: int,
    code: str,
    detail: str,
    remedy: str,
    diagnostics: Sequence[Diagnostic] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Return the answer for a problem.

    Parameters
    ----------
    status
        HTTP status.
    code, detail, remedy, diagnostics
        Fields of `Problem`.
    headers
        Further headers.

    Returns
    -------
    ProblemResponse
        The answer.
    """
    problem = Problem(
        type="about:blank",
        title=title_of(status),
        status=status,
        code=code,
        detail=detail,
        remedy=remedy,
        diagnostics=[DiagnosticView.of(found) for found in diagnostics],
    )
    extra = {"WWW-Authenticate": "Bearer", **(headers or {})} if status == 401 else headers
    return ProblemResponse(problem.model_dump(), status, dict(extra or {}))


DESCRIPTIONS: Final[dict[int, str]] = {
    401: "No key, or one that is not known.",
    403: "The key's role or the missing control seat does not allow it.",
    404: "There is no such couch, cuff or record.",
    409: "The present state does not allow it; nothing has changed.",
    413: "The body is too large.",
    422: "What was sent cannot be used; `diagnostics` says what and where.",
    503: "The cuff does not answer, or too many streams are open.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems of a route for the OpenAPI document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def describe(operation: dict[str, Any]) -> None:
    """Put our problem in place of FastAPI's own form of a 422, which is never sent."""
    answers = operation["responses"]
    if "application/json" in answers.get("422", {}).get("content", {}):
        answers["422"] = documented(422)[422]


def _status(error: OpenpressoError) -> int:
    match error:
        case ServiceError():
            return error.status
        case CommandRefusedError() | RecordError():
            return 409
        case InputError():
            return 422
        case LineError():
            return 503
        case _:
            return 500


async def _known(_request: Request, error: Exception) -> Response:
    if not isinstance(error, OpenpressoError):
        raise error
    found: tuple[Diagnostic, ...] = ()
    detail = error.message
    if isinstance(error, InputError):
        found = error.diagnostics
        # The hints stand in the diagnostics, and the first of them is the remedy.
        detail = "\n".join(replace(one, hint="").text(error.source) for one in found)
    return response(_status(error), error.code, detail, error.remedy, found)


async def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found = tuple(_diagnostic(one) for one in error.errors())
    detail = "; ".join(f"{one.path}: {one.message}" if one.path else one.message for one in found)
    return response(422, "bad-request", detail, "correct the request as /openapi.json says.", found)


def _diagnostic(error: Mapping[str, Any]) -> Diagnostic:
    """Turn a finding of pydantic into one of ours; what was sent is not sent back."""
    context = error.get("ctx", {})
    place, *inside = error["loc"]
    path = ".".join(str(part) for part in (inside if place == "body" else error["loc"]))
    code = "unknown-field" if error["type"] == "extra_forbidden" else "invalid-value"
    return Diagnostic(
        "error",
        str(context.get("code", code)),
        path,
        str(error["msg"]),
        str(context.get("hint", "")),
    )


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 400:
        text = "the body cannot be read"
        return response(422, "unreadable-body", text, "send JSON in UTF-8 as /openapi.json says.")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request)
    code = title_of(error.status_code).lower().replace(" ", "-")
    remedy = "GET /openapi.json lists every path and method."
    return response(error.status_code, code, str(error.detail), remedy, headers=headers)


def _allowed(request: Request) -> str:
    """Return every method that a path knows."""
    paths: Mapping[str, Mapping[str, Any]] = request.app.openapi()["paths"]
    found = [
        verb.upper()
        for path, verbs in paths.items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path)
        for verb in verbs
    ]
    return ", ".join(found)


class Unforeseen:
    """ASGI middleware: what nobody foresaw is logged once and answered without a traceback.

    Parameters
    ----------
    app
        The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand around the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; answer its failure unless an answer has begun."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception:
            LOG.exception("%s %s failed", scope.get("method"), scope.get("path"))
            if begun:
                # The server breaks the connection off, so that half an answer is not taken for one.
                return
            detail = "the station failed in a way that nobody foresaw; its log has the details"
            remedy = "vent the cuffs if in doubt: POST /vent; then report it with the log."
            await response(500, "internal-error", detail, remedy)(scope, receive, send)


def install(app: FastAPI) -> None:
    """Let the application answer every error as a problem."""
    app.add_exception_handler(OpenpressoError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Unforeseen)
