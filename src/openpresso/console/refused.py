"""How a page says that an act was refused, and whom a page is for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.roles import ACTIONS
from openpresso.console.rights import may
from openpresso.console.words.errors import said
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.console.words import Words
    from openpresso.errors import Diagnostic


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as a page shows it.

    Parameters
    ----------
    messages
        What was refused.
    reasons
        Why, each as a sentence.
    advice
        What to do.
    code
        Its stable name.
    status
        Of the answer.
    """

    messages: tuple[str, ...]
    reasons: tuple[str, ...]
    advice: str
    code: str
    status: int

    @property
    def message(self) -> str:
        """What was refused."""
        return _begun("; ".join(self.messages))

    @property
    def remedy(self) -> str:
        """Why, and what to do."""
        why = f"{_begun('; '.join(self.reasons))}." if self.reasons else ""
        return " ".join(one for one in (why, _begun(self.advice)) if one)

    def spoken(self, words: Words) -> Told:
        """Return the same in the language of the person."""
        return Told(
            tuple(said(words, one) for one in self.messages),
            tuple(said(words, one) for one in self.reasons),
            said(words, self.advice),
            self.code,
            self.status,
        )


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
        messages = tuple(one.message for one in error.diagnostics) or (error.message,)
        return Told(messages, (), error.remedy, error.code, 422)
    status = 403 if isinstance(error, NotAllowedError) else 409
    reasons = error.reasons if isinstance(error, RefusedError) else ()
    first = error.message.partition("\n")[0]
    return Told((first,), reasons, error.remedy, error.code, status)


def spoken(words: Words, error: object) -> object:
    """Return what a page is given as its error, in the language of the person.

    Templates read `message` and `remedy`, of an input also `diagnostics`, of a refusal `reasons`.
    """
    if isinstance(error, Told):
        return error.spoken(words)
    if not isinstance(error, OpenpressoError):
        return error
    made = SimpleNamespace(code=error.code, remedy=_begun(said(words, error.remedy)))
    first = error.message.partition("\n")[0]
    made.message = _begun(said(words, first))
    if isinstance(error, RefusedError):
        made.reasons = tuple(_begun(said(words, one)) for one in error.reasons)
    if isinstance(error, InputError):
        made.source = error.source
        made.diagnostics = tuple(in_words(words, one) for one in error.diagnostics)
        made.message = _begun("; ".join(one.message for one in made.diagnostics) or made.message)
    return made


def in_words(words: Words, found: Diagnostic) -> Diagnostic:
    """Return a finding in the language of the person."""
    return replace(found, message=said(words, found.message), hint=said(words, found.hint))


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
