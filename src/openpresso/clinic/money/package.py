"""Packages: what a practice offers, what a client has bought, rest and transfer.

What is left is never stored: credits used are rows of `credit`, and the rest follows from the rules
that the package was sold with (`package_rules`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import NotFoundError, RefusedError
from openpresso.clinic.money import package_file, package_rules, price
from openpresso.clinic.money.package_rules import Freeze, Left, Terms
from openpresso.clinic.people.client import Client
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import LONGEST_NOTE, Base, Cents, Editable, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.price import Price

MONEY = (Role.FRONT_DESK, Role.OWNER)
"""Those who handle money."""
SHORTEST_REASON = 3
"""Characters that a reason has at least."""


class Offer(Owned, Base):
    """Rules of a package that the practice offers from a day on; the price is in the price list."""

    __tablename__ = "package_offer"
    __table_args__ = (
        sa.Index("ix_package_offer_practice_id_code", "practice_id", "code", "valid_from"),
    )

    code: orm.Mapped[Name]
    """Also the code of its price."""
    terms: orm.Mapped[dict[str, Any]]
    valid_from: orm.Mapped[dt.date]


class Package(Editable, Base):
    """A package that a client has bought, with the rules it was sold with."""

    __tablename__ = "package"
    __table_args__ = (sa.Index("ix_package_client_id_bought_on", "client_id", "bought_on"),)

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    """Whose it is now."""
    template: orm.Mapped[dict[str, Any]]
    """Rules as of the sale."""
    cents: orm.Mapped[Cents]
    """What it was sold for."""
    single: orm.Mapped[Cents]
    """What one session cost on the day of the sale."""
    bought_on: orm.Mapped[dt.date]
    expires_on: orm.Mapped[dt.date | None]
    """As of the last change; an open freeze still moves it."""
    freezes: orm.Mapped[list[Any]]
    """`{begins, ends, reason}`, days as texts."""
    transfers: orm.Mapped[list[Any]]
    """`{on, client, reason}`: whose it was before."""
    invoice_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("invoice.id"), index=True)
    returned_on: orm.Mapped[dt.date | None]
    return_reason: orm.Mapped[Note]

    @property
    def terms(self) -> Terms:
        """Rules that it was sold with."""
        return package_file.from_data(self.template)

    @property
    def rests(self) -> tuple[Freeze, ...]:
        """Its freezes, the first first."""
        return tuple(
            Freeze(
                dt.date.fromisoformat(one["begins"]),
                dt.date.fromisoformat(one["ends"]) if one["ends"] else None,
                one["reason"],
            )
            for one in self.freezes
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A package of a client and what is left of it."""

    package: Package
    left: Left


@action("package.offer", Role.OWNER)
def offer(
    desk: Desk,
    what: str | Mapping[str, Any],
    *,
    cents: int,
    tax: int,
    valid_from: dt.date | None = None,
) -> Price:
    """Offer a package from a day on: a shipped one by its code, or the practice's own as data.

    Parameters
    ----------
    desk
        Of the owner.
    what
        Code of a template in `packages.yaml`, or the fields of `package_file.PackageForm`.
    cents, tax, valid_from
        As in `price.enter`.

    Returns
    -------
    Price
        The row of the price list.

    Raises
    ------
    InputError
        If the data are not a package, or the price cannot be.
    NotFoundError
        If there is no such template.
    """
    if isinstance(what, str):
        shipped = package_file.templates()
        if what not in shipped:
            raise NotFoundError(
                f"there is no template {what!r}", remedy=f"There are {', '.join(shipped)}."
            )
        terms = package_file.terms_of(shipped[what])
    else:
        terms = package_file.read(what)
    row = price.enter(
        desk,
        terms.code,
        cents=cents,
        title=terms.title,
        tax=tax,
        kind="package",
        subject=terms.code,
        valid_from=valid_from,
    )
    desk.add(Offer(code=terms.code, terms=package_file.as_data(terms), valid_from=row.valid_from))
    return row


def terms_on(desk: Desk, code: str, day: dt.date) -> Terms:
    """Return the rules of an offered package on a day."""
    statement = sa.select(Offer).where(
        Offer.practice_id == desk.practice_id, Offer.code == code, Offer.valid_from <= day
    )
    newest = statement.order_by(Offer.valid_from.desc(), Offer.id.desc()).limit(1)
    found = desk.db.scalars(newest).one_or_none()
    if found is None:
        raise NotFoundError(
            f"no package {code!r} is offered on {day}", remedy="The owner can offer it."
        )
    return package_file.from_data(found.terms)


def locked(desk: Desk, package_id: int) -> Package:
    """Return a package that nobody else can use or change until this desk is done."""
    statement = sa.select(Package).where(
        Package.practice_id == desk.practice_id, Package.id == package_id
    )
    found = desk.db.scalars(
        statement.with_for_update(), execution_options={"populate_existing": True}
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"there is no package {package_id}", remedy="Look it up again.")
    desk.about(found.client_id)
    return found


def standing(desk: Desk, package: Package, on: dt.date) -> Left:
    """Return what is left of a package on a day."""
    from openpresso.clinic.money.credit import used

    return package_rules.left(
        package.terms,
        package.bought_on,
        package.rests,
        used(desk, package.id),
        package.returned_on,
        on,
    )


