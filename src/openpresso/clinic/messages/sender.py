"""Senders: whatever carries a letter out of the house, and what may be in one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from openpresso.errors import InputError, OpenpressoError

Failure = Literal["later", "never", "unsure"]

_ADDRESS = re.compile(r"[^@\s<>,;:\"\\()\[\]]{1,64}@[^@\s<>,;:\"\\()\[\]]{1,190}")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()/.-]{3,30}")
_CHANNELS: Final = {"email": _ADDRESS, "sms": _NUMBER}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a sender gets.

    Parameters
    ----------
    to
        Address or number.
    subject, text
        What it says.
    message_id
        The same for every try of the same message.
    """

    to: str
    subject: str
    text: str
    message_id: str


class SendError(OpenpressoError):
    """A letter that was not sent, or of which nobody knows.

    Parameters
    ----------
    message
        What happened.
    failure
        `later`: not sent, worth another try; `never`: not sent, and another try fails too;
        `unsure`: it may have been sent, and is not tried again by itself.
    """

    default_code = "not-sent"

    def __init__(self, message: str, failure: Failure) -> None:
        """Keep how it failed."""
        super().__init__(message)
        self.failure: Failure = failure


class Sender(Protocol):
    """Carries letters of one channel."""

    def send(self, letter: Letter) -> None:
        """Send a letter; return when somebody else has taken it over.

        Raises
        ------
        SendError
            If it was not sent, or nobody knows.
        """


def check_headers(channel: str, to: str, subject: str) -> None:
    """Refuse an address or a subject that could add headers to a letter.

    Raises
    ------
    InputError
        If the subject has a line end or another control character, or the address is none.
    """
    if not subject.isprintable():
        raise InputError.one(
            "subject",
            "header-injection",
            f"{subject[:60]!r} has a line end or another control character",
            hint="a subject is one line of printable letters.",
        )
    form = _CHANNELS.get(channel)
    if form is None or not form.fullmatch(to) or not to.isprintable():
        raise InputError.one(
            "address",
            "bad-address",
            f"{to[:60]!r} is no address for {channel}; channels are {', '.join(_CHANNELS)}",
            hint="one address, for example ana@example.org, or one number.",
        )
