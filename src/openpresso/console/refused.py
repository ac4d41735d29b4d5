"""How a page says that an act was refused, and whom a page is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.roles import ACTIONS
from openpresso.console.rights import may
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.errors import OpenpressoError


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as a page shows it.

    Parameters
    ----------
    message, remedy
        What was refused, and what to do.
    code
        Its stable name.
    status
        Of the answer.
    """

    message: str
    remedy: str
    code: str
    status: int


def told(error: OpenpressoError) -> Told:
    """Return a refusal for a form that is shown again.

    Raises
    ------
    NotFoundError
        As it is: there is no form to show.
    """
    if isinstance(error, NotFoundError):
        raise error
    if isinstance(error, InputError):
        messages = "; ".join(one.message for one in error.diagnostics) or error.message
        return Told(_begun(messages), error.remedy, error.code, 422)
    status = 403 if isinstance(error, NotAllowedError) else 409
    if isinstance(error, RefusedError):
        first = error.message.partition("\n")[0]
        why = "; ".join(error.reasons)
        remedy = f"{_begun(why)}. {error.remedy}".strip() if why else error.remedy
        return Told(_begun(first), remedy, error.code, status)
    return Told(_begun(error.message), error.remedy, error.code, status)


def require(desk: Desk, name: str) -> None:
    """Refuse a page to whoever may not do what it is for.

    Raises
    ------
    NotAllowedError
        If the person may not do the action.
    """
    if not may(desk, name):
        allowed = ", ".join(sorted(role.value for role in ACTIONS[name].roles))
        raise NotAllowedError(
            f"this page is for: {allowed}", remedy="Ask one of them, or the owner for the role."
        )


def _begun(text: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return text[:1].upper() + text[1:]
