"""Signing in: with login, password and, if there is one, the second factor; out; locked, unlocked.

A try is counted before it is looked at, and passwords are compared outside of any transaction: no
number of tries at once gives more of them, and nobody else's writing waits for the slow hash.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.desk import action
from openpresso.clinic.errors import SignInError
from openpresso.clinic.people import hashing, password, second_factor
from openpresso.clinic.people.answer import TOKEN_BYTES, SignedIn, failed, named, told, wrong
from openpresso.clinic.people.knock import Knock, knock, locked_out
from openpresso.clinic.people.screen import desk, leave, lock, unlock
from openpresso.clinic.people.security import security
from openpresso.clinic.people.sign_in_row import (
    SignIn,
    SignInTry,
    end,
    end_all,
    fingerprint,
    going_on,
)
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import PEOPLE, Role
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.desk import Desk

__all__ = [
    "SignedIn", "desk", "end_everywhere", "end_mine", "end_others", "enter", "is_here", "leave",
    "lock", "mine", "set_password", "sweep", "unlock",
]  # fmt: skip


def enter(
    clinic: Clinic, login: str, secret: str, code: str = "", *, practice: int | None = None
) -> SignedIn:
    """Sign somebody in.

    Parameters
    ----------
    clinic
        The clinic; its own automatic desk decides, and enters the try in the audit.
    login, secret
        Login and password.
    code
        Six digits of the second factor, for those who have one.
    practice
        Where; may stay out while the database holds one practice.

    Returns
    -------
    SignedIn
        With the token for `desk`.

    Raises
    ------
    SignInError
        `sign-in` when something is not right, `code-needed` when only the second factor lacks,
        `locked-out` after too many wrong tries, `which-practice` when there are several.
    """
    one = knock(clinic, login, practice)
    right = hashing.matches(one.known if one else "", secret)
    if one is None:
        raise wrong()
    fresh = hashing.hashed(secret) if right and hashing.outdated(one.known) else ""
    with clinic.automatic(one.practice_id) as here:
        answer = _entered(here, locked_out(clinic, one), one, right=right, code=code, fresh=fresh)
    return told(answer)


@action("sign-in.enter", Role.AUTOMATIC)
def _entered(
    desk: Desk, refusal: SignInError, one: Knock, *, right: bool, code: str, fresh: str
) -> SignedIn | SignInError:
    """Decide a try to sign in; the entry in the audit names whose login it was."""
    staff = named(desk, one.staff_id)
    if one.try_id is None:
        return failed(desk, refusal, "locked-out")
    if staff is None or not right or staff.password != one.known:
        return failed(desk, wrong(), "wrong-password")
    tried = desk.db.get_one(SignInTry, one.try_id)
    if staff.totp and not code:
        # Neither right nor wrong: as a right one it would clear the wrong codes before it.
        desk.db.delete(tried)
        missing = SignInError(
            "the code of the second factor is needed",
            code="code-needed",
            remedy="Type the six digits that the application shows.",
        )
        return failed(desk, missing, "code-needed")
    if staff.totp and not second_factor.use(desk, staff, code):
        return failed(desk, wrong(), "wrong-code")
    tried.good = True
    staff.password = fresh or staff.password
    now, token = desk.now(), secrets.token_urlsafe(TOKEN_BYTES)
    row = desk.add(
        SignIn(
            staff_id=staff.id,
            token=fingerprint(token),
            created_at=now,
            seen_at=now,
            expires_at=now + security().span("sign-in-hours"),
            locked_at=None,
            tries=0,
            ended_at=None,
            end_reason="",
        )
    )
    return SignedIn(token, staff.id, row.practice_id, row.expires_at)


def set_password(
    clinic: Clinic, login: str, code: str, new: str, *, practice: int | None = None
) -> None:
    """Set a password with the one-time code of `password.reset`; then sign in with it.

    Parameters
    ----------
    clinic, login, practice
        As for `enter`.
    code
        One-time code; case and dashes do not matter.
    new
        The password from now on; all sign-ins of the person end.

    Raises
    ------
    SignInError
        If login or code is not right, or the code was used or is too old; `locked-out`.
    InputError
        If the password is refused; the code still counts.
    """
    one = knock(clinic, login, practice)
    if one is None:
        raise wrong()
    with clinic.automatic(one.practice_id) as here:
        answer = _set_with_code(here, locked_out(clinic, one), one, code, new)
    told(answer)


@action("password.redeem", Role.AUTOMATIC)
def _set_with_code(
    desk: Desk, refusal: SignInError, one: Knock, code: str, new: str
) -> OpenpressoError | None:
    """Set a password with a one-time code."""
    staff = named(desk, one.staff_id)
    if one.try_id is None:
        return failed(desk, refusal, "locked-out")
    tried = desk.db.get_one(SignInTry, one.try_id)
    try:
        right = staff is not None and password.redeem(desk, staff, code, new)
    except InputError as error:  # the code was right, and nothing is written yet
        desk.db.delete(tried)
        return failed(desk, error, error.code)
    if not right:
        return failed(desk, wrong(), "wrong-code")
    tried.good = True
    return None


@action("sign-in.list", *PEOPLE, kind="read")
def mine(desk: Desk) -> list[SignIn]:
    """Return where one is signed in oneself."""
    return going_on(desk, desk.staff_id or 0)


@action("sign-in.end-mine", *PEOPLE)
def end_mine(desk: Desk) -> int:
    """End all sign-ins of one's own, this one too, and return how many there were."""
    return end_all(desk, desk.staff_id or 0, "ended-by-person")


@action("sign-in.end-others", *PEOPLE)
def end_others(desk: Desk, token: str) -> int:
    """End all sign-ins of one's own but that of this screen, and return how many there were.

    Parameters
    ----------
    desk
        One's own.
    token
        Of the screen that stays signed in.
    """
    others = [row for row in going_on(desk, desk.staff_id or 0) if not is_here(row, token)]
    for row in others:
        end(row, desk.now(), "ended-by-person")
    return len(others)


def is_here(row: SignIn, token: str) -> bool:
    """Return whether a sign-in is that of the screen that holds a token."""
    return hmac.compare_digest(row.token, fingerprint(token))


@action("sign-in.end-all", Role.OWNER)
def end_everywhere(desk: Desk, staff_id: int) -> int:
    """End all sign-ins of a person and return how many there were."""
    return end_all(desk, desk.find(Staff, staff_id).id, "ended-by-owner")


@action("sign-in.sweep", Role.AUTOMATIC)
def sweep(desk: Desk, *, days: int = 30, most: int = 1000) -> int:
    """Remove tries and sign-ins that ended some days ago, and return how many; the audit stays."""
    before = desk.now() - dt.timedelta(days=days)
    rows: list[SignIn | SignInTry] = [
        *desk.db.scalars(
            sa.select(SignIn)
            .where(SignIn.practice_id == desk.here, SignIn.expires_at < before)
            .limit(most)
        ),
        *desk.db.scalars(
            sa.select(SignInTry)
            .where(SignInTry.practice_id == desk.here, SignInTry.at < before)
            .limit(most)
        ),
    ]
    for row in rows:
        desk.db.delete(row)
    return len(rows)
