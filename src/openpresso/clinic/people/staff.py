"""Staff: who works in the practice, and in which roles."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import ClashError, NotAllowedError, RefusedError
from openpresso.clinic.people import text
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.roles import HOUSE, PEOPLE, Role
from openpresso.clinic.store.base import Base, Editable, Name
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.clinic.desk import Desk

LOGIN: Final = re.compile(r"[\w.@+-]{2,64}")
INTEGRATION: Final = "integration:"
"""How the logins of programs begin; no person can have such a one, for it has a colon."""


class Staff(Editable, Base):
    """One person who works in the practice."""

    __tablename__ = "staff"
    __table_args__ = (sa.UniqueConstraint("practice_id", "login"),)

    given: orm.Mapped[Name]
    family: orm.Mapped[Name]
    login: orm.Mapped[Name]
    """What the person signs in with, unique in the practice, in lower case."""
    email: orm.Mapped[Name]
    roles: orm.Mapped[list[Any]]
    """Names of roles, sorted."""
    active: orm.Mapped[bool]
    """False after somebody left: acts stay, nothing new can be done."""
    password: orm.Mapped[Name]
    """Hash by argon2id; empty before the first password is set."""
    pin: orm.Mapped[Name]
    """Hash by argon2id of the PIN that unlocks an idle screen; empty without one."""
    totp: orm.Mapped[Name]
    """Secret of the second factor; empty without one."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}".strip()

    @property
    def is_program(self) -> bool:
        """Whether it is an integration: it acts by a token and is nobody's colleague."""
        return self.login.startswith(INTEGRATION)


def login_of(value: str) -> str:
    """Return a login as it is kept and compared: NFKC, without case."""
    return unicodedata.normalize("NFKC", value).casefold().strip()


@action("staff.hire", Role.OWNER, Role.AUTOMATIC)
def hire(
    desk: Desk,
    *,
    given: str,
    family: str,
    login: str,
    roles: Iterable[str],
    email: str = "",
) -> Staff:
    """Give somebody a place in the practice; `password.reset` gives a code for the password.

    Parameters
    ----------
    desk
        The owner's; the automatic one may hire the first owner of a practice without anybody.
    given, family, login, email
        Who it is. The login is unique in the practice, also among those who left.
    roles
        At least one; what the person may do.

    Raises
    ------
    InputError
        If a field cannot be right.
    ClashError
        If the login is taken.
    NotAllowedError
        If the automatic desk hires anybody but the first owner.
    """
    _lock(desk)
    held = _roles(roles)
    if desk.staff_id is None and (Role.OWNER not in held or _active_owners(desk) or _any(desk)):
        raise NotAllowedError(
            "the first person of a practice is its owner; every other is hired by an owner"
        )
    name = login_of(login)
    if not LOGIN.fullmatch(name):
        raise InputError.one(
            "staff",
            "bad-login",
            f"{login!r} is no login; allowed are 2 to 64 letters, digits and . @ + - _",
            path="login",
            hint="For example ana.ruiz.",
        )
    if desk.db.scalar(
        sa.select(Staff.id).where(Staff.practice_id == desk.here, Staff.login == name)
    ):
        raise ClashError(
            f"the login {name} is taken",
            remedy="Choose another one; that of somebody who left stays theirs in the audit.",
        )
    staff = Staff(
        given=text.line(given, "staff", "given"),
        family=text.line(family, "staff", "family"),
        login=name,
        email=text.email(email, "staff", "email"),
        roles=held,
        active=True,
        password="",  # set by the person with a one-time code
        pin="",
        totp="",
    )
    _refuse_nameless(staff.given, staff.family)
    return desk.add(staff)


@action("staff.change", Role.OWNER)
def change(
    desk: Desk,
    staff_id: int,
    version: int,
    *,
    given: str | None = None,
    family: str | None = None,
    email: str | None = None,
) -> Staff:
    """Change names or e-mail address of a person.

    Raises
    ------
    ChangedError
        If somebody else has changed the person since; nothing is overwritten.
    """
    staff = person(desk, staff_id, version=version)
    first = staff.given if given is None else text.line(given, "staff", "given")
    last = staff.family if family is None else text.line(family, "staff", "family")
    address = staff.email if email is None else text.email(email, "staff", "email")
    _refuse_nameless(first, last)
    staff.given, staff.family, staff.email = first, last, address
    return staff


