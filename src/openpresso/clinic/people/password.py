"""Passwords: long rather than odd, changed with the old one, set anew with a one-time code."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import itertools
import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import NotAllowedError, RefusedError, SignInError
from openpresso.clinic.people import fold, hashing
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.people.security import security
from openpresso.clinic.people.sign_in_row import end_all, fingerprint
from openpresso.clinic.people.staff import Staff, person
from openpresso.clinic.roles import PEOPLE, Role
from openpresso.clinic.store.base import Base, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.clinic.desk import Desk

FEWEST_CHARACTERS: Final = 5
"""Different characters of a password; fewer are a pattern [assumed]."""
MOST_STEPS: Final = 0.6
"""Share of neighbours that may be equal or follow each other, as in 123456 or aaaaaa [assumed]."""
_READ_AS: Final = str.maketrans("@4301!5$7", "aaeoiisst")
"""Figures and signs that stand for letters."""
_ENDS: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
"""What stands before and after the letters."""


class PasswordCode(Owned, Base):
    """A code with which a person sets a password once; the owner hands it over."""

    __tablename__ = "password_code"
    __table_args__ = (sa.Index("ix_password_code_staff_id", "staff_id"),)

    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    code: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    """Fingerprint of it."""
    expires_at: orm.Mapped[dt.datetime]
    used_at: orm.Mapped[dt.datetime | None]


def check(password: str, about: Iterable[str] = ()) -> None:
    """Refuse a password that is too short or among the first that anybody tries.

    Parameters
    ----------
    password
        Any characters; spaces count. There are no rules of composition.
    about
        Words of the person and the practice, which the password may contain and not consist of.

    Raises
    ------
    InputError
        `too-short`, `too-long`, `too-simple` or `too-common`; the password is not repeated.
    """
    figures = security()
    length = len(unicodedata.normalize("NFKC", password))
    if length < figures["password-shortest"]:
        raise _refused(
            "too-short",
            f"it has {length} characters; at least {figures['password-shortest']} are needed",
        )
    if len(password) > figures["password-longest"]:
        raise _refused(
            "too-long",
            f"it has {length} characters; at most {figures['password-longest']} are allowed",
        )
    folded = fold.fold(password)
    pairs = list(itertools.pairwise(folded))
    steps = sum(abs(ord(a) - ord(b)) <= 1 for a, b in pairs)
    if len(set(folded)) < FEWEST_CHARACTERS or steps > MOST_STEPS * len(pairs):
        raise _refused("too-simple", "it repeats a few characters, or runs along the alphabet")
    words = figures.common | {word for text in about for word in fold.words(text)}
    if any(_made_of(text, words) for text in (folded, _ENDS.sub("", folded).translate(_READ_AS))):
        raise _refused("too-common", "it is made of words that are tried first")


@action("password.change", *PEOPLE)
def change(desk: Desk, old: str, new: str) -> None:
    """Change one's own password; every sign-in of the person ends, this one too.

    Raises
    ------
    SignInError
        If the old password is not right.
    InputError
        If the new one is refused.
    """
    staff = confirmed(desk, old)
    _set(desk, staff, new)


@action("password.reset", Role.OWNER, Role.AUTOMATIC)
def reset(desk: Desk, staff_id: int) -> str:
    """Return a one-time code with which a person sets a new password; the owner never knows it.

    It replaces earlier codes. The password, if there is one, works until the code is used, and a
    second factor stays.

    Parameters
    ----------
    desk
        The owner's; the automatic one may do it for somebody who never had a password.
    staff_id
        Whose.

    Returns
    -------
    str
        Six groups of four letters and digits; it is not kept and cannot be shown again.
    """
    staff = person(desk, staff_id)
    if not staff.active:
        raise RefusedError(f"{staff.name} has left", code="left")
    if desk.staff_id is None and staff.password:
        raise NotAllowedError("only an owner can have a password replaced")
    for earlier in _codes(desk, staff.id):
        earlier.used_at = desk.now()
    bits = 5 * security()["code-characters"]
    plain = base64.b32encode(secrets.token_bytes(bits // 8)).decode()
    desk.add(
        PasswordCode(
            staff_id=staff.id,
            code=fingerprint(plain),
            expires_at=desk.now() + security().span("code-hours"),
            used_at=None,
        )
    )
    return "-".join(plain[place : place + 4] for place in range(0, len(plain), 4))


def redeem(desk: Desk, staff: Staff, code: str, new: str) -> bool:
    """Set a password with a one-time code; return whether the code was right.

    Raises
    ------
    InputError
        If the new password is refused; the code can still be used.
    """
    given = fingerprint("".join(one for one in code.upper() if one.isalnum()))
    for one in _codes(desk, staff.id):
        if hmac.compare_digest(one.code, given) and desk.now() < one.expires_at:
            _set(desk, staff, new)
            one.used_at = desk.now()
            return True
    return False


def confirmed(desk: Desk, password: str) -> Staff:
    """Return the person at the desk, whose password proves who it is.

    Raises
    ------
    SignInError
        `wrong-password`; or `locked-out` after too many in a short time.
    """
    if desk.staff_id is None:
        raise NotAllowedError("this is for people")
    staff = desk.find(Staff, desk.staff_id)
    if _wrong_lately(desk) >= security()["lock-tries"]:
        raise SignInError(
            "there were too many wrong tries",
            code="locked-out",
            remedy=f"Wait {security()['lock-minutes']} minutes.",
        )
    if not hashing.matches(staff.password, password):
        raise SignInError(
            "the password is not right", code="wrong-password", remedy="Type it once more."
        )
    return staff


def _set(desk: Desk, staff: Staff, new: str) -> None:
    practice = desk.db.get_one(Practice, desk.here)
    check(new, (staff.given, staff.family, staff.login, staff.email, practice.name))
    staff.password = hashing.hashed(new)
    end_all(desk, staff.id, "password-changed")


def _codes(desk: Desk, staff_id: int) -> list[PasswordCode]:
    """Return codes of a person that were not used."""
    return desk.every(
        sa.select(PasswordCode).where(
            PasswordCode.practice_id == desk.here,
            PasswordCode.staff_id == staff_id,
            PasswordCode.used_at.is_(None),
        )
    )


def _wrong_lately(desk: Desk) -> int:
    """Return how often the person at the desk gave a wrong password; the audit knows it."""
    from openpresso.clinic.audit.chain import Entry

    since = desk.now() - security().span("lock-minutes")
    return (
        desk.db.scalar(
            sa.select(sa.func.count())
            .select_from(Entry)
            .where(
                Entry.practice_id == desk.here,
                Entry.at > since,
                Entry.staff_id == desk.staff_id,
                Entry.outcome == "wrong-password",
            )
        )
        or 0
    )


def _made_of(text: str, words: Iterable[str]) -> bool:
    """Return whether the letters of a text are nothing but words of a list, one after another."""
    letters = "".join(one for one in text if one.isalpha())
    known = [word for word in words if len(word) > 2]
    reached = {0}
    for place in range(len(letters)):
        if place in reached:
            reached |= {place + len(word) for word in known if letters.startswith(word, place)}
    return bool(letters) and len(letters) in reached


def _refused(code: str, message: str) -> InputError:
    return InputError.one(
        "password",
        code,
        message,
        hint="Take four words that have nothing to do with each other or with you.",
    )
