"""Screens: the desk of whoever has signed in, locked when idle, unlocked, left."""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.errors import SignInError
from openpresso.clinic.people import hashing, pin
from openpresso.clinic.people.answer import TOKEN_BYTES, SignedIn, failed, gone, named, told
from openpresso.clinic.people.security import security
from openpresso.clinic.people.sign_in_row import SignIn, end, fingerprint
from openpresso.clinic.people.sign_in_rule import idle
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.desk import Desk

SEEN_EVERY: Final = dt.timedelta(seconds=30)
"""How exactly the last act is known: not every page that is turned is written."""


@contextmanager
def desk(clinic: Clinic, token: str, *, reading: bool = False) -> Iterator[Desk]:
    """Open the desk of whoever has signed in at a screen.

    Parameters
    ----------
    clinic
        The clinic.
    token
        Token of the screen.
    reading
        For acts that only read.

    Raises
    ------
    SignInError
        `no-sign-in`, `signed-out`, `expired`, or `locked` when the screen is idle or locked.
    """
    with clinic.automatic(_place(clinic, token), reading=True) as here:
        row = _usable(here, token)
    if clinic.clock() - row.seen_at >= SEEN_EVERY:
        with clinic.automatic(row.practice_id) as here:
            _usable(here, token).seen_at = here.now()
    with clinic.desk(row.staff_id, reading=reading) as found:
        yield found


def lock(clinic: Clinic, token: str) -> None:
    """Lock the screen of a sign-in until it is unlocked.

    Raises
    ------
    SignInError
        If it has ended.
    """
    with clinic.automatic(_place(clinic, token)) as here:
        _lock(here, token)


@action("sign-in.lock", Role.AUTOMATIC)
def _lock(desk: Desk, token: str) -> None:
    """Lock a screen."""
    row = _going_on(desk, token)
    named(desk, row.staff_id)
    row.locked_at = row.locked_at or desk.now()


def unlock(clinic: Clinic, token: str, secret: str) -> SignedIn:
    """Unlock a screen; too many wrong tries end the sign-in.

    Parameters
    ----------
    clinic, token
        The clinic, and the token of the screen.
    secret
        The person's PIN, or the password of a person who has none.

    Returns
    -------
    SignedIn
        With a new token; the old one is worth nothing any more (ASVS 7.2.4).

    Raises
    ------
    SignInError
        `wrong-pin`; `signed-out` after too many; or as `desk` if it has ended.
    """
    with clinic.automatic(_place(clinic, token)) as here:
        row = _going_on(here, token)
        row.tries += 1  # before the PIN is looked at, so that no two tries count as one
        too_many = row.tries > security()["pin-tries"]
        known = "" if too_many else pin.known(here.find(Staff, row.staff_id))
    right = hashing.matches(known, secret)
    with clinic.automatic(row.practice_id) as here:
        answer = _unlocked(here, token, right=right)
    return told(answer)


@action("sign-in.unlock", Role.AUTOMATIC)
def _unlocked(desk: Desk, token: str, *, right: bool) -> SignedIn | SignInError:
    """Unlock a screen, or end its sign-in."""
    row = _going_on(desk, token)
    named(desk, row.staff_id)
    if not right and row.tries >= security()["pin-tries"]:
        end(row, desk.now(), "too-many-tries")
        return failed(desk, gone("signed-out"), "signed-out")
    if not right:
        left = security()["pin-tries"] - row.tries
        wrong = SignInError(
            "that is not right",
            code="wrong-pin",
            remedy=f"{left} more tries; then sign in with the password.",
        )
        return failed(desk, wrong, "wrong-pin")
    new = secrets.token_urlsafe(TOKEN_BYTES)
    row.token, row.tries, row.locked_at, row.seen_at = fingerprint(new), 0, None, desk.now()
    return SignedIn(new, row.staff_id, row.practice_id, row.expires_at)


def leave(clinic: Clinic, token: str) -> None:
    """Sign out; a token that counts no more is left as it is."""
    try:
        place = _place(clinic, token)
    except SignInError:
        return
    with clinic.automatic(place) as here:
        _left(here, token)


@action("sign-in.leave", Role.AUTOMATIC)
def _left(desk: Desk, token: str) -> None:
    """Sign somebody out."""
    row = _row(desk, token)
    named(desk, row.staff_id)
    end(row, desk.now(), "signed-out")


def _place(clinic: Clinic, token: str) -> int:
    """Return the practice of a token."""
    with clinic.automatic(reading=True) as desk:
        found = desk.db.scalar(
            sa.select(SignIn.practice_id).where(SignIn.token == fingerprint(token))
        )
    if found is None:
        raise gone("no-sign-in")
    return found


def _row(desk: Desk, token: str) -> SignIn:
    statement = sa.select(SignIn).where(
        SignIn.practice_id == desk.here, SignIn.token == fingerprint(token)
    )
    if not desk.reading:
        statement = statement.with_for_update()
    row = desk.db.scalars(statement).one_or_none()
    if row is None:
        raise gone("no-sign-in")
    return row


def _going_on(desk: Desk, token: str) -> SignIn:
    """Return a sign-in that has not ended, locked or not."""
    row = _row(desk, token)
    if row.ended_at is not None or not desk.find(Staff, row.staff_id).active:
        raise gone("signed-out")
    if desk.now() >= row.expires_at:
        raise gone("expired")
    return row


def _usable(desk: Desk, token: str) -> SignIn:
    """Return a sign-in that has not ended and whose screen is not locked."""
    row = _going_on(desk, token)
    if row.locked_at is not None or desk.now() - row.seen_at >= idle(desk):
        raise SignInError(
            "the screen is locked",
            code="locked",
            remedy="Unlock it with the PIN, or with the password if there is none.",
        )
    return row
