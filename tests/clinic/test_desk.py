"""The desk: acts are allowed by roles, written together, entered in the audit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic, found
from openpresso.clinic.errors import NotAllowedError


def test_a_practice_is_founded_and_the_audit_agrees_with_every_row(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.automatic(people.practice, reading=True) as desk:
        verdict = verify(desk.db)
    assert verdict.ok, verdict.findings
    assert verdict.rows == 6


def test_an_act_that_the_role_does_not_hold_is_refused_and_the_refusal_is_entered(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    refused = pytest.raises(
        NotAllowedError, match=r"practice\.found is for automatic; you are owner"
    )
    with refused, clinic.desk(people.owner) as desk:
        found(desk, "Another", country="DE", zone="Europe/Berlin")
    with clinic.automatic(people.practice, reading=True) as desk:
        last = desk.db.scalars(sa.select(Entry).order_by(Entry.id.desc()).limit(1)).one()
        assert (last.action, last.outcome, last.staff_id) == (
            "practice.found",
            "not-allowed",
            people.owner,
        )
        assert verify(desk.db).ok


@pytest.mark.parametrize("table", ["staff", "practice", "audit_entry"])
def test_a_row_changed_by_hand_is_found(
    clinic: Clinic, people: SimpleNamespace, table: str
) -> None:
    with clinic.engine.begin() as connection:
        column = {"staff": "family", "practice": "name", "audit_entry": "action"}[table]
        connection.execute(sa.text(f"UPDATE {table} SET {column} = 'x' WHERE id = 1"))  # noqa: S608 -- names of this test
    with clinic.automatic(people.practice, reading=True) as desk:
        assert not verify(desk.db).ok
