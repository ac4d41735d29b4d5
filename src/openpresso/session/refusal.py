"""The one error of the session room: a command that is not allowed now."""

from __future__ import annotations

from typing import ClassVar

from openpresso.errors import OpenpressoError


class CommandRefusedError(OpenpressoError):
    """A command that the session does not take in its present state; nothing has changed."""

    default_code: ClassVar[str] = "command-refused"
