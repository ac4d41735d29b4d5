"""Answers to a try to sign in: a sign-in, or an error told once what it counts is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from openpresso.clinic.errors import SignInError
from openpresso.clinic.people.staff import Staff
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

Answer = TypeVar("Answer")
Problem = TypeVar("Problem", bound=OpenpressoError)

TOKEN_BYTES: Final = 32
"""256 random bits; ASVS 7.2.3 asks for 128."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a screen keeps of a sign-in.

    Parameters
    ----------
    token
        Secret of the screen; the clinic keeps its fingerprint only.
    staff_id, practice_id
        Who, and where.
    expires_at
        When it ends whatever happens.
    """

    token: str
    staff_id: int
    practice_id: int
    expires_at: dt.datetime


def named(desk: Desk, staff_id: int | None) -> Staff | None:
    """Name in the audit whose login an act of the clinic itself concerns."""
    if desk.doing is not None:
        desk.doing.staff_id = staff_id
    if staff_id is None:
        return None
    return desk.db.get(Staff, staff_id, with_for_update={"key_share": True})


def failed(desk: Desk, error: Problem, outcome: str) -> Problem:
    """Enter a try that failed as such; what it counts must be written, so nothing is raised yet."""
    if desk.doing is not None:
        desk.doing.outcome = outcome
    return error


def told(answer: Answer | OpenpressoError) -> Answer:
    """Return what was decided, or raise the error that it is."""
    if isinstance(answer, OpenpressoError):
        raise answer
    return answer


def wrong() -> SignInError:
    """Return one answer for all, so that nobody learns which logins there are."""
    return SignInError(
        "login, password or code is not right", remedy="Type them once more; mind the capitals."
    )


def gone(code: str) -> SignInError:
    """Return what a screen is told on which nobody is signed in (any more)."""
    return SignInError("nobody is signed in here", code=code, remedy="Sign in.")
