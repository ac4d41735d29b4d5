"""The answer to a command: it was accepted; the stream tells what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpresso.station.service.models import Accepted
from openpresso.station.service.problems import documented

if TYPE_CHECKING:
    from openpresso.station.couch import Couch

COMMAND: dict[str, Any] = {
    "status_code": 202,
    "response_description": "The command was taken; the stream tells what comes of it.",
    "responses": documented(401, 403, 404, 409, 413, 422, 503),
}
"""What the routes of all commands have in common."""


def accepted(couch: Couch) -> Accepted:
    """Return the answer to a command that the couch has taken."""
    return Accepted(version=couch.version)
