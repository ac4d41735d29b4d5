"""Requests to be erased: decided by rules, carried out, and never brought back by a backup."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import (
    ChangedError,
    ClashError,
    NotAllowedError,
    RefusedError,
    StoreError,
)
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import duplicates, search
from openpresso.clinic.people.client import Client
from openpresso.clinic.privacy import copy, erased, erasure
from openpresso.clinic.privacy.extent import extents
from openpresso.clinic.store.base import Base
from openpresso.errors import InputError
from tests.clinic.audit.rows import one_of_each
from tests.clinic.conftest import Clock

Desks = Callable[..., Any]
BORN = dt.date(1971, 3, 4)


@pytest.fixture
def ana(desk_of: Desks) -> int:
    with desk_of("front_desk") as desk:
        return clients.register(
            desk, given="Ana", family="Ruiz", born=BORN, email="ana@example.org", note="likes tea"
        ).id


def asked(desk: Desk, client: int, **how: object) -> erasure.ErasureRequest:
    facts: dict[str, Any] = {"basis": "consent"} | how
    return erasure.request(desk, client, **facts)


def agrees(clinic: Clinic) -> bool:
    with orm.Session(clinic.engine.execution_options(reading=True)) as db:
        return verify(db).ok


def test_an_erased_client_is_found_by_nobody_and_copied_for_nobody(
    clinic: Clinic, desk_of: Desks, ana: int
) -> None:
    with desk_of("front_desk") as desk:
        asked(desk, ana)
    with desk_of("owner") as desk:
        (one,) = erasure.open_requests(desk)
        assert erasure.proposal(desk, one.id).outcome == "erase"
        done = erasure.decide(desk, one.id, one.version)
    assert (done.outcome, done.kept) == ("erase", [])
    with desk_of("front_desk", reading=True) as desk:
        for text in ("Ana", "Ruiz", "C-000001", "1971-03-04"):
            assert [one.given for one in search.look_up(desk, text) if one.given] == []
        assert search.look_up(desk, "Ruiz") == []
        client = clients.find(desk, ana)
        assert (client.state, client.name, client.note, client.email) == ("erased", "", "", "")
    with pytest.raises(RefusedError, match="erased"), desk_of("owner", reading=True) as desk:
        copy.of_client(desk, ana)
    with pytest.raises(RefusedError, match="erased"), desk_of("front_desk") as desk:
        asked(desk, ana)
    assert agrees(clinic)
    assert "Ruiz" not in everything(clinic)


def everything(clinic: Clinic) -> str:
    """All rows of the database as text, the audit too."""
    with clinic.engine.connect() as connection:
        return str(
            [list(connection.execute(table.select())) for table in Base.metadata.sorted_tables]
        )


def test_of_every_table_what_the_file_says_goes_and_the_log_of_the_cuffs_stays(
    clinic: Clinic,
) -> None:
    keys = one_of_each(clinic)
    with clinic.automatic(keys["practice"]) as desk:
        erased.erase_again(desk, keys["client"])
    with clinic.engine.connect() as connection:
        rows = {
            name: connection.execute(Base.metadata.tables[name].select()).mappings().all()
            for name in extents()
        }
    for name, one in extents().items():
        stays = one.erase != "delete" or one.record == "accounting"
        assert len(rows[name]) == stays, name
        if one.erase != "blank":
            continue
        for column in one.blank:
            assert str(rows[name][0][column]) in {"", "None", "{}", "[]", "0001-01-01"}, column
    (session,) = rows["session"]
    assert (session["program"], session["record_hash"], session["checks"]) == ("x0", "x0", {})
    assert rows["client_key"][0]["wrapped"] == ""
    assert agrees(clinic)


def test_invoices_stay_as_long_as_tax_law_wants_them_and_go_then(
    clinic: Clinic, clock: Clock
) -> None:
    keys = one_of_each(clinic)
    with clinic.desk(keys["staff"]) as desk:
        settled(desk, keys)
        clock.moment = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        one = asked(desk, keys["client"])
        done = erasure.decide(desk, one.id, one.version)
        assert done.outcome == "erase"
        assert done.kept_until == dt.date(2034, 12, 31)
        assert erasure.finish(desk) == []
    assert len(invoices(clinic)) == 1
    clock.moment = dt.datetime(2035, 1, 1, 12, tzinfo=dt.UTC)
    with clinic.desk(keys["staff"]) as desk:
        assert erasure.finish(desk) == [keys["client"]]
        assert erasure.finish(desk) == []
    assert invoices(clinic) == []
    assert agrees(clinic)


def settled(desk: Desk, keys: dict[str, int]) -> None:
    """Nothing to do: the builder's request is decided, since its outcome is not empty."""
    assert erasure.open_request(desk, keys["client"]) is None


def invoices(clinic: Clinic) -> list[object]:
    with clinic.engine.connect() as connection:
        return list(connection.scalars(sa.select(Base.metadata.tables["invoice"].c.recipient)))


def test_those_merged_into_a_client_are_erased_with_it(
    clinic: Clinic, desk_of: Desks, ana: int
) -> None:
    with desk_of("front_desk") as desk:
        twin = clients.register(desk, given="Anna", family="Ruizova", born=BORN).id
    with desk_of("clinician") as desk:
        duplicates.merge(desk, ana, twin, reason="the same person, said so herself")
    with desk_of("owner") as desk:
        one = asked(desk, ana)
        erasure.decide(desk, one.id, one.version)
    assert "Ruizova" not in everything(clinic)
    assert len(erased.gather(clinic.engine)) == 2