@action("staff.roles", Role.OWNER)
def change_roles(
    desk: Desk, staff_id: int, roles: Iterable[str], *, version: int | None = None
) -> Staff:
    """Change what a person may do, from the next act on.

    Raises
    ------
    RefusedError
        If nobody would be owner any more, or the person has left.
    """
    _lock(desk)
    staff = person(desk, staff_id, version=version)
    if not staff.active:
        raise RefusedError(f"{staff.name} has left", code="left")
    held = _roles(roles)
    if Role.OWNER not in held:
        _refuse_last_owner(desk, staff)
    staff.roles = held
    return staff


@action("staff.leave", Role.OWNER)
def leave(desk: Desk, staff_id: int, *, version: int | None = None) -> Staff:
    """Let a person go: signed out at once, what was done stays with the name.

    Raises
    ------
    RefusedError
        If it is the last owner.
    """
    from openpresso.clinic.people.sign_in_row import end_all  # it knows Staff

    _lock(desk)
    staff = person(desk, staff_id, version=version)
    _refuse_last_owner(desk, staff)
    staff.active = False
    staff.password = staff.pin = staff.totp = ""
    end_all(desk, staff.id, "left")
    return staff


@action("staff.list", *HOUSE, Role.AUDITOR, kind="read")
def everyone(desk: Desk, *, gone: bool = False) -> list[Staff]:
    """Return who works here, by name; with `gone` those who left too."""
    statement = sa.select(Staff).where(
        Staff.practice_id == desk.here, Staff.login.not_like(f"{INTEGRATION}%")
    )
    if not gone:
        statement = statement.where(Staff.active.is_(True))
    return desk.every(statement.order_by(Staff.family, Staff.given, Staff.id))


def person(desk: Desk, staff_id: int, *, version: int | None = None) -> Staff:
    """Return somebody who works here, to whom something is given or from whom it is taken.

    Raises
    ------
    RefusedError
        If it is an integration: it has its roles from its token, and ends with it.
    """
    staff = desk.find(Staff, staff_id, version=version)
    if staff.is_program:
        raise RefusedError(
            f"{staff.name} is an integration and no person",
            ["Revoke it and make a new one if it must be another."],
            code="no-person",
        )
    return staff


def _refuse_nameless(given: str, family: str) -> None:
    if not text.has_letter(given + family):
        raise InputError.one("staff", "no-name", "there is no letter in the names", path="family")


def _lock(desk: Desk) -> None:
    """Let one change of the staff wait for another: two owners cannot both be the last to go."""
    desk.db.get_one(Practice, desk.here, with_for_update={"key_share": True})


def _roles(roles: Iterable[str]) -> list[str]:
    """Return roles as they are kept: people's roles only, sorted, at least one."""
    names = sorted({text.choice(one, "staff", "roles", [*PEOPLE]) for one in roles})
    if not names:
        raise InputError.one(
            "staff",
            "no-role",
            "there is no role",
            path="roles",
            hint=f"Choose: {', '.join(PEOPLE)}.",
        )
    return [str(one) for one in names]


def _active_owners(desk: Desk) -> list[Staff]:
    people = desk.db.scalars(
        sa.select(Staff).where(Staff.practice_id == desk.here, Staff.active.is_(True))
    )
    return [one for one in people if Role.OWNER in one.roles]


def _any(desk: Desk) -> bool:
    return (
        desk.db.scalar(sa.select(Staff.id).where(Staff.practice_id == desk.here).limit(1))
        is not None
    )


def _refuse_last_owner(desk: Desk, staff: Staff) -> None:
    if [one.id for one in _active_owners(desk)] == [staff.id]:
        raise RefusedError(
            f"{staff.name} is the last owner",
            ["Make somebody else an owner first."],
            code="last-owner",
        )
