"""What goes wrong, as programs get it: problem details after RFC 9457, with a stable code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from openpresso.clinic.errors import (
    NotAllowedError,
    NotFoundError,
    RefusedError,
    SignInError,
    StoreError,
)
from openpresso.errors import InputError, OpenpressoError
from openpresso.station.service.problems import MEDIA_TYPE, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import ValidationError


class BodyError(OpenpressoError):
    """A body of another type than the operation takes."""

    default_code = "unsupported-media-type"


STATUS: Final[dict[type[OpenpressoError], int]] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    InputError: 422,
    SignInError: 401,
    StoreError: 503,
    BodyError: 415,
}
"""Status of an error; every other one is a refusal, 409."""
MEANING: Final[dict[int, str]] = {
    401: "No token, or one that is not known, has expired or was revoked.",
    403: "The roles of the integration do not allow the action, or the record is restricted.",
    404: "There is no such row in this practice; one of another practice is answered alike.",
    409: "The clinic refuses it as things stand, or somebody else was faster; nothing was written.",
    413: "The body is too large.",
    415: "The body is of a type that the operation does not take.",
    422: "What was sent cannot be used; `errors` says what and where.",
    429: "There were too many requests; `Retry-After` says how many seconds to wait.",
    503: "The database or the disk cannot do it now; nothing was written.",
}
LIMITED: Final = 10
"""Most findings about one request."""


class Found(BaseModel):
    """One finding about what was sent."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    path: str
    """Place inside the input, such as `goal.until`; empty for the whole."""
    code: str
    """Stable name of what is wrong."""
    message: str
    hint: str


class Problem(BaseModel):
    """Why a request was not done, after RFC 9457."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    title: str
    status: int
    code: str
    """Stable name of what is wrong, in kebab-case; programs decide by it."""
    detail: str
    """What is wrong, for people."""
    remedy: str
    """What to do about it, for people."""
    reasons: list[str]
    """Each reason of a refusal."""
    errors: list[Found]
    """Each finding about the input."""


class ProblemAnswer(JSONResponse):
    """A problem as `application/problem+json`."""

    media_type = MEDIA_TYPE


def problem(
    status: int,
    code: str,
    detail: str,
    remedy: str = "",
    *,
    reasons: Sequence[str] = (),
    errors: Iterable[Found] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemAnswer:
    """Return the answer for a problem; the arguments are fields of `Problem`."""
    content = Problem(
        type="about:blank",
        title=title_of(status),
        status=status,
        code=code,
        detail=detail,
        remedy=remedy,
        reasons=list(reasons),
        errors=list(errors),
    )
    extra = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return ProblemAnswer(content.model_dump(), status, {**extra, **(headers or {})})


def of(error: OpenpressoError) -> ProblemAnswer:
    """Return the answer for an error of the clinic."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
    if isinstance(error, InputError):
        found = [
            Found(path=one.path, code=one.code, message=one.message, hint=one.hint)
            for one in error.diagnostics
        ]
        detail = "; ".join(one.message for one in error.diagnostics) or error.message
        return problem(status, error.code, detail, error.remedy, errors=found)
    reasons = error.reasons if isinstance(error, RefusedError) else ()
    detail = error.message.partition("\n")[0] if reasons else error.message
    return problem(status, error.code, detail, error.remedy, reasons=reasons)


def not_understood(error: ValidationError) -> ProblemAnswer:
    """Return the answer for a request that does not fit the document; nothing is sent back."""
    found = [_found(one) for one in error.errors(include_url=False, include_input=False)[:LIMITED]]
    detail = "; ".join(f"{one.path}: {one.message}" if one.path else one.message for one in found)
    remedy = "Correct the request as /api/v1/openapi.json says."
    return problem(422, "bad-request", detail, remedy, errors=found)


def _found(error: Mapping[str, Any]) -> Found:
    codes = {"extra_forbidden": "unknown-field", "missing": "missing-field"}
    return Found(
        path=".".join(str(part) for part in error["loc"]),
        code=codes.get(error["type"], "invalid-value"),
        message=str(error["msg"]),
        hint="",
    )