def test_a_restricted_client_is_told_why_and_until_when_and_can_be_freed(
    desk_of: Desks, ana: int
) -> None:
    with desk_of("owner") as desk:
        one = asked(desk, ana, basis="consent", claim="open")
        done = erasure.decide(desk, one.id, one.version)
        assert done.outcome == "restrict"
        assert "Art. 17(3)(e)" in done.reason
    with pytest.raises(RefusedError, match="restricted"), desk_of("front_desk") as desk:
        clients.change(desk, ana, 2, given="Anna")
    with desk_of("owner") as desk:
        with pytest.raises(InputError, match="10 characters"):
            erasure.lift(desk, one.id, 2, reason="x")
        erasure.lift(desk, one.id, 2, reason="the claim was settled")
        assert clients.find(desk, ana).state == "active"
        with pytest.raises(RefusedError, match="restricts nobody"):
            erasure.lift(desk, one.id, 3, reason="the claim was settled")


def test_a_decision_may_take_away_less_than_the_rules_say_with_a_reason_and_never_more(
    desk_of: Desks, ana: int
) -> None:
    with desk_of("owner") as desk:
        one = asked(desk, ana)
        with pytest.raises(InputError, match="needs a reason"):
            erasure.decide(desk, one.id, one.version, outcome="restrict")
        erasure.amend(desk, one.id, one.version, identity="unproved")
        with pytest.raises(RefusedError, match="the rules say refuse, not erase"):
            erasure.decide(desk, one.id, one.version, outcome="erase", reason="because I want to")
        erasure.amend(desk, one.id, one.version, identity="proved", extended=True)
        assert one.due_on == dt.date(2026, 6, 2)
        done = erasure.decide(
            desk, one.id, one.version, outcome="refuse", reason="withdrawn by the client herself"
        )
        assert done.outcome == "refuse"
        assert clients.find(desk, ana).state == "active"
        with pytest.raises(RefusedError, match="is decided"):
            erasure.decide(desk, one.id, one.version)


def test_a_request_is_answered_within_a_month_and_there_is_one_at_a_time(
    desk_of: Desks, ana: int
) -> None:
    with desk_of("owner") as desk:
        one = asked(desk, ana)
        assert (one.received_on, one.due_on) == (dt.date(2026, 3, 2), dt.date(2026, 4, 2))
        with pytest.raises(ClashError, match="has asked already"):
            asked(desk, ana)
        with pytest.raises(ChangedError):
            erasure.decide(desk, one.id, 7)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"basis": "spa"}, "unknown-value"),
        ({"identity": "maybe"}, "unknown-value"),
        ({"claim": ""}, "unknown-value"),
        ({"received_on": dt.date(2026, 3, 3)}, "not-yet"),
    ],
)
def test_a_request_that_cannot_be_right_is_refused(
    desk_of: Desks, ana: int, how: dict[str, Any], code: str
) -> None:
    with desk_of("owner") as desk, pytest.raises(InputError) as told:
        asked(desk, ana, **how)
    assert told.value.code == code


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "auditor"])
def test_nobody_but_the_owner_decides(desk_of: Desks, ana: int, role: str) -> None:
    with desk_of("owner") as desk:
        one = asked(desk, ana)
    with pytest.raises(NotAllowedError), desk_of(role) as desk:
        erasure.decide(desk, one.id, one.version)


def test_the_audit_tells_of_the_erasure_and_not_of_the_person(
    clinic: Clinic, desk_of: Desks, people: SimpleNamespace, ana: int
) -> None:
    with desk_of("owner") as desk:
        one = asked(desk, ana)
        erasure.decide(desk, one.id, one.version)
    with orm.Session(clinic.engine) as db:
        last = db.scalars(sa.select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    assert (last.action, last.staff_id, last.client_id) == ("erasure.decide", people.owner, ana)
    assert ["client_word", "gone"] in [[table, value] for table, _, value in last.rows]


def test_the_list_of_erased_clients_grows_and_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / erased.NAME
    first = erased.line(1, 1, "C-000001", dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    second = erased.line(1, 2, "C-000002", dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    assert erased.read(path) == []
    assert erased.keep(path, [second]) == 1
    assert erased.keep(path, [first]) == 2
    assert erased.keep(path, []) == 2
    assert erased.read(path) == [first, second]
    assert set(json.loads(path.read_text().splitlines()[0])) == {"number", "hash"}


@pytest.mark.parametrize("text", ["x", '{"number": "C-1"}', '{"number": 1, "hash": "00"}', "[]"])
def test_a_broken_list_is_told_and_never_taken_for_an_empty_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / erased.NAME
    path.write_text(f"{text}\n")
    with pytest.raises(InputError, match=r"erased\.jsonl:1"):
        erased.keep(path, [])
    assert path.read_text() == f"{text}\n"


def test_a_list_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        erased.keep(tmp_path / "nowhere" / erased.NAME, [])


@pytest.mark.usefixtures("people")
def test_the_clients_of_a_list_are_erased_again_and_no_others(
    clinic: Clinic, desk_of: Desks, ana: int
) -> None:
    with desk_of("front_desk") as desk:
        other = clients.register(desk, given="Ben", family="Stone", born=BORN).id
    with orm.Session(clinic.engine) as db:
        row = db.get_one(Client, ana)
        mine = erased.line(row.practice_id, row.id, row.number, row.created_at)
    elsewhere = erased.Erased("C-000002", "0" * 64)
    assert erased.again(clinic, [mine, elsewhere]) == ["C-000001"]
    assert erased.again(clinic, [mine, elsewhere]) == []
    with desk_of("owner", reading=True) as desk:
        assert clients.find(desk, ana).state == "erased"
        assert clients.find(desk, other).name == "Ben Stone"