@action("package.credits", Role.TECHNICIAN, Role.CLINICIAN, *MONEY, kind="read")
def held(desk: Desk, client_id: int, on: dt.date | None = None) -> list[Held]:
    """Return the packages of a client and what is left of each, the usable ones first."""
    desk.find(Client, client_id)
    day = on or desk.today()
    rows = [Held(one, standing(desk, one, day)) for one in of_client(desk, client_id)]
    return sorted(rows, key=lambda one: (not one.left.usable, _urgency(one)))


def of_client(desk: Desk, client_id: int) -> list[Package]:
    """Return the packages of a client, the first bought first."""
    statement = sa.select(Package).where(
        Package.practice_id == desk.practice_id, Package.client_id == client_id
    )
    return desk.every(statement.order_by(Package.bought_on, Package.id))


def _urgency(one: Held) -> tuple[dt.date, int]:
    """Return what to sort by: what expires first, and of two the older."""
    return one.left.expires_on or dt.date.max, one.package.id


def next_usable(desk: Desk, client_id: int, program: str, on: dt.date) -> Package | None:
    """Return the package that the next credit of a client comes from: the first to expire.

    It is locked, so that no two uses take the same last credit.
    """
    for one in sorted(
        (Held(row, standing(desk, row, on)) for row in of_client(desk, client_id)), key=_urgency
    ):
        if one.left.usable and package_rules.pays_for(one.package.terms, program):
            row = locked(desk, one.package.id)
            if row.client_id == client_id and standing(desk, row, on).usable:
                return row
    return None


def reason_given(reason: str, where: str) -> str:
    """Return a reason that says something, without blanks around it."""
    text = reason.strip()
    if not SHORTEST_REASON <= len(text) <= LONGEST_NOTE:
        raise InputError.one(
            where,
            "no-reason",
            f"{text[:40]!r}: a reason has {SHORTEST_REASON} to {LONGEST_NOTE} characters",
            path="reason",
            hint="Say why in a few words.",
        )
    return text


@action("package.freeze", *MONEY)
def freeze(desk: Desk, package_id: int, *, reason: str, begins: dt.date | None = None) -> Package:
    """Let a package rest for medical cause; the days are added when it ends.

    Raises
    ------
    RefusedError
        If its rules do not allow it, it rests already, is given back or expired, or a credit was
        used on or after that day.
    """
    from openpresso.clinic.money.credit import last_used_on

    package, day = locked(desk, package_id), begins or desk.today()
    last = last_used_on(desk, package_id)
    expires = package_rules.expiry(package.terms, package.bought_on, package.rests, day)
    earlier = max((one.ends for one in package.rests if one.ends), default=package.bought_on)
    _refuse(
        "the package cannot rest",
        {
            "it is sold without resting": not package.terms.freeze,
            "it rests already": any(one.ends is None for one in package.rests),
            f"{day} is before it was bought or last rested, {earlier}": day < earlier,
            f"a credit was used on {last}": last is not None and day <= last,
            f"it was valid until {expires}": expires is not None and day > expires,
            "it was given back": package.returned_on is not None,
            f"{day} is still to come; it can rest from today on": day > desk.today(),
        },
    )
    entry = {"begins": day.isoformat(), "ends": None, "reason": reason_given(reason, "package")}
    package.freezes = [*package.freezes, entry]
    return package


@action("package.unfreeze", *MONEY)
def unfreeze(desk: Desk, package_id: int, *, ends: dt.date | None = None) -> Package:
    """End the rest of a package: it can be used from that day on, and is valid longer.

    Raises
    ------
    RefusedError
        If it does not rest, or the day is before the rest began or still to come.
    """
    package, day = locked(desk, package_id), ends or desk.today()
    running = [one for one in package.freezes if one["ends"] is None]
    _refuse("the rest cannot be ended", {"it does not rest": not running})
    _refuse(
        "the rest cannot be ended",
        {
            f"{day} is before it began": day.isoformat() < running[0]["begins"],
            f"{day} is still to come": day > desk.today(),
        },
    )
    package.freezes = [
        {**one, "ends": day.isoformat()} if one["ends"] is None else one for one in package.freezes
    ]
    package.expires_on = package_rules.expiry(package.terms, package.bought_on, package.rests, day)
    return package


@action("package.transfer", *MONEY)
def transfer(desk: Desk, package_id: int, *, to_client: int, reason: str) -> Package:
    """Pass a package to another client; what was used stays with the first.

    Raises
    ------
    RefusedError
        If its rules do not allow it, nothing is left, or the other client's record is not active.
    """
    package, heir = locked(desk, package_id), desk.find(Client, to_client)
    _refuse(
        "the package cannot be passed on",
        {
            "it is sold for one person": not package.terms.transfer,
            "it is that client's already": package.client_id == heir.id,
            f"that client's record is {heir.state}": heir.state != "active",
            "it was given back": package.returned_on is not None,
            "nothing is left of it": standing(desk, package, desk.today()).left == 0,
        },
    )
    entry = {
        "on": desk.today().isoformat(),
        "client": package.client_id,
        "reason": reason_given(reason, "package"),
    }
    package.transfers = [*package.transfers, entry]
    package.client_id = heir.id
    return package


def _refuse(what: str, reasons: Mapping[str, bool]) -> None:
    """Refuse if any of the reasons is true."""
    found = [reason for reason, holds in reasons.items() if holds]
    if found:
        raise RefusedError(what, found)
