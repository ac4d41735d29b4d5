"""The trail as auditor and owner read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit import trail
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import NotAllowedError
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import search
from openpresso.errors import InputError
from tests.clinic.conftest import Clock, make_people

Desks = Callable[..., Any]
BORN = dt.date(1971, 3, 4)


@pytest.fixture
def ana(desk_of: Desks) -> int:
    with desk_of("front_desk") as desk:
        return clients.register(desk, given="Ana", family="Ruiz", born=BORN).id


def test_who_read_and_wrote_a_client_is_told_newest_first(
    desk_of: Desks, people: SimpleNamespace, ana: int
) -> None:
    with desk_of("clinician", reading=True) as desk:
        clients.find(desk, ana)
    with desk_of("auditor", reading=True) as desk:
        lines = trail.of_client(desk, ana)
    assert [(line.action, line.staff_id, line.outcome) for line in lines] == [
        ("client.read", people.clinician, "done"),
        ("client.register", people.front_desk, "done"),
    ]
    assert ("client", ana) in lines[1].rows
    assert lines[0].who == "Clinician Example"
    assert lines[0].summary == "Read a client; one that was merged says into whom."
    with desk_of("owner", reading=True) as desk:
        assert trail.of_client(desk, ana)[0].action == "audit.read-client"


def test_acts_about_several_clients_are_told_when_asked_for(desk_of: Desks, ana: int) -> None:
    with desk_of("front_desk") as desk:
        other = clients.register(desk, given="Ana", family="Ruizova", born=BORN).id
        assert {one.id for one in search.look_up(desk, "Ana")} == {ana, other}
    with desk_of("auditor", reading=True) as desk:
        alone = [line.action for line in trail.of_client(desk, ana)]
        shared = [line.action for line in trail.of_client(desk, ana, shared=True)]
    assert alone == ["client.register"]
    assert shared == ["client.search", "client.register"]


def test_pages_by_key_give_every_line_once(
    desk_of: Desks, people: SimpleNamespace, ana: int
) -> None:
    for _ in range(7):
        with desk_of("technician", reading=True) as desk:
            clients.find(desk, ana)
    with desk_of("auditor", reading=True) as desk:
        whole = [line.number for line in trail.of_person(desk, people.technician)]
        paged: list[int] = []
        before = None
        while page := trail.of_person(desk, people.technician, before=before, limit=3):
            paged += [line.number for line in page]
            before = page[-1].number
    assert len(whole) == 7
    assert paged == whole == sorted(whole, reverse=True)


def test_a_day_is_the_day_where_the_practice_is(desk_of: Desks, clock: Clock, ana: int) -> None:
    clock.moment = dt.datetime(2026, 3, 2, 22, 59, tzinfo=dt.UTC)
    with desk_of("clinician", reading=True) as desk:
        clients.find(desk, ana)
    clock.moment = dt.datetime(2026, 3, 2, 23, 0, tzinfo=dt.UTC)
    with desk_of("technician", reading=True) as desk:
        clients.find(desk, ana)
    with desk_of("auditor", reading=True) as desk:
        first = trail.of_day(desk, dt.date(2026, 3, 2))
        second = trail.of_day(desk, dt.date(2026, 3, 3))
    assert [line.who for line in second if line.action == "client.read"] == ["Technician Example"]
    assert [line.who for line in first if line.action == "client.read"] == ["Clinician Example"]


@pytest.mark.usefixtures("desk_of")
def test_another_practice_sees_nothing_of_it(clinic: Clinic, ana: int) -> None:
    others = make_people(clinic, "Another practice")
    with clinic.desk(others.auditor, reading=True) as desk:
        assert trail.of_client(desk, ana) == []
        assert trail.of_client(desk, ana, shared=True) == []


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk"])
def test_those_who_are_watched_do_not_read_the_trail(desk_of: Desks, role: str) -> None:
    with pytest.raises(NotAllowedError), desk_of(role, reading=True) as desk:
        trail.of_day(desk, dt.date(2026, 3, 2))


@pytest.mark.parametrize("limit", [0, 501, -1])
def test_a_page_of_no_size_or_of_too_much_is_refused(desk_of: Desks, limit: int) -> None:
    with pytest.raises(InputError, match="1 to 500"), desk_of("auditor", reading=True) as desk:
        trail.of_day(desk, dt.date(2026, 3, 2), limit=limit)


def test_the_auditor_verifies_and_seals_from_a_desk(
    clinic: Clinic, desk_of: Desks, ana: int
) -> None:
    with desk_of("auditor", reading=True) as desk:
        kept = trail.sealed(desk)
    with desk_of("auditor", reading=True) as desk:
        assert trail.verified(desk, [kept]).ok
    with clinic.engine.begin() as connection:
        connection.execute(sa.text("UPDATE client SET family = 'Ruis'"))
    with desk_of("auditor", reading=True) as desk:
        assert trail.verified(desk).findings == (
            f"client {ana}: the row was changed past the audit",
        )
