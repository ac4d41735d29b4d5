"""Consent of clients: given, refused or withdrawn, with the exact text that was shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.consent.text import LANGUAGES, Purpose, current, find, sha256
from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.people.client import active
from openpresso.clinic.roles import HOUSE, Role
from openpresso.clinic.store.base import LONGEST_NAME, LONGEST_NOTE, Base, Name, Note, Owned
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.consent.text import PurposeTexts
    from openpresso.clinic.desk import Desk

    Texts = Mapping[Purpose, PurposeTexts]

Decision = Literal["given", "refused", "withdrawn"]
How = Literal["paper", "screen", "verbal"]
ASKS: Final = (Role.TECHNICIAN, Role.CLINICIAN, Role.FRONT_DESK)
"""Those who ask for consent."""


class ConsentText(Owned, Base):
    """A text exactly as it was shown; each is kept once (twice if shown anew at once)."""

    __tablename__ = "consent_text"
    __table_args__ = (sa.Index("ix_consent_text_practice_id_sha256", "practice_id", "sha256"),)

    purpose: orm.Mapped[Name]
    version: orm.Mapped[int]
    language: orm.Mapped[Name]
    sha256: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
    first_shown_at: orm.Mapped[dt.datetime]


class Consent(Owned, Base):
    """One decision of a client about one purpose; the newest one of a purpose counts."""

    __tablename__ = "consent"
    # With the practice in it: an index on the practice alone would be preferred to one without.
    __table_args__ = (
        sa.Index("ix_consent_client_id_practice_id_id", "client_id", "practice_id", "id"),
    )

    client_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("client.id"))
    purpose: orm.Mapped[Name]
    decision: orm.Mapped[Name]
    """`given`, `refused` or `withdrawn`."""
    how: orm.Mapped[Name]
    """Signed on `paper`, on the `screen`, or `verbal` with a witness."""
    witness: orm.Mapped[Name]
    """Who else heard it, where it was verbal; else empty."""
    note: orm.Mapped[Note]
    staff_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("staff.id"))
    at: orm.Mapped[dt.datetime]
    text_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("consent_text.id"))
    """What was shown; empty for a withdrawal, which needs no text."""
    version: orm.Mapped[int]
    """Of that text; of a withdrawal the version that was withdrawn."""
    text_sha256: orm.Mapped[str] = orm.mapped_column(sa.String(64))


@dataclass(frozen=True, slots=True)
class Given:
    """What a client has decided about a purpose.

    Parameters
    ----------
    purpose, decision
        Which, and `given`, `refused` or `withdrawn`.
    valid
        Whether it is given, and the version still counts.
    version, shown
        Of the text that was decided on, and of the one that is shown now.
    at, how, staff_id
        When, how, and who asked.
    text_sha256
        SHA-256 of the text that was shown.
    consent_id
        The row.
    """

    purpose: str
    decision: Decision
    valid: bool
    version: int
    shown: int
    at: dt.datetime
    how: str
    staff_id: int
    text_sha256: str
    consent_id: int


@action("consent.record", *ASKS)
def record(
    desk: Desk,
    client_id: int,
    purpose: str,
    decision: str,
    *,
    how: str,
    text_sha256: str,
    language: str = "en",
    witness: str = "",
    note: str = "",
    texts: Texts | None = None,
) -> Consent:
    """Keep that a client gave or refused consent to a text that was shown.

    Parameters
    ----------
    desk
        Who asked.
    client_id, purpose
        Who decided, and about what.
    decision
        `given` or `refused`.
    how, witness
        `paper`, `screen`, or `verbal`, which needs the name of a witness.
    text_sha256, language
        SHA-256 of the text on the screen or paper, and its language. When the text has changed
        since it was shown the consent is not kept, because nobody knows to what it was given.
    note
        Anything to add.
    texts
        The texts; those that openpresso ships by default.

    Raises
    ------
    InputError
        If a field is not allowed.
    RefusedError
        If the text is not the one that is shown now, or the client is not active.
    """
    active(desk, client_id)
    purpose_texts = find(current() if texts is None else texts, purpose)
    if decision not in {"given", "refused"}:
        raise _wrong("decision", decision, "given, refused", "withdraw with 'withdraw'.")
    witness = _how(how, witness)
    if language not in LANGUAGES:
        raise _wrong("language", language, ", ".join(LANGUAGES), "choose one of these.")
    version = purpose_texts.shown
    text = version.texts[language]
    if text_sha256 != sha256(text):
        raise RefusedError(
            f"the text for {purpose} is not the one that is shown now",
            [f"Show version {version.number} in {language!r} and ask again."],
            code="other-text",
        )
    kept = _kept(desk, purpose, version.number, language, text)
    return _add(desk, client_id, purpose, decision, how, witness, note, kept, version.number)


@action("consent.withdraw", *HOUSE)
def withdraw(
    desk: Desk, client_id: int, purpose: str, *, how: str, witness: str = "", note: str = ""
) -> Consent:
    """Keep that a client withdrew consent: at any time, without a reason, in any way.

    Raises
    ------
    InputError
        If there is no such purpose, or `how` is not allowed.
    RefusedError
        If there is no consent to withdraw.
    """
    find(current(), purpose)
    witness = _how(how, witness, withdrawing=True)
    desk.about(client_id)
    before = _newest(desk, client_id).get(purpose)
    if before is None or before.decision != "given":
        raise RefusedError(f"there is no consent to {purpose} that could be withdrawn")
    return _add(desk, client_id, purpose, "withdrawn", how, witness, note, None, before.version)


@action("consent.read", *HOUSE, kind="read")
def history(desk: Desk, client_id: int) -> list[Consent]:
    """Return every decision of a client, the newest first."""
    desk.about(client_id)
    return desk.every(_of_client(desk, client_id).order_by(Consent.id.desc()))


def standing(desk: Desk, client_id: int, *, texts: Texts | None = None) -> dict[str, Given]:
    """Return the consents of a client that are in force, by purpose; others are not in it."""
    found = decisions(desk, client_id, texts=texts)
    return {purpose: one for purpose, one in found.items() if one.valid}


def decisions(desk: Desk, client_id: int, *, texts: Texts | None = None) -> dict[str, Given]:
    """Return the newest decision of a client by purpose, also refused and withdrawn ones."""
    known = current() if texts is None else texts
    found = {}
    for purpose, row in _newest(desk, client_id).items():
        purpose_texts = known.get(cast("Purpose", purpose))
        counts = purpose_texts is not None and purpose_texts.counts(row.version)
        found[purpose] = Given(
            purpose,
            cast("Decision", row.decision),
            row.decision == "given" and counts,
            row.version,
            purpose_texts.shown.number if purpose_texts else 0,
            row.at,
            row.how,
            row.staff_id,
            row.text_sha256,
            row.id,
        )
    return found


def _newest(desk: Desk, client_id: int) -> dict[str, Consent]:
    """Return the newest row of a client for each purpose."""
    rows = desk.db.scalars(_of_client(desk, client_id).order_by(Consent.id))
    return {row.purpose: row for row in rows}


def _of_client(desk: Desk, client_id: int) -> sa.Select[Consent]:
    return sa.select(Consent).where(
        Consent.practice_id == desk.practice_id, Consent.client_id == client_id
    )


def _kept(desk: Desk, purpose: str, version: int, language: str, text: str) -> ConsentText:
    """Return the row of a text; it is added when it is shown for the first time."""
    statement = sa.select(ConsentText).where(
        ConsentText.practice_id == desk.practice_id, ConsentText.sha256 == sha256(text)
    )
    found = desk.db.scalars(statement).first()
    return found or desk.add(
        ConsentText(
            purpose=purpose,
            version=version,
            language=language,
            sha256=sha256(text),
            text=text,
            first_shown_at=desk.now(),
        )
    )


def _add(
    desk: Desk,
    client_id: int,
    purpose: str,
    decision: str,
    how: str,
    witness: str,
    note: str,
    text: ConsentText | None,
    version: int,
) -> Consent:
    if len(note) > LONGEST_NOTE:
        raise _wrong("note", f"{len(note)} characters", f"at most {LONGEST_NOTE}", "shorten it.")
    return desk.add(
        Consent(
            client_id=client_id,
            purpose=purpose,
            decision=decision,
            how=how,
            witness=witness,
            note=note,
            staff_id=desk.staff_id,
            at=desk.now(),
            text_id=text.id if text else None,
            version=version,
            text_sha256=text.sha256 if text else "",
        )
    )


def _how(how: str, witness: str, *, withdrawing: bool = False) -> str:
    """Return the witness; refuse a verbal consent that nobody else has heard."""
    witness = witness.strip()
    if how not in get_args(How):
        raise _wrong("how", how, ", ".join(get_args(How)), "choose one of these.")
    if how == "verbal" and not witness and not withdrawing:
        raise _wrong("witness", witness, "a name", "name who else heard the client say so.")
    if len(witness) > LONGEST_NAME:
        raise _wrong("witness", f"{witness[:20]}...", f"{LONGEST_NAME} characters", "shorten it.")
    return witness


def _wrong(path: str, value: str, allowed: str, hint: str) -> InputError:
    message = f"{value[:80]!r} is not allowed; allowed is {allowed}"
    return InputError.one("consent", "not-allowed", message, path=path, hint=hint)
