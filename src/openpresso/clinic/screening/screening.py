"""Screenings of clients: answered, kept with the version of the rules, read, overridden."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.desk import action
from openpresso.clinic.errors import NotAllowedError, RefusedError
from openpresso.clinic.people.client import active
from openpresso.clinic.roles import CARE, HOUSE, Role
from openpresso.clinic.screening.decision import Decision, decide
from openpresso.clinic.screening.questionnaire import read_answers
from openpresso.clinic.screening.rules import TREATABLE, current
from openpresso.clinic.screening.standing import Standing, combined, of_screening
from openpresso.clinic.store.base import LONGEST_NOTE, Base, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.client import Client
    from openpresso.clinic.screening.decision import Reason
    from openpresso.clinic.screening.questionnaire import Value
    from openpresso.clinic.screening.rules import Rules

SHORTEST_REASON: Final = 20
"""Characters of the shortest reason of an override."""
HISTORY: Final = 100
"""Most screenings of one client that are listed at once."""


class Screening(Owned, Base):
    """The answers of one client on one day, and what the rules of that day said to them."""

    __tablename__ = "screening"
    # With the practice in it: an index on the practice alone would be preferred to one without.
    __table_args__ = (
        sa.Index("ix_screening_client_id_practice_id_id", "client_id", "practice_id", "id"),
    )

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    """Who asked."""
    at: orm.Mapped[dt.datetime]
    whole: orm.Mapped[bool]
    """Whether everything was asked; else the rest was carried over from the one before."""
    rules: orm.Mapped[int]
    """Version of the rules."""
    answers: orm.Mapped[dict[str, Any]]
    answered_on: orm.Mapped[dict[str, Any]]
    """Day of each answer, by its key."""
    decision: orm.Mapped[dict[str, Any]]
    """What the rules said: `Decision.data`."""
    outcome: orm.Mapped[Name]
    expires_on: orm.Mapped[dt.date]


class Override(Owned, Base):
    """A clinician's decision to treat in spite of one soft rule."""

    __tablename__ = "screening_override"
    __table_args__ = (
        sa.Index("ix_screening_override_screening_id_practice_id", "screening_id", "practice_id"),
        sa.Index("ix_screening_override_client_id_practice_id", "client_id", "practice_id"),
    )

    screening_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("screening.id"))
    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    rule: orm.Mapped[Name]
    leg: orm.Mapped[Name]
    """As in the reason; empty when it is not about one leg."""
    reason: orm.Mapped[Note]
    at: orm.Mapped[dt.datetime]


@action("screening.answer", *CARE)
def answer(
    desk: Desk,
    client_id: int,
    answers: Mapping[str, Any],
    *,
    whole: bool = True,
    rules: Rules | None = None,
) -> Screening:
    """Screen a client: keep the answers and what the rules say to them.

    Parameters
    ----------
    desk
        Who asks.
    client_id
        The client. Age and sex are taken from the client unless they are answered.
    answers
        By key of the answer; None is no answer. What is missing makes the outcome `missing`.
    whole
        False to answer only what has changed or is due: the rest is carried over from the last
        screening with its dates, but what is asked at every session is not.
    rules
        The rules; those that openpresso ships by default.

    Raises
    ------
    InputError
        If an answer is unknown or out of its range; nothing is kept.
    RefusedError
        If there is no screening to carry over from, or the client is not active.
    """
    rules = rules or current()
    client = active(desk, client_id)
    today = desk.today()
    given = read_answers(rules.by_answer, {**own_answers(rules, client, today), **answers})
    days = dict.fromkeys(given, today.isoformat())
    if not whole:
        before = latest(desk, client_id)
        if before is None:
            raise RefusedError(
                "there is no screening to add to", ["Ask the whole questionnaire first."]
            )
        carried = carried_over(rules, before)
        given = {**carried, **given}
        days = {**{key: before.answered_on[key] for key in carried}, **days}
    dates = {key: dt.date.fromisoformat(day) for key, day in days.items()}
    decision = decide(rules, given, today, answered_on=dates)
    return desk.add(
        Screening(
            client_id=client_id,
            staff_id=desk.staff_id,
            at=desk.now(),
            whole=whole,
            rules=rules.version,
            answers=given,
            answered_on=days,
            decision=decision.data(),
            outcome=decision.outcome,
            expires_on=decision.expires_on,
        )
    )


@action("screening.override", Role.CLINICIAN)
def override(desk: Desk, screening_id: int, rule: str, reason: str, *, leg: str = "") -> Override:
    """Decide to treat in spite of a soft rule; its caps stay.

    Parameters
    ----------
    desk
        A clinician who is not the person who screened.
    screening_id, rule, leg
        The newest screening of a client, and one of its reasons.
    reason
        Why, in at least `SHORTEST_REASON` characters.

    Raises
    ------
    InputError
        If the reason is too short or too long, or the rule is none of the screening's.
    NotAllowedError
        If the same person screened.
    RefusedError
        If the rule blocks, refuses nothing, or is overridden already, or the screening is old.
    """
    screening = desk.find(Screening, screening_id)
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_NOTE:
        message = f"it has {len(reason)} characters; {SHORTEST_REASON} to {LONGEST_NOTE} are needed"
        hint = "say why a session is right for this client, and on whose findings."
        raise InputError.one("override", "bad-reason", message, path="reason", hint=hint)
    if desk.staff_id == screening.staff_id:
        raise NotAllowedError(
            "who screened cannot override the screening", remedy="Ask another clinician."
        )
    newest = latest(desk, screening.client_id)
    if newest is not None and newest.id != screening_id:
        raise RefusedError("there is a newer screening of this client", ["Look at that one."])
    found = _reason(screening, rule, leg)
    if found.blocking or found.outcome == "cap":
        why = "It blocks: nobody overrides it." if found.blocking else "It only sets limits."
        raise RefusedError(f"the rule {rule} is not overridden", [f"{why} {found.text}"])
    if any((one.rule, one.leg) == (rule, leg) for one in overrides(desk, screening_id)):
        raise RefusedError(f"the rule {rule} is overridden already")
    return desk.add(
        Override(
            screening_id=screening_id,
            client_id=screening.client_id,
            staff_id=desk.staff_id,
            rule=rule,
            leg=leg,
            reason=reason,
            at=desk.now(),
        )
    )


