"""Integrations: programs that act in the practice, each with a token, roles and a name of its own.

An integration stands among the staff, without a role, a password or a way to sign in, so that the
audit and every row it writes name it. Its roles are its own; the token alone opens its desk.
"""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import ClashError, NotAllowedError, RefusedError, SignInError
from openpresso.clinic.people import text
from openpresso.clinic.people.sign_in_row import fingerprint
from openpresso.clinic.people.staff import INTEGRATION, Staff
from openpresso.clinic.roles import PEOPLE, Role
from openpresso.clinic.store.base import Base, Name, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.desk import Desk

TOKEN_BYTES: Final = 32
"""256 random bits: nobody guesses one, so that a plain hash keeps it."""
PREFIX: Final = "openpresso_"
"""By it a token is known where none should lie: in a letter, a picture, a repository."""
DAYS: Final = 365
"""A token that is forgotten ends by itself; once a year somebody looks at it."""
MOST_DAYS: Final = 730
SEEN_EVERY: Final = dt.timedelta(minutes=1)
"""How exactly the last use is known: not every request is written."""

State = Literal["active", "expired", "revoked"]


class Integration(Owned, Base):
    """One program that acts in the practice."""

    __tablename__ = "integration"
    __table_args__ = (sa.Index("ix_integration_practice_id", "practice_id"),)

    name: orm.Mapped[Name]
    """What it is, as the owner calls it; the audit names it so."""
    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"), unique=True)
    """As whom it acts."""
    token: orm.Mapped[str] = orm.mapped_column(sa.String(64), unique=True)
    """Fingerprint of the token."""
    roles: orm.Mapped[list[Any]]
    """Names of roles, sorted; whoever made it had each of them."""
    made_by: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    made_at: orm.Mapped[dt.datetime]
    expires_at: orm.Mapped[dt.datetime]
    revoked_at: orm.Mapped[dt.datetime | None]
    revoked_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))

    def state(self, now: dt.datetime) -> State:
        """Return whether its token counts at an instant."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if now >= self.expires_at else "active"


class IntegrationUse(Owned, Base):
    """When an integration was last used. It is not audited: what it did is."""

    __tablename__ = "integration_use"
    audited: ClassVar[bool] = False

    integration_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("integration.id"), unique=True
    )
    used_at: orm.Mapped[dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Made:
    """A new integration.

    Parameters
    ----------
    integration
        What is kept of it.
    token
        What it shows with each request; it is not kept and cannot be shown again.
    """

    integration: Integration
    token: str


@dataclass(frozen=True, slots=True)
class Known:
    """An integration as the owner sees it.

    Parameters
    ----------
    integration
        What is kept of it.
    state
        Whether its token counts now.
    used_at
        When it was last used, to a minute; None before the first time.
    """

    integration: Integration
    state: State
    used_at: dt.datetime | None


@action("integration.add", Role.OWNER)
def add(desk: Desk, name: str, roles: Iterable[str], *, days: int = DAYS) -> Made:
    """Make an integration and its token, which is shown this once.

    Parameters
    ----------
    desk
        The owner's.
    name
        What it is, for example "Booking on our web site"; the audit names it so.
    roles
        What it may do: some of the roles of whoever makes it.
    days
        How long the token counts [d], 1 to 730.

    Raises
    ------
    NotAllowedError
        If whoever makes it lacks one of the roles.
    ClashError
        If an integration that counts has the name.
    """
    if desk.staff_id is None:
        raise NotAllowedError("a person makes an integration")
    title = text.line(name, "integration", "name", needed=True)
    if not text.has_letter(title):
        raise InputError.one("integration", "no-name", "there is no letter in it", path="name")
    if not 1 <= days <= MOST_DAYS:
        raise InputError.one(
            "integration",
            "out-of-range",
            f"{days} days; 1 to {MOST_DAYS} are allowed",
            path="days",
            hint="Make a new one when it ends.",
        )
    held = _roles(desk, roles)
    _refuse_twin(desk, title)
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    mark = fingerprint(token)
    staff = desk.add(
        Staff(
            given=title,
            family="",
            login=f"{INTEGRATION}{mark[:24]}",
            email="",
            roles=[],  # a desk of its own gives it roles; at any other it may do nothing
            active=True,
            password="",  # nobody signs in with it
            pin="",
            totp="",
        )
    )
    row = desk.add(
        Integration(
            name=title,
            staff_id=staff.id,
            token=mark,
            roles=held,
            made_by=desk.staff_id,
            made_at=desk.now(),
            expires_at=desk.now() + dt.timedelta(days=days),
            revoked_at=None,
            revoked_by=None,
        )
    )
    desk.add(IntegrationUse(integration_id=row.id, used_at=None))
    return Made(row, token)


@action("integration.list", Role.OWNER, Role.AUDITOR, kind="read")
def known(desk: Desk) -> list[Known]:
    """Return every integration, the newest first, those that count no more too."""
    found = desk.db.execute(
        sa.select(Integration, IntegrationUse.used_at)
        .join(IntegrationUse, IntegrationUse.integration_id == Integration.id)
        .where(Integration.practice_id == desk.here)
        .order_by(Integration.id.desc())
    )
    return [Known(row, row.state(desk.now()), used_at) for row, used_at in found]


@action("integration.revoke", Role.OWNER)
def revoke(desk: Desk, integration_id: int) -> Integration:
    """End an integration: its token counts no more, what it did stays with its name.

    Raises
    ------
    RefusedError
        If it was revoked before.
    """
    row = desk.find(Integration, integration_id)
    if row.revoked_at is not None:
        raise RefusedError(f"{row.name} was revoked before", code="revoked")
    row.revoked_at, row.revoked_by = desk.now(), desk.staff_id
    desk.find(Staff, row.staff_id).active = False
    return row


@contextmanager
def desk(
    clinic: Clinic, token: str, *, practice: int | None = None, reading: bool = False
) -> Iterator[Desk]:
    """Open the desk of an integration.

    Parameters
    ----------
    clinic
        The clinic.
    token
        The token.
    practice
        The practice where it must act; any if not given.
    reading
        For acts that only read.

    Raises
    ------
    SignInError
        `no-token`, `token-expired` or `token-revoked`.
    """
    with clinic.automatic(reading=True) as here:
        found = here.db.execute(
            sa.select(Integration, IntegrationUse)
            .join(IntegrationUse, IntegrationUse.integration_id == Integration.id)
            .where(Integration.token == fingerprint(token))
        ).one_or_none()
    if found is None or practice not in {None, found[0].practice_id}:
        raise SignInError(
            "the token is not known",
            code="no-token",
            remedy="Send `Authorization: Bearer` and a token that the owner made.",
        )
    row, use = found
    state = row.state(clinic.clock())
    if state != "active":
        remedy = "Ask the owner for a new one."
        raise SignInError(f"the token is {state}", code=f"token-{state}", remedy=remedy)
    if use.used_at is None or clinic.clock() - use.used_at >= SEEN_EVERY:
        with clinic.automatic(row.practice_id) as here:
            here.find(IntegrationUse, use.id).used_at = here.now()
    with clinic.desk(row.staff_id, reading=reading) as opened:
        opened.roles = frozenset(Role(name) for name in row.roles)
        yield opened


def _roles(desk: Desk, roles: Iterable[str]) -> list[str]:
    """Return roles as they are kept; nobody gives what is not one's own."""
    held = sorted({text.choice(one, "integration", "roles", [*PEOPLE]) for one in roles})
    if not held:
        raise InputError.one(
            "integration",
            "no-role",
            "there is no role",
            path="roles",
            hint=f"Choose: {', '.join(sorted(desk.roles))}.",
        )
    foreign = sorted(set(held) - desk.roles)
    if foreign:
        raise NotAllowedError(
            f"you are no {', '.join(foreign)} yourself",
            code="not-yours",
            remedy="Give it roles that you have.",
        )
    return [str(one) for one in held]


def _refuse_twin(desk: Desk, name: str) -> None:
    """Refuse a second integration of one name: the audit would not tell them apart."""
    rows = desk.db.scalars(
        sa.select(Integration).where(Integration.practice_id == desk.here, Integration.name == name)
    )
    if any(one.state(desk.now()) == "active" for one in rows):
        raise ClashError(
            f"there is an integration called {name}",
            remedy="Choose another name, or revoke that one first.",
        )
