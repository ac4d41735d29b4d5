"""What goes wrong on a line to a device."""

from __future__ import annotations

from openpresso.errors import OpenpressoError


class LineError(OpenpressoError):
    """A device that does not answer, or not as it was asked."""

    exit_code = 1
    default_code = "no-answer"


class RefusedError(LineError):
    """A device answered with a Modbus exception; the line is good.

    Parameters
    ----------
    exception
        Number of the exception.
    message
        What happened, in one clear text.
    """

    default_code = "refused"

    def __init__(self, exception: int, message: str, *, remedy: str = "") -> None:
        """Keep the number of the exception."""
        super().__init__(message, remedy=remedy)
        self.exception = exception
