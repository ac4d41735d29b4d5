"""A client's request to be erased: received, decided within a month, carried out, entered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, cast, get_args

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.courses.course import Course
from openpresso.clinic.desk import action
from openpresso.clinic.errors import ClashError, RefusedError
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.privacy.erase import erase, remove_photographs
from openpresso.clinic.privacy.extent import household, last_day
from openpresso.clinic.privacy.retention import (
    Basis,
    Claim,
    Identity,
    Outcome,
    Proposal,
    propose,
    retention,
)
from openpresso.clinic.roles import Role
from openpresso.clinic.store.base import Base, Editable, Name, Note
from openpresso.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from openpresso.clinic.desk import Desk

STRENGTH: Final[tuple[Outcome, ...]] = ("refuse", "restrict", "erase")
"""Outcomes by how much they take away; an erasure cannot be taken back."""
OPEN: Final = ("planned", "active", "paused")
"""States of a course that is not ended."""
SHORTEST_REASON: Final = 10
"""Characters of a reason that says something."""


class ErasureRequest(Editable, Base):
    """One request, with its decision. It says nothing of the client but the key."""

    __tablename__ = "erasure_request"
    __table_args__ = (
        sa.Index("ix_erasure_request_practice_id_due_on", "practice_id", "due_on"),
        sa.Index("ix_erasure_request_client_id", "client_id"),
    )

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    received_on: orm.Mapped[dt.date]
    due_on: orm.Mapped[dt.date]
    """By when the client is answered."""
    extended: orm.Mapped[bool]
    identity: orm.Mapped[Name]
    basis: orm.Mapped[Name]
    claim: orm.Mapped[Name]
    outcome: orm.Mapped[Name]
    """Empty while it is open; `erase`, `restrict`, `refuse`; `lifted` after a restriction."""
    rule: orm.Mapped[Name]
    """The rule that proposed an outcome, and the version of the rules."""
    reason: orm.Mapped[Note]
    """Why, as the client is told."""
    decided_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("staff.id"))
    decided_at: orm.Mapped[dt.datetime | None]
    kept: orm.Mapped[list[Any]]
    """`[kind of record, last day, law]` of what stays although the rest was erased."""
    kept_until: orm.Mapped[dt.date | None]
    """Day after which what stays can go too."""


@action("erasure.request", Role.FRONT_DESK, Role.CLINICIAN, Role.OWNER)
def request(
    desk: Desk,
    client_id: int,
    *,
    basis: Basis,
    identity: Identity = "proved",
    claim: Claim = "none",
    received_on: dt.date | None = None,
) -> ErasureRequest:
    """Enter that a client wants to be erased; the month to answer begins.

    Parameters
    ----------
    desk
        Where this is done.
    client_id
        The client.
    basis
        Why data are held: `health-care` under professional secrecy, or `consent`.
    identity
        Whether it is proved that it is the client who asks.
    claim
        Whether a legal claim is open.
    received_on
        The day on which the request came; today by default.

    Raises
    ------
    InputError
        If a value is none of those allowed, or the day lies ahead.
    ClashError
        If a request of this client is open.
    RefusedError
        If the client was erased or merged.
    """
    client = desk.find(Client, client_id)
    if client.state in {"erased", "merged"}:
        raise RefusedError(
            f"{client.number} is {client.state}",
            ["Nothing is left to erase." if client.state == "erased" else "Ask for the other one."],
            code=client.state,
        )
    values = {"basis": basis, "identity": identity, "claim": claim}
    _checked(values)
    received = received_on or desk.today()
    if received > desk.today():
        raise InputError.one(
            "erasure", "not-yet", f"{received} lies ahead; today or earlier is allowed",
            path="received_on", hint="Enter the day on which the request came.",
        )  # fmt: skip
    if open_request(desk, client_id) is not None:
        raise ClashError(f"{client.number} has asked already", remedy="Decide that request first.")
    return desk.add(
        ErasureRequest(
            client_id=client_id,
            received_on=received,
            due_on=retention().due(received),
            extended=False,
            **values,
            outcome="",
            rule="",
            reason="",
            decided_by=None,
            decided_at=None,
            kept=[],
            kept_until=None,
        )
    )


@action("erasure.amend", Role.CLINICIAN, Role.OWNER)
def amend(
    desk: Desk,
    request_id: int,
    version: int,
    *,
    identity: Identity | None = None,
    basis: Basis | None = None,
    claim: Claim | None = None,
    extended: bool | None = None,
) -> ErasureRequest:
    """Change what is known of an open request, or take the longer time that the law allows."""
    one = _open(desk, request_id, version)
    values = {"identity": identity, "basis": basis, "claim": claim}
    changed = {name: value for name, value in values.items() if value is not None}
    _checked(changed)
    for name, value in changed.items():
        setattr(one, name, value)
    if extended is not None:
        one.extended = extended
        one.due_on = retention().due(one.received_on, extended=extended)
    return one


@action("erasure.propose", Role.CLINICIAN, Role.OWNER, kind="read")
def proposal(desk: Desk, request_id: int) -> Proposal:
    """Return what the rules say of a request."""
    return _propose(desk, desk.find(ErasureRequest, request_id))


@action("erasure.list", Role.CLINICIAN, Role.OWNER, kind="read")
def open_requests(desk: Desk) -> list[ErasureRequest]:
    """Return the requests that wait for an answer, the most pressing first."""
    return desk.every(
        sa.select(ErasureRequest)
        .where(ErasureRequest.practice_id == desk.here, ErasureRequest.outcome == "")
        .order_by(ErasureRequest.due_on, ErasureRequest.id)
    )


@action("erasure.of-client", Role.FRONT_DESK, Role.CLINICIAN, Role.OWNER, kind="read")
def of_client(desk: Desk, client_id: int) -> list[ErasureRequest]:
    """Return the requests of a client, the newest first."""
    desk.find(Client, client_id)
    return desk.every(
        sa.select(ErasureRequest)
        .where(ErasureRequest.practice_id == desk.here, ErasureRequest.client_id == client_id)
        .order_by(ErasureRequest.id.desc())
    )


def open_request(desk: Desk, client_id: int) -> ErasureRequest | None:
    """Return the request of a client that waits for an answer."""
    return desk.db.scalars(
        sa.select(ErasureRequest).where(
            ErasureRequest.practice_id == desk.here,
            ErasureRequest.client_id == client_id,
            ErasureRequest.outcome == "",
        )
    ).first()


@action("erasure.decide", Role.OWNER)
def decide(
    desk: Desk,
    request_id: int,
    version: int,
    *,
    outcome: Outcome | None = None,
    reason: str = "",
    vault: Path | None = None,
) -> ErasureRequest:
    """Decide a request as the rules say, and carry it out at once.

    Parameters
    ----------
    desk
        Where this is done.
    request_id, version
        The request, and the version that was read.
    outcome
        One that takes away less than the rules say, for example `restrict` where they say `erase`;
        what the rules say by default.
    reason
        Why it departs from the rules, as the client is told.
    vault
        Folder of the photographs: their files are removed too. Without it they stay, and nobody
        can read them, since the key is erased.

    Returns
    -------
    ErasureRequest
        With its outcome and reason. After an erasure `erased.keep` must bring the list up to date
        that is beside the database, so that no backup brings the client back.

    Raises
    ------
    RefusedError
        If the outcome takes away more than the rules allow.
    InputError
        If another outcome has no reason.
    """
    one = _open(desk, request_id, version)
    found = _propose(desk, one)
    wanted = outcome or found.outcome
    if wanted not in STRENGTH:
        raise _unknown("outcome", wanted, STRENGTH)
    if STRENGTH.index(wanted) > STRENGTH.index(found.outcome):
        raise RefusedError(
            f"the rules say {found.outcome}, not {wanted}", [found.reason], code="not-erased"
        )
    if wanted != found.outcome and len(reason.strip()) < SHORTEST_REASON:
        raise InputError.one(
            "erasure", "no-reason",
            f"the rules say {found.outcome}; {wanted} needs a reason of "
            f"{SHORTEST_REASON} characters or more",
            path="reason", hint="Write why, as the client is told.",
        )  # fmt: skip
    one.outcome = wanted
    one.rule = f"{found.rule}, rules {retention().version}"
    one.reason = found.reason if wanted == found.outcome else reason.strip()
    one.decided_by, one.decided_at = desk.staff_id, desk.now()
    if wanted == "erase":
        one.kept = [[kind, str(until) if until else None, law] for kind, until, law in found.kept]
        one.kept_until = max((until for _, until, _ in found.kept if until), default=None)
        if vault is not None:
            remove_photographs(desk, one.client_id, vault)
        erase(desk, one.client_id, keep=[kind for kind, _, _ in found.kept])
    elif wanted == "restrict":
        desk.db.get_one(Client, one.client_id).state = "restricted"
    desk.db.flush()
    return one


@action("erasure.lift", Role.OWNER)
def lift(desk: Desk, request_id: int, version: int, *, reason: str) -> ErasureRequest:
    """Lift a restriction, for example when the client comes back."""
    one = desk.find(ErasureRequest, request_id, version=version)
    if one.outcome != "restrict":
        raise RefusedError(f"request {request_id} restricts nobody")
    if len(reason.strip()) < SHORTEST_REASON:
        raise InputError.one(
            "erasure", "no-reason", f"a reason of {SHORTEST_REASON} characters or more is needed",
            path="reason", hint="Write what has changed.",
        )  # fmt: skip
    one.outcome = "lifted"
    one.reason = f"{one.reason}\nLifted: {reason.strip()}"
    desk.db.get_one(Client, one.client_id).state = "active"
    return one


@action("erasure.finish", Role.OWNER, Role.AUTOMATIC)
def finish(desk: Desk) -> list[int]:
    """Erase what had to stay until now; returns the keys of the clients."""
    over = list(
        desk.db.scalars(
            sa.select(ErasureRequest).where(
                ErasureRequest.practice_id == desk.here,
                ErasureRequest.outcome == "erase",
                ErasureRequest.kept_until < desk.today(),
            )
        )
    )
    for one in over:
        erase(desk, one.client_id)
        one.kept, one.kept_until = [], None
    return [one.client_id for one in over]


def kept_now(desk: Desk, client_id: int) -> list[str]:
    """Return the kinds of record that a law wants kept today although the rest is erased."""
    paid = last_day(desk, "accounting", household(desk, client_id))
    period = retention().period(desk.db.get_one(Practice, desk.here).country, "accounting")
    kept = paid is not None and (period is None or period.until(paid) >= desk.today())
    return ["accounting"] if kept else []


def _propose(desk: Desk, one: ErasureRequest) -> Proposal:
    clients = household(desk, one.client_id)
    running = sa.select(Course.id).where(Course.client_id.in_(clients), Course.state.in_(OPEN))
    return propose(
        retention(),
        country=desk.db.get_one(Practice, desk.here).country,
        identity=cast("Identity", one.identity),
        basis=cast("Basis", one.basis),
        claim=cast("Claim", one.claim),
        course_open=desk.db.scalar(running.limit(1)) is not None,
        last_treated=last_day(desk, "health-record", clients),
        last_paid=last_day(desk, "accounting", clients),
        today=desk.today(),
    )


def _open(desk: Desk, request_id: int, version: int) -> ErasureRequest:
    """Return a request that is not decided yet."""
    one = desk.find(ErasureRequest, request_id, version=version)
    if one.outcome:
        raise RefusedError(f"request {request_id} is decided: {one.outcome}", code="decided")
    return one


def _checked(values: dict[str, Any]) -> None:
    """Refuse a value that is none of those allowed."""
    allowed = {"identity": get_args(Identity), "basis": get_args(Basis), "claim": get_args(Claim)}
    for name, value in values.items():
        if value not in allowed[name]:
            raise _unknown(name, value, allowed[name])


def _unknown(name: str, value: object, allowed: tuple[str, ...]) -> InputError:
    return InputError.one(
        "erasure", "unknown-value", f"{value!r}; {', '.join(allowed)} are allowed",
        path=name, hint="Choose one of these.",
    )  # fmt: skip
