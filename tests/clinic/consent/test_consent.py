"""Consent in the clinic: to a text that was shown, purpose by purpose, withdrawn at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import MappingProxyType, SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.consent.text import Purpose, PurposeTexts, Version, current, sha256
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError, RefusedError
from openpresso.clinic.people import client as clients
from openpresso.clinic.roles import ACTIONS
from openpresso.errors import InputError

DeskOf = Callable[..., AbstractContextManager[Desk]]


@pytest.fixture
def client_id(desk_of: DeskOf) -> int:
    with desk_of("clinician") as desk:
        return clients.register(desk, given="Ana", family="Ruiz", born=dt.date(1990, 3, 4)).id


def shown(purpose: str, language: str = "en") -> str:
    return sha256(current()[cast("Purpose", purpose)].shown.texts[language])


def give(
    desk_of: DeskOf,
    client_id: int,
    purpose: str,
    decision: str = "given",
    *,
    role: str = "front_desk",
    language: str = "en",
) -> int:
    with desk_of(role) as desk:
        row = consent.record(
            desk,
            client_id,
            purpose,
            decision,
            how="screen",
            text_sha256=shown(purpose, language),
            language=language,
        )
        return row.id


def standing_of(desk_of: DeskOf, client_id: int) -> dict[str, consent.Given]:
    with desk_of("technician", reading=True) as desk:
        return consent.standing(desk, client_id)


def test_a_consent_is_kept_with_the_exact_text_who_when_and_how(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    give(desk_of, client_id, "treatment", language="de")
    given_ = standing_of(desk_of, client_id)["treatment"]
    assert (given_.valid, given_.version, given_.how) == (True, 1, "screen")
    assert (given_.staff_id, given_.text_sha256) == (people.front_desk, shown("treatment", "de"))
    with clinic.automatic(people.practice, reading=True) as desk:
        row = desk.db.scalars(sa.select(consent.Consent)).one()
        text = desk.db.get_one(consent.ConsentText, row.text_id)
        assert text.text == current()["treatment"].shown.texts["de"]
        assert sha256(text.text) == row.text_sha256
        acts = desk.db.scalars(sa.select(Entry.action).where(Entry.client_id == client_id)).all()
        assert "consent.record" in acts


def test_a_text_is_kept_once_however_many_consent_to_it(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, client_id: int
) -> None:
    for _ in range(3):
        give(desk_of, client_id, "research")
    with clinic.automatic(people.practice, reading=True) as desk:
        verdict = verify(desk.db)
        assert verdict.ok, verdict.findings
        assert len(desk.db.scalars(sa.select(consent.ConsentText)).all()) == 1


def test_only_what_is_given_is_in_the_standing(desk_of: DeskOf, client_id: int) -> None:
    give(desk_of, client_id, "treatment")
    give(desk_of, client_id, "photographs", "refused")
    assert set(standing_of(desk_of, client_id)) == {"treatment"}
    with desk_of("technician", reading=True) as desk:
        found = consent.decisions(desk, client_id)
    assert {key: one.decision for key, one in found.items()} == {
        "treatment": "given",
        "photographs": "refused",
    }


def test_consent_is_withdrawn_by_anybody_of_the_house_and_given_again(
    desk_of: DeskOf, client_id: int
) -> None:
    give(desk_of, client_id, "reminders")
    with desk_of("owner") as desk:
        row = consent.withdraw(desk, client_id, "reminders", how="verbal")
        assert (row.version, row.text_id) == (1, None)
    assert standing_of(desk_of, client_id) == {}
    with pytest.raises(RefusedError, match="no consent"), desk_of("owner") as desk:
        consent.withdraw(desk, client_id, "reminders", how="verbal")
    give(desk_of, client_id, "reminders")
    assert set(standing_of(desk_of, client_id)) == {"reminders"}
    with desk_of("technician", reading=True) as desk:
        rows = consent.history(desk, client_id)
    assert [one.decision for one in rows] == ["given", "withdrawn", "given"]


def test_a_consent_to_a_text_that_is_not_shown_any_more_is_not_kept(
    desk_of: DeskOf, client_id: int
) -> None:
    for wrong in (shown("treatment", "de"), shown("research"), sha256("")):
        with pytest.raises(RefusedError, match="not the one"), desk_of("clinician") as desk:
            consent.record(desk, client_id, "treatment", "given", how="screen", text_sha256=wrong)
    assert standing_of(desk_of, client_id) == {}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"purpose": "advertising"}, "purpose"),
        ({"decision": "perhaps"}, "decision"),
        ({"decision": "withdrawn"}, "decision"),
        ({"how": "telepathy"}, "how"),
        ({"how": "verbal"}, "witness"),
        ({"how": "verbal", "witness": "   "}, "witness"),
        ({"how": "verbal", "witness": "x" * 201}, "witness"),
        ({"language": "fr"}, "language"),
        ({"note": "x" * 10_001}, "note"),
    ],
)
def test_what_is_not_allowed_is_refused_by_field(
    desk_of: DeskOf, client_id: int, changed: dict[str, str], path: str
) -> None:
    fields = {"purpose": "treatment", "decision": "given", "how": "paper"} | changed
    with pytest.raises(InputError) as caught, desk_of("clinician") as desk:
        consent.record(
            desk,
            client_id,
            fields["purpose"],
            fields["decision"],
            how=fields["how"],
            text_sha256=shown("treatment"),
            language=fields.get("language", "en"),
            witness=fields.get("witness", ""),
            note=fields.get("note", ""),
        )
    assert caught.value.diagnostics[0].path == path


def test_a_verbal_consent_has_a_witness(desk_of: DeskOf, client_id: int) -> None:
    with desk_of("technician") as desk:
        row = consent.record(
            desk,
            client_id,
            "treatment",
            "given",
            how="verbal",
            witness="Dr Sommer",
            text_sha256=shown("treatment"),
        )
        assert row.witness == "Dr Sommer"


def newer(*, renew: bool) -> MappingProxyType[Purpose, PurposeTexts]:
    old = current()["treatment"]
    two = Version(2, dt.date(2027, 1, 1), renew, MappingProxyType({"en": "# Two", "de": "# Zwei"}))
    changed = PurposeTexts("treatment", old.titles, (*old.versions, two))
    return MappingProxyType({**current(), "treatment": changed})


@pytest.mark.parametrize("renew", [True, False])
def test_a_new_version_asks_anew_only_when_it_says_so(
    desk_of: DeskOf, client_id: int, *, renew: bool
) -> None:
    give(desk_of, client_id, "treatment")
    texts = newer(renew=renew)
    with desk_of("technician") as desk:
        assert ("treatment" in consent.standing(desk, client_id, texts=texts)) is not renew
        found = consent.decisions(desk, client_id, texts=texts)["treatment"]
        assert (found.version, found.shown, found.valid) == (1, 2, not renew)
        consent.record(
            desk, client_id, "treatment", "given",
            how="paper", text_sha256=sha256("# Two"), texts=texts,
        )  # fmt: skip
        assert consent.standing(desk, client_id, texts=texts)["treatment"].version == 2


def test_who_may_do_what_with_consent() -> None:
    asks = ["clinician", "front-desk", "technician"]
    mine = {name: sorted(one.roles) for name, one in ACTIONS.items() if name.startswith("consent.")}
    assert mine == {
        "consent.record": asks,
        "consent.withdraw": sorted([*asks, "owner"]),
        "consent.read": sorted([*asks, "owner"]),
    }


def test_the_auditor_reads_no_consents(desk_of: DeskOf, client_id: int) -> None:
    with pytest.raises(NotAllowedError), desk_of("auditor", reading=True) as desk:
        consent.history(desk, client_id)


def test_a_restricted_client_can_withdraw_and_not_give(desk_of: DeskOf, client_id: int) -> None:
    give(desk_of, client_id, "research")
    with desk_of("clinician") as desk:
        _restrict(desk, client_id)
    with pytest.raises(RefusedError):
        give(desk_of, client_id, "treatment")
    with desk_of("front_desk") as desk:
        consent.withdraw(desk, client_id, "research", how="paper")
    assert standing_of(desk_of, client_id) == {}


def _restrict(desk: Desk, client_id: int) -> None:
    """Change the state as an act of its own, as privacy does."""
    from openpresso.clinic.audit.chain import Pending

    desk.doing = Pending("test.restrict", desk.staff_id, desk.practice_id, desk.now())
    desk.find(clients.Client, client_id).state = "restricted"
    desk.db.flush()
    desk.done.append(desk.doing)
    desk.doing = None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_consent_counts_until_a_newer_version_renews(renews: list[bool]) -> None:
    versions = tuple(
        Version(number, dt.date(2026, 1, number), renew, MappingProxyType({}))
        for number, renew in enumerate(renews, start=1)
    )
    purpose = PurposeTexts("research", MappingProxyType({}), versions)
    last = max((number for number, renew in enumerate(renews, start=1) if renew), default=1)
    assert [purpose.counts(one.number) for one in versions] == [
        one.number >= last for one in versions
    ]
