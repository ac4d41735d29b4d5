"""What a clinic answers when it does not do as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Sequence


class NotFoundError(OpenpressoError):
    """There is no such row in this practice; one of another practice is answered alike."""

    default_code = "not-found"


class NotAllowedError(OpenpressoError):
    """The role of the person does not allow the act."""

    default_code = "not-allowed"


class SignInError(OpenpressoError):
    """Somebody could not be signed in."""

    default_code = "sign-in"


class ChangedError(OpenpressoError):
    """Somebody else has changed the row since it was read; nothing was written."""

    default_code = "changed-meanwhile"


class ClashError(OpenpressoError):
    """The time is taken, or the thing exists already."""

    default_code = "clash"


class RefusedError(OpenpressoError):
    """The act is refused for reasons that are listed, each with what to do.

    Parameters
    ----------
    message
        What is refused.
    reasons
        Each reason as a sentence, with its source where it has one.
    """

    default_code = "refused"

    def __init__(self, message: str, reasons: Sequence[str] = (), *, code: str = "") -> None:
        """Keep the reasons."""
        self.reasons = tuple(reasons)
        super().__init__("\n".join((message, *(f"  {reason}" for reason in reasons))), code=code)


class StoreError(OpenpressoError):
    """The database cannot be used as it is."""

    default_code = "store"