@action("screening.read", *CARE, kind="read")
def history(desk: Desk, client_id: int) -> list[Screening]:
    """Return the screenings of a client, the newest first, at most `HISTORY`."""
    desk.about(client_id)
    return desk.every(_of_client(desk, client_id).limit(HISTORY))


@action("screening.outcome", *HOUSE, kind="read")
def treatable(desk: Desk, client_id: int) -> bool:
    """Return whether a client may be treated today by the screening, and nothing more."""
    desk.about(client_id)
    return standing(desk, client_id, desk.today()).outcome in TREATABLE


def latest(desk: Desk, client_id: int) -> Screening | None:
    """Return the newest screening of a client."""
    return desk.db.scalars(_of_client(desk, client_id).limit(1)).first()


def overrides(desk: Desk, screening_id: int) -> list[Override]:
    """Return the overrides of a screening, the oldest first."""
    statement = sa.select(Override).where(
        Override.practice_id == desk.practice_id, Override.screening_id == screening_id
    )
    return list(desk.db.scalars(statement.order_by(Override.id)))


def standing(desk: Desk, client_id: int, on: dt.date, *, rules: Rules | None = None) -> Standing:
    """Return how a client stands by the last screening on a day; see `daily` for the day itself.

    Parameters
    ----------
    desk
        Who asks.
    client_id, on
        The client and the day.
    rules
        The rules of today. A screening by older ones keeps what those said; when today's are
        stricter to the same answers it counts as expired, and when they are not it stays.
    """
    newest = latest(desk, client_id)
    overridden = overrides(desk, newest.id) if newest else []
    return of_screening(newest, overridden, on, rules or current(), _language(desk))


def daily(
    desk: Desk, client_id: int, answers: Mapping[str, Any], *, rules: Rules | None = None
) -> Decision:
    """Return what the rules say today: the last screening with today's answers over it.

    What is asked at every session has to be in the answers; the rest may be, if it has changed.
    Nothing is kept: the session keeps the answers with its checklist. Never looser than an
    outcome of `expired` when the screening is.

    Raises
    ------
    InputError
        If an answer is unknown or out of its range.
    """
    rules = rules or current()
    client = active(desk, client_id)
    today = desk.today()
    before = latest(desk, client_id)
    overridden = overrides(desk, before.id) if before else []
    carried = carried_over(rules, before) if before else {}
    known = {**carried, **own_answers(rules, client, today), **answers}
    days = (
        {key: dt.date.fromisoformat(before.answered_on[key]) for key in carried} if before else {}
    )
    fresh = {key for key, value in answers.items() if value is not None}
    dates = {key: day for key, day in days.items() if key not in fresh}
    decision = decide(rules, known, today, answered_on=dates)
    decision = combined(decision, before, overridden, rules, today)
    language = _language(desk)
    said = tuple(dataclasses.replace(one, language=language) for one in decision.reasons)
    return dataclasses.replace(decision, reasons=said)


def said(desk: Desk, client_id: int, key: str) -> Value | None:
    """Return the answer of a client's newest screening by its key, such as `diabetes`, or None."""
    newest = latest(desk, client_id)
    return newest.answers.get(key) if newest else None


def carried_over(rules: Rules, before: Screening) -> dict[str, Any]:
    """Return the answers of a screening that hold on other days, as far as the rules know them."""
    return {
        key: value
        for key, value in before.answers.items()
        if (question := rules.by_answer.get(key)) is not None
        and question.asked != "every-session"
        and question.accepts(value)
    }


def own_answers(rules: Rules, client: Client, today: dt.date) -> dict[str, Any]:
    """Return the answers that the client's own data give."""
    born = client.born
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    known = {"age": age, "sex": client.sex}
    return {
        key: value
        for key, value in known.items()
        if key in rules.questions and rules.questions[key].accepts(value)
    }


def _reason(screening: Screening, rule: str, leg: str) -> Reason:
    """Return a reason of a screening."""
    reasons = Decision.from_data(screening.decision).reasons
    for one in reasons:
        if (one.rule, one.leg) == (rule, leg):
            return one
    held = ", ".join(f"{one.rule} {one.leg}".strip() for one in reasons) or "none"
    message = f"{rule[:80]!r} is no reason of this screening; its reasons are {held}"
    raise InputError.one("override", "unknown-rule", message, path="rule", hint="name one of them.")


def _of_client(desk: Desk, client_id: int) -> sa.Select[Screening]:
    return (
        sa.select(Screening)
        .where(Screening.practice_id == desk.practice_id, Screening.client_id == client_id)
        .order_by(Screening.id.desc())
    )


def _language(desk: Desk) -> str:
    """Return the language that is spoken at a desk: its own, else that of the practice."""
    from openpresso.clinic.people.practice import Practice

    if desk.speaks:
        return desk.speaks
    practice = desk.db.get(Practice, desk.practice_id)
    return practice.language if practice else "en"
