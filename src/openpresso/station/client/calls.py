"""Requests to a station, and what its refusals and its silence become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import httpx

from openpresso.errors import OpenpressoError

TIMEOUT: Final = 5.0
"""A request that is not answered within this time has failed [s]."""
PREPARING: Final = 120.0
"""Slow work, such as the rehearsal of a program, may take this long [s]."""


class StationError(OpenpressoError):
    """The station refused something, or does not answer.

    Parameters
    ----------
    message
        What happened.
    code
        Stable name, as the station gives it, or `no-station`, `stream-gap`, `seat-lost`, `timeout`.
    remedy
        What to do about it.
    status
        HTTP status; 0 when there was no answer.
    diagnostics
        Findings about what was sent, each with `path`, `message` and `hint`.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        code: str,
        remedy: str,
        status: int = 0,
        diagnostics: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        """Keep what the station said."""
        super().__init__(message, code=code, remedy=remedy)
        self.status = status
        self.diagnostics = diagnostics


class StationInputError(StationError):
    """The station cannot use what was sent."""

    exit_code: ClassVar[int] = 2


class Calls:
    """The line to one station.

    Parameters
    ----------
    url
        Where it listens.
    key
        The caller's key; without one only health and the vents are answered.
    """

    def __init__(self, url: str, key: str | None) -> None:
        """Connect when something is asked for."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.url = url.rstrip("/")
        # A proxy between this computer and its station would be a mistake.
        self.http = httpx.Client(
            base_url=self.url, headers=headers, timeout=TIMEOUT, trust_env=False
        )

    def take(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> dict[str, Any]:
        """Return the JSON object of an answer."""
        found = self.request(method, path, body, headers=headers, timeout=timeout).json()
        return dict(found)

    def rows(self, method: str, path: str, *, timeout: float = TIMEOUT) -> list[dict[str, Any]]:
        """Return the JSON list of an answer."""
        return list(self.request(method, path, timeout=timeout).json())

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> httpx.Response:
        """Send a request; a refusal and silence are errors."""
        try:
            answer = self.http.request(
                method, path, json=body, headers=dict(headers or {}), timeout=timeout
            )
        except httpx.HTTPError as error:
            raise self.silent(error) from error
        if answer.is_error:
            raise refusal(answer)
        return answer

    def silent(self, error: Exception) -> StationError:
        """Return the error for a station that does not answer."""
        return StationError(
            f"the station at {self.url} does not answer: {str(error) or type(error).__name__}",
            "no-station",
            "start it with openpresso station serve, or give its address with --url.",
        )


def refusal(answer: httpx.Response) -> StationError:
    """Return the error for an answer that is one."""
    try:
        problem = answer.json()
        message, code, remedy = problem["detail"], problem["code"], problem["remedy"]
        found = tuple(problem["diagnostics"])
    except (ValueError, KeyError, TypeError):
        message = f"it answered {answer.status_code} {answer.reason_phrase} to {answer.url}"
        code, remedy, found = "no-station", "is it a station of openpresso? check --url.", ()
    kind = StationInputError if answer.status_code == 422 else StationError
    return kind(message, code, remedy, answer.status_code, found)


def given(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given; the station fills in the rest."""
    return {name: value for name, value in body.items() if value not in {None, ""}}
